//! Attribute lists: RFC 8216 §4.2.

use core::fmt;

use crate::format::{Malformed, Rule};

/// Bytes of one attribute list. A list is scanned once for each attribute asked of it.
pub const MAX_ATTRIBUTE_LIST_LEN: usize = 64 * 1024;

/// Attributes of one list. No tag has thirty; the bound keeps the check for repeats short.
pub const MAX_ATTRIBUTES: usize = 128;

/// The value of an attribute.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Value<'a> {
    /// A quoted-string, without its quotation marks.
    Quoted(&'a str),
    /// An integer, a hexadecimal sequence, a decimal, an enumerated string or a resolution.
    Bare(&'a str),
}

/// A list whose every attribute is well formed and named once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AttributeList<'a>(&'a str);

impl<'a> AttributeList<'a> {
    // req HLS-LIST-1: an attribute list has names and values, and each name once
    /// Takes what follows the colon of a tag.
    ///
    /// Blanks before a name are passed over: the standard forbids them, old packagers wrote them.
    /// A line end is refused: a line has none, and what is printed from a list shall be one line.
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        if text.len() > MAX_ATTRIBUTE_LIST_LEN {
            return Err(Malformed { field: "attribute list", rule: Rule::Length });
        }
        if text.contains(['\r', '\n']) {
            return Err(Malformed { field: "attribute list", rule: Rule::Syntax });
        }
        let list = Self(text);
        let mut attributes = Attributes { rest: Some(text) };
        let mut count = 0usize;
        while let Some((name, _)) = attributes.step()? {
            if list.iter().take(count).any(|(earlier, _)| earlier == name) {
                return Err(Malformed { field: "attribute name", rule: Rule::Repeated });
            }
            count = count.saturating_add(1);
            if count > MAX_ATTRIBUTES {
                return Err(Malformed { field: "attribute list", rule: Rule::Length });
            }
        }
        Ok(list)
    }

    /// The attributes, in the order of the text.
    pub fn iter(&self) -> Attributes<'a> {
        Attributes { rest: Some(self.0) }
    }

    /// The list as it was written, but for the quoted value of `name`.
    pub fn with_quoted<D: fmt::Display>(&self, name: &'a str, value: D) -> impl fmt::Display {
        WithQuoted { list: *self, name, value }
    }

    /// The value of `name`, where the list has it.
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// The quoted-string `name`; an error where its value is not quoted.
    pub fn quoted(&self, name: &'static str) -> Result<Option<&'a str>, Malformed> {
        match self.get(name) {
            Some(Value::Quoted(text)) => Ok(Some(text)),
            Some(Value::Bare(_)) => Err(Malformed { field: name, rule: Rule::Syntax }),
            None => Ok(None),
        }
    }

    /// The unquoted value `name`; an error where it is quoted.
    pub fn bare(&self, name: &'static str) -> Result<Option<&'a str>, Malformed> {
        match self.get(name) {
            Some(Value::Bare(text)) => Ok(Some(text)),
            Some(Value::Quoted(_)) => Err(Malformed { field: name, rule: Rule::Syntax }),
            None => Ok(None),
        }
    }
}

/// See [`AttributeList::iter`].
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    rest: Option<&'a str>,
}

impl<'a> Attributes<'a> {
    /// The next attribute, or what is wrong with it.
    fn step(&mut self) -> Result<Option<(&'a str, Value<'a>)>, Malformed> {
        const NAME: Malformed = Malformed { field: "attribute name", rule: Rule::Syntax };
        const VALUE: Malformed = Malformed { field: "attribute value", rule: Rule::Syntax };

        let Some(text) = self.rest.take() else { return Ok(None) };
        let (name, text) = text.trim_start_matches([' ', '\t']).split_once('=').ok_or(NAME)?;
        if name.is_empty() || !name.bytes().all(is_name_byte) {
            return Err(NAME);
        }
        let (value, text) = match text.strip_prefix('"') {
            Some(text) => {
                let (value, text) = text.split_once('"').ok_or(VALUE)?;
                (Value::Quoted(value), text)
            }
            None => {
                let (value, text) = text.split_at_checked(bare_len(text)).ok_or(VALUE)?;
                if value.is_empty() {
                    return Err(VALUE);
                }
                (Value::Bare(value), text)
            }
        };
        self.rest = match text.trim_start_matches([' ', '\t']) {
            "" => None,
            text => Some(text.strip_prefix(',').ok_or(VALUE)?),
        };
        Ok(Some((name, value)))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.step().ok().flatten()
    }
}

/// See [`AttributeList::with_quoted`].
struct WithQuoted<'a, D> {
    list: AttributeList<'a>,
    name: &'a str,
    value: D,
}

impl<D: fmt::Display> fmt::Display for WithQuoted<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut attributes = self.list.iter();
        while let Some(before) = attributes.rest {
            let Some((name, value)) = attributes.next() else { break };
            let written = before.len().saturating_sub(attributes.rest.map_or(0, str::len));
            let written = before.get(..written).unwrap_or(before);
            match (written.split_once('"'), value) {
                (Some((head, tail)), Value::Quoted(_)) if name == self.name => {
                    let tail = tail.split_once('"').map_or("", |(_, tail)| tail);
                    write!(f, "{head}\"{}\"{tail}", self.value)?;
                }
                _ => f.write_str(written)?,
            }
        }
        Ok(())
    }
}

fn is_name_byte(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-')
}

/// Bytes up to the first that an unquoted value cannot hold: comma, quotation mark, blank.
fn bare_len(text: &str) -> usize {
    text.find([',', '"', ' ', '\t']).unwrap_or(text.len())
}

// req HLS-LIST-2: a decimal integer has no sign and lies below 2^64
/// A decimal-integer of §4.2: 1 to 20 digits, 0 ..= 2⁶⁴ − 1, no sign.
pub(super) fn decimal(field: &'static str, text: &str) -> Result<u64, Malformed> {
    if text.is_empty() || text.len() > 20 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Malformed { field, rule: Rule::Syntax });
    }
    text.parse().map_err(|_| Malformed { field, rule: Rule::Range })
}

//! `EXT-X-KEY`: RFC 8216 §4.2 (attribute lists) and §4.3.2.4 (the tag).
//!
//! Each rule of the grammar is a function from text to what it read and the rest.

use std::collections::BTreeMap;

/// Characters (all are one byte where it matters) of a list, and attributes in it, at most.
const MAX_LEN: usize = 64 * 1024;
const MAX_ATTRIBUTES: usize = 128;

/// The value of an attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Within quotation marks.
    Quoted(String),
    /// Any of the other kinds of §4.2.
    Bare(String),
}

/// What the tag says of the segments after it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Key {
    /// METHOD=NONE.
    None,
    /// Any other method.
    Some {
        /// METHOD; `AES-128` in upper case, however it was written.
        method: String,
        /// URI.
        uri: String,
        /// IV: 16 bytes or nothing.
        iv: Option<[u8; 16]>,
        /// KEYFORMAT, `identity` where there is none.
        key_format: String,
        /// KEYFORMATVERSIONS.
        key_format_versions: Option<String>,
    },
}

/// Reads what follows `#EXT-X-KEY:`. `None` where the standard does not allow it.
pub fn parse(text: &str) -> Option<Key> {
    let mut list = attribute_list(text)?;
    let bare = |value: Option<Value>| match value {
        Some(Value::Bare(text)) => Some(Some(text)),
        Some(Value::Quoted(_)) => None,
        None => Some(None),
    };
    let quoted = |value: Option<Value>| match value {
        Some(Value::Quoted(text)) => Some(Some(text)),
        Some(Value::Bare(_)) => None,
        None => Some(None),
    };
    let method = bare(list.remove("METHOD"))??;
    if method.eq_ignore_ascii_case("NONE") {
        return list.is_empty().then_some(Key::None);
    }
    let is_aes_128 = method.eq_ignore_ascii_case("AES-128");
    Some(Key::Some {
        method: if is_aes_128 { "AES-128".to_owned() } else { method },
        uri: quoted(list.remove("URI"))??,
        iv: match bare(list.remove("IV"))? {
            Some(text) => Some(sixteen_bytes(&text)?),
            None => None,
        },
        key_format: quoted(list.remove("KEYFORMAT"))?.unwrap_or("identity".to_owned()),
        key_format_versions: quoted(list.remove("KEYFORMATVERSIONS"))?,
    })
}

/// Prints the attributes that [`parse`] reads, KEYFORMAT only where it is not `identity`.
pub fn print(key: &Key) -> String {
    let Key::Some { method, uri, iv, key_format, key_format_versions } = key else {
        return "METHOD=NONE".to_owned();
    };
    let mut text = format!("METHOD={method},URI=\"{uri}\"");
    if let Some(iv) = iv {
        text += ",IV=0x";
        text.extend(iv.iter().map(|byte| format!("{byte:02x}")));
    }
    if key_format != "identity" {
        text += &format!(",KEYFORMAT=\"{key_format}\"");
    }
    if let Some(versions) = key_format_versions {
        text += &format!(",KEYFORMATVERSIONS=\"{versions}\"");
    }
    text
}

/// attribute-list = attribute *("," attribute), each name once.
pub fn attribute_list(text: &str) -> Option<BTreeMap<String, Value>> {
    // §4.1: a line ends at LF or CR LF, so that no list holds either.
    if text.len() > MAX_LEN || text.contains(['\r', '\n']) {
        return None;
    }
    let (mut list, mut rest) = (BTreeMap::new(), text);
    loop {
        let (name, value, after) = attribute(rest)?;
        if list.insert(name, value).is_some() || list.len() > MAX_ATTRIBUTES {
            return None;
        }
        match blanks(after) {
            "" => return Some(list),
            after => rest = after.strip_prefix(',')?,
        }
    }
}

/// attribute = name "=" value. Blanks around an attribute are overlooked: §4.2 forbids them,
/// and packagers write them.
fn attribute(text: &str) -> Option<(String, Value, &str)> {
    let (name, rest) = while_(blanks(text), |c| matches!(c, 'A'..='Z' | '0'..='9' | '-'));
    let (value, rest) = value(rest.strip_prefix('=')?)?;
    (!name.is_empty()).then(|| (name.to_owned(), value, rest))
}

fn value(text: &str) -> Option<(Value, &str)> {
    if let Some(text) = text.strip_prefix('"') {
        let (inside, rest) = while_(text, |c| c != '"');
        return Some((Value::Quoted(inside.to_owned()), rest.strip_prefix('"')?));
    }
    let (bare, rest) = while_(text, |c| !matches!(c, ',' | '"' | ' ' | '\t'));
    (!bare.is_empty()).then(|| (Value::Bare(bare.to_owned()), rest))
}

/// hexadecimal-sequence of exactly 16 bytes: never shortened, never padded.
fn sixteen_bytes(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<char> = text.chars().collect();
    let ['0', 'x' | 'X', digits @ ..] = &digits[..] else { return None };
    let values: Vec<u8> =
        digits.iter().map(|d| d.to_digit(16).map(|v| v as u8)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = values.chunks(2).map(|pair| 16 * pair[0] + pair[pair.len() - 1]).collect();
    if values.len() == 32 { bytes.try_into().ok() } else { None }
}

fn blanks(text: &str) -> &str {
    while_(text, |c| matches!(c, ' ' | '\t')).1
}

/// The longest beginning whose every character is `of` the kind, and the rest.
fn while_(text: &str, of: fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !of(c)).unwrap_or(text.len()))
}

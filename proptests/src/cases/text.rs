//! Cases of the formats: texts of a format, and texts that are almost of it.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::bytes::{Raw, Short};

/// Text that was written for no format in particular.
#[derive(Clone, Debug)]
pub struct RawText(pub String);

impl<'a> Arbitrary<'a> for RawText {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        <&str>::arbitrary(u).map(|text| Self(text.to_owned()))
    }

    fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
        <&str>::arbitrary_take_rest(u).map(|text| Self(text.to_owned()))
    }
}

/// The pairs of an encryption context.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pairs(pub Vec<Pair>);

impl<'a> Arbitrary<'a> for Pairs {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let pairs = u.int_in_range(0..=5)?;
        (0..pairs).map(|_| u.arbitrary()).collect::<Result<_>>().map(Self)
    }
}

impl Pairs {
    /// Sorted, so that the same pairs in another order are the same.
    pub fn sorted(&self) -> Vec<Pair> {
        let mut pairs = self.0.clone();
        pairs.sort();
        pairs
    }

    /// As the core takes them.
    pub fn borrowed(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|Pair(k, v)| (&k[..], &v[..])).collect()
    }

    /// As the reference model takes them.
    pub fn owned(&self) -> Vec<(String, String)> {
        self.0.iter().map(|Pair(k, v)| (k.clone(), v.clone())).collect()
    }
}

/// A key and a value of an encryption context.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
pub struct Pair(pub String, pub String);

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}={:.40?} ({} bytes)", self.0, self.1, self.1.len())
    }
}

impl<'a> Arbitrary<'a> for Pair {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // Few and alike, so that keys meet; some beyond ASCII, where orders differ: U+FF61
        // stands after U+1D11E in UTF-16, and before it in UTF-8.
        let likely = ["", "a", "b", "ab", "aws:s3:arn", "service", "ä", "\u{ff61}", "\u{1d11e}"];
        let key = if u.ratio(1, 4)? { (*u.choose(&likely)?).to_owned() } else { short(u)? };
        let value = match u.int_in_range(0..=15)? {
            0 => "x".repeat(u.int_in_range(8170..=8200)?),
            1 => "x".repeat(u.int_in_range(65_530..=65_540)?),
            _ => short(u)?,
        };
        Ok(Self(key, value))
    }
}

fn short(u: &mut Unstructured<'_>) -> Result<String> {
    let len = u.int_in_range(0..=6)?;
    (0..len).map(|_| u.arbitrary::<char>()).collect()
}

/// Two encryption contexts.
#[derive(Arbitrary, Clone, Debug)]
pub struct ContextCase {
    /// The pairs, in the order in which they were given; keys may repeat.
    pub pairs: Pairs,
    /// How far to turn that order.
    pub turn: u8,
    /// Another context, or the same.
    pub other: Pairs,
    /// Bytes of room to print in.
    pub room: u16,
}

/// Bytes, and a text that is almost theirs.
#[derive(Arbitrary, Clone, Debug)]
pub struct Base64Case {
    /// The bytes.
    pub bytes: Short,
    /// Bytes of room to decode in.
    pub room: u8,
    /// What happens to the text.
    pub edit: Edit,
}

/// A change of one character.
#[derive(Clone, Copy, Debug)]
pub enum Edit {
    /// Another character takes its place.
    Replace(u16, char),
    /// A character comes before it.
    Insert(u16, char),
    /// It goes.
    Delete(u16),
}

impl Edit {
    /// Makes the change; the place counts in characters and comes round.
    pub fn apply(self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let place = |at: u16, len: usize| usize::from(at) % len.max(1);
        match self {
            Self::Insert(at, c) => chars.insert(place(at, chars.len() + 1), c),
            _ if chars.is_empty() => (),
            Self::Replace(at, c) => {
                let at = place(at, chars.len());
                chars[at] = c;
            }
            Self::Delete(at) => {
                chars.remove(place(at, chars.len()));
            }
        }
        chars.into_iter().collect()
    }
}

impl<'a> Arbitrary<'a> for Edit {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // What separates, quotes, pads or ends something in one of the formats.
        let likely: Vec<char> = "=,\"@:# \t\r\n\0/+-_AzgF0x.é".chars().collect();
        let at = u.arbitrary()?;
        let c = if u.ratio(3, 4)? { *u.choose(&likely)? } else { u.arbitrary()? };
        Ok(match u.int_in_range(0..=2)? {
            0 => Self::Replace(at, c),
            1 => Self::Insert(at, c),
            _ => Self::Delete(at),
        })
    }
}

/// What follows `#EXT-X-KEY:`, or almost.
#[derive(Clone, Debug)]
pub struct KeyTagCase {
    /// The attribute list.
    pub list: String,
    /// A value that can stand in quotation marks.
    pub value: String,
}

impl<'a> Arbitrary<'a> for KeyTagCase {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let value = short(u)?.replace(['"', '\r', '\n'], "'");
        Ok(Self { list: key_tag(u)?, value })
    }
}

/// An attribute list of a key; most are right.
pub(super) fn key_tag(u: &mut Unstructured<'_>) -> Result<String> {
    let mut list = vec![method(u)?];
    if !rarely(u)? {
        list.push(quoted("URI", u)?);
    }
    if u.ratio(1, 2)? {
        list.push(iv(u)?);
    }
    for name in ["KEYFORMAT", "KEYFORMATVERSIONS", "X-OTHER"] {
        if !u.ratio(3, 4)? {
            list.push(quoted(name, u)?);
        }
    }
    if rarely(u)? {
        list.push(quoted("URI", u)?);
    }
    if list[0].ends_with("NONE") && !rarely(u)? {
        list.truncate(1);
    }
    let turn = u.choose_index(list.len())?;
    list.rotate_left(turn);
    let separator = *u.choose(&[",", ",", ",", ", ", " ,", ",\t"])?;
    let list = list.join(separator);
    if rarely(u)? { Ok(Edit::arbitrary(u)?.apply(&list)) } else { Ok(list) }
}

fn method(u: &mut Unstructured<'_>) -> Result<String> {
    let methods =
        ["AES-128", "AES-128", "aes-128", "NONE", "none", "SAMPLE-AES", "AES-256", "Aes-"];
    Ok(format!("METHOD={}", u.choose(&methods)?))
}

fn quoted(name: &str, u: &mut Unstructured<'_>) -> Result<String> {
    let likely = ["k", "../k,1.key?a=b", "", "identity", "com.apple.streamingkeydelivery", "1/2"];
    let value = if u.ratio(7, 8)? { (*u.choose(&likely)?).to_owned() } else { short(u)? };
    Ok(format!("{name}=\"{value}\""))
}

fn iv(u: &mut Unstructured<'_>) -> Result<String> {
    let prefix = if rarely(u)? { *u.choose(&["", "0x+", "x"])? } else { *u.choose(&["0x", "0X"])? };
    let len = if rarely(u)? { *u.choose(&[30, 31, 33, 34, 0])? } else { 32 };
    let digits = format!("{:032x}{:02X}", u128::arbitrary(u)?, u8::arbitrary(u)?);
    Ok(format!("IV={prefix}{}", &digits[..len]))
}

/// Once in sixteen times; never where no bytes are left, so that what is cut off is harmless.
pub(super) fn rarely(u: &mut Unstructured<'_>) -> Result<bool> {
    u.ratio(15, 16).map(|often| !often)
}

/// Bytes, and what to read of them.
#[derive(Arbitrary, Clone, Debug)]
pub struct ReaderCase {
    /// What to read, in turn.
    pub verbs: [Verb; 8],
    /// The bytes.
    pub bytes: Raw,
}

/// What a reader does.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Verb {
    /// Takes so many bytes.
    Take(u8),
    /// Reads an integer of one byte.
    U8,
    /// Of two bytes.
    U16,
    /// Of four bytes.
    U32,
}

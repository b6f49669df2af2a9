//! `EXT-X-KEY` and `EXT-X-SESSION-KEY`: RFC 8216 §4.3.2.4, §4.3.4.5.

use core::fmt;

use super::attribute::AttributeList;
use crate::format::{Malformed, Rule};

/// The KEYFORMAT of a key that is a file of 16 bytes; also what a missing attribute means.
pub const IDENTITY: &str = "identity";

/// How segments are encrypted.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method<'a> {
    /// `NONE`: not at all.
    None,
    /// `AES-128`: the whole segment, CBC with PKCS#7.
    Aes128,
    /// Anything else, as written: `SAMPLE-AES`, `SAMPLE-AES-CTR`, `AES-256` …
    Other(&'a str),
}

/// The attributes of one tag.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key<'a> {
    /// METHOD.
    pub method: Method<'a>,
    /// URI; there unless the method is `NONE`.
    pub uri: Option<&'a str>,
    /// IV; without it, the Media Sequence Number serves.
    pub iv: Option<[u8; 16]>,
    /// KEYFORMAT, [`IDENTITY`] where the tag has none.
    pub key_format: &'a str,
    /// KEYFORMATVERSIONS, as written.
    pub key_format_versions: Option<&'a str>,
}

impl<'a> Key<'a> {
    /// Reads the attribute list of the tag.
    // req HLS-KEY-1: METHOD is required
    // req HLS-KEY-2: URI is required unless METHOD is NONE
    // req HLS-KEY-3: with METHOD=NONE there is no other attribute
    // req HLS-KEY-4: IV is 0x or 0X and exactly 32 digits, never shortened, never padded
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        let list = AttributeList::parse(text)?;
        let method = Method::parse(
            list.bare("METHOD")?.ok_or(Malformed { field: "METHOD", rule: Rule::Required })?,
        );
        if method == Method::None && list.iter().nth(1).is_some() {
            return Err(Malformed { field: "METHOD=NONE", rule: Rule::Alone });
        }
        let uri = list.quoted("URI")?;
        if uri.is_none() && method != Method::None {
            return Err(Malformed { field: "URI", rule: Rule::Required });
        }
        Ok(Self {
            method,
            uri,
            iv: list.bare("IV")?.map(parse_iv).transpose()?,
            key_format: list.quoted("KEYFORMAT")?.unwrap_or(IDENTITY),
            key_format_versions: list.quoted("KEYFORMATVERSIONS")?,
        })
    }

    /// Whether the key is the file at its URI, 16 bytes.
    pub fn is_identity(&self) -> bool {
        self.key_format == IDENTITY
    }
}

/// As an attribute list: `METHOD=AES-128,URI="…",IV=0x…`.
impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "METHOD={}", self.method)?;
        if let Some(uri) = self.uri {
            write!(f, ",URI=\"{uri}\"")?;
        }
        if let Some(iv) = self.iv {
            write!(f, ",IV=0x{:032x}", u128::from_be_bytes(iv))?;
        }
        if self.key_format != IDENTITY {
            write!(f, ",KEYFORMAT=\"{}\"", self.key_format)?;
        }
        match self.key_format_versions {
            Some(versions) => write!(f, ",KEYFORMATVERSIONS=\"{versions}\""),
            None => Ok(()),
        }
    }
}

impl<'a> Method<'a> {
    /// Players know only upper case; Elastic Transcoder's own documents say `aes-128`.
    fn parse(text: &'a str) -> Self {
        match text {
            _ if text.eq_ignore_ascii_case("NONE") => Self::None,
            _ if text.eq_ignore_ascii_case("AES-128") => Self::Aes128,
            _ => Self::Other(text),
        }
    }
}

impl fmt::Display for Method<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "NONE",
            Self::Aes128 => "AES-128",
            Self::Other(method) => method,
        })
    }
}

fn parse_iv(text: &str) -> Result<[u8; 16], Malformed> {
    let rule = |rule| Malformed { field: "IV", rule };
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = digits.ok_or(rule(Rule::Syntax))?;
    if digits.len() != 32 {
        return Err(rule(Rule::Length));
    }
    // `from_str_radix` alone would take a sign.
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(rule(Rule::Syntax));
    }
    u128::from_str_radix(digits, 16).map(u128::to_be_bytes).map_err(|_| rule(Rule::Syntax))
}

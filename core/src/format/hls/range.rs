//! Sub-ranges of a resource: `EXT-X-BYTERANGE`, RFC 8216 §4.3.2.2.

use core::fmt;

use super::attribute::decimal;
use crate::format::{Malformed, Rule};

/// `<n>[@<o>]` as it stands in the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ByteRange {
    /// `n`, bytes.
    pub length: u64,
    /// `o`, bytes from the start of the resource; without it, where the last sub-range ended.
    pub offset: Option<u64>,
}

impl ByteRange {
    /// Reads `n` or `n@o`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        const FIELD: &str = "EXT-X-BYTERANGE";
        let (length, offset) = match text.split_once('@') {
            Some((n, o)) => (decimal(FIELD, n)?, Some(decimal(FIELD, o)?)),
            None => (decimal(FIELD, text)?, None),
        };
        Ok(Self { length, offset })
    }

    /// The bytes that are meant, where a range without an offset begins at `next`.
    pub fn resolve(&self, next: Option<u64>) -> Result<Span, Malformed> {
        let rule = |rule| Malformed { field: "EXT-X-BYTERANGE", rule };
        let offset = self.offset.or(next).ok_or(rule(Rule::Required))?;
        offset.checked_add(self.length).ok_or(rule(Rule::Range))?;
        Ok(Span { offset, length: self.length })
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{}@{offset}", self.length),
            None => write!(f, "{}", self.length),
        }
    }
}

/// Bytes `offset .. offset + length` of a resource; the end is below 2⁶⁴.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// Of the first byte.
    pub offset: u64,
    /// In bytes.
    pub length: u64,
}

impl Span {
    /// Of the first byte after the span.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

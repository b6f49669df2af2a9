//! Wire formats: bytes in, borrowed views out. Nothing here has ever seen a key.

pub mod base64;
pub mod context;
pub mod esdk;
pub mod hls;
pub mod kms_blob;
pub mod reader;
pub mod s3ec;
pub mod transcoder;

use core::fmt;

/// Input that is not of the format, and where.
///
/// Everything here is public: what is parsed is supplied by whoever sends it and holds no secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Malformed {
    /// The field, by its name in the specification.
    pub field: &'static str,
    /// What the specification says of it and the input does not satisfy.
    pub rule: Rule,
}

/// The rules that an input can break.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rule {
    /// Present when required.
    Required,
    /// One of the registered values.
    Registered,
    /// Of the right length.
    Length,
    /// Written as the grammar says.
    Syntax,
    /// Within the range of its type.
    Range,
    /// Followed by nothing.
    Trailing,
    /// Given once.
    Repeated,
    /// Without anything beside it.
    Alone,
    /// Not there at all.
    Forbidden,
    /// In its place, before what depends on it.
    Order,
    /// UTF-8.
    Utf8,
    /// Not mixed with the tags of another kind of playlist.
    Mixed,
    /// Within what Reelseal understands.
    Unsupported,
    /// Committed to one key.
    Uncommitted,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.field)?;
        f.write_str(match self.rule {
            Rule::Required => " is missing",
            Rule::Registered => " is not a known value",
            Rule::Length => " does not have the right length",
            Rule::Syntax => " is not written as its format demands",
            Rule::Range => " is out of range",
            Rule::Trailing => " is followed by bytes that do not belong there",
            Rule::Repeated => " is given twice",
            Rule::Alone => " has other attributes beside it",
            Rule::Forbidden => " is not allowed",
            Rule::Order => " comes too late",
            Rule::Utf8 => " is not UTF-8",
            Rule::Mixed => " has both segments and other playlists",
            Rule::Unsupported => " is not supported here",
            Rule::Uncommitted => {
                " does not commit to its key: such a message can open to different texts under \
                 different keys, and is not read"
            }
        })
    }
}

impl core::error::Error for Malformed {}

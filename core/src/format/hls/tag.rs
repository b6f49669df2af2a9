//! One line of a playlist that means something here: RFC 8216 §4.3.

use super::attribute::{AttributeList, decimal};
use super::key::Key;
use super::range::ByteRange;
use crate::format::{Malformed, Rule};

/// A tag whose meaning bears on which bytes are encrypted under which key. All other lines
/// that begin with `#` are [`Tag::Other`], and kept as they are.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tag<'a> {
    /// `EXTM3U`, §4.3.1.1.
    ExtM3u,
    /// `EXT-X-VERSION`, §4.3.1.2.
    Version(u64),
    /// `EXTINF`, §4.3.2.1.
    ExtInf,
    /// `EXT-X-BYTERANGE`, §4.3.2.2.
    ByteRange(ByteRange),
    /// `EXT-X-KEY`, §4.3.2.4.
    Key(Key<'a>),
    /// `EXT-X-MAP`, §4.3.2.5.
    Map {
        /// URI.
        uri: &'a str,
        /// BYTERANGE.
        range: Option<ByteRange>,
    },
    /// `EXT-X-MEDIA-SEQUENCE`, §4.3.3.2.
    MediaSequence(u64),
    /// `EXT-X-I-FRAMES-ONLY`, §4.3.3.6.
    IFramesOnly,
    /// `EXT-X-MEDIA`, §4.3.4.1: the URI of the rendition, where it has one of its own.
    Media(Option<&'a str>),
    /// `EXT-X-STREAM-INF`, §4.3.4.2.
    StreamInf,
    /// `EXT-X-I-FRAME-STREAM-INF`, §4.3.4.3.
    IFrameStreamInf(&'a str),
    /// `EXT-X-SESSION-DATA`, §4.3.4.4: the URI of its JSON file, where it has one.
    SessionData(Option<&'a str>),
    /// `EXT-X-SESSION-KEY`, §4.3.4.5.
    SessionKey(Key<'a>),
    /// `EXT-X-GAP`: the next segment is missing on purpose.
    Gap,
    /// `EXT-X-DEFINE`: URIs may hold `{$name}`.
    Define,
    /// `EXT-X-PART`, `EXT-X-PRELOAD-HINT`, `EXT-X-SKIP`: a live edge, by name.
    LowLatency(&'static str),
    /// `EXT-X-IMAGE-STREAM-INF`: a playlist of pictures, Roku's addition.
    Images(&'a str),
    /// A tag that says nothing of keys or bytes, or a comment.
    Other,
}

impl<'a> Tag<'a> {
    /// Reads a line that begins with `#`.
    pub fn parse(line: &'a str) -> Result<Self, Malformed> {
        let (name, value) = match line.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (line, None),
        };
        Ok(match name {
            "#EXTM3U" => Self::ExtM3u,
            "#EXTINF" => Self::ExtInf,
            "#EXT-X-VERSION" => Self::Version(number("EXT-X-VERSION", value)?),
            "#EXT-X-BYTERANGE" => {
                Self::ByteRange(ByteRange::parse(unblanked(required("EXT-X-BYTERANGE", value)?))?)
            }
            "#EXT-X-KEY" => Self::Key(Key::parse(required("EXT-X-KEY", value)?)?),
            "#EXT-X-SESSION-KEY" => {
                Self::SessionKey(Key::parse(required("EXT-X-SESSION-KEY", value)?)?)
            }
            "#EXT-X-MAP" => map(AttributeList::parse(required("EXT-X-MAP", value)?)?)?,
            "#EXT-X-MEDIA-SEQUENCE" => Self::MediaSequence(number("EXT-X-MEDIA-SEQUENCE", value)?),
            "#EXT-X-I-FRAMES-ONLY" => Self::IFramesOnly,
            "#EXT-X-MEDIA" => Self::Media(uri("EXT-X-MEDIA", value)?),
            "#EXT-X-STREAM-INF" => Self::StreamInf,
            "#EXT-X-I-FRAME-STREAM-INF" => Self::IFrameStreamInf(
                uri("EXT-X-I-FRAME-STREAM-INF", value)?
                    .ok_or(Malformed { field: "URI", rule: Rule::Required })?,
            ),
            "#EXT-X-SESSION-DATA" => Self::SessionData(uri("EXT-X-SESSION-DATA", value)?),
            "#EXT-X-GAP" => Self::Gap,
            "#EXT-X-DEFINE" => Self::Define,
            "#EXT-X-PART" => Self::LowLatency("EXT-X-PART"),
            "#EXT-X-PRELOAD-HINT" => Self::LowLatency("EXT-X-PRELOAD-HINT"),
            "#EXT-X-SKIP" => Self::LowLatency("EXT-X-SKIP"),
            "#EXT-X-IMAGE-STREAM-INF" => Self::Images(
                uri("EXT-X-IMAGE-STREAM-INF", value)?
                    .ok_or(Malformed { field: "URI", rule: Rule::Required })?,
            ),
            _ => Self::Other,
        })
    }
}

fn map(list: AttributeList<'_>) -> Result<Tag<'_>, Malformed> {
    Ok(Tag::Map {
        uri: list.quoted("URI")?.ok_or(Malformed { field: "URI", rule: Rule::Required })?,
        range: list.quoted("BYTERANGE")?.map(ByteRange::parse).transpose()?,
    })
}

fn required<'a>(field: &'static str, value: Option<&'a str>) -> Result<&'a str, Malformed> {
    value.ok_or(Malformed { field, rule: Rule::Required })
}

fn number(field: &'static str, value: Option<&str>) -> Result<u64, Malformed> {
    decimal(field, unblanked(required(field, value)?))
}

/// Without the blanks about it that attribute lists may have too; Unicode has more, players none.
fn unblanked(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn uri<'a>(field: &'static str, value: Option<&'a str>) -> Result<Option<&'a str>, Malformed> {
    AttributeList::parse(required(field, value)?)?.quoted("URI")
}

//! From one line to the next: what is due, which key is in force, where a range goes on.

use super::key::{Key, Method};
use super::line::Line;
use super::playlist::{Item, Keys, Resource};
use super::range::{ByteRange, Span};
use super::tag::Tag;
use crate::format::{Malformed, Rule};

/// What earlier lines said of those to come.
pub(super) struct Walk<'a> {
    multivariant: bool,
    /// Whether a URI line is due: after EXTINF, or after EXT-X-STREAM-INF.
    due: bool,
    gap: bool,
    define: bool,
    any_segment: bool,
    range: Option<ByteRange>,
    /// Where a range without an offset begins: in this resource, after this byte.
    previous: Option<(&'a str, u64)>,
    /// Media Sequence Number of the next segment; `None` after the last number there is.
    sequence: Option<u64>,
    keys: Keys<'a>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(multivariant: bool) -> Self {
        Self {
            multivariant,
            due: false,
            gap: false,
            define: false,
            any_segment: false,
            range: None,
            previous: None,
            sequence: Some(0),
            keys: Keys::default(),
        }
    }

    /// What `line` says after all the lines before it.
    pub(super) fn step(&mut self, line: &Line<'a>) -> Result<Item<'a>, Malformed> {
        // A comment in another encoding harms no one.
        let text = match line.says() {
            Some(text) => text,
            None if line.text.starts_with(b"#") && !line.text.starts_with(b"#EXT") => "",
            None => return Err(Malformed { field: "playlist", rule: Rule::Utf8 }),
        };
        match text {
            "" => Ok(Item::Text),
            _ if text.starts_with('#') => self.tag(Tag::parse(text)?),
            uri if self.multivariant => self.playlist(uri),
            uri => self.segment(uri),
        }
    }

    fn tag(&mut self, tag: Tag<'a>) -> Result<Item<'a>, Malformed> {
        match tag {
            Tag::Version(version) => return Ok(Item::Version(version)),
            Tag::StreamInf => self.due = true,
            Tag::ExtInf => {
                self.due = true;
                return Ok(Item::ExtInf);
            }
            Tag::Gap => self.gap = true,
            Tag::Define => self.define = true,
            Tag::ByteRange(range) => {
                self.range = Some(range);
                return Ok(Item::ByteRange(range));
            }
            Tag::Key(key) => {
                self.key(key);
                return Ok(Item::Key(key));
            }
            // An offset may be missing here too; there is no sub-range before it to follow.
            Tag::Map { uri, range } => {
                let range = range.map(|range| range.resolve(Some(0))).transpose()?;
                return Ok(Item::Map(self.resource(uri, range)?));
            }
            // req HLS-SEQUENCE-1: the Media Sequence Number counts from EXT-X-MEDIA-SEQUENCE,
            // which comes before any segment
            Tag::MediaSequence(_) if self.any_segment => {
                return Err(Malformed { field: "EXT-X-MEDIA-SEQUENCE", rule: Rule::Order });
            }
            Tag::MediaSequence(sequence) => self.sequence = Some(sequence),
            Tag::Media(Some(uri)) | Tag::IFrameStreamInf(uri) | Tag::Images(uri) => {
                return Ok(Item::Playlist(self.literal(uri)?));
            }
            Tag::SessionData(Some(uri)) => return Ok(Item::SessionData(self.literal(uri)?)),
            Tag::SessionKey(key) => return Ok(Item::SessionKey(key)),
            Tag::LowLatency(name) => return Ok(Item::LowLatency(name)),
            _ => (),
        }
        Ok(Item::Text)
    }

    // req HLS-KEY-5: a key holds until the next tag of the same KEYFORMAT
    fn key(&mut self, key: Key<'a>) {
        match key.method {
            Method::None => self.keys = Keys::default(),
            _ if key.is_identity() => self.keys.identity = Some(key),
            _ => self.keys.other = Some(key),
        }
    }

    fn playlist(&mut self, uri: &'a str) -> Result<Item<'a>, Malformed> {
        if !core::mem::take(&mut self.due) {
            return Err(Malformed { field: "EXT-X-STREAM-INF", rule: Rule::Required });
        }
        Ok(Item::Playlist(self.literal(uri)?))
    }

    // req HLS-RANGE-1: a range without an offset follows a sub-range of the same resource
    fn segment(&mut self, uri: &'a str) -> Result<Item<'a>, Malformed> {
        if !core::mem::take(&mut self.due) {
            return Err(Malformed { field: "EXTINF", rule: Rule::Required });
        }
        let next = self.previous.filter(|(previous, _)| *previous == uri).map(|(_, end)| end);
        let range = self.range.take().map(|range| range.resolve(next)).transpose()?;
        self.previous = range.map(|range| (uri, range.end()));
        self.any_segment = true;

        let overflow = Malformed { field: "EXT-X-MEDIA-SEQUENCE", rule: Rule::Range };
        let sequence = self.sequence.ok_or(overflow)?;
        self.sequence = sequence.checked_add(1);
        let gap = core::mem::take(&mut self.gap);
        Ok(Item::Segment { resource: self.resource(uri, range)?, sequence, gap })
    }

    fn resource(&self, uri: &'a str, range: Option<Span>) -> Result<Resource<'a>, Malformed> {
        Ok(Resource { uri: self.literal(uri)?, range, keys: self.keys })
    }

    /// A URI that stands for itself: variables of `EXT-X-DEFINE` are not expanded here.
    fn literal(&self, uri: &'a str) -> Result<&'a str, Malformed> {
        if self.define && uri.contains("{$") {
            return Err(Malformed { field: "EXT-X-DEFINE", rule: Rule::Unsupported });
        }
        Ok(uri)
    }
}

//! A whole playlist, line by line, with what each line means for keys and bytes.
//!
//! [`Items`] yields every line once, so that a rewriter loses nothing: the lines it does not
//! change are written back as they were read.

use super::key::Key;
use super::line::{Line, Lines};
use super::range::{ByteRange, Span};
use super::walk::Walk;
use crate::format::{Malformed, Rule};

/// Bytes of a playlist. A day of two-second segments with byte ranges and keys is 10 MiB.
pub const MAX_PLAYLIST_LEN: usize = 64 * 1024 * 1024;

/// Lines of a playlist.
pub const MAX_LINES: usize = 1_000_000;

/// What is wrong, and in which line (from 1; 0 where no line is to blame).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fault {
    /// Counted from 1.
    pub line: usize,
    /// Field and rule.
    pub malformed: Malformed,
}

/// The two kinds of playlist, RFC 8216 §4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Playlist<'a> {
    /// Names other playlists; the standard's Master Playlist.
    Multivariant(Items<'a>),
    /// Names segments.
    Media {
        /// Its lines.
        items: Items<'a>,
        /// `EXT-X-I-FRAMES-ONLY`: its ranges are cut from the segments of another playlist.
        i_frames_only: bool,
        /// `EXT-X-IMAGES-ONLY`: its segments are pictures.
        images_only: bool,
    },
}

/// What one line says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Item<'a> {
    /// Nothing of keys or bytes: kept as it is.
    Text,
    /// `EXT-X-VERSION`.
    Version(u64),
    /// `EXTINF`: a segment begins.
    ExtInf,
    /// `EXT-X-BYTERANGE` of the segment to come.
    ByteRange(ByteRange),
    /// `EXT-X-KEY`.
    Key(Key<'a>),
    /// `EXT-X-MAP`: a Media Initialization Section.
    Map(Resource<'a>),
    /// The URI line of a Media Segment.
    Segment {
        /// Where its bytes are, and under which keys.
        resource: Resource<'a>,
        /// Media Sequence Number.
        sequence: u64,
        /// `EXT-X-GAP`: its bytes are not there.
        gap: bool,
    },
    /// A line that names a playlist: variant, rendition, I-frames, pictures.
    Playlist(&'a str),
    /// `EXT-X-SESSION-DATA` with a URI.
    SessionData(&'a str),
    /// `EXT-X-SESSION-KEY`.
    SessionKey(Key<'a>),
    /// A tag of a live edge, by name: parts of segments that are not cut yet.
    LowLatency(&'static str),
}

/// Bytes that a playlist names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Resource<'a> {
    /// As written.
    pub uri: &'a str,
    /// The whole resource, or this part of it.
    pub range: Option<Span>,
    /// The keys that apply.
    pub keys: Keys<'a>,
}

/// The keys in force at a line: one that is a file, and one of another system.
///
/// Tags of different KEYFORMATs lead to the same key (§4.3.2.4), so that the identity key
/// suffices; [`Keys::other`] says why a segment cannot be opened that has no other.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Keys<'a> {
    /// KEYFORMAT `identity`.
    pub identity: Option<Key<'a>>,
    /// The newest key of any other KEYFORMAT.
    pub other: Option<Key<'a>>,
}

impl Keys<'_> {
    /// Whether the bytes are clear.
    pub fn is_clear(&self) -> bool {
        self.identity.is_none() && self.other.is_none()
    }
}

impl<'a> Playlist<'a> {
    /// Reads `bytes` once over for its kind. Its items are checked as they are met.
    // req HLS-PLAYLIST-1: UTF-8 without a byte order mark
    // req HLS-PLAYLIST-2: EXTM3U is the first line
    // req HLS-PLAYLIST-3: tags of both kinds in one playlist are refused
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let fault = |line, field, rule| Fault { line, malformed: Malformed { field, rule } };
        if bytes.len() > MAX_PLAYLIST_LEN {
            return Err(fault(0, "playlist", Rule::Length));
        }
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            return Err(fault(1, "byte order mark", Rule::Forbidden));
        }
        let (mut media, mut multivariant) = (false, false);
        let (mut i_frames_only, mut images_only) = (false, false);
        for line in Lines::new(bytes) {
            let name = line.text.split(|&b| b == b':').next().unwrap_or_default().trim_ascii_end();
            match (line.number, name) {
                (1, b"#EXTM3U") => (),
                (1, _) => return Err(fault(1, "EXTM3U", Rule::Required)),
                (MAX_LINES.., _) => return Err(fault(line.number, "playlist", Rule::Length)),
                (_, b"#EXT-X-I-FRAMES-ONLY") => (media, i_frames_only) = (true, true),
                (_, b"#EXT-X-IMAGES-ONLY") => (media, images_only) = (true, true),
                (_, name) if MEDIA_TAGS.contains(&name) => media = true,
                (_, name) if MULTIVARIANT_TAGS.contains(&name) => multivariant = true,
                _ => (),
            }
            if media && multivariant {
                return Err(fault(line.number, "playlist", Rule::Mixed));
            }
        }
        let items = Items::new(bytes, multivariant);
        match (bytes.is_empty(), multivariant) {
            (true, _) => Err(fault(1, "EXTM3U", Rule::Required)),
            (_, true) => Ok(Self::Multivariant(items)),
            (_, false) => Ok(Self::Media { items, i_frames_only, images_only }),
        }
    }
}

/// Tags of §4.3.2 and §4.3.3 that no multivariant playlist has.
const MEDIA_TAGS: &[&[u8]] = &[
    b"#EXTINF",
    b"#EXT-X-BYTERANGE",
    b"#EXT-X-KEY",
    b"#EXT-X-MAP",
    b"#EXT-X-TARGETDURATION",
    b"#EXT-X-MEDIA-SEQUENCE",
    b"#EXT-X-ENDLIST",
    b"#EXT-X-PLAYLIST-TYPE",
];

/// Tags of §4.3.4, and Roku's pictures beside them.
const MULTIVARIANT_TAGS: &[&[u8]] = &[
    b"#EXT-X-MEDIA",
    b"#EXT-X-STREAM-INF",
    b"#EXT-X-I-FRAME-STREAM-INF",
    b"#EXT-X-IMAGE-STREAM-INF",
    b"#EXT-X-SESSION-DATA",
    b"#EXT-X-SESSION-KEY",
];

/// The lines of a playlist with their meaning, in order, every one. Ends after a fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Items<'a> {
    bytes: &'a [u8],
    multivariant: bool,
}

impl<'a> Items<'a> {
    fn new(bytes: &'a [u8], multivariant: bool) -> Self {
        Self { bytes, multivariant }
    }

    /// Reads from the first line.
    pub fn iter(&self) -> impl Iterator<Item = Result<(Line<'a>, Item<'a>), Fault>> + use<'a> {
        let mut walk = Walk::new(self.multivariant);
        let mut lines = Lines::new(self.bytes);
        let mut failed = false;
        core::iter::from_fn(move || {
            let line = if failed { None } else { lines.next() }?;
            let item = walk.step(&line);
            failed = item.is_err();
            Some(match item {
                Ok(item) => Ok((line, item)),
                Err(malformed) => Err(Fault { line: line.number, malformed }),
            })
        })
    }
}

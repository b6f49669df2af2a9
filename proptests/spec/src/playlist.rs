//! HLS playlists: RFC 8216 §4.1, §4.3. What a line means, by looking back from it.
//!
//! No state goes from line to line: the key of a segment is the last one above it, its number is
//! how many are above it, its range goes on where the one above it ends.

use crate::ext_x_key::{self, Key, Value};

/// A playlist.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Playlist {
    /// Which of the two.
    pub kind: Kind,
    /// What its lines say, up to the first that is refused.
    pub lines: Vec<Says>,
    /// Whether one is.
    pub refused: bool,
}

/// The two kinds, §4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Names playlists.
    Multivariant,
    /// Names segments.
    Media {
        /// Of pictures to jump to.
        i_frames_only: bool,
        /// Of thumbnails.
        images_only: bool,
    },
}

/// What a line says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Says {
    /// Nothing of keys or bytes.
    Text,
    /// EXT-X-VERSION.
    Version(u64),
    /// EXTINF.
    ExtInf,
    /// EXT-X-BYTERANGE: length, and offset where it has one.
    ByteRange(u64, Option<u64>),
    /// EXT-X-KEY.
    Key(Key),
    /// EXT-X-MAP.
    Map(Resource),
    /// A segment, its number, and whether it is not there.
    Segment(Resource, u64, bool),
    /// A line or tag that names a playlist.
    Playlist(String),
    /// EXT-X-SESSION-DATA with a URI.
    SessionData(String),
    /// EXT-X-SESSION-KEY.
    SessionKey(Key),
    /// A tag of low-latency HLS, by name.
    LowLatency(String),
}

/// Bytes, and the keys above them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resource {
    /// As written.
    pub uri: String,
    /// Offset and length.
    pub range: Option<(u64, u64)>,
    /// The last key of KEYFORMAT identity.
    pub identity: Option<Key>,
    /// The last key of any other.
    pub other: Option<Key>,
}

/// Reads a playlist: `None` where it is refused as a whole.
pub fn read(bytes: &[u8]) -> Option<Playlist> {
    let lines: Vec<&[u8]> = lines(bytes).into_iter().map(|(text, _)| text).collect();
    let kind = kind(&lines)?;
    let marks: Vec<_> = lines.iter().map(|line| mark(line)).collect();
    let mut said = vec![];
    for at in 0..marks.len() {
        let Some(says) = says(kind == Kind::Multivariant, &marks[..=at], &said) else { break };
        said.push(says);
    }
    Some(Playlist { kind, refused: said.len() < lines.len(), lines: said })
}

/// Texts and line ends, §4.1: LF or CR LF.
pub fn lines(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let cut = |line: &'_ [u8]| match line {
        [.., b'\r', b'\n'] => line.len() - 2,
        [.., b'\n'] => line.len() - 1,
        _ => line.len(),
    };
    bytes.split_inclusive(|&b| b == b'\n').map(|line| line.split_at(cut(line))).collect()
}

/// §4.3: EXTM3U first, no byte order mark, and tags of one kind only.
fn kind(lines: &[&[u8]]) -> Option<Kind> {
    let names: Vec<&[u8]> = lines.iter().map(|line| name(line)).collect();
    let has = |list: &[&str]| names.iter().any(|n| list.iter().any(|tag| tag.as_bytes() == *n));
    let i_frames_only = has(&["#EXT-X-I-FRAMES-ONLY"]);
    let images_only = has(&["#EXT-X-IMAGES-ONLY"]);
    match (*names.first()? == b"#EXTM3U", has(MEDIA) || i_frames_only || images_only, has(MASTER)) {
        (false, ..) | (_, true, true) => None,
        (true, _, true) => Some(Kind::Multivariant),
        (true, _, false) => Some(Kind::Media { i_frames_only, images_only }),
    }
}

fn name(line: &[u8]) -> &[u8] {
    line.split(|&b| b == b':').next().unwrap_or(line).trim_ascii_end()
}

/// A line by itself.
#[derive(Debug)]
enum Mark {
    /// Blank, or a comment that is not UTF-8.
    Nothing,
    /// Name without `#`, and what follows the colon.
    Tag(String, Option<String>),
    Uri(String),
}

/// `None` where the line is not UTF-8. Blanks at its end are overlooked.
fn mark(line: &[u8]) -> Option<Mark> {
    let Ok(text) = std::str::from_utf8(line.trim_ascii_end()) else {
        let comment = line.first() == Some(&b'#') && line.get(1..4) != Some(b"EXT");
        return comment.then_some(Mark::Nothing);
    };
    Some(match (text.strip_prefix('#'), text.split_once(':')) {
        (None, _) if text.is_empty() => Mark::Nothing,
        (None, _) => Mark::Uri(text.to_owned()),
        (Some(_), Some((name, value))) => Mark::Tag(name[1..].to_owned(), Some(value.to_owned())),
        (Some(name), None) => Mark::Tag(name.to_owned(), None),
    })
}

/// What the last of `marks` says, where `said` is what those above it say.
fn says(multivariant: bool, marks: &[Option<Mark>], said: &[Says]) -> Option<Says> {
    let (last, above) = marks.split_last()?;
    let (name, value) = match last.as_ref()? {
        Mark::Nothing => return Some(Says::Text),
        Mark::Uri(uri) if multivariant => {
            since_uri(above).any(|tag| tag == "EXT-X-STREAM-INF").then_some(())?;
            return Some(Says::Playlist(literal(uri.clone(), above)?));
        }
        Mark::Uri(uri) => return segment(uri, above, said),
        Mark::Tag(name, value) => (&name[..], value.as_deref()),
    };
    let attributes = || ext_x_key::attribute_list(value?);
    let uri = |required| match attributes()?.remove("URI") {
        Some(Value::Quoted(uri)) => Some(Some(literal(uri, above)?)),
        Some(Value::Bare(_)) => None,
        None if required => None,
        None => Some(None),
    };
    Some(match name {
        "EXT-X-VERSION" => Says::Version(number(value?)?),
        "EXTINF" => Says::ExtInf,
        "EXT-X-BYTERANGE" => {
            let (length, offset) = range(value?.trim_matches([' ', '\t']))?;
            Says::ByteRange(length, offset)
        }
        "EXT-X-KEY" => Says::Key(ext_x_key::parse(value?)?),
        "EXT-X-SESSION-KEY" => Says::SessionKey(ext_x_key::parse(value?)?),
        "EXT-X-MAP" => {
            let range = match attributes()?.remove("BYTERANGE") {
                Some(Value::Quoted(text)) => Some(placed(range(&text)?, Some(0))?),
                Some(Value::Bare(_)) => return None,
                None => None,
            };
            Says::Map(resource(uri(true)??, range, said))
        }
        "EXT-X-MEDIA-SEQUENCE" => {
            let late = said.iter().any(|says| matches!(says, Says::Segment(..)));
            number(value?).filter(|_| !late).map(|_| Says::Text)?
        }
        "EXT-X-MEDIA" => uri(false)?.map_or(Says::Text, Says::Playlist),
        "EXT-X-SESSION-DATA" => uri(false)?.map_or(Says::Text, Says::SessionData),
        "EXT-X-I-FRAME-STREAM-INF" | "EXT-X-IMAGE-STREAM-INF" => Says::Playlist(uri(true)??),
        "EXT-X-PART" | "EXT-X-PRELOAD-HINT" | "EXT-X-SKIP" => Says::LowLatency(name.to_owned()),
        _ => Says::Text,
    })
}

/// §4.3.2: a URI line, with EXTINF above it.
fn segment(uri: &str, above: &[Option<Mark>], said: &[Says]) -> Option<Says> {
    since_uri(above).any(|tag| tag == "EXTINF").then_some(())?;
    let segments = || said.iter().filter(|says| matches!(says, Says::Segment(..)));
    let first = tags(above).rev().find_map(|(name, value)| match name {
        "EXT-X-MEDIA-SEQUENCE" => number(value?),
        _ => None,
    });
    let sequence = first.unwrap_or(0).checked_add(u64::try_from(segments().count()).ok()?)?;

    let before = match segments().next_back() {
        Some(Says::Segment(Resource { uri: same, range: Some((o, n)), .. }, ..)) if same == uri => {
            Some(o + n)
        }
        _ => None,
    };
    let own = said.iter().rev().take_while(|says| !matches!(says, Says::Segment(..)));
    let range = own.clone().find_map(|says| match says {
        Says::ByteRange(length, offset) => Some((*length, *offset)),
        _ => None,
    });
    let range = match range {
        Some(range) => Some(placed(range, before)?),
        None => None,
    };
    let gap = since_uri(above).any(|tag| tag == "EXT-X-GAP");
    Some(Says::Segment(resource(literal(uri.to_owned(), above)?, range, said), sequence, gap))
}

/// The keys are the last of each kind, below the last METHOD=NONE.
fn resource(uri: String, range: Option<(u64, u64)>, said: &[Says]) -> Resource {
    let keys = said.iter().rev().filter_map(|says| match says {
        Says::Key(key) => Some(key),
        _ => None,
    });
    let keys = keys.take_while(|key| **key != Key::None);
    let is_identity = |key: &&Key| match key {
        Key::Some { key_format, .. } => key_format == "identity",
        Key::None => false,
    };
    let identity = keys.clone().find(is_identity).cloned();
    let other = keys.clone().find(|key| !is_identity(key)).cloned();
    Resource { uri, range, identity, other }
}

/// Offset and length; the end has to be a number too.
fn placed((length, offset): (u64, Option<u64>), next: Option<u64>) -> Option<(u64, u64)> {
    let offset = offset.or(next)?;
    offset.checked_add(length).map(|_| (offset, length))
}

/// §4.3.2.2: n[@o].
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    match text.split_once('@') {
        Some((length, offset)) => Some((decimal(length)?, Some(decimal(offset)?))),
        None => Some((decimal(text)?, None)),
    }
}

fn number(text: &str) -> Option<u64> {
    decimal(text.trim_matches([' ', '\t']))
}

/// decimal-integer, §4.2: at most 20 digits, below 2⁶⁴.
fn decimal(text: &str) -> Option<u64> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let value = digits.iter().fold(0u128, |n, d| 10 * n + u128::from(*d));
    u64::try_from(value).ok()
}

/// No variable of EXT-X-DEFINE is expanded, so a URI that has one is refused.
fn literal(uri: String, above: &[Option<Mark>]) -> Option<String> {
    let defined = tags(above).any(|(name, _)| name == "EXT-X-DEFINE");
    if defined && uri.contains("{$") { None } else { Some(uri) }
}

fn tags(marks: &[Option<Mark>]) -> impl DoubleEndedIterator<Item = (&str, Option<&str>)> {
    marks.iter().filter_map(|mark| match mark {
        Some(Mark::Tag(name, value)) => Some((&name[..], value.as_deref())),
        _ => None,
    })
}

/// The names of the tags below the last URI line.
fn since_uri(marks: &[Option<Mark>]) -> impl Iterator<Item = &str> {
    let uri = marks.iter().rposition(|mark| matches!(mark, Some(Mark::Uri(_))));
    tags(&marks[uri.map_or(0, |at| at + 1)..]).map(|(name, _)| name)
}

/// Tags of §4.3.2 and §4.3.3.
const MEDIA: &[&str] = &[
    "#EXTINF",
    "#EXT-X-BYTERANGE",
    "#EXT-X-KEY",
    "#EXT-X-MAP",
    "#EXT-X-TARGETDURATION",
    "#EXT-X-MEDIA-SEQUENCE",
    "#EXT-X-ENDLIST",
    "#EXT-X-PLAYLIST-TYPE",
];

/// Tags of §4.3.4, and Roku's.
const MASTER: &[&str] = &[
    "#EXT-X-MEDIA",
    "#EXT-X-STREAM-INF",
    "#EXT-X-I-FRAME-STREAM-INF",
    "#EXT-X-IMAGE-STREAM-INF",
    "#EXT-X-SESSION-DATA",
    "#EXT-X-SESSION-KEY",
];

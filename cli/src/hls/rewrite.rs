//! Playlists, rewritten line by line: what need not change is written back byte for byte.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Peekable;

use reelseal_core::format::hls::{
    AttributeList, ByteRange, Item, Key, Line, Lines, Method, Playlist, Span,
};
use reelseal_core::segment::Iv;

use super::layout::{Cipher, DonePiece, follow, follow_part, holding};
use super::model::{Kind, PlaylistFile, Role, Use};
use crate::error::Error;
use crate::package::PackagePath;

/// What became of each file.
pub type DoneFiles = BTreeMap<PackagePath, Vec<DonePiece>>;

/// A playlist with keys, for a package whose files were encrypted.
///
/// `uri` says where a key is, as this playlist names it.
pub fn protected(
    playlist: &PlaylistFile,
    files: &DoneFiles,
    uri: &dyn Fn(usize) -> String,
) -> Result<Vec<u8>, Error> {
    let mut writer = Protect {
        out: Writer::new(&playlist.bytes),
        playlist,
        files,
        uri,
        next: 0,
        gaps: gaps(playlist)?,
        in_force: None,
    };
    let version = writer.version()?;
    for (line, item) in items(playlist)? {
        writer.step(line, item, version)?;
    }
    Ok(writer.out.bytes)
}

/// A playlist without keys, for a package whose files were decrypted.
pub fn unprotected(playlist: &PlaylistFile, files: &DoneFiles) -> Result<Vec<u8>, Error> {
    let mut out = Writer::new(&playlist.bytes);
    let mut next = 0;
    let mut gaps = gaps(playlist)?;
    for (line, item) in items(playlist)? {
        match item {
            // req HLS-SESSION-1: a session key says what the media playlists say
            Item::Key(_) | Item::SessionKey(_) => (),
            Item::ByteRange(range) if gaps.peek() == Some(&true) => out.gap_range(line, range),
            Item::ByteRange(range) => {
                let span = moved(playlist, segment_from(playlist, next), files)?;
                out.byte_range(line, range, span);
            }
            Item::Map(_) => {
                let used = playlist.uses.get(next);
                out.map(line, used, moved(playlist, used, files)?)?;
                next += 1;
            }
            Item::Segment { gap, .. } => {
                out.keep(line);
                next += usize::from(!gap);
                gaps.next();
            }
            _ => out.keep(line),
        }
    }
    Ok(out.bytes)
}

/// The key and IV attribute that a tag puts in force.
type InForce = (usize, Option<[u8; 16]>);

struct Protect<'a> {
    out: Writer,
    playlist: &'a PlaylistFile,
    files: &'a DoneFiles,
    uri: &'a dyn Fn(usize) -> String,
    /// Index of the next use.
    next: usize,
    /// Whether each segment to come is a gap.
    gaps: Gaps,
    in_force: Option<InForce>,
}

impl Protect<'_> {
    fn step(&mut self, line: Line<'_>, item: Item<'_>, version: Option<u64>) -> Result<(), Error> {
        match item {
            // The input is clear: what says so would end the keys that are put in.
            Item::Key(_) => return Ok(()),
            Item::Version(declared) if version.is_some_and(|needed| declared < needed) => {
                self.out.replace(line, format_args!("#EXT-X-VERSION:{VERSION_OF_IV}"));
                return Ok(());
            }
            Item::ExtInf => self.ensure_next_segment()?,
            Item::ByteRange(range) if self.gaps.peek() == Some(&true) => {
                self.out.gap_range(line, range);
                return Ok(());
            }
            Item::ByteRange(range) => {
                let used = segment_from(self.playlist, self.next);
                self.out.byte_range(line, range, moved(self.playlist, used, self.files)?);
                return Ok(());
            }
            Item::Map(_) => {
                let used = self.playlist.uses.get(self.next);
                let needed = self.needed(used)?;
                self.ensure(needed)?;
                self.next += 1;
                return self.out.map(line, used, moved(self.playlist, used, self.files)?);
            }
            Item::Segment { gap, .. } => {
                self.ensure_next_segment()?;
                self.next += usize::from(!gap);
                self.gaps.next();
            }
            _ => (),
        }
        self.out.keep(line);
        if line.number == 1 && version.is_some() && !declares_version(self.playlist)? {
            self.out.insert(format_args!("#EXT-X-VERSION:{VERSION_OF_IV}"));
        }
        Ok(())
    }

    /// The version that the keys ask for, if it is more than 1.
    // req HLS-VERSION-1: an IV attribute needs EXT-X-VERSION 2
    fn version(&self) -> Result<Option<u64>, Error> {
        for used in &self.playlist.uses {
            if matches!(self.needed(Some(used))?, Some((_, Some(_)))) {
                return Ok(Some(VERSION_OF_IV));
            }
        }
        Ok(None)
    }

    fn ensure_next_segment(&mut self) -> Result<(), Error> {
        match segment_from(self.playlist, self.next) {
            None => Ok(()),
            used => {
                let needed = self.needed(used)?;
                self.ensure(needed)
            }
        }
    }

    /// Writes a tag where another key or IV is needed than the one in force.
    fn ensure(&mut self, needed: Option<InForce>) -> Result<(), Error> {
        if self.in_force == needed {
            return Ok(());
        }
        self.in_force = needed;
        let uri = needed.map(|(key, _)| (self.uri)(key));
        let key = Key {
            method: if needed.is_some() { Method::Aes128 } else { Method::None },
            uri: uri.as_deref(),
            iv: needed.and_then(|(_, iv)| iv),
            key_format: reelseal_core::format::hls::IDENTITY,
            key_format_versions: None,
        };
        self.out.insert(format_args!("#EXT-X-KEY:{key}"));
        Ok(())
    }

    fn needed(&self, used: Option<&Use>) -> Result<Option<InForce>, Error> {
        let Some(used) = used else { return Ok(None) };
        Ok(cipher(used, self.files).map(|cipher| match (self.playlist.kind, cipher.iv) {
            (_, Iv::Attribute(iv)) => (cipher.key, Some(iv)),
            (Kind::Media, Iv::MediaSequence(_)) => (cipher.key, None),
            // The numbers of an I-frame playlist are not those of the segments it is cut from.
            (_, iv) => (cipher.key, Some(iv.block())),
        }))
    }
}

/// RFC 8216 §7: the version that an IV attribute asks for.
const VERSION_OF_IV: u64 = 2;

/// How the bytes of a use were encrypted: they are a piece, or a part of one.
fn cipher(used: &Use, files: &DoneFiles) -> Option<Cipher> {
    holding(files.get(&used.path)?, used.span)?.cipher
}

/// Where the bytes of a use have gone; `None` where its line gives no range.
fn moved(
    playlist: &PlaylistFile,
    used: Option<&Use>,
    files: &DoneFiles,
) -> Result<Option<Span>, Error> {
    let Some(used) = used.filter(|used| used.ranged) else { return Ok(None) };
    let pieces = files.get(&used.path).map(Vec::as_slice).unwrap_or_default();
    let cut = playlist.kind == Kind::IFrames && matches!(used.role, Role::Segment { .. });
    let span = if cut { follow_part(pieces, used.span) } else { follow(pieces, used.span) };
    span.map(Some).ok_or_else(|| Error::bug(format!("bytes of {} were lost", used.path)))
}

/// The next use at or after `from` that is a segment.
fn segment_from(playlist: &PlaylistFile, from: usize) -> Option<&Use> {
    let rest = playlist.uses.get(from..).unwrap_or_default();
    rest.iter().find(|used| matches!(used.role, Role::Segment { .. }))
}

/// Whether each segment is a gap, in order. A gap has a line, and no bytes.
type Gaps = Peekable<std::vec::IntoIter<bool>>;

fn gaps(playlist: &PlaylistFile) -> Result<Gaps, Error> {
    let gap = |(_, item): (_, Item<'_>)| match item {
        Item::Segment { gap, .. } => Some(gap),
        _ => None,
    };
    Ok(items(playlist)?.filter_map(gap).collect::<Vec<_>>().into_iter().peekable())
}

fn declares_version(playlist: &PlaylistFile) -> Result<bool, Error> {
    Ok(items(playlist)?.any(|(_, item)| matches!(item, Item::Version(_))))
}

/// The lines of a playlist that was read before without a fault.
fn items(playlist: &PlaylistFile) -> Result<impl Iterator<Item = (Line<'_>, Item<'_>)>, Error> {
    match Playlist::parse(&playlist.bytes) {
        Ok(Playlist::Multivariant(items) | Playlist::Media { items, .. }) => {
            Ok(items.iter().filter_map(Result::ok))
        }
        Err(_) => Err(Error::bug(format!("{} does not read twice", playlist.path))),
    }
}

/// The new text, with the line ends of the old one.
struct Writer {
    bytes: Vec<u8>,
    end: Vec<u8>,
    /// Where a range without an offset would begin.
    range_end: u64,
}

impl Writer {
    fn new(old: &[u8]) -> Self {
        let end = Lines::new(old).map(|line| line.end).find(|end| !end.is_empty());
        let end = end.unwrap_or(b"\n").to_vec();
        Self { bytes: Vec::with_capacity(old.len() + old.len() / 2), end, range_end: 0 }
    }

    fn keep(&mut self, line: Line<'_>) {
        self.bytes.extend_from_slice(line.text);
        self.bytes.extend_from_slice(line.end);
    }

    fn insert(&mut self, text: fmt::Arguments<'_>) {
        self.bytes.extend_from_slice(text.to_string().as_bytes());
        self.bytes.extend_from_slice(&self.end);
    }

    fn replace(&mut self, line: Line<'_>, text: fmt::Arguments<'_>) {
        self.bytes.extend_from_slice(text.to_string().as_bytes());
        self.bytes.extend_from_slice(line.end);
    }

    /// An `EXT-X-BYTERANGE` line. It names an offset where it did before, and where the bytes
    /// no longer begin where the last ones end.
    // req HLS-RANGE-1: a range without an offset follows a sub-range of the same resource
    fn byte_range(&mut self, line: Line<'_>, old: ByteRange, span: Option<Span>) {
        let Some(span) = span else { return self.keep(line) };
        let names_offset = old.offset.is_some() || span.offset != self.range_end;
        let new = ByteRange { length: span.length, offset: names_offset.then_some(span.offset) };
        self.range_end = span.end();
        if new == old { self.keep(line) } else { self.replace(line, format_args!("{RANGE}{new}")) }
    }

    /// The `EXT-X-BYTERANGE` line of a gap: its bytes went nowhere, but the next range counts it.
    fn gap_range(&mut self, line: Line<'_>, range: ByteRange) {
        let offset = range.offset.unwrap_or(self.range_end);
        self.range_end = offset.saturating_add(range.length);
        self.keep(line);
    }

    /// An `EXT-X-MAP` line, whose attributes keep their order.
    fn map(&mut self, line: Line<'_>, old: Option<&Use>, new: Option<Span>) -> Result<(), Error> {
        let list = line.says().and_then(|text| text.split_once(':'));
        let moved = new.filter(|new| old.is_none_or(|old| old.span != *new));
        let (Some(span), Some((tag, list))) = (moved, list) else {
            self.keep(line);
            return Ok(());
        };
        let list = AttributeList::parse(list).map_err(|_| Error::bug("a list that was read"))?;
        let range = ByteRange { length: span.length, offset: Some(span.offset) };
        self.replace(line, format_args!("{tag}:{}", list.with_quoted("BYTERANGE", range)));
        Ok(())
    }
}

const RANGE: &str = "#EXT-X-BYTERANGE:";

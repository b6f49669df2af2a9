//! A package as its playlists tell it: which bytes of which files, in which order, under which
//! keys. Nothing is decided here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use reelseal_core::format::hls::{Fault, Item, Items, Keys, MAX_PLAYLIST_LEN, Method, Playlist};
use reelseal_core::format::hls::{Resource, Span};

use crate::error::Error;
use crate::package::{PackagePath, Source};

/// Playlists of one package. Titles have tens; a link to itself would have no end.
const MAX_PLAYLISTS: usize = 10_000;

/// A package, read.
pub struct Model {
    /// The playlist that was named on the command line, then those it names, each once.
    pub playlists: Vec<PlaylistFile>,
    /// Files that are carried along as they are: session data.
    pub passengers: Vec<PackagePath>,
    /// Where the keys of the package are said to be.
    pub key_uris: Vec<KeyUri>,
    /// The first `EXT-X-SESSION-KEY`: file and line.
    pub session_key: Option<String>,
    /// Sizes of all files that are used.
    pub sizes: BTreeMap<PackagePath, u64>,
}

/// One playlist.
pub struct PlaylistFile {
    /// Where it is.
    pub path: PackagePath,
    /// As it was read.
    pub bytes: Vec<u8>,
    /// What it names.
    pub kind: Kind,
    /// The bytes it names, in order.
    pub uses: Vec<Use>,
}

/// What a playlist names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Playlists.
    Multivariant,
    /// Segments.
    Media,
    /// Pictures that are cut from the segments of another playlist (RFC 8216 §4.3.3.6).
    IFrames,
    /// Pictures that are files (Roku).
    Images,
}

/// A line that names bytes.
#[derive(Clone, Debug)]
pub struct Use {
    /// Its number, from 1.
    pub line: usize,
    /// Of which file.
    pub path: PackagePath,
    /// Which bytes; all of a file where the line gives no range.
    pub span: Span,
    /// Whether the line gives a range.
    pub ranged: bool,
    /// What the bytes are.
    pub role: Role,
    /// How they are encrypted.
    pub key: KeyUse,
}

/// What named bytes are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// A Media Segment.
    Segment {
        /// Its Media Sequence Number.
        sequence: u64,
    },
    /// A Media Initialization Section.
    Map,
}

/// The key of some bytes, as their playlist says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyUse {
    /// None.
    Clear,
    /// METHOD=AES-128, KEYFORMAT identity.
    Aes128 {
        /// Index into [`Model::key_uris`].
        key: usize,
        /// The IV attribute.
        iv: Option<[u8; 16]>,
    },
    /// Anything else, by METHOD and KEYFORMAT.
    Other(String),
}

/// Where a key is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyUri {
    /// A file of the package.
    File(PackagePath),
    /// Somewhere else, as written, and why it is not a file of the package.
    Elsewhere(String, String),
}

/// What to do with a fault: end (return it) or write it down and go on.
pub type Report<'a> = dyn FnMut(Error) -> Result<(), Error> + 'a;

impl Model {
    /// Reads the playlist at `main` and every playlist it names.
    pub fn read(
        source: &Source,
        main: &PackagePath,
        report: &mut Report<'_>,
    ) -> Result<Self, Error> {
        let mut model = Self {
            playlists: Vec::new(),
            passengers: Vec::new(),
            key_uris: Vec::new(),
            session_key: None,
            sizes: BTreeMap::new(),
        };
        let mut todo = VecDeque::from([(main.clone(), None)]);
        let mut seen = BTreeSet::new();
        while let Some((path, named_by)) = todo.pop_front() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let bytes = match source.read(&path, MAX_PLAYLIST_LEN as u64) {
                Ok(bytes) => bytes,
                Err(error) => {
                    report(named_by.map_or(error.clone(), |place: Place| error.at(place)))?;
                    continue;
                }
            };
            match model.read_playlist(source, path, bytes, named_by.is_some(), report) {
                Ok(named) => todo.extend(named.into_iter().map(|(p, place)| (p, Some(place)))),
                Err(error) => report(error)?,
            }
            if seen.len() > MAX_PLAYLISTS {
                return Err(Error::refused(format!(
                    "{main}: the package names more than {MAX_PLAYLISTS} playlists"
                )));
            }
        }
        model.check_roles(report)?;
        Ok(model)
    }

    /// Reads one playlist, and returns the playlists that it names.
    fn read_playlist(
        &mut self,
        source: &Source,
        path: PackagePath,
        bytes: Vec<u8>,
        named: bool,
        report: &mut Report<'_>,
    ) -> Result<Vec<(PackagePath, Place)>, Error> {
        let (items, kind) = match Playlist::parse(&bytes) {
            Ok(Playlist::Multivariant(items)) => (items, Kind::Multivariant),
            Ok(Playlist::Media { items, i_frames_only: true, .. }) => (items, Kind::IFrames),
            Ok(Playlist::Media { items, images_only: true, .. }) => (items, Kind::Images),
            Ok(Playlist::Media { items, .. }) => (items, Kind::Media),
            Err(fault) => return Err(malformed(&path, fault)),
        };
        if named && kind == Kind::Multivariant {
            return Err(Error::malformed(format!(
                "{path}: a multivariant playlist is named by another one (RFC 8216 §4.3.4)"
            )));
        }
        let mut reading = Reading { model: self, source, path: &path, uses: vec![], names: vec![] };
        reading.items(items, report)?;
        let Reading { uses, names, .. } = reading;
        self.playlists.push(PlaylistFile { path, bytes, kind, uses });
        Ok(names)
    }

    /// No file may be a playlist and media at once: one would be rewritten over the other.
    fn check_roles(&self, report: &mut Report<'_>) -> Result<(), Error> {
        let playlists: BTreeSet<_> = self.playlists.iter().map(|playlist| &playlist.path).collect();
        for playlist in &self.playlists {
            for used in &playlist.uses {
                if playlists.contains(&used.path) {
                    report(Error::refused(format!(
                        "{}: line {}: {} is named as a segment and is a playlist",
                        playlist.path, used.line, used.path
                    )))?;
                }
            }
        }
        Ok(())
    }
}

/// A file and a line, as errors name them.
#[derive(Clone, Debug)]
struct Place {
    path: PackagePath,
    line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: line {}", self.path, self.line)
    }
}

/// One playlist being read.
struct Reading<'m, 's> {
    model: &'m mut Model,
    source: &'s Source,
    path: &'s PackagePath,
    uses: Vec<Use>,
    names: Vec<(PackagePath, Place)>,
}

impl Reading<'_, '_> {
    fn items(&mut self, items: Items<'_>, report: &mut Report<'_>) -> Result<(), Error> {
        for item in items.iter() {
            let (line, item) = item.map_err(|fault| malformed(self.path, fault))?;
            let place = Place { path: self.path.clone(), line: line.number };
            let done = match item {
                Item::Playlist(uri) => {
                    self.resolve(uri, &place).map(|path| self.names.push((path, place)))
                }
                Item::SessionData(uri) => self.resolve(uri, &place).and_then(|path| {
                    self.size(&path, &place)?;
                    if !self.model.passengers.contains(&path) {
                        self.model.passengers.push(path);
                    }
                    Ok(())
                }),
                Item::SessionKey(_) => {
                    self.model.session_key.get_or_insert_with(|| place.to_string());
                    Ok(())
                }
                Item::Map(resource) => self.used(resource, Role::Map, &place),
                Item::Segment { gap: true, .. } => Ok(()),
                Item::Segment { resource, sequence, .. } => {
                    self.used(resource, Role::Segment { sequence }, &place)
                }
                Item::LowLatency(tag) => Err(Error::refused(format!(
                    "{place}: {tag} belongs to a live edge whose segments are not whole yet"
                ))
                .hint("wait for the stream to end, or drop its partial segments")),
                _ => Ok(()),
            };
            done.or_else(&mut *report)?;
        }
        Ok(())
    }

    fn used(&mut self, resource: Resource<'_>, role: Role, place: &Place) -> Result<(), Error> {
        let path = self.resolve(resource.uri, place)?;
        let size = self.size(&path, place)?;
        let span = resource.range.unwrap_or(Span { offset: 0, length: size });
        if span.end() > size || (resource.range.is_some() && span.length == 0) {
            return Err(Error::malformed(format!(
                "{place}: EXT-X-BYTERANGE: bytes {}..{} of {path}, which has {size}",
                span.offset,
                span.end()
            ))
            .hint("the file is truncated, or the playlist is of another version of it"));
        }
        let key = self.key(resource.keys);
        let ranged = resource.range.is_some();
        self.uses.push(Use { line: place.line, path, span, ranged, role, key });
        Ok(())
    }

    // req HLS-KEY-6: of several KEYFORMATs, one suffices
    fn key(&mut self, keys: Keys<'_>) -> KeyUse {
        let Some(key) = keys.identity.or(keys.other) else { return KeyUse::Clear };
        match (key.method, key.uri) {
            (Method::Aes128, Some(uri)) if key.is_identity() => {
                let uri = match self.source.resolve(self.path, uri) {
                    Ok(path) => KeyUri::File(path),
                    Err(why) => KeyUri::Elsewhere(uri.to_owned(), why.to_string()),
                };
                let known = self.model.key_uris.iter().position(|known| *known == uri);
                let key_index = known.unwrap_or_else(|| {
                    self.model.key_uris.push(uri);
                    self.model.key_uris.len() - 1
                });
                KeyUse::Aes128 { key: key_index, iv: key.iv }
            }
            _ => KeyUse::Other(format!("METHOD={}, KEYFORMAT={}", key.method, key.key_format)),
        }
    }

    fn resolve(&self, uri: &str, place: &Place) -> Result<PackagePath, Error> {
        self.source
            .resolve(self.path, uri)
            .map_err(|why| Error::refused(format!("{place}: URI \"{}\": {why}", shown(uri))))
    }

    fn size(&mut self, path: &PackagePath, place: &Place) -> Result<u64, Error> {
        if let Some(size) = self.model.sizes.get(path) {
            return Ok(*size);
        }
        let size = self.source.regular_len(path).map_err(|error| error.at(place))?;
        self.model.sizes.insert(path.clone(), size);
        Ok(size)
    }
}

/// A URI as an error shows it: on one line, and not too long.
pub(super) fn shown(uri: &str) -> String {
    const MOST: usize = 200;
    let mut text: String = uri.chars().take(MOST).flat_map(char::escape_debug).collect();
    if uri.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}

fn malformed(path: &PackagePath, fault: Fault) -> Error {
    match fault.line {
        0 => Error::malformed(format!("{path}: {}", fault.malformed)),
        line => Error::malformed(format!("{path}: line {line}: {}", fault.malformed)),
    }
}

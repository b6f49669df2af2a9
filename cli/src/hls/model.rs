//! A package as its playlists tell it: which bytes of which files, in which order, under which
//! keys. Nothing is decided here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use reelseal_core::format::hls::{MAX_PLAYLIST_LEN, Playlist, Span};

use super::reading::{Place, Reading, malformed};
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
    /// The place of each in `key_uris`: a package may have a key for every segment.
    pub(super) key_indices: BTreeMap<KeyUri, usize>,
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
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum KeyUri {
    /// A file of the package.
    File(PackagePath),
    /// Somewhere else, as written, and why it is not a file of the package.
    Elsewhere(String, String),
}

/// What to do with a fault: end (return it) or write it down and go on.
pub type Report<'a> = dyn FnMut(Error) -> Result<(), Error> + 'a;

/// Where the playlists of a package are read, and how long its files are.
pub trait Contents {
    /// A file that the package names must be in it.
    ///
    /// # Errors
    ///
    /// It is not, or the system failed.
    fn require(&self, path: &PackagePath) -> Result<(), Error>;

    /// All of a file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// It is longer, or cannot be read.
    fn read(&self, path: &PackagePath, limit: u64) -> Result<Vec<u8>, Error>;

    /// The length of a file, in bytes.
    ///
    /// # Errors
    ///
    /// It is no regular file, or cannot be read.
    fn regular_len(&self, path: &PackagePath) -> Result<u64, Error>;
}

impl Contents for Source {
    fn require(&self, path: &PackagePath) -> Result<(), Error> {
        Self::require(self, path)
    }

    fn read(&self, path: &PackagePath, limit: u64) -> Result<Vec<u8>, Error> {
        Self::read(self, path, limit)
    }

    fn regular_len(&self, path: &PackagePath) -> Result<u64, Error> {
        Self::regular_len(self, path)
    }
}

impl Model {
    /// Reads the playlist at `main` and every playlist it names.
    pub fn read(
        source: &dyn Contents,
        main: &PackagePath,
        report: &mut Report<'_>,
    ) -> Result<Self, Error> {
        Self::read_all(source, std::slice::from_ref(main), report)
    }

    /// Reads the playlists at `mains` as those of one package, and every playlist they name.
    pub fn read_all(
        source: &dyn Contents,
        mains: &[PackagePath],
        report: &mut Report<'_>,
    ) -> Result<Self, Error> {
        let mut model = Self {
            playlists: Vec::new(),
            passengers: Vec::new(),
            key_uris: Vec::new(),
            key_indices: BTreeMap::new(),
            session_key: None,
            sizes: BTreeMap::new(),
        };
        let mut todo: VecDeque<_> = mains.iter().map(|main| (main.clone(), None)).collect();
        let mut seen = BTreeSet::new();
        while let Some((path, named_by)) = todo.pop_front() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let whole = named_by.as_ref().map_or(Ok(()), |_: &Place| source.require(&path));
            let bytes = match whole.and_then(|()| source.read(&path, MAX_PLAYLIST_LEN as u64)) {
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
                let main = mains.first().map_or("", PackagePath::as_str);
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
        source: &dyn Contents,
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

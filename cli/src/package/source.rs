//! The folder of a package, opened once. Nothing outside it can be read.
//!
//! `cap-std` resolves every name below one folder handle: on Linux by openat2(2) with
//! `RESOLVE_BENEATH`, so that the kernel itself refuses a link that leads out, even one that is
//! put there while we look.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use super::hidden;
use super::path::{PackagePath, UriRefused};
use crate::error::Error;

/// A package's folder.
#[derive(Debug)]
pub struct Source {
    dir: Dir,
    root: PathBuf,
}

/// What [`Source::files`] found.
#[derive(Debug, Default)]
pub struct Listing {
    /// Every regular file, and every link to one inside the package.
    pub files: BTreeSet<PackagePath>,
    /// What is neither file nor folder, leads out of the package, or has a name that no URI can
    /// have: the name with its strange characters escaped.
    pub others: Vec<String>,
}

impl Source {
    /// Opens the folder in which `playlist` lies, and gives the playlist's own name in it.
    ///
    /// # Errors
    ///
    /// The folder cannot be opened, or the playlist's name is none that a URI can have. The
    /// playlist itself is not opened yet.
    pub fn open(playlist: &Path) -> Result<(Self, PackagePath), Error> {
        let root = match playlist.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let name = playlist.file_name().ok_or_else(|| {
            Error::usage(format!("{} is a folder", playlist.display())).hint("name the playlist")
        })?;
        let name =
            name.to_str().and_then(|name| PackagePath::parse(name).ok()).ok_or_else(|| {
                Error::malformed(format!("{:?}: not a name that a playlist can have", playlist))
            })?;
        Ok((Self::at(root)?, name))
    }

    /// Opens the folder `root`, in which several packages may lie.
    ///
    /// # Errors
    ///
    /// The folder cannot be opened.
    pub fn at(root: &Path) -> Result<Self, Error> {
        let dir = Dir::open_ambient_dir(root, ambient_authority())
            .map_err(|error| Error::io("cannot open", root, &error))?;
        Ok(Self { dir, root: root.to_owned() })
    }

    /// The folder's path, as given.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file that `uri` names in the playlist `from`: [`PackagePath::resolve`].
    ///
    /// # Errors
    ///
    /// The first rule that `uri` breaks. Links are refused later, by [`Self::open_file`].
    pub fn resolve(&self, from: &PackagePath, uri: &str) -> Result<PackagePath, UriRefused> {
        from.resolve(uri)
    }

    /// Opens a regular file for reading.
    ///
    /// # Errors
    ///
    /// It does not exist or cannot be read (I/O); it is a folder, pipe or device, or a link leads
    /// out of the package (refused). A pipe is refused without waiting for its writer.
    pub fn open_file(&self, path: &PackagePath) -> Result<File, Error> {
        let mut options = OpenOptions::new();
        options.read(true);
        // Looked at before it is opened, as to open a device can act on it; and again after, as
        // it may have been exchanged in between. O_NONBLOCK is for that moment.
        self.regular_len(path)?;
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        let file = self.dir.open_with(path.as_path(), &options).map_err(|e| self.io(path, &e))?;
        let file = file.into_std();
        let metadata = file.metadata().map_err(|error| self.io(path, &error))?;
        if metadata.is_file() { Ok(file) } else { Err(self.not_regular(path)) }
    }

    /// The file's length in bytes.
    ///
    /// # Errors
    ///
    /// As [`Self::open_file`].
    pub fn regular_len(&self, path: &PackagePath) -> Result<u64, Error> {
        let metadata = self.dir.metadata(path.as_path()).map_err(|error| self.io(path, &error))?;
        if metadata.is_file() { Ok(metadata.len()) } else { Err(self.not_regular(path)) }
    }

    /// Whether something has this name, be it a file or not.
    ///
    /// # Errors
    ///
    /// A link leads out of the package, or the folder cannot be read.
    pub fn exists(&self, path: &PackagePath) -> Result<bool, Error> {
        match self.dir.metadata(path.as_path()) {
            Ok(_) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(self.io(path, &error)),
        }
    }

    /// A file that the package names must be in it.
    ///
    /// # Errors
    ///
    /// It is not there (malformed: the package is not whole), or the system failed.
    pub fn require(&self, path: &PackagePath) -> Result<(), Error> {
        if self.exists(path)? {
            return Ok(());
        }
        Err(Error::malformed(format!("{path} is missing"))
            .hint("the package is not whole: put the file where its playlist says"))
    }

    /// Reads a whole file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// As [`Self::open_file`]; and the file is longer (malformed).
    pub fn read(&self, path: &PackagePath, limit: u64) -> Result<Vec<u8>, Error> {
        let file = self.open_file(path)?;
        let metadata = file.metadata().map_err(|error| self.io(path, &error))?;
        // In one piece: a vector that grows would leave copies of a key file behind.
        let expected = usize::try_from(metadata.len().min(limit)).unwrap_or(0).saturating_add(2);
        let mut bytes = Vec::with_capacity(expected);
        // One more than the limit, so that a file that grows meanwhile is bounded too.
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| self.io(path, &error))?;
        match u64::try_from(bytes.len()) {
            Ok(len) if len <= limit => Ok(bytes),
            _ => Err(Error::malformed(format!("{path}: longer than the limit of {limit} bytes"))),
        }
    }

    /// Lists the package, hidden folders of ours left out. Links to folders are not followed:
    /// what lies there is listed under its own name.
    ///
    /// # Errors
    ///
    /// A folder cannot be read, or there are over 1,000,000 entries (refused).
    pub fn files(&self) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let mut folders = vec![String::new()];
        let mut seen = 0u32;
        while let Some(folder) = folders.pop() {
            let shown = if folder.is_empty() { "." } else { &folder };
            let failed =
                |error: io::Error| Error::io("cannot list", &self.root.join(shown), &error);
            for entry in self.dir.read_dir(shown).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                seen += 1;
                if seen > MAX_ENTRIES {
                    let root = self.root.display();
                    return Err(Error::refused(format!("{root}: over {MAX_ENTRIES} entries")));
                }
                let name = entry.file_name();
                if hidden::is_hidden_name(&name) {
                    continue;
                }
                let joined = Path::new(&folder).join(&name);
                let kind = entry.file_type().map_err(failed)?;
                let path = joined.to_str().and_then(|text| PackagePath::parse(text).ok());
                match path {
                    Some(path) if kind.is_dir() => folders.push(path.as_str().to_owned()),
                    Some(path) if kind.is_file() => drop(listing.files.insert(path)),
                    Some(path) if kind.is_symlink() => match self.dir.metadata(path.as_path()) {
                        Ok(target) if target.is_file() => drop(listing.files.insert(path)),
                        Ok(target) if target.is_dir() => {}
                        _ => listing.others.push(path.to_string()),
                    },
                    _ => listing.others.push(joined.to_string_lossy().escape_debug().to_string()),
                }
            }
        }
        listing.others.sort();
        Ok(listing)
    }

    fn not_regular(&self, path: &PackagePath) -> Error {
        Error::refused(format!("{path}: not a regular file"))
    }

    fn io(&self, path: &PackagePath, error: &io::Error) -> Error {
        // cap-std's own refusal comes with no number of the operating system.
        if error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none() {
            return Error::refused(format!("{path}: a link leads out of the package's folder"))
                .hint("copy the file into the package");
        }
        Error::io("cannot read", &self.root.join(path.as_path()), error)
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// More than any package has; it bounds memory on a folder that is no package.
const MAX_ENTRIES: u32 = 1_000_000;

//! A package that is read: a folder, or a prefix of S3. Nothing outside it can be read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::folder::Folder;
use super::path::{PackagePath, UriRefused};
use super::prefix::Prefix;
use crate::error::Error;
use crate::objects::{Location, Object, Place, Reader};

/// A package's folder or prefix.
#[derive(Debug)]
pub struct Source {
    root: Place,
    files: Files,
}

#[derive(Debug)]
enum Files {
    Folder(Folder),
    Prefix(Prefix),
}

/// A file of a [`Source`], to be read.
#[derive(Debug)]
pub enum SourceFile {
    /// Of a folder.
    File(File),
    /// Of S3.
    Object(Reader),
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
    pub fn open(playlist: impl Into<Place>) -> Result<(Self, PackagePath), Error> {
        let playlist: Place = playlist.into();
        let (root, name) = match playlist.location() {
            Location::Local(path) => {
                let parent = path.parent().filter(|parent| *parent != Path::new(""));
                let name = path.file_name().ok_or_else(|| {
                    Error::usage(format!("{playlist} is a folder")).hint("name the playlist")
                })?;
                (Location::Local(parent.unwrap_or(Path::new(".")).to_owned()), name.to_str())
            }
            Location::S3(url) => {
                url.expect_object()?;
                let (folder, name) = url.key().rsplit_once('/').unwrap_or(("", url.key()));
                let key = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                (Location::S3(url.with_key(key)?), Some(name))
            }
        };
        let name = name.and_then(|name| PackagePath::parse(name).ok()).ok_or_else(|| {
            let playlist = playlist.to_string();
            Error::malformed(format!("{playlist:?}: not a name that a playlist can have"))
        })?;
        Ok((Self::at(playlist.at(root))?, name))
    }

    /// Opens the folder or prefix `root`, in which several packages may lie.
    ///
    /// # Errors
    ///
    /// The folder cannot be opened.
    pub fn at(root: impl Into<Place>) -> Result<Self, Error> {
        let root: Place = root.into();
        let files = match root.location() {
            Location::Local(path) => Files::Folder(Folder::open(path)?),
            Location::S3(url) => {
                Files::Prefix(Prefix::new(root.objects().clone(), url.clone().into_prefix()))
            }
        };
        Ok(Self { root, files })
    }

    /// The folder, as given.
    pub fn root(&self) -> &Place {
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
    pub fn open_file(&self, path: &PackagePath) -> Result<SourceFile, Error> {
        match &self.files {
            Files::Folder(folder) => folder.open_file(path).map(SourceFile::File),
            Files::Prefix(prefix) => Ok(SourceFile::Object(object(prefix, path)?.reader())),
        }
    }

    /// The file's length in bytes.
    ///
    /// # Errors
    ///
    /// As [`Self::open_file`].
    pub fn regular_len(&self, path: &PackagePath) -> Result<u64, Error> {
        match &self.files {
            Files::Folder(folder) => folder.regular_len(path),
            Files::Prefix(prefix) => object(prefix, path).map(|object| object.len()),
        }
    }

    /// Whether something has this name, be it a file or not.
    ///
    /// # Errors
    ///
    /// A link leads out of the package, or the folder cannot be read.
    pub fn exists(&self, path: &PackagePath) -> Result<bool, Error> {
        match &self.files {
            Files::Folder(folder) => folder.exists(path),
            Files::Prefix(prefix) => prefix.exists(path),
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
        // In one piece: a vector that grows would leave copies of a key file behind.
        let expected = usize::try_from(self.regular_len(path)?.min(limit)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(expected.saturating_add(2));
        // One more than the limit, so that a file that grows meanwhile is bounded too.
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| self.read_error(path, &error))?;
        match u64::try_from(bytes.len()) {
            Ok(len) if len <= limit => Ok(bytes),
            _ => Err(Error::malformed(format!("{path}: longer than the limit of {limit} bytes"))),
        }
    }

    /// Reads `len` bytes of a file from `offset` on, or what there is of them.
    ///
    /// # Errors
    ///
    /// As [`Self::open_file`].
    pub fn read_at(&self, path: &PackagePath, offset: u64, len: usize) -> Result<Vec<u8>, Error> {
        let mut file: Box<dyn Read> = match &self.files {
            Files::Folder(folder) => {
                let mut file = folder.open_file(path)?;
                file.seek(SeekFrom::Start(offset)).map_err(|e| self.read_error(path, &e))?;
                Box::new(file)
            }
            Files::Prefix(prefix) => {
                let object = object(prefix, path)?;
                let end = object.len().min(offset.saturating_add(len as u64));
                Box::new(object.range(offset..end))
            }
        };
        let mut bytes = Vec::with_capacity(len);
        file.by_ref()
            .take(len as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| self.read_error(path, &error))?;
        Ok(bytes)
    }

    /// The names in `folder`, a folder of this one; of S3, only those of objects.
    ///
    /// # Errors
    ///
    /// It cannot be listed.
    pub fn names(&self, folder: &str) -> Result<Vec<String>, Error> {
        match &self.files {
            Files::Folder(files) => files.names(folder),
            Files::Prefix(prefix) => prefix.names(folder),
        }
    }

    /// Lists the package, hidden folders of ours left out. Links to folders are not followed:
    /// what lies there is listed under its own name.
    ///
    /// # Errors
    ///
    /// A folder cannot be read, or there are over 1,000,000 entries (refused).
    pub fn files(&self) -> Result<Listing, Error> {
        match &self.files {
            Files::Folder(folder) => folder.files(),
            Files::Prefix(prefix) => prefix.files(),
        }
    }

    /// The error of a read of `path`.
    fn read_error(&self, path: &PackagePath, error: &io::Error) -> Error {
        match &self.files {
            Files::Folder(folder) => folder.io(path, error),
            Files::Prefix(prefix) => Error::uncarried(error, || {
                Error::system(format!("cannot read {}{path}: {error}", prefix.url()))
            }),
        }
    }
}

impl Read for SourceFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(out),
            Self::Object(object) => object.read(out),
        }
    }
}

fn object(prefix: &Prefix, path: &PackagePath) -> Result<Object, Error> {
    prefix.find(path)?.ok_or_else(|| {
        Error::system(format!("cannot read {}{path}: there is no such object", prefix.url()))
    })
}

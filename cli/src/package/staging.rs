//! A package that is being written: all of it appears, or nothing.
//!
//! | output     | until it is published                    | the step                            |
//! |------------|------------------------------------------|-------------------------------------|
//! | a folder   | files in a hidden folder beside it       | one rename(2)                       |
//! | among files| the same                                 | file by file, the main playlist last|
//! | S3         | uploads that are not completed           | the same                            |

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use super::draft::{Draft, Fate, Output};
use super::interrupt;
use super::local::Local;
use super::path::PackagePath;
use super::place::Existing;
use super::remote::{Remote, RemoteFile};
use super::source::Source;
use crate::error::Error;
use crate::objects::{Location, Place};

/// A package on its way. Dropped without [`Self::publish`], it leaves nothing behind.
///
/// Threads may share it.
#[derive(Debug)]
pub struct Staging {
    out: Place,
    files: Files,
}

#[derive(Debug)]
enum Files {
    Local(Box<Local>),
    Remote(Remote),
}

/// A file of a [`Staging`].
#[derive(Debug)]
pub struct StagedFile {
    file: Sink,
    path: PackagePath,
}

#[derive(Debug)]
enum Sink {
    File(Draft),
    Remote(Box<RemoteFile>),
}

/// A replaced package that could not be removed from here, and why.
pub type Leftover = (PathBuf, io::Error);

/// Where encrypted files are written: a package, or a place among other files.
pub trait Outlet: Sync {
    /// Starts a file, and the folders around it.
    ///
    /// # Errors
    ///
    /// The name was already given to another file (refused), a signal came, or the system failed.
    fn create(&self, path: &PackagePath) -> Result<StagedFile, Error>;

    /// Whether the files go to S3.
    fn is_remote(&self) -> bool {
        false
    }
}

/// What [`Staging::publish`] did.
#[derive(Debug)]
#[must_use]
pub struct Published {
    /// Where the package is.
    pub out: Place,
    /// Not a failure of the new package: tell the user.
    pub leftover: Option<Leftover>,
}

impl Staging {
    /// Prepares to write the folder or prefix `out`. What a killed run left beside a folder is
    /// removed, and folders around it that are missing are made.
    ///
    /// # Errors
    ///
    /// Refused: `out` exists and is not empty, and `existing` does not say to replace it, or it
    /// does not look like a package; `out` is the folder of `source` or holds it, or is in it and
    /// not empty. I/O: the folders around `out` cannot be made or written.
    pub fn new(out: impl Into<Place>, existing: Existing, source: &Source) -> Result<Self, Error> {
        let out: Place = out.into();
        match out.location() {
            Location::Local(path) => {
                let local = Local::new(path, existing, source.root().path())?;
                let out = out.at(Location::Local(local.out().to_owned()));
                Ok(Self { out, files: Files::Local(Box::new(local)) })
            }
            Location::S3(url) => {
                let url = url.clone().into_prefix();
                if let Location::S3(read) = source.root().location() {
                    let read = read.clone().into_prefix();
                    let inside = url.starts_with(&read) && existing == Existing::Replace;
                    if read.starts_with(&url) || inside && out.objects().has_any(&url)? {
                        let rule = "the output and the package that is read lie in each other";
                        let error = Error::refused(format!("{url}: {rule}"));
                        return Err(error.hint("name another prefix"));
                    }
                }
                let remote = Remote::new(out.objects(), &url, existing)?;
                Ok(Self { out: out.at(Location::S3(url)), files: Files::Remote(remote) })
            }
        }
    }

    /// Prepares to write a package into the folder or prefix `tree` among other files. A folder
    /// must be there.
    ///
    /// # Errors
    ///
    /// I/O: `tree` cannot be written.
    pub fn among(tree: impl Into<Place>) -> Result<Self, Error> {
        let out: Place = tree.into();
        let files = match out.location() {
            Location::Local(path) => Files::Local(Box::new(Local::among(path)?)),
            Location::S3(url) => {
                let url = url.clone().into_prefix();
                Files::Remote(Remote::among(out.objects(), &url, Existing::Keep))
            }
        };
        Ok(Self { out, files })
    }

    /// Where the package will be.
    pub fn out(&self) -> &Place {
        &self.out
    }

    /// Starts a file, and the folders around it.
    ///
    /// # Errors
    ///
    /// The name was already given to another file (refused), a signal came, or the system failed.
    pub fn create(&self, path: &PackagePath) -> Result<StagedFile, Error> {
        match &self.files {
            Files::Local(local) => local.create(path),
            Files::Remote(remote) => {
                interrupt::check()?;
                let file = Sink::Remote(Box::new(remote.create(path)?));
                Ok(StagedFile { file, path: path.clone() })
            }
        }
    }

    /// Copies a file of `source` as it is, and gives its length in bytes.
    ///
    /// # Errors
    ///
    /// As [`Source::open_file`] and [`Self::create`].
    pub fn copy(
        &self,
        source: &Source,
        from: &PackagePath,
        to: &PackagePath,
    ) -> Result<u64, Error> {
        let mut input = source.open_file(from)?;
        let mut output = self.create(to)?;
        let mut total = 0;
        loop {
            interrupt::check()?;
            let copied = io::copy(&mut input.by_ref().take(COPY_LEN), &mut output);
            match copied.map_err(|error| output.error(&error))? {
                0 => break,
                len => total += len,
            }
        }
        output.finish()?;
        Ok(total)
    }

    /// Makes everything durable, and puts the package in its place.
    ///
    /// # Errors
    ///
    /// The place was taken meanwhile (refused), a signal came, or the system failed: nothing is
    /// changed; in S3, objects that were to be replaced may have been.
    pub fn publish(self) -> Result<Published, Error> {
        let leftover = match self.files {
            Files::Local(local) => local.publish()?,
            Files::Remote(remote) => {
                remote.publish(None, &BTreeSet::new())?;
                None
            }
        };
        Ok(Published { out: self.out, leftover })
    }

    /// Puts the files of the package [`among`](Self::among) others, and returns their names.
    /// Those of `own` may be there already: they are replaced.
    ///
    /// # Errors
    ///
    /// A file exists and `existing` does not say to replace it (refused), a signal came, or the
    /// system failed. Nothing new is left behind, but of what was replaced some may be new.
    pub fn publish_among(
        self,
        existing: Existing,
        own: &BTreeSet<PackagePath>,
    ) -> Result<Vec<PackagePath>, Error> {
        match self.files {
            Files::Local(local) => local.publish_among(existing, own),
            Files::Remote(remote) => remote.publish(Some(existing), own),
        }
    }
}

impl Outlet for Staging {
    fn create(&self, path: &PackagePath) -> Result<StagedFile, Error> {
        Self::create(self, path)
    }

    fn is_remote(&self) -> bool {
        matches!(self.files, Files::Remote(_))
    }
}

impl StagedFile {
    /// A file of a folder.
    pub(super) fn local(file: File, path: &PackagePath) -> Self {
        Self { file: Sink::File(Draft::new(file, Fate::Kept)), path: path.clone() }
    }

    /// Makes the file's bytes durable, and closes it.
    ///
    /// # Errors
    ///
    /// The system failed; a full disk may show only here.
    pub fn finish(self) -> Result<(), Error> {
        match self.file {
            Sink::File(draft) => {
                draft.file().sync_all().map_err(|error| write_error(&self.path, &error))
            }
            Sink::Remote(remote) => remote.finish(),
        }
    }

    /// The error of a write to this file, with its name.
    pub fn error(&self, error: &io::Error) -> Error {
        write_error(&self.path, error)
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Sink::File(draft) => { &*draft }.write(bytes),
            Sink::Remote(remote) => remote.upload.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for StagedFile {
    fn draft(&mut self) -> io::Result<Option<&Draft>> {
        Ok(match &self.file {
            Sink::File(draft) => Some(draft),
            Sink::Remote(_) => None,
        })
    }
}

fn write_error(path: &PackagePath, error: &io::Error) -> Error {
    Error::io("cannot write", path.as_path(), error)
}

/// So much is copied between two looks at [`interrupt`].
const COPY_LEN: u64 = 64 << 20;

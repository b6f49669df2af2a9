//! A location, and the connection by which it is reached: what commands read from and write to.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Location, Objects};
use crate::error::Error;
use crate::package::{Existing, Output, PackagePath, write_atomic};

/// Where bytes come from or go to: a path, `-`, or an object of S3.
#[derive(Clone, Debug)]
pub struct Place {
    location: Location,
    objects: Objects,
}

impl Place {
    pub(super) fn new(location: Location, objects: Objects) -> Self {
        Self { location, objects }
    }

    /// The location.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The connection to S3.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The path, where it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.location {
            Location::Local(path) => Some(path),
            Location::S3(_) => None,
        }
    }

    /// Another location, by the same connection.
    #[must_use]
    pub fn at(&self, location: Location) -> Self {
        self.objects.place(location)
    }

    /// The name with `.` and `extension` behind it.
    ///
    /// # Errors
    ///
    /// It would be longer than a key may be.
    pub fn with_added_extension(&self, extension: &str) -> Result<Self, Error> {
        Ok(self.at(match &self.location {
            Location::Local(path) => Location::Local(path.with_added_extension(extension)),
            Location::S3(url) => Location::S3(url.with_key(format!("{}.{extension}", url.key()))?),
        }))
    }

    /// The file `name` in this folder or under this prefix.
    ///
    /// # Errors
    ///
    /// The name is none that a key may have.
    pub fn child(&self, name: &PackagePath) -> Result<Self, Error> {
        Ok(self.at(match &self.location {
            Location::Local(path) => Location::Local(path.join(name.as_path())),
            Location::S3(url) => {
                let prefix = url.clone().into_prefix();
                Location::S3(prefix.with_key(format!("{}{name}", prefix.key()))?)
            }
        }))
    }

    /// Standard input or output.
    pub fn is_dash(&self) -> bool {
        self.location.is_dash()
    }

    /// How messages call it: `-` is `standard`.
    pub fn name(&self, standard: &str) -> String {
        if self.is_dash() { standard.to_owned() } else { self.to_string() }
    }

    /// Whether bytes written to it are seen before all of them are written: standard output, a
    /// pipe, a device.
    pub fn is_direct(&self) -> bool {
        let device = |path| fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        self.path().is_some_and(|path| path == Path::new("-") || device(path))
    }

    /// Whether it is standard output, and that a terminal.
    pub fn is_terminal(&self) -> bool {
        self.is_dash() && io::stdout().is_terminal()
    }

    /// Whether something is there.
    ///
    /// # Errors
    ///
    /// As [`Objects::exists`].
    pub fn exists(&self) -> Result<bool, Error> {
        match &self.location {
            Location::Local(path) => Ok(fs::symlink_metadata(path).is_ok()),
            Location::S3(url) => self.objects.exists(url),
        }
    }

    /// Refuses a place that is taken, before any work is done for it.
    ///
    /// # Errors
    ///
    /// Something is there, and `existing` does not say to replace it (refused); as
    /// [`Objects::exists`].
    pub fn check_free(&self, existing: Existing) -> Result<(), Error> {
        match &self.location {
            Location::S3(url) => self.objects.check_free(url, existing),
            Location::Local(path)
                if existing == Existing::Keep && !self.is_direct() && self.exists()? =>
            {
                let message = format!("{}: the output exists", path.display());
                Err(Error::refused(message).hint("--force replaces it"))
            }
            Location::Local(_) => Ok(()),
        }
    }

    /// The bytes, in order. Standard input is without Rust's buffer, which is not erased.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be read.
    pub fn reader(&self) -> Result<Box<dyn Read + Send>, Error> {
        match &self.location {
            Location::Local(path) => Ok(Box::new(
                open_file(path).map_err(|error| Error::io("cannot read", path, &error))?,
            )),
            Location::S3(url) => Ok(Box::new(self.objects.open(url)?.reader())),
        }
    }

    /// All bytes, as far as they are not more than `limit` and one.
    ///
    /// # Errors
    ///
    /// As [`Self::reader`].
    pub fn read(&self, limit: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
        // A key is short, and shall leave no copies behind where a vector grows.
        let room = usize::try_from(limit.saturating_add(2)).map_or(SHORT, |len| len.min(SHORT));
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        let reader = self.reader()?.take(limit.saturating_add(1));
        { reader }.read_to_end(&mut bytes).map_err(|error| self.read_error(&error))?;
        Ok(bytes)
    }

    /// Runs `write`; what it wrote appears when it succeeds, whole. In a pipe or device, bytes
    /// appear as they are written.
    ///
    /// # Errors
    ///
    /// Something is there, and `existing` does not say to replace it (refused); it cannot be
    /// written; a signal came; an error of `write`. After each, what was there is there still.
    pub fn write(
        &self,
        existing: Existing,
        write: impl FnOnce(&mut dyn Output) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match &self.location {
            Location::Local(path) => write_atomic(path, existing, write),
            Location::S3(url) => {
                let mut upload = self.objects.create(url, existing, HashMap::new())?;
                write(&mut upload)?;
                upload.finish()
            }
        }
    }

    /// Removes what is there.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    pub fn remove(&self) -> Result<(), Error> {
        match &self.location {
            Location::Local(path) => {
                fs::remove_file(path).map_err(|error| Error::io("cannot remove", path, &error))
            }
            Location::S3(url) => self.objects.remove(url),
        }
    }

    /// The error of a read from it.
    pub fn read_error(&self, error: &io::Error) -> Error {
        self.error("cannot read", "standard input", error)
    }

    /// The error of a write to it.
    pub fn write_error(&self, error: &io::Error) -> Error {
        self.error("cannot write", "standard output", error)
    }

    fn error(&self, what: &str, standard: &str, error: &io::Error) -> Error {
        let path = PathBuf::from(self.name(standard));
        Error::io(what, &path, error)
    }
}

/// Bytes of a file that is read without its buffer growing.
const SHORT: usize = 1 << 16;

/// Opens a file; `-` is standard input.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    if path == Path::new("-") {
        return io::stdin().as_fd().try_clone_to_owned().map(File::from);
    }
    File::open(path)
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        Objects::default().place(Location::Local(path))
    }
}

impl From<&Place> for Place {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

impl From<&PathBuf> for Place {
    fn from(path: &PathBuf) -> Self {
        path.clone().into()
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        path.to_owned().into()
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.location == other.location
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.location.fmt(f)
    }
}

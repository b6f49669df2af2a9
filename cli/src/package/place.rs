//! The place of an output, and how it gets there.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::hidden::{self, Lock};
use crate::error::Error;

/// What to do with an output that exists.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Existing {
    /// Refuse. The default.
    #[default]
    Keep,
    /// Replace it: `--force`.
    Replace,
}

impl Existing {
    /// As `--force` says.
    pub fn from_force(force: bool) -> Self {
        if force { Self::Replace } else { Self::Keep }
    }
}

/// The place of a folder.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    existing: Existing,
    /// The folder that is read from, with no link in its path.
    source: Option<PathBuf>,
}

impl Place {
    /// Looks at `out`, before any work is done for it.
    pub(super) fn new(
        out: &Path,
        existing: Existing,
        source: Option<&Path>,
    ) -> Result<Self, Error> {
        let without_links = |path: &Path| {
            fs::canonicalize(path).map_err(|error| Error::io("cannot open", path, &error))
        };
        let source = source.map(without_links).transpose()?;
        let place = Self { path: absolute(out)?, existing, source };
        place.recover()?;
        place.state()?;
        Ok(place)
    }

    /// The place, absolute and without links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts `folder` here. On `Err`, what was here is here still.
    pub(super) fn publish(&self, folder: &Path) -> Result<(), Error> {
        let failed = |error: io::Error| Error::io("cannot create", &self.path, &error);
        // Once more: the work took its time.
        let state = self.state()?;
        if state != State::Absent {
            let metadata = fs::metadata(&self.path).map_err(failed)?;
            fs::set_permissions(folder, metadata.permissions()).map_err(failed)?;
        }
        match state {
            State::Absent | State::Empty => fs::rename(folder, &self.path)
                .map_err(|error| if is_filled(&error) { self.exists() } else { failed(error) })?,
            State::Package => self.exchange(folder)?,
        }
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed)
    }

    /// What is here, where that lets us write.
    fn state(&self) -> Result<State, Error> {
        let failed = |error: io::Error| Error::io("cannot open", &self.path, &error);
        if self.source.as_ref().is_some_and(|source| source.starts_with(&self.path)) {
            return Err(self.refused("is or holds the package that is read"));
        }
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Absent),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(self.refused("is not a folder"));
            }
            Err(error) => return Err(failed(error)),
        };
        let mut empty = true;
        let mut package = false;
        for entry in entries {
            empty = false;
            package |= is_of_a_package(&entry.map_err(failed)?.file_name());
        }
        match self.existing {
            _ if empty => Ok(State::Empty),
            Existing::Keep => Err(self.exists()),
            // A wrong `-o` with `--force` must not cost a home folder, or the segments.
            _ if self.source.as_ref().is_some_and(|source| self.path.starts_with(source)) => {
                Err(self.refused("exists inside the package that is read").hint("remove it first"))
            }
            _ if !package => Err(self
                .refused("holds no playlist: not a package that --force would replace")
                .hint("remove it first, or name another folder")),
            _ => Ok(State::Package),
        }
    }

    fn refused(&self, rule: &str) -> Error {
        Error::refused(format!("{}: the output {rule}", self.path.display()))
    }

    fn exists(&self) -> Error {
        self.refused("exists and is not empty").hint("--force replaces it")
    }

    /// Exchanges `folder` with the package that is here.
    fn exchange(&self, folder: &Path) -> Result<(), Error> {
        let failed = |error: Errno| Error::io("cannot replace", &self.path, &error.into());
        match exchange_names(folder, &self.path) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => self.exchange_in_two(folder),
            done => done.map_err(failed),
        }
    }

    /// For file systems without `RENAME_EXCHANGE`: a crash between the two renames leaves the old
    /// package under its [`hidden::former_name`], from where [`Self::recover`] takes it back.
    fn exchange_in_two(&self, folder: &Path) -> Result<(), Error> {
        let failed = |error: io::Error| Error::io("cannot replace", &self.path, &error);
        let former = hidden::former_name(&self.path)?;
        // Held, so that no other run takes the package back while we live.
        let lock = hidden::lock(&self.path).map_err(failed)?;
        if matches!(lock, Lock::Taken) {
            return Err(self.refused("is in use by another run"));
        }
        fs::rename(&self.path, &former).map_err(failed)?;
        if let Err(error) = fs::rename(folder, &self.path) {
            fs::rename(&former, &self.path).map_err(failed)?;
            return Err(failed(error));
        }
        // Where the exchange would have put it, to be removed. Else the next run does that.
        let _ = fs::rename(&former, folder);
        Ok(())
    }

    /// Ends an [`Self::exchange_in_two`] that was killed.
    fn recover(&self) -> Result<(), Error> {
        for (former, _lock) in hidden::formers(&self.path)? {
            let failed = |error: io::Error| Error::io("cannot take back", &former, &error);
            match fs::rename(&former, &self.path) {
                Ok(()) => {}
                // Both renames were done: what is here is the new package.
                Err(error) if is_filled(&error) && holds_a_package(&self.path) => {
                    fs::remove_dir_all(&former).map_err(failed)?;
                }
                Err(error) => return Err(failed(error)),
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Absent,
    Empty,
    Package,
}

/// `out` with no link in its path, whether it exists or not. Its parent must.
pub(super) fn absolute(out: &Path) -> Result<PathBuf, Error> {
    match fs::canonicalize(out) {
        Ok(path) => return Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("cannot open", out, &error)),
    }
    if fs::symlink_metadata(out).is_ok() {
        let out = out.display();
        return Err(Error::refused(format!("{out}: the output is a link that leads nowhere")));
    }
    let name = out
        .file_name()
        .ok_or_else(|| Error::usage(format!("{}: not a place for an output", out.display())))?;
    let parent = out.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let parent = fs::canonicalize(parent)
        .map_err(|error| Error::io("cannot create an output in", parent, &error))?;
    Ok(parent.join(name))
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange_names(one: &Path, other: &Path) -> Result<(), Errno> {
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange_names(_: &Path, _: &Path) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

fn is_filled(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotADirectory};
    matches!(error.kind(), AlreadyExists | DirectoryNotEmpty | NotADirectory)
}

fn holds_a_package(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|entry| is_of_a_package(&entry.file_name()))
}

/// A playlist, or our record of one.
fn is_of_a_package(name: &OsStr) -> bool {
    name == "reelseal.json" || is_playlist(name)
}

/// A playlist, by its name.
pub(super) fn is_playlist(name: &OsStr) -> bool {
    let extension = Path::new(name).extension().map(OsStr::to_ascii_lowercase);
    extension.is_some_and(|ext| ext == "m3u8" || ext == "m3u")
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;

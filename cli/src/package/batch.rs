//! Several files among others in one folder: all of them appear, or none.
//!
//! They grow in a hidden folder of that folder. [`Batch::publish`] writes down in a journal what
//! it will move, and moves it; what it replaces waits beside it. As long as the journal is there,
//! nothing counts as done: a run that finds the journal of a killed one puts everything back.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt};
use serde::{Deserialize, Serialize};

use super::hidden::{self, Hidden, JOURNAL};
use super::local::{create_in, sync_folders};
use super::parents::Parents;
use super::path::PackagePath;
use super::place::Existing;
use super::staging::{Outlet, StagedFile};
use crate::error::Error;

/// Files on their way. Dropped without [`Self::publish`], they leave nothing behind.
#[derive(Debug)]
pub struct Batch {
    // Before `hidden`, so that the handles are closed when the folder is removed.
    new: Dir,
    folder: Folder,
    existing: Existing,
    files: Mutex<Vec<PackagePath>>,
    obsolete: Vec<PackagePath>,
    hidden: Hidden,
    // After `hidden`, which is in them.
    parents: Parents,
}

/// The folder, and what is moved out of it meanwhile.
#[derive(Debug)]
struct Folder {
    dir: Dir,
    path: PathBuf,
    old: Dir,
    hidden: PathBuf,
}

/// What is being moved.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Journal {
    /// Names in the folder, and the inode of what they will name. Of what is removed, none.
    moves: Vec<(String, Option<u64>)>,
    /// Folders that were not there, the outermost first.
    folders: Vec<String>,
}

impl Batch {
    /// Prepares to write into the folder `path`, which is made if it is missing. What a killed
    /// run left half done there is undone.
    ///
    /// # Errors
    ///
    /// The folder cannot be made, read or written.
    pub fn new(path: &Path, existing: Existing) -> Result<Self, Error> {
        let parents = Parents::make(&path.join(NAME))?;
        let failed = |error: io::Error| Error::io("cannot open", path, &error);
        let path = fs::canonicalize(path).map_err(failed)?;
        for (hidden, _lock) in hidden::leftovers(&path.join(NAME))? {
            if let Some(journal) = Journal::read(&hidden)? {
                Folder::open(&path, &hidden)?.undo(&journal)?;
            }
        }
        let hidden = Hidden::beside(&path.join(NAME))?;
        for name in [NEW, OLD] {
            let folder = hidden.path().join(name);
            fs::create_dir(&folder).map_err(|e| Error::io("cannot create", &folder, &e))?;
        }
        let new = open_dir(&hidden.path().join(NEW))?;
        let folder = Folder::open(&path, hidden.path())?;
        let (files, obsolete) = (Mutex::default(), Vec::new());
        Ok(Self { new, folder, existing, files, obsolete, hidden, parents })
    }

    /// The folder, without links.
    pub fn path(&self) -> &Path {
        &self.folder.path
    }

    /// Has `path` removed when the new files appear, unless one of them replaces it.
    pub fn remove(&mut self, path: PackagePath) {
        self.obsolete.push(path);
    }

    /// Makes everything durable, and puts every file in its place.
    ///
    /// # Errors
    ///
    /// A place was taken meanwhile (refused), or the system failed: nothing is changed.
    pub fn publish(self) -> Result<(), Error> {
        let Self { new, folder, existing, files, mut obsolete, hidden, parents } = self;
        let files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
        obsolete.retain(|path| !files.contains(path));
        let failed = |error: io::Error| Error::io("cannot write", &folder.path, &error);
        sync_folders(hidden.path()).map_err(failed)?;
        let journal = folder.journal(&new, &files, &obsolete).map_err(failed)?;
        super::interrupt::check()?;
        hidden.publish(|| {
            journal.write(hidden.path())?;
            let moved = files
                .iter()
                .try_for_each(|path| folder.place(&new, path, existing))
                .and_then(|()| obsolete.iter().try_for_each(|path| folder.set_aside(path)))
                .and_then(|()| folder.sync(&journal).map_err(failed));
            if let Err(error) = moved {
                folder.undo(&journal)?;
                return Err(error);
            }
            Journal::remove(hidden.path())
        })?;
        parents.keep();
        Ok(())
    }
}

impl Outlet for Batch {
    fn create(&self, path: &PackagePath) -> Result<StagedFile, Error> {
        let file = create_in(&self.new, path, &self.folder.path)?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Ok(file)
    }
}

impl Folder {
    fn open(path: &Path, hidden: &Path) -> Result<Self, Error> {
        let (dir, old) = (open_dir(path)?, open_dir(&hidden.join(OLD))?);
        Ok(Self { dir, path: path.to_owned(), old, hidden: hidden.to_owned() })
    }

    fn journal(
        &self,
        new: &Dir,
        files: &[PackagePath],
        obsolete: &[PackagePath],
    ) -> io::Result<Journal> {
        let mut journal = Journal::default();
        for path in files {
            let inode = new.symlink_metadata(path.as_path())?.ino();
            journal.moves.push((path.to_string(), Some(inode)));
            for (at, _) in path.as_str().match_indices('/') {
                let folder = path.as_str().get(..at).unwrap_or_default().to_owned();
                if !self.dir.exists(&folder) && !journal.folders.contains(&folder) {
                    journal.folders.push(folder);
                }
            }
        }
        journal.moves.extend(obsolete.iter().map(|path| (path.to_string(), None)));
        Ok(journal)
    }

    /// Puts the new file `path` in its place.
    fn place(&self, new: &Dir, path: &PackagePath, existing: Existing) -> Result<(), Error> {
        let failed = |error: io::Error| self.failed("cannot create", path, &error);
        if !path.folder().is_empty() {
            self.dir.create_dir_all(path.folder()).map_err(failed)?;
        }
        if existing == Existing::Replace {
            self.keep_old(path)?;
            return new.rename(path.as_path(), &self.dir, path.as_path()).map_err(failed);
        }
        // link(2) fails where the name is taken; a file system without links gets a look first.
        match new.hard_link(path.as_path(), &self.dir, path.as_path()) {
            Ok(()) => new.remove_file(path.as_path()).map_err(failed),
            Err(_) if self.dir.symlink_metadata(path.as_path()).is_ok() => {
                Err(Error::refused(format!("{}: the output exists", self.shown(path)))
                    .hint("--force replaces it"))
            }
            Err(_) => new.rename(path.as_path(), &self.dir, path.as_path()).map_err(failed),
        }
    }

    /// Gives what is at `path` a second name, by which it comes back if need be.
    fn keep_old(&self, path: &PackagePath) -> Result<(), Error> {
        let failed = |error: io::Error| self.failed("cannot replace", path, &error);
        match self.dir.symlink_metadata(path.as_path()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
            Ok(metadata) if metadata.is_dir() => {
                return Err(Error::refused(format!("{}: is a folder", self.shown(path))));
            }
            Ok(_) => {}
        }
        if !path.folder().is_empty() {
            self.old.create_dir_all(path.folder()).map_err(failed)?;
        }
        match self.dir.hard_link(path.as_path(), &self.old, path.as_path()) {
            Ok(()) => Ok(()),
            Err(_) => self.dir.rename(path.as_path(), &self.old, path.as_path()).map_err(failed),
        }
    }

    fn set_aside(&self, path: &PackagePath) -> Result<(), Error> {
        self.keep_old(path)?;
        match self.dir.remove_file(path.as_path()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(self.failed("cannot remove", path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Puts everything back as it was, whichever moves were made: a name that is ours is taken
    /// away, and one that was replaced or removed names again what it did.
    fn undo(&self, journal: &Journal) -> Result<(), Error> {
        for (name, inode) in journal.moves.iter().rev() {
            let path = Path::new(name);
            let failed =
                |error: io::Error| Error::io("cannot restore", &self.path.join(path), &error);
            let there = self.dir.symlink_metadata(path).ok().map(|metadata| metadata.ino());
            let (absent, ours) = (there.is_none(), there.is_some() && there == *inode);
            if (absent || ours) && self.old.symlink_metadata(path).is_ok() {
                self.old.rename(path, &self.dir, path).map_err(failed)?;
            } else if ours {
                self.dir.remove_file(path).map_err(failed)?;
            }
        }
        for folder in journal.folders.iter().rev() {
            // Not empty, or gone: somebody else uses it.
            let _ = self.dir.remove_dir(folder);
        }
        Journal::remove(&self.hidden)
    }

    /// The entries of every folder that has a new one.
    fn sync(&self, journal: &Journal) -> io::Result<()> {
        let parent = |name: &str| self.path.join(name.rsplit_once('/').map_or("", |(f, _)| f));
        let mut folders: Vec<PathBuf> = journal.moves.iter().map(|(n, _)| parent(n)).collect();
        folders.extend(journal.folders.iter().map(|name| parent(name)));
        folders.sort();
        folders.dedup();
        folders.iter().try_for_each(|folder| File::open(folder)?.sync_all())
    }

    fn shown(&self, path: &PackagePath) -> String {
        self.path.join(path.as_path()).display().to_string()
    }

    fn failed(&self, what: &str, path: &PackagePath, error: &io::Error) -> Error {
        Error::io(what, &self.path.join(path.as_path()), error)
    }
}

impl Journal {
    fn read(hidden: &Path) -> Result<Option<Self>, Error> {
        let path = hidden.join(JOURNAL);
        match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("cannot read", &path, &error)),
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| Error::malformed(format!("{}: {error}", path.display()))),
        }
    }

    /// Whole or not at all, and before anything is moved.
    fn write(&self, hidden: &Path) -> Result<(), Error> {
        let (path, half) = (hidden.join(JOURNAL), hidden.join("journal.half"));
        let failed = |error: io::Error| Error::io("cannot write", &path, &error);
        let text = serde_json::to_vec(self)
            .map_err(|error| Error::bug(format!("a journal is not JSON: {error}")))?;
        fs::write(&half, text).map_err(failed)?;
        File::open(&half).and_then(|file| file.sync_all()).map_err(failed)?;
        fs::rename(&half, &path).map_err(failed)?;
        File::open(hidden).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    fn remove(hidden: &Path) -> Result<(), Error> {
        let path = hidden.join(JOURNAL);
        fs::remove_file(&path)
            .and_then(|()| File::open(hidden)?.sync_all())
            .map_err(|error| Error::io("cannot remove", &path, &error))
    }
}

fn open_dir(path: &Path) -> Result<Dir, Error> {
    Dir::open_ambient_dir(path, ambient_authority())
        .map_err(|error| Error::io("cannot open", path, &error))
}

/// The hidden folder is `.job.reelseal-…`.
const NAME: &str = "job";
const NEW: &str = "new";
const OLD: &str = "old";

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;

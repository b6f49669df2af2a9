//! A folder with files of many, into which a package is moved file by file.
//!
//! As with a package that is read, no link leads out of the folder: `cap-std` sees to that.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::path::PackagePath;
use super::place::Existing;
use crate::error::Error;

/// The folder, and what of it may be replaced.
pub(super) struct Tree<'a> {
    dir: Dir,
    root: PathBuf,
    existing: Existing,
    /// Files that are there by the same run.
    own: &'a BTreeSet<PackagePath>,
}

impl<'a> Tree<'a> {
    pub(super) fn open(
        root: &Path,
        existing: Existing,
        own: &'a BTreeSet<PackagePath>,
    ) -> Result<Self, Error> {
        let dir = Dir::open_ambient_dir(root, ambient_authority())
            .map_err(|error| Error::io("cannot open", root, &error))?;
        Ok(Self { dir, root: root.to_owned(), existing, own })
    }

    /// Refuses names that are taken, before anything is moved.
    pub(super) fn check(&self, files: &[PackagePath]) -> Result<(), Error> {
        let kept = files.iter().filter(|file| !self.may_replace(file));
        for file in kept {
            match self.dir.symlink_metadata(file.as_path()) {
                Ok(_) => return Err(self.exists(file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(self.failed(file, &error)),
            }
        }
        Ok(())
    }

    /// Moves `files` from the folder `staged`, in this order. On `Err`, those that are new here
    /// are removed again.
    pub(super) fn take(&self, staged: &Dir, files: &[PackagePath]) -> Result<(), Error> {
        let mut new = Vec::new();
        let moved = files.iter().try_for_each(|file| {
            self.one(staged, file).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => self.exists(file),
                _ => self.failed(file, &error),
            })?;
            new.extend((!self.may_replace(file)).then_some(file));
            Ok(())
        });
        if moved.is_err() {
            // What matters is the first failure.
            new.iter().for_each(|file| drop(self.dir.remove_file(file.as_path())));
            return moved;
        }
        let folders: BTreeSet<&str> = files.iter().map(PackagePath::folder).collect();
        folders.into_iter().try_for_each(|folder| {
            let path = self.root.join(folder);
            std::fs::File::open(&path)
                .and_then(|folder| folder.sync_all())
                .map_err(|error| Error::io("cannot write", &path, &error))
        })
    }

    fn one(&self, staged: &Dir, file: &PackagePath) -> io::Result<()> {
        let path = file.as_path();
        if !file.folder().is_empty() {
            self.dir.create_dir_all(file.folder())?;
        }
        if !self.may_replace(file) {
            // link(2) fails where the name is taken. Where there are no links, a look must do.
            match staged.hard_link(path, &self.dir, path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
                Err(_) if self.dir.symlink_metadata(path).is_ok() => {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                Err(_) => {}
                Ok(()) => return Ok(()),
            }
        }
        staged.rename(path, &self.dir, path)
    }

    fn may_replace(&self, file: &PackagePath) -> bool {
        self.existing == Existing::Replace || self.own.contains(file)
    }

    fn exists(&self, file: &PackagePath) -> Error {
        let path = self.root.join(file.as_path());
        Error::refused(format!("{}: the output exists", path.display())).hint("--force replaces it")
    }

    fn failed(&self, file: &PackagePath, error: &io::Error) -> Error {
        Error::io("cannot write", &self.root.join(file.as_path()), error)
    }
}

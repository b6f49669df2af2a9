//! A package on its way to a folder.
//!
//! Files grow in a hidden folder beside the place where the package will be. [`Local::publish`]
//! puts it there in one rename(2); a package that was there is exchanged (`RENAME_EXCHANGE`), so
//! that at every moment either the old or the new one is in place. A package that goes into a
//! folder with other files cannot have that: its files are moved one by one, in the order in which
//! they were made, so that what is made last, the playlist, appears with the package whole.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use super::hidden::Hidden;
use super::interrupt;
use super::parents::Parents;
use super::path::PackagePath;
use super::place::{Existing, Place};
use super::staging::{Leftover, StagedFile};
use super::tree::Tree;
use crate::error::Error;

/// A package on its way. Dropped without [`Self::publish`], it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Local {
    // Before `hidden`, so that the handle is closed when the folder is removed.
    dir: Dir,
    target: Target,
    folder: PathBuf,
    /// The files, in the order in which they were made.
    files: Mutex<Vec<PackagePath>>,
    hidden: Hidden,
    // After `hidden`, which is in them.
    parents: Parents,
}

/// Where a package goes.
#[derive(Debug)]
enum Target {
    /// It is this folder.
    Folder(Place),
    /// It lies in this one, among other files.
    Among(PathBuf),
}

impl Target {
    fn path(&self) -> &Path {
        match self {
            Self::Folder(place) => place.path(),
            Self::Among(tree) => tree,
        }
    }
}

impl Local {
    /// Prepares to write the folder `out`, while `source` is read.
    pub(super) fn new(
        out: &Path,
        existing: Existing,
        source: Option<&Path>,
    ) -> Result<Self, Error> {
        let parents = Parents::make(out)?;
        let place = Place::new(out, existing, source)?;
        let hidden = Hidden::beside(place.path())?;
        Self::hidden(hidden, Target::Folder(place), parents)
    }

    /// Prepares to write into the folder `tree`, which is there, among other files.
    pub(super) fn among(tree: &Path) -> Result<Self, Error> {
        let hidden = Hidden::beside(&tree.join("package"))?;
        Self::hidden(hidden, Target::Among(tree.to_owned()), Parents::default())
    }

    fn hidden(hidden: Hidden, target: Target, parents: Parents) -> Result<Self, Error> {
        let folder = hidden.path().join("package");
        let failed = |error: io::Error| Error::io("cannot create", &folder, &error);
        // Not private like the folder around it: this one stays, with the user's umask.
        fs::create_dir(&folder).map_err(failed)?;
        let dir = Dir::open_ambient_dir(&folder, ambient_authority()).map_err(failed)?;
        Ok(Self { dir, target, folder, files: Mutex::default(), hidden, parents })
    }

    /// Where the package will be.
    pub(super) fn out(&self) -> &Path {
        self.target.path()
    }

    /// Starts a file, and the folders around it.
    pub(super) fn create(&self, path: &PackagePath) -> Result<StagedFile, Error> {
        let file = create_in(&self.dir, path, self.out())?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Ok(file)
    }

    /// Makes everything durable, and puts the package in its place; a replaced package that could
    /// not be removed is what it gives.
    pub(super) fn publish(self) -> Result<Option<Leftover>, Error> {
        let Self { dir, target, folder, hidden, parents, .. } = self;
        let Target::Folder(place) = target else {
            return Err(Error::bug("a package among others was published alone"));
        };
        drop(dir);
        sync_folders(&folder).map_err(|error| Error::io("cannot write", &folder, &error))?;
        interrupt::check()?;
        hidden.publish(|| place.publish(&folder))?;
        parents.keep();
        let rest = hidden.path().to_owned();
        Ok(hidden.remove().err().map(|error| (rest, error)))
    }

    /// Puts the files of the package among others, and returns their names.
    pub(super) fn publish_among(
        self,
        existing: Existing,
        own: &BTreeSet<PackagePath>,
    ) -> Result<Vec<PackagePath>, Error> {
        let files = self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tree = Tree::open(self.target.path(), existing, own)?;
        tree.check(&files)?;
        interrupt::check()?;
        self.hidden.publish(|| tree.take(&self.dir, &files))?;
        Ok(files)
    }
}

/// Starts the file `path` of the folder `dir`, whose files will be in `out`.
pub(super) fn create_in(dir: &Dir, path: &PackagePath, out: &Path) -> Result<StagedFile, Error> {
    interrupt::check()?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let open = || {
        if !path.folder().is_empty() {
            dir.create_dir_all(path.folder())?;
        }
        dir.open_with(path.as_path(), &options)
    };
    match open() {
        Ok(file) => Ok(StagedFile::local(file.into_std(), path)),
        Err(error) if is_taken(&error) => {
            Err(Error::refused(format!("{path}: two outputs would have this name")))
        }
        Err(error) => Err(Error::io("cannot create", &out.join(path.as_path()), &error)),
    }
}

/// A name is given already: to a file, or to a folder, or to a file that would be a folder.
fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, IsADirectory, NotADirectory};
    matches!(error.kind(), AlreadyExists | IsADirectory | NotADirectory)
}

/// The entries of every folder; the files were synchronised one by one.
pub(super) fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}

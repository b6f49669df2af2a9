//! A package that is being written: all of it appears, or nothing.
//!
//! Files grow in a hidden folder beside the place where the package will be. [`Staging::publish`]
//! puts it there in one rename(2); a package that was there is exchanged (`RENAME_EXCHANGE`), so
//! that at every moment either the old or the new one is in place. A package that goes into a
//! folder with other files cannot have that: its files are moved one by one, in the order in which
//! they were made, so that what is made last, the playlist, appears with the package whole.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use super::hidden::Hidden;
use super::interrupt;
use super::parents::Parents;
use super::path::PackagePath;
use super::place::{Existing, Place};
use super::source::Source;
use super::tree::Tree;
use crate::error::Error;

/// A package on its way. Dropped without [`Self::publish`], it leaves nothing behind.
///
/// Threads may share it.
#[derive(Debug)]
pub struct Staging {
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

/// A file of a [`Staging`].
#[derive(Debug)]
pub struct StagedFile {
    file: File,
    path: PackagePath,
}

/// Where encrypted files are written: a package, or a place among other files.
pub trait Outlet: Sync {
    /// Starts a file, and the folders around it.
    ///
    /// # Errors
    ///
    /// The name was already given to another file (refused), a signal came, or the system failed.
    fn create(&self, path: &PackagePath) -> Result<StagedFile, Error>;
}

/// What [`Staging::publish`] did.
#[derive(Debug)]
#[must_use]
pub struct Published {
    /// The package's folder.
    pub folder: PathBuf,
    /// The replaced package could not be removed from here, for this reason. Not a failure of
    /// the new one: tell the user.
    pub leftover: Option<(PathBuf, io::Error)>,
}

impl Staging {
    /// Prepares to write the folder `out`. What a killed run left beside it is removed, and
    /// folders around it that are missing are made.
    ///
    /// # Errors
    ///
    /// Refused: `out` exists and is not an empty folder, and `existing` does not say to replace
    /// it, or it does not look like a package; `out` is the folder of `source` or holds it, or
    /// is in it and not empty. I/O: the folders around `out` cannot be made or written.
    pub fn new(out: &Path, existing: Existing, source: &Source) -> Result<Self, Error> {
        let parents = Parents::make(out)?;
        let place = Place::new(out, existing, Some(source.root()))?;
        let hidden = Hidden::beside(place.path())?;
        Self::hidden(hidden, Target::Folder(place), parents)
    }

    /// Prepares to write a package into the folder `tree`, which is there, among other files.
    ///
    /// # Errors
    ///
    /// I/O: `tree` cannot be written.
    pub fn among(tree: &Path) -> Result<Self, Error> {
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
    pub fn out(&self) -> &Path {
        self.target.path()
    }

    /// Starts a file, and the folders around it.
    ///
    /// # Errors
    ///
    /// The name was already given to another file (refused), a signal came, or the system failed.
    pub fn create(&self, path: &PackagePath) -> Result<StagedFile, Error> {
        let file = create_in(&self.dir, path, self.out())?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Ok(file)
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
        let input = source.open_file(from)?;
        let mut output = self.create(to)?;
        let mut total = 0;
        loop {
            interrupt::check()?;
            // From file to file, so that the kernel copies, or shares, the blocks.
            let copied = io::copy(&mut (&input).take(COPY_LEN), &mut output.file);
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
    /// changed.
    pub fn publish(self) -> Result<Published, Error> {
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
        let leftover = hidden.remove().err().map(|error| (rest, error));
        Ok(Published { folder: place.path().to_owned(), leftover })
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
        let files = self.files.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tree = Tree::open(self.target.path(), existing, own)?;
        tree.check(&files)?;
        interrupt::check()?;
        self.hidden.publish(|| tree.take(&self.dir, &files))?;
        Ok(files)
    }
}

impl StagedFile {
    /// Makes the file's bytes durable, and closes it.
    ///
    /// # Errors
    ///
    /// The system failed; a full disk may show only here.
    pub fn finish(self) -> Result<(), Error> {
        self.file.sync_all().map_err(|error| self.error(&error))
    }

    /// The error of a write to this file, with its name.
    pub fn error(&self, error: &io::Error) -> Error {
        Error::io("cannot write", self.path.as_path(), error)
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for StagedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
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
        Ok(file) => Ok(StagedFile { file: file.into_std(), path: path.clone() }),
        Err(error) if is_taken(&error) => {
            Err(Error::refused(format!("{path}: two outputs would have this name")))
        }
        Err(error) => Err(Error::io("cannot create", &out.join(path.as_path()), &error)),
    }
}

impl Outlet for Staging {
    fn create(&self, path: &PackagePath) -> Result<StagedFile, Error> {
        Self::create(self, path)
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

/// So much is copied between two looks at [`interrupt`].
const COPY_LEN: u64 = 64 << 20;

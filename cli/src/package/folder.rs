//! A package's folder, opened once. Nothing outside it can be read.
//!
//! `cap-std` resolves every name below one folder handle: on Linux by openat2(2) with
//! `RESOLVE_BENEATH`, so that the kernel itself refuses a link that leads out, even one that is
//! put there while we look.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use super::hidden;
use super::path::PackagePath;
use super::source::Listing;
use crate::error::Error;

/// The folder.
#[derive(Debug)]
pub(super) struct Folder {
    dir: Dir,
    root: PathBuf,
}

impl Folder {
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        let dir = Dir::open_ambient_dir(root, ambient_authority())
            .map_err(|error| Error::io("cannot open", root, &error))?;
        Ok(Self { dir, root: root.to_owned() })
    }

    /// Opens a regular file.
    pub(super) fn open_file(&self, path: &PackagePath) -> Result<File, Error> {
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

    pub(super) fn regular_len(&self, path: &PackagePath) -> Result<u64, Error> {
        let metadata = self.dir.metadata(path.as_path()).map_err(|error| self.io(path, &error))?;
        if metadata.is_file() { Ok(metadata.len()) } else { Err(self.not_regular(path)) }
    }

    pub(super) fn exists(&self, path: &PackagePath) -> Result<bool, Error> {
        match self.dir.metadata(path.as_path()) {
            Ok(_) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(self.io(path, &error)),
        }
    }

    /// The names of the entries of `folder`.
    pub(super) fn names(&self, folder: &str) -> Result<Vec<String>, Error> {
        let shown = if folder.is_empty() { "." } else { folder };
        let failed = |error: io::Error| Error::io("cannot list", &self.root.join(shown), &error);
        let mut names = Vec::new();
        for entry in self.dir.read_dir(shown).map_err(failed)? {
            names.extend(entry.map_err(failed)?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    /// All files, hidden folders of ours left out. Links to folders are not followed: what lies
    /// there is listed under its own name.
    pub(super) fn files(&self) -> Result<Listing, Error> {
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

    pub(super) fn io(&self, path: &PackagePath, error: &io::Error) -> Error {
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

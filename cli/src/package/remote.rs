//! A package on its way to S3, which has no folder to be renamed.
//!
//! Every file is an upload that is not completed: its bytes are with S3, and nobody sees them.
//! [`Remote::publish`] completes them in the order in which they were made, so that what is made
//! last, the main playlist, appears with the package whole. Before that, nothing is changed,
//! whatever happens; while it lasts, some files are there and their playlist is not, and if it
//! fails those that are new are removed again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::path::PackagePath;
use super::place::Existing;
use super::{interrupt, place};
use crate::error::Error;
use crate::objects::{ObjectUrl, Objects, Staged, Upload};
use crate::threads;

/// The uploads of a package. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Remote {
    objects: Objects,
    prefix: ObjectUrl,
    existing: Existing,
    made: Arc<Mutex<Made>>,
}

#[derive(Debug, Default)]
struct Made {
    /// In the order in which they were begun.
    files: Vec<PackagePath>,
    /// Those whose bytes are with S3.
    staged: BTreeMap<PackagePath, Option<Staged>>,
}

/// One file.
#[derive(Debug)]
pub(super) struct RemoteFile {
    pub(super) upload: Upload,
    path: PackagePath,
    made: Arc<Mutex<Made>>,
}

impl Remote {
    /// Refuses a prefix under which objects are, unless they may be replaced.
    pub(super) fn new(
        objects: &Objects,
        prefix: &ObjectUrl,
        existing: Existing,
    ) -> Result<Self, Error> {
        if existing == Existing::Keep && objects.has_any(prefix)? {
            return Err(Error::refused(format!("{prefix}: the output exists and is not empty"))
                .hint("--force replaces the objects of the same names, and leaves others"));
        }
        Ok(Self::among(objects, prefix, existing))
    }

    /// Among other objects, of which those of other names do not matter.
    pub(super) fn among(objects: &Objects, prefix: &ObjectUrl, existing: Existing) -> Self {
        let (objects, prefix) = (objects.clone(), prefix.clone());
        Self { objects, prefix, existing, made: Arc::default() }
    }

    pub(super) fn create(&self, path: &PackagePath) -> Result<RemoteFile, Error> {
        let url = self.prefix.with_key(format!("{}{path}", self.prefix.key()))?;
        let upload = self.objects.create(&url, self.existing, Default::default())?;
        let mut made = lock(&self.made);
        if made.staged.insert(path.clone(), None).is_some() {
            return Err(Error::refused(format!("{path}: two outputs would have this name")));
        }
        made.files.push(path.clone());
        Ok(RemoteFile { upload, path: path.clone(), made: self.made.clone() })
    }

    /// Makes all files visible, and returns their names. `existing`, or else what was said before,
    /// tells whether they may replace others; those of `own` may.
    pub(super) fn publish(
        self,
        existing: Option<Existing>,
        own: &BTreeSet<PackagePath>,
    ) -> Result<Vec<PackagePath>, Error> {
        let existing = existing.unwrap_or(self.existing);
        let Made { files, mut staged } = std::mem::take(&mut *lock(&self.made));
        let may_replace = |path: &PackagePath| match own.contains(path) {
            true => Existing::Replace,
            false => existing,
        };
        let new = Mutex::new(Vec::new());
        let one = |(path, staged): (&PackagePath, Staged)| {
            let (existing, url) = (may_replace(path), staged.url().clone());
            staged.publish(existing)?;
            if existing == Existing::Keep {
                lock(&new).push(url);
            }
            Ok(())
        };
        let all = files.iter().filter_map(|path| Some((path, staged.remove(path)??)));
        // Playlists one after the other, behind all that they name.
        let (rest, playlists): (Vec<_>, Vec<_>) =
            all.partition(|(path, _)| !place::is_playlist(path.file_name().as_ref()));
        let done = threads::for_network()?
            .install(|| rest.into_par_iter().try_for_each(one))
            .and_then(|()| playlists.into_iter().try_for_each(one));
        if done.is_err() {
            // What matters is the first failure.
            let new = std::mem::take(&mut *lock(&new));
            let _ = interrupt::hold(|| new.iter().try_for_each(|url| self.objects.remove(url)));
        }
        done.map(|()| files)
    }
}

impl Drop for Remote {
    /// Gives up many uploads side by side: one after the other would take minutes.
    fn drop(&mut self) {
        let staged = std::mem::take(&mut *lock(&self.made)).staged;
        match threads::for_network() {
            Ok(pool) if staged.len() > 1 => pool.install(|| staged.into_par_iter().for_each(drop)),
            _ => drop(staged),
        }
    }
}

impl RemoteFile {
    /// Sends what is left of the file; it is not seen yet.
    pub(super) fn finish(self) -> Result<(), Error> {
        let staged = self.upload.stage()?;
        lock(&self.made).staged.insert(self.path, Some(staged));
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

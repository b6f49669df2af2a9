//! The work itself: which files there are, how they are cut, and who works on them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reelseal_core::secret::SegmentKey;

use super::files::Files;
use super::layout::{DonePiece, Layout, Piece};
use super::model::Model;
use super::{lanes, workers};
use crate::error::Error;
use crate::package::{Outlet, PackagePath};
use crate::progress::Progress;
use crate::threads;

/// Which way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// Clear bytes in, encrypted bytes out.
    Encrypt,
    /// Encrypted bytes in, clear bytes out.
    Decrypt,
}

/// A file and how it is cut. The pieces are all of it, in order.
pub struct Job {
    /// Where it is read, and where it is written.
    pub path: PackagePath,
    /// Its pieces.
    pub pieces: Vec<Piece>,
}

impl Job {
    /// One for every file of `model` that is not a playlist.
    pub fn all(layouts: &BTreeMap<PackagePath, Layout>, model: &Model) -> Vec<Self> {
        let size = |path: &PackagePath| model.sizes.get(path).copied().unwrap_or_default();
        let job = |path: &PackagePath, layout: &Layout| Self {
            path: path.clone(),
            pieces: layout.cut(size(path)),
        };
        let mut jobs: Vec<Self> = layouts.iter().map(|(path, layout)| job(path, layout)).collect();
        let passengers = model.passengers.iter().filter(|path| !layouts.contains_key(path));
        jobs.extend(passengers.map(|path| job(path, &Layout::default())));
        jobs
    }

    /// Bytes that `jobs` read.
    pub fn total(jobs: &[Self]) -> u64 {
        jobs.iter().flat_map(|job| &job.pieces).map(|piece| piece.span.length).sum()
    }

    /// The same bytes, to be read as they are.
    pub fn without_keys(mut self) -> Self {
        self.pieces.iter_mut().for_each(|piece| piece.cipher = None);
        self
    }
}

/// A file that was worked on.
pub struct Done {
    /// Which.
    pub path: PackagePath,
    /// What became of its pieces.
    pub pieces: Vec<DonePiece>,
}

/// Is shown the first clear bytes of each decrypted piece.
pub type Look<'a> = dyn Fn(&PackagePath, &Piece, &[u8]) + Sync + 'a;

/// Everything that the work needs and does not change.
pub struct Work<'a> {
    /// Where files are read.
    pub source: &'a dyn Files,
    /// Where they are written; nowhere, when only the hashes are wanted.
    pub staging: Option<&'a dyn Outlet>,
    /// The keys, by the index in [`Cipher`](super::layout::Cipher).
    pub keys: &'a [SegmentKey],
    /// Which way.
    pub direction: Direction,
    /// Told of every byte read.
    pub progress: &'a Progress,
    /// Shown the first bytes of every decrypted piece.
    pub look: &'a Look<'a>,
}

impl Work<'_> {
    /// Works on all files. The first error ends it.
    pub fn all(&self, jobs: &[Job]) -> Result<Vec<Done>, Error> {
        self.run(jobs, |_, error| Err(error))
    }

    /// Works on all files and goes on after errors of theirs. Nothing is written.
    pub fn each(&self, jobs: &[Job]) -> Result<Vec<Result<Done, Error>>, Error> {
        let refused = Mutex::new(BTreeMap::new());
        let note = |number, error| {
            refused.lock().unwrap_or_else(PoisonError::into_inner).insert(number, error);
            Ok(())
        };
        let mut done = self.run(jobs, note)?.into_iter();
        let mut refused = refused.into_inner().unwrap_or_else(PoisonError::into_inner);
        let each = (0..jobs.len()).map(|number| match refused.remove(&number) {
            Some(error) => Err(error),
            None => done.next().ok_or_else(|| Error::bug("a file that nobody worked on")),
        });
        Ok(each.collect())
    }

    fn run(
        &self,
        jobs: &[Job],
        refused: impl Fn(usize, Error) -> Result<(), Error> + Sync,
    ) -> Result<Vec<Done>, Error> {
        let (computing, most) = match self.is_remote() {
            true => (threads::count().max(threads::NETWORK), 1),
            false => (threads::count(), lanes::MOST),
        };
        let width = jobs.len().div_ceil(computing).min(most);
        workers::all(jobs, computing, |queue| lanes::work(self, queue, width, &refused))
    }

    /// Whether files come from or go to S3: then threads wait for answers, and each file on its
    /// way takes memory.
    fn is_remote(&self) -> bool {
        self.source.is_remote() || self.staging.is_some_and(Outlet::is_remote)
    }
}

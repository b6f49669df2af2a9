//! `hls unprotect`: an encrypted package in, the clear one out.
//!
//! With `reelseal.json`, every byte is proved. Without it, the playlists say which key and IV
//! each segment has, as they do for players: packages of any packager open.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use reelseal_core::secret::SegmentKey;

use super::keys::RawKey;
use super::model::Model;
use super::opening::{self, Opening};
use super::protect::write;
use super::record::Record;
use super::recorded;
use super::rewrite::{self, DoneFiles};
use super::summary::{Proof, Summary};
use super::transform::{Direction, Job, Work};
use crate::error::Error;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::{Existing, Outlet, PackagePath, Source, Staging};
use crate::progress::{Progress, Show};
use crate::sniff::{self, Container};

/// What to do.
#[derive(Debug)]
pub struct Unprotect {
    /// The playlist.
    pub playlist: Place,
    /// The folder to write.
    pub out: Place,
    /// What to do with a folder that is there.
    pub existing: Existing,
    /// The record, where it does not lie beside the playlist.
    pub record: Option<Place>,
    /// The key, where it is neither in the package nor to be asked for.
    pub key_file: Option<Place>,
    /// What wrapped keys of packages without a record are bound to.
    pub context: EncryptionContext,
    /// Whether a bar is shown.
    pub show: Show,
}

impl Unprotect {
    /// Does it.
    pub fn run(&self, service: &LazyService<'_>) -> Result<Summary, Error> {
        let started = Instant::now();
        let (source, main) = Source::open(&self.playlist)?;
        let staging = Staging::new(&self.out, self.existing, &source)?;
        let mut summary = Summary::new("unprotect", &self.playlist, staging.out());
        match recorded::find(&source, self.record.as_ref())? {
            Some(record) => {
                self.recorded(&source, &main, &staging, record, service, &mut summary)?
            }
            None => {
                let model = Model::read(&source, &main, &mut Err)?;
                let key_file = self.key_file.as_ref();
                let foreign = Foreign { source: &source, model: &model, iv: None, show: self.show };
                let keys = || opening::keys(&model, &source, key_file, service, &self.context);
                foreign.open(keys, &staging, &mut summary)?;
            }
        }
        summary.published(staging.publish()?);
        summary.seconds = started.elapsed().as_secs_f64();
        Ok(summary)
    }

    /// A package of ours: the record says what each byte was.
    fn recorded(
        &self,
        source: &Source,
        main: &PackagePath,
        staging: &Staging,
        mut record: Record,
        service: &LazyService<'_>,
        summary: &mut Summary,
    ) -> Result<(), Error> {
        recorded::expect_playlist(&record, main)?;
        let key_file = self.key_file.as_ref();
        let (raw, proof) = recorded::keys(&record, source, key_file, service, summary)?;
        let keys: Vec<_> = raw.iter().map(RawKey::segment_key).collect();
        recorded::check_seal(&mut record, &keys)?;
        let jobs = recorded::jobs(&record, source)?;
        let total = Job::total(&jobs);
        let progress = Progress::bytes("opening", total, self.show);
        let done = Work {
            source,
            staging: Some(staging),
            keys: &keys,
            direction: Direction::Decrypt,
            progress: &progress,
            look: &|_, _, _| (),
        }
        .all(&jobs)?;
        progress.finish();
        for (entry, done) in record.files.iter().zip(&done) {
            recorded::expect_hashes(entry, &done.pieces)?;
        }
        for entry in record.playlists.iter().rev() {
            write(staging, &entry.path, &recorded::clear_playlist(entry)?)?;
        }
        let files: DoneFiles = done.into_iter().map(|done| (done.path, done.pieces)).collect();
        summary.count(&files, record.playlists.len(), encrypted_pieces(&files), total);
        summary.proof = Some(proof);
        Ok(())
    }
}

/// A package of anybody's: the playlists say which key and IV each segment has.
pub struct Foreign<'a> {
    /// Where it lies.
    pub source: &'a Source,
    /// As its playlists tell it.
    pub model: &'a Model,
    /// The IV of a job, for playlists that name none: see [`Opening::settle_ivs`].
    pub iv: Option<[u8; 16]>,
    /// Whether a bar is shown.
    pub show: Show,
}

/// What a package became.
pub(super) struct Decrypted {
    /// What became of its files.
    pub(super) files: DoneFiles,
    /// The keys, in the order of [`Model::key_uris`].
    pub(super) keys: Vec<SegmentKey>,
    /// What shows that the right bytes came out.
    pub(super) proof: Proof,
    /// Bytes that were read.
    pub(super) read: u64,
}

impl Foreign<'_> {
    /// Opens it into `staging`: first what the playlists name, then the playlists, the main one
    /// last. `keys` gives the keys, in the order of [`Model::key_uris`].
    pub fn open(
        &self,
        keys: impl FnOnce() -> Result<Vec<RawKey>, Error>,
        staging: &Staging,
        summary: &mut Summary,
    ) -> Result<(), Error> {
        let Decrypted { files, proof, read, .. } = self.decrypt(keys, Some(staging))?;
        for playlist in self.model.playlists.iter().rev() {
            let text = rewrite::unprotected(playlist, &files)?;
            write(staging, playlist.path.as_str(), &text)?;
        }
        summary.count(&files, self.model.playlists.len(), encrypted_pieces(&files), read);
        summary.proof = Some(proof);
        Ok(())
    }

    /// Decrypts its files into `staging`, or into nothing: then only what they are is told.
    pub(super) fn decrypt(
        &self,
        keys: impl FnOnce() -> Result<Vec<RawKey>, Error>,
        staging: Option<&Staging>,
    ) -> Result<Decrypted, Error> {
        let Self { source, model, .. } = *self;
        let mut opening = Opening::make(model, &mut Err)?;
        if opening.encrypted == 0 {
            let main = model.playlists.first().map_or("", |playlist| playlist.path.as_str());
            return Err(Error::refused(format!("{main}: no segment of the package is encrypted"))
                .hint("there is nothing to open"));
        }
        let raw = keys()?;
        if let Some(iv) = self.iv {
            opening.settle_ivs(iv, &raw, source)?;
        }
        let keys: Vec<_> = raw.iter().map(RawKey::segment_key).collect();
        let jobs = Job::all(&opening.layouts, model);
        let read = Job::total(&jobs);
        let progress = Progress::bytes("opening", read, self.show);
        let unknown = AtomicBool::new(false);
        let done = Work {
            source,
            staging: staging.map(|staging| staging as &dyn Outlet),
            keys: &keys,
            direction: Direction::Decrypt,
            progress: &progress,
            look: &|_, _, head| {
                if sniff::container(head) == Container::Unknown {
                    unknown.store(true, Ordering::Relaxed);
                }
            },
        }
        .all(&jobs)?;
        progress.finish();
        let files = done.into_iter().map(|done| (done.path, done.pieces)).collect();
        let proof = if unknown.into_inner() { Proof::Padding } else { Proof::Container };
        Ok(Decrypted { files, keys, proof, read })
    }
}

fn encrypted_pieces(files: &DoneFiles) -> u64 {
    files.values().flatten().filter(|piece| piece.cipher.is_some()).count() as u64
}

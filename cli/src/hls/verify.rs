//! `hls verify`: is the package whole, and does it open? Every fault is named, not only the
//! first; nothing is written.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

use reelseal_core::format::hls::Span;
use reelseal_core::secret::SegmentKey;
use sha2::{Digest, Sha256};

use super::diagnose::{self, Finding};
use super::keys::{self, RawKey};
use super::layout::Piece;
use super::model::{KeyUri, Model};
use super::opening::Opening;
use super::record::{self, FileEntry, Record};
use super::recorded;
use super::summary::{Proof, Summary};
use super::transform::{Direction, Done, Job, Work};
use crate::error::Error;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::{PackagePath, Source};
use crate::progress::{Progress, Show};

/// What to do.
#[derive(Debug)]
pub struct Verify {
    /// The playlist.
    pub playlist: Place,
    /// The record, where it does not lie beside the playlist.
    pub record: Option<Place>,
    /// The key, where it is neither in the package nor to be asked for.
    pub key_file: Option<Place>,
    /// What wrapped keys of packages without a record are bound to.
    pub context: EncryptionContext,
    /// Whether a bar is shown.
    pub show: Show,
}

/// What was found.
#[derive(Debug)]
pub struct Verdict {
    /// In figures.
    pub summary: Summary,
    /// What is wrong, in the order in which it was met.
    pub faults: Vec<Error>,
}

impl Verify {
    /// Looks at everything. An `Err` is of the looking, not of the package.
    pub fn run(&self, service: &LazyService<'_>) -> Result<Verdict, Error> {
        let started = Instant::now();
        let (source, main) = Source::open(&self.playlist)?;
        let mut summary = Summary::new("verify", &self.playlist, &self.playlist);
        let mut faults = Vec::new();
        let mut note = |error: Error| {
            faults.push(error);
            Ok(())
        };
        let model = Model::read(&source, &main, &mut note)?;
        let opening = Opening::make(&model, &mut note)?;
        summary.playlists = model.playlists.len();
        summary.segments = opening.encrypted;

        let run = Run { verify: self, source: &source, model: &model, opening: &opening, service };
        match recorded::find(&source, self.record.as_ref()) {
            Ok(Some(record)) => run.recorded(record, &mut summary, &mut faults)?,
            Ok(None) => run.foreign(&main, &mut summary, &mut faults)?,
            Err(error) => faults.push(error),
        }
        summary.seconds = started.elapsed().as_secs_f64();
        Ok(Verdict { summary, faults })
    }
}

struct Run<'a> {
    verify: &'a Verify,
    source: &'a Source,
    model: &'a Model,
    opening: &'a Opening,
    service: &'a LazyService<'a>,
}

impl Run<'_> {
    /// Against the record: lengths, hashes, IVs, playlists, key files.
    fn recorded(
        &self,
        mut record: Record,
        summary: &mut Summary,
        faults: &mut Vec<Error>,
    ) -> Result<(), Error> {
        let raw = recorded::keys(
            &record,
            self.source,
            self.verify.key_file.as_ref(),
            self.service,
            summary,
        );
        let (raw, proof) = raw.unwrap_or_else(|error| {
            faults.push(error);
            (Vec::new(), Proof::Hashes)
        });
        let keys: Vec<_> = raw.iter().map(RawKey::segment_key).collect();
        let sealed = !keys.is_empty()
            && recorded::check_seal(&mut record, &keys).map_err(|error| faults.push(error)).is_ok();
        self.key_files(&raw, &record, faults);
        self.ivs(&record, faults);
        self.playlists(&record, summary, faults);

        let (entries, jobs): (Vec<&FileEntry>, Vec<Job>) = record
            .files
            .iter()
            .filter_map(|entry| match recorded::job(entry, record.data_keys.len(), self.source) {
                Ok(job) => Some((entry, if sealed { job } else { job.without_keys() })),
                Err(error) => {
                    // A file that is not there was missed where a playlist names it.
                    if !faults.iter().any(|known| known.message().ends_with(error.message())) {
                        faults.push(error);
                    }
                    None
                }
            })
            .unzip();
        let done = self.work(&jobs, &keys, summary, &|_, _, _| ())?;
        for (entry, done) in entries.iter().zip(done) {
            let checked = done.and_then(|done| match sealed {
                true => recorded::expect_hashes(entry, &done.pieces),
                false => recorded::expect_sealed_hashes(entry, &done.pieces),
            });
            faults.extend(checked.err());
        }
        if sealed && faults.is_empty() {
            summary.proof = Some(proof);
        }
        interrupted(faults)
    }

    /// Key files that lie in the package are those of the record.
    fn key_files(&self, raw: &[RawKey], record: &Record, faults: &mut Vec<Error>) {
        let Ok(top) = PackagePath::parse(record::FILE_NAME) else { return };
        for (key, entry) in raw.iter().zip(&record.data_keys) {
            // As players resolve it: `urn:key` is no file.
            let Ok(path) = top.resolve(&entry.uri) else { continue };
            match keys::from_package(
                self.source,
                &KeyUri::File(path),
                self.service,
                &self.verify.context,
            ) {
                Ok(found) if found.is(key) => (),
                Ok(_) => faults
                    .push(Error::inauthentic(format!("{}: not the key of the package", entry.uri))),
                Err(error) => faults.push(error),
            }
        }
    }

    /// The playlists give players the IVs of the record.
    fn ivs(&self, record: &Record, faults: &mut Vec<Error>) {
        for entry in &record.files {
            let Ok(path) = PackagePath::parse(&entry.path) else { continue };
            let Some(layout) = self.opening.layouts.get(&path) else { continue };
            let mut offset = 0u64;
            for segment in &entry.segments {
                let span = Span { offset, length: segment.bytes };
                offset = offset.saturating_add(segment.bytes);
                let recorded = segment.cipher().flatten().map(|cipher| cipher.iv.block());
                let Ok(Some(piece)) = layout.at(span) else { continue };
                let played = piece.cipher.map(|cipher| cipher.iv.block());
                if played != recorded {
                    let place = diagnose::place(self.model, &path, span);
                    faults.push(diagnose::other_iv(&place, played, recorded));
                }
            }
        }
    }

    fn playlists(&self, record: &Record, summary: &mut Summary, faults: &mut Vec<Error>) {
        for entry in &record.playlists {
            let read = self.model.playlists.iter().find(|read| read.path.as_str() == entry.path);
            match read {
                Some(read) if record::hex(&Sha256::digest(&read.bytes)) != entry.sha256 => {
                    summary.warnings.push(format!(
                        "{}: the playlist was edited after the package was made",
                        entry.path
                    ));
                }
                Some(_) => (),
                None if faults.is_empty() => faults.push(
                    Error::malformed(format!("{}: no playlist names it any more", entry.path))
                        .hint("verify the playlist that was protected, or its backup"),
                ),
                None => (),
            }
        }
    }

    /// As a player would open it: keys, padding, and what the first bytes look like.
    fn foreign(
        &self,
        main: &PackagePath,
        summary: &mut Summary,
        faults: &mut Vec<Error>,
    ) -> Result<(), Error> {
        if self.opening.encrypted == 0 && faults.is_empty() {
            summary.warnings.push(format!("{main}: no segment of the package is encrypted"));
        }
        let mut keys = BTreeMap::new();
        for (index, uri) in self.model.key_uris.iter().enumerate() {
            let key = match &self.verify.key_file {
                Some(path) => keys::from_file(path),
                None => keys::from_package(self.source, uri, self.service, &self.verify.context),
            };
            match key {
                Ok(key) => drop(keys.insert(index, key.segment_key())),
                Err(error) => faults.push(error),
            }
        }
        let openable = |job: &Job| {
            job.pieces.iter().filter_map(|piece| piece.cipher).all(|c| keys.contains_key(&c.key))
        };
        let jobs = Job::all(&self.opening.layouts, self.model);
        let jobs: Vec<Job> = jobs.into_iter().filter(openable).collect();
        // A key that is missing is used by no job: any other may stand in its place.
        let keys: Vec<_> = (0..self.model.key_uris.len())
            .map(|index| keys.remove(&index).unwrap_or_else(|| SegmentKey::new([0; 16])))
            .collect();

        let findings = Mutex::new(Vec::new());
        let look = |path: &PackagePath, piece: &Piece, head: &[u8]| {
            if let Ok(mut findings) = findings.lock() {
                findings.push(Finding::of(self.model, path, piece, head));
            }
        };
        let done = self.work(&jobs, &keys, summary, &look)?;
        let findings = findings.into_inner().unwrap_or_default();
        let refused = done.into_iter().filter_map(Result::err).collect();
        let proof = diagnose::conclude(self.model, &jobs, findings, refused, summary, faults);
        if faults.is_empty() && self.opening.encrypted > 0 {
            summary.proof = Some(proof);
        }
        interrupted(faults)
    }

    fn work(
        &self,
        jobs: &[Job],
        keys: &[SegmentKey],
        summary: &mut Summary,
        look: &super::transform::Look<'_>,
    ) -> Result<Vec<Result<Done, Error>>, Error> {
        let total = Job::total(jobs);
        summary.files = jobs.len();
        summary.bytes_read = total;
        let progress = Progress::bytes("verifying", total, self.verify.show);
        let direction = Direction::Decrypt;
        let source = self.source;
        let work = Work { source, staging: None, keys, direction, progress: &progress, look };
        let done = work.each(jobs);
        progress.finish();
        done
    }
}

/// A signal is no fault of the package.
fn interrupted(faults: &[Error]) -> Result<(), Error> {
    match faults.iter().find(|error| matches!(error.kind(), crate::error::Kind::Interrupted(_))) {
        Some(error) => Err(error.clone()),
        None => Ok(()),
    }
}

//! `hls rekey`: a protected package in, the same package under other keys out.
//!
//! ```text
//! record, or playlists ─▶ opened ─▶ protect
//! what each byte was      read as   as any clear
//!                         clear     package
//! ```
//! The clear bytes pass through memory, chunk by chunk, and touch no disk. What was clear stays
//! clear; what had a key of its own gets one of its own.

use std::collections::BTreeSet;
use std::num::NonZeroU64;
use std::time::Instant;

use reelseal_core::format::hls::Span;

use super::keys::RawKey;
use super::layout::{Cipher, Piece};
use super::model::{Model, Role};
use super::opened::{Opened, OpenedPiece};
use super::opening;
use super::plan::{Choices, Init, IvMode, Plan};
use super::protect::{ClearPackage, GivenKey, KEY_NUMBER, KeyStorage, Protect};
use super::record::{self, FileEntry, Record};
use super::recorded;
use super::rewrite;
use super::summary::{Proof, Summary};
use super::unprotect::{Decrypted, Foreign};
use crate::error::Error;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::{Existing, PackagePath, Source, Staging};
use crate::progress::Show;

/// What to do. What is not given stays as the package's record has it.
#[derive(Debug)]
pub struct Rekey {
    /// The playlist.
    pub playlist: Place,
    /// The folder to write.
    pub out: Place,
    /// What to do with a folder that is there.
    pub existing: Existing,
    /// The record, where it does not lie beside the playlist.
    pub record: Option<Place>,
    /// The key that opens the package, where it is neither in it nor to be asked for.
    pub key_file: Option<Place>,
    /// What wrapped keys of packages without a record are bound to.
    pub source_context: EncryptionContext,
    /// The key that wraps the new data keys.
    pub key_id: Option<String>,
    /// A data key to use for all.
    pub data_key: Option<GivenKey>,
    /// What the new data keys are bound to.
    pub context: Option<EncryptionContext>,
    /// Where the new IVs come from.
    pub iv: IvMode,
    /// A new key after so many segments; without it, a new key for each old one.
    pub rotate_every: Option<NonZeroU64>,
    /// Where players find the new keys.
    pub storage: Option<KeyStorage>,
    /// Whether a bar is shown.
    pub show: Show,
}

/// What a package says of how it was protected.
struct Found<'a> {
    main: PackagePath,
    opened: Opened<'a>,
    proof: Proof,
    key_id: Option<String>,
    context: Option<EncryptionContext>,
    storage: Option<KeyStorage>,
}

impl Rekey {
    /// Does it.
    ///
    /// # Errors
    ///
    /// Those of opening the package, and those of protecting it.
    pub fn run(&self, service: &LazyService<'_>) -> Result<Summary, Error> {
        let started = Instant::now();
        let (source, main) = Source::open(&self.playlist)?;
        let staging = Staging::new(&self.out, self.existing, &source)?;
        let mut summary = Summary::new("rekey", &self.playlist, staging.out());
        let found = match recorded::find(&source, self.record.as_ref())? {
            Some(record) => self.recorded(&source, &main, record, service, &mut summary)?,
            None => self.foreign(&source, main, service)?,
        };
        let opened = &found.opened;
        let model = Model::read(opened, &found.main, &mut Err)?;
        let protect = self.protect(&found);
        let mut plan = Plan::make(&model, protect.choices)?;
        let one_key_for_all = self.data_key.is_some();
        as_before(&mut plan, &model, opened, self.rotate_every.is_some() || one_key_for_all);
        refuse_one_url_of_many(&protect.storage, plan.keys)?;
        let clear = ClearPackage { main: &found.main, model: &model, plan: &plan, files: opened };
        protect.seal(&clear, &staging, service, &mut summary)?;
        summary.proof = Some(found.proof);
        if let (None, KeyStorage::NoStore(url)) = (&self.storage, &protect.storage) {
            summary.warnings.push(format!(
                "players fetch the key at {url} as before, and it is another key now: give it out \
                 there when the package is"
            ));
        }
        summary.published(staging.publish()?);
        summary.seconds = started.elapsed().as_secs_f64();
        Ok(summary)
    }

    /// A package of ours: the record says what each byte was.
    fn recorded<'a>(
        &self,
        source: &'a Source,
        main: &PackagePath,
        mut record: Record,
        service: &LazyService<'_>,
        summary: &mut Summary,
    ) -> Result<Found<'a>, Error> {
        recorded::expect_playlist(&record, main)?;
        let key_file = self.key_file.as_ref();
        let (raw, proof) = recorded::keys(&record, source, key_file, service, summary)?;
        let keys: Vec<_> = raw.iter().map(RawKey::segment_key).collect();
        recorded::check_seal(&mut record, &keys)?;
        let path = |text: &str| {
            PackagePath::parse(text)
                .map_err(|why| Error::refused(format!("{}: {text:?}: {why}", record::FILE_NAME)))
        };
        let playlists = record.playlists.iter();
        let playlists =
            playlists.map(|entry| Ok((path(&entry.path)?, recorded::clear_playlist(entry)?)));
        let playlists = playlists.collect::<Result<_, Error>>()?;
        let files = record.files.iter().map(|entry| {
            let job = recorded::job(entry, keys.len(), source)?;
            Ok((job.path, recorded_pieces(entry, &job.pieces)?))
        });
        let files = files.collect::<Result<_, Error>>()?;
        let pairs = record.encryption_context.iter();
        Ok(Found {
            main: path(&record.playlist)?,
            proof,
            key_id: Some(record.kms_key_arn.clone()),
            context: Some(pairs.map(|(key, value)| (key.as_str(), value.as_str())).collect()),
            storage: storage(&record),
            opened: Opened { source, keys, playlists, files },
        })
    }

    /// A package of anybody's: read once to the end, for its clear lengths and hashes.
    fn foreign<'a>(
        &self,
        source: &'a Source,
        main: PackagePath,
        service: &LazyService<'_>,
    ) -> Result<Found<'a>, Error> {
        let model = Model::read(source, &main, &mut Err)?;
        let (key_file, context) = (self.key_file.as_ref(), &self.source_context);
        let foreign = Foreign { source, model: &model, iv: None, show: self.show };
        let keys = || opening::keys(&model, source, key_file, service, context);
        let Decrypted { files, keys, proof, .. } = foreign.decrypt(keys, None)?;
        let playlists = model.playlists.iter();
        let playlists = playlists
            .map(|playlist| Ok((playlist.path.clone(), rewrite::unprotected(playlist, &files)?)));
        let playlists = playlists.collect::<Result<_, Error>>()?;
        let files = files.into_iter().map(|(path, pieces)| {
            let pieces = pieces.iter().map(|done| OpenedPiece {
                piece: Piece { span: done.from, cipher: done.cipher },
                clear: done.to,
                clear_sha256: record::hex(&done.clear_sha256),
            });
            (path, pieces.collect())
        });
        let opened = Opened { source, keys, playlists, files: files.collect() };
        Ok(Found { main, opened, proof, key_id: None, context: None, storage: None })
    }

    /// How the package is protected again.
    fn protect(&self, found: &Found<'_>) -> Protect {
        let key_id = self.key_id.clone().or_else(|| found.key_id.clone());
        let context = self.context.clone().or_else(|| found.context.clone());
        let storage = self.storage.clone().or_else(|| found.storage.clone());
        Protect {
            playlist: self.playlist.clone(),
            out: self.out.clone(),
            existing: self.existing,
            key_id: key_id.unwrap_or_else(|| DEFAULT_KEY.to_owned()),
            data_key: self.data_key.clone(),
            context: context.unwrap_or_default(),
            choices: Choices {
                iv: self.iv,
                rotate_every: self.rotate_every,
                // Those that were clear are taken out again.
                init: Init::Encrypted,
            },
            storage: storage.unwrap_or(KeyStorage::WithVariantPlaylists),
            show: self.show,
        }
    }
}

/// Leaves clear what was clear, and gives each old key a new one, unless keys are `counted` anew.
fn as_before(plan: &mut Plan, model: &Model, opened: &Opened<'_>, counted: bool) {
    let uses = model.playlists.iter().flat_map(|playlist| &playlist.uses);
    let maps =
        uses.filter(|used| used.role == Role::Map).map(|used| (&used.path, used.span.offset));
    let maps: BTreeSet<_> = maps.collect();
    plan.segments = 0;
    for (path, layout) in &mut plan.layouts {
        layout.amend(|piece| {
            let cipher = piece.cipher?;
            let Some(before) = opened.at(path, piece.span) else { return Some(cipher) };
            let key = if counted { cipher.key } else { before.piece.cipher?.key };
            before.piece.cipher.map(|_| Cipher { key, ..cipher })
        });
        let encrypted = |piece: &Piece| piece.cipher.is_some();
        let all = layout.pieces().filter(|piece| encrypted(piece));
        let segments = all.filter(|piece| !maps.contains(&(path, piece.span.offset)));
        plan.segments += segments.count() as u64;
    }
    if !counted {
        plan.keys = opened.keys.len();
    }
}

/// The pieces of a recorded file, whose clear bytes stand one behind the other too.
fn recorded_pieces(entry: &FileEntry, pieces: &[Piece]) -> Result<Vec<OpenedPiece>, Error> {
    let mut offset = 0u64;
    let mut opened = Vec::with_capacity(pieces.len());
    for (segment, piece) in entry.segments.iter().zip(pieces) {
        let length = segment.clear_bytes.unwrap_or(segment.bytes);
        let clear_sha256 = segment.clear_sha256.as_ref().unwrap_or(&segment.sha256).clone();
        opened.push(OpenedPiece { piece: *piece, clear: Span { offset, length }, clear_sha256 });
        offset = offset.checked_add(length).ok_or_else(|| {
            Error::malformed(format!("{}: Files: {}: ClearBytes", record::FILE_NAME, entry.path))
        })?;
    }
    Ok(opened)
}

/// Where the record's keys were for players.
fn storage(record: &Record) -> Option<KeyStorage> {
    let block = record.playlists.iter().find_map(|entry| entry.hls_content_protection.as_ref())?;
    match block.key_storage_policy.as_str() {
        "NoStore" => Some(KeyStorage::NoStore(block.license_acquisition_url.clone())),
        _ => Some(KeyStorage::WithVariantPlaylists),
    }
}

/// One URL cannot give out several keys.
fn refuse_one_url_of_many(storage: &KeyStorage, keys: usize) -> Result<(), Error> {
    match storage {
        KeyStorage::NoStore(url) if keys > 1 && !url.contains(KEY_NUMBER) => Err(Error::usage(
            format!("the package has {keys} keys, and the URL {url} has no {KEY_NUMBER}"),
        )
        .hint("--license-acquisition-url https://…/key-{key}, for the number of each key")),
        _ => Ok(()),
    }
}

/// What wraps the keys of packages that do not say it.
const DEFAULT_KEY: &str = "alias/reelseal";

//! How to open a package from its `reelseal.json`.
//!
//! The record lies beside the package, within reach of whoever can alter it: every name and
//! number in it is checked, and nothing is released before its seal and its hashes hold.

use reelseal_core::format::hls::Span;
use reelseal_core::secret::SegmentKey;
use sha2::{Digest, Sha256};

use super::keys::{self, RawKey};
use super::layout::{DonePiece, Piece};
use super::model::KeyUri;
use super::record::{self, DataKeyEntry, FileEntry, PlaylistEntry, Record, SegmentEntry};
use super::summary::{Proof, Summary};
use super::transform::Job;
use crate::base64;
use crate::error::{Error, Kind};
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::{PackagePath, Source};

/// Reads the record at `place`, or beside the playlist where there is one.
pub fn find(source: &Source, place: Option<&Place>) -> Result<Option<Record>, Error> {
    if let Some(place) = place {
        let bytes = place.read(record::MAX_LEN)?;
        return Record::parse(&bytes, &place.to_string()).map(Some);
    }
    let beside = PackagePath::parse(record::FILE_NAME).map_err(|_| Error::bug("our own name"))?;
    if !source.exists(&beside)? {
        return Ok(None);
    }
    Record::parse(&source.read(&beside, record::MAX_LEN)?, record::FILE_NAME).map(Some)
}

/// A record is of one package; `playlist` must be of it.
pub fn expect_playlist(record: &Record, playlist: &PackagePath) -> Result<(), Error> {
    if record.playlists.iter().any(|entry| entry.path == playlist.as_str()) {
        return Ok(());
    }
    Err(Error::refused(format!(
        "{}: the record is of {}, and does not know {playlist}",
        record::FILE_NAME,
        record.playlist
    ))
    .hint("name a playlist of the recorded package, or its own record: --record FILE"))
}

/// The data keys: from the user's file, else from the key service, else, where the service does
/// not know them, from where players find them in the package; and what hashes are worth that
/// are sealed under the first of them.
pub fn keys(
    record: &Record,
    source: &Source,
    key_file: Option<&Place>,
    service: &LazyService<'_>,
    summary: &mut Summary,
) -> Result<(Vec<RawKey>, Proof), Error> {
    if let Some(place) = key_file {
        return match record.data_keys.len() {
            1 => Ok((vec![keys::from_file(place)?], Proof::Hashes)),
            n => Err(Error::usage(format!("the package has {n} keys, and --key-file names one"))
                .hint("leave out --key-file: the record holds all keys, wrapped")),
        };
    }
    let context: EncryptionContext = record
        .encryption_context
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let mut opened = Vec::with_capacity(record.data_keys.len());
    let mut in_package = 0usize;
    for entry in &record.data_keys {
        match from_service(entry, record, service, &context, summary) {
            Ok(key) => opened.push(key),
            // What else fails, an audit log on a full disk, say, is not to be passed over.
            Err(error) if !matches!(error.kind(), Kind::KeyService(_)) => return Err(error),
            Err(error) => {
                let Some(key) = beside(entry, source) else {
                    return Err(error);
                };
                in_package += 1;
                opened.push(key);
            }
        }
    }
    if in_package == 0 {
        return Ok((opened, Proof::Hashes));
    }
    summary.warnings.push(format!(
        "the key service could not unwrap {in_package} of the keys; they were read from the \
         package, so that nobody else vouches for it"
    ));
    Ok((opened, Proof::OwnKey))
}

fn from_service(
    entry: &DataKeyEntry,
    record: &Record,
    service: &LazyService<'_>,
    context: &EncryptionContext,
    summary: &mut Summary,
) -> Result<RawKey, Error> {
    let blob = base64::decode(&entry.key).map_err(|malformed| {
        Error::malformed(format!("{}: DataKeys: {malformed}", record::FILE_NAME))
    })?;
    let service = service.get()?;
    summary.calls.decrypt += 1;
    let arn = Some(record.kms_key_arn.as_str());
    let (wrapped, arn) = keys::unwrap(service, &blob, arn, context)?;
    summary.key_arn = Some(arn);
    Ok(wrapped.key)
}

/// The key as a file of the package. Whether it is the right one, the seal will tell.
fn beside(entry: &DataKeyEntry, source: &Source) -> Option<RawKey> {
    let path = PackagePath::parse(&entry.uri).ok()?;
    let no_service = LazyService::new(|| Err(Error::bug("a raw key asks for no service")));
    keys::from_package(source, &KeyUri::File(path), &no_service, &EncryptionContext::empty()).ok()
}

/// Nothing of the record is believed before this.
pub fn check_seal(record: &mut Record, keys: &[SegmentKey]) -> Result<(), Error> {
    let sealed = keys.first().is_some_and(|key| record.check(key).is_ok());
    sealed.then_some(()).ok_or_else(|| {
        Error::inauthentic(format!("{}: its seal does not hold", record::FILE_NAME))
            .hint("the key is another one, or the record was altered")
    })
}

/// The files to open. Their lengths must be those of the record.
pub fn jobs(record: &Record, source: &Source) -> Result<Vec<Job>, Error> {
    record.files.iter().map(|entry| job(entry, record.data_keys.len(), source)).collect()
}

/// One file to open.
pub fn job(entry: &FileEntry, keys: usize, source: &Source) -> Result<Job, Error> {
    let path = PackagePath::parse(&entry.path)
        .map_err(|why| Error::refused(format!("{}: Files: {why}", record::FILE_NAME)))?;
    let contradicts =
        || Error::malformed(format!("{}: Files: {path}: Segments", record::FILE_NAME));
    let mut offset = 0u64;
    let mut pieces = Vec::with_capacity(entry.segments.len());
    for segment in &entry.segments {
        let cipher = segment.cipher().ok_or_else(contradicts)?;
        if cipher.is_some_and(|cipher| cipher.key >= keys) {
            return Err(contradicts());
        }
        let span = Span { offset, length: segment.bytes };
        offset = offset.checked_add(segment.bytes).ok_or_else(contradicts)?;
        pieces.push(Piece { span, cipher });
    }
    source.require(&path)?;
    match source.regular_len(&path)? {
        len if len == offset => Ok(Job { path, pieces }),
        len => Err(Error::inauthentic(format!(
            "{path}: {len} bytes, where {} has {offset}",
            record::FILE_NAME
        ))
        .hint(match len < offset {
            true => "the file is truncated",
            false => "bytes were added to the file",
        })),
    }
}

/// Whether a file is what the record says, and has become what the record says it was.
pub fn expect_hashes(entry: &FileEntry, pieces: &[DonePiece]) -> Result<(), Error> {
    expect(entry, pieces, |segment, piece| {
        let clear = segment.clear_sha256.as_ref().unwrap_or(&segment.sha256);
        segment.sha256 == record::hex(&piece.sha256) && *clear == record::hex(&piece.clear_sha256)
    })
}

/// Whether a file, read without keys, is what the record says.
pub fn expect_sealed_hashes(entry: &FileEntry, pieces: &[DonePiece]) -> Result<(), Error> {
    expect(entry, pieces, |segment, piece| segment.sha256 == record::hex(&piece.sha256))
}

fn expect(
    entry: &FileEntry,
    pieces: &[DonePiece],
    holds: impl Fn(&SegmentEntry, &DonePiece) -> bool,
) -> Result<(), Error> {
    let mut pairs = entry.segments.iter().zip(pieces);
    match pairs.position(|(segment, piece)| !holds(segment, piece)) {
        None => Ok(()),
        Some(index) => Err(Error::inauthentic(format!(
            "{}: part {} of {} is not what {} says",
            entry.path,
            index + 1,
            entry.segments.len(),
            record::FILE_NAME
        ))
        .hint("the bytes were altered after the package was made")),
    }
}

/// A playlist as it was.
pub fn clear_playlist(entry: &PlaylistEntry) -> Result<Vec<u8>, Error> {
    let broken = || {
        Error::inauthentic(format!(
            "{}: Playlists: {} is not as it was",
            record::FILE_NAME,
            entry.path
        ))
    };
    let bytes = match (&entry.clear_text, &entry.clear_base64) {
        (Some(text), None) => text.clone().into_bytes(),
        (None, Some(text)) => base64::decode(text).map_err(|_| broken())?.to_vec(),
        _ => return Err(broken()),
    };
    let same = record::hex(&Sha256::digest(&bytes)) == entry.clear_sha256;
    same.then_some(bytes).ok_or_else(broken)
}

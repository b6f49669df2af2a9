//! What was done to the files of a package, as its record has it.

use sha2::{Digest, Sha256};

use super::layout::DonePiece;
use super::model::PlaylistFile;
use super::record::{self, FileEntry, HlsContentProtection, PlaylistEntry, SegmentEntry};
use crate::base64;
use crate::error::Error;
use crate::package::PackagePath;

/// A playlist, now `text`.
pub(super) fn playlist_entry(
    playlist: &PlaylistFile,
    text: &[u8],
    block: Option<HlsContentProtection>,
) -> Result<PlaylistEntry, Error> {
    let clear_text = std::str::from_utf8(&playlist.bytes).ok().map(str::to_owned);
    let clear_base64 = match clear_text {
        Some(_) => None,
        None => Some(base64::encode(&playlist.bytes)?.to_string()),
    };
    Ok(PlaylistEntry {
        path: playlist.path.to_string(),
        hls_content_protection: block,
        sha256: record::hex(&Sha256::digest(text)),
        clear_sha256: record::hex(&Sha256::digest(&playlist.bytes)),
        clear_text,
        clear_base64,
    })
}

/// Any other file.
pub(super) fn file_entry(path: &PackagePath, pieces: &[DonePiece]) -> FileEntry {
    FileEntry { path: path.to_string(), segments: pieces.iter().map(SegmentEntry::new).collect() }
}

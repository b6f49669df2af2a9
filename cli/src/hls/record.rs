//! `reelseal.json`: what was done to a package, so that it can be undone and proved undone.
//!
//! It holds no secret: data keys are in it as the key service wrapped them. Its seal is an HMAC
//! under the first data key; who alters a hash in it must know that key.

use std::collections::BTreeMap;

use reelseal_core::secret::{Inauthentic, SegmentKey};
use reelseal_core::segment::{Iv, record_check, record_seal};
use serde::{Deserialize, Serialize};

use super::layout::{Cipher, DonePiece};
use crate::base64;
use crate::error::Error;

/// The record's name, beside the playlist that was protected.
pub const FILE_NAME: &str = "reelseal.json";

/// Bytes of a record: a million segments take 300 MB, and no package has as many.
pub const MAX_LEN: u64 = 512 * 1024 * 1024;

/// The one version that is written and read.
const FORMAT_VERSION: u32 = 1;

/// The whole record.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Record {
    /// 1.
    pub format_version: u32,
    /// The program that wrote it.
    pub generator: String,
    /// The playlist that was named on the command line.
    pub playlist: String,
    /// The key that wrapped the data keys.
    pub kms_key_arn: String,
    /// What the data keys are bound to.
    pub encryption_context: BTreeMap<String, String>,
    /// The data keys, in the order of their use.
    pub data_keys: Vec<DataKeyEntry>,
    /// Every playlist of the package.
    pub playlists: Vec<PlaylistEntry>,
    /// Every other file of the package.
    pub files: Vec<FileEntry>,
    /// HMAC-SHA-256 of all the above, as compact JSON: base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}

/// A wrapped data key.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DataKeyEntry {
    /// The ciphertext blob: base64.
    pub key: String,
    /// MD5 of the ciphertext blob: base64.
    pub key_md5: String,
    /// Where players fetch it, as seen from the main playlist.
    pub uri: String,
}

/// A playlist.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PlaylistEntry {
    /// Inside the package.
    pub path: String,
    /// Elastic Transcoder's block, where the playlist lists segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hls_content_protection: Option<HlsContentProtection>,
    /// Of the playlist as it is: hexadecimal.
    pub sha256: String,
    /// Of the playlist as it was.
    pub clear_sha256: String,
    /// The playlist as it was, where it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_text: Option<String>,
    /// The same in base64, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_base64: Option<String>,
}

/// `Playlists[].HlsContentProtection` of Elastic Transcoder's jobs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HlsContentProtection {
    /// `aes-128`.
    pub method: String,
    /// The ciphertext blob of the first data key: base64.
    pub key: String,
    /// MD5 of the ciphertext blob: base64.
    pub key_md5: String,
    /// The IV, base64, where one serves all segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initialization_vector: Option<String>,
    /// Where players fetch the key; empty where it lies in the package.
    pub license_acquisition_url: String,
    /// `NoStore` or `WithVariantPlaylists`.
    pub key_storage_policy: String,
}

/// A file that is not a playlist.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FileEntry {
    /// Inside the package.
    pub path: String,
    /// Its bytes, in order and without a gap.
    pub segments: Vec<SegmentEntry>,
}

/// Some bytes of a file: a segment, an initialization section, or what lies between.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SegmentEntry {
    /// As they are.
    pub bytes: u64,
    /// Of them as they are: hexadecimal.
    pub sha256: String,
    /// Index into `DataKeys`; absent, with all below it, where the bytes are clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_key: Option<usize>,
    /// The IV: `0x` and 32 digits.
    #[serde(rename = "IV", skip_serializing_if = "Option::is_none")]
    pub iv: Option<String>,
    /// As they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_bytes: Option<u64>,
    /// Of them as they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_sha256: Option<String>,
}

impl SegmentEntry {
    /// What was done to the bytes of a piece that is now encrypted, or was only copied.
    pub fn new(piece: &DonePiece) -> Self {
        let cipher = piece.cipher;
        Self {
            bytes: piece.to.length,
            sha256: hex(&piece.sha256),
            data_key: cipher.map(|cipher| cipher.key),
            iv: cipher.map(|cipher| format!("0x{}", hex(&cipher.iv.block()))),
            clear_bytes: cipher.map(|_| piece.from.length),
            clear_sha256: cipher.map(|_| hex(&piece.clear_sha256)),
        }
    }

    /// The key and IV, where the bytes are encrypted. `None` where the entry contradicts itself.
    pub fn cipher(&self) -> Option<Option<Cipher>> {
        match (self.data_key, &self.iv, self.clear_bytes, &self.clear_sha256) {
            (None, None, None, None) => Some(None),
            (Some(key), Some(iv), Some(_), Some(_)) => {
                let iv = unhex(iv.strip_prefix("0x")?)?;
                Some(Some(Cipher { key, iv: Iv::Attribute(iv) }))
            }
            _ => None,
        }
    }
}

impl Record {
    /// Reads a record. It is not believed before [`Record::check`].
    pub fn parse(bytes: &[u8], path: &str) -> Result<Self, Error> {
        let record: Self = serde_json::from_slice(bytes)
            .map_err(|error| Error::malformed(format!("{path}: {error}")))?;
        match record.format_version {
            FORMAT_VERSION => Ok(record),
            other => Err(Error::malformed(format!(
                "{path}: FormatVersion {other}; this program reads {FORMAT_VERSION}"
            ))
            .hint("a newer reelseal wrote it")),
        }
    }

    /// The record as a file, sealed under `key`.
    pub fn print(mut self, key: &SegmentKey) -> Result<Vec<u8>, Error> {
        self.format_version = FORMAT_VERSION;
        self.seal = None; // A record that was read has one, and the seal is over all but itself.
        let seal = record_seal(key, &self.unsealed()?);
        self.seal = Some(base64::encode(&seal)?.to_string());
        let mut text = serde_json::to_vec_pretty(&self).map_err(unprintable)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Whether `key` sealed this record.
    pub fn check(&mut self, key: &SegmentKey) -> Result<(), Inauthentic> {
        let seal = self.seal.take().ok_or(Inauthentic)?;
        let bytes = base64::decode(&seal).map_err(|_| Inauthentic)?;
        let bytes = <&[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| Inauthentic)?;
        let unsealed = self.unsealed().map_err(|_| Inauthentic)?;
        self.seal = Some(seal);
        record_check(key, &unsealed, bytes)
    }

    /// What the seal is over. A map's keys are sorted and fields stand in their order above.
    fn unsealed(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(unprintable)
    }
}

fn unprintable(error: serde_json::Error) -> Error {
    Error::bug(format!("the record cannot be printed: {error}"))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 16 bytes of hexadecimal.
fn unhex(text: &str) -> Option<[u8; 16]> {
    let plain = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = plain.then(|| u128::from_str_radix(text, 16).ok())??;
    Some(number.to_be_bytes())
}

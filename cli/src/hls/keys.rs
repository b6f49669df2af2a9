//! The data keys of a package: made, unwrapped, or read from where players find them.

use md5::{Digest, Md5};
use reelseal_core::secret::SegmentKey;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::model::KeyUri;
use super::record::DataKeyEntry;
use crate::base64;
use crate::error::Error;
use crate::keyservice::{EncryptionContext, KeyService, KmsError, LazyService};
use crate::objects::Place;
use crate::package::Source;

/// RFC 8216 §4.3.2.4: the bytes of a key.
const KEY_LEN: usize = 16;

/// Elastic Transcoder's numbers for what can go wrong with a key.
mod transcoder_code {
    pub(super) const NOT_UNWRAPPED: u16 = 4018;
    pub(super) const NOT_GENERATED: u16 = 4019;
    pub(super) const NOT_128_BITS: u16 = 4020;
}

/// A segment key, as bytes. Erased on drop.
pub struct RawKey(Zeroizing<[u8; KEY_LEN]>);

impl RawKey {
    /// The key for use.
    pub fn segment_key(&self) -> SegmentKey {
        SegmentKey::new(*self.0)
    }

    /// The key as a key file holds it. It leaves the program here.
    pub fn key_file(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The same key once more, for another URI.
    pub fn again(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether two keys are one, in constant time.
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = <&[u8; KEY_LEN]>::try_from(bytes).ok()?;
        Some(Self(Zeroizing::new(*bytes)))
    }
}

/// A data key and how the key service wrapped it.
pub struct WrappedKey {
    /// In the clear.
    pub key: RawKey,
    /// As a ciphertext blob.
    pub blob: Vec<u8>,
}

impl WrappedKey {
    /// The key's line in the record.
    pub fn entry(&self, uri: String) -> Result<DataKeyEntry, Error> {
        Ok(DataKeyEntry {
            key: base64::encode(&self.blob)?.to_string(),
            key_md5: key_md5(&self.blob)?,
            uri,
        })
    }
}

/// `KeyMd5` of Elastic Transcoder: the MD5 of the wrapped key, base64. A checksum, no more.
pub fn key_md5(blob: &[u8]) -> Result<String, Error> {
    Ok(base64::encode(Md5::digest(blob).as_slice())?.to_string())
}

/// Asks the key service for a new data key; returns the ARN of the key that wrapped it too.
pub fn generate(
    service: &dyn KeyService,
    key_id: &str,
    context: &EncryptionContext,
) -> Result<(WrappedKey, String), Error> {
    let data_key = service
        .generate_data_key(key_id, KEY_LEN, context)
        .map_err(|error| refused_by_service(error, transcoder_code::NOT_GENERATED))?;
    let key = RawKey::parse(&data_key.plaintext)
        .ok_or_else(|| Error::bug("the key service gave another length than it was asked for"))?;
    Ok((WrappedKey { key, blob: data_key.wrapped }, data_key.key.key_arn))
}

/// Has the key service unwrap `blob`, which must hold 16 bytes.
pub fn unwrap(
    service: &dyn KeyService,
    blob: &[u8],
    key_id: Option<&str>,
    context: &EncryptionContext,
) -> Result<(WrappedKey, String), Error> {
    let decrypted = service
        .decrypt(blob, key_id, context)
        .map_err(|error| refused_by_service(error, transcoder_code::NOT_UNWRAPPED))?;
    let key = RawKey::parse(&decrypted.plaintext).ok_or_else(|| {
        let len = decrypted.plaintext.len();
        Error::refused(format!("the wrapped key holds {len} bytes; an HLS key has exactly 16"))
            .transcoder_code(transcoder_code::NOT_128_BITS)
            .hint(match len {
                24 => {
                    "base64 text was wrapped in place of the bytes that it stands for, \
                       as version 1 of the AWS CLI does"
                }
                _ => "wrap another key: reelseal kms generate-data-key --key-spec AES_128 …",
            })
    })?;
    Ok((WrappedKey { key, blob: blob.to_vec() }, decrypted.key.key_arn))
}

/// Whether `md5` is that of the wrapped key, or, as some documents have it, of the key itself.
pub fn check_md5(wrapped: &WrappedKey, md5: &str) -> Result<(), Error> {
    if md5 == key_md5(&wrapped.blob)? || md5 == key_md5(wrapped.key.key_file())? {
        return Ok(());
    }
    let message = "KeyMd5 (--key-md5) is the MD5 neither of the wrapped key nor of the key in it";
    Err(Error::refused(message)
        .hint("it is the base64 of the MD5 of the base64-decoded wrapped key")
        .transcoder_code(transcoder_code::NOT_UNWRAPPED))
}

/// Reads a key file of the user's.
pub fn from_file(place: &Place) -> Result<RawKey, Error> {
    parse_key_file(&place.read(63)?, &place.to_string())
}

/// Reads the key at `uri`, which must be a file of the package.
///
/// The old service's documents call the stored key encrypted; so a file that is not 16 bytes is
/// taken for a wrapped key, or for either as text, where it has that shape.
pub fn from_package(
    source: &Source,
    uri: &KeyUri,
    service: &LazyService<'_>,
    context: &EncryptionContext,
) -> Result<RawKey, Error> {
    let path = match uri {
        KeyUri::File(path) => path,
        KeyUri::Elsewhere(uri, why) => {
            return Err(Error::refused(format!(
                "the key at \"{uri}\" is not in the package: {why}"
            ))
            .hint("fetch the key and name it: --key-file FILE"));
        }
    };
    // A wrapped key has at most 6,144 bytes (AWS KMS), a third more as text.
    source.require(path)?;
    let bytes = Zeroizing::new(source.read(path, 16 * 1024)?);
    if let Ok(key) = parse_key_file(&bytes, "") {
        return Ok(key);
    }
    let text = std::str::from_utf8(&bytes).map(str::trim_ascii).unwrap_or_default();
    let decoded = match base64::decode(text) {
        Ok(decoded) if !decoded.is_empty() => decoded,
        _ => bytes.clone(),
    };
    match RawKey::parse(&decoded).or_else(|| from_hex(text)) {
        Some(key) => Ok(key),
        None if looks_wrapped(&decoded) => {
            let (wrapped, _) =
                unwrap(service.get()?, &decoded, None, context).map_err(|error| error.at(path))?;
            Ok(wrapped.key)
        }
        None => parse_key_file(&bytes, path.as_str()),
    }
}

// req HLS-KEY-7: a key file is 16 bytes, and nothing else
fn parse_key_file(bytes: &[u8], path: &str) -> Result<RawKey, Error> {
    if let Some(key) = RawKey::parse(bytes) {
        return Ok(key);
    }
    let why = match (bytes.len(), bytes.last()) {
        (17, Some(b'\n')) => "has 17 bytes, the last a newline".to_owned(),
        (64.., _) => "has 64 bytes or more".to_owned(),
        (len, _) => format!("has {len} bytes"),
    };
    Err(Error::malformed(format!("key file {path} {why}; an HLS key has exactly 16"))
        .hint("write the key without a newline, as bytes and not as text: head -c 16 FILE > KEY"))
}

fn from_hex(text: &str) -> Option<RawKey> {
    let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = digits.then(|| u128::from_str_radix(text, 16).ok())??;
    RawKey::parse(&number.to_be_bytes())
}

/// The beginnings of ciphertext blobs: ours, and those that AWS KMS has been seen to make.
fn looks_wrapped(bytes: &[u8]) -> bool {
    matches!(bytes, [b'R', b'S', b'K', b'M', ..] | [1, 2, 2 | 3, 0, 0x78, ..] | [0x0A, 0x20, ..])
}

fn refused_by_service(error: KmsError, code: u16) -> Error {
    Error::from(error).transcoder_code(code)
}

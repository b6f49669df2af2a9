//! The data key of one file: made, or unwrapped and checked.

use reelseal_core::envelope::transcoder::DataKey;
use zeroize::Zeroizing;

use super::document::md5;
use super::transcoder_code;
use crate::base64;
use crate::error::Error;
use crate::keyservice::{EncryptionContext, KeyService, KmsError};

/// What `KeyMd5` was the MD5 of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Md5Of {
    /// The wrapped key: what Elastic Transcoder asked for.
    Wrapped,
    /// The key itself: what some documents have.
    Key,
}

/// A data key, open.
pub(super) struct OpenKey {
    /// What was inside, as it was. Erased on drop.
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Its readings.
    pub(super) key: DataKey,
    /// As a ciphertext blob.
    pub(super) wrapped: Vec<u8>,
    /// The key that wrapped it.
    pub(super) arn: String,
    /// What the checksum was of, if one was given.
    pub(super) md5_of: Option<Md5Of>,
}

/// Has the key service make a data key of `len` bytes.
pub(super) fn generate(
    service: &dyn KeyService,
    key_id: &str,
    len: usize,
    context: &EncryptionContext,
) -> Result<OpenKey, Error> {
    let made = service
        .generate_data_key(key_id, len, context)
        .map_err(|error| refused(error, transcoder_code::NOT_GENERATED))?;
    let key = DataKey::parse(&made.plaintext).filter(|_| made.plaintext.len() == len);
    let key =
        key.ok_or_else(|| Error::bug("the key service gave another length than asked for"))?;
    let (bytes, wrapped, arn) = (made.plaintext, made.wrapped, made.key.key_arn);
    Ok(OpenKey { bytes, key, wrapped, arn, md5_of: None })
}

/// Has the key service unwrap `wrapped`. `key_id`: the key that must have wrapped it.
pub(super) fn unwrap(
    service: &dyn KeyService,
    wrapped: &[u8],
    key_id: Option<&str>,
    context: &EncryptionContext,
    key_md5: Option<&str>,
) -> Result<OpenKey, Error> {
    let checked_early =
        key_md5.is_some_and(|expected| md5(wrapped).is_ok_and(|own| own == expected));
    let unwrapped = service
        .decrypt(wrapped, key_id, context)
        .map_err(|error| refused(error, transcoder_code::NOT_UNWRAPPED))?;
    let bytes = unwrapped.plaintext;
    let md5_of = match key_md5 {
        None => None,
        Some(_) if checked_early => Some(Md5Of::Wrapped),
        Some(expected) if is_md5_of_key(&bytes, expected)? => Some(Md5Of::Key),
        Some(_) => return Err(wrong_md5(wrapped)?),
    };
    let Some(key) = DataKey::parse(&bytes) else {
        return Err(no_aes_key(wrapped, bytes.len())?);
    };
    Ok(OpenKey { bytes, key, wrapped: wrapped.to_vec(), arn: unwrapped.key.key_arn, md5_of })
}

/// The refusal of an unwrapped key of `len` bytes. It names the MD5, as the service's did.
pub(super) fn no_aes_key(wrapped: &[u8], len: usize) -> Result<Error, Error> {
    let md5 = md5(wrapped)?;
    let message = format!(
        "the wrapped key holds {len} bytes; an AES key has 16, 24 or 32 (KeyMd5 of the wrapped \
         key: {md5})"
    );
    let error = Error::refused(message).transcoder_code(transcoder_code::NO_AES_KEY);
    Ok(match len {
        44 => error.hint(
            "this is as long as the base64 of 32 bytes, which version 1 of the AWS CLI wrapped in \
             place of the bytes: wrap the key again",
        ),
        12 => error.hint("12 bytes are an IV of GCM; AES has no such key"),
        _ => error,
    })
}

/// Whether `expected` is the MD5 of the key, or of what its base64 stands for.
fn is_md5_of_key(bytes: &[u8], expected: &str) -> Result<bool, Error> {
    if md5(bytes)? == expected {
        return Ok(true);
    }
    let decoded = std::str::from_utf8(bytes).ok().and_then(|text| base64::decode(text).ok());
    decoded.map_or(Ok(false), |decoded| Ok(md5(&decoded)? == expected))
}

fn wrong_md5(wrapped: &[u8]) -> Result<Error, Error> {
    let message = format!(
        "KeyMd5 is the MD5 neither of the wrapped key ({}) nor of the key in it",
        md5(wrapped)?
    );
    Ok(Error::refused(message)
        .hint("it is the base64 of the MD5 of the base64-decoded wrapped key")
        .transcoder_code(transcoder_code::NOT_UNWRAPPED))
}

fn refused(error: KmsError, code: u16) -> Error {
    Error::from(error).transcoder_code(code)
}

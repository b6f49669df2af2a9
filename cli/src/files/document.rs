//! What must be known of an encrypted file: Elastic Transcoder's `Encryption` block, and
//! MediaConvert's `DecryptionSettings`.
//!
//! Read in the spellings of the API (`KeyMd5`), of notifications and CloudTrail (`keyMd5`) and of
//! SDK dumps (`key_md5`), bare or inside the object that has them in a job.

use clap::ValueEnum;
use md5::{Digest, Md5};
use reelseal_core::format::transcoder::{Iv, Mode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::base64;
use crate::error::Error;
use crate::keyservice::{EncryptionContext, WrappedKey};
use crate::objects::Place;

/// Whose document it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// Elastic Transcoder's Encryption block: Mode, Key, KeyMd5, InitializationVector
    #[default]
    Transcoder,
    /// AWS Elemental MediaConvert's DecryptionSettings
    Mediaconvert,
}

impl Format {
    /// The encryption context that this service used for every key.
    pub fn context(self) -> EncryptionContext {
        match self {
            Self::Transcoder => EncryptionContext::default(),
            Self::Mediaconvert => {
                EncryptionContext::from_iter([("service", "mediaconvert.amazonaws.com")])
            }
        }
    }
}

/// Everything but the key service that opens an encrypted file. Nothing in it is secret.
#[derive(Clone, Debug)]
pub struct Document {
    /// Whose names it was read by.
    pub format: Format,
    /// How the file is encrypted.
    pub mode: Mode,
    /// The wrapped data key.
    pub wrapped: Vec<u8>,
    /// `KeyMd5`, base64: of the wrapped key, or, in some documents, of the key.
    pub key_md5: Option<String>,
    /// The IV.
    pub iv: Iv,
    /// The key that wrapped the data key, where the document tells.
    pub key_arn: Option<String>,
    /// What the data key is bound to, where the document tells.
    pub context: Option<EncryptionContext>,
}

impl Document {
    /// Reads the document in `place`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not such a document, or lacks something.
    pub fn read(place: &Place) -> Result<Self, Error> {
        let bytes = place.read(MAX_LEN)?;
        Self::parse(&bytes).map_err(|error| error.at(place.name("standard input")))
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let fields: Fields = serde_json::from_slice(bytes)
            .map_err(|error| Error::malformed(format!("not an encryption block: {error}")))?;
        fields.document()
    }

    /// The document as `format` has it. MediaConvert's has no place for checksum, key and context.
    ///
    /// # Errors
    ///
    /// None that a caller can cause.
    pub fn to_json(&self, format: Format) -> Result<Value, Error> {
        let key = base64::encode(&self.wrapped)?;
        let iv = base64::encode(self.iv.bytes())?;
        if format == Format::Transcoder {
            return Ok(json!({
                "Mode": self.mode.as_str(),
                "Key": *key,
                "KeyMd5": md5(&self.wrapped)?,
                "InitializationVector": *iv,
                "KmsKeyArn": self.key_arn,
                "EncryptionContext": self.context.as_ref().map(EncryptionContext::to_json),
            }));
        }
        let mut settings = json!({
            "DecryptionMode": self.mode.mediaconvert(),
            "EncryptedDecryptionKey": *key,
            "InitializationVector": *iv,
        });
        if let Some(region) = self.key_arn.as_deref().and_then(region) {
            settings["KmsKeyRegion"] = region.into();
        }
        Ok(json!({ "DecryptionSettings": settings }))
    }
}

/// Base64 of MD5: a checksum of the service's documents, no more.
pub(super) fn md5(bytes: &[u8]) -> Result<String, Error> {
    Ok(base64::encode(Md5::digest(bytes).as_slice())?.to_string())
}

/// The region in an ARN of AWS KMS. The keys of this machine have none that MediaConvert knows.
fn region(arn: &str) -> Option<&str> {
    arn.split(':').nth(3).filter(|region| region.contains('-'))
}

/// The fields of both services. A field that is given twice is refused by the reader.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    #[serde(alias = "encryption")]
    encryption: Option<Box<Fields>>,
    #[serde(alias = "decryptionSettings", alias = "decryption_settings")]
    decryption_settings: Option<Box<Fields>>,
    #[serde(alias = "mode")]
    mode: Option<String>,
    #[serde(alias = "decryptionMode", alias = "decryption_mode")]
    decryption_mode: Option<String>,
    #[serde(alias = "key")]
    key: Option<String>,
    #[serde(alias = "encryptedDecryptionKey", alias = "encrypted_decryption_key")]
    encrypted_decryption_key: Option<String>,
    #[serde(alias = "keyMd5", alias = "key_md5")]
    key_md5: Option<String>,
    #[serde(alias = "initializationVector", alias = "initialization_vector")]
    initialization_vector: Option<String>,
    #[serde(alias = "kmsKeyArn", alias = "kms_key_arn")]
    kms_key_arn: Option<String>,
    #[serde(alias = "encryptionContext", alias = "encryption_context")]
    encryption_context: Option<EncryptionContext>,
}

impl Fields {
    fn document(self) -> Result<Document, Error> {
        match (self.encryption, self.decryption_settings) {
            (Some(_), Some(_)) => {
                return Err(Error::malformed("both Encryption and DecryptionSettings are there"));
            }
            (Some(inner), None) | (None, Some(inner)) => return inner.document(),
            (None, None) => {}
        }
        let (format, mode, key) = match (self.mode, self.decryption_mode) {
            (None, Some(mode)) => {
                let mode =
                    Mode::parse_mediaconvert(&mode).map_err(|error| unknown(error, &mode))?;
                let key = required(self.encrypted_decryption_key, "EncryptedDecryptionKey")?;
                (Format::Mediaconvert, mode, key)
            }
            (mode, _) => {
                let mode = required(mode, "Mode")?;
                let mode = Mode::parse(&mode).map_err(|error| unknown(error, &mode))?;
                (Format::Transcoder, mode, required(self.key, "Key")?)
            }
        };
        // A document must not name a file of the reader's.
        if key.starts_with('@') {
            return Err(Error::malformed("Key is not base64 of a ciphertext blob"));
        }
        let wrapped = WrappedKey::read(&key)?;
        let iv = required(self.initialization_vector, "InitializationVector")?;
        Ok(Document {
            format,
            mode,
            wrapped: wrapped.0,
            key_md5: self.key_md5.filter(|md5| !md5.is_empty()),
            iv: parse_iv(mode, &iv)?,
            key_arn: self.kms_key_arn.filter(|arn| !arn.is_empty()),
            context: self.encryption_context,
        })
    }
}

/// The IV of `mode` in `text`, base64.
///
/// # Errors
///
/// Not base64, or not of 16 bytes, or, but for CBC, of 12.
pub(crate) fn parse_iv(mode: Mode, text: &str) -> Result<Iv, Error> {
    let bytes = base64::decode(text)
        .map_err(|error| Error::malformed(error.to_string()).at("InitializationVector"))?;
    Iv::parse(mode, &bytes).map_err(|_| {
        let lengths = if mode.counts() { "16 bytes, or 12" } else { "exactly 16 bytes" };
        let (mode, len) = (mode.as_str(), bytes.len());
        Error::malformed(format!("InitializationVector has {len} bytes; {mode} takes {lengths}"))
    })
}

fn required(field: Option<String>, name: &str) -> Result<String, Error> {
    field.filter(|text| !text.is_empty()).ok_or_else(|| {
        Error::malformed(format!("{name} is missing"))
            .hint("Elastic Transcoder showed the keys that it made in the answer of ReadJob only")
    })
}

fn unknown(error: impl std::fmt::Display, mode: &str) -> Error {
    if ["s3", "s3-aws-kms"].contains(&mode) {
        return Error::refused(format!("{mode} is done by the store, not to the file"))
            .hint("what the store gives out is clear already");
    }
    Error::malformed(format!("{error}: \"{}\"", mode.escape_debug()))
        .hint("the modes are aes-cbc-pkcs7, aes-ctr and aes-gcm")
}

/// More than any block has.
const MAX_LEN: u64 = 1 << 20;

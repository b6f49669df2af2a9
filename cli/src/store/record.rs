//! The record of an object: where its message is, and its wrapped key. No secret is in it.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::base64;
use crate::error::Error;
use crate::keyservice::EncryptionContext;

/// The one version that is written and read.
pub(super) const FORMAT_VERSION: u32 = 1;

/// Who chose the key: Elastic Transcoder's modes that the store carries out.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ValueEnum)]
pub enum Mode {
    /// The store: alias/aws/s3
    #[serde(rename = "s3")]
    S3,
    /// The user, or alias/aws/s3
    #[serde(rename = "s3-aws-kms")]
    S3AwsKms,
}

impl Mode {
    /// Elastic Transcoder's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::S3AwsKms => "s3-aws-kms",
        }
    }
}

/// The record.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ObjectRecord {
    /// 1.
    pub format_version: u32,
    /// `bucket/key`.
    pub name: String,
    /// Who chose the key.
    pub mode: Mode,
    /// The key that wrapped the object's key.
    pub kms_key_arn: String,
    /// What the object's key is bound to.
    pub encryption_context: BTreeMap<String, String>,
    /// The object's key, as the key service wrapped it: base64.
    pub wrapped_key: String,
    /// The file of the message.
    pub body: String,
    /// Bytes of the object.
    pub size: u64,
    /// Bytes of the message.
    pub encrypted_size: u64,
    /// SHA-256 of the message. Of the clear bytes there is none: it would confirm a guess at them.
    pub sha256: String,
    /// When it was put: RFC 3339, UTC.
    pub created: String,
}

impl ObjectRecord {
    /// Reads a record.
    pub(super) fn parse(bytes: &[u8], place: &str) -> Result<Self, Error> {
        let record: Self = serde_json::from_slice(bytes)
            .map_err(|error| Error::malformed(format!("{place}: {error}")))?;
        let digits = record.body.strip_suffix(BODY_SUFFIX);
        let is_hex = |name: &str| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
        // Another name could lead out of the store.
        if record.format_version != FORMAT_VERSION || !digits.is_some_and(is_hex) {
            let message = format!("{place}: FormatVersion or Body is not a known value");
            return Err(Error::malformed(message));
        }
        Ok(record)
    }

    /// The object's wrapped key.
    pub(super) fn wrapped(&self) -> Result<Vec<u8>, Error> {
        let wrapped = base64::decode(&self.wrapped_key);
        let wrapped = wrapped.map_err(|error| {
            Error::malformed(format!("the record of {}: WrappedKey: {error}", self.name))
        })?;
        Ok(wrapped.to_vec())
    }

    pub(super) fn context(&self) -> EncryptionContext {
        self.encryption_context.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect()
    }
}

/// How the files of messages end.
pub(super) const BODY_SUFFIX: &str = ".esdk";

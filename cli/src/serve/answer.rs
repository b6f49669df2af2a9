//! Answers of KMS's wire protocol: JSON, erased when it is sent.

use axum::http::StatusCode;
use serde::{Serialize, Serializer};
use serde_json::json;
use zeroize::Zeroizing;

use crate::base64;
use crate::error::Error;
use crate::keyservice::{Exception, ExceptionName, KmsError, UsedKey};

/// The text of an answer.
pub(super) type Text = Zeroizing<Vec<u8>>;

/// The answer to an operation on data keys: the members that it has.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DataKeyAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    ciphertext_blob: Option<Base64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<Base64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_key_id: Option<String>,
    key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_encryption_algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_encryption_algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_material_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_key_material_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_key_material_id: Option<String>,
}

impl DataKeyAnswer {
    /// By `key`, with its material.
    pub(super) fn by(key: UsedKey) -> Self {
        let key_material_id = key.key_material_id;
        Self { key_id: key.key_arn, key_material_id, ..Self::default() }
    }

    /// By `key`, of Encrypt, which tells the algorithm and not the material.
    pub(super) fn encrypted_by(key: UsedKey) -> Self {
        let encryption_algorithm = Some(ALGORITHM);
        Self { key_id: key.key_arn, encryption_algorithm, ..Self::default() }
    }

    /// By `key`, of Decrypt, which tells both.
    pub(super) fn decrypted_by(key: UsedKey) -> Self {
        Self { encryption_algorithm: Some(ALGORITHM), ..Self::by(key) }
    }

    /// From one key to another.
    pub(super) fn re_encrypted(source: UsedKey, destination: UsedKey) -> Self {
        Self {
            source_key_id: Some(source.key_arn),
            key_id: destination.key_arn,
            source_encryption_algorithm: Some(ALGORITHM),
            destination_encryption_algorithm: Some(ALGORITHM),
            source_key_material_id: source.key_material_id,
            destination_key_material_id: destination.key_material_id,
            ..Self::default()
        }
    }

    /// The key that did the work.
    pub(super) fn key_arn(&self) -> &str {
        &self.key_id
    }

    pub(super) fn wrapped(self, blob: &[u8]) -> Result<Self, KmsError> {
        Ok(Self { ciphertext_blob: Some(Base64::new(blob)?), ..self })
    }

    pub(super) fn plaintext(self, plaintext: &[u8]) -> Result<Self, KmsError> {
        Ok(Self { plaintext: Some(Base64::new(plaintext)?), ..self })
    }
}

/// The answer to GenerateRandom.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RandomAnswer {
    plaintext: Base64,
}

impl RandomAnswer {
    pub(super) fn new(plaintext: &[u8]) -> Result<Self, KmsError> {
        Ok(Self { plaintext: Base64::new(plaintext)? })
    }
}

/// A member that is a blob.
struct Base64(Zeroizing<String>);

impl Base64 {
    fn new(bytes: &[u8]) -> Result<Self, KmsError> {
        Ok(Self(base64::encode(bytes)?))
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// `answer` as JSON.
pub(super) fn text(answer: &impl Serialize) -> Result<Text, KmsError> {
    // Room for the largest answer with a plaintext in it: a vector that grows leaves copies.
    let mut text = Zeroizing::new(Vec::with_capacity(ROOM));
    let written = serde_json::to_writer(&mut *text, answer);
    written.map_err(|error| Error::bug(format!("an answer is not JSON: {error}")))?;
    Ok(text)
}

/// A refusal as status and text. Of a failure of ours the client learns that it was one.
pub(super) fn refusal(error: &KmsError) -> (StatusCode, Text) {
    let (name, message) = match error {
        KmsError::Exception(Exception { name, message, .. }) => (*name, message.as_str()),
        KmsError::Failed(_) => (ExceptionName::Internal, "The key service failed."),
    };
    let status = match name {
        ExceptionName::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, named(name.as_str(), message))
}

/// An error by its name.
pub(super) fn named(name: &str, message: &str) -> Text {
    Zeroizing::new(json!({ "__type": name, "message": message }).to_string().into_bytes())
}

const ALGORITHM: &str = "SYMMETRIC_DEFAULT";

/// In bytes: base64 of 4,096, an ARN and the names.
const ROOM: usize = 16 * 1024;

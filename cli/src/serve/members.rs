//! The members of requests (KMS API): their types, their ranges, and which of them are refused.
//!
//! A member that KMS does not know is passed over, as KMS does. One that it knows and this service
//! cannot honour is refused: whoever sets it relies on it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, Visitor};
use zeroize::Zeroizing;

use super::page::Page;
use crate::base64;
use crate::keyservice::{EncryptionContext, ExceptionName, KmsError, out_of_range};

/// Whether what is asked is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Run {
    Wet,
    /// Only whether it could be done is asked.
    Dry,
}

/// Which versions of a key are listed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Material {
    /// All of them.
    All,
    /// Those that a rotation made: all but the first.
    Rotations,
}

/// Every member of every operation.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Members {
    pub(super) key_id: Option<String>,
    pub(super) plaintext: Option<Blob>,
    pub(super) ciphertext_blob: Option<Blob>,
    pub(super) encryption_context: Option<EncryptionContext>,
    pub(super) source_encryption_context: Option<EncryptionContext>,
    pub(super) destination_encryption_context: Option<EncryptionContext>,
    encryption_algorithm: Option<String>,
    source_encryption_algorithm: Option<String>,
    destination_encryption_algorithm: Option<String>,
    pub(super) source_key_id: Option<String>,
    pub(super) destination_key_id: Option<String>,
    key_spec: Option<String>,
    pub(super) number_of_bytes: Option<i64>,
    grant_tokens: Option<Vec<String>>,
    dry_run: Option<bool>,
    dry_run_modifiers: Option<Vec<String>>,
    recipient: Option<IgnoredAny>,
    pub(super) description: Option<String>,
    key_usage: Option<String>,
    customer_master_key_spec: Option<String>,
    origin: Option<String>,
    custom_key_store_id: Option<IgnoredAny>,
    xks_key_id: Option<IgnoredAny>,
    multi_region: Option<bool>,
    policy: Option<IgnoredAny>,
    tags: Option<Vec<IgnoredAny>>,
    pub(super) alias_name: Option<String>,
    pub(super) target_key_id: Option<String>,
    pub(super) pending_window_in_days: Option<i64>,
    include_key_material: Option<String>,
    limit: Option<i64>,
    marker: Option<String>,
}

impl Members {
    /// Reads the body of a request.
    pub(super) fn read(body: &[u8]) -> Result<Self, KmsError> {
        // The derived reader takes a list for a struct as well.
        let is_object = body.trim_ascii_start().first() == Some(&b'{');
        let members: Option<Self> = serde_json::from_slice(body).ok().filter(|_| is_object);
        let members = members.ok_or_else(|| {
            let message = "The body is not a JSON object with members of KMS's types.";
            refused("SerializationException", message)
        })?;
        members.check_supported()?;
        Ok(members)
    }

    pub(super) fn run(&self) -> Run {
        if self.dry_run == Some(true) { Run::Dry } else { Run::Wet }
    }

    /// Refuses what is known to KMS and not done here.
    fn check_supported(&self) -> Result<(), KmsError> {
        let algorithms = [
            &self.encryption_algorithm,
            &self.source_encryption_algorithm,
            &self.destination_encryption_algorithm,
        ];
        if algorithms.into_iter().flatten().any(|name| name != "SYMMETRIC_DEFAULT") {
            let message = "All keys here are symmetric: the algorithm is SYMMETRIC_DEFAULT.";
            return Err(refused("InvalidKeyUsageException", message));
        }
        if self.grant_tokens.as_ref().is_some_and(|tokens| !tokens.is_empty()) {
            let message = "This key service gives no grants.";
            return Err(refused("InvalidGrantTokenException", message));
        }
        let unsupported = [
            ("Recipient", self.recipient.is_some()),
            ("DryRunModifiers", self.dry_run_modifiers.as_ref().is_some_and(|m| !m.is_empty())),
            ("CustomKeyStoreId", self.custom_key_store_id.is_some()),
            ("XksKeyId", self.xks_key_id.is_some()),
            ("MultiRegion", self.multi_region == Some(true)),
            ("Policy", self.policy.is_some()),
            ("Tags", self.tags.as_ref().is_some_and(|tags| !tags.is_empty())),
        ];
        refuse_any(&unsupported)
    }

    /// Refuses what would make a key of another kind than the one that there is here.
    pub(super) fn check_symmetric(&self) -> Result<(), KmsError> {
        let other = |member: &Option<String>, only: &str| {
            member.as_ref().is_some_and(|value| value != only)
        };
        refuse_any(&[
            ("KeyUsage", other(&self.key_usage, "ENCRYPT_DECRYPT")),
            ("KeySpec", other(&self.key_spec, "SYMMETRIC_DEFAULT")),
            ("CustomerMasterKeySpec", other(&self.customer_master_key_spec, "SYMMETRIC_DEFAULT")),
            ("Origin", other(&self.origin, "AWS_KMS")),
        ])
    }

    pub(super) fn key_id(&self) -> Result<String, KmsError> {
        required(self.key_id.clone(), "keyId")
    }

    /// A key that must be called by its id or ARN.
    pub(super) fn bare_key_id(&self) -> Result<String, KmsError> {
        no_alias(self.key_id()?)
    }

    /// The length of a data key, in bytes, by one of its two members.
    pub(super) fn data_key_len(&self) -> Result<usize, KmsError> {
        match (self.key_spec.as_deref(), self.number_of_bytes) {
            (Some("AES_128"), None) => Ok(16),
            (Some("AES_256"), None) => Ok(32),
            (None, Some(len)) => in_range(len, 1..=1024, "numberOfBytes"),
            (Some(_), None) => {
                let constraint = "Member must satisfy enum value set: [AES_256, AES_128]";
                Err(out_of_range("keySpec", constraint))
            }
            _ => {
                let message = "Please specify either number of bytes or key spec.";
                Err(KmsError::new(ExceptionName::Validation, message))
            }
        }
    }

    pub(super) fn material(&self) -> Result<Material, KmsError> {
        match self.include_key_material.as_deref() {
            None | Some("ROTATIONS_ONLY") => Ok(Material::Rotations),
            Some("ALL_KEY_MATERIAL") => Ok(Material::All),
            Some(_) => {
                let constraint =
                    "Member must satisfy enum value set: [ALL_KEY_MATERIAL, ROTATIONS_ONLY]";
                Err(out_of_range("includeKeyMaterial", constraint))
            }
        }
    }

    pub(super) fn page(&self, default: i64, max: i64) -> Result<Page, KmsError> {
        let limit = in_range(self.limit.unwrap_or(default), 1..=max, "limit")?;
        Ok(Page { limit, marker: self.marker.clone() })
    }
}

/// Refuses the first member that is asked for.
fn refuse_any(members: &[(&str, bool)]) -> Result<(), KmsError> {
    match members.iter().find(|(_, is_asked)| *is_asked) {
        None => Ok(()),
        Some((member, _)) => {
            let message = format!("This key service does not do what {member} asks for.");
            Err(refused("UnsupportedOperationException", &message))
        }
    }
}

/// A member that is a blob, erased on drop: base64 in JSON.
pub(super) struct Blob(pub(super) Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

/// Reads base64 where it lies: in the body, unless it is written with escapes, which no client
/// of AWS does.
struct Base64;

impl Visitor<'_> for Base64 {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Blob, E> {
        base64::decode(text).map(Blob).map_err(|_| E::custom("not base64"))
    }
}

pub(super) fn required<T>(member: Option<T>, name: &str) -> Result<T, KmsError> {
    member.ok_or_else(|| out_of_range(name, "Member must not be null"))
}

/// KMS API, CiphertextBlob.
pub(super) fn blob(member: Option<Blob>) -> Result<Blob, KmsError> {
    let blob = required(member, "ciphertextBlob")?;
    if blob.0.is_empty() || blob.0.len() > 6144 {
        return Err(out_of_range("ciphertextBlob", "Member must have length from 1 to 6144"));
    }
    Ok(blob)
}

pub(super) fn in_range<T: TryFrom<i64>>(
    value: i64,
    range: std::ops::RangeInclusive<i64>,
    name: &str,
) -> Result<T, KmsError> {
    let value = range.contains(&value).then(|| T::try_from(value).ok()).flatten();
    value.ok_or_else(|| {
        let (min, max) = (range.start(), range.end());
        out_of_range(name, &format!("Member must have value from {min} to {max}"))
    })
}

/// Refuses an alias where KMS does: what changes a key is asked by its id or ARN.
pub(super) fn no_alias(key_id: String) -> Result<String, KmsError> {
    if key_id.starts_with("alias/") {
        let message = format!("Invalid keyId '{key_id}': this operation takes no alias");
        return Err(KmsError::new(ExceptionName::NotFound, message));
    }
    if key_id.starts_with("arn:") && key_id.contains(":alias/") {
        return Err(refused("InvalidArnException", &format!("{key_id} is not the ARN of a key")));
    }
    Ok(key_id)
}

pub(super) fn refused(name: &str, message: &str) -> KmsError {
    KmsError::new(ExceptionName::parse(name), message)
}

//! Requests of KMS's wire protocol (KMS API): from JSON to what is asked, or why it is refused.

use super::members::{Blob, Material, Members, Run, blob, in_range, no_alias, refused, required};
use super::page::Page;
use crate::keyservice::{EncryptionContext, KmsError};

/// What is asked: the members that an operation needs.
pub(super) enum Request {
    Encrypt { key_id: String, plaintext: Blob, context: EncryptionContext },
    Decrypt { blob: Blob, key_id: Option<String>, context: EncryptionContext },
    GenerateDataKey { key_id: String, len: usize, context: EncryptionContext },
    GenerateDataKeyWithoutPlaintext { key_id: String, len: usize, context: EncryptionContext },
    ReEncrypt { blob: Blob, from: From, key_id: String, context: EncryptionContext },
    GenerateRandom { len: usize },
    CreateKey { description: String },
    DescribeKey { key_id: String },
    ListKeys { page: Page },
    ListAliases { key_id: Option<String>, page: Page },
    ListKeyRotations { key_id: String, material: Material, page: Page },
    CreateAlias { alias: String, key_id: String },
    UpdateAlias { alias: String, key_id: String },
    DeleteAlias { alias: String },
    EnableKey { key_id: String },
    DisableKey { key_id: String },
    ScheduleKeyDeletion { key_id: String, days: u32 },
    CancelKeyDeletion { key_id: String },
    RotateKeyOnDemand { key_id: String },
}

/// The key and the context that a blob is to be unwrapped under.
pub(super) struct From {
    pub(super) key_id: Option<String>,
    pub(super) context: EncryptionContext,
}

/// The name of the operation in `X-Amz-Target`.
///
/// # Errors
///
/// This service has no such operation.
pub(super) fn operation(target: &str) -> Result<&'static str, KmsError> {
    let name = target.strip_prefix("TrentService.").unwrap_or_default();
    OPERATIONS.into_iter().find(|known| *known == name).ok_or_else(|| {
        let message = format!("This key service has no operation {target:?}.");
        refused("UnknownOperationException", &message)
    })
}

impl Request {
    /// Reads the body of a request for `operation`.
    ///
    /// # Errors
    ///
    /// Not JSON, a member of another type, missing or out of range, or one that asks for what this
    /// service does not do.
    pub(super) fn read(operation: &str, body: &[u8]) -> Result<(Self, Run), KmsError> {
        let m = Members::read(body)?;
        let run = m.run();
        let context = m.encryption_context.clone().unwrap_or_else(EncryptionContext::empty);
        let request = match operation {
            "Encrypt" => {
                let (key_id, plaintext) = (m.key_id()?, required(m.plaintext, "plaintext")?);
                Self::Encrypt { key_id, plaintext, context }
            }
            "Decrypt" => {
                Self::Decrypt { blob: blob(m.ciphertext_blob)?, key_id: m.key_id, context }
            }
            "GenerateDataKey" => {
                Self::GenerateDataKey { key_id: m.key_id()?, len: m.data_key_len()?, context }
            }
            "GenerateDataKeyWithoutPlaintext" => {
                let (key_id, len) = (m.key_id()?, m.data_key_len()?);
                Self::GenerateDataKeyWithoutPlaintext { key_id, len, context }
            }
            "ReEncrypt" => {
                let empty = EncryptionContext::empty;
                let context = m.source_encryption_context.unwrap_or_else(empty);
                Self::ReEncrypt {
                    blob: blob(m.ciphertext_blob)?,
                    from: From { key_id: m.source_key_id, context },
                    key_id: required(m.destination_key_id, "destinationKeyId")?,
                    context: m.destination_encryption_context.unwrap_or_else(empty),
                }
            }
            "GenerateRandom" => {
                let len = required(m.number_of_bytes, "numberOfBytes")?;
                Self::GenerateRandom { len: in_range(len, 1..=1024, "numberOfBytes")? }
            }
            "CreateKey" => {
                m.check_symmetric()?;
                Self::CreateKey { description: m.description.unwrap_or_default() }
            }
            "DescribeKey" => Self::DescribeKey { key_id: m.key_id()? },
            "ListKeys" => Self::ListKeys { page: m.page(100, 1000)? },
            "ListAliases" => {
                let page = m.page(50, 100)?;
                Self::ListAliases { key_id: m.key_id.map(no_alias).transpose()?, page }
            }
            "ListKeyRotations" => Self::ListKeyRotations {
                key_id: m.bare_key_id()?,
                material: m.material()?,
                page: m.page(100, 1000)?,
            },
            "CreateAlias" | "UpdateAlias" => {
                let alias = required(m.alias_name, "aliasName")?;
                let key_id = no_alias(required(m.target_key_id, "targetKeyId")?)?;
                match operation {
                    "CreateAlias" => Self::CreateAlias { alias, key_id },
                    _ => Self::UpdateAlias { alias, key_id },
                }
            }
            "DeleteAlias" => Self::DeleteAlias { alias: required(m.alias_name, "aliasName")? },
            "EnableKey" => Self::EnableKey { key_id: m.bare_key_id()? },
            "DisableKey" => Self::DisableKey { key_id: m.bare_key_id()? },
            "ScheduleKeyDeletion" => {
                let days = m.pending_window_in_days.unwrap_or(30);
                let days = in_range(days, 7..=30, "pendingWindowInDays")?;
                Self::ScheduleKeyDeletion { key_id: m.bare_key_id()?, days }
            }
            "CancelKeyDeletion" => Self::CancelKeyDeletion { key_id: m.bare_key_id()? },
            _ => Self::RotateKeyOnDemand { key_id: m.bare_key_id()? },
        };
        Ok((request, run))
    }
}

const OPERATIONS: [&str; 19] = [
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncrypt",
    "GenerateRandom",
    "CreateKey",
    "DescribeKey",
    "ListKeys",
    "ListAliases",
    "ListKeyRotations",
    "CreateAlias",
    "UpdateAlias",
    "DeleteAlias",
    "EnableKey",
    "DisableKey",
    "ScheduleKeyDeletion",
    "CancelKeyDeletion",
    "RotateKeyOnDemand",
];

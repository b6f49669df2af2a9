//! What is known about a key (KMS API, `KeyMetadata`).

use serde_json::{Map, Value, json};

/// What may be done with a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyState {
    /// Everything.
    Enabled,
    /// Nothing, until it is enabled again.
    Disabled,
    /// Nothing: on its deletion date it is gone, unless the deletion is cancelled.
    PendingDeletion,
    /// Nothing yet: AWS KMS is making it.
    Creating,
    /// Nothing, until its owner has imported its material.
    PendingImport,
    /// Nothing: it waits for the deletion of its replicas.
    PendingReplicaDeletion,
    /// Nothing while its custom key store is not connected.
    Unavailable,
    /// Everything, while its primary Region changes.
    Updating,
    /// The caller may not see, or the state is newer than this program.
    Unknown,
}

impl KeyState {
    /// KMS's name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::Creating => "Creating",
            Self::PendingImport => "PendingImport",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
            Self::Unavailable => "Unavailable",
            Self::Updating => "Updating",
            Self::Unknown => "Unknown",
        }
    }
}

/// Who manages a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyManager {
    /// The service: it cannot be disabled, deleted or given another alias.
    Aws,
    /// The user.
    Customer,
}

impl KeyManager {
    /// KMS's name of the manager.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Customer => "CUSTOMER",
        }
    }
}

/// What is known about a key, none of it secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyMetadata {
    /// The key's id: a UUID, or `mrk-` and 32 digits.
    pub id: String,
    /// The key's ARN.
    pub arn: String,
    /// The account that owns it.
    pub account: String,
    /// The names it goes by, sorted.
    pub aliases: Vec<String>,
    /// What may be done with it.
    pub state: KeyState,
    /// Who manages it.
    pub manager: KeyManager,
    /// What its owner wrote about it.
    pub description: String,
    /// When it was made, in seconds since 1970 UTC.
    pub created: i64,
    /// When it will be gone, in seconds since 1970 UTC.
    pub deletion: Option<i64>,
    /// The version that wraps now, where the service tells: 1 and one more for each rotation.
    pub current_version: Option<u32>,
    /// 64 lower-case hexadecimal digits that name that version, where the service tells.
    pub current_material_id: Option<String>,
    /// KMS's name of its kind: `SYMMETRIC_DEFAULT`, and at AWS others that wrap nothing here.
    pub spec: String,
    /// KMS's name of what it is for: `ENCRYPT_DECRYPT`.
    pub usage: String,
    /// KMS's name of where its material was made: `AWS_KMS`.
    pub origin: String,
    /// Whether it has, or is, a copy in another Region.
    pub is_multi_region: bool,
}

impl KeyMetadata {
    /// The fields of KMS's answer to DescribeKey, with each date as `date` shows it.
    pub fn to_json(&self, date: impl Fn(i64) -> Value) -> Map<String, Value> {
        let is_symmetric = self.spec == "SYMMETRIC_DEFAULT";
        let fields = [
            ("AWSAccountId", json!(self.account)),
            ("KeyId", json!(self.id)),
            ("Arn", json!(self.arn)),
            ("CreationDate", date(self.created)),
            ("Enabled", json!(self.state == KeyState::Enabled)),
            ("Description", json!(self.description)),
            ("KeyUsage", json!(self.usage)),
            ("KeyState", json!(self.state.as_str())),
            ("DeletionDate", self.deletion.map_or(Value::Null, date)),
            ("Origin", json!(self.origin)),
            ("KeyManager", json!(self.manager.as_str())),
            ("KeySpec", json!(self.spec)),
            ("EncryptionAlgorithms", json!(is_symmetric.then_some([&self.spec]))),
            ("MultiRegion", json!(self.is_multi_region)),
            ("CurrentKeyMaterialId", json!(self.current_material_id)),
        ];
        let known = fields.into_iter().filter(|(_, value)| !value.is_null());
        known.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

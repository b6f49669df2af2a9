//! What AWS KMS tells of a key (KMS API, `KeyMetadata`), in our words.

use aws_sdk_kms::types::{KeyManagerType, KeyMetadata as Metadata, KeyState as State};

use super::{KeyManager, KeyMetadata, KeyState};

/// The key, without its aliases.
pub(super) fn from_sdk(key: &Metadata) -> KeyMetadata {
    let seconds = |date: &aws_sdk_kms::primitives::DateTime| date.secs();
    let name = |name: Option<&str>| name.unwrap_or("Unknown").to_owned();
    KeyMetadata {
        id: key.key_id().to_owned(),
        arn: key.arn().unwrap_or_else(|| key.key_id()).to_owned(),
        account: key.aws_account_id().unwrap_or_default().to_owned(),
        aliases: vec![],
        state: state(key.key_state()),
        manager: match key.key_manager() {
            Some(KeyManagerType::Aws) => KeyManager::Aws,
            _ => KeyManager::Customer,
        },
        description: key.description().unwrap_or_default().to_owned(),
        created: key.creation_date().map(seconds).unwrap_or_default(),
        deletion: key.deletion_date().map(seconds),
        current_version: None,
        current_material_id: key.current_key_material_id().map(str::to_owned),
        spec: name(key.key_spec().map(|spec| spec.as_str())),
        usage: name(key.key_usage().map(|usage| usage.as_str())),
        origin: name(key.origin().map(|origin| origin.as_str())),
        is_multi_region: key.multi_region() == Some(true),
    }
}

fn state(state: Option<&State>) -> KeyState {
    match state {
        Some(State::Enabled) => KeyState::Enabled,
        Some(State::Disabled) => KeyState::Disabled,
        Some(State::PendingDeletion) => KeyState::PendingDeletion,
        Some(State::Creating) => KeyState::Creating,
        Some(State::PendingImport) => KeyState::PendingImport,
        Some(State::PendingReplicaDeletion) => KeyState::PendingReplicaDeletion,
        Some(State::Unavailable) => KeyState::Unavailable,
        Some(State::Updating) => KeyState::Updating,
        _ => KeyState::Unknown,
    }
}

//! The rows of a keystore: keys, versions of their backing keys, aliases.

use reelseal_core::secret::BackingKey;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::key_id::{ACCOUNT, ARN_PREFIX, KeyId, KeyName, not_found};
use super::{ExceptionName, KeyManager, KeyMetadata, KeyState, KmsError, sealed};
use crate::error::Error;
use crate::random;

/// Makes a key with one version of backing key.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    root: &BackingKey,
    manager: KeyManager,
    description: &str,
    now: i64,
) -> Result<KeyId, KmsError> {
    let id = KeyId::from_random(*random::fresh_key()?);
    tx.execute(
        "INSERT INTO keys (id, manager, state, description, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id.bytes(), manager.as_str(), KeyState::Enabled.as_str(), description, now],
    )?;
    insert_version(tx, root, id, 1, now)?;
    Ok(id)
}

/// Makes one more version of a key's backing key, and says which. The older ones stay.
pub(crate) fn rotate(
    tx: &Transaction<'_>,
    root: &BackingKey,
    id: KeyId,
    now: i64,
) -> Result<u32, KmsError> {
    let version = current_version(tx, id)?.checked_add(1).ok_or_else(|| {
        KmsError::new(ExceptionName::LimitExceeded, "The key has all the versions it can have")
    })?;
    insert_version(tx, root, id, version, now)?;
    Ok(version)
}

/// The newest version of a key: the one that wraps.
pub(crate) fn current_version(tx: &Transaction<'_>, id: KeyId) -> Result<u32, KmsError> {
    let query = "SELECT max(version) FROM versions WHERE key = ?1";
    let newest: Option<u32> = tx.query_row(query, [id.bytes()], |row| row.get(0))?;
    Ok(newest.ok_or_else(|| Error::bug("a key without a version"))?)
}

fn insert_version(
    tx: &Transaction<'_>,
    root: &BackingKey,
    id: KeyId,
    version: u32,
    now: i64,
) -> Result<(), KmsError> {
    let key: Zeroizing<[u8; 32]> = random::fresh_key()?;
    let sealed = sealed::seal(root, &key, &row_context(id, version))?;
    tx.execute(
        "INSERT INTO versions (key, version, created, sealed) VALUES (?1, ?2, ?3, ?4)",
        params![id.bytes(), version, now, sealed],
    )?;
    Ok(())
}

/// One version of a key's backing key, or `None` if there is no such version.
pub(crate) fn backing_key(
    tx: &Transaction<'_>,
    root: &BackingKey,
    id: KeyId,
    version: u32,
) -> Result<Option<BackingKey>, KmsError> {
    let query = "SELECT sealed FROM versions WHERE key = ?1 AND version = ?2";
    let row = tx.query_row(query, params![id.bytes(), version], |row| row.get(0)).optional()?;
    let Some(sealed): Option<Vec<u8>> = row else { return Ok(None) };
    let key = sealed::open(root, &sealed, &row_context(id, version)).map_err(|_| {
        Error::inauthentic(format!(
            "the keystore's row of key {id}, version {version}, was altered"
        ))
        .hint("restore keystore.sqlite3 from your backup")
    })?;
    Ok(Some(BackingKey::new(*key)))
}

/// What the seal of a row is bound to: a row moved to another key or version does not open.
fn row_context(id: KeyId, version: u32) -> [(&'static str, String); 2] {
    [("reelseal:key", id.to_string()), ("reelseal:version", version.to_string())]
}

/// The key that `name` calls.
pub(crate) fn resolve(tx: &Transaction<'_>, name: &KeyName) -> Result<KeyId, KmsError> {
    match name {
        KeyName::Id(id) => {
            let query = "SELECT id FROM keys WHERE id = ?1";
            let row = tx.query_row(query, [id.bytes()], key_id).optional()?;
            row.ok_or_else(|| not_found(format!("Key '{}' does not exist", id.arn())))
        }
        KeyName::Alias(alias) => {
            let query = "SELECT key FROM aliases WHERE name = ?1";
            let row = tx.query_row(query, [alias], key_id).optional()?;
            row.ok_or_else(|| not_found(format!("Alias {ARN_PREFIX}{alias} is not found.")))
        }
    }
}

/// All keys, oldest first.
pub(crate) fn list(tx: &Transaction<'_>) -> Result<Vec<KeyMetadata>, KmsError> {
    let mut statement = tx.prepare("SELECT id FROM keys ORDER BY created, id")?;
    let ids = statement.query_map([], key_id)?.collect::<Result<Vec<_>, _>>()?;
    ids.into_iter().map(|id| metadata(tx, id)).collect()
}

/// What is known about a key.
pub(crate) fn metadata(tx: &Transaction<'_>, id: KeyId) -> Result<KeyMetadata, KmsError> {
    let mut statement = tx.prepare("SELECT name FROM aliases WHERE key = ?1 ORDER BY name")?;
    let aliases = statement.query_map([id.bytes()], |row| row.get(0))?;
    let aliases = aliases.collect::<Result<Vec<String>, _>>()?;
    let query = "SELECT state, manager, description, created, deletion,
                        (SELECT max(version) FROM versions WHERE key = ?1)
                 FROM keys WHERE id = ?1";
    let found = tx.query_row(query, [id.bytes()], |row| {
        Ok(KeyMetadata {
            id: id.to_string(),
            arn: id.arn(),
            account: ACCOUNT.to_owned(),
            aliases,
            state: state(row)?,
            manager: manager(row)?,
            description: row.get(2)?,
            created: row.get(3)?,
            deletion: row.get(4)?,
            current_version: Some(row.get(5)?),
            current_material_id: Some(material_id(id, row.get(5)?)),
            spec: "SYMMETRIC_DEFAULT".to_owned(),
            usage: "ENCRYPT_DECRYPT".to_owned(),
            origin: "AWS_KMS".to_owned(),
            is_multi_region: false,
        })
    });
    found.optional()?.ok_or_else(|| not_found(format!("Key '{}' does not exist", id.arn())))
}

/// Sets what may be done with a key. `deletion` goes with `PendingDeletion` and nothing else.
pub(crate) fn set_state(
    tx: &Transaction<'_>,
    id: KeyId,
    state: KeyState,
    deletion: Option<i64>,
) -> Result<(), KmsError> {
    let update = "UPDATE keys SET state = ?2, deletion = ?3 WHERE id = ?1";
    tx.execute(update, params![id.bytes(), state.as_str(), deletion])?;
    Ok(())
}

/// Gives a key one more alias, which no key has.
pub(crate) fn insert_alias(
    tx: &Transaction<'_>,
    alias: &str,
    id: KeyId,
    now: i64,
) -> Result<(), KmsError> {
    let insert = "INSERT INTO aliases (name, key, created) VALUES (?1, ?2, ?3)";
    tx.execute(insert, params![alias, id.bytes(), now])?;
    Ok(())
}

/// Takes an alias from the key that has it. Whether one had it.
pub(crate) fn remove_alias(tx: &Transaction<'_>, alias: &str) -> Result<bool, KmsError> {
    Ok(tx.execute("DELETE FROM aliases WHERE name = ?1", [alias])? != 0)
}

/// A name of a key.
pub(crate) struct Alias {
    /// With `alias/` in front.
    pub(crate) name: String,
    /// The id of its key.
    pub(crate) key: String,
    /// In seconds since 1970 UTC.
    pub(crate) created: i64,
}

/// All aliases, by name.
pub(crate) fn aliases(tx: &Transaction<'_>) -> Result<Vec<Alias>, KmsError> {
    let mut statement = tx.prepare("SELECT key, name, created FROM aliases ORDER BY name")?;
    let aliases = statement.query_map([], |row| {
        Ok(Alias { key: key_id(row)?.to_string(), name: row.get(1)?, created: row.get(2)? })
    })?;
    Ok(aliases.collect::<Result<Vec<_>, _>>()?)
}

/// A version of a key.
pub(crate) struct Version {
    /// 1, and one more for each rotation.
    pub(crate) number: u32,
    /// As [`material_id`] names it.
    pub(crate) material_id: String,
    /// In seconds since 1970 UTC.
    pub(crate) created: i64,
}

/// The versions of a key, oldest first.
pub(crate) fn versions(tx: &Transaction<'_>, id: KeyId) -> Result<Vec<Version>, KmsError> {
    let query = "SELECT version, created FROM versions WHERE key = ?1 ORDER BY version";
    let mut statement = tx.prepare(query)?;
    let versions = statement.query_map([id.bytes()], |row| {
        let (number, created) = (row.get(0)?, row.get(1)?);
        Ok(Version { number, material_id: material_id(id, number), created })
    })?;
    Ok(versions.collect::<Result<Vec<_>, _>>()?)
}

/// The keys whose deletion date has passed.
pub(crate) fn overdue(tx: &Transaction<'_>, now: i64) -> Result<Vec<KeyId>, KmsError> {
    let mut statement = tx.prepare("SELECT id FROM keys WHERE deletion <= ?1 ORDER BY id")?;
    let ids = statement.query_map([now], key_id)?.collect::<Result<Vec<_>, _>>()?;
    Ok(ids)
}

/// Deletes a key, its backing keys and its aliases, for ever.
pub(crate) fn delete(tx: &Transaction<'_>, id: KeyId) -> Result<(), KmsError> {
    tx.execute("DELETE FROM keys WHERE id = ?1", [id.bytes()])?;
    Ok(())
}

/// Names a version of a key: SHA-256 of key id ‖ version, in hexadecimal. There is no secret in
/// it: a digest of the backing key itself would let others test guesses.
pub(crate) fn material_id(id: KeyId, version: u32) -> String {
    let digest = Sha256::new().chain_update(id.bytes()).chain_update(version.to_be_bytes());
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key_id(row: &Row<'_>) -> Result<KeyId, rusqlite::Error> {
    row.get(0).map(KeyId::from_bytes)
}

fn state(row: &Row<'_>) -> Result<KeyState, rusqlite::Error> {
    let all = [KeyState::Enabled, KeyState::Disabled, KeyState::PendingDeletion];
    let text: String = row.get(0)?;
    all.into_iter().find(|state| state.as_str() == text).ok_or(rusqlite::Error::InvalidQuery)
}

fn manager(row: &Row<'_>) -> Result<KeyManager, rusqlite::Error> {
    let text: String = row.get(1)?;
    let all = [KeyManager::Aws, KeyManager::Customer];
    all.into_iter().find(|m| m.as_str() == text).ok_or(rusqlite::Error::InvalidQuery)
}

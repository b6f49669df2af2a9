//! Changes to the keys of a local keystore: each on record before it lasts.

use std::sync::Arc;

use rusqlite::Transaction;
use serde_json::{Value, json};

use super::key_id::{ARN_PREFIX, KeyId, KeyName, check_alias, out_of_range};
use super::local::{Local, pending_deletion, require_enabled};
use super::passphrase::PassphraseSource;
use super::{Audited, ExceptionName, KeyAdmin, KeyManager, KeyMetadata, KeyState, KmsError, keys};
use crate::audit::{AuditLog, Caller, Record};
use crate::clock;
use crate::error::Error;

/// A local keystore in the hands of its owner.
#[derive(Debug)]
pub struct Admin {
    local: Arc<Local>,
    log: AuditLog,
}

impl Admin {
    /// The owner of `local`, on record in `log`. Keys whose deletion date has passed go now.
    ///
    /// # Errors
    ///
    /// The keystore or the log cannot be written.
    pub fn new(local: Local, log: AuditLog) -> Result<Self, Error> {
        let admin = Self { local: Arc::new(local), log };
        admin.delete_overdue(clock::now())?;
        Ok(admin)
    }

    /// The key service of the keystore, with every use on record.
    pub fn service(&self) -> Audited {
        Audited::new(self.local.clone(), self.log.clone())
    }

    /// The same owner, by the order of `caller`, whom the log names.
    pub(crate) fn on_behalf_of(&self, caller: Caller) -> Self {
        Self { local: Arc::clone(&self.local), log: self.log.on_behalf_of(caller) }
    }

    pub(crate) fn local(&self) -> &Local {
        &self.local
    }

    pub(crate) fn log(&self) -> &AuditLog {
        &self.log
    }

    /// Seals the root key under a new passphrase, in place of the one that was set before.
    ///
    /// # Errors
    ///
    /// One of the passphrases is not at hand, or the root key cannot be replaced.
    pub fn set_passphrase(&self, new: &PassphraseSource) -> Result<(), KmsError> {
        self.local.store().set_passphrase(new)
    }

    /// Removes the passphrase.
    ///
    /// # Errors
    ///
    /// As [`set_passphrase`](Self::set_passphrase).
    pub fn remove_passphrase(&self) -> Result<(), KmsError> {
        self.local.store().remove_passphrase()
    }

    /// Makes one change to one key. It lasts if it could be recorded, and a refusal is recorded.
    fn change(
        &self,
        event: &str,
        request: Value,
        work: impl FnOnce(&Transaction<'_>) -> Result<KeyId, KmsError>,
    ) -> Result<KeyMetadata, KmsError> {
        let changed = self.local.store().write(|tx| {
            let key = keys::metadata(tx, work(tx)?)?;
            self.log.append(&Record::new(event, request.clone())?.about(&key.arn))?;
            Ok(key)
        });
        if let Err(KmsError::Exception(exception)) = &changed {
            self.log.append(&Record::new(event, request)?.refused(exception))?;
        }
        changed
    }

    /// Moves an alias that is there to another key.
    pub(crate) fn update_alias(&self, alias: &str, key_id: &str) -> Result<(), KmsError> {
        let request = json!({ "aliasName": alias, "targetKeyId": key_id });
        self.change("UpdateAlias", request, |tx| {
            check_alias(alias)?;
            keys::resolve(tx, &KeyName::Alias(alias.to_owned()))?;
            let id = customers(tx, key_id, "given another alias")?.0;
            keys::remove_alias(tx, alias)?;
            keys::insert_alias(tx, alias, id, clock::now())?;
            Ok(id)
        })?;
        Ok(())
    }

    /// Takes an alias from the key that has it.
    pub(crate) fn delete_alias(&self, alias: &str) -> Result<(), KmsError> {
        self.change("DeleteAlias", json!({ "aliasName": alias }), |tx| {
            check_alias(alias)?;
            let id = keys::resolve(tx, &KeyName::Alias(alias.to_owned()))?;
            keys::remove_alias(tx, alias)?;
            Ok(id)
        })?;
        Ok(())
    }

    /// Deletes the keys whose deletion date has passed.
    pub(crate) fn delete_overdue(&self, now: i64) -> Result<(), Error> {
        let store = self.local.store();
        if store.read(|tx| keys::overdue(tx, now))?.is_empty() {
            return Ok(());
        }
        let deleted = store.write(|tx| {
            for id in keys::overdue(tx, now)? {
                keys::delete(tx, id)?;
                let arn = id.arn();
                self.log.append(&Record::new("DeleteKey", Value::Null)?.about(&arn))?;
            }
            Ok(())
        });
        deleted.map_err(Error::from)
    }
}

impl KeyAdmin for Admin {
    fn list(&self) -> Result<Vec<KeyMetadata>, KmsError> {
        self.local.store().read(keys::list)
    }

    fn show(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let name = KeyName::parse(key_id)?;
        self.local.store().read(|tx| keys::metadata(tx, keys::resolve(tx, &name)?))
    }

    fn create(&self, alias: Option<&str>, about: &str) -> Result<KeyMetadata, KmsError> {
        let root = self.local.store().root_key()?;
        let request = json!({ "description": about, "alias": alias, "keySpec": KEY_SPEC });
        self.change("CreateKey", request, |tx| {
            // KMS API, CreateKey, Description.
            if about.chars().count() > 8192 {
                let constraint = "Member must have length at most 8192";
                return Err(out_of_range("description", constraint));
            }
            let now = clock::now();
            let id = keys::insert(tx, root, KeyManager::Customer, about, now)?;
            if let Some(alias) = alias {
                require_free(tx, alias)?;
                keys::insert_alias(tx, alias, id, now)?;
            }
            Ok(id)
        })
    }

    fn rotate(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let root = self.local.store().root_key()?;
        self.change("RotateKeyOnDemand", json!({ "keyId": key_id }), |tx| {
            let key = find(tx, key_id)?;
            require_enabled(&key.1)?;
            keys::rotate(tx, root, key.0, clock::now())?;
            Ok(key.0)
        })
    }

    fn enable(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        self.change("EnableKey", json!({ "keyId": key_id }), |tx| {
            let id = customers(tx, key_id, "enabled or disabled")?.0;
            keys::set_state(tx, id, KeyState::Enabled, None)?;
            Ok(id)
        })
    }

    fn disable(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        self.change("DisableKey", json!({ "keyId": key_id }), |tx| {
            let id = customers(tx, key_id, "enabled or disabled")?.0;
            keys::set_state(tx, id, KeyState::Disabled, None)?;
            Ok(id)
        })
    }

    fn schedule_deletion(&self, key_id: &str, days: u32) -> Result<KeyMetadata, KmsError> {
        let request = json!({ "keyId": key_id, "pendingWindowInDays": days });
        self.change("ScheduleKeyDeletion", request, |tx| {
            if !(7..=30).contains(&days) {
                let constraint = "Member must have value from 7 to 30";
                return Err(out_of_range("pendingWindowInDays", constraint));
            }
            let id = customers(tx, key_id, "deleted")?.0;
            let date = clock::now() + i64::from(days) * SECONDS_PER_DAY;
            keys::set_state(tx, id, KeyState::PendingDeletion, Some(date))?;
            Ok(id)
        })
    }

    fn cancel_deletion(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        self.change("CancelKeyDeletion", json!({ "keyId": key_id }), |tx| {
            let (id, key) = find(tx, key_id)?;
            if key.state != KeyState::PendingDeletion {
                let message = format!("{} is not pending deletion.", key.arn);
                return Err(KmsError::new(ExceptionName::InvalidState, message).about(key.arn));
            }
            keys::set_state(tx, id, KeyState::Disabled, None)?;
            Ok(id)
        })
    }

    fn alias(&self, alias: &str, key_id: &str, replace: bool) -> Result<KeyMetadata, KmsError> {
        let event = if replace { "UpdateAlias" } else { "CreateAlias" };
        let request = json!({ "aliasName": alias, "targetKeyId": key_id });
        self.change(event, request, |tx| {
            check_alias(alias)?;
            let id = customers(tx, key_id, "given another alias")?.0;
            if replace {
                keys::remove_alias(tx, alias)?;
            }
            require_free(tx, alias)?;
            keys::insert_alias(tx, alias, id, clock::now())?;
            Ok(id)
        })
    }
}

fn find(tx: &Transaction<'_>, key_id: &str) -> Result<(KeyId, KeyMetadata), KmsError> {
    let id = keys::resolve(tx, &KeyName::parse(key_id)?)?;
    Ok((id, keys::metadata(tx, id)?))
}

/// A key that its owner may change: not one that AWS manages, not one on its way out.
fn customers(
    tx: &Transaction<'_>,
    key_id: &str,
    verb: &str,
) -> Result<(KeyId, KeyMetadata), KmsError> {
    let (id, key) = find(tx, key_id)?;
    if key.manager == KeyManager::Aws {
        let message = format!("{} is managed by AWS: it cannot be {verb}.", key.arn);
        return Err(KmsError::new(ExceptionName::AccessDenied, message).about(key.arn));
    }
    if key.state == KeyState::PendingDeletion {
        return Err(pending_deletion(&key));
    }
    Ok((id, key))
}

/// Refuses what is no alias, or is another key's.
fn require_free(tx: &Transaction<'_>, alias: &str) -> Result<(), KmsError> {
    check_alias(alias)?;
    match keys::resolve(tx, &KeyName::Alias(alias.to_owned())) {
        Ok(_) => {
            let message = format!("An alias with the name {ARN_PREFIX}{alias} already exists");
            Err(KmsError::new(ExceptionName::AlreadyExists, message)
                .hint("`reelseal key alias … --force` moves it to another key"))
        }
        Err(KmsError::Exception(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

const KEY_SPEC: &str = "SYMMETRIC_DEFAULT";

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

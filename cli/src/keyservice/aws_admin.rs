//! Changes to keys of AWS KMS. Each is on record once the service has made it.

use std::future::Future;

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_smithy_runtime_api::http::Response;
use serde_json::{Value, json};

use super::{
    AwsKms, ExceptionName, KeyAdmin, KeyManager, KeyMetadata, KeyService, KeyState, KmsError,
    aws_metadata,
};
use crate::audit::{AuditLog, Record};
use crate::error::Error;

/// The keys of an account and Region in the hands of who may change them.
#[derive(Debug)]
pub(super) struct AwsAdmin {
    kms: AwsKms,
    log: AuditLog,
}

impl AwsAdmin {
    pub(super) fn new(kms: AwsKms, log: AuditLog) -> Self {
        Self { kms, log }
    }

    /// The key that `key_id` calls. KMS takes an alias for a key only where it wraps and unwraps;
    /// elsewhere we look it up.
    fn find(&self, event: &str, request: &Value, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let found = self.kms.describe(key_id);
        found.or_else(|error| self.refused(Record::new(event, request.clone())?, error))
    }

    /// Makes one change to the key `arn`, and puts it, or its refusal, on record.
    fn change<T: RequestId, E>(
        &self,
        event: &str,
        request: Value,
        arn: &str,
        call: impl Future<Output = Result<T, SdkError<E, Response>>>,
    ) -> Result<(), KmsError>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let answer = self.kms.ask(Some(arn), call);
        let record = Record::new(event, request)?;
        match answer {
            Ok(answer) => self.done(&record.answered(answer.request_id()).about(arn)),
            Err(error @ KmsError::Failed(_)) => self.refused(record.about(arn), error),
            // A refusal names its key itself.
            Err(error) => self.refused(record, error),
        }
    }

    /// Records what was not done. A lost connection leaves open whether it was.
    fn refused<T>(&self, record: Record<'_>, error: KmsError) -> Result<T, KmsError> {
        match &error {
            KmsError::Exception(exception) => self.log.append(&record.refused(exception))?,
            KmsError::Failed(_) => self.log.append(&record.failed())?,
        }
        Err(error)
    }

    /// Records what has been done.
    fn done(&self, record: &Record<'_>) -> Result<(), KmsError> {
        let recorded = self.log.append(record);
        recorded.map_err(|error| error.hint("AWS KMS has made the change all the same").into())
    }

    /// The names of the key `id`, sorted: none for who may not see them.
    fn aliases(&self, id: &str) -> Result<Vec<String>, KmsError> {
        let pages = self.kms.client().list_aliases().key_id(id).into_paginator().items().send();
        let found = self.kms.ask(Some(id), pages.collect::<Result<Vec<_>, _>>());
        match found {
            Err(error) if error.name() == Some(ExceptionName::AccessDenied) => Ok(vec![]),
            found => {
                let names = found?.into_iter().filter_map(|alias| alias.alias_name);
                let mut names: Vec<String> = names.collect();
                names.sort_unstable();
                Ok(names)
            }
        }
    }
}

impl KeyAdmin for AwsAdmin {
    fn list(&self) -> Result<Vec<KeyMetadata>, KmsError> {
        let pages = self.kms.client().list_keys().into_paginator().items().send();
        let keys = self.kms.ask(None, pages.collect::<Result<Vec<_>, _>>())?;
        let pages = self.kms.client().list_aliases().into_paginator().items().send();
        let aliases = self.kms.ask(None, pages.collect::<Result<Vec<_>, _>>())?;
        let mut list = vec![];
        for entry in keys {
            let (Some(id), Some(arn)) = (entry.key_id, entry.key_arn) else { continue };
            let mut key = match self.kms.describe(&id) {
                Err(error) if error.name() == Some(ExceptionName::AccessDenied) => hidden(id, arn),
                key => key?,
            };
            let own = aliases.iter().filter(|alias| alias.target_key_id() == Some(&key.id));
            key.aliases = own.filter_map(|alias| alias.alias_name.clone()).collect();
            key.aliases.sort_unstable();
            list.push(key);
        }
        list.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(list)
    }

    fn show(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let key = self.kms.describe(key_id)?;
        Ok(KeyMetadata { aliases: self.aliases(&key.id)?, ..key })
    }

    fn create(&self, alias: Option<&str>, about: &str) -> Result<KeyMetadata, KmsError> {
        let call = self.kms.client().create_key().description(about);
        let answer = self.kms.ask(None, call.send());
        let record = Record::new("CreateKey", json!({ "description": about }))?;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.refused(record, error),
        };
        let key = answer.key_metadata.as_ref().map(aws_metadata::from_sdk);
        let key = key.ok_or_else(|| Error::system("the key service described no key"))?;
        self.done(&record.answered(answer.request_id()).about(&key.arn))?;
        let Some(alias) = alias else { return Ok(key) };
        let named = self.alias(alias, &key.id, false);
        named
            .map_err(|error| error.hint(format!("the key {} was made, without the alias", key.arn)))
    }

    fn rotate(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let request = json!({ "keyId": key_id });
        let key = self.find("RotateKeyOnDemand", &request, key_id)?;
        let call = self.kms.client().rotate_key_on_demand().key_id(&key.id);
        self.change("RotateKeyOnDemand", request, &key.arn, call.send())?;
        self.show(&key.id)
    }

    fn enable(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let request = json!({ "keyId": key_id });
        let key = self.find("EnableKey", &request, key_id)?;
        let call = self.kms.client().enable_key().key_id(&key.id);
        self.change("EnableKey", request, &key.arn, call.send())?;
        self.show(&key.id)
    }

    fn disable(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let request = json!({ "keyId": key_id });
        let key = self.find("DisableKey", &request, key_id)?;
        let call = self.kms.client().disable_key().key_id(&key.id);
        self.change("DisableKey", request, &key.arn, call.send())?;
        self.show(&key.id)
    }

    fn schedule_deletion(&self, key_id: &str, days: u32) -> Result<KeyMetadata, KmsError> {
        let request = json!({ "keyId": key_id, "pendingWindowInDays": days });
        let key = self.find("ScheduleKeyDeletion", &request, key_id)?;
        let call = self.kms.client().schedule_key_deletion().key_id(&key.id);
        let call = call.pending_window_in_days(i32::try_from(days).unwrap_or(i32::MAX));
        self.change("ScheduleKeyDeletion", request, &key.arn, call.send())?;
        self.show(&key.id)
    }

    fn cancel_deletion(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let request = json!({ "keyId": key_id });
        let key = self.find("CancelKeyDeletion", &request, key_id)?;
        let call = self.kms.client().cancel_key_deletion().key_id(&key.id);
        self.change("CancelKeyDeletion", request, &key.arn, call.send())?;
        self.show(&key.id)
    }

    fn alias(&self, alias: &str, key_id: &str, replace: bool) -> Result<KeyMetadata, KmsError> {
        let request = json!({ "aliasName": alias, "targetKeyId": key_id });
        let client = self.kms.client();
        let key = self.find("CreateAlias", &request, key_id)?;
        if replace {
            let call = client.update_alias().alias_name(alias).target_key_id(&key.id);
            match self.change("UpdateAlias", request.clone(), &key.arn, call.send()) {
                // There is none to replace.
                Err(error) if error.name() == Some(ExceptionName::NotFound) => {}
                changed => return changed.and_then(|()| self.show(&key.id)),
            }
        }
        let call = client.create_alias().alias_name(alias).target_key_id(&key.id);
        let made = self.change("CreateAlias", request, &key.arn, call.send());
        made.map_err(|error| match error.name() {
            Some(ExceptionName::AlreadyExists) => {
                error.hint("`reelseal key alias … --force` moves it to another key")
            }
            _ => error,
        })?;
        self.show(&key.id)
    }
}

/// A key of which the caller may see nothing but its name.
fn hidden(id: String, arn: String) -> KeyMetadata {
    let unknown = || KeyState::Unknown.as_str().to_owned();
    KeyMetadata {
        account: arn.split(':').nth(4).unwrap_or_default().to_owned(),
        id,
        arn,
        aliases: vec![],
        state: KeyState::Unknown,
        manager: KeyManager::Customer,
        description: String::new(),
        created: 0,
        deletion: None,
        current_version: None,
        current_material_id: None,
        spec: unknown(),
        usage: unknown(),
        origin: unknown(),
        is_multi_region: false,
    }
}

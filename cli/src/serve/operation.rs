//! What is asked, done: every call is on record before its answer is released.

use serde_json::{Value, json};

use super::answer::{DataKeyAnswer, RandomAnswer, Text, text};
use super::members::{Material, Run};
use super::page::{self, Page};
use super::request::Request;
use crate::audit::Record;
use crate::keyservice::{
    ARN_PREFIX, Admin, Destination, ExceptionName, KeyAdmin, KeyService, KmsError, Source,
};
use crate::random;

/// Does what `body` asks of the operation `name`, for the caller that `admin` acts for.
///
/// # Errors
///
/// It is refused, and that is on record; or it failed, as where the record could not be written.
pub(super) fn answer(admin: &Admin, name: &'static str, body: &[u8]) -> Result<Text, KmsError> {
    let call = Call { admin, name };
    let (request, run) = match Request::read(name, body) {
        Ok(read) => read,
        Err(error) => return call.recorded(Value::Null, None, Err(error)),
    };
    match run {
        Run::Wet => call.perform(request),
        Run::Dry => call.rehearse(request),
    }
}

struct Call<'a> {
    admin: &'a Admin,
    name: &'static str,
}

impl Call<'_> {
    fn perform(&self, request: Request) -> Result<Text, KmsError> {
        let admin = self.admin;
        match request {
            Request::GenerateRandom { len } => self.generate_random(len),
            Request::CreateKey { description } => {
                let key = admin.create(None, &description)?;
                text(&json!({ "KeyMetadata": key.to_json(Value::from) }))
            }
            Request::DescribeKey { key_id } => self.describe(&key_id),
            Request::ListKeys { page } => self.list_keys(&page),
            Request::ListAliases { key_id, page } => self.list_aliases(key_id.as_deref(), &page),
            Request::ListKeyRotations { key_id, material, page } => {
                self.list_rotations(&key_id, material, &page)
            }
            Request::CreateAlias { alias, key_id } => {
                admin.alias(&alias, &key_id, false).map(|_| Text::default())
            }
            Request::UpdateAlias { alias, key_id } => {
                admin.update_alias(&alias, &key_id).map(|()| Text::default())
            }
            Request::DeleteAlias { alias } => admin.delete_alias(&alias).map(|()| Text::default()),
            Request::EnableKey { key_id } => admin.enable(&key_id).map(|_| Text::default()),
            Request::DisableKey { key_id } => admin.disable(&key_id).map(|_| Text::default()),
            Request::ScheduleKeyDeletion { key_id, days } => {
                let key = admin.schedule_deletion(&key_id, days)?;
                text(&json!({
                    "KeyId": key.arn,
                    "DeletionDate": key.deletion,
                    "KeyState": key.state.as_str(),
                    "PendingWindowInDays": days,
                }))
            }
            Request::CancelKeyDeletion { key_id } => {
                text(&json!({ "KeyId": admin.cancel_deletion(&key_id)?.arn }))
            }
            Request::RotateKeyOnDemand { key_id } => {
                text(&json!({ "KeyId": admin.rotate(&key_id)?.arn }))
            }
            use_of_a_key => text(&data_key(&admin.service(), use_of_a_key)?),
        }
    }

    /// Says whether a key could be used so. What is made meanwhile is thrown away.
    fn rehearse(&self, request: Request) -> Result<Text, KmsError> {
        let done = data_key(self.admin.local(), request).and_then(|answer| {
            let message = "The request would have succeeded, but the DryRun option is set.";
            let name = ExceptionName::parse("DryRunOperationException");
            Err(KmsError::new(name, message).about(answer.key_arn()))
        });
        self.recorded(json!({ "dryRun": true }), None, done)
    }

    fn generate_random(&self, len: usize) -> Result<Text, KmsError> {
        let random = random::fresh_bytes(len)?;
        let answer = text(&RandomAnswer::new(&random)?);
        self.recorded(json!({ "numberOfBytes": len }), None, answer)
    }

    fn describe(&self, key_id: &str) -> Result<Text, KmsError> {
        let key = self.admin.show(key_id);
        let arn = key.as_ref().ok().map(|key| key.arn.clone());
        let answer = key.and_then(|key| text(&json!({ "KeyMetadata": key.to_json(Value::from) })));
        self.recorded(json!({ "keyId": key_id }), arn.as_deref(), answer)
    }

    fn list_keys(&self, page: &Page) -> Result<Text, KmsError> {
        let answer = self.admin.list().and_then(|keys| {
            let entries = keys.into_iter().map(|key| {
                let entry = json!({ "KeyId": key.id, "KeyArn": key.arn });
                (key.id, entry)
            });
            text(&page::of("Keys", entries, page)?)
        });
        self.recorded(Value::Null, None, answer)
    }

    fn list_aliases(&self, key_id: Option<&str>, page: &Page) -> Result<Text, KmsError> {
        let target = key_id.map(|key_id| self.admin.show(key_id)).transpose();
        let answer = target.and_then(|target| {
            let aliases = self.admin.local().aliases()?.into_iter();
            let id = target.map(|target| target.id);
            let own = aliases.filter(|alias| id.as_ref().is_none_or(|id| *id == alias.key));
            let entries = own.map(|alias| {
                let entry = json!({
                    "AliasName": alias.name,
                    "AliasArn": format!("{ARN_PREFIX}{}", alias.name),
                    "TargetKeyId": alias.key,
                    "CreationDate": alias.created,
                    "LastUpdatedDate": alias.created,
                });
                (alias.name, entry)
            });
            text(&page::of("Aliases", entries, page)?)
        });
        self.recorded(json!({ "keyId": key_id }), None, answer)
    }

    fn list_rotations(
        &self,
        key_id: &str,
        material: Material,
        page: &Page,
    ) -> Result<Text, KmsError> {
        let versions = self.admin.local().versions(key_id);
        let arn = versions.as_ref().ok().map(|(id, _)| id.arn());
        let answer = versions.and_then(|(id, versions)| {
            let current = versions.last().map(|version| version.number);
            let first = if material == Material::All { 1 } else { 2 };
            let listed = versions.into_iter().filter(|version| version.number >= first);
            let entries = listed.map(|version| {
                let is_current = Some(version.number) == current;
                let mut entry = json!({
                    "KeyId": id.to_string(),
                    "KeyMaterialId": version.material_id,
                    "KeyMaterialState": if is_current { "CURRENT" } else { "NON_CURRENT" },
                });
                if let (2.., Value::Object(entry)) = (version.number, &mut entry) {
                    entry.insert("RotationDate".to_owned(), version.created.into());
                    entry.insert("RotationType".to_owned(), "ON_DEMAND".into());
                }
                (format!("{:010}", version.number), entry)
            });
            text(&page::of("Rotations", entries, page)?)
        });
        self.recorded(json!({ "keyId": key_id }), arn.as_deref(), answer)
    }

    /// Puts a call that nobody else records on record, and then releases its answer.
    fn recorded(
        &self,
        request: Value,
        arn: Option<&str>,
        answer: Result<Text, KmsError>,
    ) -> Result<Text, KmsError> {
        let mut record = Record::new(self.name, request)?;
        if let Some(arn) = arn {
            record = record.about(arn);
        }
        let record = match &answer {
            Ok(_) => record,
            Err(KmsError::Exception(exception)) => record.refused(exception),
            Err(KmsError::Failed(_)) => record.failed(),
        };
        self.admin.log().append(&record)?;
        answer
    }
}

/// Asks `kms` for what uses a key.
fn data_key(kms: &dyn KeyService, request: Request) -> Result<DataKeyAnswer, KmsError> {
    match request {
        Request::Encrypt { key_id, plaintext, context } => {
            let done = kms.encrypt(&key_id, &plaintext.0, &context)?;
            DataKeyAnswer::encrypted_by(done.key).wrapped(&done.wrapped)
        }
        Request::Decrypt { blob, key_id, context } => {
            let done = kms.decrypt(&blob.0, key_id.as_deref(), &context)?;
            DataKeyAnswer::decrypted_by(done.key).plaintext(&done.plaintext)
        }
        Request::GenerateDataKey { key_id, len, context } => {
            let key = kms.generate_data_key(&key_id, len, &context)?;
            DataKeyAnswer::by(key.key).wrapped(&key.wrapped)?.plaintext(&key.plaintext)
        }
        Request::GenerateDataKeyWithoutPlaintext { key_id, len, context } => {
            let done = kms.generate_data_key_without_plaintext(&key_id, len, &context)?;
            DataKeyAnswer::by(done.key).wrapped(&done.wrapped)
        }
        Request::ReEncrypt { blob, from, key_id, context } => {
            let (blob, given) = (&blob.0, from.key_id.as_deref());
            let from = Source { blob, key_id: given, context: &from.context };
            let to = Destination { key_id: &key_id, context: &context };
            let done = kms.re_encrypt(&from, &to)?;
            DataKeyAnswer::re_encrypted(done.source, done.destination).wrapped(&done.wrapped)
        }
        _ => {
            let message = "This operation has no dry run.";
            Err(KmsError::new(ExceptionName::Validation, message))
        }
    }
}

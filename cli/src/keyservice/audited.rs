//! A key service whose every use is on record before its answer is released.

use std::sync::Arc;

use reelseal_core::format::context::MAX_LEN as MAX_CONTEXT_LEN;
use serde_json::{Map, Value, json};

use super::{
    DataKey, Decrypted, Destination, Encrypted, EncryptionContext, KeyMetadata, KeyService,
    KmsError, ReEncrypted, Source,
};
use crate::audit::{AuditLog, Record};

/// A key service and the log of its uses. What cannot be recorded does not happen.
pub struct Audited {
    service: Arc<dyn KeyService>,
    log: AuditLog,
    file: Option<String>,
}

impl Audited {
    /// Puts `service` on record in `log`.
    pub fn new(service: Arc<dyn KeyService>, log: AuditLog) -> Self {
        Self { service, log, file: None }
    }

    /// Names the file for whose sake the service is asked: it stands in every record.
    #[must_use]
    pub fn for_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Records `answer`, and releases it once the record is on the disk.
    fn record<T>(
        &self,
        record: Record<'_>,
        answer: Result<T, KmsError>,
        used: impl for<'r> FnOnce(Record<'r>, &'r T) -> Record<'r>,
    ) -> Result<T, KmsError> {
        let record = record.file(self.file.as_deref());
        let record = match &answer {
            Ok(answer) => used(record, answer),
            Err(KmsError::Exception(exception)) => record.refused(exception),
            Err(KmsError::Failed(_)) => record.failed(),
        };
        self.log.append(&record)?;
        answer
    }
}

impl KeyService for Audited {
    fn encrypt(
        &self,
        key_id: &str,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError> {
        let answer = self.service.encrypt(key_id, plaintext, context);
        let request = parameters([
            ("keyId", Some(key_id.into())),
            ("encryptionAlgorithm", Some(ALGORITHM.into())),
            ("encryptionContext", context_parameter(context)),
        ]);
        let record = Record::new("Encrypt", request)?;
        self.record(record, answer, |record, a| record.used(&a.key).blob(&a.wrapped))
    }

    fn decrypt(
        &self,
        blob: &[u8],
        key_id: Option<&str>,
        context: &EncryptionContext,
    ) -> Result<Decrypted, KmsError> {
        let answer = self.service.decrypt(blob, key_id, context);
        let request = parameters([
            ("encryptionAlgorithm", Some(ALGORITHM.into())),
            ("keyId", key_id.map(Value::from)),
            ("encryptionContext", context_parameter(context)),
        ]);
        let record = Record::new("Decrypt", request)?.blob(blob);
        self.record(record, answer, |record, a| record.used(&a.key))
    }

    fn generate_data_key(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<DataKey, KmsError> {
        let answer = self.service.generate_data_key(key_id, len, context);
        let request = data_key_parameters(key_id, len, context);
        let record = Record::new("GenerateDataKey", request)?;
        self.record(record, answer, |record, a| record.used(&a.key).blob(&a.wrapped))
    }

    fn generate_data_key_without_plaintext(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError> {
        let answer = self.service.generate_data_key_without_plaintext(key_id, len, context);
        let request = data_key_parameters(key_id, len, context);
        let record = Record::new("GenerateDataKeyWithoutPlaintext", request)?;
        self.record(record, answer, |record, a| record.used(&a.key).blob(&a.wrapped))
    }

    fn re_encrypt(&self, from: &Source<'_>, to: &Destination<'_>) -> Result<ReEncrypted, KmsError> {
        let answer = self.service.re_encrypt(from, to);
        let request = parameters([
            ("sourceEncryptionAlgorithm", Some(ALGORITHM.into())),
            ("sourceEncryptionContext", context_parameter(from.context)),
            ("sourceKeyId", from.key_id.map(Value::from)),
            ("destinationKeyId", Some(to.key_id.into())),
            ("destinationEncryptionAlgorithm", Some(ALGORITHM.into())),
            ("destinationEncryptionContext", context_parameter(to.context)),
        ]);
        let record = Record::new("ReEncrypt", request)?;
        self.record(record, answer, |record, a| {
            record.used(&a.source).used(&a.destination).blob(&a.wrapped)
        })
    }

    /// Not recorded: no key is used.
    fn describe(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        self.service.describe(key_id)
    }
}

fn data_key_parameters(key_id: &str, len: usize, context: &EncryptionContext) -> Value {
    let size = match len {
        16 => ("keySpec", Some("AES_128".into())),
        32 => ("keySpec", Some("AES_256".into())),
        _ => ("numberOfBytes", Some(len.into())),
    };
    let key_id = ("keyId", Some(key_id.into()));
    parameters([key_id, size, ("encryptionContext", context_parameter(context))])
}

/// The context, as CloudTrail shows it: absent when empty. One too long to be used is left out,
/// lest a refused call fill the disk.
fn context_parameter(context: &EncryptionContext) -> Option<Value> {
    match context.serialized_len() {
        0 => None,
        1..=MAX_CONTEXT_LEN => Some(context.to_json()),
        _ => Some(json!("HIDDEN_DUE_TO_LENGTH")),
    }
}

fn parameters<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let present = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<String, Value>>())
}

const ALGORITHM: &str = "SYMMETRIC_DEFAULT";

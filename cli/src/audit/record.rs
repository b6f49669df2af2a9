//! One record: the fields of AWS CloudTrail for KMS, and our own under `"reelseal"`.

use serde_json::{Map, Value, json};

use super::{AuditLog, Caller, Head, sha256};
use crate::error::Error;
use crate::keyservice::{self, ACCOUNT, Exception, UsedKey};
use crate::{clock, random};

/// What was asked of a key service, and what came of it.
///
/// It has no field that could hold a key, a plaintext or a ciphertext.
#[derive(Debug)]
pub struct Record<'a> {
    event: &'a str,
    request: Value,
    keys: Vec<(&'a str, Option<&'a UsedKey>)>,
    refusal: Option<(&'a str, &'a str)>,
    file: Option<&'a str>,
    blob: Option<String>,
    ids: [String; 2],
    is_read_only: bool,
}

impl<'a> Record<'a> {
    /// A call of `event` (KMS's name of the operation) with `request` (its public parameters).
    ///
    /// # Errors
    ///
    /// The operating system gives no randomness for the record's ids.
    pub fn new(event: &'a str, request: Value) -> Result<Self, Error> {
        let is_read_only = READING_EVENTS.contains(&event);
        let ids = [event_id()?, event_id()?];
        let (keys, refusal, file, blob) = (vec![], None, None, None);
        Ok(Self { event, request, keys, refusal, file, blob, ids, is_read_only })
    }

    /// The call used this key.
    #[must_use]
    pub fn used(mut self, key: &'a UsedKey) -> Self {
        self.keys.push((&key.key_arn, Some(key)));
        self.answered(key.request_id.as_deref())
    }

    /// The call was about the key with this ARN, and used none of its versions.
    #[must_use]
    pub fn about(mut self, key_arn: &'a str) -> Self {
        self.keys.push((key_arn, None));
        self
    }

    /// The call was refused.
    #[must_use]
    pub fn refused(mut self, exception: &'a Exception) -> Self {
        self.refusal = Some((exception.name.as_str(), &exception.message));
        let record = self.answered(exception.request_id.as_deref());
        match &exception.key_arn {
            Some(key_arn) => record.about(key_arn),
            None => record,
        }
    }

    /// The service's own id of the call, where it gave one: CloudTrail has the call by this id.
    #[must_use]
    pub fn answered(mut self, request_id: Option<&str>) -> Self {
        if let Some(id) = request_id {
            self.ids[0] = id.to_owned();
        }
        self
    }

    /// The call failed for a reason that is not the caller's.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.refusal = Some(("KMSInternalException", "The key service failed."));
        self
    }

    /// The call was made for the sake of this file.
    #[must_use]
    pub fn file(mut self, file: Option<&'a str>) -> Self {
        self.file = file;
        self
    }

    /// The call opened or made this ciphertext blob: its SHA-256 stands in the record.
    #[must_use]
    pub fn blob(mut self, blob: &[u8]) -> Self {
        self.blob = Some(sha256(blob));
        self
    }

    /// The record as the line of `log` that follows `head`.
    pub(super) fn to_json(&self, head: &Head, log: &AuditLog) -> Value {
        let (region, caller) = (log.region.as_str(), log.caller.as_ref());
        let arn = self.keys.first().map(|(arn, _)| *arn);
        let is_iam = IAM_EVENTS.contains(&self.event);
        let resources = self.keys.iter().map(
            |(arn, _)| json!({ "accountId": account(arn), "type": "AWS::KMS::Key", "ARN": arn }),
        );
        let mut record = json!({
            "eventVersion": "1.08",
            "userIdentity": caller.map_or_else(user_identity, caller_identity),
            "eventTime": clock::rfc3339(clock::now()),
            "eventSource": if is_iam { "iam.amazonaws.com" } else { "kms.amazonaws.com" },
            "eventName": self.event,
            "awsRegion": arn.and_then(|arn| arn.split(':').nth(3)).unwrap_or(region),
            "sourceIPAddress": caller.map_or("127.0.0.1", |caller| &caller.source_ip),
            "userAgent": caller.map_or(USER_AGENT, |caller| &caller.user_agent),
        });
        if let Some((code, message)) = self.refusal {
            extend(&mut record, json!({ "errorCode": code, "errorMessage": message }));
        }
        let request = json!({ "requestParameters": self.request, "responseElements": null });
        extend(&mut record, request);
        if let Some(materials) = self.materials() {
            extend(&mut record, json!({ "additionalEventData": materials }));
        }
        let recipient = match arn {
            Some(arn) => account(arn),
            None => (region == LOCAL_REGION).then_some(ACCOUNT),
        };
        let rest = json!({
            "requestID": caller.map_or(&self.ids[0], |caller| &caller.request_id),
            "eventID": self.ids[1],
            "readOnly": self.is_read_only,
            "resources": resources.collect::<Vec<Value>>(),
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": recipient,
            "eventCategory": "Management",
            "reelseal": self.own(head),
        });
        extend(&mut record, rest);
        record
    }

    /// Which versions of its keys the call used, as CloudTrail names them.
    fn materials(&self) -> Option<Value> {
        let ids = self.used_keys().filter_map(|key| key.key_material_id.as_deref());
        match ids.collect::<Vec<_>>().as_slice() {
            [] => None,
            [id] => Some(json!({ "keyMaterialId": id })),
            [from, to, ..] => {
                Some(json!({ "sourceKeyMaterialId": from, "destinationKeyMaterialId": to }))
            }
        }
    }

    fn used_keys(&self) -> impl Iterator<Item = &UsedKey> {
        self.keys.iter().filter_map(|(_, key)| *key)
    }

    fn own(&self, head: &Head) -> Value {
        let mut own = Map::new();
        own.insert("seq".to_owned(), head.lines.saturating_add(1).into());
        own.insert("previous".to_owned(), head.sha256.as_str().into());
        let versions: Vec<u32> = self.used_keys().filter_map(|key| key.key_version).collect();
        match versions.as_slice() {
            [] => None,
            [version] => own.insert("keyVersion".to_owned(), (*version).into()),
            [source, destination, ..] => {
                own.insert("sourceKeyVersion".to_owned(), (*source).into());
                own.insert("destinationKeyVersion".to_owned(), (*destination).into())
            }
        };
        if let Some(file) = self.file {
            own.insert("file".to_owned(), file.into());
        }
        if let Some(blob) = &self.blob {
            own.insert("ciphertextSha256".to_owned(), blob.as_str().into());
        }
        Value::Object(own)
    }
}

/// The account in an ARN: `arn:partition:kms:region:account:…`.
fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

fn extend(record: &mut Value, fields: Value) {
    if let (Value::Object(record), Value::Object(fields)) = (record, fields) {
        record.extend(fields);
    }
}

/// A random UUID, as CloudTrail has them.
fn event_id() -> Result<String, Error> {
    Ok(keyservice::random_uuid(*random::fresh_key()?))
}

/// Who runs this process, as the operating system knows: not as the environment says.
#[cfg(unix)]
fn user_identity() -> Value {
    let uid = rustix::process::getuid().as_raw();
    // Users of a network directory are not in this file: their number says who they are.
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    identity(&format!("uid:{uid}"), &name.unwrap_or_else(|| format!("uid-{uid}")))
}

#[cfg(not(unix))]
fn user_identity() -> Value {
    let name = std::env::var("USERNAME").unwrap_or_else(|_| "unknown".to_owned());
    identity(&name, &name)
}

/// Who signed the request.
fn caller_identity(caller: &Caller) -> Value {
    let mut identity = identity(&caller.access_key_id, &caller.user);
    extend(&mut identity, json!({ "accessKeyId": caller.access_key_id }));
    identity
}

fn identity(principal: &str, name: &str) -> Value {
    json!({
        "type": "IAMUser",
        "principalId": principal,
        "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        "accountId": ACCOUNT,
        "userName": name,
    })
}

/// CloudTrail counts these as reading: they change no key.
const READING_EVENTS: [&str; 10] = [
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncrypt",
    "GenerateRandom",
    "DescribeKey",
    "ListKeys",
    "ListAliases",
    "ListKeyRotations",
];

/// These are another service's: AWS Identity and Access Management.
const IAM_EVENTS: [&str; 2] = ["CreateAccessKey", "DeleteAccessKey"];

const USER_AGENT: &str = concat!("reelseal/", env!("CARGO_PKG_VERSION"));

/// Where the embedded key service is.
pub(super) const LOCAL_REGION: &str = "local";

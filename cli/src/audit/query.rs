//! Finds records: in our own logs, and in what AWS CloudTrail exports.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::read;
use crate::error::Error;
use crate::keyservice::EncryptionContext;
use crate::objects::Place;

/// What a record must have. Everything that is not said is allowed.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// It is about this key: an id, an ARN or an alias, as the record has it.
    pub key: Option<String>,
    /// Its encryption context, or one of two, has all these pairs.
    pub context: Option<EncryptionContext>,
    /// It was made for this file: the end of its path, whole names.
    pub file: Option<String>,
    /// It is not older than this.
    pub since: Option<Timestamp>,
    /// It is older than this.
    pub until: Option<Timestamp>,
    /// It failed.
    pub error: Option<ErrorFilter>,
    /// It is of this operation.
    pub event: Option<String>,
}

/// Which failures.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ErrorFilter {
    /// All.
    Any,
    /// Those by this name.
    Named(String),
}

/// One record that was found.
#[derive(Clone, Debug)]
pub struct Found(Map<String, Value>);

impl Query {
    /// Calls `found` for each record of the file `place` that fits.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is no log from some place on: what came before was found. The
    /// first error of `found`.
    pub fn run(
        &self,
        place: &Place,
        found: &mut dyn FnMut(Found) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut failed = None;
        let mut each = |record: Map<String, Value>| {
            if failed.is_none() && self.fits(&record) {
                failed = found(Found(record)).err();
            }
            failed.is_none()
        };
        let read = read::records(place, &mut each);
        failed.map_or(read, Err)
    }

    fn fits(&self, record: &Map<String, Value>) -> bool {
        self.fits_key(record)
            && self.fits_context(record)
            && self.fits_file(record)
            && self.fits_time(record)
            && self.event.as_deref().is_none_or(|event| text(record, "eventName") == Some(event))
            && match (&self.error, text(record, "errorCode")) {
                (None, _) | (Some(ErrorFilter::Any), Some(_)) => true,
                (Some(ErrorFilter::Named(name)), Some(code)) => name == code,
                (Some(_), None) => false,
            }
    }

    fn fits_key(&self, record: &Map<String, Value>) -> bool {
        let Some(wanted) = &self.key else { return true };
        // The id at the end of an ARN: `key/ID`, `alias/NAME`.
        let same = |name: &str| {
            name == wanted
                || name.rsplit_once(':').is_some_and(|(_, last)| {
                    last == wanted || last.strip_prefix("key/") == Some(wanted.as_str())
                })
                || wanted.rsplit_once(":key/").is_some_and(|(_, id)| id == name)
        };
        keys(record).any(same)
    }

    fn fits_context(&self, record: &Map<String, Value>) -> bool {
        let Some(wanted) = &self.context else { return true };
        contexts(record).any(|context| {
            wanted
                .pairs()
                .all(|(key, value)| context.get(key).and_then(Value::as_str) == Some(value))
        })
    }

    fn fits_file(&self, record: &Map<String, Value>) -> bool {
        let Some(wanted) = &self.file else { return true };
        file(record).is_some_and(|file| file == wanted || Path::new(file).ends_with(wanted))
    }

    fn fits_time(&self, record: &Map<String, Value>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let Some(Ok(time)) = text(record, "eventTime").map(str::parse::<Timestamp>) else {
            return false;
        };
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

impl Found {
    /// The record as it stands in the log.
    pub fn to_json(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// Time, operation, key, context, file and error: the columns of a table. What is not
    /// printable is escaped, for a record may be anyone's.
    pub fn row(&self) -> [String; 6] {
        let record = &self.0;
        let key = keys(record).next().unwrap_or_default();
        let key = key.rsplit_once(":key/").map_or(key, |(_, id)| id);
        let context = contexts(record).next().map(|context| {
            let pair = |(key, value): (&String, &Value)| {
                format!("{key}={}", value.as_str().unwrap_or_default())
            };
            context.iter().map(pair).collect::<Vec<_>>().join(",")
        });
        [
            text(record, "eventTime").unwrap_or_default(),
            text(record, "eventName").unwrap_or_default(),
            key,
            &context.unwrap_or_default(),
            file(record).unwrap_or_default(),
            text(record, "errorCode").unwrap_or_default(),
        ]
        .map(printable)
    }
}

/// Every name of a key in `record`: used ones first, then as the caller gave them.
fn keys(record: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let resources = record.get("resources").and_then(Value::as_array).into_iter().flatten();
    let used = resources.filter_map(|resource| {
        resource.get("ARN").or_else(|| resource.get("arn")).and_then(Value::as_str)
    });
    let fields = ["keyId", "sourceKeyId", "destinationKeyId"];
    let given = fields.into_iter().filter_map(|field| parameter(record, field)?.as_str());
    used.chain(given)
}

fn contexts(record: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    ["encryptionContext", "sourceEncryptionContext", "destinationEncryptionContext"]
        .into_iter()
        .filter_map(|field| parameter(record, field)?.as_object())
}

fn file(record: &Map<String, Value>) -> Option<&str> {
    record.get("reelseal")?.get("file")?.as_str()
}

fn parameter<'a>(record: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    record.get("requestParameters")?.get(field)
}

fn text<'a>(record: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    record.get(field)?.as_str()
}

fn printable(text: &str) -> String {
    let escape = |c: char| match c.is_control() {
        true => c.escape_unicode().collect::<String>(),
        false => c.to_string(),
    };
    text.chars().map(escape).collect()
}

//! Logs of who used which key: AWS CloudTrail's, and ours in its shape.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::found::{Found, brief, some};
use super::sample::Sample;
use crate::audit::read;

/// What the records say, counted.
#[derive(Default)]
struct Tally {
    records: u64,
    own: u64,
    last_seq: Option<u64>,
    first_time: Option<String>,
    last_time: Option<String>,
    sources: BTreeMap<String, u64>,
    keys: BTreeSet<String>,
    services: BTreeSet<String>,
}

/// A log by its first record.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    let front = sample.head.get(..FRONT_LEN).unwrap_or(sample.head);
    let has = |name: &[u8]| front.windows(name.len()).any(|window| window == name);
    (has(b"\"eventName\"") || has(b"\"Records\"") || has(b"\"eventVersion\"")).then_some(())?;
    let mut tally = Tally::default();
    let read = read::parse(sample.head, &mut |record| {
        tally.take(&record);
        true
    });
    if tally.sources.is_empty() {
        return None;
    }
    let found = tally.described();
    Some(match (read, sample.is_whole()) {
        (Ok(()), _) => found.fact("records", tally.records),
        (Err(error), true) => {
            let records = tally.records;
            found
                .fact("records", records)
                .note(format!("what follows {records} records is no record: {error}"))
        }
        (Err(_), false) => tally.with_end(found, sample),
    })
}

impl Tally {
    fn take(&mut self, record: &Map<String, Value>) {
        let text = |name: &str| record.get(name).and_then(Value::as_str);
        self.records += 1;
        if let Some(time) = text("eventTime") {
            self.first_time.get_or_insert_with(|| brief(time));
            self.last_time = Some(brief(time));
        }
        let source = text("eventSource").map(brief);
        let has_room =
            |source: &String| self.sources.len() < MOST_KEPT || self.sources.contains_key(source);
        if let Some(source) = source.filter(has_room) {
            *self.sources.entry(source).or_default() += 1;
        }
        if let Some(own) = record.get("reelseal").and_then(|own| own.get("seq")) {
            self.own += 1;
            self.last_seq = own.as_u64();
        }
        let resources = record.get("resources").and_then(Value::as_array);
        for resource in resources.into_iter().flatten() {
            if let Some(arn) = resource.get("ARN").and_then(Value::as_str) {
                keep(&mut self.keys, arn);
            }
        }
        let service = record
            .get("requestParameters")
            .and_then(|asked| asked.get("encryptionContext")?.get("service")?.as_str());
        if let Some(service) = service {
            keep(&mut self.services, service);
        }
    }

    fn described(&self) -> Found {
        let list = |all: &BTreeSet<String>| {
            if all.is_empty() { Value::Null } else { some(all.iter().cloned()) }
        };
        let sources = self.sources.iter().map(|(source, count)| format!("{source} ({count})"));
        let found = match self.own == self.records {
            true => Found::new("audit-log", "an audit log of reelseal").opens(
                "nothing: it is clear; reelseal audit verify checks its chain, audit query \
                 searches it",
            ),
            false => Found::new("cloudtrail-log", "records of AWS CloudTrail").opens(
                "nothing: it is clear; reelseal audit query searches it, and reelseal job import \
                 reads the jobs of Elastic Transcoder in it",
            ),
        };
        found
            .fact("from", self.first_time.clone())
            .fact("to", self.last_time.clone())
            .fact("eventSources", some(sources))
            .fact("keys", list(&self.keys))
            .fact("contextServices", list(&self.services))
            .fact("lastSeq", self.last_seq)
    }

    /// Of a log that is longer than what was read: its last line tells where it ends.
    fn with_end(&self, found: Found, sample: &Sample<'_>) -> Found {
        let mut lines = sample.tail.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let last: Option<Value> = lines.next().and_then(|line| serde_json::from_slice(line).ok());
        let mut found = found;
        let seq = last.as_ref().and_then(|last| last.get("reelseal")?.get("seq")?.as_u64());
        if let (Some(last), Some(seq)) = (last, seq) {
            let time = last.get("eventTime").and_then(Value::as_str).map(brief);
            found.facts.retain(|(name, _)| !["lastSeq", "to"].contains(name));
            return found.fact("to", time).fact("lastSeq", seq).fact("records", seq);
        }
        let records = self.records;
        found.note(format!("it is long: all this is of its first {records} records"))
    }
}

fn keep(all: &mut BTreeSet<String>, text: &str) {
    if all.len() < MOST_KEPT {
        all.insert(brief(text));
    }
}

/// Where the first record names its members.
const FRONT_LEN: usize = 4096;

/// Different keys, and services, that are kept: memory is bounded, and nobody reads more.
const MOST_KEPT: usize = 1000;

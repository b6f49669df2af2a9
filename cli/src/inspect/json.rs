//! JSON: which of the documents that Reelseal knows it is.

use super::found::Found;
use super::sample::Sample;
use super::{cloudtrail, documents, records, s3ec};
use crate::job::Node;

/// A text that begins as JSON does.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    if let Some(found) = cloudtrail::recognise(sample).or_else(|| records::package(sample)) {
        return Some(found);
    }
    // A tree of JSON takes ten times the room of its text.
    let bytes = sample.all().filter(|bytes| bytes.len() <= MAX_LEN)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let node = Node::parse(bytes).ok()?;
    let own = records::recognise(&node);
    own.or_else(|| s3ec::recognise(&node, sample.name))
        .or_else(|| documents::recognise(&node))
        .or_else(|| documents::jobs(bytes))
}

/// Bytes of a document that is read whole. The answer of ReadJob has some hundred kilobytes.
const MAX_LEN: usize = 16 << 20;

//! Lists in pages (KMS API, `Limit`, `Marker`, `NextMarker`, `Truncated`).
//!
//! A marker names the last entry of the page before: what comes or goes meanwhile moves no other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::base64;
use crate::keyservice::{ExceptionName, KmsError};

/// Which part of a list is asked for.
pub(super) struct Page {
    /// How many entries at most.
    pub(super) limit: usize,
    /// The `NextMarker` of the page before.
    pub(super) marker: Option<String>,
}

/// The page that `page` asks for, of `entries`, each with its name, in the order of the names; as
/// the list `member` of an answer.
pub(super) fn of(
    member: &str,
    entries: impl Iterator<Item = (String, Value)>,
    page: &Page,
) -> Result<Value, KmsError> {
    let entries: BTreeMap<String, Value> = entries.collect();
    let after = page.marker.as_deref().map(read).transpose()?;
    let is_next = |name: &String| after.as_ref().is_none_or(|after| name > after);
    let mut rest = entries.into_iter().filter(|(name, _)| is_next(name)).peekable();
    let shown: Vec<(String, Value)> = rest.by_ref().take(page.limit).collect();
    let next = match (rest.peek(), shown.last()) {
        (Some(_), Some((last, _))) => Some(base64::encode(last.as_bytes())?),
        _ => None,
    };
    let shown: Vec<Value> = shown.into_iter().map(|(_, entry)| entry).collect();
    let mut answer = json!({ member: shown, "Truncated": next.is_some() });
    if let (Value::Object(answer), Some(next)) = (&mut answer, next) {
        answer.insert("NextMarker".to_owned(), next.as_str().into());
    }
    Ok(answer)
}

/// The name in a marker.
fn read(marker: &str) -> Result<String, KmsError> {
    let name = base64::decode(marker).ok().and_then(|name| String::from_utf8(name.to_vec()).ok());
    name.ok_or_else(|| {
        let name = ExceptionName::parse("InvalidMarkerException");
        KmsError::new(name, "The marker is not the NextMarker of an answer.")
    })
}

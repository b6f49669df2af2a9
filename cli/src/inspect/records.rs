//! The documents of our own: records of packages and objects, and the sealed root key.

use reelseal_core::format::base64::decoded_len;
use serde_json::{Map, Value};

use super::found::{Found, brief, some};
use super::sample::Sample;
use super::wrapped;
use crate::base64;
use crate::hls::record::Record;
use crate::job::Node;

/// `reelseal.json`, which may be as long as a playlist.
pub(super) fn package(sample: &Sample<'_>) -> Option<Found> {
    let front = sample.head.get(..FRONT_LEN).unwrap_or(sample.head);
    let has = |name: &[u8]| front.windows(name.len()).any(|window| window == name);
    (has(b"\"FormatVersion\"") && has(b"\"DataKeys\"")).then_some(())?;
    let found = Found::new("package-record", "reelseal.json, the record of a protected package");
    let Some(bytes) = sample.all() else {
        return Some(found.note("it is too long to be read here"));
    };
    let record = match Record::parse(bytes, "") {
        Ok(record) => record,
        Err(error) => return Some(found.note(format!("it is malformed{}", error.message()))),
    };
    let segments = || record.files.iter().flat_map(|file| &file.segments);
    let encrypted = segments().filter(|segment| segment.data_key.is_some()).count();
    let found = found
        .fact("formatVersion", record.format_version)
        .fact("generator", brief(&record.generator))
        .fact("playlist", brief(&record.playlist))
        .fact("keyArn", brief(&record.kms_key_arn))
        .fact("encryptionContext", context(&record.encryption_context))
        .fact("dataKeys", record.data_keys.len())
        .fact("keyUris", some(record.data_keys.iter().map(|key| brief(&key.uri))))
        .fact("playlists", record.playlists.len())
        .fact("files", record.files.len())
        .fact("encryptedSegments", encrypted)
        .fact("sealed", record.seal.is_some())
        .opens(
            "the key service that wrapped its data keys, under its own context: reelseal hls \
             unprotect PLAYLIST -o DIR, with this file beside the playlist or as --record FILE",
        );
    let found = match &record.seal {
        Some(_) => found,
        None => found.note("it has no seal: no command of reelseal believes it"),
    };
    Some(record.data_keys.iter().take(MOST_KEYS).fold(found, |found, key| match of(&key.key) {
        Some(blob) => found.holds(blob),
        None => found,
    }))
}

/// A record of the store, or a root key under a passphrase.
pub(super) fn recognise(node: &Node) -> Option<Found> {
    object(node).or_else(|| root_key(node))
}

fn object(node: &Node) -> Option<Found> {
    let text = |name| node.member(name).and_then(Node::text);
    let (wrapped, body) = (text("WrappedKey")?, text("Body")?);
    let number = |name| match node.member(name) {
        Some(Node::Number(number)) => Value::Number(number.clone()),
        _ => Value::Null,
    };
    let pairs = node.member("EncryptionContext").map(Node::members).unwrap_or_default();
    let pairs = pairs.iter().filter_map(|(key, value)| Some((brief(key), brief(value.text()?))));
    let context: Map<String, Value> = pairs.map(|(key, value)| (key, value.into())).collect();
    let found = Found::new("object-record", "the record of an object in a store of reelseal")
        .fact("formatVersion", number("FormatVersion"))
        .fact("name", text("Name").map(brief))
        .fact("mode", text("Mode").map(brief))
        .fact("keyArn", text("KmsKeyArn").map(brief))
        .fact("encryptionContext", context)
        .fact("body", brief(body))
        .fact("clearBytes", number("Size"))
        .fact("encryptedBytes", number("EncryptedSize"))
        .fact("created", text("Created").map(brief))
        .opens("the key service that wrapped the object's key: reelseal store get BUCKET/KEY");
    Some(match of(wrapped) {
        Some(blob) => found.holds(blob),
        None => found,
    })
}

fn root_key(node: &Node) -> Option<Found> {
    node.member("format")?.text().filter(|format| *format == "reelseal root key v1")?;
    let kdf = node.member("kdf")?;
    let algorithm = kdf.member("algorithm").and_then(Node::text).map(brief);
    Some(
        Found::new("keystore-root-key", "the root key of a keystore, sealed under a passphrase")
            .fact("kdf", algorithm)
            .opens("the passphrase: reelseal asks for it where it needs a key"),
    )
}

/// The blob in a base64 text, of a document that says what opens it.
pub(super) fn of(text: &str) -> Option<Found> {
    let possible = decoded_len(text).is_ok_and(|len| len <= MAX_BLOB_LEN);
    let blob = possible.then(|| base64::decode(text).ok()).flatten()?;
    wrapped::blob(&blob).map(Found::bare)
}

fn context<'a>(pairs: impl IntoIterator<Item = (&'a String, &'a String)>) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (brief(key), brief(value).into())).collect()
}

/// Where a record names its first fields.
const FRONT_LEN: usize = 64 * 1024;

/// Data keys that are described.
const MOST_KEYS: usize = 20;

/// KMS API, Decrypt, CiphertextBlob.
const MAX_BLOB_LEN: usize = 6144;

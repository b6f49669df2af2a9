//! The documents of others: Elastic Transcoder's, MediaConvert's, answers of a key service,
//! keysets of Tink.

use md5::{Digest, Md5};
use serde_json::{Map, Value};

use super::found::{Found, brief, some};
use super::records::of;
use crate::base64;
use crate::job::{self, Artefact, Findings, Node, Subject};

/// A document that is known by its members, or that holds one that is.
pub(super) fn recognise(node: &Node) -> Option<Found> {
    mediaconvert(node)
        .or_else(|| block(node.member("Encryption").unwrap_or(node)))
        .or_else(|| hls_block(node.member("HlsContentProtection").unwrap_or(node)))
        .or_else(|| answer(node))
        .or_else(|| tink(node))
}

/// Jobs, pipelines and notifications of Elastic Transcoder.
pub(super) fn jobs(bytes: &[u8]) -> Option<Found> {
    let subjects = job::recognise(bytes, &mut Findings::default())?;
    match &subjects[..] {
        [] => None,
        [only] => Some(subject(only)),
        all => Some(
            all.iter().take(MOST_SUBJECTS).fold(
                Found::new("transcoder-documents", "documents of Elastic Transcoder")
                    .fact("documents", all.len()),
                |found, each| found.holds(subject(each)),
            ),
        ),
    }
}

fn subject(subject: &Subject) -> Found {
    let text = |name| subject.node.member(name).and_then(Node::text).map(brief);
    let what = format!("a {} of Elastic Transcoder", subject.kind.as_str());
    let kind = if subject.kind.is_pipeline() { "transcoder-pipeline" } else { "transcoder-job" };
    let found = Found::new(kind, what).fact("id", subject.id().map(brief));
    if subject.kind.is_pipeline() {
        return found.fact("name", text("Name")).fact("keyArn", text("AwsKmsKeyArn"));
    }
    let artefacts = job::artefacts(subject, None);
    let found = found
        .fact("pipelineId", text("PipelineId"))
        .fact("status", text("Status"))
        .fact("encryptedFiles", artefacts.len());
    let found = match artefacts.is_empty() {
        true => found,
        false => found.opens(
            "each file that it mentions: its wrapped key, IV and mode, by reelseal job import \
             --root DIR -o DIR, or reelseal decrypt --record FILE",
        ),
    };
    artefacts.iter().take(MOST_SUBJECTS).fold(found, |found, each| found.holds(artefact(each)))
}

fn artefact(artefact: &Artefact) -> Found {
    let missing = artefact.missing(false);
    let found = Found::new("transcoder-artefact", format!("{} of the job", artefact.what))
        .fact("names", some(artefact.names.iter().map(|name| brief(name))))
        .fact("mode", artefact.mode.as_deref().map(brief))
        .fact("missing", if missing.is_empty() { Value::Null } else { some(missing) });
    match artefact.key.as_deref().and_then(of) {
        Some(blob) => found.holds(blob),
        None => found,
    }
}

/// An `Encryption` block: what reelseal encrypt writes beside a file.
fn block(node: &Node) -> Option<Found> {
    let text = |name| node.member(name).and_then(Node::text);
    let mode = text("Mode").filter(|mode| MODES.contains(mode))?;
    let pairs = node.member("EncryptionContext").map(Node::members).unwrap_or_default();
    let pairs = pairs.iter().filter_map(|(key, value)| Some((brief(key), brief(value.text()?))));
    let context: Map<String, Value> = pairs.map(|(key, value)| (key, value.into())).collect();
    let found = Found::new("encryption-block", "an encryption block of Elastic Transcoder")
        .fact("mode", mode)
        .fact("iv", text("InitializationVector").map(brief))
        .fact("keyMd5", text("KeyMd5").map(brief))
        .fact("keyArn", text("KmsKeyArn").map(brief))
        .fact("encryptionContext", if context.is_empty() { Value::Null } else { context.into() });
    if !mode.starts_with("aes-") {
        return Some(found.opens("nothing: the store encrypts and decrypts in this mode"));
    }
    let found = found.opens(
        "the file that it belongs to and the key service that wrapped the key: reelseal decrypt IN \
         -o OUT --record FILE",
    );
    Some(with_key(found, text("Key"), text("KeyMd5")))
}

/// An `HlsContentProtection` block.
fn hls_block(node: &Node) -> Option<Found> {
    let text = |name| node.member(name).and_then(Node::text);
    text("Method").filter(|method| method.eq_ignore_ascii_case("aes-128"))?;
    let found = Found::new("hls-content-protection", "an HlsContentProtection block")
        .fact("method", text("Method").map(brief))
        .fact("iv", text("InitializationVector").map(brief))
        .fact("licenseAcquisitionUrl", text("LicenseAcquisitionUrl").map(brief))
        .fact("keyStoragePolicy", text("KeyStoragePolicy").map(brief))
        .opens("the playlist that it belongs to: reelseal hls unprotect PLAYLIST -o DIR");
    Some(with_key(found, text("Key"), text("KeyMd5")))
}

/// The wrapped key of a block, and whether the checksum is its own.
// req ET-ENC-3: KeyMd5 is over the wrapped key
fn with_key(found: Found, key: Option<&str>, md5: Option<&str>) -> Found {
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return found
            .note("it has no key: the service showed the keys that it made in ReadJob only");
    };
    let Ok(wrapped) = base64::decode(key) else { return found.note("its Key is not base64") };
    let digest = base64::encode(Md5::digest(&wrapped).as_slice()).ok();
    let found = match (md5, digest) {
        (Some(told), Some(digest)) if !told.is_empty() && told != digest.as_str() => found.note(
            "its KeyMd5 is not that of the wrapped key: of the key itself, or of something else",
        ),
        _ => found,
    };
    match (of(key), wrapped.len()) {
        (Some(blob), _) => found.holds(blob),
        (None, len @ (16 | 24 | 32)) => found.note(format!(
            "its Key is {len} bytes, as long as a key itself: if it is one, it is no secret any more"
        )),
        (None, len) => found.note(format!("its Key, {len} bytes, is no known ciphertext blob")),
    }
}

/// A job of MediaConvert, or the parts of one that are about encryption.
fn mediaconvert(node: &Node) -> Option<Found> {
    let mut parts = Parts::default();
    parts.collect(node, 0);
    let is_job = node.member("Settings").or_else(|| node.member("Job")?.member("Settings"));
    let is_job = is_job.is_some_and(|settings| settings.member("OutputGroups").is_some());
    if !is_job && parts.inside.is_empty() {
        return None;
    }
    let what = match is_job {
        true => "a job of AWS Elemental MediaConvert",
        false => "encryption settings of AWS Elemental MediaConvert",
    };
    let found = Found::new("mediaconvert-settings", what).opens(
        "wrapped keys: the key service, under {\"service\":\"mediaconvert.amazonaws.com\"}: reelseal \
         decrypt --record FILE",
    );
    Some(parts.inside.into_iter().fold(found, Found::holds))
}

#[derive(Default)]
struct Parts {
    inside: Vec<Found>,
}

impl Parts {
    /// Every block from `node` down. The parser has bounded the depth.
    fn collect(&mut self, node: &Node, depth: u32) {
        if self.inside.len() >= MOST_SUBJECTS || depth > MOST_DEPTH {
            return;
        }
        let text = |name| node.member(name).and_then(Node::text);
        if let Some(mode) = text("DecryptionMode") {
            let found = Found::new("decryption-settings", "how an input is decrypted")
                .fact("mode", brief(mode))
                .fact("iv", text("InitializationVector").map(brief))
                .fact("region", text("KmsKeyRegion").map(brief));
            self.inside.push(match text("EncryptedDecryptionKey").and_then(of) {
                Some(blob) => found.holds(blob),
                None => found,
            });
        }
        if let Some(method) = text("EncryptionMethod") {
            let key = node.member("StaticKeyProvider");
            let is_clear = key.is_some_and(|key| key.member("StaticKeyValue").is_some());
            let found = Found::new("output-encryption", "how an HLS or CMAF output is encrypted")
                .fact("method", brief(method))
                .fact("keyProvider", text("Type").map(brief));
            self.inside.push(match is_clear {
                true => found.note("StaticKeyValue is the key in the clear: it is not shown"),
                false => found,
            });
        }
        let members = node.members().iter().map(|(_, inner)| inner);
        members.chain(node.items()).for_each(|inner| self.collect(inner, depth + 1));
    }
}

/// What a key service answers: `{"CiphertextBlob", "KeyId", …}`.
fn answer(node: &Node) -> Option<Found> {
    let text = |name| node.member(name).and_then(Node::text);
    let blob = text("CiphertextBlob");
    let has_key = text("Plaintext").is_some();
    if blob.is_none() && !(has_key && text("KeyId").is_some()) {
        return None;
    }
    let found = Found::new("kms-answer", "an answer of a key service")
        .fact("keyId", text("KeyId").map(brief))
        .fact("keyMaterialId", text("KeyMaterialId").map(brief));
    let found = match has_key {
        true => found.note("its Plaintext is a key or a secret in the clear: it is not shown"),
        false => found,
    };
    Some(match blob.and_then(of) {
        Some(blob) => found.holds(blob),
        None => found,
    })
}

/// A keyset of Tink: keys in the clear, or under a key service.
fn tink(node: &Node) -> Option<Found> {
    let opens = "Tink; reelseal does not open it";
    if node.member("encryptedKeyset").is_some() {
        let found = Found::new("tink-keyset", "an encrypted keyset of Tink");
        return Some(found.opens(format!("the key service that wrapped it, and {opens}")));
    }
    node.member("primaryKeyId")?;
    let types = node.member("key")?.items().iter().filter_map(|key| {
        let data = key.member("keyData").unwrap_or(key);
        data.member("typeUrl").and_then(Node::text).map(brief)
    });
    Some(
        Found::new("tink-keyset", "a keyset of Tink, in the clear")
            .fact("types", some(types))
            .opens(opens)
            .note("its keys are secrets: they are not shown"),
    )
}

const MODES: [&str; 5] = ["s3", "s3-aws-kms", "aes-cbc-pkcs7", "aes-ctr", "aes-gcm"];

/// Documents, files and settings that are described one by one.
const MOST_SUBJECTS: usize = 50;

/// serde_json reads no deeper.
const MOST_DEPTH: u32 = 128;

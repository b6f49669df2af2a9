//! The metadata of an object of the S3 Encryption Client, and its instruction file.

use reelseal_core::format::s3ec::{
    Content, Header, MAX_WRAPPED_LEN, Metadata, Place, Version, name,
};
use serde_json::{Map, Value};

use super::found::{Found, brief};
use super::wrapped;
use crate::job::Node;

/// A JSON object of the client's fields, with or without HTTP's prefix, or what `head-object`
/// prints, which has that object inside.
pub(super) fn recognise(node: &Node, file: &str) -> Option<Found> {
    let node = node.member("Metadata").unwrap_or(node);
    let texts = node.members().iter();
    let texts = texts.filter_map(|(name, value)| Some((name.as_str(), value.text()?)));
    described(&fields(texts), file.ends_with(".instruction"), None)
}

/// An object by its metadata, which are names without HTTP's prefix. `None`: not of the client.
pub fn of_object<'a>(
    metadata: impl Iterator<Item = (&'a str, &'a str)>,
    len: Option<u64>,
) -> Option<Found> {
    let fields = fields(metadata);
    let found = described(&fields, false, len)?;
    Some(Found { kind: "s3ec-object", what: WHAT.to_owned(), ..found })
}

fn described(fields: &[(String, &str)], is_file: bool, len: Option<u64>) -> Option<Found> {
    let borrowed: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let Ok(metadata) = Metadata::new(&borrowed) else {
        let found = Found::new("s3ec-metadata", METADATA);
        return Some(found.note("nothing opens it: a field of the client is given twice"));
    };
    if !metadata.is_any() {
        return None;
    }
    let marked = metadata.get(name::INSTRUCTION_FILE).is_some();
    let half_of_v3 =
        metadata.get(name::KEY_V3).is_some() && metadata.get(name::CEK_ALG_V3).is_none();
    if marked || is_file || half_of_v3 {
        return Some(instruction_file(&metadata));
    }
    if metadata.wants_instruction_file() {
        return Some(without_key(&metadata));
    }
    let found = Found::new("s3ec-metadata", METADATA);
    let mut room = [0; MAX_WRAPPED_LEN];
    Some(match Header::parse(&metadata, None, &mut room) {
        Ok(header) => of_header(&header, found, len),
        Err(broken) => found.note(format!("nothing opens it: {broken}")),
    })
}

/// An instruction file. That of V3 tells of the wrapped key alone.
fn instruction_file(file: &Metadata<'_>) -> Found {
    let found =
        Found::new("s3ec-instruction-file", "an instruction file of the S3 Encryption Client");
    let Ok(nothing) = Metadata::new(&[]) else { return found };
    let mut room = [0; MAX_WRAPPED_LEN];
    match Header::parse(&nothing, Some(file), &mut room) {
        Ok(header) => of_header(&header, found, None),
        Err(_) if file.get(name::KEY_V3).is_some() => {
            let text = |name| file.get(name).map(brief);
            let context = file.get(name::CONTEXT_V3).or(file.get(name::MATDESC_V3));
            let found = found
                .fact("version", "V3")
                .fact("wrap", text(name::WRAP_ALG_V3))
                .fact("description", context.map(description));
            with_blob(found, file.get(name::KEY_V3)).opens(
                "the object and its metadata, which have the rest: reelseal decrypt OBJECT \
                 --metadata META.json --instruction-file THIS",
            )
        }
        Err(broken) => found.note(format!("nothing opens it by itself: {broken}")),
    }
}

/// Metadata whose wrapped key is in the instruction file.
fn without_key(metadata: &Metadata<'_>) -> Found {
    let version = metadata.get(name::CEK_ALG_V3).map(|_| "V3");
    Found::new("s3ec-metadata", METADATA)
        .fact("version", version)
        .fact("clearBytes", metadata.get(name::CLEAR_LEN).and_then(|len| len.parse::<u64>().ok()))
        .opens(
            "its instruction file, which has the wrapped key: the object of the same name with \
             .instruction behind it; reelseal decrypt OBJECT --metadata THIS --instruction-file FILE",
        )
}

fn of_header(header: &Header<'_>, found: Found, len: Option<u64>) -> Found {
    let version = match header.version {
        Version::V1 => "V1",
        Version::V2 => "V2",
        Version::V3 => "V3",
    };
    let (suite, wrap) = (header.content.suite(), header.wrap);
    let is_cbc = matches!(header.content, Content::AesCbc { .. });
    let clear_len = header.clear_len.or_else(|| match is_cbc {
        true => None,
        false => len?.checked_sub(16),
    });
    let found = found
        .fact("version", version)
        .fact("suite", suite.name())
        .fact("wrap", wrap.as_str())
        .fact("keyIn", (header.place == Place::InstructionFile).then_some("the instruction file"))
        .fact(
            if wrap.is_kms() { "encryptionContext" } else { "description" },
            description(header.description),
        )
        .fact("wrappedKeyBytes", header.wrapped.len())
        .fact("clearBytes", clear_len);
    let found = match wrap.is_kms() {
        true => match wrapped::blob(header.wrapped) {
            Some(blob) => found.holds(blob.bare()),
            None => found,
        },
        false => found,
    };
    let found = found.opens(match wrap.is_kms() {
        true => "Decrypt of the key service, under that context: reelseal decrypt",
        false if wrap.as_str().starts_with("RSA") => {
            "the RSA private key: reelseal decrypt --wrapping-key KEY.pem"
        }
        false => "the AES key that wrapped its data key: reelseal decrypt --wrapping-key FILE",
    });
    let found = match wrap.is_legacy() {
        true => {
            found.note("legacy wrap: clients read it with --enable-legacy-wrapping-algorithms only")
        }
        false => found,
    };
    match is_cbc {
        true => found.note(
            "its content has no authentication: clients read it with \
             --enable-legacy-unauthenticated-modes only",
        ),
        false => found,
    }
}

fn with_blob(found: Found, text: Option<&str>) -> Found {
    match text.and_then(super::records::of) {
        Some(blob) => found.holds(blob),
        None => found,
    }
}

/// A JSON object of strings as one, and what is none as its text.
fn description(text: &str) -> Value {
    let object: Result<Map<String, Value>, _> = serde_json::from_str(text);
    match object {
        Ok(object) => {
            let pair = |(name, value): (String, Value)| {
                (brief(&name), value.as_str().map_or(Value::Null, |text| brief(text).into()))
            };
            object.into_iter().map(pair).collect::<Map<_, _>>().into()
        }
        Err(_) => brief(text).into(),
    }
}

/// Names as the core has them.
fn fields<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, &'a str)> {
    let plain = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.strip_prefix("x-amz-meta-").map_or_else(|| name.clone(), str::to_owned)
    };
    texts.map(|(name, value)| (plain(name), value)).collect()
}

const METADATA: &str = "the metadata of an object of the S3 Encryption Client";
const WHAT: &str = "an object of the S3 Encryption Client";

//! The objects below `s3ec/`, which the real Amazon S3 Encryption Clients wrote.

use serde_json::{Map, Value};

use crate::fields::unhex;

/// What wrapped the data key of an object.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Master {
    /// AWS KMS, as moto has it.
    Kms,
    /// This AES key.
    Aes(Vec<u8>),
    /// The key in `s3ec/ruby_rsa.pem`.
    Rsa,
}

/// An object, what says how to open it, and what is inside.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name: client, version and size.
    pub name: String,
    /// `V1`, `V2` or `V3`.
    pub format: String,
    /// Its metadata, without the prefix of HTTP.
    pub metadata: Vec<(String, String)>,
    /// Its instruction file, as JSON.
    pub instruction_file: Option<String>,
    /// The file of the object itself.
    pub file: String,
    /// What wrapped its data key.
    pub master: Master,
    /// The data key.
    pub data_key: Vec<u8>,
    /// The pairs of the user in the encryption context, as a JSON object.
    pub context: Map<String, Value>,
    /// SHA-256 of the text.
    pub clear_sha256: [u8; 32],
}

impl Object {
    /// The pairs of the user in the encryption context.
    pub fn context_fields(&self) -> Vec<(String, String)> {
        fields(&self.context.clone().into())
    }
}

/// Every object.
///
/// # Panics
///
/// If `s3ec/cases.json` is not understood.
pub fn objects() -> Vec<Object> {
    let top: Value = serde_json::from_str(&crate::text("s3ec/cases.json")).expect("JSON");
    top["cases"].as_array().expect("a list").iter().map(object).collect()
}

/// Names and values of the JSON `text`, an object of strings.
///
/// # Panics
///
/// If it is no such object.
pub fn parse_fields(text: &str) -> Vec<(String, String)> {
    fields(&serde_json::from_str(text).expect("JSON"))
}

fn fields(value: &Value) -> Vec<(String, String)> {
    let fields = value.as_object().expect("an object").iter();
    fields.map(|(name, value)| (name.clone(), value.as_str().expect("a string").into())).collect()
}

fn object(case: &Value) -> Object {
    let text = |field: &str| case[field].as_str().expect("a string").to_owned();
    Object {
        name: text("name"),
        format: text("format"),
        metadata: fields(&case["metadata"]),
        instruction_file: case["instruction_file"].as_str().map(str::to_owned),
        file: format!("s3ec/{}", text("body")),
        master: match text("master").as_str() {
            "kms" => Master::Kms,
            "aes" => Master::Aes(unhex(&text("master_key_hex"))),
            "rsa" => Master::Rsa,
            other => panic!("master {other}"),
        },
        data_key: unhex(&text("data_key_hex")),
        context: case["encryption_context"].as_object().cloned().unwrap_or_default(),
        clear_sha256: unhex(&text("plaintext_sha256")).try_into().expect("32 bytes"),
    }
}

//! What AWS Elemental MediaConvert, the successor, needs to be told of a job's encryption.
//!
//! | Elastic Transcoder        | MediaConvert                                              |
//! |---------------------------|-----------------------------------------------------------|
//! | `Input.Encryption`        | `Inputs[].DecryptionSettings`, the key under its context  |
//! | an output's `s3`          | `SERVER_SIDE_ENCRYPTION_S3`                               |
//! | an output's `s3-aws-kms`  | `SERVER_SIDE_ENCRYPTION_KMS`                              |
//! | `HlsContentProtection`    | `AES128` with `STATIC_KEY`: key and IV in hexadecimal     |
//! | an output's `aes-*`       | nothing: encrypt the output afterwards                    |
//!
//! A wrapped key is bound to the service that it was made for. The key service wraps it anew under
//! `{"service":"mediaconvert.amazonaws.com"}`, and nobody sees the key while it does.

use reelseal_core::format::transcoder::Mode;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::artefact::Artefact;
use crate::base64;
use crate::error::Error;
use crate::hls::keys;
use crate::keyservice::{Destination, EncryptionContext, LazyService, Source, WrappedKey};

/// Whether keys of HLS playlists are printed in the clear, as `STATIC_KEY` has them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StaticKeys {
    /// The member is left out.
    LeaveOut,
    /// The key leaves the program, in JSON.
    Print,
}

/// A fragment of the `Settings` of a job of MediaConvert.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Successor {
    inputs: Vec<Value>,
    output_groups: Vec<OutputGroup>,
    notes: Vec<String>,
}

/// The settings of one output or playlist.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OutputGroup {
    name: String,
    output_group_settings: Settings,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Settings {
    File(Value),
    Hls(HlsSettings),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HlsSettings {
    r#type: &'static str,
    hls_group_settings: HlsGroup,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HlsGroup {
    encryption: HlsEncryption,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HlsEncryption {
    encryption_method: &'static str,
    r#type: &'static str,
    initialization_vector_in_manifest: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant_initialization_vector: Option<String>,
    static_key_provider: StaticKeyProvider,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StaticKeyProvider {
    key_format: &'static str,
    key_format_versions: &'static str,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "secret")]
    static_key_value: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl Successor {
    /// Adds what an artefact becomes.
    ///
    /// `key_id` wraps the data keys of inputs from now on: else the key that did so far, where it
    /// is known. `context` is what they were bound to.
    ///
    /// # Errors
    ///
    /// No key is known to wrap under, a key or an IV is malformed, or the key service refuses.
    pub fn add(
        &mut self,
        artefact: &Artefact,
        key_id: Option<&str>,
        static_keys: StaticKeys,
        service: &LazyService<'_>,
        context: &EncryptionContext,
    ) -> Result<(), Error> {
        let name = artefact.names.first().cloned().unwrap_or_default();
        let mode = artefact.mode.as_deref().unwrap_or_default();
        match (artefact.what, mode) {
            ("input", "s3" | "s3-aws-kms") => self.note(&name, "the store decrypts it"),
            ("input", mode) => {
                let settings = input(artefact, mode, key_id, service, context);
                let settings = settings.map_err(|error| error.at(&artefact.path))?;
                self.inputs.push(json!({ "FileInput": name, "DecryptionSettings": settings }));
            }
            ("output", "s3" | "s3-aws-kms") => self.output_groups.push(store(name, artefact)),
            ("HLS playlist", _) => {
                if static_keys == StaticKeys::LeaveOut {
                    self.note(&name, "StaticKeyValue is left out: it is the key in the clear");
                }
                let group = hls(&name, artefact, static_keys, service, context);
                self.output_groups.push(group.map_err(|error| error.at(&artefact.path))?);
            }
            ("PlayReady playlist", _) => self.note(&name, "MediaConvert wants a SPEKE provider"),
            ("output" | "thumbnails" | "captions", _) => {
                self.note(&name, "MediaConvert encrypts no such file: reelseal encrypt does");
            }
            _ => self.note(&name, "MediaConvert decrypts inputs only: give it the clear file"),
        }
        Ok(())
    }

    fn note(&mut self, name: &str, note: &str) {
        self.notes.push(format!("{}: {note}", name.escape_debug()));
    }
}

/// `DecryptionSettings`: no checksum, and the key bound to MediaConvert.
fn input(
    artefact: &Artefact,
    mode: &str,
    key_id: Option<&str>,
    service: &LazyService<'_>,
    context: &EncryptionContext,
) -> Result<Value, Error> {
    let mode = Mode::parse(mode).map_err(|error| Error::malformed(error.to_string()))?;
    let (Some(key), Some(iv)) = (&artefact.key, &artefact.iv) else {
        return Err(Error::malformed("Key or InitializationVector is missing"));
    };
    let Some(key_id) = key_id.or(artefact.key_arn.as_deref()) else {
        return Err(Error::usage("it is not known under which key to wrap the data key")
            .hint("--pipeline FILE, for its AwsKmsKeyArn, or --key-id KEY"));
    };
    let wrapped = blob(key)?;
    let own = EncryptionContext::from_iter([("service", "mediaconvert.amazonaws.com")]);
    let from = Source { blob: &wrapped.0, key_id: None, context };
    let answer = service.get()?.re_encrypt(&from, &Destination { key_id, context: &own })?;
    let mut settings = json!({
        "DecryptionMode": mode.mediaconvert(),
        "EncryptedDecryptionKey": *base64::encode(&answer.wrapped)?,
        "InitializationVector": iv,
    });
    let region = answer.destination.key_arn.split(':').nth(3).filter(|name| name.contains('-'));
    if let Some(region) = region {
        settings["KmsKeyRegion"] = region.into();
    }
    Ok(settings)
}

/// What S3 does for an output.
fn store(name: String, artefact: &Artefact) -> OutputGroup {
    let mut encryption = json!({ "EncryptionType": "SERVER_SIDE_ENCRYPTION_S3" });
    if artefact.mode.as_deref() == Some("s3-aws-kms") {
        encryption["EncryptionType"] = "SERVER_SIDE_ENCRYPTION_KMS".into();
        if let Some(arn) = &artefact.key_arn {
            encryption["KmsKeyArn"] = arn.as_str().into();
        }
    }
    let destination = json!({ "S3Settings": { "Encryption": encryption } });
    let settings = json!({
        "Type": "FILE_GROUP_SETTINGS",
        "FileGroupSettings": { "DestinationSettings": destination },
    });
    OutputGroup { name, output_group_settings: Settings::File(settings) }
}

/// `HlsEncryptionSettings`. The service's converter sample copied base64 of the wrapped key and of
/// the IV to where 32 hexadecimal digits belong.
fn hls(
    name: &str,
    artefact: &Artefact,
    static_keys: StaticKeys,
    service: &LazyService<'_>,
    context: &EncryptionContext,
) -> Result<OutputGroup, Error> {
    let iv = match &artefact.iv {
        Some(text) => Some(hex(&base64::decode(text).map_err(malformed)?)),
        None => None,
    };
    let key = match (static_keys, &artefact.key) {
        (StaticKeys::Print, Some(text)) => {
            let (open, _) = keys::unwrap(service.get()?, &blob(text)?.0, None, context)?;
            Some(hex(open.key.key_file()))
        }
        (StaticKeys::Print, None) => return Err(Error::malformed("Key is missing")),
        (StaticKeys::LeaveOut, _) => None,
    };
    let encryption = HlsEncryption {
        encryption_method: "AES128",
        r#type: "STATIC_KEY",
        initialization_vector_in_manifest: "INCLUDE",
        constant_initialization_vector: iv.map(|iv| iv.to_string()),
        static_key_provider: StaticKeyProvider {
            key_format: "identity",
            key_format_versions: "1",
            static_key_value: key,
            url: artefact.url.clone(),
        },
    };
    let settings =
        HlsSettings { r#type: "HLS_GROUP_SETTINGS", hls_group_settings: HlsGroup { encryption } };
    Ok(OutputGroup { name: name.to_owned(), output_group_settings: Settings::Hls(settings) })
}

fn blob(text: &str) -> Result<WrappedKey, Error> {
    Ok(WrappedKey(base64::decode(text).map_err(malformed)?.to_vec()))
}

fn malformed(error: impl std::fmt::Display) -> Error {
    Error::malformed(format!("Key or InitializationVector: {error}"))
}

/// Lower-case hexadecimal, erased on drop: it may be a key.
fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

fn secret<S: Serializer>(text: &Option<Zeroizing<String>>, s: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(s)
}

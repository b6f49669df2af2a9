//! `reelseal kms`: AWS KMS's operations on data keys, with the shape of its answers.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use zeroize::Zeroizing;

use super::kms_serve::{self, AccessKeyCommand, ServeArgs};
use crate::args::Globals;
use crate::error::Error;
use crate::keyservice::{
    self, Destination, EncryptionContext, KeyService, Source, UsedKey, WrappedKey,
};
use crate::objects::Location;
use crate::{base64, output};

/// The arguments of `reelseal kms`.
#[derive(Args, Debug)]
pub struct KmsArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KmsCommand,
}

/// What to do with data keys.
#[derive(Debug, Subcommand)]
pub enum KmsCommand {
    /// Wrap up to 4096 bytes
    Encrypt {
        /// Key id, key ARN, alias name or alias ARN
        #[arg(long, value_name = "KEY")]
        key_id: String,
        /// The file that holds the bytes to wrap: a path, s3://bucket/key, or - for standard input
        #[arg(long, value_name = "FILE")]
        plaintext: Location,
    },
    /// Unwrap a ciphertext blob and print what was inside, as base64
    Decrypt {
        /// Base64 of a ciphertext blob, or @FILE
        #[arg(long, value_name = "WRAPPED")]
        ciphertext_blob: String,
        /// The key that must have wrapped it
        #[arg(long, value_name = "KEY")]
        key_id: Option<String>,
    },
    /// Make a data key and print it in the clear and wrapped
    GenerateDataKey(GenerateDataKeyArgs),
    /// Wrap a ciphertext blob anew: under another key, context, or version of its key
    ReEncrypt(ReEncryptArgs),
    /// Answer every program that speaks KMS's protocol, with the keys of the local keystore
    Serve(ServeArgs),
    /// Say who may ask `kms serve`
    AccessKey {
        /// What to do.
        #[command(subcommand)]
        command: AccessKeyCommand,
    },
}

/// The arguments of `reelseal kms generate-data-key`.
#[derive(Args, Debug)]
pub struct GenerateDataKeyArgs {
    /// Key id, key ARN, alias name or alias ARN
    #[arg(long, value_name = "KEY")]
    key_id: String,
    /// The kind of data key
    #[arg(long, required_unless_present = "number_of_bytes")]
    key_spec: Option<KeySpec>,
    /// Length of the data key: 1 to 1024 bytes
    #[arg(long, value_name = "N", conflicts_with = "key_spec")]
    number_of_bytes: Option<usize>,
    /// Print only the wrapped key
    #[arg(long)]
    without_plaintext: bool,
}

/// The arguments of `reelseal kms re-encrypt`.
#[derive(Args, Debug)]
pub struct ReEncryptArgs {
    /// Base64 of a ciphertext blob, or @FILE
    #[arg(long, value_name = "WRAPPED")]
    ciphertext_blob: String,
    /// The key that must have wrapped it
    #[arg(long, value_name = "KEY")]
    source_key_id: Option<String>,
    /// The context it was wrapped under [default: --encryption-context]
    #[arg(long, value_name = "K=V[,K=V]")]
    source_encryption_context: Option<EncryptionContext>,
    /// The key to wrap it under
    #[arg(long, value_name = "KEY")]
    destination_key_id: String,
    /// The context to wrap it under [default: --encryption-context]
    #[arg(long, value_name = "K=V[,K=V]")]
    destination_encryption_context: Option<EncryptionContext>,
}

/// The kinds of data key that KMS has names for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KeySpec {
    /// 16 bytes
    #[value(name = "AES_128")]
    Aes128,
    /// 32 bytes
    #[value(name = "AES_256")]
    Aes256,
}

/// Does what the arguments say.
///
/// # Errors
///
/// The key service refuses, or a file cannot be read.
pub fn run(globals: &Globals, args: KmsArgs) -> Result<(), Error> {
    match args.command {
        KmsCommand::Encrypt { key_id, plaintext } => encrypt(globals, &key_id, plaintext),
        KmsCommand::Decrypt { ciphertext_blob, key_id } => {
            decrypt(globals, &ciphertext_blob, key_id.as_deref())
        }
        KmsCommand::GenerateDataKey(args) => generate_data_key(globals, &args),
        KmsCommand::ReEncrypt(args) => re_encrypt(globals, &args),
        KmsCommand::Serve(args) => kms_serve::serve(globals, &args),
        KmsCommand::AccessKey { command } => kms_serve::access_key(globals, command),
    }
}

fn encrypt(globals: &Globals, key_id: &str, file: Location) -> Result<(), Error> {
    let plaintext = globals.objects().place(file).read(MAX_PLAINTEXT)?;
    let kms = keyservice::open(globals)?;
    let answer = kms.encrypt(key_id, &plaintext, &globals.encryption_context)?;
    print(globals, &Answer::new(&answer.key).wrapped(&answer.wrapped)?)
}

fn decrypt(globals: &Globals, blob: &str, key_id: Option<&str>) -> Result<(), Error> {
    let WrappedKey(blob) = WrappedKey::read(blob)?;
    let kms = keyservice::open(globals)?;
    let answer = kms.decrypt(&blob, key_id, &globals.encryption_context)?;
    print(globals, &Answer::new(&answer.key).plaintext(&answer.plaintext)?)
}

fn generate_data_key(globals: &Globals, args: &GenerateDataKeyArgs) -> Result<(), Error> {
    let len = match (args.key_spec, args.number_of_bytes) {
        (_, Some(len)) => len,
        (Some(KeySpec::Aes128), None) => 16,
        (Some(KeySpec::Aes256), None) => 32,
        (None, None) => return Err(Error::usage("--key-spec or --number-of-bytes is needed")),
    };
    let context = &globals.encryption_context;
    let kms = keyservice::open(globals)?;
    if args.without_plaintext {
        let answer = kms.generate_data_key_without_plaintext(&args.key_id, len, context)?;
        return print(globals, &Answer::new(&answer.key).wrapped(&answer.wrapped)?);
    }
    let key = kms.generate_data_key(&args.key_id, len, context)?;
    print(globals, &Answer::new(&key.key).wrapped(&key.wrapped)?.plaintext(&key.plaintext)?)
}

fn re_encrypt(globals: &Globals, args: &ReEncryptArgs) -> Result<(), Error> {
    let WrappedKey(blob) = WrappedKey::read(&args.ciphertext_blob)?;
    let default = &globals.encryption_context;
    let from = Source {
        blob: &blob,
        key_id: args.source_key_id.as_deref(),
        context: args.source_encryption_context.as_ref().unwrap_or(default),
    };
    let to = Destination {
        key_id: &args.destination_key_id,
        context: args.destination_encryption_context.as_ref().unwrap_or(default),
    };
    let answer = keyservice::open(globals)?.re_encrypt(&from, &to)?;
    let shown = ReEncryptAnswer {
        ciphertext_blob: base64::encode(&answer.wrapped)?,
        source_key_id: &answer.source.key_arn,
        key_id: &answer.destination.key_arn,
        source_key_material_id: answer.source.key_material_id.as_deref(),
        destination_key_material_id: answer.destination.key_material_id.as_deref(),
    };
    output::print_json(&shown, globals.json)
}

/// What KMS answers, its fields in KMS's own order.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    ciphertext_blob: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    plaintext: Option<Zeroizing<String>>,
    key_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_material_id: Option<&'a str>,
}

impl<'a> Answer<'a> {
    fn new(key: &'a UsedKey) -> Self {
        Self {
            ciphertext_blob: None,
            plaintext: None,
            key_id: &key.key_arn,
            key_material_id: key.key_material_id.as_deref(),
        }
    }

    fn wrapped(self, wrapped: &[u8]) -> Result<Self, Error> {
        Ok(Self { ciphertext_blob: Some(base64::encode(wrapped)?), ..self })
    }

    fn plaintext(self, plaintext: &[u8]) -> Result<Self, Error> {
        Ok(Self { plaintext: Some(base64::encode(plaintext)?), ..self })
    }
}

/// What KMS answers to ReEncrypt.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReEncryptAnswer<'a> {
    #[serde(serialize_with = "required_text")]
    ciphertext_blob: Zeroizing<String>,
    source_key_id: &'a str,
    key_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_key_material_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_key_material_id: Option<&'a str>,
}

fn text<S: serde::Serializer>(text: &Option<Zeroizing<String>>, s: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(s)
}

fn required_text<S: serde::Serializer>(text: &Zeroizing<String>, s: S) -> Result<S::Ok, S::Error> {
    text.as_str().serialize(s)
}

fn print(globals: &Globals, answer: &Answer<'_>) -> Result<(), Error> {
    output::print_json(answer, globals.json)
}

/// KMS API, Encrypt, Plaintext: 4096 bytes. One more is read, and refused by the service.
const MAX_PLAINTEXT: u64 = 4096;

//! `reelseal store`: the modes `s3` and `s3-aws-kms`, without S3.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::args::Globals;
use crate::error::Error;
use crate::keyservice::{self, EncryptionContext};
use crate::objects::{Location, Place, Sse};
use crate::output;
use crate::package::{Existing, interrupt};
use crate::store::{self, Mode, NAME_SPACE, ObjectName, ObjectRecord, Store};

/// The arguments of `reelseal store`.
#[derive(Args, Debug)]
pub struct StoreArgs {
    /// The folder of the store [default: store in the keystore's folder]
    #[arg(long, global = true, value_name = "DIR")]
    store: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: StoreCommand,
}

/// What to do with the store.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Store a file, encrypted
    Put {
        /// The file: a path, s3://bucket/key, or - for standard input
        file: Location,
        /// bucket/key. The object's keys are bound to aws:s3:arn = arn:aws:s3:::bucket/key
        object: String,
        /// Who chooses the key: the store, or you
        #[arg(long, default_value = "s3-aws-kms")]
        mode: Mode,
        /// The key of mode s3-aws-kms [default: alias/aws/s3]
        #[arg(long, value_name = "KEY")]
        key_id: Option<String>,
    },
    /// Write an object, all of which was found authentic, to a file
    Get {
        /// bucket/key
        object: String,
        /// The file to write: a path, s3://bucket/key, or - for standard output
        #[arg(short, long = "output", value_name = "OUT")]
        output: Location,
        /// How S3 encrypts it.
        #[command(flatten)]
        sse: Sse,
    },
    /// Copy an object's message as it is, for any AWS Encryption SDK with a raw AES keyring
    Export {
        /// bucket/key
        object: String,
        /// The file to write
        #[arg(short, long = "output", value_name = "OUT")]
        output: Location,
        /// How S3 encrypts it.
        #[command(flatten)]
        sse: Sse,
    },
    /// Show the objects whose name begins with PREFIX
    List {
        /// The beginning of a name
        #[arg(default_value = "")]
        prefix: String,
    },
    /// Wrap an object's key anew, and leave the object as it is
    ReWrap {
        /// bucket/key
        object: String,
        /// The key to wrap it under [default: the newest version of the key that it is under]
        #[arg(long, value_name = "KEY")]
        key_id: Option<String>,
    },
    /// Remove an object
    Remove {
        /// bucket/key
        object: String,
    },
}

/// Does what the arguments say.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: StoreArgs) -> Result<(), Error> {
    interrupt::install();
    if globals.encryption_context != EncryptionContext::default() {
        let error = Error::usage("the store chooses the encryption context: aws:s3:arn");
        return Err(error.hint("leave --encryption-context out"));
    }
    let store = open(globals, args.store)?;
    let existing = Existing::from_force(globals.force);
    match args.command {
        StoreCommand::Put { file, object, mode, key_id } => {
            if mode == Mode::S3 && key_id.is_some() {
                let error = Error::usage("mode s3 takes no key: the store chooses it");
                return Err(error.hint("--mode s3-aws-kms takes --key-id"));
            }
            let name = object.parse()?;
            let kms = keyservice::open(globals)?;
            let key_id = key_id.as_deref().unwrap_or("alias/aws/s3");
            let file = globals.objects().place(file);
            let put = store::put(&store, &kms, &file, &name, mode, key_id, existing)?;
            print(globals, &put)
        }
        StoreCommand::Get { object, output, sse } => {
            let output = globals.objects_with(&sse).output(output)?;
            let name: ObjectName = object.parse()?;
            let kms = keyservice::open(globals)?;
            let got = store::get(&store, &kms, &name, &output, existing)?;
            report(globals, &got, &output)
        }
        StoreCommand::Export { object, output, sse } => {
            let output = globals.objects_with(&sse).output(output)?;
            let got = store::export(&store, &object.parse()?, &output, existing)?;
            report(globals, &got, &output)
        }
        StoreCommand::List { prefix } => list(globals, &store.list(&prefix)?),
        StoreCommand::ReWrap { object, key_id } => {
            let name = object.parse()?;
            let kms = keyservice::open(globals)?;
            print(globals, &store::re_wrap(&store, &kms, &name, key_id.as_deref())?)
        }
        StoreCommand::Remove { object } => print(globals, &store.remove(&object.parse()?)?),
    }
}

fn open(globals: &Globals, dir: Option<PathBuf>) -> Result<Store, Error> {
    if let Some(dir) = dir {
        return Store::open_at(&dir);
    }
    Store::open_at(&store::default_dir(&keyservice::data_dir(globals)?))
}

/// What the object is: nothing, where its bytes went to standard output.
fn report(globals: &Globals, record: &ObjectRecord, out: &Place) -> Result<(), Error> {
    if out.is_dash() { Ok(()) } else { print(globals, record) }
}

fn print(globals: &Globals, record: &ObjectRecord) -> Result<(), Error> {
    output::print_json(&shown(record), globals.json)
}

/// The record, and by which name a raw AES keyring finds the object's key.
fn shown(record: &ObjectRecord) -> serde_json::Value {
    json!({
        "Name": record.name,
        "Mode": record.mode.as_str(),
        "KmsKeyArn": record.kms_key_arn,
        "EncryptionContext": record.encryption_context,
        "WrappedKey": record.wrapped_key,
        "KeyNameSpace": NAME_SPACE,
        "KeyName": format!("arn:aws:s3:::{}", record.name),
        "Size": record.size,
        "EncryptedSize": record.encrypted_size,
        "Sha256": record.sha256,
        "Created": record.created,
    })
}

fn list(globals: &Globals, records: &[ObjectRecord]) -> Result<(), Error> {
    if globals.json {
        let shown: Vec<_> = records.iter().map(shown).collect();
        return output::print_json(&shown, true);
    }
    let row = |r: &ObjectRecord| {
        [r.size.to_string(), r.mode.as_str().to_owned(), r.created.clone(), r.name.clone()]
    };
    output::print_table(&records.iter().map(row).collect::<Vec<_>>())
}

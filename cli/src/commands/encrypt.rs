//! `reelseal encrypt`: from arguments to a request.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use reelseal_core::format::s3ec::Suite;
use reelseal_core::format::transcoder::Mode;

use super::decrypt::show;
use crate::args::Globals;
use crate::error::Error;
use crate::esdk;
use crate::files::{DataKeySource, Encrypt, EncryptReport, Format, Given};
use crate::keyservice::{self, LazyService, Ledger, WrappedKey};
use crate::objects::{Location, Place, Sse};
use crate::output;
use crate::package::{Existing, interrupt};
use crate::s3ec;

/// The arguments of `reelseal encrypt`.
#[derive(Args, Debug)]
pub struct EncryptArgs {
    /// The file to encrypt: a path, s3://bucket/key, or - for standard input
    #[arg(value_name = "IN")]
    pub(super) input: Location,
    /// The file to write: a path, s3://bucket/key, or - for standard output
    #[arg(short, long = "output", value_name = "OUT")]
    pub(super) output: Location,
    /// How. aes-cbc-pkcs7 and aes-ctr do not authenticate: whoever can alter the file can alter
    /// what comes out of it
    #[arg(long)]
    pub(super) mode: ModeArg,
    /// The key that wraps the data key, or that must have wrapped a given one
    /// [default: alias/aws/s3, which AWS KMS itself lets nobody but S3 use]. With --mode esdk it
    /// may be given several times: each of the keys opens the message
    #[arg(long, value_name = "KEY")]
    pub(super) key_id: Vec<String>,
    /// A key of your own that wraps the data key: an AES key of 16, 24 or 32 bytes as they are. It
    /// takes the place of --key-id in modes s3ec-v2 and s3ec-v3, where it may also be an RSA key in
    /// PEM, of which the public half suffices; in mode esdk it is one more key, in a file for its
    /// owner alone
    #[arg(long, value_name = "FILE")]
    pub(super) wrapping_key: Option<PathBuf>,
    /// Length of a data key that is made [default: 128, as Elastic Transcoder's were]
    #[arg(long, value_name = "BITS", conflicts_with = "data_key")]
    pub(super) data_key_bits: Option<Bits>,
    /// A data key to use, wrapped: base64 of a ciphertext blob, or @FILE
    #[arg(long, value_name = "WRAPPED")]
    pub(super) data_key: Option<String>,
    /// MD5 of the wrapped data key, base64, to be checked
    #[arg(long, value_name = "B64", requires = "data_key")]
    pub(super) key_md5: Option<String>,
    /// The IV, base64 of 16 bytes; 12 with --format mediaconvert, but for aes-cbc-pkcs7
    /// [default: a fresh one]
    #[arg(long, value_name = "B64", requires = "data_key")]
    pub(super) iv: Option<String>,
    /// Where the block that opens the file is written [default: OUT.encryption.json]
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<Location>,
    /// Whose block it is. MediaConvert's keys are bound to its own encryption context
    #[arg(long, default_value = "transcoder")]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) sse: Sse,
    #[command(flatten)]
    pub(super) s3ec: s3ec::EncryptOptions,
    #[command(flatten)]
    pub(super) esdk: esdk::EncryptOptions,
}

/// The modes of Elastic Transcoder that are done to the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ModeArg {
    /// CBC with the padding of PKCS#7: not authenticated
    AesCbcPkcs7,
    /// Counter mode: not authenticated
    AesCtr,
    /// Galois/Counter Mode: authenticated. The tag is written last; the services never said
    /// where they had it, and decrypt tries every place
    AesGcm,
    /// An object of the Amazon S3 Encryption Client, V2: GCM, with metadata
    S3ecV2,
    /// An object of the Amazon S3 Encryption Client, V3: GCM with a commitment to the data key
    S3ecV3,
    /// A message of the AWS Encryption SDK: GCM in frames, with a commitment to the data key. The
    /// wrapped key and the encryption context are in it, for all to read; no block lies beside it
    Esdk,
}

impl ModeArg {
    /// The mode of a headerless file.
    pub(super) fn mode(self) -> Result<Mode, Error> {
        match self {
            Self::AesCbcPkcs7 => Ok(Mode::AesCbcPkcs7),
            Self::AesCtr => Ok(Mode::AesCtr),
            Self::AesGcm => Ok(Mode::AesGcm),
            Self::S3ecV2 | Self::S3ecV3 => {
                Err(Error::usage("an object of the S3 Encryption Client tells its mode itself")
                    .hint("--metadata FILE names what it says"))
            }
            Self::Esdk => {
                Err(Error::usage("a message of the AWS Encryption SDK has its data key in it"))
            }
        }
    }

    /// The suite of an object of the S3 Encryption Client.
    fn suite(self) -> Option<Suite> {
        match self {
            Self::S3ecV2 => Some(Suite::AesGcm),
            Self::S3ecV3 => Some(Suite::AesGcmCommit),
            _ => None,
        }
    }
}

/// Lengths of AES keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Bits {
    /// 16 bytes
    #[value(name = "128")]
    B128,
    /// 24 bytes
    #[value(name = "192")]
    B192,
    /// 32 bytes
    #[value(name = "256")]
    B256,
}

/// Does what the arguments say.
///
/// # Errors
///
/// What [`Encrypt::run`] says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: EncryptArgs) -> Result<(), Error> {
    interrupt::install();
    let objects = globals.objects_with(&args.sse);
    let out = objects.output(args.output.clone())?;
    if out.is_terminal() {
        return Err(Error::usage("the output is binary, and standard output is a terminal")
            .hint("-o FILE, or a pipe"));
    }
    if args.mode == ModeArg::Esdk {
        return super::esdk::encrypt(globals, args, out);
    }
    if let Some(option) = args.esdk.given() {
        return Err(Error::usage(format!("{option} goes with --mode esdk")));
    }
    if args.key_id.len() > 1 {
        return Err(Error::usage("several --key-id go with --mode esdk alone"));
    }
    if let Some(suite) = args.mode.suite() {
        return run_s3ec(globals, args, suite, out);
    }
    if let Some(option) = args.s3ec.given() {
        return Err(Error::usage(format!("{option} goes with --mode s3ec-v2 or s3ec-v3")));
    }
    if args.wrapping_key.is_some() {
        return Err(Error::usage("--wrapping-key goes with --mode esdk, s3ec-v2 or s3ec-v3"));
    }
    let key_id = args.key_id.into_iter().next();
    let key = match &args.data_key {
        Some(text) => DataKeySource::Given(Given {
            wrapped: WrappedKey::read(text)?.0,
            key_id,
            key_md5: args.key_md5,
            iv: args.iv,
        }),
        None => DataKeySource::Generate {
            key_id: key_id.unwrap_or_else(|| DEFAULT_KEY.to_owned()),
            len: match args.data_key_bits {
                None | Some(Bits::B128) => 16,
                Some(Bits::B192) => 24,
                Some(Bits::B256) => 32,
            },
        },
    };
    let request = Encrypt {
        input: objects.place(args.input),
        out,
        existing: Existing::from_force(globals.force),
        mode: args.mode.mode()?,
        key,
        context: globals.given_context().cloned().unwrap_or_else(|| args.format.context()),
        format: args.format,
        record: args.record.map(|record| objects.place(record)),
        show: show(globals),
    };
    let service = LazyService::new(|| {
        let service = keyservice::open(globals)?;
        Ok(Box::new(service.for_file(request.input.to_string())))
    });
    let report = request.run(&service, || Ledger::open(globals))?;
    print(globals, &request, &report)
}

/// An object of the S3 Encryption Client.
fn run_s3ec(globals: &Globals, args: EncryptArgs, suite: Suite, out: Place) -> Result<(), Error> {
    let foreign = [
        (args.data_key.is_some(), "--data-key"),
        (args.data_key_bits.is_some(), "--data-key-bits"),
        (args.record.is_some(), "--record"),
        (args.format != Format::default(), "--format"),
    ];
    if let Some((_, option)) = foreign.iter().find(|(given, _)| *given) {
        let error = Error::usage(format!("{option} does not go with --mode s3ec-v2 or s3ec-v3"));
        return Err(error.hint("such an object has a data key of its own, of 256 bits"));
    }
    let (key_id, context) = (args.key_id.into_iter().next(), globals.given_context());
    let request = s3ec::Encrypt {
        input: out.at(args.input),
        existing: Existing::from_force(globals.force),
        suite,
        commitment: args.s3ec.commitment_policy.map(Into::into),
        key: s3ec::NewKey::of(key_id, args.wrapping_key, context, S3EC_KEY)?,
        metadata: args.s3ec.metadata.map(|place| out.at(place)),
        instruction_file: args.s3ec.instruction_file.map(|place| out.at(place)),
        show: show(globals),
        out,
    };
    let service = LazyService::new(|| {
        let service = keyservice::open(globals)?;
        Ok(Box::new(service.for_file(request.input.to_string())))
    });
    let report = request.run(&service)?;
    let outputs =
        [Some(&request.out), request.metadata.as_ref(), request.instruction_file.as_ref()];
    let taken = outputs.into_iter().flatten().any(Place::is_dash);
    let text = (!globals.quiet).then(|| report.to_text());
    output::print_report(globals, taken, &report.to_json(), &[], text.as_deref())
}

fn print(globals: &Globals, request: &Encrypt, report: &EncryptReport) -> Result<(), Error> {
    let taken = request.out.is_dash() || request.record.as_ref().is_some_and(Place::is_dash);
    let text = (!globals.quiet).then(|| report.to_text());
    output::print_report(globals, taken, &report.to_json(), report.warnings(), text.as_deref())
}

/// The key that AWS manages for S3: what the service used where a pipeline named no key.
pub(super) const DEFAULT_KEY: &str = "alias/aws/s3";

/// How the key of an object of the S3 Encryption Client is named.
const S3EC_KEY: &str = "--key-id KEY or --wrapping-key FILE";

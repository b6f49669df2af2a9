//! `reelseal decrypt`: from arguments, or a record, to a request.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use reelseal_core::envelope::transcoder::CounterStart;
use reelseal_core::modes::ctr::Width;

use super::encrypt::ModeArg;
use crate::args::Globals;
use crate::error::Error;
use crate::esdk;
use crate::files::ends::Input;
use crate::files::{
    Decrypt, DecryptReport, Document, Format, KeyForm, Proof, Reading, parse_iv, record_beside,
};
use crate::keyservice::{self, EncryptionContext, LazyService, WrappedKey};
use crate::objects::{Location, Place, Sse};
use crate::output;
use crate::package::{Existing, interrupt};
use crate::progress::Show;
use crate::s3ec;

/// The arguments of `reelseal decrypt`.
#[derive(Args, Debug)]
pub struct DecryptArgs {
    /// The encrypted file: a path, s3://bucket/key, or - for standard input
    #[arg(value_name = "IN")]
    pub(super) input: Location,
    /// The file to write: a path, s3://bucket/key, or - for standard output
    #[arg(short, long = "output", value_name = "OUT")]
    pub(super) output: Location,
    /// The block that opens the file: Elastic Transcoder's Encryption or MediaConvert's
    /// DecryptionSettings [default: IN.encryption.json]
    #[arg(long, value_name = "FILE", conflicts_with = "data_key")]
    pub(super) record: Option<Location>,
    /// How the file is encrypted. A message of the AWS Encryption SDK is known by its first bytes
    #[arg(long, conflicts_with = "record")]
    pub(super) mode: Option<ModeArg>,
    /// The wrapped data key: base64 of a ciphertext blob, or @FILE
    #[arg(long, value_name = "WRAPPED", requires_all = ["mode", "iv"])]
    pub(super) data_key: Option<String>,
    /// MD5 of the wrapped data key, or of the key, base64, to be checked
    #[arg(long, value_name = "B64", requires = "data_key")]
    pub(super) key_md5: Option<String>,
    /// The IV, base64 of 16 bytes, or of 12 but for aes-cbc-pkcs7
    #[arg(long, value_name = "B64", requires = "data_key")]
    pub(super) iv: Option<String>,
    /// The key that must have wrapped the data key [default: whichever did]
    #[arg(long, value_name = "KEY")]
    pub(super) key_id: Option<String>,
    /// The key that wrapped the data key, where no key service did: an AES key of 16, 24 or 32
    /// bytes as they are; of an object of the S3 Encryption Client also an RSA key in PEM; of a
    /// message of the AWS Encryption SDK in a file for its owner alone
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "data_key"])]
    pub(super) wrapping_key: Option<PathBuf>,
    /// Whose encryption context is the default, with --data-key
    #[arg(long, default_value = "transcoder", requires = "data_key")]
    pub(super) format: Format,
    /// How the unwrapped bytes are the key: as they are, or as the base64 of it, as version 1 of
    /// the AWS CLI had them wrapped; auto tries both and says which worked
    #[arg(long, default_value = "auto", value_name = "FORM")]
    key_form: KeyFormArg,
    /// How many bits of the counter of aes-ctr count. 128 as OpenSSL has it; the service never
    /// said
    #[arg(long, default_value = "128", value_name = "BITS")]
    counter_bits: CounterBits,
    /// The number behind an IV of 12 bytes of aes-ctr. MediaConvert never said
    #[arg(long, default_value = "0", value_name = "0|1")]
    counter_start: CounterStartArg,
    #[command(flatten)]
    pub(super) sse: Sse,
    #[command(flatten)]
    pub(super) s3ec: s3ec::DecryptOptions,
    #[command(flatten)]
    pub(super) esdk: esdk::DecryptOptions,
}

/// How the unwrapped bytes are the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum KeyFormArg {
    /// Whichever opens the file
    Auto,
    /// They are the key
    Literal,
    /// They are the base64 of the key
    Base64,
}

/// How many bits of a counter block count.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum CounterBits {
    /// All
    #[value(name = "128")]
    B128,
    /// The lower half
    #[value(name = "64")]
    B64,
    /// The lowest quarter
    #[value(name = "32")]
    B32,
}

/// The number behind an IV of 12 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum CounterStartArg {
    /// As an IV of 16 bytes that ends in four zeros
    #[value(name = "0")]
    Zero,
    /// As GCM begins
    #[value(name = "1")]
    One,
}

/// Does what the arguments say.
///
/// # Errors
///
/// What [`Decrypt::run`] says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: DecryptArgs) -> Result<(), Error> {
    interrupt::install();
    let objects = globals.objects_with(&args.sse);
    let (input, out) = (objects.place(args.input.clone()), objects.output(args.output.clone())?);
    if is_s3ec(&args, &input)? {
        return run_s3ec(globals, args, input, out);
    }
    if super::esdk::is_message(&args, &input)? {
        return super::esdk::decrypt(globals, args, input, out);
    }
    if let Some(option) = args.esdk.given() {
        let error = Error::usage(format!("{option} is for messages of the AWS Encryption SDK"));
        return Err(error.hint("--mode esdk, if the file is one"));
    }
    if let Some(option) = args.s3ec.given() {
        return Err(Error::usage(format!("{option} is for an object of the S3 Encryption Client"))
            .hint("--metadata FILE names the fields of the object"));
    }
    if args.wrapping_key.is_some() {
        let message = "--wrapping-key is for messages of the AWS Encryption SDK and for objects of \
                       the S3 Encryption Client";
        return Err(Error::usage(message).hint("--mode esdk or --metadata FILE"));
    }
    let document = document(&args, &input)?;
    refuse_terminal(&out)?;
    let request = Decrypt {
        context: context(globals, &document),
        input,
        out,
        existing: Existing::from_force(globals.force),
        document,
        key_id: args.key_id,
        key_form: match args.key_form {
            KeyFormArg::Auto => KeyForm::Auto,
            KeyFormArg::Literal => KeyForm::Only(Reading::Literal),
            KeyFormArg::Base64 => KeyForm::Only(Reading::Base64),
        },
        width: match args.counter_bits {
            CounterBits::B128 => Width::Bits128,
            CounterBits::B64 => Width::Bits64,
            CounterBits::B32 => Width::Bits32,
        },
        start: match args.counter_start {
            CounterStartArg::Zero => CounterStart::Zero,
            CounterStartArg::One => CounterStart::One,
        },
        show: show(globals),
    };
    let service = LazyService::new(|| {
        let service = keyservice::open(globals)?;
        Ok(Box::new(service.for_file(request.input.to_string())))
    });
    let report = request.run(&service)?;
    print(globals, &request, &report)
}

pub(super) fn refuse_terminal(out: &Place) -> Result<(), Error> {
    if out.is_terminal() {
        return Err(Error::usage("the output may be binary, and standard output is a terminal")
            .hint("-o FILE, or a pipe"));
    }
    Ok(())
}

/// Whether the input is an object of the S3 Encryption Client: by what is said of it, by what lies
/// beside it, or, in S3, by its metadata.
fn is_s3ec(args: &DecryptArgs, input: &Place) -> Result<bool, Error> {
    if args.s3ec.metadata.is_some() {
        return Ok(true);
    }
    let told = args.record.is_some() || args.data_key.is_some() || args.mode.is_some();
    if told || input.is_dash() {
        return Ok(false);
    }
    let in_s3 = matches!(input.location(), Location::S3(_));
    if in_s3 && s3ec::is_marked(input)? {
        return Ok(true);
    }
    if record_beside(input)?.exists()? {
        return Ok(false);
    }
    let beside = if in_s3 { s3ec::instruction_file_beside } else { s3ec::metadata_beside };
    beside(input)?.exists()
}

/// An object of the S3 Encryption Client.
fn run_s3ec(globals: &Globals, args: DecryptArgs, input: Place, out: Place) -> Result<(), Error> {
    refuse_terminal(&out)?;
    let options = args.s3ec;
    let metadata = match (options.metadata, input.location()) {
        (Some(place), _) => Some(input.at(place)),
        (None, Location::S3(_)) => None,
        (None, Location::Local(_)) => Some(s3ec::metadata_beside(&input)?),
    };
    let instruction_file = options.instruction_file.map(|place| input.at(place));
    let inputs = [Some(&input), metadata.as_ref(), instruction_file.as_ref()];
    if inputs.into_iter().flatten().filter(|place| place.is_dash()).count() > 1 {
        return Err(Error::usage("two of the inputs cannot both be standard input"));
    }
    let request = s3ec::Decrypt {
        input,
        out,
        existing: Existing::from_force(globals.force),
        metadata,
        instruction_file,
        wrapping_key: args.wrapping_key,
        range: options.range,
        policy: options.policy,
        key_id: args.key_id,
        context: globals.given_context().cloned(),
        show: show(globals),
    };
    let service = LazyService::new(|| {
        let service = keyservice::open(globals)?;
        Ok(Box::new(service.for_file(request.input.to_string())))
    });
    let report = request.run(&service)?;
    let (taken, warnings) = (request.out.is_dash(), report.warnings());
    let text = (!globals.quiet).then(|| report.to_text());
    output::print_report(globals, taken, &report.to_json(), &warnings, text.as_deref())?;
    if report.is_authenticated() && !globals.quiet && !globals.json {
        output::print_remark(&report.proof());
    }
    Ok(())
}

/// What is known of the file: from the options, the record named, or the one beside it.
fn document(args: &DecryptArgs, input: &Place) -> Result<Document, Error> {
    if let (Some(data_key), Some(mode), Some(iv)) = (&args.data_key, args.mode, &args.iv) {
        let mode = mode.mode()?;
        return Ok(Document {
            format: args.format,
            mode,
            wrapped: WrappedKey::read(data_key)?.0,
            key_md5: args.key_md5.clone(),
            iv: parse_iv(mode, iv)?,
            key_arn: None,
            context: None,
        });
    }
    if args.mode.is_some() {
        return Err(Error::usage("--mode goes with --data-key and --iv, but for --mode esdk"));
    }
    match &args.record {
        Some(record) if record.is_dash() && input.is_dash() => {
            Err(Error::usage("the record and the input cannot both be standard input"))
        }
        Some(record) => Document::read(&input.at(record.clone())),
        None => {
            let record = record_beside(input)?;
            if !record.exists()? {
                // A file that is not there is the plainer reason.
                drop(Input::open(input)?);
                return Err(Error::usage("mode, wrapped key and IV of the file are not known")
                    .hint("--record FILE, or --mode, --data-key and --iv, as the job had them"));
            }
            Document::read(&record)
        }
    }
}

/// What the option says, else the record, else what the service had for all.
fn context(globals: &Globals, document: &Document) -> EncryptionContext {
    let given = globals.given_context().or(document.context.as_ref());
    given.cloned().unwrap_or_else(|| document.format.context())
}

fn print(globals: &Globals, request: &Decrypt, report: &DecryptReport) -> Result<(), Error> {
    let taken = request.out.is_dash();
    let text = (!globals.quiet).then(|| report.to_text());
    let warnings = report.warnings();
    output::print_report(globals, taken, &report.to_json(), warnings, text.as_deref())?;
    if let (Proof::Tag | Proof::Content(_), sentence) = report.proof()
        && !globals.quiet
        && !globals.json
    {
        output::print_remark(&sentence);
    }
    Ok(())
}

/// Whether a bar is shown.
pub(super) fn show(globals: &Globals) -> Show {
    if globals.quiet || globals.json { Show::Never } else { Show::OnTerminal }
}

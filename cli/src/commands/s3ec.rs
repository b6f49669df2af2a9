//! `reelseal s3ec`: what is done to objects of the S3 Encryption Client without opening them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::Globals;
use crate::error::Error;
use crate::keyservice::{self, LazyService};
use crate::objects::{Location, Place};
use crate::output;
use crate::package::{Existing, interrupt};
use crate::s3ec::{NewKey, PolicyOptions, ReWrap};

/// The arguments of `reelseal s3ec`.
#[derive(Args, Debug)]
pub struct S3ecArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Wrap the data key of an object anew: write another instruction file, and touch nothing else
    ReWrap(ReWrapArgs),
}

#[derive(Args, Debug)]
struct ReWrapArgs {
    /// The object, in S3: its metadata and its instruction file are found by it
    #[arg(value_name = "OBJECT", required_unless_present = "metadata")]
    object: Option<Location>,
    /// The metadata of an object that is not in S3
    #[arg(long, value_name = "FILE", conflicts_with = "object", requires = "instruction_file")]
    metadata: Option<Location>,
    /// The instruction file of the object [default: in S3, KEY.instruction]
    #[arg(long, value_name = "FILE")]
    instruction_file: Option<Location>,
    /// The new instruction file [default: in place of the old one, with --force]
    #[arg(short, long = "output", value_name = "FILE")]
    output: Option<Location>,
    /// The key that wrapped the data key, where AWS KMS did not: an AES key, or an RSA key in PEM
    #[arg(long, value_name = "FILE")]
    wrapping_key: Option<PathBuf>,
    /// The key that must have wrapped the data key [default: whichever did]
    #[arg(long, value_name = "KEY")]
    key_id: Option<String>,
    /// The key of the key service that wraps the data key from now on
    #[arg(long, value_name = "KEY")]
    new_key_id: Option<String>,
    /// The AES key, or the RSA key in PEM, that wraps the data key from now on
    #[arg(long, value_name = "FILE", conflicts_with = "new_key_id")]
    new_wrapping_key: Option<PathBuf>,
    #[command(flatten)]
    policy: PolicyOptions,
}

/// Does what the arguments say.
///
/// # Errors
///
/// What [`ReWrap::run`] says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: S3ecArgs) -> Result<(), Error> {
    interrupt::install();
    let Verb::ReWrap(args) = args.verb;
    // The pairs of the old one are kept: without them its readers would not know it again.
    let context = globals.given_context();
    let of_new = context.filter(|_| args.new_key_id.is_some());
    let objects = globals.objects();
    if let Some(Location::Local(path)) = &args.object {
        let error = Error::usage(format!("{}: not in S3", path.display()));
        return Err(error.hint("--metadata FILE and --instruction-file FILE, of another object"));
    }
    let place = |location| objects.place(location);
    let request = ReWrap {
        object: args.object.map(place),
        metadata: args.metadata.map(place),
        instruction_file: args.instruction_file.map(place),
        out: args.output.map(place),
        existing: Existing::from_force(globals.force),
        new_key: NewKey::of(args.new_key_id, args.new_wrapping_key, of_new, NEW_KEY)?,
        wrapping_key: args.wrapping_key,
        key_id: args.key_id,
        context: context.cloned(),
        policy: args.policy,
    };
    let service = LazyService::new(|| {
        let service = keyservice::open(globals)?;
        let file = request.object.as_ref().or(request.metadata.as_ref());
        Ok(Box::new(service.for_file(file.map(ToString::to_string).unwrap_or_default())))
    });
    let report = request.run(&service)?;
    let text = (!globals.quiet).then(|| report.to_text());
    let taken = request.out.as_ref().is_some_and(Place::is_dash);
    output::print_report(globals, taken, &report.to_json(), &[], text.as_deref())
}

const NEW_KEY: &str = "--new-key-id KEY or --new-wrapping-key FILE";

//! `reelseal hls`: protect, open and check HLS packages.

use std::num::NonZeroU64;

use clap::{Args, Subcommand, ValueEnum};

use super::key_storage::{KeyStoragePolicy, storage};
use super::rekey::{self, RekeyArgs};
use crate::args::Globals;
use crate::error::Error;
use crate::hls::plan::{Choices, Init, IvMode};
use crate::hls::protect::{GivenKey, KeyStorage, Protect};
use crate::hls::summary::Summary;
use crate::hls::unprotect::Unprotect;
use crate::hls::verify::{Verdict, Verify};
use crate::keyservice::{self, LazyService, WrappedKey};
use crate::objects::{Location, Place, Sse};
use crate::output;
use crate::package::{Existing, interrupt};
use crate::progress::Show;

/// The arguments of `reelseal hls`.
#[derive(Args, Debug)]
pub struct HlsArgs {
    /// What to do with the package.
    #[command(subcommand)]
    pub command: HlsCommand,
}

/// What to do with an HLS package.
#[derive(Debug, Subcommand)]
pub enum HlsCommand {
    /// Encrypt every segment that a playlist leads to, with METHOD=AES-128
    Protect(ProtectArgs),
    /// Decrypt a package: one of reelseal's to the byte, or anyone's as players open it
    Unprotect(UnprotectArgs),
    /// Protect a package anew, under fresh data keys, without its clear bytes on any disk
    Rekey(RekeyArgs),
    /// Check a package and name every fault; write nothing
    Verify(VerifyArgs),
}

/// The arguments of `reelseal hls protect`.
#[derive(Args, Debug)]
pub struct ProtectArgs {
    /// The multivariant playlist of the package, or a media playlist: a path, or s3://bucket/key
    playlist: Location,
    /// The folder, or s3://bucket/prefix/, to write the protected package into
    #[arg(short, long = "output", value_name = "DIR")]
    output: Location,
    /// The key that wraps the data key: key id, key ARN, alias name or alias ARN
    #[arg(long, value_name = "KEY", default_value = "alias/reelseal")]
    key_id: String,
    /// A data key to use, wrapped: base64 of a ciphertext blob, or @FILE
    #[arg(long, value_name = "WRAPPED", conflicts_with_all = ["key_id", "rotate_every"])]
    data_key: Option<String>,
    /// MD5 of the wrapped data key, base64, to be checked
    #[arg(long, value_name = "B64", requires = "data_key")]
    key_md5: Option<String>,
    /// The IV of each segment: random (written), sequence (its number, not written), or 32
    /// hexadecimal digits for all, as Elastic Transcoder did
    #[arg(long, value_name = "random|sequence|HEX", default_value = "random", value_parser = iv)]
    iv: IvMode,
    /// Where players find the key [default: NoStore with a URL, else WithVariantPlaylists]
    #[arg(long, value_name = "POLICY")]
    key_storage_policy: Option<KeyStoragePolicy>,
    /// The URL of the key, written as it is; {key} in it becomes the number of the key
    #[arg(long, value_name = "URL")]
    license_acquisition_url: Option<String>,
    /// A new data key after every N segments
    #[arg(long, value_name = "N")]
    rotate_every: Option<NonZeroU64>,
    /// Whether EXT-X-MAP initialization sections are encrypted too
    #[arg(long, default_value = "clear")]
    init: InitArg,
    #[command(flatten)]
    sse: Sse,
}

/// What becomes of initialization sections.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum InitArg {
    /// They stay clear
    Clear,
    /// They are encrypted with an IV of their own
    Encrypted,
}

/// The arguments of `reelseal hls unprotect`.
#[derive(Args, Debug)]
pub struct UnprotectArgs {
    /// A playlist of the package; all that the package holds is opened
    playlist: Location,
    /// The folder, or s3://bucket/prefix/, to write the clear package into
    #[arg(short, long = "output", value_name = "DIR")]
    output: Location,
    #[command(flatten)]
    opening: OpeningArgs,
    #[command(flatten)]
    sse: Sse,
}

/// The arguments of `reelseal hls verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The playlist of the package
    playlist: Location,
    #[command(flatten)]
    opening: OpeningArgs,
}

/// Where the keys of a package are.
#[derive(Args, Debug)]
pub(super) struct OpeningArgs {
    /// The package's record [default: reelseal.json beside the playlist, where it is there]
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<Location>,
    /// The key: a file of 16 bytes [default: unwrap the record's, or read the package's own]
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<Location>,
}

/// Does what the arguments say.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: HlsArgs) -> Result<(), Error> {
    interrupt::install();
    match args.command {
        HlsCommand::Protect(args) => protect(globals, args),
        HlsCommand::Unprotect(args) => unprotect(globals, args),
        HlsCommand::Rekey(args) => rekey::run(globals, args),
        HlsCommand::Verify(args) => verify(globals, args),
    }
}

fn protect(globals: &Globals, args: ProtectArgs) -> Result<(), Error> {
    let url = args.license_acquisition_url.as_deref();
    let storage = storage(args.key_storage_policy, url, args.rotate_every.is_some())?;
    let objects = globals.objects_with(&args.sse);
    let request = Protect {
        playlist: objects.place(args.playlist),
        out: objects.output(args.output)?,
        existing: Existing::from_force(globals.force),
        key_id: args.key_id,
        data_key: data_key(args.data_key.as_deref(), args.key_md5)?,
        context: globals.encryption_context.clone(),
        choices: Choices {
            iv: args.iv,
            rotate_every: args.rotate_every,
            init: match args.init {
                InitArg::Clear => Init::Clear,
                InitArg::Encrypted => Init::Encrypted,
            },
        },
        storage: storage.unwrap_or(KeyStorage::WithVariantPlaylists),
        show: show(globals),
    };
    let summary = request.run(&service(globals, &request.playlist))?;
    print(globals, &summary)
}

/// A wrapped data key of the user's, and its MD5.
pub(super) fn data_key(text: Option<&str>, md5: Option<String>) -> Result<Option<GivenKey>, Error> {
    text.map(|text| Ok((WrappedKey::read(text)?.0, md5))).transpose()
}

fn unprotect(globals: &Globals, args: UnprotectArgs) -> Result<(), Error> {
    let objects = globals.objects_with(&args.sse);
    let request = Unprotect {
        playlist: objects.place(args.playlist),
        out: objects.output(args.output)?,
        existing: Existing::from_force(globals.force),
        record: args.opening.record.map(|record| objects.place(record)),
        key_file: args.opening.key_file.map(|key_file| objects.place(key_file)),
        context: globals.encryption_context.clone(),
        show: show(globals),
    };
    let summary = request.run(&service(globals, &request.playlist))?;
    print(globals, &summary)
}

fn verify(globals: &Globals, args: VerifyArgs) -> Result<(), Error> {
    let objects = globals.objects();
    let request = Verify {
        playlist: objects.place(args.playlist),
        record: args.opening.record.map(|record| objects.place(record)),
        key_file: args.opening.key_file.map(|key_file| objects.place(key_file)),
        context: globals.encryption_context.clone(),
        show: show(globals),
    };
    let Verdict { summary, faults } = request.run(&service(globals, &request.playlist))?;
    let Some(first) = faults.first() else {
        return print(globals, &summary);
    };
    if globals.json {
        let mut verdict = summary.to_json();
        verdict["faults"] = faults.iter().map(|fault| fault.to_json()["error"].clone()).collect();
        output::print_json(&verdict, true)?;
        return Err(first.clone());
    }
    if let [only] = &faults[..] {
        return Err(only.clone());
    }
    faults.iter().for_each(|fault| output::print_error(fault, false));
    // The caller prints this one, and its kind is the exit code.
    Err(first.clone().at(format!("{} faults, the first", faults.len())))
}

pub(super) fn print(globals: &Globals, summary: &Summary) -> Result<(), Error> {
    if globals.json {
        return output::print_json(&summary.to_json(), true);
    }
    for warning in &summary.warnings {
        output::print_warning(warning);
    }
    if globals.quiet { Ok(()) } else { output::print_line(&summary.to_text()) }
}

/// The key service, opened when it is needed; its records will name `playlist`.
pub(super) fn service<'a>(globals: &'a Globals, playlist: &'a Place) -> LazyService<'a> {
    LazyService::new(|| {
        let service = keyservice::open(globals)?.for_file(playlist.to_string());
        Ok(Box::new(service))
    })
}

pub(super) fn show(globals: &Globals) -> Show {
    if globals.quiet || globals.json { Show::Never } else { Show::OnTerminal }
}

/// `random`, `sequence`, or 32 hexadecimal digits with or without `0x`.
pub(super) fn iv(text: &str) -> Result<IvMode, String> {
    match text {
        "random" => return Ok(IvMode::Random),
        "sequence" => return Ok(IvMode::Sequence),
        _ => (),
    }
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let plain = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match plain.then(|| u128::from_str_radix(digits, 16)) {
        Some(Ok(number)) => Ok(IvMode::Constant(number.to_be_bytes())),
        _ => Err("an IV is random, sequence, or exactly 32 hexadecimal digits".to_owned()),
    }
}

//! `reelseal encrypt` and `decrypt` of messages of the AWS Encryption SDK: from arguments to a
//! request.

use super::decrypt::{DecryptArgs, refuse_terminal, show};
use super::encrypt::{DEFAULT_KEY, EncryptArgs, ModeArg};
use crate::args::Globals;
use crate::error::Error;
use crate::esdk::{self, Decrypt, Encrypt};
use crate::files::{Format, record_beside};
use crate::keyservice::{self, LazyService};
use crate::objects::Place;
use crate::output;
use crate::package::Existing;

/// Seals a message.
pub(super) fn encrypt(globals: &Globals, args: EncryptArgs, out: Place) -> Result<(), Error> {
    let foreign = [
        (args.data_key.is_some(), "--data-key"),
        (args.data_key_bits.is_some(), "--data-key-bits"),
        (args.record.is_some(), "--record"),
        (args.format != Format::default(), "--format"),
    ];
    let foreign = foreign.into_iter().find(|(given, _)| *given).map(|(_, option)| option);
    if let Some(option) = foreign.or(args.s3ec.given()) {
        return Err(Error::usage(format!("{option} does not go with --mode esdk"))
            .hint("a message has a data key of its own, of 256 bits, and is its own record"));
    }
    let wrapping_key = args.esdk.read_key(args.wrapping_key.as_deref())?;
    let key_ids = match (&wrapping_key, args.key_id) {
        (None, none) if none.is_empty() => vec![DEFAULT_KEY.to_owned()],
        (_, key_ids) => key_ids,
    };
    let request = Encrypt {
        input: out.at(args.input),
        out,
        existing: Existing::from_force(globals.force),
        key_ids,
        wrapping_key,
        frame_len: args.esdk.frame_length,
        context: globals.encryption_context.clone(),
        show: show(globals),
    };
    let service = LazyService::new(|| {
        let service = keyservice::open(globals)?;
        Ok(Box::new(service.for_file(request.input.to_string())))
    });
    let report = request.run(&service)?;
    let text = (!globals.quiet).then(|| report.to_text());
    output::print_report(globals, request.out.is_dash(), &report.to_json(), &[], text.as_deref())
}

/// Whether the file is a message: by what is said, or else by its first bytes, where nothing is
/// said of another mode.
pub(super) fn is_message(args: &DecryptArgs, input: &Place) -> Result<bool, Error> {
    match args.mode {
        Some(ModeArg::Esdk) if args.data_key.is_none() => Ok(true),
        Some(_) => Ok(false),
        None if args.record.is_some() || args.data_key.is_some() => Ok(false),
        // It says itself what it is, once it is read.
        None if input.is_dash() => Ok(true),
        None if record_beside(input)?.exists()? => Ok(false),
        None => esdk::is_message_at(input),
    }
}

/// Opens a message.
pub(super) fn decrypt(
    globals: &Globals,
    args: DecryptArgs,
    input: Place,
    out: Place,
) -> Result<(), Error> {
    refuse_terminal(&out)?;
    if let Some(option) = args.s3ec.given() {
        return Err(Error::usage(format!("{option} is for an object of the S3 Encryption Client"))
            .hint("--metadata FILE names the fields of the object"));
    }
    let wrapping_key = args.esdk.read_key(args.wrapping_key.as_deref())?;
    let required = [globals.given_context().cloned(), args.esdk.required_context];
    let request = Decrypt {
        input,
        out,
        existing: Existing::from_force(globals.force),
        key_id: args.key_id,
        wrapping_key,
        required: required.into_iter().flatten().collect(),
        frames: args.esdk.frames,
        show: show(globals),
    };
    let service = LazyService::new(|| {
        let service = keyservice::open(globals)?;
        Ok(Box::new(service.for_file(request.input.to_string())))
    });
    let report = request.run(&service)?;
    let text = (!globals.quiet).then(|| report.to_text());
    output::print_report(globals, request.out.is_dash(), &report.to_json(), &[], text.as_deref())?;
    if !globals.quiet && !globals.json {
        output::print_remark(&report.proof());
    }
    Ok(())
}

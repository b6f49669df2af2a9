//! Protect and open HLS packages and media files under wrapped data keys.
//!
//! ```text
//! arguments ─▶ commands ─▶ keyservice ─▶ audit ─▶ output
//!              what to do   whose key     on record
//! ```
//! The only crate of the workspace with files, clock, randomness and a terminal.

pub mod args;
pub mod audit;
pub mod aws;
pub mod base64;
mod clock;
pub mod commands;
pub mod error;
pub mod esdk;
pub mod files;
pub mod hls;
pub mod inspect;
pub mod job;
pub mod keyservice;
mod memory;
pub mod objects;
pub mod output;
pub mod package;
pub mod progress;
pub mod random;
pub mod s3ec;
pub mod selftest;
pub mod serve;
pub mod sniff;
pub mod store;
mod threads;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches};

use args::Cli;
use error::Error;

/// Runs one command line, the program's name first, and says how the process should end.
///
/// Results go to standard output, errors to standard error; see [`error::Kind::exit_code`].
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    memory::protect();
    let args: Vec<OsString> = args.into_iter().collect();
    let json = args.iter().any(|arg| arg == "--json");
    let done = match parse(args) {
        Ok(cli) => commands::run(cli),
        Err(error) if json && error.use_stderr() => Err(usage(&error)),
        Err(error) => {
            // Nothing is left to tell when the terminal itself is gone.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::print_error(&error, json);
            ExitCode::from(error.kind().exit_code())
        }
    }
}

/// The command line, and which of its defaults were given by the user.
fn parse(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches_from(args)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let source = matches.value_source("encryption_context");
    cli.globals.context_is_given = source != Some(ValueSource::DefaultValue);
    Ok(cli)
}

/// Clap's message without its usage text: the part that fits on the one line of `--json`.
fn usage(error: &clap::Error) -> Error {
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Error::usage("a command is missing").hint("--help shows the commands");
    }
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    Error::usage(line.strip_prefix("error: ").unwrap_or(line))
}

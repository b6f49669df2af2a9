//! One file per command: from arguments to a result on standard output.

pub mod audit;
pub mod decrypt;
pub mod encrypt;
mod esdk;
pub mod hls;
pub mod inspect;
pub mod job;
pub mod job_run;
pub mod key;
mod key_storage;
pub mod kms;
pub mod kms_serve;
pub mod rekey;
pub mod s3ec;
pub mod selftest;
mod shell;
pub mod store;
pub mod tether;

use crate::args::{Cli, Command};
use crate::error::Error;
use crate::threads;

/// Does what the command line says.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(cli: Cli) -> Result<(), Error> {
    cli.globals.threads.map_or(Ok(()), threads::limit)?;
    match cli.command {
        Command::Key(args) => key::run(&cli.globals, args),
        Command::Kms(args) => kms::run(&cli.globals, args),
        Command::Encrypt(args) => encrypt::run(&cli.globals, args),
        Command::Decrypt(args) => decrypt::run(&cli.globals, args),
        Command::Hls(args) => hls::run(&cli.globals, args),
        Command::Job(args) => job::run(&cli.globals, args),
        Command::S3ec(args) => s3ec::run(&cli.globals, args),
        Command::Inspect(args) => inspect::run(&cli.globals, &args),
        Command::Tether(args) => tether::run(&args),
        Command::Store(args) => store::run(&cli.globals, args),
        Command::Audit(args) => audit::run(&cli.globals, args),
        Command::Selftest => selftest::run(&cli.globals),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { dir } => shell::man(dir.as_deref()),
    }
}

//! One file per command: from arguments to a result on standard output.

pub mod hls;
mod shell;

use crate::args::{Cli, Command};
use crate::error::Error;

/// Does what the command line says.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Hls(args) => hls::run(&cli.globals, args),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { dir } => shell::man(dir.as_deref()),
    }
}

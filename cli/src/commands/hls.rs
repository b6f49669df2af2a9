//! `reelseal hls`: protect, open and check HLS packages.

use clap::{Args, Subcommand};

use crate::args::Globals;
use crate::error::Error;

/// The arguments of `reelseal hls`.
#[derive(Args, Debug)]
pub struct HlsArgs {
    /// What to do with the package.
    #[command(subcommand)]
    pub command: HlsCommand,
}

/// What to do with an HLS package.
#[derive(Debug, Subcommand)]
pub enum HlsCommand {}

/// Does what the arguments say.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(_globals: &Globals, args: HlsArgs) -> Result<(), Error> {
    match args.command {}
}

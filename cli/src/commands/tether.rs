//! `reelseal tether`: becomes another program, which the system kills when our parent dies.
//!
//! Not for users. A child can only ask for this itself, between fork and exec, where safe Rust
//! cannot run; so we are started in its place, ask, and become it. Linux and FreeBSD keep the
//! wish across exec; elsewhere a transcoder outlives a parent that is killed by SIGKILL.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use clap::Args;
use rustix::process::{Pid, getppid};

use crate::error::Error;

/// The arguments of `reelseal tether`.
#[derive(Args, Debug)]
pub struct TetherArgs {
    /// The process that started us
    parent: i32,
    /// The program, and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

/// Becomes the program.
///
/// # Errors
///
/// The parent is gone, or the program cannot be run: else this does not return.
pub fn run(args: &TetherArgs) -> Result<(), Error> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Error::usage("a program is missing"));
    };
    die_with_parent();
    // It may have died before we asked.
    if getppid() != Pid::from_raw(args.parent) {
        return Err(Error::system("the program that started this one is gone"));
    }
    let error = Command::new(program).args(arguments).exec();
    Err(Error::io("cannot run", Path::new(program), &error))
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn die_with_parent() {
    use rustix::process::{Signal, set_parent_process_death_signal};
    // Where it fails, the program still ends when we ask it to.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn die_with_parent() {}

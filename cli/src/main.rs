//! The `reelseal` program: arguments in, exit code out. All else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    reelseal::run(std::env::args_os())
}

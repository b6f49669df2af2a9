//! `reelseal selftest`: known answers, on this machine.

use crate::args::Globals;
use crate::error::Error;
use crate::{output, selftest};

/// Checks everything, and says what came of it.
///
/// # Errors
///
/// A check failed (exit code 1), or standard output did.
pub fn run(globals: &Globals) -> Result<(), Error> {
    let report = selftest::run();
    match (globals.json, globals.quiet) {
        (true, _) => output::print_json(&report.to_json(), true)?,
        (false, true) => {}
        (false, false) => output::print_line(&report.to_text())?,
    }
    report.verdict()
}

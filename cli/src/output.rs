//! What the user sees: results on standard output, errors and notes on standard error.

use std::io::{self, Write};

use zeroize::Zeroizing;

use crate::error::Error;

/// Prints `value` to standard output: indented for eyes, on one line with `--json`.
///
/// # Errors
///
/// Standard output failed.
pub fn print_json(value: &serde_json::Value, compact: bool) -> Result<(), Error> {
    let text = if compact { value.to_string() } else { format!("{value:#}") };
    print_line(&Zeroizing::new(text))
}

/// Prints `text` and a newline to standard output, and flushes it.
///
/// # Errors
///
/// Standard output failed: the reader of the pipe is gone, or the disk is full.
pub fn print_line(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Error::system(format!("cannot write to standard output: {error}")))
}

/// Prints `error` to standard error: two lines for eyes, one of JSON for machines.
pub fn print_error(error: &Error, json: bool) {
    let mut text = if json { error.to_json().to_string() } else { format!("error: {error}") };
    if let (false, Some(hint)) = (json, error.next_step()) {
        text.push_str("\n  hint: ");
        text.push_str(hint);
    }
    // Where standard error is gone, the exit code still speaks.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

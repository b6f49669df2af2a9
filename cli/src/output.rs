//! What the user sees: results on standard output, errors and notes on standard error.

use std::io::{self, Write};

use serde::Serialize;
use zeroize::Zeroizing;

use crate::args::Globals;
use crate::error::Error;

/// Prints `value` to standard output: indented for eyes, on one line with `--json`.
///
/// # Errors
///
/// Standard output failed.
pub fn print_json<T: Serialize>(value: &T, compact: bool) -> Result<(), Error> {
    // Room for the largest answer with a plaintext in it: a vector that grows leaves copies.
    let mut text = Zeroizing::new(Vec::with_capacity(64 * 1024));
    let printed = match compact {
        true => serde_json::to_writer(&mut *text, value),
        false => serde_json::to_writer_pretty(&mut *text, value),
    };
    printed.map_err(|error| Error::bug(format!("an answer is not JSON: {error}")))?;
    text.push(b'\n');
    print(&text)
}

/// Prints `text` and a newline to standard output.
///
/// # Errors
///
/// Standard output failed: the reader of the pipe is gone, or the disk is full.
pub fn print_line(text: &str) -> Result<(), Error> {
    print(format!("{text}\n").as_bytes())
}

/// Prints `rows` to standard output, their columns two spaces apart.
///
/// # Errors
///
/// Standard output failed.
pub fn print_table<const N: usize>(rows: &[[String; N]]) -> Result<(), Error> {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    print(text.as_bytes())
}

/// Prints what a run did: to standard output, or, where that is `taken` by its bytes, to standard
/// error. With `--json` that is `report` on one line, else the warnings and `text`.
///
/// # Errors
///
/// Standard output failed.
pub fn print_report(
    globals: &Globals,
    taken: bool,
    report: &serde_json::Value,
    warnings: &[String],
    text: Option<&str>,
) -> Result<(), Error> {
    let json = globals.json.then(|| report.to_string());
    if json.is_none() {
        warnings.iter().for_each(|warning| print_warning(warning));
    }
    match json.as_deref().or(text) {
        Some(text) if taken => print_remark(text),
        Some(text) => return print_line(text),
        None => {}
    }
    Ok(())
}

/// Prints a sentence to standard error.
pub fn print_remark(text: &str) {
    // Where standard error is gone, nobody is left to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints a warning to standard error.
pub fn print_warning(warning: &str) {
    // A warning that nobody can read is no reason to fail.
    let _ = writeln!(io::stderr().lock(), "warning: {warning}");
}

/// Prints what is being done to standard error, for those who asked with `-v`.
pub fn note(globals: &Globals, text: &str) {
    if globals.verbose > 0 {
        // Where standard error is gone, nobody is left to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// A duration in seconds as answers have it: to the microsecond.
pub(crate) fn seconds(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// What a stranger wrote, as one line of at most `max` characters that does nothing to a terminal.
pub(crate) fn printable(text: &str, max: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(max).collect()
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

/// Writes past the buffer of Rust's standard output, which is not erased.
fn print(text: &[u8]) -> Result<(), Error> {
    unbuffered(text)
        .map_err(|error| Error::system(format!("cannot write to standard output: {error}")))
}

#[cfg(unix)]
fn unbuffered(text: &[u8]) -> io::Result<()> {
    use std::os::fd::AsFd;
    let mut out = io::stdout().lock();
    out.flush()?;
    std::fs::File::from(out.as_fd().try_clone_to_owned()?).write_all(text)
}

#[cfg(not(unix))]
fn unbuffered(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()
}

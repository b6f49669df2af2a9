//! The record of every use of a key: one line of JSON each, in the shape of AWS CloudTrail.
//!
//! Each line holds the SHA-256 of the line before it, so that one altered, removed or moved later
//! is found by [`verify`]. What a chain cannot show by itself is that its *last* lines were cut
//! off or rewritten: note the [`Head`] elsewhere, and compare.

mod record;
mod verify;

pub use record::Record;
pub use verify::{Fault, Head, verify};

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::keyservice::private;

/// An audit log: a file that only grows. Several processes may append to it at a time.
#[derive(Clone, Debug)]
pub struct AuditLog(PathBuf);

impl AuditLog {
    /// The log in the file `path`, which the first record makes.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Appends `record`. When this returns, the line is on the disk.
    ///
    /// # Errors
    ///
    /// The line cannot be written and synced, or the last line is none of ours. Then nothing
    /// was appended, and what was to be recorded must not happen.
    pub fn append(&self, record: &Record<'_>) -> Result<(), Error> {
        let cannot_write = |error| Error::io("cannot write the audit log", &self.0, &error);
        let is_new = !self.0.exists();
        let mut file = private::owner_only(&mut OpenOptions::new())
            .read(true)
            .append(true)
            .create(true)
            .open(&self.0)
            .map_err(cannot_write)?;
        // Held until `file` is closed.
        file.lock().map_err(cannot_write)?;
        let (end, last) = last_line(&mut file).map_err(cannot_write)?;
        let head = Head::after(&last).ok_or_else(|| self.not_ours())?;
        // A line without an end was cut short by a crash, and its key never left.
        file.set_len(end).map_err(cannot_write)?;
        let mut line = record.to_json(&head).to_string();
        line.push('\n');
        if let Err(error) = file.write_all(line.as_bytes()).and_then(|()| file.sync_data()) {
            // Best effort: half a line is dropped by the next record too.
            let _ = file.set_len(end);
            return Err(cannot_write(error));
        }
        if is_new { private::sync_folder(&self.0) } else { Ok(()) }
    }

    /// Where the log lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn not_ours(&self) -> Error {
        let message = format!("{}: its last line is not of an audit log", self.0.display());
        Error::system(message).hint("move this file away, and look at who wrote into it")
    }
}

/// The last line that has an end, without it; and the offset after that end. Both empty at first.
fn last_line(file: &mut File) -> io::Result<(u64, Vec<u8>)> {
    let len = file.seek(SeekFrom::End(0))?;
    let mut window = WINDOW;
    loop {
        let from = len.saturating_sub(window);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        (&mut *file).take(window).read_to_end(&mut tail)?;
        let mut ends = tail.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
        let (last, before) = (ends.next(), ends.next());
        let start = match (last, before) {
            (Some(_), Some((before, _))) => before + 1,
            (Some(_), None) if from == 0 => 0,
            (None, _) if from == 0 => return Ok((0, Vec::new())),
            _ => {
                window = window.saturating_mul(4);
                continue;
            }
        };
        let end = last.map_or(0, |(end, _)| end);
        let line = tail.get(start..end).unwrap_or_default().to_vec();
        return Ok((from + u64::try_from(end + 1).unwrap_or(0), line));
    }
}

/// The number and the digest that the chain has reached in `line`, if it is one of ours.
fn position(line: &[u8]) -> Option<(u64, String)> {
    let json: Value = serde_json::from_slice(line).ok()?;
    let own = json.get("reelseal")?;
    Some((own.get("seq")?.as_u64()?, own.get("previous")?.as_str()?.to_owned()))
}

fn sha256(line: &[u8]) -> String {
    Sha256::digest(line).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// More than most lines have, in bytes.
const WINDOW: u64 = 16 * 1024;


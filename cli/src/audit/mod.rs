//! The record of every use of a key: one line of JSON each, in the shape of AWS CloudTrail.
//!
//! Each line holds the SHA-256 of the line before it, so that one altered, removed or moved later
//! is found by [`verify`]. What a chain cannot show by itself is that its *last* lines were cut
//! off or rewritten: note the [`Head`] elsewhere, and compare.

mod query;
pub(crate) mod read;
mod record;
mod verify;

pub use query::{ErrorFilter, Found, Query};
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
pub struct AuditLog {
    path: PathBuf,
    region: String,
    caller: Option<Caller>,
}

/// Who asked over the network, as far as the server that answers knows.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The access key that signed the request.
    pub access_key_id: String,
    /// Who that access key was made for.
    pub user: String,
    /// Where the request came from: an IP address.
    pub source_ip: String,
    /// What the client says that it is.
    pub user_agent: String,
    /// The server's id of the request, which the client was told.
    pub request_id: String,
}

impl AuditLog {
    /// The log in the file `path`, which the first record makes.
    pub fn new(path: PathBuf) -> Self {
        Self { path, region: record::LOCAL_REGION.to_owned(), caller: None }
    }

    /// The same log, for calls of the service in `region`.
    #[must_use]
    pub fn in_region(self, region: impl Into<String>) -> Self {
        Self { region: region.into(), ..self }
    }

    /// The same log, for what `caller` asks over the network.
    #[must_use]
    pub fn on_behalf_of(&self, caller: Caller) -> Self {
        Self { caller: Some(caller), ..self.clone() }
    }

    /// Appends `record`. When this returns, the line is on the disk.
    ///
    /// # Errors
    ///
    /// The line cannot be written and synced, or the last line is none of ours. Then nothing
    /// was appended, and what was to be recorded must not happen.
    pub fn append(&self, record: &Record<'_>) -> Result<(), Error> {
        let cannot_write = |error| Error::io("cannot write the audit log", &self.path, &error);
        let mut file = private::owner_only(&mut OpenOptions::new())
            .read(true)
            .append(true)
            .create(true)
            .open(&self.path)
            .map_err(cannot_write)?;
        // Held until `file` is closed.
        file.lock().map_err(cannot_write)?;
        let tail = Tail::read(&mut file).map_err(cannot_write)?;
        let head = Head::after(tail.line.as_deref()).filter(|_| is_torn(&tail.rest));
        let head = head.ok_or_else(|| self.not_ours())?;
        if !tail.rest.is_empty() {
            file.set_len(tail.end).map_err(cannot_write)?;
        }
        let mut line = record.to_json(&head, self).to_string();
        line.push('\n');
        if let Err(error) = file.write_all(line.as_bytes()).and_then(|()| file.sync_data()) {
            // Best effort: half a line is dropped by the next record too.
            let _ = file.set_len(tail.end);
            return Err(cannot_write(error));
        }
        // The first line makes the file's name last too.
        if tail.end == 0 { private::sync_folder(&self.path) } else { Ok(()) }
    }

    /// Where the log lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn not_ours(&self) -> Error {
        let message = format!("{}: its last line is not of an audit log", self.path.display());
        Error::system(message).hint("move this file away, and look at who wrote into it")
    }
}

/// The end of a log.
struct Tail {
    /// The last line that has an end, without it.
    line: Option<Vec<u8>>,
    /// The offset after that end.
    end: u64,
    /// What follows it.
    rest: Vec<u8>,
}

impl Tail {
    fn read(file: &mut File) -> io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        let mut window = WINDOW;
        loop {
            let from = len.saturating_sub(window);
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            (&mut *file).take(len - from).read_to_end(&mut bytes)?;
            if let Some(tail) = Self::find(from, &bytes) {
                return Ok(tail);
            }
            window = window.saturating_mul(4);
        }
    }

    /// Looks for the last line in `bytes`, which begin at the offset `from`. `None`: it begins
    /// before them.
    fn find(from: u64, bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.rsplitn(3, |byte| *byte == b'\n');
        let rest = parts.next()?.to_vec();
        let line = parts.next().map(<[u8]>::to_vec);
        if from != 0 && parts.next().is_none() {
            return None;
        }
        let end = from + u64::try_from(bytes.len() - rest.len()).ok()?;
        Some(Self { line, end, rest })
    }
}

/// Whether a line without an end is one that a crash cut short, so that its key never left: the
/// beginning of a record, or the zeros of a file that grew before it was filled.
fn is_torn(rest: &[u8]) -> bool {
    rest.iter().zip(FIRST_FIELD).all(|(a, b)| a == b) || rest.iter().all(|byte| *byte == 0)
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

/// What every record begins with.
const FIRST_FIELD: &[u8] = b"{\"eventVersion\":";

/// More than most lines have, in bytes.
const WINDOW: u64 = 16 * 1024;

//! What a run did, in figures.

use serde_json::{Value, json};

use super::rewrite::DoneFiles;
use crate::output;
use crate::package::Published;

/// What a run did.
#[derive(Debug)]
pub struct Summary {
    command: &'static str,
    playlist: String,
    out: String,
    /// Playlists of the package.
    pub playlists: usize,
    /// Files that are not playlists.
    pub files: usize,
    /// Segments that were encrypted or decrypted.
    pub segments: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes written, but for playlists, keys and the record.
    pub bytes_written: u64,
    /// From first to last.
    pub seconds: f64,
    /// The key that wrapped the data keys, where a key service was asked.
    pub key_arn: Option<String>,
    /// Key files that lie in the package.
    pub key_files: Vec<String>,
    /// Calls to the key service.
    pub calls: Calls,
    /// What shows that the right bytes came out.
    pub proof: Option<Proof>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Calls to the key service, by operation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calls {
    /// `GenerateDataKey`.
    pub generate_data_key: u32,
    /// `Decrypt`.
    pub decrypt: u32,
}

/// What shows that the right bytes came out of a decryption.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proof {
    /// The SHA-256 of every segment is that of the record, whose seal holds under a key that the
    /// key service unwrapped or the user named.
    Hashes,
    /// The same, under a key that lies in the package itself: whoever could replace the package
    /// could have replaced its key, its record and its seal with it.
    OwnKey,
    /// Padding, and every segment begins as a media container does.
    Container,
    /// Padding alone: of 256 wrong keys, one passes.
    Padding,
}

impl Proof {
    fn name(self) -> &'static str {
        match self {
            Self::Hashes => "sha256",
            Self::OwnKey => "sha256-own-key",
            Self::Container => "container",
            Self::Padding => "padding",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Hashes => "proved: every byte has the SHA-256 of the sealed record",
            Self::OwnKey => {
                "checked: every byte has the SHA-256 of the record, but only the package's own \
                 key vouches for the record; whoever could replace the package could make both"
            }
            Self::Container => {
                "checked: padding, and each segment begins as media does; altered bytes inside \
                 a segment would not show"
            }
            Self::Padding => {
                "checked: padding only; some segments do not begin as known media, so that a \
                 wrong key or altered bytes may not show"
            }
        }
    }
}

impl Summary {
    /// Of a run that has not done anything yet.
    pub fn new(command: &'static str, playlist: impl ToString, out: impl ToString) -> Self {
        Self {
            command,
            playlist: playlist.to_string(),
            out: out.to_string(),
            playlists: 0,
            files: 0,
            segments: 0,
            bytes_read: 0,
            bytes_written: 0,
            seconds: 0.0,
            key_arn: None,
            key_files: Vec::new(),
            calls: Calls::default(),
            proof: None,
            warnings: Vec::new(),
        }
    }

    /// Takes the figures of the work.
    pub fn count(&mut self, files: &DoneFiles, playlists: usize, segments: u64, read: u64) {
        self.playlists = playlists;
        self.files = files.len();
        self.segments = segments;
        self.bytes_read = read;
        self.bytes_written = files.values().flatten().map(|piece| piece.to.length).sum();
    }

    /// Takes what the file system said of the new folder.
    pub fn published(&mut self, published: Published) {
        if let Some((path, error)) = published.leftover {
            self.warnings.push(format!(
                "the package that was replaced could not be removed: {}: {error}",
                path.display()
            ));
        }
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({
            "command": self.command,
            "playlist": self.playlist,
            "output": self.out,
            "playlists": self.playlists,
            "files": self.files,
            "segments": self.segments,
            "bytes": self.bytes_read,
            "bytesWritten": self.bytes_written,
            "seconds": output::seconds(self.seconds),
            "keyArn": self.key_arn,
            "keyFiles": self.key_files,
            "keyServiceCalls": {
                "GenerateDataKey": self.calls.generate_data_key,
                "Decrypt": self.calls.decrypt,
            },
            "proof": self.proof.map(Proof::name),
            "warnings": self.warnings,
        })
    }

    /// For eyes.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{}: {} segments, {} files, {} playlists, {} in {:.2} s\n",
            self.out,
            self.segments,
            self.files,
            self.playlists,
            indicatif::HumanBytes(self.bytes_read),
            self.seconds,
        );
        if let Some(arn) = &self.key_arn {
            let Calls { generate_data_key, decrypt } = self.calls;
            text += &format!("key: {arn}\n");
            text +=
                &format!("key service: {generate_data_key} GenerateDataKey, {decrypt} Decrypt\n");
        }
        if let [first, others @ ..] = self.key_files.as_slice() {
            let others = if others.is_empty() { "" } else { " and others" };
            text +=
                &format!("key file: {first}{others}; whoever can read the package can play it\n");
        }
        if let Some(proof) = self.proof {
            text += proof.sentence();
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

//! What a run did, and what that proves.

use std::num::NonZeroU32;

use indicatif::HumanBytes;
use reelseal_core::format::esdk::Suite;
use serde_json::{Value, json};

use crate::keyservice::EncryptionContext;
use crate::objects::Place;
use crate::output::seconds;

/// What an encryption did.
#[derive(Clone, Debug)]
pub struct EncryptReport {
    pub(super) input: Place,
    pub(super) out: Place,
    pub(super) frame_len: NonZeroU32,
    pub(super) bytes: u64,
    pub(super) bytes_written: u64,
    pub(super) seconds: f64,
    pub(super) wrapped_by: Vec<String>,
    pub(super) context: EncryptionContext,
}

impl EncryptReport {
    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({
            "command": "encrypt",
            "input": self.input.name("standard input"),
            "output": self.out.name("standard output"),
            "mode": "esdk",
            "suite": suite(Suite::CommitKey),
            "frameLength": self.frame_len,
            "bytes": self.bytes,
            "bytesWritten": self.bytes_written,
            "seconds": seconds(self.seconds),
            "wrappedBy": self.wrapped_by,
            "encryptionContext": self.context.to_json(),
        })
    }

    /// For eyes.
    pub fn to_text(&self) -> String {
        let Self { out, bytes, seconds, frame_len, .. } = self;
        let mut text = format!(
            "{}: esdk, {} in {seconds:.2} s, frames of {frame_len} bytes",
            out.name("standard output"),
            HumanBytes(*bytes),
        );
        for key in &self.wrapped_by {
            text += &format!("\nkey: {key}");
        }
        text + &format!("\nencryption context, in the message for all to read: '{}'", self.context)
    }
}

/// How much of a message was opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Extent {
    /// All.
    All,
    /// From this frame to that, both included.
    Frames(u32, u32),
}

/// What a decryption did.
#[derive(Clone, Debug)]
pub struct DecryptReport {
    pub(super) input: Place,
    pub(super) out: Place,
    pub(super) suite: Suite,
    /// `None`: the message is one block.
    pub(super) frame_len: Option<NonZeroU32>,
    pub(super) extent: Extent,
    pub(super) bytes_written: u64,
    pub(super) seconds: f64,
    pub(super) key: String,
    pub(super) context: EncryptionContext,
}

impl DecryptReport {
    /// For machines.
    pub fn to_json(&self) -> Value {
        let (frames, proof) = match self.extent {
            Extent::All if self.suite.is_signed() => (None, "signature"),
            Extent::All => (None, "tag"),
            Extent::Frames(first, last) => (Some([first, last]), "frames"),
        };
        json!({
            "command": "decrypt",
            "input": self.input.name("standard input"),
            "output": self.out.name("standard output"),
            "mode": "esdk",
            "suite": suite(self.suite),
            "frameLength": self.frame_len,
            "frames": frames,
            "bytesWritten": self.bytes_written,
            "seconds": seconds(self.seconds),
            "key": self.key,
            "encryptionContext": self.context.to_json(),
            "proof": proof,
            "proofText": self.proof(),
        })
    }

    /// For eyes, without the proof.
    pub fn to_text(&self) -> String {
        let Self { out, bytes_written, seconds, key, context, .. } = self;
        format!(
            "{}: esdk, {} in {seconds:.2} s\nkey: {key}\nencryption context: '{context}'",
            out.name("standard output"),
            HumanBytes(*bytes_written),
        )
    }

    /// What was checked, and what was not.
    pub fn proof(&self) -> String {
        match (self.extent, self.frame_len) {
            (Extent::Frames(first, last), _) => format!(
                "proved: frames {first} to {last} are authentic and in their places; the other \
                 frames, the end of the message and any signature were not looked at"
            ),
            (Extent::All, _) if self.suite.is_signed() => "proved: every byte is authentic, none \
                 is missing, and the signature is that of the message's own public key"
                .to_owned(),
            (Extent::All, Some(_)) => {
                "proved: every frame is authentic and in its place, and none is missing".to_owned()
            }
            (Extent::All, None) => "proved: the tag of every byte is right".to_owned(),
        }
    }
}

fn suite(suite: Suite) -> Value {
    json!({ "id": format!("0x{:04x}", suite.id()), "name": suite.name() })
}

//! What a run did, and what that proves.

use reelseal_core::format::transcoder::{IvUse, Layout, Mode, Tag};
use serde_json::{Value, json};

use super::choose::Reading;
use super::data_key::Md5Of;
use crate::objects::Place;
use crate::output::seconds;

/// What shows that the right bytes came out of a decryption.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proof {
    /// The tag of GCM.
    Tag,
    /// They begin as something known does; of CBC, the padding is good too.
    Content(&'static str),
    /// The padding of CBC: of 256 wrong keys, one passes.
    Padding,
    /// Nothing.
    Nothing,
}

impl Proof {
    fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Content(_) => "content",
            Self::Padding => "padding",
            Self::Nothing => "nothing",
        }
    }

    /// What was checked, and what would not have shown.
    pub fn sentence(self, mode: Mode) -> String {
        match self {
            Self::Tag => "proved: the tag of every byte is right".to_owned(),
            Self::Content(kind) => {
                let padding = if mode == Mode::AesCbcPkcs7 { "padding, and " } else { "" };
                format!(
                    "checked: {padding}the file begins as {kind} does; altered bytes inside \
                     would not show"
                )
            }
            Self::Padding => "checked: padding only; the file does not begin as anything known, \
                              one wrong key in 256 would not show, and altered bytes would not"
                .to_owned(),
            Self::Nothing => format!(
                "nothing is proved: {} has no check, and the file does not begin as anything \
                 known; neither a wrong key nor altered bytes would show",
                mode.as_str()
            ),
        }
    }
}

/// What an encryption did.
#[derive(Debug)]
pub struct EncryptReport {
    pub(super) input: Place,
    pub(super) out: Place,
    pub(super) record: Place,
    pub(super) mode: Mode,
    pub(super) bytes: u64,
    pub(super) bytes_written: u64,
    pub(super) seconds: f64,
    pub(super) key_arn: String,
    pub(super) md5_of: Option<Md5Of>,
    pub(super) document: Value,
    pub(super) warnings: Vec<String>,
}

impl EncryptReport {
    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({
            "command": "encrypt",
            "input": self.input.name("standard input"),
            "output": self.out.name("standard output"),
            "record": self.record.name("standard output"),
            "mode": self.mode.as_str(),
            "bytes": self.bytes,
            "bytesWritten": self.bytes_written,
            "seconds": seconds(self.seconds),
            "keyArn": self.key_arn,
            "keyMd5": self.md5_of.map(md5_of),
            "encryption": self.document,
            "warnings": self.warnings,
        })
    }

    /// For eyes.
    pub fn to_text(&self) -> String {
        let Self { out, mode, bytes, seconds, .. } = self;
        let mut text = format!(
            "{}: {}, {} in {seconds:.2} s\nrecord: {}\nkey: {}",
            out.name("standard output"),
            mode.as_str(),
            indicatif::HumanBytes(*bytes),
            self.record.name("standard output"),
            self.key_arn,
        );
        if let Some(of) = self.md5_of {
            text += &format!("\nKeyMd5 is that of the {}", md5_of(of));
        }
        text
    }

    /// What the user should know.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// What a decryption did.
#[derive(Debug)]
pub struct DecryptReport {
    pub(super) input: Place,
    pub(super) out: Place,
    pub(super) mode: Mode,
    pub(super) bytes: u64,
    pub(super) bytes_written: u64,
    pub(super) seconds: f64,
    pub(super) key_arn: String,
    pub(super) md5_of: Option<Md5Of>,
    pub(super) reading: Reading,
    pub(super) layout: Option<Layout>,
    pub(super) proof: Proof,
    pub(super) warnings: Vec<String>,
}

impl DecryptReport {
    /// For machines.
    pub fn to_json(&self) -> Value {
        let content = match self.proof {
            Proof::Content(kind) => Some(kind),
            _ => None,
        };
        json!({
            "command": "decrypt",
            "input": self.input.name("standard input"),
            "output": self.out.name("standard output"),
            "mode": self.mode.as_str(),
            "bytes": self.bytes,
            "bytesWritten": self.bytes_written,
            "seconds": seconds(self.seconds),
            "keyArn": self.key_arn,
            "keyMd5": self.md5_of.map(md5_of),
            "keyForm": self.reading.as_str(),
            "layout": self.layout.map(|layout| json!({
                "iv": iv_use(layout),
                "tag": tag_place(layout),
            })),
            "content": content,
            "proof": self.proof.name(),
            "proofText": self.proof.sentence(self.mode),
            "warnings": self.warnings,
        })
    }

    /// For eyes, without the proof.
    pub fn to_text(&self) -> String {
        let Self { out, mode, bytes, seconds, .. } = self;
        let mut text = format!(
            "{}: {}, {} in {seconds:.2} s\nkey: {}",
            out.name("standard output"),
            mode.as_str(),
            indicatif::HumanBytes(*bytes),
            self.key_arn,
        );
        if let Some(of) = self.md5_of {
            text += &format!("\nKeyMd5 is that of the {}", md5_of(of));
        }
        if let Some(layout) = self.layout {
            text += &format!("\nlayout: IV {}, tag {}", iv_use(layout), tag_place(layout));
        }
        text
    }

    /// What was checked, and what would not have shown.
    pub fn proof(&self) -> (Proof, String) {
        (self.proof, self.proof.sentence(self.mode))
    }

    /// What the user should know.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

fn md5_of(of: Md5Of) -> &'static str {
    match of {
        Md5Of::Wrapped => "wrapped key",
        Md5Of::Key => "key",
    }
}

fn iv_use(layout: Layout) -> &'static str {
    match layout.iv {
        IvUse::Whole => "whole",
        IvUse::First12 => "first 12 bytes",
    }
}

fn tag_place(layout: Layout) -> &'static str {
    match layout.tag {
        Tag::Last => "last",
        Tag::First => "first",
    }
}

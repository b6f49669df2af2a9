//! What a run did, and what that proves.

use reelseal_core::format::s3ec::{Header, Place as In, Suite, Version, Wrap};
use serde_json::{Value, json};

use crate::objects::Place;
use crate::output::seconds;

/// What the header of an object says.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    version: Version,
    suite: Suite,
    wrap: Wrap,
    place: In,
    arn: Option<String>,
}

impl Facts {
    pub(super) fn of(header: &Header<'_>, arn: Option<String>) -> Self {
        let Header { version, wrap, place, .. } = *header;
        Self { version, suite: header.content.suite(), wrap, place, arn }
    }

    /// `fields` and what is said here.
    pub(super) fn to_json(&self, mut fields: Value) -> Value {
        fields["format"] = match self.version {
            Version::V1 => "V1",
            Version::V2 => "V2",
            Version::V3 => "V3",
        }
        .into();
        fields["contentAlgorithm"] = self.suite.name().into();
        fields["wrappingAlgorithm"] = self.wrap.as_str().into();
        fields["wrappedKeyIn"] = match self.place {
            In::Metadata => "metadata",
            In::InstructionFile => "instruction file",
        }
        .into();
        fields["keyArn"] = self.arn.clone().into();
        fields
    }

    pub(super) fn to_text(&self) -> String {
        let key = self.arn.as_deref().unwrap_or("the wrapping key given");
        format!("{}, data key under {} ({key})", self.suite.name(), self.wrap.as_str())
    }
}

/// What a decryption did.
#[derive(Clone, Debug)]
pub struct DecryptReport {
    pub(super) input: Place,
    pub(super) out: Place,
    pub(super) facts: Facts,
    pub(super) bytes: u64,
    pub(super) bytes_written: u64,
    pub(super) seconds: f64,
    /// What the text begins as, if as something known.
    pub(super) kind: Option<&'static str>,
    /// The bytes of the text, where not all were asked for: `[from, to)`.
    pub(super) range: Option<(u64, u64)>,
}

impl DecryptReport {
    /// Whether every byte that was written is known to be authentic.
    pub fn is_authenticated(&self) -> bool {
        self.range.is_none() && self.facts.suite != Suite::AesCbc
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        self.facts.to_json(json!({
            "command": "decrypt",
            "input": self.input.name("standard input"),
            "output": self.out.name("standard output"),
            "bytes": self.bytes,
            "bytesWritten": self.bytes_written,
            "seconds": seconds(self.seconds),
            "range": self.range.map(|(from, to)| json!({ "first": from, "last": to - 1 })),
            "content": self.kind,
            "authenticated": self.is_authenticated(),
            "proofText": self.proof(),
            "warnings": self.warnings(),
        }))
    }

    /// For eyes, without the proof.
    pub fn to_text(&self) -> String {
        let Self { out, bytes_written, seconds, facts, .. } = self;
        let out = out.name("standard output");
        let size = indicatif::HumanBytes(*bytes_written);
        format!("{out}: {size} in {seconds:.2} s\n{}", facts.to_text())
    }

    /// What was checked, and what would not have shown.
    pub fn proof(&self) -> String {
        match (self.is_authenticated(), self.range, self.kind) {
            (true, ..) => "proved: the tag of every byte is right".to_owned(),
            (false, Some((from, to)), _) => format!(
                "not authenticated: bytes {from} to {} were decrypted without the tag, which is \
                 over all of the object; altered bytes would not show",
                to - 1
            ),
            (false, None, Some(kind)) => format!(
                "not authenticated: the padding is good and the text begins as {kind} does; \
                 altered bytes inside would not show"
            ),
            (false, None, None) => "not authenticated: the padding is good; one wrong key in 256 \
                                    would not show, and altered bytes would not"
                .to_owned(),
        }
    }

    /// What the user should know.
    pub fn warnings(&self) -> Vec<String> {
        if self.is_authenticated() { vec![] } else { vec![self.proof()] }
    }
}

/// What an encryption did.
#[derive(Clone, Debug)]
pub struct EncryptReport {
    pub(super) input: Place,
    pub(super) out: Place,
    pub(super) metadata: Option<Place>,
    pub(super) instruction_file: Option<Place>,
    pub(super) facts: Facts,
    pub(super) bytes: u64,
    pub(super) bytes_written: u64,
    pub(super) seconds: f64,
}

impl EncryptReport {
    /// For machines.
    pub fn to_json(&self) -> Value {
        self.facts.to_json(json!({
            "command": "encrypt",
            "input": self.input.name("standard input"),
            "output": self.out.name("standard output"),
            "metadata": self.metadata.as_ref().map(Place::to_string),
            "instructionFile": self.instruction_file.as_ref().map(Place::to_string),
            "bytes": self.bytes,
            "bytesWritten": self.bytes_written,
            "seconds": seconds(self.seconds),
            "warnings": [],
        }))
    }

    /// For eyes.
    pub fn to_text(&self) -> String {
        let Self { out, bytes, seconds, facts, .. } = self;
        let size = indicatif::HumanBytes(*bytes);
        let mut text = format!("{}: {size} in {seconds:.2} s\n", out.name("standard output"));
        if let Some(file) = &self.metadata {
            text += &format!("metadata: {file}\n");
        }
        if let Some(file) = &self.instruction_file {
            text += &format!("instruction file: {file}\n");
        }
        text + &facts.to_text()
    }
}

//! Every encrypted file that a job mentions: its name, its block, and what is missing to open it.

use serde_json::{Value, json};

use super::blocks::{What, blocks, outputs};
use super::document::Subject;
use super::naming;
use super::node::{Node, Place};
use crate::package::Source;

/// Something encrypted that a document mentions.
#[derive(Clone, Debug)]
pub struct Artefact {
    /// What it is, in a word or two.
    pub what: &'static str,
    /// The place of its block: a JSON path.
    pub path: String,
    /// The names of its files in the bucket; the variables of patterns are in braces.
    pub names: Vec<String>,
    /// `aes-cbc-pkcs7` … `s3`, `aes-128` for HLS, `playready`.
    pub mode: Option<String>,
    /// The wrapped key, base64.
    pub key: Option<String>,
    /// The checksum of the key, base64.
    pub key_md5: Option<String>,
    /// The IV, base64.
    pub iv: Option<String>,
    /// The key that wrapped the data key: the pipeline's.
    pub key_arn: Option<String>,
    /// Where players find the key of an HLS playlist.
    pub url: Option<String>,
    /// Whether the key of an HLS playlist was stored beside it.
    pub key_is_stored: bool,
    /// The files that were found.
    pub found: Vec<String>,
}

/// The artefacts of a job, in the order of its document.
pub fn artefacts(subject: &Subject, pipeline: Option<&Subject>) -> Vec<Artefact> {
    let job = subject.place();
    let arn = pipeline.and_then(|own| own.node.member("AwsKmsKeyArn")).and_then(Node::text);
    let prefix = job.text("OutputKeyPrefix").unwrap_or_default();
    let is_request = subject.kind.is_request();
    let files = blocks(&job, is_request).into_iter().filter_map(|block| {
        // SDKs print a block that is not there as one with nothing in it.
        let mode = block.encryption.text("Mode")?;
        let names = match block.name() {
            Some(name) if block.what.is_read() => vec![name.to_owned()],
            Some(name) => written(block.what, &block.owner, &format!("{prefix}{name}")),
            None => Vec::new(),
        };
        Some(Artefact::new(block.what.as_str(), &block.encryption, names, mode, arn))
    });
    let outputs = outputs(&job, is_request);
    let playlists = job.list("Playlists");
    let playlists = playlists.iter().filter_map(|list| playlist(list, &outputs, prefix, arn));
    files.chain(playlists).collect()
}

/// The names of what the service wrote under the name `name`.
fn written(what: What, owner: &Place<'_>, name: &str) -> Vec<String> {
    match what {
        What::Output if owner.text("SegmentDuration").is_some() => {
            vec![format!("{name}{{segment}}.ts"), format!("{name}.ts"), name.to_owned()]
        }
        What::Thumbnails => vec![format!("{name}.{{extension}}")],
        What::Captions => vec![format!("{name}.{{extension}}"), name.to_owned()],
        _ => vec![name.to_owned()],
    }
}

/// A protected playlist, its variants and their segments.
fn playlist(
    place: &Place<'_>,
    outputs: &[Place<'_>],
    prefix: &str,
    arn: Option<&str>,
) -> Option<Artefact> {
    let name = format!("{prefix}{}", place.text("Name").unwrap_or_default());
    if let Some(block) = place.member("PlayReadyDrm").filter(|block| block.text("Format").is_some())
    {
        return Some(Artefact::new("PlayReady playlist", &block, vec![name], "playready", arn));
    }
    let block = place.member("HlsContentProtection")?;
    let members = ["Method", "Key", "LicenseAcquisitionUrl", "KeyStoragePolicy"];
    members.iter().find_map(|name| block.text(name))?;
    let mut names = vec![format!("{name}.m3u8")];
    for key in place.list("OutputKeys").iter().filter_map(|key| key.node.text()) {
        let known = outputs.iter().any(|output| output.text("Key") == Some(key));
        let name = format!("{prefix}{key}");
        match place.text("Format") {
            _ if !known => {}
            Some("HLSv4") => names.extend([
                format!("{name}_v4.m3u8"),
                format!("{name}_iframe.m3u8"),
                format!("{name}.ts"),
            ]),
            _ => names.extend([format!("{name}.m3u8"), format!("{name}{{segment}}.ts")]),
        }
    }
    let mut artefact = Artefact::new(HLS, &block, names, "aes-128", arn);
    artefact.url = block.text("LicenseAcquisitionUrl").map(str::to_owned);
    artefact.key_is_stored = block.text("KeyStoragePolicy") == Some("WithVariantPlaylists");
    Some(artefact)
}

impl Artefact {
    fn new(
        what: &'static str,
        block: &Place<'_>,
        names: Vec<String>,
        mode: &str,
        arn: Option<&str>,
    ) -> Self {
        let text = |name| block.text(name).map(str::to_owned);
        Self {
            what,
            path: block.path.clone(),
            names,
            mode: Some(mode.to_owned()),
            key: text("Key"),
            key_md5: text("KeyMd5"),
            iv: text("InitializationVector"),
            key_arn: arn.map(str::to_owned),
            url: None,
            key_is_stored: false,
            found: Vec::new(),
        }
    }

    /// Whether both are about the same files, as a request and its answer are.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.what, &self.names, &self.mode) == (other.what, &other.names, &other.mode)
            && [(&self.key, &other.key), (&self.iv, &other.iv)]
                .iter()
                .all(|(own, other)| own.is_none() || other.is_none() || own == other)
    }

    /// Takes from `other` what is not known yet.
    pub fn learn(&mut self, other: Self) {
        self.key = self.key.take().or(other.key);
        self.key_md5 = self.key_md5.take().or(other.key_md5);
        self.iv = self.iv.take().or(other.iv);
        self.key_arn = self.key_arn.take().or(other.key_arn);
        self.url = self.url.take().or(other.url);
        self.key_is_stored |= other.key_is_stored;
    }

    /// Whether it is an HLS package.
    pub fn is_hls(&self) -> bool {
        self.what == HLS
    }

    /// The playlists that were found, the master first.
    pub(super) fn playlists(&self) -> impl Iterator<Item = &str> {
        self.found.iter().map(String::as_str).filter(|name| name.ends_with(".m3u8"))
    }

    /// Looks for the files under `root`.
    pub fn look(&mut self, root: &Source) {
        self.found = self.names.iter().flat_map(|name| naming::found(root, name)).collect();
        self.found.dedup();
    }

    /// Whether whoever keeps the file decrypts it, and not who reads it.
    pub fn is_stores(&self) -> bool {
        matches!(self.mode.as_deref(), Some("s3" | "s3-aws-kms"))
    }

    /// What is missing to open it, in words. `looked`: whether files were looked for.
    pub fn missing(&self, looked: bool) -> Vec<&'static str> {
        let mut missing = Vec::new();
        let is_hls = self.is_hls();
        match self.mode.as_deref() {
            _ if self.is_stores() => {}
            Some("playready") => missing.push("a PlayReady licence: reelseal has no PlayReady"),
            _ if is_hls && self.key.is_none() && self.key_is_stored => {
                missing.push("the key, which was stored beside the variant playlists");
            }
            _ if self.key.is_none() => missing.push(
                "the wrapped key: the service made it, and showed it in ReadJob's answer only",
            ),
            _ if self.iv.is_none() && !is_hls => missing.push("the IV"),
            _ => {}
        }
        if looked && self.found.is_empty() {
            missing.push("the file: it is not under the root");
        } else if looked && is_hls && self.playlists().next().is_none() {
            missing.push("the playlists: none is under the root");
        }
        missing
    }

    /// The artefact for machines; `block` is what `reelseal decrypt --record` reads.
    pub fn to_json(&self, file: &str, looked: bool) -> Value {
        json!({
            "what": self.what,
            "file": file,
            "path": self.path,
            "names": self.names,
            "found": looked.then_some(&self.found),
            "block": {
                "Mode": self.mode,
                "Key": self.key,
                "KeyMd5": self.key_md5,
                "InitializationVector": self.iv,
                "KmsKeyArn": self.key_arn,
            },
            "licenseAcquisitionUrl": self.url,
            "missing": self.missing(looked),
        })
    }

    /// The artefact on one line: what it is, its first name, and why it is not opened.
    pub fn to_text(&self) -> String {
        let [what, name, _, missing] = self.to_row(true);
        format!("{what} {name}: {missing}")
    }

    /// The artefact for eyes: what it is, its names, its mode, and what is missing.
    pub fn to_row(&self, looked: bool) -> [String; 4] {
        let missing = self.missing(looked);
        [
            self.what.to_owned(),
            self.names.first().cloned().unwrap_or_default().escape_debug().to_string(),
            self.mode.clone().unwrap_or_default().escape_debug().to_string(),
            match missing.is_empty() {
                true if self.is_stores() => "nothing: the store decrypts it".to_owned(),
                true => "nothing".to_owned(),
                false => missing.join("; "),
            },
        ]
    }
}

/// What an HLS package is called.
const HLS: &str = "HLS playlist";

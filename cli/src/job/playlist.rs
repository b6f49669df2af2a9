//! The rules of playlists: how they are protected, and what that excludes.

use super::blocks;
use super::document::Kind;
use super::encryption::{self, KeyOf, given, told};
use super::finding::Findings;
use super::node::{Node, Place};
use super::scalar::quoted;
use crate::error::Error;

/// Checks every playlist of a job.
pub(super) fn playlists(job: &Place<'_>, kind: Kind, findings: &mut Findings) -> Result<(), Error> {
    let outputs = blocks::outputs(job, kind.is_request());
    for playlist in job.list("Playlists") {
        let members: Vec<_> = playlist
            .list("OutputKeys")
            .into_iter()
            .filter_map(|key| Some((key.node.text()?, key)))
            .filter_map(|(name, key)| named(&outputs, name, &key, findings))
            .collect();
        let hls = playlist.member("HlsContentProtection").filter(is_used);
        let play_ready = playlist.member("PlayReadyDrm").filter(is_used);
        if let Some(block) = &hls {
            hls_rules(block, &playlist, kind, findings)?;
            exclusive("HlsContentProtection", &members, findings);
        }
        if let Some(block) = &play_ready {
            play_ready_rules(block, &playlist, findings)?;
            exclusive("PlayReadyDrm", &members, findings);
        }
        if let (Some(_), Some(other)) = (hls, play_ready) {
            let message = "excludes HlsContentProtection, which is there too";
            findings.fault(&other.path, EXCLUDES, message);
        }
    }
    Ok(())
}

/// SDKs print a block that is not there as one with nothing in it.
fn is_used(block: &Place<'_>) -> bool {
    let is_empty = |node: &Node| *node == Node::Null || node.text() == Some("");
    block.node.members().iter().any(|(_, node)| !is_empty(node))
}

/// The output that `name` names.
fn named<'a>(
    outputs: &[Place<'a>],
    name: &str,
    key: &Place<'_>,
    findings: &mut Findings,
) -> Option<Place<'a>> {
    let output = outputs.iter().find(|output| output.text("Key") == Some(name));
    if output.is_none() {
        let message = format!("{} is the Key of no output of the job", quoted(name));
        findings.fault(&key.path, "ET-HLS-8", message);
    }
    output.cloned()
}

// req ET-HLS-7: segments are protected, or whole files are encrypted, and not both
fn exclusive(what: &str, outputs: &[Place<'_>], findings: &mut Findings) {
    for output in outputs {
        let formats = output.member("Captions").map(|captions| captions.list("CaptionFormats"));
        let files = formats.unwrap_or_default();
        for file in std::iter::once(output).chain(&files) {
            let Some(block) = file.member("Encryption") else { continue };
            match block.text("Mode") {
                Some(mode) if mode.starts_with("aes-") => {
                    let message = format!("{mode} is excluded by the playlist's {what}");
                    findings.fault(&block.path, EXCLUDES, message);
                }
                Some(mode) => {
                    let message = format!("the guide says to leave {mode} out under {what}");
                    findings.warn(&block.path, EXCLUDES, message);
                }
                None => {}
            }
        }
    }
}

fn hls_rules(
    block: &Place<'_>,
    playlist: &Place<'_>,
    kind: Kind,
    findings: &mut Findings,
) -> Result<(), Error> {
    match playlist.text("Format") {
        None | Some("HLSv3" | "HLSv4") => {}
        Some(other) => {
            let message = format!("is for HLSv3 and HLSv4, not for {}", quoted(other));
            findings.fault(&block.path, EXCLUDES, message);
        }
    }
    if block.text("Method").is_none() {
        findings.warn(&block.at("Method"), "ET-HLS-5", "is missing: aes-128 is the only one");
    }
    // req ET-HLS-5: all of key, checksum and IV, or none: then the service makes them
    let given = given(block);
    if !given.is_empty() {
        for name in ["Key", "KeyMd5", "InitializationVector"] {
            if !given.contains(&name) {
                let message = format!("is missing, and {} is there", given.join(", "));
                findings.add(told(kind, false), &block.at(name), "ET-HLS-5", message);
            }
        }
    }
    storage(block, findings);
    encryption::iv(block, 16, findings);
    encryption::key(block, KeyOf::Hls, findings)
}

// req ET-HLS-6: WithVariantPlaylists has no URL, NoStore has an absolute one
fn storage(block: &Place<'_>, findings: &mut Findings) {
    let at = block.at("LicenseAcquisitionUrl");
    match (block.text("KeyStoragePolicy"), block.text("LicenseAcquisitionUrl")) {
        (Some("WithVariantPlaylists"), Some(_)) => {
            let message = "must be empty: WithVariantPlaylists stores the key with the playlists";
            findings.fault(&at, "ET-HLS-6", message);
        }
        (Some("NoStore"), None) => {
            let message = "is missing: under NoStore players find the key there and nowhere else";
            findings.fault(&at, "ET-HLS-6", message);
        }
        (_, Some(url)) if !is_absolute(url) => {
            let message = format!("{} is not an absolute URL", quoted(url));
            findings.fault(&at, "ET-HLS-6", message);
        }
        _ => {}
    }
}

/// RFC 3986 §4.3: a scheme, and something behind it.
fn is_absolute(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, rest)| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(plain)
            && !rest.is_empty()
    })
}

fn play_ready_rules(
    block: &Place<'_>,
    playlist: &Place<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let wanted = match block.text("Format") {
        Some("microsoft") => Some("Smooth"),
        Some("discretix-3.0") => Some("HLSv3"),
        _ => None,
    };
    if let (Some(wanted), Some(format)) = (wanted, playlist.text("Format"))
        && wanted != format
    {
        let message = format!("is for {wanted}, not for {}", quoted(format));
        findings.fault(&block.at("Format"), EXCLUDES, message);
    }
    findings.warn(&block.path, "ET-DRM-1", "PlayReady is checked here, and not done by reelseal");
    encryption::iv(block, 8, findings);
    encryption::key(block, KeyOf::PlayReady, findings)
}

const EXCLUDES: &str = "ET-HLS-7";

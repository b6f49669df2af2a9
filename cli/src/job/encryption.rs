//! The rules of one block: which of its members go together, and what a wrapped key is.

use super::document::Kind;
use super::finding::{Findings, Severity};
use super::node::Place;
use crate::base64;
use crate::error::Error;
use crate::hls::keys::key_md5;
use crate::keyservice::blob::Blob;

/// Whose key a block has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeyOf {
    /// A file under one of the AES modes: 16, 24 or 32 bytes.
    File,
    /// An HLS playlist: 16 bytes.
    Hls,
    /// PlayReady: 16 bytes.
    PlayReady,
}

/// Checks an `Encryption` block. `is_read`: of a file that the service read.
pub(super) fn encryption(
    block: &Place<'_>,
    is_read: bool,
    kind: Kind,
    findings: &mut Findings,
) -> Result<(), Error> {
    let given = given(block);
    let Some(mode) = block.text("Mode") else {
        if !given.is_empty() {
            let message = format!("is missing, and {} is there", given.join(", "));
            findings.fault(&block.at("Mode"), "ET-ENC-1", message);
        }
        return key(block, KeyOf::File, findings);
    };
    if !mode.starts_with("aes-") {
        // req ET-ENC-8: what the store encrypts, the store decrypts
        for name in given {
            let message = format!("is not used: {mode} is done by the store");
            findings.warn(&block.at(name), "ET-ENC-8", message);
        }
        return Ok(());
    }
    // req ET-ENC-1: all three for what is read; all three or none for what is written
    if is_read || !given.is_empty() {
        let who = if is_read { "of a file to be decrypted" } else { "where one of them is given" };
        for name in MEMBERS.iter().filter(|name| !given.contains(name)) {
            let message = format!("is missing: {mode} needs Key, KeyMd5 and IV {who}");
            findings.add(told(kind, is_read), &block.at(name), "ET-ENC-1", message);
        }
    }
    iv(block, 16, findings);
    key(block, KeyOf::File, findings)
}

/// Which of the three members are there. An empty string says as much as none.
pub(super) fn given(block: &Place<'_>) -> Vec<&'static str> {
    MEMBERS.into_iter().filter(|name| block.text(name).is_some()).collect()
}

/// What an incomplete block is. CloudTrail and notifications may show less than was asked, and
/// answers less than was made: there, it is nobody's fault.
pub(super) fn told(kind: Kind, is_read: bool) -> Severity {
    if kind.is_request() || is_read { Severity::Fault } else { Severity::Warning }
}

/// Checks the IV: base64 of exactly `len` bytes.
// req ET-ENC-4: 16 bytes for every AES mode and for HLS, 8 for PlayReady
pub(super) fn iv(block: &Place<'_>, len: usize, findings: &mut Findings) {
    let Some(text) = block.text("InitializationVector") else { return };
    let message = match base64::decode(text) {
        Ok(bytes) if bytes.len() == len => return,
        Ok(bytes) if bytes.len() == 12 => {
            format!("is an IV of 12 bytes, as MediaConvert takes it; the service took {len}")
        }
        Ok(bytes) => format!("is an IV of {} bytes; it must have {len}", bytes.len()),
        Err(error) => format!("is not base64: {error}"),
    };
    findings.fault(&block.at("InitializationVector"), "ET-ENC-4", message);
}

/// Checks the wrapped key and its checksum.
pub(super) fn key(block: &Place<'_>, of: KeyOf, findings: &mut Findings) -> Result<(), Error> {
    let md5 = block.text("KeyMd5");
    if md5.is_some_and(|md5| !base64::decode(md5).is_ok_and(|bytes| bytes.len() == 16)) {
        findings.fault(&block.at("KeyMd5"), "ET-ENC-3", "is not base64 of the 16 bytes of an MD5");
    }
    let Some(text) = block.text("Key") else { return Ok(()) };
    let at = block.at("Key");
    let wrapped = match base64::decode(text) {
        Ok(wrapped) => wrapped,
        Err(error) => {
            findings.fault(&at, "ET-ENC-2", format!("is not base64: {error}"));
            return Ok(());
        }
    };
    wrapped_key(&wrapped, of, &at, findings);
    let expected = key_md5(&wrapped)?;
    if let Some(md5) = md5.filter(|md5| *md5 != expected) {
        checksum(block, md5, &expected, text, of, findings)?;
    }
    Ok(())
}

/// Checks what was wrapped, as far as the wrapping shows it.
fn wrapped_key(wrapped: &[u8], of: KeyOf, at: &str, findings: &mut Findings) {
    let blob = Blob::recognise(wrapped);
    // req ET-ENC-2: a wrapped key, never the key itself
    match wrapped.len() {
        len @ (12 | 16 | 24 | 32) => {
            let message = format!(
                "is {len} bytes, as long as a key itself: a job has the key as the key service \
                 wrapped it, and a key that was in a job in the clear is no secret any more"
            );
            return findings.fault(at, "ET-ENC-2", message);
        }
        len if len > MAX_BLOB_LEN => {
            let message = format!("is {len} bytes; no ciphertext blob has more than 6144");
            return findings.fault(at, "ET-ENC-2", message);
        }
        _ if blob.is_none() => {
            let message = "begins unlike the ciphertext blobs of AWS KMS and of reelseal";
            findings.warn(at, "ET-ENC-2", message);
        }
        _ => {}
    }
    // req ET-ENC-5: HLS has keys of 128 bits (4020), PlayReady too (4021), files three sizes (4017)
    let allowed: (&[usize], u16) = match of {
        KeyOf::File => (&[16, 24, 32], 4017),
        KeyOf::Hls => (&[16], 4020),
        KeyOf::PlayReady => (&[16], 4021),
    };
    match blob.and_then(|blob| blob.wrapped_len()) {
        Some(24) if of == KeyOf::File => {
            let message = "wraps 24 bytes: a key of 192 bits, or the base64 of 16 bytes, which \
                           version 1 of the AWS CLI wrapped in place of the bytes";
            findings.warn(at, "ET-ENC-5", message);
        }
        Some(len) if !allowed.0.contains(&len) => {
            let sizes: Vec<String> = allowed.0.iter().map(usize::to_string).collect();
            let (sizes, code) = (sizes.join(", "), allowed.1);
            let message = format!("wraps {len} bytes; a key here has {sizes} (error {code})");
            findings.fault(at, "ET-ENC-5", message);
        }
        _ => {}
    }
}

/// Says what a checksum that is not the wrapped key's may be.
// req ET-ENC-3: KeyMd5 is over the wrapped key; over the key itself it cannot be told from here
fn checksum(
    block: &Place<'_>,
    md5: &str,
    expected: &str,
    key: &str,
    of: KeyOf,
    findings: &mut Findings,
) -> Result<(), Error> {
    let at = block.at("KeyMd5");
    if of == KeyOf::PlayReady {
        let message = "is not the MD5 of the wrapped key; the guide asked for that of the key";
        findings.warn(&at, "ET-ENC-3", message);
        return Ok(());
    }
    let why = match md5 == key_md5(key.as_bytes())? {
        true => "it is that of the base64 text, which must be decoded first",
        false => "it is that of the key itself, or of something else",
    };
    let message = format!("is not the MD5 of the wrapped key, which is {expected}: {why}");
    findings.fault(&at, "ET-ENC-3", message);
    Ok(())
}

const MEMBERS: [&str; 3] = ["Key", "KeyMd5", "InitializationVector"];

/// KMS API, Decrypt, CiphertextBlob.
const MAX_BLOB_LEN: usize = 6144;

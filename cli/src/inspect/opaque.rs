//! Bytes that say nothing: what the encrypted files of Elastic Transcoder are, and much else is.

use super::found::{Found, some};
use super::sample::Sample;

/// Bytes as even as ciphertext is: which, and whether it is one at all, they do not say.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    let known = OTHERS.iter().any(|magic| sample.head.starts_with(magic));
    let is_even = match sample.head.len() {
        ..TOO_FEW => true,
        _ => evenness(sample.head) < MOST_UNEVEN,
    };
    if known || !is_even || sample.head.len() < 16 || sample.head.is_ascii() {
        return None;
    }
    let found = Found::guess("headerless-ciphertext", "bytes without any structure");
    let found = match sample.head.len() {
        ..TOO_FEW => found.note("so few bytes do not tell ciphertext from anything else"),
        _ => found.note(
            "they are as even as ciphertext is; what was compressed, or made at random, can be too",
        ),
    };
    let Some(len) = sample.len else { return Some(found) };
    let mut modes = Vec::new();
    if len > 0 && len.is_multiple_of(16) {
        modes.push(format!(
            "aes-cbc-pkcs7, or an HLS segment: {} to {} clear bytes",
            len - 16,
            len - 1
        ));
    }
    modes.push(format!("aes-ctr: {len} clear bytes"));
    if let Some(clear) = len.checked_sub(16) {
        modes.push(format!(
            "aes-gcm, or an object of the S3 Encryption Client: {clear} clear bytes"
        ));
    }
    Some(found.fact("mayBe", some(modes)).opens(
        "its mode, wrapped key and IV, which stand elsewhere: OUT.encryption.json of reelseal \
         encrypt, the job's document (reelseal job import), the playlist of a segment, or the \
         metadata of an S3 object",
    ))
}

/// Pearson's χ² of the bytes against all values being equally likely: 255 ± 23 where they are.
fn evenness(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    // A head has at most 64 MiB: the count is exact.
    let expected = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX)) / 256.0;
    counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

/// 1,024 bytes: 4 of each value, the least at which χ² is worth looking at.
const TOO_FEW: usize = 1024;

/// Six standard deviations above the mean: one ciphertext in 10⁸ is more uneven.
const MOST_UNEVEN: f64 = 255.0 + 6.0 * 22.6;

/// Compressed formats, as even as ciphertext, that say by their first bytes what they are.
const OTHERS: [&[u8]; 10] = [
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xFF\xD8\xFF",
    b"\xFD7zXZ",
    b"\x28\xB5\x2F\xFD",
    b"BZh",
    b"7z\xBC\xAF\x27\x1C",
    b"OggS",
    b"\x1A\x45\xDF\xA3",
    b"%PDF",
];

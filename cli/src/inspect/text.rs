//! Texts: playlists, PEM, JSON, and bytes written as base64 or hexadecimal digits.

use zeroize::Zeroizing;

use super::found::{Found, brief};
use super::layers::inside;
use super::sample::Sample;
use super::{json, playlist};
use crate::base64;

/// A text by its beginning.
pub(super) fn recognise(sample: &Sample<'_>, layers: u32) -> Option<Found> {
    let text = sample.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample.head).trim_ascii_start();
    if text.starts_with(b"#EXTM3U") {
        return Some(playlist::described(sample));
    }
    if text.starts_with(b"-----BEGIN ") {
        return pem(text);
    }
    if matches!(text.first(), Some(b'{' | b'[')) {
        return json::recognise(sample);
    }
    encoded(sample, layers)
}

/// RFC 7468: what the label says. The rest is not looked at, for it may be a secret.
fn pem(text: &[u8]) -> Option<Found> {
    let line = text.split(|byte| *byte == b'\n').next()?.trim_ascii_end();
    let label = line.strip_prefix(b"-----BEGIN ")?.strip_suffix(b"-----")?;
    let label = brief(&String::from_utf8_lossy(label));
    let (kind, what) = match label.as_str() {
        "PRIVATE KEY" => ("pem-private-key", "a private key (PKCS #8), in the clear"),
        "ENCRYPTED PRIVATE KEY" => {
            ("pem-private-key", "a private key (PKCS #8) under a passphrase")
        }
        "RSA PRIVATE KEY" => ("pem-private-key", "an RSA private key (PKCS #1)"),
        "EC PRIVATE KEY" => ("pem-private-key", "an elliptic curve private key (SEC 1)"),
        "OPENSSH PRIVATE KEY" => ("pem-private-key", "a private key of OpenSSH"),
        "PUBLIC KEY" => ("pem-public-key", "a public key (SubjectPublicKeyInfo)"),
        "RSA PUBLIC KEY" => ("pem-public-key", "an RSA public key (PKCS #1)"),
        "CERTIFICATE" => ("pem-certificate", "an X.509 certificate"),
        "AGE ENCRYPTED FILE" => {
            let found = Found::new("age-file", "a file that age encrypted, in its armor");
            return Some(found.opens("age --decrypt, with an identity; reelseal does not open it"));
        }
        _ => return Some(Found::new("pem", "a PEM text").fact("label", label)),
    };
    let found = Found::new(kind, what).fact("label", label);
    Some(match kind {
        "pem-private-key" => found.note("it is a secret: its content was not read any further"),
        _ => found,
    })
}

/// Bytes as digits or as base64, with the line ends and blanks that mails and terminals put in.
fn encoded(sample: &Sample<'_>, layers: u32) -> Option<Found> {
    let text: Zeroizing<Vec<u8>> = {
        let letters = sample.all()?.iter().filter(|byte| !byte.is_ascii_whitespace());
        Zeroizing::new(letters.copied().collect())
    };
    let text = str::from_utf8(&text).ok()?;
    if let Some(bytes) = unhex(text) {
        let found = Found::new("hex-text", "hexadecimal digits");
        return layer(found, &bytes, sample.name, layers);
    }
    let bytes = base64::decode(text).or_else(|_| base64::decode(&padded(text))).ok()?;
    let found = Found::new("base64-text", "base64 text");
    layer(found, &bytes, sample.name, layers)
}

/// What the bytes of a text are. A text whose bytes are nothing is a word, not an encoding.
fn layer(found: Found, bytes: &[u8], name: &str, layers: u32) -> Option<Found> {
    let inner = Sample { name, ..Sample::whole(bytes) };
    let inner = inside(&inner, layers)?;
    let found = Found { is_guess: inner.is_guess, ..found };
    Some(found.fact("bytes", bytes.len()).holds(inner))
}

/// Base64 without padding, or of the URL alphabet (RFC 4648 §5), as JSON Web tools write it.
fn padded(text: &str) -> Zeroizing<String> {
    let standard = |c: char| match c {
        '-' => '+',
        '_' => '/',
        other => other,
    };
    let mut padded = Zeroizing::new(String::with_capacity(text.len() + 3));
    padded.extend(text.chars().map(standard));
    while !padded.len().is_multiple_of(4) {
        padded.push('=');
    }
    padded
}

fn unhex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = pairs.iter().map(|[hi, lo]| Some(digit(*hi)? << 4 | digit(*lo)?));
    // Room for all, so that no copy stays behind.
    let mut decoded = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for byte in bytes {
        decoded.push(byte?);
    }
    (!decoded.is_empty()).then_some(decoded)
}

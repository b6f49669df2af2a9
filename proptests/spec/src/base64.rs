//! Base64: RFC 4648 §4, padded and canonical.

/// Encodes: the bits of `bytes`, in groups of 6, then `=` to whole groups of 4 characters.
pub fn encode(bytes: &[u8]) -> String {
    let bits: Vec<u8> =
        bytes.iter().flat_map(|b| (0..8).rev().map(move |i| (b >> i) & 1)).collect();
    let digit = |six: &[u8]| {
        let value = (0..6).fold(0, |n, i| 2 * n + usize::from(*six.get(i).unwrap_or(&0)));
        ALPHABET.chars().nth(value).expect("64 characters")
    };
    let mut text: String = bits.chunks(6).map(digit).collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// The one value that [`encode`] makes into `text`.
///
/// `None` for anything else: blanks, line ends, another alphabet, missing or extra padding, and
/// the trailing bits that RFC 4648 §3.5 lets a decoder overlook.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bits = vec![];
    for c in text.trim_end_matches('=').chars() {
        let value = ALPHABET.chars().position(|a| a == c)?;
        bits.extend((0..6).rev().map(|i| ((value >> i) & 1) as u8));
    }
    let byte = |eight: &[u8]| eight.iter().fold(0u8, |n, bit| (n << 1) | bit);
    let bytes: Vec<u8> = bits.chunks_exact(8).map(byte).collect();
    (encode(&bytes) == text).then_some(bytes)
}

/// RFC 4648 Table 1.
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

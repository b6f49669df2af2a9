//! Base64.

use reelseal_core::format::base64::{decode, decoded_len, encode, encoded_len};
use reelseal_spec as spec;

use super::{Law, assert_zero};
use crate::cases::Base64Case;

/// The laws of this file.
pub const ALL: &[Law<Base64Case>] = &[
    Law { name: "base64_agrees_with_spec", holds: base64_agrees_with_spec },
    Law { name: "base64_decode_inverts_encode", holds: base64_decode_inverts_encode },
    Law {
        name: "base64_reads_an_edited_text_as_spec_does",
        holds: base64_reads_an_edited_text_as_spec_does,
    },
    Law { name: "base64_has_one_text_for_all_bytes", holds: base64_has_one_text_for_all_bytes },
    Law { name: "base64_fits_or_is_not_written", holds: base64_fits_or_is_not_written },
];

// req B64-1
/// Core and model write the same text.
pub fn base64_agrees_with_spec(c: &Base64Case) {
    assert_eq!(encoded(&c.bytes.0), spec::base64::encode(&c.bytes.0));
}

/// What was encoded is decoded.
pub fn base64_decode_inverts_encode(c: &Base64Case) {
    let text = encoded(&c.bytes.0);
    assert_eq!(decoded_len(&text), Ok(c.bytes.0.len()));
    assert_eq!(reads_as_spec(&text).as_ref(), Some(&c.bytes.0));
}

/// A text with one character changed.
pub fn base64_reads_an_edited_text_as_spec_does(c: &Base64Case) {
    reads_as_spec(&c.edit.apply(&encoded(&c.bytes.0)));
}

// req B64-2
/// RFC 4648 §3.5: of the characters that may stand last, only one leaves no bits over.
pub fn base64_has_one_text_for_all_bytes(c: &Base64Case) {
    let text = encoded(&c.bytes.0);
    let Some(at) = text.trim_end_matches('=').len().checked_sub(1) else { return };
    for last in ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']) {
        let other = format!("{}{last}{}", &text[..at], &text[at + 1..]);
        let read = reads_as_spec(&other);
        assert_eq!(read.as_ref() == Some(&c.bytes.0), other == text, "{other}");
    }
}

/// Too little room is refused, and nothing is left in it.
pub fn base64_fits_or_is_not_written(c: &Base64Case) {
    let text = encoded(&c.bytes.0);
    let mut room = vec![0; usize::from(c.room)];
    assert_eq!(decode(&text, &mut room).is_ok(), room.len() >= c.bytes.0.len());
    if room.len() < c.bytes.0.len() {
        assert_zero(&room);
    }
    assert_eq!(encode(&c.bytes.0, &mut room).is_some(), room.len() >= text.len());
}

/// Core and model read the same bytes, or both refuse; what is read is written the same again.
pub(super) fn reads_as_spec(text: &str) -> Option<Vec<u8>> {
    let mut room = vec![0; text.len()];
    let read = decode(text, &mut room).map(<[u8]>::to_vec).ok();
    assert_eq!(read, spec::base64::decode(text));
    match &read {
        Some(bytes) => assert_eq!(encoded(bytes), text),
        None => assert_zero(&room),
    }
    read
}

fn encoded(bytes: &[u8]) -> String {
    let mut room = vec![0; encoded_len(bytes.len()).expect("short")];
    encode(bytes, &mut room).expect("room for it").to_owned()
}

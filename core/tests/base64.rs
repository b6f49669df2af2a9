//! Base64: one text for each byte string, and nothing else is accepted.

mod common;

use common::text;
use reelseal_core::format::base64::{decode, decoded_len, encode, encoded_len};
use reelseal_core::format::{Malformed, Rule};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn refused(rule: Rule) -> Result<&'static [u8], Malformed> {
    Err(Malformed { field: "base64", rule })
}

// req B64-1
#[test]
fn base64_is_that_of_rfc_4648_10() {
    for (bytes, expected) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        let mut out = [0; 8];
        assert_eq!(encode(bytes.as_bytes(), &mut out), Some(expected));
        let mut out = [0; 6];
        assert_eq!(decode(expected, &mut out), Ok(bytes.as_bytes()));
    }
}

#[test]
fn decoding_inverts_encoding_at_every_length() {
    for len in 0..=300 {
        let bytes = text(len);
        let mut encoded = vec![0xff; encoded_len(len).unwrap() + 3];
        let encoded = encode(&bytes, &mut encoded).unwrap();
        assert_eq!(encoded.len(), encoded_len(len).unwrap());
        assert_eq!(decoded_len(encoded), Ok(len));
        let mut decoded = vec![0xff; len + 3];
        assert_eq!(decode(encoded, &mut decoded), Ok(&bytes[..]));
    }
}

/// All 2¹⁶ texts of the form `xx==`, against the table of RFC 4648.
#[test]
fn two_characters_stand_for_a_byte_or_are_refused() {
    for (a, b) in (0..=127u8).flat_map(|a| (0..=127u8).map(move |b| (a, b))) {
        let quad = [a, b, b'=', b'='];
        let text = str::from_utf8(&quad).unwrap();
        let value = |c| ALPHABET.iter().position(|&known| known == c);
        let mut out = [0xff; 1];
        match (value(a), value(b)) {
            (Some(a), Some(b)) if b % 16 == 0 => {
                let byte = (a << 2 | b >> 4) as u8;
                assert_eq!(decode(text, &mut out), Ok(&[byte][..]), "{text:?}");
            }
            _ => {
                assert_eq!(decode(text, &mut out), refused(Rule::Syntax), "{text:?}");
                assert_eq!(out, [0]);
            }
        }
    }
}

#[test]
fn every_character_is_checked_at_every_place() {
    for at in 0..8 {
        for c in 0..=127u8 {
            let mut quads = *b"AAAAAAAA";
            quads[at] = c;
            let padding = at == 7 && c == b'=';
            let mut out = [0xff; 6];
            let known = ALPHABET.contains(&c) || padding;
            let decoded = decode(str::from_utf8(&quads).unwrap(), &mut out).is_ok();
            assert_eq!(decoded, known, "{c} at {at}");
        }
    }
}

// req B64-2
#[test]
fn bits_that_padding_leaves_over_are_zero() {
    let mut out = [0; 2];
    assert_eq!(decode("Zm8=", &mut out), Ok(&b"fo"[..]));
    for text in ["Zm9=", "Zm+=", "Zm/="] {
        assert_eq!(decode(text, &mut out), refused(Rule::Syntax), "{text}");
    }
}

#[test]
fn other_texts_are_refused() {
    for (text, rule) in [
        ("Z", Rule::Length),
        ("Zg", Rule::Length),
        ("Zg=", Rule::Length),
        ("Zm8", Rule::Length),
        ("Zm9v\n", Rule::Length),
        ("Zg==\r\n\r\n", Rule::Syntax),
        ("====", Rule::Syntax),
        ("A===", Rule::Syntax),
        ("=AAA", Rule::Syntax),
        ("Zg==Zg==", Rule::Syntax),
        ("Zm9v Zm9", Rule::Syntax),
        ("Zm-_", Rule::Syntax),
        ("\u{20ac}A", Rule::Syntax),
    ] {
        let mut out = [0xff; 16];
        assert_eq!(decode(text, &mut out), refused(rule), "{text:?}");
    }
    assert_eq!(decode("Zm9v", &mut [0; 2]), refused(Rule::Length));
    assert_eq!(encode(b"foo", &mut [0; 3]), None);
    assert_eq!(encoded_len(usize::MAX), None);
}

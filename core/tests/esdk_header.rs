//! Headers of messages of the AWS Encryption SDK: public keys, wrapped data keys, limits.

mod common;

use std::num::NonZeroU32;

use common::hex;
use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::{Body, raw_aes};
use reelseal_core::format::base64;
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::{ContentType, Edk, Header, MAX_HEADER_LEN, Parts, RawAes, Suite};
use reelseal_core::format::{Malformed, Rule};
use reelseal_core::hash::hkdf_sha512;
use reelseal_core::modes::gcm;
use reelseal_core::secret::{ContentKey, Kek, MessageKey};

/// The message of another suite, in the context of which is a public key.
#[test]
fn a_public_key_is_there_where_a_signature_is_and_nowhere_else() {
    let print = |suite: Suite, value: &str| {
        let mut pairs = [("aws-crypto-public-key", value)];
        let context = Context::new(&mut pairs).unwrap();
        let edk = Edk { provider_id: "p", provider_info: b"i", ciphertext: b"c" };
        let parts = Parts {
            suite,
            message_id: &[1; 32],
            context: &context,
            edks: &[edk],
            content_type: ContentType::NonFramed,
            commitment: &[2; 32],
        };
        let mut out = [0; 512];
        parts.print(&mut out).unwrap();
        Header::parse(&out).map(|(header, _)| header.public_key).map_err(|e| e.to_string())
    };
    let point = "AzVFxqZpBZw0bHhBrgGAbl4YOzDTqZqpEWTgzgqcKY1nBRe9PGsd9JUQpBWHQcMIRw==";
    assert_eq!(print(Suite::CommitKeySigned, point).unwrap().unwrap()[0], 3);
    let refused = |suite, value, why: &str| {
        assert_eq!(print(suite, value), Err(format!("aws-crypto-public-key {why}")));
    };
    refused(Suite::CommitKey, point, "is not allowed");
    refused(Suite::CommitKeySigned, "AzVF", "does not have the right length");
    refused(Suite::CommitKeySigned, "AzVF!", "is not written as its format demands");
}

/// Its header is authentic: whoever has the data key can name any point.
#[test]
fn a_public_key_that_is_no_point_of_the_curve_is_refused() {
    let (key, id) = ([9; 32], [1; 32]);
    let derived = |info: &[u8]| {
        let mut out = [0; 32];
        hkdf_sha512(&id, &key, info, &mut out).unwrap();
        out
    };
    let opens = |point: &str| {
        let mut pairs = [("aws-crypto-public-key", point)];
        let parts = Parts {
            suite: Suite::CommitKeySigned,
            message_id: &id,
            context: &Context::new(&mut pairs).unwrap(),
            edks: &[Edk { provider_id: "p", provider_info: b"i", ciphertext: b"c" }],
            content_type: ContentType::NonFramed,
            commitment: &derived(b"COMMITKEY"),
        };
        let mut out = [0; 512];
        let header = &*parts.print(&mut out).unwrap();
        let content_key = ContentKey::new_256(derived(b"\x05\x78DERIVEKEY"));
        let iv = gcm::Iv::Bytes12([0; 12]);
        let tag = gcm::seal_in_place(&content_key, iv, &[header], &mut []).unwrap();
        let message = [header, &tag].concat();
        let (header, _) = Header::parse(&message).unwrap();
        Body::open(&header, &MessageKey::new(key)).is_ok()
    };
    // The base point, FIPS 186-4 D.1.2.4, whose y is odd; and an x beyond the prime.
    let base = "03aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c\
                3a545e3872760ab7";
    for (point, there) in [(hex(base), true), ([&[3][..], &[0xff; 48]].concat(), false)] {
        let mut room = [0; 68];
        assert_eq!(opens(base64::encode(&point, &mut room).unwrap()), there, "{point:02x?}");
    }
}

/// A header with these pairs' context and this one wrapped data key, and a tag of zeros.
fn header_of(pairs: &mut [(&str, &str)], ciphertext: &[u8]) -> Vec<u8> {
    let context = Context::new(pairs).unwrap();
    let mut room = [0; 64];
    let info = RawAes { key_name: b"a key", iv: &[3; 12] }.print(&mut room).unwrap();
    let parts = Parts {
        suite: Suite::CommitKey,
        message_id: &[1; 32],
        context: &context,
        edks: &[Edk { provider_id: "p", provider_info: info, ciphertext }],
        content_type: ContentType::NonFramed,
        commitment: &[2; 32],
    };
    let mut out = [0; 512];
    [&*parts.print(&mut out).unwrap(), &[0; 16]].concat()
}

#[test]
fn a_key_given_twice_in_a_context_is_refused() {
    let mut header = header_of(&mut [("a", "1"), ("b", "2")], b"c");
    assert!(Header::parse(&header).is_ok());
    let at = header.windows(3).position(|window| window == b"\0\x01b").unwrap();
    header[at + 2] = b'a';
    let twice = Malformed { field: "encryption context key", rule: Rule::Repeated };
    assert_eq!(Header::parse(&header).map(|_| ()), Err(twice));
}

#[test]
fn key_information_that_does_not_fit_is_not_printed() {
    let info = RawAes { key_name: b"a key", iv: &[3; 12] };
    assert_eq!(info.print(&mut [0; 24]), None);
    assert_eq!(info.print(&mut [0; 25]).map(<[u8]>::len), Some(25));
}

// req ESDK-RAW-1
#[test]
fn a_wrapped_data_key_of_another_length_does_not_open() {
    for len in [0, 15, 16, 47, 49] {
        let bytes = header_of(&mut [], &[7; 49][..len]);
        let (header, _) = Header::parse(&bytes).unwrap();
        let edk = header.edks.clone().next().unwrap();
        assert_eq!(
            raw_aes::unwrap(&Kek::new_256([0x2b; 32]), &header, &edk).err(),
            Some(Inauthentic),
            "{len}"
        );
    }
}

#[test]
fn a_header_beyond_its_limit_is_neither_written_nor_read() {
    let ciphertext = vec![7; 60_000];
    let edk = |len| Edk {
        provider_id: "p",
        provider_info: b"i",
        ciphertext: ciphertext.get(..len).unwrap_or(&ciphertext),
    };
    let print = |edks: &[Edk<'_>], out: &mut [u8]| {
        let parts = Parts {
            suite: Suite::CommitKey,
            message_id: &[1; 32],
            context: &Context::EMPTY,
            edks,
            content_type: ContentType::Framed(NonZeroU32::MIN),
            commitment: &[2; 32],
        };
        parts.print(out).map(|bytes| bytes.len())
    };
    let mut out = vec![0; 2 * MAX_HEADER_LEN];
    let fixed = 3 + 32 + 2 + 2 + 2 * 8 + 5 + 32;
    let fits = MAX_HEADER_LEN - 16 - fixed - 60_000;
    assert_eq!(print(&[edk(60_000), edk(fits)], &mut out), Some(MAX_HEADER_LEN - 16));
    let (header, rest) = Header::parse(&out).unwrap();
    assert_eq!((header.bytes.len(), rest.len()), (MAX_HEADER_LEN - 16, MAX_HEADER_LEN));
    assert_eq!(print(&[edk(60_000), edk(fits + 1)], &mut out), None);
    assert_eq!(print(&[], &mut out), None);
    assert_eq!(print(&[edk(1); 33], &mut out), None);
    let long = vec![7; 1 << 16];
    assert_eq!(print(&[Edk { ciphertext: &long, ..edk(1) }], &mut out), None);
    let len = print(&[edk(1)], &mut out).unwrap();
    for room in 0..len {
        assert_eq!(print(&[edk(1)], &mut out[..room]), None, "{room} bytes of {len}");
    }
}

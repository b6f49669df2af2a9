//! SHA-256, HMAC and key derivation: the answers of the documents that define them.

mod common;

use common::hex;
use reelseal_core::hash::{
    Sha256, hkdf_sha256, hkdf_sha512, hmac_sha256, hmac_sha512, kbkdf_hmac_sha256, update_all,
};

fn sha256(text: &[u8]) -> [u8; 32] {
    <sha2::Sha256 as sha2::Digest>::digest(text).into()
}

#[test]
fn sha256_is_that_of_the_sha2_crate_around_the_edges_of_blocks() {
    let text: Vec<u8> = (0..400u16).map(|i| (i * 7 % 251) as u8).collect();
    for len in 0..=text.len() {
        for cut in [0, 1, 55, 56, 63, 64, 65, 128, 200] {
            let (front, back) = text[..len].split_at(cut.min(len));
            let mut hash = Sha256::new();
            hash.update(front);
            hash.update(back);
            assert_eq!(hash.finish(), sha256(&text[..len]), "{len} bytes, cut at {cut}");
        }
    }
}

#[test]
fn texts_hashed_side_by_side_have_the_hashes_that_they_have_alone() {
    let text: Vec<u8> = (0..9000u16).map(|i| (i * 7 % 251) as u8).collect();
    for count in 0..=40 {
        let texts: Vec<&[u8]> = (0..count).map(|i| &text[i..i + i * i * 37 % 8000]).collect();
        let mut hashes: Vec<Sha256> = texts.iter().map(|_| Sha256::default()).collect();
        hashes.iter_mut().zip(&texts).for_each(|(hash, text)| hash.update(&text[..text.len() / 3]));
        let rests = texts.iter().map(|text| &text[text.len() / 3..]);
        let mut batch: Vec<_> = hashes.iter_mut().zip(rests).collect();
        update_all(&mut batch);
        assert!(batch.iter().all(|(_, rest)| rest.is_empty()), "bytes were left");
        for (hash, text) in hashes.into_iter().zip(texts) {
            assert_eq!(hash.finish(), sha256(text), "{} bytes of {count} texts", text.len());
        }
    }
}

// req HMAC-1
#[test]
fn hmac_sha256_is_that_of_rfc_4231_4_3_and_4_7() {
    assert_eq!(
        hmac_sha256(b"Jefe", &[b"what do ya want ", b"for nothing?"])[..],
        hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    );
    let message = b"Test Using Larger Than Block-Size Key - Hash Key First";
    assert_eq!(
        hmac_sha256(&[0xaa; 131], &[message])[..],
        hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    );
}

#[test]
fn hmac_sha512_is_that_of_rfc_4231_4_3_and_4_7() {
    assert_eq!(
        hmac_sha512(b"Jefe", &[b"what do ya want ", b"for nothing?"])[..],
        hex("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737")
    );
    let message = b"Test Using Larger Than Block-Size Key - Hash Key First";
    assert_eq!(
        hmac_sha512(&[0xaa; 131], &[message])[..],
        hex("80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352\
             6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598")
    );
}

// req HKDF-1
#[test]
fn hkdf_sha256_is_that_of_rfc_5869_a() {
    let (mut a1, mut a3) = ([0; 42], [0; 42]);
    let ikm = [0x0b; 22];
    hkdf_sha256(&hex("000102030405060708090a0b0c"), &ikm, &hex("f0f1f2f3f4f5f6f7f8f9"), &mut a1)
        .unwrap();
    let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf\
                    34007208d5b887185865";
    assert_eq!(a1[..], hex(expected));
    hkdf_sha256(&[], &ikm, &[], &mut a3).unwrap();
    let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d\
                    9d201395faa4b61a96c8";
    assert_eq!(a3[..], hex(expected));
}

/// Made with PyCA `cryptography`.
#[test]
fn hkdf_sha512_is_that_of_others() {
    let mut out = [0; 150];
    hkdf_sha512(b"salt", &[0x0b; 22], b"info", &mut out).unwrap();
    assert_eq!(
        out[..],
        hex("f68aca3a3afd2c6f291f1e9c481054553ce84a2353df2b62c2b90eafbe9ba273\
             7b1745149c8cd4a1deee3afdbf30e8009c27eac5a56c1e63eb5c5336d4f739a0\
             19d5fc3e5810a1d664e035f6fb7317cb2c21b319b7df1f62dd6926d2e1a01475\
             dc9e6c6d574191131c4c51b8a156f7ec31f83dc6b226f4562155e6e3927aa8c5\
             d4d54a5f237ebeec4ce2cca33b8f259dca7fdda1aa11")
    );
}

// req HKDF-2
#[test]
fn hkdf_stretches_to_255_tags() {
    assert!(hkdf_sha256(b"", b"", b"", &mut [0; 255 * 32]).is_some());
    assert!(hkdf_sha512(b"", b"", b"", &mut [0; 255 * 64]).is_some());
    let mut out = [7; 255 * 32 + 1];
    assert!(hkdf_sha256(b"", b"", b"", &mut out).is_none());
    assert_eq!(out, [7; 255 * 32 + 1], "a refused output was altered");
    assert!(hkdf_sha512(b"", b"", b"", &mut [0; 255 * 64 + 1]).is_none());
}

// req KDF-1
/// Computed with PyCA `cryptography` and with `@aws-crypto/kdf-ctr-mode-node`, which agree.
#[test]
fn kbkdf_is_that_of_others() {
    let key: [u8; 32] = std::array::from_fn(|i| i as u8);
    let mut out = [0; 32];
    kbkdf_hmac_sha256(&key, b"label", &[0; 16], &mut out).unwrap();
    assert_eq!(out[..], hex("b71a289f070b1a5acbcf2a9294c300f8ffdf5b758ab97ed694e71e05543176d3"));
}

// req KDF-2
#[test]
fn kbkdf_of_a_length_is_not_the_front_of_a_longer_one() {
    let (mut short, mut long) = ([0; 16], [0; 100]);
    kbkdf_hmac_sha256(&[1; 32], b"label", b"context", &mut short).unwrap();
    kbkdf_hmac_sha256(&[1; 32], b"label", b"context", &mut long).unwrap();
    assert_ne!(short, long[..16], "L is part of what is hashed");
    assert_ne!(long[..32], long[32..64], "i is part of what is hashed");
    assert!(kbkdf_hmac_sha256(&[1; 32], b"label", b"context", &mut []).is_none());
}

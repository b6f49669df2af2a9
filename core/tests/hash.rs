//! HMAC and key derivation: the answers of the documents that define them.

mod common;

use common::hex;
use reelseal_core::hash::{hmac_sha256, kbkdf_hmac_sha256};

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

/// Computed with PyCA `cryptography` and with `@aws-crypto/kdf-ctr-mode-node`, which agree.
#[test]
fn kbkdf_is_that_of_others() {
    let key: [u8; 32] = std::array::from_fn(|i| i as u8);
    let mut out = [0; 32];
    kbkdf_hmac_sha256(&key, b"label", &[0; 16], &mut out).unwrap();
    assert_eq!(out[..], hex("b71a289f070b1a5acbcf2a9294c300f8ffdf5b758ab97ed694e71e05543176d3"));
}

#[test]
fn kbkdf_of_a_length_is_not_the_front_of_a_longer_one() {
    let (mut short, mut long) = ([0; 16], [0; 100]);
    kbkdf_hmac_sha256(&[1; 32], b"label", b"context", &mut short).unwrap();
    kbkdf_hmac_sha256(&[1; 32], b"label", b"context", &mut long).unwrap();
    assert_ne!(short, long[..16], "L is part of what is hashed");
    assert_ne!(long[..32], long[32..64], "i is part of what is hashed");
    assert!(kbkdf_hmac_sha256(&[1; 32], b"label", b"context", &mut []).is_none());
}

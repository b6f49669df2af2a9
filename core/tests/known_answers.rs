//! One known answer for each thing that the core does, from the document that defines it.

mod hex;

use hex::{hex, of};
use reelseal_core::envelope::kms;
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::hash::{hmac_sha256, kbkdf_hmac_sha256};
use reelseal_core::modes::cbc;
use reelseal_core::secret::{BackingKey, ContentKey, Kek, SegmentKey};
use reelseal_core::segment::{self, Iv};
use reelseal_core::wrap::{kw, kwp};

#[test]
fn kw_wraps_as_in_rfc_3394_4_6() {
    let kek = Kek::new_256(of("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"));
    let key = hex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");
    let mut out = [0; 40];
    assert!(kw::wrap(&kek, &key, &mut out).is_some());
    let wrapped =
        hex("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21");
    assert_eq!(out[..], wrapped);
    assert_eq!(kw::WrappedMut::parse(&mut out).unwrap().unwrap(&kek).unwrap(), key);
}

#[test]
fn kwp_wraps_as_in_rfc_5649_6() {
    let kek = Kek::new_192(of("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"));
    for (key, wrapped) in [
        (
            "c37b7e6492584340bed12207808941155068f738",
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        ),
        ("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"),
    ] {
        let (key, wrapped) = (hex(key), hex(wrapped));
        let mut out = vec![0; kwp::wrapped_len(key.len()).unwrap()];
        assert_eq!(kwp::wrap(&kek, &key, &mut out).unwrap(), wrapped);
        assert_eq!(kwp::WrappedMut::parse(&mut out).unwrap().unwrap(&kek).unwrap(), key);
    }
}

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

/// The key and IV of Elastic Transcoder's tutorial; computed with OpenSSL 3.0.
#[test]
fn cbc_is_that_of_openssl() {
    let key = ContentKey::new_128(*b"keykeykeykeykeyk");
    let cipher = cbc::Encryptor::new(&key, *b"1234567890123456");
    let mut buffer = *b"Elastic Transcoder--------------";
    cbc::encrypt_in_place(cipher, &mut buffer, 18).unwrap();
    let expected = hex("060203771a4d88bcc98bab64211decbd9b7d81589cd2a378a9b42cb3671a1902");
    assert_eq!(buffer[..], expected);

    let empty = cbc::Encryptor::new(&key, *b"1234567890123456").finish(b"").unwrap();
    assert_eq!(empty[..], hex("e84b8ac50dd9dc1e53142ac8b939d963"));
}

/// Computed with OpenSSL 3.0: the IV is the media sequence number.
#[test]
fn a_segment_is_encrypted_under_its_sequence_number() {
    let key = SegmentKey::new(*b"keykeykeykeykeyk");
    let mut buffer = *b"Elastic Transcoder--------------";
    segment::encrypt_in_place(&key, Iv::MediaSequence(7), &mut buffer, 18).unwrap();
    let expected = hex("a33a813302d0625e58e29d0043ab93313208755f7b277df34a5c6fc8b58c7b24");
    assert_eq!(buffer[..], expected);
    let clear = segment::decrypt_in_place(&key, Iv::MediaSequence(7), &mut buffer).unwrap();
    assert_eq!(clear, b"Elastic Transcoder");
}

#[test]
fn a_blob_opens_under_its_own_key_and_context_only() {
    let key = BackingKey::new([7; 32]);
    let mut pairs = [("service", "elastictranscoder.amazonaws.com")];
    let context = Context::new(&mut pairs).unwrap();
    let nonce = kms::FreshNonce::new([1; 16], [2; 12]);
    let mut out = [0; 16 + OVERHEAD];
    let blob = kms::seal(&key, &[9; 16], 1, nonce, &context, &[3; 16], &mut out).unwrap();
    let blob = Blob::parse(blob).unwrap();

    let mut clear = [0xff; MAX_PLAINTEXT];
    assert_eq!(kms::open(&blob, &key, &context, &mut clear).unwrap(), [3; 16]);
    assert!(kms::open(&blob, &key, &Context::EMPTY, &mut clear).is_err());
    assert_eq!(clear, [0; MAX_PLAINTEXT]);
    assert!(kms::open(&blob, &BackingKey::new([8; 32]), &context, &mut clear).is_err());
}

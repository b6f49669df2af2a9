//! The bug museum: what others got wrong, each as a test of ours with its reference.
//!
//! Those that have a side in the tool are shown there too; the comment says in which file.

use reelseal_core::Inauthentic;
use reelseal_core::envelope::kms::{FreshNonce, open, seal};
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::hash::{hmac_sha256, kbkdf_hmac_sha256};
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::gcm::{self, Tag, Unverified};
use reelseal_core::secret::{BackingKey, ContentKey, Kek, SegmentKey};
use reelseal_core::segment::record_seal;
use reelseal_core::wrap::{kw, kwp};

mod hls;

/// RustCrypto/AEADs #551 (GHSA-423w-p2w9-r7vq): `aes-gcm` 0.10 decrypted in place before it
/// looked at the tag, and a wrong tag left the text in the buffer.
#[test]
fn no_plaintext_is_left_after_a_failed_tag() {
    let (key, iv) = (ContentKey::new_256([7; 32]), gcm::Iv::Bytes12([1; 12]));
    let mut text = *b"sixteen bytes of text, and some more";
    let mut tag = gcm::seal_in_place(&key, iv, &[], &mut text).unwrap();
    tag[15] ^= 1;
    let mut streamed = text;
    assert_eq!(gcm::open_in_place(&key, iv, &[], &mut text, &tag), Err(Inauthentic));
    assert_eq!(text, [0; 36]);

    // The other style stores pieces as they come, and gives none of them back.
    let mut unverified = Unverified::new(gcm::Key::new(&key), iv, &[], Vec::new()).unwrap();
    unverified.update(&mut streamed, |all: &mut Vec<u8>, piece| all.extend_from_slice(piece));
    assert_eq!(unverified.finish(&tag), Err(Inauthentic));
    assert_eq!(streamed, [0; 36]);
}

/// `aes-kw` 0.3.1 unwraps `A6A6A6A6A6A6A6A6`, a check without a key, under every KEK; Wycheproof
/// has it among the invalid ones.
#[test]
fn nobody_accepts_the_wrapped_empty_key() {
    for len in [0, 8, 16] {
        let mut wrapped = vec![0xA6; len];
        assert!(kw::WrappedMut::parse(&mut wrapped).is_none(), "KW, {len} bytes");
    }
    assert!(kwp::WrappedMut::parse(&mut [0xA6; 8]).is_none());
    let kek = Kek::new_128([0; 16]);
    for len in [16, 24] {
        let mut wrapped = vec![0xA6; len];
        let parsed = kwp::WrappedMut::parse(&mut wrapped).unwrap();
        assert_eq!(parsed.unwrap(&kek), Err(Inauthentic), "KWP, {len} bytes");
    }
    assert_eq!(kw::wrap(&kek, &[], &mut [0; 8]), None);
    assert_eq!(kwp::wrap(&kek, &[], &mut [0; 8]), None);
}

// req GCM-5
/// Libraries that compare as many bytes of the tag as they are given accept one of 256 forgeries
/// of one byte: pyca/cryptography had `min_tag_length` for it, Java its `GCMParameterSpec`.
#[test]
fn a_truncated_tag_is_no_tag() {
    let tag = [0; 16];
    assert!(Tag::try_from(&tag[..12]).is_err(), "a tag has 16 bytes by its type");
    let blob = sealed(&[("a", "b")], b"a data key of 24 bytes..");
    for cut in 1..16 {
        let blob = Blob::parse(&blob[..blob.len() - cut]).unwrap();
        assert_eq!(opened_blob(&blob, &[("a", "b")]), Err(Inauthentic), "{cut} bytes less");
    }
}

/// getsops/sops #435: a loop over a map kept a pointer to its variable, so that every key of the
/// context had the value of whichever pair came last, another one each time.
#[test]
fn a_context_keeps_the_value_of_each_key_in_any_order() {
    let pairs = [("first key", "1"), ("second key", "2"), ("third key", "3")];
    let blob = sealed(&pairs, b"key");
    for turn in 0..3 {
        let mut turned = pairs;
        turned.rotate_left(turn);
        assert_eq!(opened(&blob, &turned).as_deref(), Ok(&b"key"[..]));
        turned.reverse();
        assert_eq!(opened(&blob, &turned).as_deref(), Ok(&b"key"[..]));
    }
    for value in ["1", "2", "3"] {
        let alike = pairs.map(|(key, _)| (key, value));
        assert_eq!(opened(&blob, &alike), Err(Inauthentic));
    }
}

/// Contexts compared as JSON text: `{"a":"1","b":"2"}` is not the text of the same map in another
/// order, and a value can hold the text of another map.
#[test]
fn a_context_is_no_json_text() {
    let blob = sealed(&[("a", "1"), ("b", "2")], b"key");
    assert_eq!(opened(&blob, &[("b", "2"), ("a", "1")]).as_deref(), Ok(&b"key"[..]));
    assert_eq!(opened(&blob, &[("a", "1\",\"b\":\"2")]), Err(Inauthentic));
    // Unescaped, these two are one text.
    let blob = sealed(&[("k", "\u{e9}")], b"key");
    assert_eq!(opened(&blob, &[("k", "\\u00e9")]), Err(Inauthentic));
    assert_eq!(opened(&blob, &[("k", "e\u{301}")]), Err(Inauthentic), "nothing is normalised");
}

/// moto's `_serialize_encryption_context` joins sorted keys and values without their lengths.
#[test]
fn pairs_are_not_joined_without_lengths() {
    let blob = sealed(&[("a", "bc"), ("d", "e")], b"key");
    let others: [&[(&str, &str)]; 4] = [
        &[("ab", "c"), ("d", "e")],
        &[("a", "b"), ("cd", "e")],
        &[("abcde", "")],
        &[("a", "bcde")],
    ];
    for other in others {
        assert_eq!(opened(&blob, other), Err(Inauthentic), "{other:?}");
    }
}

/// floci-io/floci #817: `Decrypt` under another context, or none, returned the plaintext.
/// `cli/tests/kms.rs` has it with KMS's name of the error.
#[test]
fn another_context_does_not_open() {
    let blob = sealed(&[("tenant", "1")], b"key");
    let others: [&[(&str, &str)]; 5] = [
        &[],
        &[("tenant", "999")],
        &[("Tenant", "1")],
        &[("tenant", "1 ")],
        &[("tenant", "1"), ("more", "")],
    ];
    for other in others {
        assert_eq!(opened(&blob, other), Err(Inauthentic), "{other:?}");
    }
}

/// HMAC pads its key with zeros (FIPS 198-1 §4, step 3), so a key and the same with a zero more are
/// one: whoever puts a message id there has two ids for one message. Ours are keys of one length,
/// and what varies is hashed as a message.
#[test]
fn a_zero_more_makes_another_message() {
    assert_eq!(hmac_sha256(b"id", &[]), hmac_sha256(b"id\0", &[]), "this is HMAC's way");
    let derive = |label: &[u8], context: &[u8]| {
        let mut out = [0; 32];
        kbkdf_hmac_sha256(&[7; 32], label, context, &mut out).unwrap();
        out
    };
    assert_ne!(derive(b"label", b"salt"), derive(b"label", b"salt\0"));
    assert_ne!(derive(b"label", b"salt"), derive(b"label\0", b"salt"));
    let key = SegmentKey::new(KEY);
    assert_ne!(record_seal(&key, b"{}"), record_seal(&key, b"{}\0"));
    let blob = sealed(&[("id", "x")], b"key");
    assert_eq!(opened(&blob, &[("id", "x\0")]), Err(Inauthentic));
}

/// A counter of 64 bits that carries into the nonce, or of 128 that does not, agrees with the
/// right one until it wraps: `ctr::Ctr32BE` beside OpenSSL's `aes-128-ctr`, at the last block.
#[test]
fn a_counter_wraps_at_its_own_width() {
    let key = || ContentKey::new_128(KEY);
    let stream = |first: [u8; 16], width| {
        let mut zeros = [0; 48];
        Ctr::new(&key(), first, width).apply(&mut zeros).unwrap();
        zeros
    };
    let first =
        u128::from_be_bytes(*b"\x12\x34\x56\x78\x9a\xbc\xde\xf0\xff\xff\xff\xff\xff\xff\xff\xff");
    let at = |counter: u128| counter.to_be_bytes();
    let [narrow, half, whole] =
        [Width::Bits32, Width::Bits64, Width::Bits128].map(|width| stream(at(first), width));
    assert_eq!((&narrow[..16], &half[..16]), (&whole[..16], &whole[..16]), "before the wrap");
    let next = |counter: u128| stream(at(counter), Width::Bits128)[..16].to_vec();
    assert_eq!(narrow[16..32], next(first & !u128::from(u32::MAX)));
    assert_eq!(half[16..32], next(first & !u128::from(u64::MAX)));
    assert_eq!(whole[16..32], next(first + 1));
}

const KEY: [u8; 16] = *b"keykeykeykeykeyk";

fn sealed(pairs: &[(&str, &str)], plaintext: &[u8]) -> Vec<u8> {
    let (mut pairs, mut out) = (pairs.to_vec(), vec![0; plaintext.len() + OVERHEAD]);
    let context = Context::new(&mut pairs).unwrap();
    let nonce = FreshNonce::new([3; 16], [4; 12]);
    let key = BackingKey::new([5; 32]);
    seal(&key, &[6; 16], 1, nonce, &context, plaintext, &mut out).unwrap().to_vec()
}

fn opened(blob: &[u8], pairs: &[(&str, &str)]) -> Result<Vec<u8>, Inauthentic> {
    opened_blob(&Blob::parse(blob).unwrap(), pairs)
}

fn opened_blob(blob: &Blob<'_>, pairs: &[(&str, &str)]) -> Result<Vec<u8>, Inauthentic> {
    let (mut pairs, mut out) = (pairs.to_vec(), [0xee; MAX_PLAINTEXT]);
    let context = Context::new(&mut pairs).unwrap();
    let plaintext = open(blob, &BackingKey::new([5; 32]), &context, &mut out).map(<[u8]>::to_vec);
    assert!(plaintext.is_ok() || out == [0; MAX_PLAINTEXT], "a refused key was left behind");
    plaintext
}

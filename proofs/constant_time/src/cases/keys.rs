//! Wrapping, derivation, and key material as text.

use std::hint::black_box;

use reelseal_core::envelope::{kms, transcoder};
use reelseal_core::format::base64;
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT};
use reelseal_core::hash;
use reelseal_core::secret::{BackingKey, ContentKey, Inauthentic, Kek, MessageKey, SegmentKey};
use reelseal_core::segment;
use reelseal_core::wrap::{ecb, kw, kwp};

use super::{Case, hidden, shown};
use crate::watch::{public, secret};

pub const ALL: &[Case] = &[
    ("kw wrap and unwrap", kw_opens),
    ("kw refuses", kw_refuses),
    ("kwp wrap and unwrap", kwp_opens),
    ("kwp refuses", kwp_refuses),
    ("ecb", ecb_both_ways),
    ("segment record", record),
    ("sha-256 of many texts", sha256),
    ("hkdf", hkdf),
    ("kbkdf", kbkdf),
    ("hmac", hmac),
    ("base64 encodes a key", base64_encodes),
    ("base64 decodes a key", base64_decodes),
    ("kms blob", blob),
    ("transcoder data key", data_key),
    ("a key prints its name", names),
];

fn kw_opens() {
    for kek in [Kek::new_128(hidden()), Kek::new_192(hidden()), Kek::new_256(hidden())] {
        let mut wrapped = [0; 40];
        kw::wrap(&kek, &hidden::<32>(), &mut wrapped).unwrap();
        public(&wrapped); // A ciphertext is public.
        let key = kw::WrappedMut::parse(&mut wrapped).unwrap().unwrap(&kek).unwrap();
        assert_eq!(shown(key)[..2], [3, 10]);
    }
}

fn kw_refuses() {
    let kek = Kek::new_256(hidden());
    let mut wrapped = [5; 40];
    let wrapped = kw::WrappedMut::parse(&mut wrapped).unwrap();
    assert_eq!(wrapped.key_len(), 32);
    assert_eq!(wrapped.unwrap(&kek), Err(Inauthentic));
}

fn kwp_opens() {
    let kek = Kek::new_256(hidden());
    for len in [5, 8, 20, 32] {
        let mut wrapped = vec![0; kwp::wrapped_len(len).unwrap()];
        kwp::wrap(&kek, &hidden::<32>()[..len], &mut wrapped).unwrap();
        public(wrapped.as_slice());
        let key = kwp::WrappedMut::parse(&mut wrapped).unwrap().unwrap(&kek).unwrap();
        assert_eq!(key.len(), len);
    }
}

fn kwp_refuses() {
    let kek = Kek::new_256(hidden());
    for mut wrapped in [vec![5; 16], vec![5; 40]] {
        assert!(kwp::WrappedMut::parse(&mut wrapped).unwrap().unwrap(&kek).is_err());
    }
}

/// What was wrapped is not known to be a key: a wrong KEK of 256 yields one.
fn ecb_both_ways() {
    let kek = Kek::new_128(hidden());
    let found = (0u8..=255).find(|&byte| ecb::unwrap(&kek, &mut [byte; 32]).is_ok());
    assert!(ecb::unwrap(&kek, &mut [found.map_or(0, |byte| !byte); 32]).is_err());
}

fn record() {
    let key = SegmentKey::new(hidden());
    let seal = segment::record_seal(&key, b"record");
    public(&seal);
    assert!(segment::record_check(&key, b"record", &seal).is_ok());
    assert!(segment::record_check(&key, b"another", &seal).is_err());
}

fn sha256() {
    let texts = [hidden::<200>(); 2];
    let mut hashes = [hash::Sha256::new(), hash::Sha256::default()];
    hashes[0].update(&texts[0][..7]);
    let mut both: Vec<_> = hashes.iter_mut().zip(texts.iter().map(|text| &text[..])).collect();
    hash::update_all(&mut both);
    let hashes = hashes.map(hash::Sha256::finish);
    assert_ne!(shown(&hashes[0]), shown(&hashes[1]));
}

fn hkdf() {
    let mut out = [0; 100];
    hash::hkdf_sha256(b"salt", &hidden::<32>(), b"info", &mut out).unwrap();
    hash::hkdf_sha512(b"salt", &hidden::<200>(), b"info", &mut out).unwrap();
    assert_ne!(shown(&out)[..4], [0; 4]);
}

fn kbkdf() {
    let mut out = [0; 100];
    hash::kbkdf_hmac_sha256(&hidden::<32>(), b"label", b"context", &mut out).unwrap();
    assert_ne!(shown(&out)[..4], [0; 4]);
}

fn hmac() {
    let mac = hash::hmac_sha256(&hidden::<32>(), &[&hidden::<70>()]);
    assert_ne!(shown(&mac)[..4], [0; 4]);
    let mac = hash::hmac_sha512(&hidden::<150>(), &[&hidden::<150>()]);
    assert_ne!(shown(&mac)[..4], [0; 4]);
}

fn base64_encodes() {
    let mut out = [0; 44];
    let len = base64::encode(&hidden::<32>(), &mut out).unwrap().len();
    assert_eq!((len, shown(&out)[43]), (44, b'='));
}

/// Whether its last two characters are padding tells the length of a key, which is public.
fn base64_decodes() {
    let mut out = [0; 32];
    let mut text = *b"AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw=";
    secret(&mut text[..42]);
    let text = core::str::from_utf8(&text).unwrap();
    assert_eq!(base64::decode(text, &mut out).unwrap().len(), 32);
    assert_eq!(shown(&out)[..2], [3, 10]);
    let mut bad = *b"AwoR_B8m";
    secret(&mut bad[..6]);
    let bad = core::str::from_utf8(&bad).unwrap();
    assert!(base64::decode(bad, &mut out).is_err());
}

fn blob() {
    let key = BackingKey::new(hidden());
    let (mut out, mut opened) = ([0; 200], [0; MAX_PLAINTEXT]);
    let nonce = kms::FreshNonce::new([1; 16], [2; 12]);
    let sealed = kms::seal(&key, &[3; 16], 1, nonce, &Context::EMPTY, &hidden::<32>(), &mut out);
    let sealed = sealed.unwrap();
    public(sealed);
    let blob = Blob::parse(sealed).unwrap();
    let plaintext = kms::open(&blob, &key, &Context::EMPTY, &mut opened).unwrap();
    assert_eq!(shown(plaintext)[..2], [3, 10]);
    let other = BackingKey::new([9; 32]);
    assert!(kms::open(&blob, &other, &Context::EMPTY, &mut opened).is_err());
}

fn data_key() {
    let mut text = *b"AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw=";
    secret(&mut text[..42]);
    let key = transcoder::DataKey::parse(black_box(&text)).unwrap();
    assert!(key.decoded().is_some() && key.literal().is_none());
    assert!(transcoder::DataKey::parse(&hidden::<32>()).unwrap().literal().is_some());
    assert!(transcoder::content_key(&hidden::<24>()).is_some());
}

fn names() {
    let keys: [&dyn core::fmt::Debug; 5] = [
        &Kek::new_128(hidden()),
        &ContentKey::new_128(hidden()),
        &BackingKey::new(hidden()),
        &SegmentKey::new(hidden()),
        &MessageKey::new(hidden()),
    ];
    let named = ["Kek(..)", "ContentKey(..)", "BackingKey(..)", "SegmentKey(..)", "MessageKey(..)"];
    assert_eq!(keys.map(|key| format!("{key:?}")), named);
}

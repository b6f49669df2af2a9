//! The code of the core that sees secrets. Each case checks its result too: nothing is optimised
//! away, and it is the path of success that was watched, or that of refusal, as its name says.

use std::hint::black_box;
use std::num::NonZeroU32;

use reelseal_core::envelope::{esdk, kms, transcoder};
use reelseal_core::format::base64;
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::{Edk, Header};
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT};
use reelseal_core::hash;
use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::secret::{BackingKey, ContentKey, Kek, MessageKey, SegmentKey};
use reelseal_core::segment;
use reelseal_core::wrap::{kw, kwp};

use crate::watch::{public, secret};

pub const ALL: &[(&str, fn())] = &[
    ("kw wrap and unwrap", kw_opens),
    ("kw refuses", kw_refuses),
    ("kwp wrap and unwrap", kwp_opens),
    ("kwp refuses", kwp_refuses),
    ("unpad", unpads),
    ("unpad refuses", unpad_refuses),
    ("cbc", cbc_both_ways),
    ("ctr", ctr_both_ways),
    ("gcm", gcm_opens),
    ("gcm with an IV of 16 bytes", gcm_of_16_bytes),
    ("gcm refuses", gcm_refuses),
    ("segment record", record),
    ("hkdf", hkdf),
    ("kbkdf", kbkdf),
    ("hmac", hmac),
    ("base64 encodes a key", base64_encodes),
    ("base64 decodes a key", base64_decodes),
    ("kms blob", blob),
    ("message commitment", commitment),
    ("transcoder data key", data_key),
];

/// Bytes in which no two are alike, marked secret.
fn hidden<const N: usize>() -> [u8; N] {
    let mut bytes = core::array::from_fn(|i| (i * 7 + 3) as u8);
    secret(&mut bytes);
    black_box(bytes)
}

fn shown<T: ?Sized>(value: &T) -> &T {
    public(value);
    value
}

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
    assert!(kw::WrappedMut::parse(&mut [5; 40]).unwrap().unwrap(&kek).is_err());
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

fn unpads() {
    for k in 1..=16u8 {
        let mut last = [k; 16];
        secret(&mut last);
        let len = cbc::unpad(black_box(&last)).unwrap();
        assert_eq!(len, usize::from(16 - k));
    }
}

fn unpad_refuses() {
    for mut last in [[0; 16], [17; 16], [255; 16], core::array::from_fn(|i| i as u8)] {
        secret(&mut last);
        assert!(cbc::unpad(black_box(&last)).is_err());
    }
}

fn cbc_both_ways() {
    let (key, iv) = (ContentKey::new_192(hidden()), [9; 16]);
    let mut text = [0; 160];
    text[..150].copy_from_slice(&hidden::<150>());
    cbc::encrypt_in_place(cbc::Encryptor::new(&key, iv), &mut text, 150).unwrap();
    public(&text);
    let opened = cbc::decrypt_in_place(cbc::Decryptor::new(&key, iv), &mut text).unwrap();
    assert_eq!(opened.len(), 150);
    let segment_key = SegmentKey::new(hidden());
    let number = segment::Iv::MediaSequence(7);
    let mut refused = [1; 64];
    assert!(segment::decrypt_in_place(&segment_key, number, &mut refused).is_err());
}

fn ctr_both_ways() {
    let key = ContentKey::new_128(hidden());
    for width in [Width::Bits128, Width::Bits64, Width::Bits32] {
        let mut text = hidden::<150>();
        Ctr::new(&key, [0xff; 16], width).apply(&mut text).unwrap();
        Ctr::new(&key, [0xff; 16], width).apply(&mut text).unwrap();
        assert_eq!(shown(&text)[..2], [3, 10]);
    }
}

fn gcm_opens() {
    gcm_under(Iv::Bytes12([1; 12]));
}

fn gcm_of_16_bytes() {
    gcm_under(Iv::Bytes16([2; 16]));
}

fn gcm_under(iv: Iv) {
    let (key, mut text) = (ContentKey::new_256(hidden()), hidden::<150>());
    let tag = gcm::seal_in_place(&key, iv, &[b"aad"], &mut text).unwrap();
    (public(&tag), public(&text));
    gcm::open_in_place(&key, iv, &[b"aad"], &mut text, &tag).unwrap();
    assert_eq!(shown(&text)[..2], [3, 10]);
}

fn gcm_refuses() {
    let key = ContentKey::new_256(hidden());
    let mut text = [1; 40];
    assert!(gcm::open_in_place(&key, Iv::Bytes12([0; 12]), &[], &mut text, &[3; 16]).is_err());
}

fn record() {
    let key = SegmentKey::new(hidden());
    let seal = segment::record_seal(&key, b"record");
    public(&seal);
    assert!(segment::record_check(&key, b"record", &seal).is_ok());
    assert!(segment::record_check(&key, b"another", &seal).is_err());
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

fn commitment() {
    let (key, kek) = (MessageKey::new(hidden()), Kek::new_256(hidden()));
    let iv = esdk::raw_aes::FreshIv::new([1; 12]);
    let wrapped = esdk::raw_aes::wrap(&kek, iv, &Context::EMPTY, &key).unwrap();
    public(&wrapped);
    let info = b"name\0\0\0\x80\0\0\0\x0c\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01";
    let edks = [Edk { provider_id: "p", provider_info: info, ciphertext: &wrapped }];
    let (id, frame_len) = (esdk::FreshMessageId::new([8; 32]), NonZeroU32::new(16).unwrap());
    let mut out = [0; 400];
    let sealer = esdk::Sealer::new(&key, id, &Context::EMPTY, &edks, frame_len, &mut out);
    let header = sealer.unwrap().1;
    public(header);
    let header = Header::parse(header).unwrap().0;
    let unwrapped = esdk::raw_aes::unwrap(&kek, &header, &edks[0]).unwrap();
    assert!(esdk::Body::open(&header, &unwrapped).is_ok());
    assert!(esdk::Body::open(&header, &MessageKey::new([9; 32])).is_err());
}

fn data_key() {
    let mut text = *b"AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw=";
    secret(&mut text[..42]);
    let key = transcoder::DataKey::parse(black_box(&text)).unwrap();
    assert!(key.decoded().is_some() && key.literal().is_none());
    assert!(transcoder::content_key(&hidden::<24>()).is_some());
}

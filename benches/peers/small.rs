//! What is small: a wrapped key, a sealed data key, a short text. In nanoseconds.

use std::hint::black_box;

use aes_kw::cipher::KeyInit;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use reelseal_core::envelope::kms::{self, FreshNonce};
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::OVERHEAD;
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::secret::{BackingKey, Kek};
use reelseal_core::wrap::kw;

use super::{KEY, NONCE, content_key};

/// Those who do one work, ours first: their names, and how.
pub type Candidates = Vec<(&'static str, Box<dyn FnMut()>)>;

/// Each work with those who do it.
pub fn all() -> [(&'static str, Candidates); 3] {
    [("kw-256 of 32 bytes", wrap()), ("gcm-256 of 32 bytes, 40 more", seal()), ("blob", blob())]
}

fn wrap() -> Candidates {
    let ours = || {
        let mut out = [0; 40];
        black_box(kw::wrap(&Kek::new_256(KEY), black_box(&KEY), &mut out));
    };
    let aws_lc = || {
        let mut out = [0; 40];
        let kek = AesKek::new(&AES_256, &KEY).expect("a key");
        black_box(kek.wrap(black_box(&KEY), &mut out).is_ok());
    };
    let stock = || {
        let mut out = [0; 40];
        let kek = aes_kw::KwAes256::new(&KEY.into());
        black_box(kek.wrap_key(black_box(&KEY), &mut out).is_ok());
    };
    vec![
        ("reelseal", Box::new(ours)),
        ("aws-lc", Box::new(aws_lc)),
        ("aes-kw crate", Box::new(stock)),
    ]
}

fn seal() -> Candidates {
    let ours = || {
        let mut text = black_box(KEY);
        let iv = Iv::Bytes12(NONCE);
        black_box(gcm::seal_in_place(&content_key(256), iv, &[&[1; 40]], &mut text));
    };
    let aws_lc = || {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).expect("a key"));
        seal_with(&key);
    };
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).expect("a key"));
    let ready = gcm::Key::new(&content_key(256));
    let ours_ready = move || {
        let mut text = black_box(KEY);
        black_box(ready.seal_in_place(Iv::Bytes12(NONCE), &[&[1; 40]], &mut text));
    };
    vec![
        ("reelseal", Box::new(ours)),
        ("reelseal, key once", Box::new(ours_ready)),
        ("aws-lc, key each time", Box::new(aws_lc)),
        ("aws-lc, key once", Box::new(move || seal_with(&key))),
    ]
}

fn seal_with(key: &LessSafeKey) {
    let mut text = black_box(KEY);
    let nonce = Nonce::assume_unique_for_key(NONCE);
    black_box(key.seal_in_place_separate_tag(nonce, Aad::from([1; 40]), &mut text).is_ok());
}

/// A derived key, and a data key sealed under it. AWS-LC does the same steps.
fn blob() -> Candidates {
    let backing_key = BackingKey::new(KEY);
    let ours = move || {
        let mut pairs = [("service", "elastictranscoder.amazonaws.com")];
        let context = Context::new(&mut pairs).expect("a context");
        let nonce = FreshNonce::new([7; 16], NONCE);
        let mut out = [0; 32 + OVERHEAD];
        let sealed = kms::seal(&backing_key, &[1; 16], 1, nonce, &context, &KEY, &mut out);
        black_box(sealed.is_some());
    };
    let aws_lc = || {
        let mac = hmac::Key::new(hmac::HMAC_SHA256, &KEY);
        let derived = hmac::sign(&mac, black_box(&[7; 40]));
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref()).expect("a key");
        let mut text = black_box(KEY);
        let nonce = Nonce::assume_unique_for_key(NONCE);
        let key = LessSafeKey::new(key);
        black_box(key.seal_in_place_separate_tag(nonce, Aad::from([1; 92]), &mut text).is_ok());
    };
    vec![("reelseal", Box::new(ours)), ("aws-lc", Box::new(aws_lc))]
}

//! GCM: who can do it.

use std::hint::black_box;
use std::time::Instant;

use aes::cipher::KeyInit;
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::AeadInOut;
use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use reelseal_core::modes::gcm as ours_gcm;

use super::{KEY, NONCE, content_key, with_aes};
use crate::Candidate;

/// Which half of a round trip is timed.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Timed {
    Seal,
    Open,
}

/// A candidate that seals, and opens what it sealed.
fn aead<T: 'static>(
    name: &'static str,
    timed: Timed,
    mut seal: impl FnMut(&mut [u8]) -> T + 'static,
    mut open: impl FnMut(&mut [u8], T) -> bool + 'static,
) -> Candidate {
    let run = move |text: &mut Vec<u8>| {
        let started = Instant::now();
        let tag = black_box(seal(text));
        let sealed = started.elapsed();
        if timed == Timed::Seal {
            return sealed;
        }
        let started = Instant::now();
        let opened = black_box(open(text, tag));
        let took = started.elapsed();
        assert!(opened, "{name} does not open what it sealed");
        took
    };
    Candidate { name, run: Box::new(run) }
}

pub(crate) fn candidates(bits: usize, timed: Timed) -> Vec<Candidate> {
    let iv = ours_gcm::Iv::Bytes12(NONCE);
    let key = || ours_gcm::Key::new(&content_key(bits));
    let (sealing, opening) = (key(), key());
    let mut all = vec![aead(
        "reelseal",
        timed,
        move |text| sealing.seal_in_place(iv, &[], text),
        move |text, tag| tag.is_some_and(|tag| opening.open_in_place(iv, &[], text, &tag).is_ok()),
    )];
    let (key, same) = (content_key(bits), content_key(bits));
    all.push(aead(
        "reelseal, key each time",
        timed,
        move |text| ours_gcm::seal_in_place(&key, iv, &[], text),
        move |text, tag| {
            tag.is_some_and(|tag| ours_gcm::open_in_place(&same, iv, &[], text, &tag).is_ok())
        },
    ));
    with_aes!(bits, C => {
        type Gcm = aes_gcm::AesGcm<C, aes::cipher::consts::U12>;
        let key = Gcm::new_from_slice(&KEY[..bits / 8]).expect("a key");
        let same = key.clone();
        all.push(aead(
            "aes-gcm crate",
            timed,
            move |text| key.encrypt_inout_detached(&NONCE.into(), &[], text.into()).ok(),
            move |text, tag| tag.is_some_and(|tag| {
                same.decrypt_inout_detached(&NONCE.into(), &[], text.into(), &tag).is_ok()
            }),
        ));
    });
    all.push(aws_lc_gcm(bits, timed));
    all.push(aws_lc_gcm_key_each_time(bits, timed));
    #[cfg(feature = "peers")]
    all.extend(peers(bits, timed));
    #[cfg(feature = "ipsec-mb")]
    all.push(aead(
        "ipsec-mb",
        timed,
        |text| {
            let mut tag = [0; 16];
            super::ipsec_mb::gcm(true, text, &mut tag);
            tag
        },
        |text, tag| {
            let mut own = [0; 16];
            super::ipsec_mb::gcm(false, text, &mut own);
            own == tag
        },
    ));
    all
}

fn aws_lc_gcm(bits: usize, timed: Timed) -> Candidate {
    let (sealing, opening) = (aws_lc_key(bits), aws_lc_key(bits));
    aead(
        "aws-lc",
        timed,
        move |text| sealing.seal_in_place_separate_tag(nonce(), Aad::empty(), text).ok(),
        move |text, tag| {
            tag.is_some_and(|tag| {
                let (aad, tag) = (Aad::empty(), tag.as_ref());
                opening.open_in_place_separate_tag(nonce(), aad, tag, text).is_ok()
            })
        },
    )
}

/// The key is expanded for every text.
fn aws_lc_gcm_key_each_time(bits: usize, timed: Timed) -> Candidate {
    aead(
        "aws-lc, key each time",
        timed,
        move |text| aws_lc_key(bits).seal_in_place_separate_tag(nonce(), Aad::empty(), text).ok(),
        move |text, tag| {
            tag.is_some_and(|tag| {
                let (aad, tag) = (Aad::empty(), tag.as_ref());
                aws_lc_key(bits).open_in_place_separate_tag(nonce(), aad, tag, text).is_ok()
            })
        },
    )
}

fn aws_lc_key(bits: usize) -> LessSafeKey {
    let algorithm = match bits {
        128 => &AES_128_GCM,
        192 => &AES_192_GCM,
        _ => &AES_256_GCM,
    };
    LessSafeKey::new(UnboundKey::new(algorithm, &KEY[..bits / 8]).expect("a key"))
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key(NONCE)
}

#[cfg(feature = "peers")]
fn peers(bits: usize, timed: Timed) -> Vec<Candidate> {
    let mut all = vec![openssl(bits, timed)];
    if bits != 192 {
        all.push(ring(bits, timed));
        let key = || graviola::aead::AesGcm::new(&KEY[..bits / 8]);
        let (sealing, opening) = (key(), key());
        let seal = move |text: &mut [u8]| {
            let mut tag = [0; 16];
            sealing.encrypt(&NONCE, &[], text, &mut tag);
            tag
        };
        let open =
            move |text: &mut [u8], tag: [u8; 16]| opening.decrypt(&NONCE, &[], text, &tag).is_ok();
        all.push(aead("graviola", timed, seal, open));
    }
    all
}

#[cfg(feature = "peers")]
fn ring(bits: usize, timed: Timed) -> Candidate {
    use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    let algorithm = if bits == 128 { &AES_128_GCM } else { &AES_256_GCM };
    let key = || LessSafeKey::new(UnboundKey::new(algorithm, &KEY[..bits / 8]).expect("a key"));
    let (sealing, opening) = (key(), key());
    let nonce = || Nonce::assume_unique_for_key(NONCE);
    aead(
        "ring",
        timed,
        move |text| sealing.seal_in_place_separate_tag(nonce(), Aad::empty(), text).ok(),
        move |text, tag| {
            tag.is_some_and(|tag| {
                opening.open_in_place_separate_tag(nonce(), Aad::empty(), tag, text, 0..).is_ok()
            })
        },
    )
}

#[cfg(feature = "peers")]
fn openssl(bits: usize, timed: Timed) -> Candidate {
    use openssl::cipher::Cipher;
    use openssl::cipher_ctx::CipherCtx;
    let cipher = match bits {
        128 => Cipher::aes_128_gcm(),
        192 => Cipher::aes_192_gcm(),
        _ => Cipher::aes_256_gcm(),
    };
    let context = || CipherCtx::new().expect("a context");
    let (mut sealing, mut opening) = (context(), context());
    let key = &KEY[..bits / 8];
    sealing.encrypt_init(Some(cipher), Some(key), Some(&NONCE)).expect("a key");
    opening.decrypt_init(Some(cipher), Some(key), Some(&NONCE)).expect("a key");
    let seal = move |text: &mut [u8]| {
        let mut tag = [0; 16];
        sealing.encrypt_init(None, None, Some(&NONCE)).expect("an IV");
        let len = text.len();
        sealing.cipher_update_inplace(text, len).expect("a text");
        sealing.cipher_final(&mut []).expect("an end");
        sealing.tag(&mut tag).expect("a tag");
        tag
    };
    let open = move |text: &mut [u8], tag: [u8; 16]| {
        opening.decrypt_init(None, None, Some(&NONCE)).expect("an IV");
        let len = text.len();
        opening.cipher_update_inplace(text, len).expect("a text");
        opening.set_tag(&tag).expect("a tag");
        opening.cipher_final(&mut []).is_ok()
    };
    aead("openssl", timed, seal, open)
}

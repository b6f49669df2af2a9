//! SHA-256 (FIPS 180-4), HMAC (FIPS 198-1), HKDF (RFC 5869), and key derivation in counter mode
//! (SP 800-108 §4.1).
//!
//! The only module that imports `hmac` and `sha2`. SHA-2 has no table and no branch on its input,
//! so what is hashed may be secret; lengths are public.
//!
//! | here           | standard            | unit                                     |
//! |----------------|---------------------|------------------------------------------|
//! | `k0`           | FIPS 198-1 K₀       | one block of the hash function           |
//! | `ikm`, `prk`   | RFC 5869 IKM, PRK   | bytes                                    |
//! | `i`            | SP 800-108 i        | 32 bits, counts from 1                   |
//! | `l`            | SP 800-108 L        | length of the output in *bits*, 32 bits  |

mod sha256;

use hmac::{Hmac, KeyInit, Mac};
use sha2::block_api::compress256;
use sha2::{Digest, Sha512};
use zeroize::Zeroize;

pub use sha256::{Sha256, update_all};

/// SHA-384 (FIPS 180-4 §6.5) of a text in pieces. Of public texts: its state is not erased.
#[derive(Clone, Default)]
pub(crate) struct Sha384(sha2::Sha384);

impl Sha384 {
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub(crate) fn finish(self) -> [u8; 48] {
        self.0.finalize().into()
    }
}

/// HMAC-SHA-256 under `key` of the concatenation of `parts`.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut k0: [u8; 64] = block_key(key, |key| sha2::Sha256::digest(key).into());
    let mut mac = Hmac::<sha2::Sha256>::new((&k0).into());
    k0.zeroize();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA-512 under `key` of the concatenation of `parts`.
pub fn hmac_sha512(key: &[u8], parts: &[&[u8]]) -> [u8; 64] {
    let mut k0: [u8; 128] = block_key(key, |key| Sha512::digest(key).into());
    let mut mac = Hmac::<Sha512>::new((&k0).into());
    k0.zeroize();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA-256 (RFC 5869 §2), extract and expand: fills `out`.
///
/// `None`, and `out` untouched, where it is longer than 255 · 32 bytes.
pub fn hkdf_sha256(salt: &[u8], ikm: &[u8], info: &[u8], out: &mut [u8]) -> Option<()> {
    hkdf(hmac_sha256, salt, ikm, info, out)
}

/// HKDF-SHA-512 (RFC 5869 §2), extract and expand: fills `out`.
///
/// `None`, and `out` untouched, where it is longer than 255 · 64 bytes.
pub fn hkdf_sha512(salt: &[u8], ikm: &[u8], info: &[u8], out: &mut [u8]) -> Option<()> {
    hkdf(hmac_sha512, salt, ikm, info, out)
}

/// KBKDF in counter mode with HMAC-SHA-256 (SP 800-108 §4.1): fills `out`.
///
/// The i-th 32 bytes are HMAC(`key`, i ‖ `label` ‖ 00 ‖ `context` ‖ L), where i counts from 1
/// and L is the length of `out` in bits, both as 32 bits big-endian.
///
/// `None` where L is out of range: `out` is empty, or has 2²⁹ bytes or more.
pub fn kbkdf_hmac_sha256(key: &[u8], label: &[u8], context: &[u8], out: &mut [u8]) -> Option<()> {
    // req KDF-2: the length of the output is part of the input: a shorter key is not the front
    // of a longer
    let l = u32::try_from(out.len()).ok()?.checked_mul(8).filter(|&bits| bits > 0)?;
    for (i, out) in (1u32..).zip(out.chunks_mut(32)) {
        // req KDF-1: the i-th piece is the PRF of i, label, a zero byte, context and the length
        // in bits
        // K(i) = PRF(K_I, [i] ‖ Label ‖ 00 ‖ Context ‖ [L])
        let input: [&[u8]; 5] = [&i.to_be_bytes(), label, &[0x00], context, &l.to_be_bytes()];
        let mut k = hmac_sha256(key, &input);
        out.iter_mut().zip(&k).for_each(|(o, k)| *o = *k); // the leftmost L bits of K(1) ‖ K(2) ‖ …
        k.zeroize();
    }
    Some(())
}

/// RFC 5869 §2.2 and §2.3, under HMAC with a tag of `N` bytes.
fn hkdf<const N: usize>(
    hmac: fn(&[u8], &[&[u8]]) -> [u8; N],
    salt: &[u8],
    ikm: &[u8],
    info: &[u8],
    out: &mut [u8],
) -> Option<()> {
    // req HKDF-2: expand chains HMACs over info and a counter, for at most 255 of them
    if out.len().div_ceil(N) > 255 {
        return None;
    }
    // req HKDF-1: extract is HMAC under the salt
    let mut prk = hmac(salt, &[ikm]); //                     PRK = HMAC(salt, IKM)
    let mut t = [0; N];
    let mut before: &[u8] = &[]; //                          T(0) = empty
    for (i, out) in (1u8..=255).zip(out.chunks_mut(N)) {
        t = hmac(&prk, &[before, info, &[i]]); //            T(i) = HMAC(PRK, T(i−1) ‖ info ‖ i)
        out.iter_mut().zip(&t).for_each(|(o, t)| *o = *t);
        before = &t;
    }
    prk.zeroize();
    t.zeroize();
    Some(())
}

// req HMAC-1: a key longer than a block is hashed first, a shorter one is filled with zeros
/// K₀ of FIPS 198-1 §4, steps 1 to 3: `key`, hashed if longer than a block, then zero-padded.
fn block_key<const BLOCK: usize, const HASH: usize>(
    key: &[u8],
    hash: impl FnOnce(&[u8]) -> [u8; HASH],
) -> [u8; BLOCK] {
    let mut k0 = [0; BLOCK];
    if key.len() <= BLOCK {
        k0.iter_mut().zip(key).for_each(|(k0, k)| *k0 = *k);
    } else {
        let mut hashed = hash(key);
        k0.iter_mut().zip(&hashed).for_each(|(k0, h)| *k0 = *h);
        hashed.zeroize();
    }
    k0
}

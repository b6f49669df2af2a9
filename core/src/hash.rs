//! HMAC-SHA-256 (FIPS 198-1) and key derivation in counter mode (SP 800-108 §4.1).
//!
//! The only module that imports `hmac` and `sha2`. SHA-256 has no table and no branch on its
//! input, so what is hashed may be secret; lengths are public.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// HMAC-SHA-256 under `key` of the concatenation of `parts`.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut k0 = block_key(key);
    let mut mac = Hmac::<Sha256>::new((&k0).into());
    k0.zeroize();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// KBKDF in counter mode with HMAC-SHA-256 (SP 800-108 §4.1): fills `out`.
///
/// The i-th 32 bytes are HMAC(`key`, i ‖ `label` ‖ 00 ‖ `context` ‖ L), where i counts from 1
/// and L is the length of `out` in bits, both as 32 bits big-endian.
///
/// `None` where L is out of range: `out` is empty, or has 2²⁹ bytes or more.
pub fn kbkdf_hmac_sha256(key: &[u8], label: &[u8], context: &[u8], out: &mut [u8]) -> Option<()> {
    let l = u32::try_from(out.len()).ok()?.checked_mul(8).filter(|&bits| bits > 0)?;
    for (i, k_i) in (1u32..).zip(out.chunks_mut(32)) {
        // K(i) = PRF(K_I, [i] ‖ Label ‖ 00 ‖ Context ‖ [L])
        let input: [&[u8]; 5] = [&i.to_be_bytes(), label, &[0x00], context, &l.to_be_bytes()];
        let mut k = hmac_sha256(key, &input);
        k_i.iter_mut().zip(&k).for_each(|(o, k)| *o = *k); // the leftmost L bits of K(1) ‖ K(2) ‖ …
        k.zeroize();
    }
    Some(())
}

/// K₀ of FIPS 198-1 §4, steps 1 to 3: `key`, hashed if longer than a block, then zero-padded.
fn block_key(key: &[u8]) -> [u8; 64] {
    let mut k0 = [0; 64];
    if key.len() <= k0.len() {
        k0.iter_mut().zip(key).for_each(|(k0, k)| *k0 = *k);
    } else {
        let mut hashed: [u8; 32] = Sha256::digest(key).into();
        k0.iter_mut().zip(&hashed).for_each(|(k0, h)| *k0 = *h);
        hashed.zeroize();
    }
    k0
}

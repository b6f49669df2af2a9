//! HKDF: RFC 5869.

use crate::hmac::{hmac_sha256, hmac_sha512};

/// HKDF-SHA-256: `None` beyond 255 hashes (§2.3).
pub fn hkdf_sha256(ikm: &[u8], salt: &[u8], info: &[u8], len: usize) -> Option<Vec<u8>> {
    hkdf(hmac_sha256, 32, ikm, salt, info, len)
}

/// HKDF-SHA-512: `None` beyond 255 hashes (§2.3).
pub fn hkdf_sha512(ikm: &[u8], salt: &[u8], info: &[u8], len: usize) -> Option<Vec<u8>> {
    hkdf(hmac_sha512, 64, ikm, salt, info, len)
}

/// Extract (§2.2), then expand (§2.3). No salt is `hash_len` zeros, which HMAC pads with anyway.
fn hkdf(
    hmac: fn(&[u8], &[u8]) -> Vec<u8>,
    hash_len: usize,
    ikm: &[u8],
    salt: &[u8],
    info: &[u8],
    len: usize,
) -> Option<Vec<u8>> {
    if len > 255 * hash_len {
        return None;
    }
    let prk = hmac(salt, ikm);
    let (mut t, mut okm) = (vec![], vec![]);
    for i in 1..=255u8 {
        if okm.len() >= len {
            break;
        }
        t = hmac(&prk, &[&t[..], info, &[i]].concat()); //  T(i) = HMAC(PRK, T(i − 1) ‖ info ‖ i)
        okm.extend(&t);
    }
    okm.truncate(len);
    Some(okm)
}

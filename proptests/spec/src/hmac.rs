//! HMAC: RFC 2104 §2, FIPS 198-1: H((K₀ ⊕ opad) ‖ H((K₀ ⊕ ipad) ‖ text)).

use crate::sha2;

/// HMAC-SHA-256.
pub fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac(|m| sha2::sha256(m).to_vec(), 64, key, text)
}

/// HMAC-SHA-512.
pub fn hmac_sha512(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac(|m| sha2::sha512(m).to_vec(), 128, key, text)
}

/// `block` is B, the block of the hash in bytes.
fn hmac(hash: fn(&[u8]) -> Vec<u8>, block: usize, key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut k0 = if key.len() > block { hash(key) } else { key.to_vec() };
    k0.resize(block, 0);
    let masked = |pad: u8| k0.iter().map(|k| k ^ pad).collect::<Vec<_>>();
    let inner = hash(&[&masked(0x36)[..], text].concat());
    hash(&[masked(0x5c), inner].concat())
}

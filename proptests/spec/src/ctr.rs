//! CTR: SP 800-38A §6.5, with the standard incrementing function of its §B.1.

use crate::aes::{Aes, Block};

/// Encrypts or decrypts: block j is masked by CIPH(Tⱼ), T₁ = `first`, Tⱼ₊₁ = incₘ(Tⱼ).
///
/// `counter_bits` is m: 128 counts over the whole block (Elastic Transcoder, OpenSSL), 64 as
/// WebCrypto is asked to by players, 32 as GCM does. The other bits stay, and the count wraps.
///
/// # Panics
///
/// Unless 1 ≤ `counter_bits` ≤ 128.
pub fn apply(key: &[u8], first: Block, counter_bits: u32, message: &[u8]) -> Vec<u8> {
    let (aes, mut t, mut out) = (Aes::new(key), first, vec![]);
    for block in message.chunks(16) {
        let mask = aes.encrypt(t);
        out.extend(block.iter().zip(mask).map(|(b, m)| b ^ m));
        t = increment(t, counter_bits);
    }
    out
}

/// incₘ: adds one to the last m bits, modulo 2ᵐ; §B.1.
///
/// # Panics
///
/// Unless 1 ≤ `m` ≤ 128.
pub fn increment(t: Block, m: u32) -> Block {
    assert!((1..=128).contains(&m), "a counter of {m} bits");
    let t = u128::from_be_bytes(t);
    let counts = u128::MAX >> (128 - m);
    ((t & !counts) | (t.wrapping_add(1) & counts)).to_be_bytes()
}

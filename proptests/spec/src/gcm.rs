//! GCM: SP 800-38D, with GHASH one bit at a time.
//!
//! | here | SP 800-38D |
//! |---|---|
//! | `h` | H, the hash subkey: CIPH(0¹²⁸) |
//! | `j0` | J₀, the pre-counter block (§7.1 step 2) |
//! | `s` | S, the block that the tag masks (§7.1 steps 4, 5) |

use crate::aes::{Aes, Block};
use crate::ctr;

/// GCM-AE, §7.1: the ciphertext, and a tag of 16 bytes (a shorter one is its beginning).
///
/// # Panics
///
/// If `iv` is empty.
pub fn seal(key: &[u8], iv: &[u8], aad: &[u8], plaintext: &[u8]) -> (Vec<u8>, Block) {
    let j0 = pre_counter(key, iv);
    let c = ctr::apply(key, ctr::increment(j0, 32), 32, plaintext); //  GCTR(inc₃₂(J₀), P)
    let tag = tag(key, j0, aad, &c);
    (c, tag)
}

/// GCM-AD, §7.2: the plaintext, if `tag` is right. Its length, 1 to 16 bytes, is the caller's
/// choice of t; §5.2.1.2 allows 4, 8 and 12 to 16.
pub fn open(key: &[u8], iv: &[u8], aad: &[u8], ciphertext: &[u8], tag: &[u8]) -> Option<Vec<u8>> {
    if iv.is_empty() || tag.is_empty() || tag.len() > 16 {
        return None;
    }
    let j0 = pre_counter(key, iv);
    let right = self::tag(key, j0, aad, ciphertext);
    let plaintext = ctr::apply(key, ctr::increment(j0, 32), 32, ciphertext);
    (right[..tag.len()] == *tag).then_some(plaintext)
}

/// J₀, §7.1 step 2: the IV itself where it has 96 bits, its GHASH otherwise.
fn pre_counter(key: &[u8], iv: &[u8]) -> Block {
    assert!(!iv.is_empty(), "GCM has no IV of 0 bits");
    match <[u8; 12]>::try_from(iv) {
        Ok(iv) => [&iv[..], &[0, 0, 0, 1]].concat().try_into().expect("16 bytes"),
        Err(_) => ghash(key, &[zero_padded(iv), lengths(0, iv.len())].concat()),
    }
}

/// T, §7.1 steps 4 to 6.
fn tag(key: &[u8], j0: Block, aad: &[u8], c: &[u8]) -> Block {
    let s = ghash(key, &[zero_padded(aad), zero_padded(c), lengths(aad.len(), c.len())].concat());
    ctr::apply(key, j0, 32, &s).try_into().expect("16 bytes") //        GCTR(J₀, S)
}

/// GHASH, Algorithm 2: Y₀ = 0, Yᵢ = (Yᵢ₋₁ ⊕ Xᵢ) • H.
fn ghash(key: &[u8], x: &[u8]) -> Block {
    let h = u128::from_be_bytes(Aes::new(key).encrypt([0; 16]));
    let y = x.chunks(16).fold(0, |y, block| {
        let x_i = u128::from_be_bytes(block.try_into().expect("whole blocks"));
        times(y ^ x_i, h)
    });
    y.to_be_bytes()
}

/// X • Y, Algorithm 1. Bit 0 of the standard is the leftmost.
fn times(x: u128, y: u128) -> u128 {
    const R: u128 = 0b1110_0001 << 120;
    let (mut z, mut v) = (0, y);
    for i in 0..128 {
        if (x >> (127 - i)) & 1 == 1 {
            z ^= v;
        }
        v = if v & 1 == 0 { v >> 1 } else { (v >> 1) ^ R };
    }
    z
}

fn zero_padded(bytes: &[u8]) -> Vec<u8> {
    [bytes, &vec![0; bytes.len().next_multiple_of(16) - bytes.len()]].concat()
}

/// Two lengths in bits, 64 bits each.
fn lengths(a: usize, b: usize) -> Vec<u8> {
    [a, b].map(|n| (8 * n as u64).to_be_bytes()).concat()
}

//! AES, one block and many: the only module that imports the `aes` crate.
//!
//! A mode is a closure that the cipher runs with one of its backends. Its body is then compiled
//! with the CPU features of that backend, and plain safe code becomes wide vector code.

pub(crate) use aes::cipher::{
    Array, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockSizeUser, ParBlocks, consts::U16,
};
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::secret::AesKey;

/// 16 bytes, the AES block of FIPS 197 §3.1.
pub type Block = [u8; 16];

/// A block as the backends of the `aes` crate know it: the same bytes, another type.
pub(crate) type CipherBlock = Array<u8, U16>;

/// A key expanded for CIPHER (FIPS 197 §5.1). The round keys are erased on drop (feature
/// `aes/zeroize`).
pub(crate) enum Aes {
    Aes128(aes::Aes128Enc),
    Aes192(aes::Aes192Enc),
    Aes256(aes::Aes256Enc),
}

impl Aes {
    /// Expands `key` (FIPS 197 §5.2).
    pub(crate) fn new(key: &AesKey) -> Self {
        match key {
            AesKey::Aes128(k) => Self::new_128(k),
            AesKey::Aes192(k) => Self::Aes192(KeyInit::new(k.into())),
            AesKey::Aes256(k) => Self::Aes256(KeyInit::new(k.into())),
        }
    }

    /// Expands a 128-bit key.
    pub(crate) fn new_128(key: &[u8; 16]) -> Self {
        Self::Aes128(KeyInit::new(key.into()))
    }

    /// Runs `mode` with the backend of this key.
    pub(crate) fn encrypt_with(&self, mode: impl BlockCipherEncClosure<BlockSize = U16>) {
        match self {
            Self::Aes128(c) => c.encrypt_with_backend(mode),
            Self::Aes192(c) => c.encrypt_with_backend(mode),
            Self::Aes256(c) => c.encrypt_with_backend(mode),
        }
    }
}

/// A key expanded for INVCIPHER (FIPS 197 §5.3), which costs more. Erased on drop as [`Aes`] is.
pub(crate) enum InverseAes {
    Aes128(aes::Aes128Dec),
    Aes192(aes::Aes192Dec),
    Aes256(aes::Aes256Dec),
}

impl InverseAes {
    /// Expands `key` (FIPS 197 §5.3.5).
    pub(crate) fn new(key: &AesKey) -> Self {
        match key {
            AesKey::Aes128(k) => Self::new_128(k),
            AesKey::Aes192(k) => Self::Aes192(KeyInit::new(k.into())),
            AesKey::Aes256(k) => Self::Aes256(KeyInit::new(k.into())),
        }
    }

    /// Expands a 128-bit key.
    pub(crate) fn new_128(key: &[u8; 16]) -> Self {
        Self::Aes128(KeyInit::new(key.into()))
    }

    /// Runs `mode` with the backend of this key.
    pub(crate) fn decrypt_with(&self, mode: impl BlockCipherDecClosure<BlockSize = U16>) {
        match self {
            Self::Aes128(c) => c.decrypt_with_backend(mode),
            Self::Aes192(c) => c.decrypt_with_backend(mode),
            Self::Aes256(c) => c.decrypt_with_backend(mode),
        }
    }
}

/// `out` becomes `a` ⊕ `b`; all have one length.
#[inline(always)]
pub(crate) fn xor_rows(out: &mut [CipherBlock], a: &[CipherBlock], b: &[CipherBlock]) {
    let (out, out_rest) = Array::slice_as_flattened_mut(out).as_chunks_mut();
    let (a, a_rest) = Array::slice_as_flattened(a).as_chunks();
    let (b, b_rest) = Array::slice_as_flattened(b).as_chunks();
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(o, (a, b))| *o = xor_row(*a, b));
    out_rest.iter_mut().zip(a_rest.iter().zip(b_rest)).for_each(|(o, (a, b))| *o = a ^ b);
}

/// `a` becomes `a` ⊕ `b`; both have one length.
#[inline(always)]
pub(crate) fn xor_into(a: &mut [CipherBlock], b: &[CipherBlock]) {
    let (a, a_rest) = Array::slice_as_flattened_mut(a).as_chunks_mut();
    let (b, b_rest) = Array::slice_as_flattened(b).as_chunks();
    a.iter_mut().zip(b).for_each(|(a, b)| *a = xor_row(*a, b));
    a_rest.iter_mut().zip(b_rest).for_each(|(a, b)| *a ^= b);
}

/// 64 bytes: the widest vector of an x86-64. By value, because in place becomes narrower code.
#[inline(always)]
fn xor_row(mut a: [u8; 64], b: &[u8; 64]) -> [u8; 64] {
    for (a, b) in a.as_chunks_mut().0.iter_mut().zip(b.as_chunks().0) {
        *a = (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)).to_ne_bytes();
    }
    a
}

/// Whether AES is computed by instructions of this processor, found at run time; else by code
/// without tables.
pub fn has_aes_instructions() -> bool {
    aes::hardware_accelerated()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the backends have 4, 8, 30 or 64 blocks: not all fill rows of 64 bytes.
    #[test]
    fn every_byte_is_xored_at_every_length() {
        let a: [CipherBlock; 70] = core::array::from_fn(|i| [i as u8; 16].into());
        let b: [CipherBlock; 70] = core::array::from_fn(|i| [3 * i as u8; 16].into());
        let expected: [CipherBlock; 70] =
            core::array::from_fn(|i| [(i ^ (3 * i)) as u8; 16].into());
        for len in 0..=70 {
            let (mut out, mut into) = ([CipherBlock::default(); 70], a);
            xor_rows(&mut out[..len], &a[..len], &b[..len]);
            xor_into(&mut into[..len], &b[..len]);
            assert_eq!(
                (&out[..len], &out[len..]),
                (&expected[..len], &[Array([0; 16]); 70][len..])
            );
            assert_eq!((&into[..len], &into[len..]), (&expected[..len], &a[len..]));
        }
    }
}

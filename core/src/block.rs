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

/// 16 bytes, the AES block of FIPS 197 §3.4.
pub type Block = [u8; 16];

/// A block as the backends of the `aes` crate know it: the same bytes, another type.
pub(crate) type CipherBlock = Array<u8, U16>;

/// An expanded AES key. The round keys are erased on drop (feature `aes/zeroize`).
pub(crate) enum Aes {
    Aes128(aes::Aes128),
    Aes192(aes::Aes192),
    Aes256(aes::Aes256),
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

    /// Runs `mode` with the encrypting backend of this key.
    pub(crate) fn encrypt_with(&self, mode: impl BlockCipherEncClosure<BlockSize = U16>) {
        match self {
            Self::Aes128(c) => c.encrypt_with_backend(mode),
            Self::Aes192(c) => c.encrypt_with_backend(mode),
            Self::Aes256(c) => c.encrypt_with_backend(mode),
        }
    }

    /// Runs `mode` with the decrypting backend of this key.
    pub(crate) fn decrypt_with(&self, mode: impl BlockCipherDecClosure<BlockSize = U16>) {
        match self {
            Self::Aes128(c) => c.decrypt_with_backend(mode),
            Self::Aes192(c) => c.decrypt_with_backend(mode),
            Self::Aes256(c) => c.decrypt_with_backend(mode),
        }
    }
}

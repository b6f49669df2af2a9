//! The types of the crate `aes` that `reelseal-core` uses, with CIPH and CIPH⁻¹ left open.
//!
//! Who links this says what they are. For `proofs/source` both are uninterpreted functions of key
//! and block: all that holds then is what holds of every block cipher.
#![no_std]

pub use cipher;

use cipher::consts::{U8, U16, U24, U32};
use cipher::inout::InOut;
use cipher::{
    Array, Block, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt,
    BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, Key, KeyInit,
    KeySizeUser, ParBlocksSizeUser,
};

#[link(wasm_import_module = "aes")]
unsafe extern "C" {
    /// `block` becomes CIPH of it under the `key_len` bytes at `key`.
    fn encrypt(key: *const u8, key_len: usize, block: *mut u8);
    /// `block` becomes CIPH⁻¹ of it.
    fn decrypt(key: *const u8, key_len: usize, block: *mut u8);
}

/// No instructions of a processor are here.
pub fn hardware_accelerated() -> bool {
    false
}

macro_rules! cipher {
    ($name:ident, $key_size:ty, $call:ident, $trait:ident, $with:ident, $closure:ident, $backend:ident, $one:ident) => {
        pub struct $name(Array<u8, $key_size>);

        impl KeySizeUser for $name {
            type KeySize = $key_size;
        }

        impl KeyInit for $name {
            fn new(key: &Key<Self>) -> Self {
                Self(*key)
            }
        }

        impl BlockSizeUser for $name {
            type BlockSize = U16;
        }

        impl ParBlocksSizeUser for $name {
            type ParBlocksSize = U8;
        }

        impl $trait for $name {
            fn $with(&self, mode: impl $closure<BlockSize = U16>) {
                mode.call(self);
            }
        }

        impl $backend for $name {
            fn $one(&self, mut block: InOut<'_, '_, Block<Self>>) {
                let mut copy = block.clone_in();
                // SAFETY: key and block are as long as is said.
                unsafe { $call(self.0.as_ptr(), self.0.len(), copy.as_mut_ptr()) };
                *block.get_out() = copy;
            }
        }
    };
}

macro_rules! ciphers {
    ($($enc:ident $dec:ident $key_size:ty),*) => {
        $(
            cipher!($enc, $key_size, encrypt, BlockCipherEncrypt, encrypt_with_backend,
                BlockCipherEncClosure, BlockCipherEncBackend, encrypt_block);
            cipher!($dec, $key_size, decrypt, BlockCipherDecrypt, decrypt_with_backend,
                BlockCipherDecClosure, BlockCipherDecBackend, decrypt_block);
        )*
    };
}

ciphers!(Aes128Enc Aes128Dec U16, Aes192Enc Aes192Dec U24, Aes256Enc Aes256Dec U32);

//! Randomness, from the operating system and nowhere else. Every value is for one use.

use reelseal_core::envelope::kms::FreshNonce;
use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;

/// The salt and the IV of one ciphertext blob.
///
/// # Errors
///
/// The operating system gives no randomness.
pub fn fresh_nonce() -> Result<FreshNonce, Error> {
    Ok(FreshNonce::new(*fresh_key()?, *fresh_key()?))
}

/// A secret key of `N` bytes, erased on drop.
///
/// # Errors
///
/// The operating system gives no randomness.
pub fn fresh_key<const N: usize>() -> Result<Zeroizing<[u8; N]>, Error> {
    let mut key = Zeroizing::new([0; N]);
    fill(key.as_mut_slice())?;
    Ok(key)
}

/// A secret key of `len` bytes, erased on drop.
///
/// # Errors
///
/// The operating system gives no randomness.
pub fn fresh_bytes(len: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut key = Zeroizing::new(vec![0; len]);
    fill(&mut key)?;
    Ok(key)
}

/// An IV that nobody could foresee, for one message.
#[derive(Debug)]
pub struct FreshIv([u8; 16]);

impl FreshIv {
    // req CBC-4: the IV of CBC cannot be foreseen
    /// Draws one.
    ///
    /// # Errors
    ///
    /// The operating system gives no randomness.
    pub fn draw() -> Result<Self, Error> {
        Ok(Self(*fresh_key()?))
    }

    /// The IV, used up: 16 bytes.
    pub fn into_block(self) -> [u8; 16] {
        self.0
    }
}

fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| {
        bytes.zeroize();
        Error::system(format!("the operating system gives no randomness: {error}"))
    })
}

//! AES in ECB with the padding of PKCS#5: how the first S3 Encryption Client wrapped data keys.
//!
//! SP 800-38A §6.1 and RFC 8018 §6.1.1, whose padding is that of PKCS#7. Nothing is checked but
//! the padding: of 256 wrong keys, one passes. It is here to be read, and is never written.

use core::slice;

use zeroize::Zeroize;

use crate::block::InverseAes;
use crate::modes::cbc::Decryptor;
use crate::secret::{Inauthentic, Kek};

/// Unwraps in place and returns the key at the front.
///
/// # Errors
///
/// [`Inauthentic`] if the padding is wrong, or `wrapped` does not have 16, 32, 48 … bytes. On
/// `Err`, the buffer is all zero.
pub fn unwrap<'w>(kek: &Kek, wrapped: &'w mut [u8]) -> Result<&'w mut [u8], Inauthentic> {
    let len = match wrapped.as_chunks_mut() {
        ([whole @ .., last], []) => {
            for block in &mut *whole {
                one_block(kek).update(slice::from_mut(block)); // Pⱼ = CIPH⁻¹_K(Cⱼ)
            }
            one_block(kek).finish(*last).map(|tail| {
                last.zeroize();
                last.iter_mut().zip(tail.iter()).for_each(|(l, t)| *l = *t);
                whole.as_flattened().len().saturating_add(tail.len())
            })
        }
        _ => Err(Inauthentic),
    };
    match len {
        Ok(len) => wrapped.get_mut(..len).ok_or(Inauthentic),
        Err(Inauthentic) => {
            wrapped.zeroize();
            Err(Inauthentic)
        }
    }
}

/// ECB is CBC whose chain is one block of zeros, for each block anew.
fn one_block(kek: &Kek) -> Decryptor {
    Decryptor::with(InverseAes::new(&kek.0), [0; 16])
}

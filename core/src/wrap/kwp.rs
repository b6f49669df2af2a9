//! AES Key Wrap with Padding: RFC 5649, KWP of SP 800-38F §6.3.

use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroize;

use super::{OneBlock, Semiblock, w, w_inverse};
use crate::block::{Aes, InverseAes};
use crate::secret::{Inauthentic, Kek, declassify, declassify_len};

/// A wrapped key of a length that KWP can produce (16, 24, 32 … bytes), in the buffer where it
/// will be unwrapped.
#[derive(Debug)]
pub struct WrappedMut<'a> {
    icv: &'a mut Semiblock,
    r: &'a mut [Semiblock],
    padded_len: u32,
}

impl<'a> WrappedMut<'a> {
    /// Takes `bytes` as a wrapped key, or `None` where KWP has no such length.
    pub fn parse(bytes: &'a mut [u8]) -> Option<Self> {
        let (semiblocks, []) = bytes.as_chunks_mut() else { return None };
        match semiblocks {
            [icv, r @ ..] if !r.is_empty() => {
                // RFC 5649 §3: the message length indicator has 32 bits.
                let padded_len = u32::try_from(r.as_flattened().len()).ok()?;
                Some(Self { icv, r, padded_len })
            }
            _ => None,
        }
    }

    /// KWP-AD (SP 800-38F §6.3, Algorithm 6): unwraps in place and returns the key.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if the integrity check fails. On `Err`, the buffer is all zero.
    pub fn unwrap(self, kek: &Kek) -> Result<&'a mut [u8], Inauthentic> {
        let Self { icv, r, padded_len } = self;
        let cipher = InverseAes::new(&kek.0);
        match *r {
            [ref mut r] => cipher.decrypt_with(OneBlock { icv, r }),
            ref mut r => w_inverse(&cipher, icv, r),
        }

        // req KWP-2: three checks are made: the constant, the length, and that the padding is zero
        // RFC 5649 §3: the three checks on the AIV. All are made, then one verdict is taken,
        // so that a refusal does not tell a wrong constant from a wrong length from a wrong pad.
        let [c0, c1, c2, c3, mli @ ..] = *icv;
        let len = u32::from_be_bytes(mli); //                  MLI, message length indicator
        let constant = [c0, c1, c2, c3].ct_eq(&ICV2);
        let length = !len.ct_gt(&padded_len) & len.ct_gt(&padded_len.wrapping_sub(8));
        let key = r.as_flattened_mut();
        let padding = (0u32..)
            .zip(key.iter())
            .fold(Choice::from(1), |zero, (i, byte)| zero & (len.ct_gt(&i) | byte.ct_eq(&0)));
        icv.zeroize();

        // The verdict is public: the caller's next act reveals it. So is an authentic length.
        let good = declassify(constant & length & padding);
        let len = good.then(|| usize::try_from(declassify_len(len)).ok());
        match len.flatten() {
            Some(len) => key.get_mut(..len).ok_or(Inauthentic),
            None => {
                key.zeroize();
                Err(Inauthentic)
            }
        }
    }
}

/// The length of a wrapped key of `key_len` bytes: padded to whole semiblocks, and one more.
///
/// `None` where KWP cannot wrap: `key_len` is 0, or does not fit into 32 bits (RFC 5649 §3).
pub fn wrapped_len(key_len: usize) -> Option<usize> {
    // req KWP-4: a key is shorter than 2^32 bytes and not empty
    u32::try_from(key_len).ok().filter(|&mli| mli > 0)?;
    key_len.checked_next_multiple_of(8)?.checked_add(8)
}

/// KWP-AE (SP 800-38F §6.3, Algorithm 5): wraps `key` into `out`.
///
/// `None` where `out` does not have exactly [`wrapped_len`] bytes, or there is no such length.
pub fn wrap<'o>(kek: &Kek, key: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
    if wrapped_len(key.len()) != Some(out.len()) {
        return None;
    }
    let [m0, m1, m2, m3] = u32::try_from(key.len()).ok()?.to_be_bytes();
    let (icv, body) = out.split_first_chunk_mut()?;
    let [c0, c1, c2, c3] = ICV2;
    // req KWP-1: the check begins with A65959A6, and the length of the key in 32 bits follows
    *icv = [c0, c1, c2, c3, m0, m1, m2, m3]; //                AIV = ICV2 ‖ MLI
    body.fill(0);
    body.iter_mut().zip(key).for_each(|(b, k)| *b = *k); //    P ‖ PAD
    let cipher = Aes::new(&kek.0);
    match body.as_chunks_mut().0 {
        [r] => cipher.encrypt_with(OneBlock { icv, r }),
        r => w(&cipher, icv, r),
    }
    Some(out)
}

/// The constant half of the Alternative Initial Value, RFC 5649 §3; ICV2 of SP 800-38F §6.3.
const ICV2: [u8; 4] = [0xA6, 0x59, 0x59, 0xA6];

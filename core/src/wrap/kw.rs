//! AES Key Wrap: RFC 3394, KW of SP 800-38F §6.2.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{Semiblock, w, w_inverse};
use crate::block::{Aes, InverseAes};
use crate::secret::{Inauthentic, Kek, declassify};

/// A wrapped key of a length that KW can produce, in the buffer where it will be unwrapped.
///
/// SP 800-38F §5.3.1: n ≥ 3 semiblocks, so 24, 32, 40 … bytes. The bound is what refuses
/// `A6A6A6A6A6A6A6A6`, the "wrapped empty key" that every KEK would accept.
#[derive(Debug)]
pub struct WrappedMut<'a> {
    icv: &'a mut Semiblock,
    r: &'a mut [Semiblock],
}

impl<'a> WrappedMut<'a> {
    /// Takes `bytes` as a wrapped key, or `None` where KW has no such length.
    pub fn parse(bytes: &'a mut [u8]) -> Option<Self> {
        let (semiblocks, []) = bytes.as_chunks_mut() else { return None };
        match semiblocks {
            // req KW-3: a wrapped key has at least three semiblocks
            [icv, r @ ..] if r.len() >= 2 => Some(Self { icv, r }),
            _ => None,
        }
    }

    /// Length of the key inside, in bytes.
    pub fn key_len(&self) -> usize {
        self.r.as_flattened().len()
    }

    /// KW-AD (SP 800-38F §6.2, Algorithm 4): unwraps in place and returns the key.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if the integrity check fails. On `Err`, the buffer is all zero.
    pub fn unwrap(self, kek: &Kek) -> Result<&'a mut [u8], Inauthentic> {
        let Self { icv, r } = self;
        w_inverse(&InverseAes::new(&kek.0), icv, r);

        // req KW-4: unwrapping fails where the check differs, and gives nothing back then
        let authentic = icv.ct_eq(&ICV1);
        icv.zeroize();
        // The verdict is public: the caller's next act reveals it.
        if declassify(authentic) {
            Ok(r.as_flattened_mut())
        } else {
            r.as_flattened_mut().zeroize();
            Err(Inauthentic)
        }
    }
}

/// KW-AE (SP 800-38F §6.2, Algorithm 3): wraps `key` into `out`, in which it leaves
/// 8 bytes of integrity check and then the wrapped key.
///
/// `None` where KW cannot wrap: `key` is not 16, 24, 32 … bytes, or `out` is not 8 longer.
pub fn wrap<'o>(kek: &Kek, key: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
    let (icv, body) = out.split_first_chunk_mut()?;
    if key.len() < 16 || !key.len().is_multiple_of(8) || body.len() != key.len() {
        return None;
    }
    *icv = ICV1;
    body.copy_from_slice(key);
    w(&Aes::new(&kek.0), icv, body.as_chunks_mut().0);
    Some(out)
}

// req KW-2: the default initial value is eight bytes of A6
/// The default initial value of RFC 3394 §2.2.3.1, ICV1 of SP 800-38F §6.2.
const ICV1: Semiblock = [0xA6; 8];

//! AES key wrapping: KW (RFC 3394) and KWP (RFC 5649), as joined in NIST SP 800-38F.
//! [`ecb`] is older than both.
//!
//! Reading order: [`kw`], [`kwp`], then the permutation they share, at the foot of this file.
//!
//! | here           | SP 800-38F | unit                                  |
//! |----------------|------------|---------------------------------------|
//! | `Semiblock`    | semiblock  | 8 bytes                               |
//! | `icv`          | S₁ / A     | one semiblock, the integrity check    |
//! | `r`            | S₂ … Sₙ    | n − 1 semiblocks of (padded) key data |
//! | `t`            | t          | step, 1 ..= 6(n − 1)                  |

pub mod ecb;
pub mod kw;
pub mod kwp;

use zeroize::Zeroize;

use crate::block::{
    Aes, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockSizeUser, CipherBlock, InverseAes, U16,
};

/// 8 bytes, half an AES block.
pub(crate) type Semiblock = [u8; 8];

// req KW-5: w and its inverse are the permutations of Algorithms 1 and 2
/// W, the wrapping permutation of SP 800-38F §6.1 (Algorithm 1), in place.
///
/// Equal to the index form of RFC 3394 §2.2.1, which needs no shifting of the register.
fn w(cipher: &Aes, icv: &mut Semiblock, r: &mut [Semiblock]) {
    cipher.encrypt_with(W { icv, r });
}

/// W⁻¹, the unwrapping permutation of SP 800-38F §6.1 (Algorithm 2), in place.
fn w_inverse(cipher: &InverseAes, icv: &mut Semiblock, r: &mut [Semiblock]) {
    cipher.decrypt_with(WInverse { icv, r });
}

struct W<'a> {
    icv: &'a mut Semiblock,
    r: &'a mut [Semiblock],
}

impl BlockSizeUser for W<'_> {
    type BlockSize = U16;
}

// req KW-1: wrapping goes six times over all semiblocks, and each step adds its number to the check
impl BlockCipherEncClosure for W<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { icv, r } = self;
        let mut t = 0u64;
        for _ in 0..6 {
            for r_i in r.iter_mut() {
                t = t.wrapping_add(1);
                let mut b = join(icv, r_i); //               B = AES(K, A | R[i])
                backend.encrypt_block_inplace(&mut b);
                (*icv, *r_i) = split(b); //                  R[i] = LSB(64, B)
                xor(icv, t); //                              A = MSB(64, B) ^ t
            }
        }
    }
}

struct WInverse<'a> {
    icv: &'a mut Semiblock,
    r: &'a mut [Semiblock],
}

impl BlockSizeUser for WInverse<'_> {
    type BlockSize = U16;
}

impl BlockCipherDecClosure for WInverse<'_> {
    #[inline(always)]
    fn call<B: BlockCipherDecBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { icv, r } = self;
        let mut b = CipherBlock::default();
        let mut t = r.iter().fold(0u64, |t, _| t.wrapping_add(6)); // 6(n − 1)
        for _ in 0..6 {
            for r_i in r.iter_mut().rev() {
                xor(icv, t); //                              B = AES⁻¹(K, (A ^ t) | R[i])
                b = join(icv, r_i);
                backend.decrypt_block_inplace(&mut b);
                (*icv, *r_i) = split(b); //                  A = MSB(64, B), R[i] = LSB(64, B)
                t = t.wrapping_sub(1);
            }
        }
        b.as_mut_slice().zeroize(); // It held the first 8 bytes of the key.
    }
}

// req KWP-3: a key of one semiblock is wrapped as one block of AES
/// RFC 5649 §4.1: one semiblock of key data and its AIV are a single block of ECB.
struct OneBlock<'a> {
    icv: &'a mut Semiblock,
    r: &'a mut Semiblock,
}

impl BlockSizeUser for OneBlock<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for OneBlock<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut b = join(self.icv, self.r);
        backend.encrypt_block_inplace(&mut b);
        (*self.icv, *self.r) = split(b);
    }
}

impl BlockCipherDecClosure for OneBlock<'_> {
    #[inline(always)]
    fn call<B: BlockCipherDecBackend<BlockSize = U16>>(self, backend: &B) {
        let mut b = join(self.icv, self.r);
        backend.decrypt_block_inplace(&mut b);
        (*self.icv, *self.r) = split(b);
        b.as_mut_slice().zeroize();
    }
}

#[inline(always)]
fn join(hi: &Semiblock, lo: &Semiblock) -> CipherBlock {
    let (hi, lo) = (u64::from_be_bytes(*hi), u64::from_be_bytes(*lo));
    ((u128::from(hi) << 64) | u128::from(lo)).to_be_bytes().into()
}

#[inline(always)]
fn split(b: CipherBlock) -> (Semiblock, Semiblock) {
    let [b0, b1, b2, b3, b4, b5, b6, b7, c0, c1, c2, c3, c4, c5, c6, c7] = b.0;
    ([b0, b1, b2, b3, b4, b5, b6, b7], [c0, c1, c2, c3, c4, c5, c6, c7])
}

#[inline(always)]
fn xor(a: &mut Semiblock, t: u64) {
    *a = (u64::from_be_bytes(*a) ^ t).to_be_bytes();
}

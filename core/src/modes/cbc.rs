//! Cipher Block Chaining: SP 800-38A §6.2, with the padding of RFC 5652 §6.3 (PKCS#7).
//!
//! CBC does not authenticate: whoever can alter the ciphertext can alter the text, and whoever
//! learns whether a padding was good can learn the text. It is here for the formats that demand
//! it. Use it where something else vouches for the bytes.
//!
//! | here     | SP 800-38A | unit                                              |
//! |----------|------------|---------------------------------------------------|
//! | `chain`  | IV, Cⱼ₋₁   | one block: what the next block is XORed with      |
//! | `blocks` | Pⱼ, Cⱼ     | whole blocks, text before and ciphertext after    |

use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};
use zeroize::{Zeroize, ZeroizeOnDrop};

pub use crate::block::Block;
use crate::block::{
    Aes, Array, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockSizeUser, CipherBlock, InverseAes, ParBlocks, U16, xor_rows,
};
use crate::secret::{ContentKey, Inauthentic, declassify, declassify_len};

/// Encrypts one text, whole blocks at a time. [`finish`](Self::finish) consumes it, so that no
/// text goes without its padding and no IV serves twice.
#[must_use = "a text is complete only once `finish` has padded it"]
pub struct Encryptor {
    cipher: Aes,
    chain: Block,
}

impl Encryptor {
    /// Begins a text. `iv` has to be unpredictable (SP 800-38A Appendix C).
    pub fn new(key: &ContentKey, iv: Block) -> Self {
        Self::with(Aes::new(&key.0), iv)
    }

    pub(crate) fn with(cipher: Aes, iv: Block) -> Self {
        Self { cipher, chain: iv }
    }

    /// Encrypts whole blocks in place.
    pub fn update(&mut self, blocks: &mut [Block]) {
        encrypt(&self.cipher, &mut self.chain, blocks);
    }

    /// Pads `tail`, the 0..=15 bytes left over (RFC 5652 §6.3), and encrypts the last block.
    ///
    /// `None` if `tail` holds a whole block: it belongs into [`update`](Self::update).
    pub fn finish(mut self, tail: &[u8]) -> Option<Block> {
        let mut last = pad(tail)?;
        self.update(core::slice::from_mut(&mut last));
        Some(last)
    }
}

/// Decrypts one text, whole blocks at a time. The last block of the ciphertext is kept back for
/// [`finish`](Self::finish), which takes the padding off.
#[must_use = "a text is complete only once `finish` has checked its padding"]
pub struct Decryptor {
    cipher: InverseAes,
    chain: Block,
}

impl Decryptor {
    /// Begins a text.
    pub fn new(key: &ContentKey, iv: Block) -> Self {
        Self::with(InverseAes::new(&key.0), iv)
    }

    pub(crate) fn with(cipher: InverseAes, iv: Block) -> Self {
        Self { cipher, chain: iv }
    }

    /// Decrypts whole blocks in place.
    pub fn update(&mut self, blocks: &mut [Block]) {
        let chain = CipherBlock::cast_from_core_mut(&mut self.chain);
        let blocks = CipherBlock::cast_slice_from_core_mut(blocks);
        self.cipher.decrypt_with(Decrypt { chain, blocks });
    }

    /// Decrypts the last block and returns the 0..=15 bytes in front of its padding.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if the padding is not that of RFC 5652 §6.3: wrong key, wrong IV, or
    /// altered bytes. A good padding proves nothing: one wrong key in 256 yields one.
    pub fn finish(mut self, mut last: Block) -> Result<Tail, Inauthentic> {
        self.update(core::slice::from_mut(&mut last));
        let tail = unpad(&last).map(|len| Tail { last, len });
        last.zeroize();
        tail
    }
}

/// The last 0..=15 bytes of a text; erased on drop.
#[derive(ZeroizeOnDrop)]
pub struct Tail {
    last: Block,
    #[zeroize(skip)] // The length of a text is public: its ciphertext shows it.
    len: usize,
}

impl core::ops::Deref for Tail {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.last.get(..self.len).unwrap_or_default()
    }
}

impl core::fmt::Debug for Tail {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Tail(..)")
    }
}

/// The length of the ciphertext of `len` bytes: the next multiple of 16 above `len`.
///
/// `None` where that is more than memory can hold.
pub fn encrypted_len(len: usize) -> Option<usize> {
    (len - len % 16).checked_add(16)
}

/// Encrypts a whole text in place: its `len` bytes lie at the front of `buffer`, whose length
/// is [`encrypted_len`] of `len`.
///
/// `None`, and `buffer` untouched, where the two lengths do not fit each other.
pub fn encrypt_in_place(mut encryptor: Encryptor, buffer: &mut [u8], len: usize) -> Option<()> {
    if encrypted_len(len) != Some(buffer.len()) {
        return None;
    }
    let (blocks, []) = buffer.as_chunks_mut() else { return None };
    let (last, whole) = blocks.split_last_mut()?;
    encryptor.update(whole);
    *last = encryptor.finish(last.get(..len % 16)?)?;
    Some(())
}

/// Decrypts a whole ciphertext in place and returns the text at its front.
///
/// # Errors
///
/// [`Inauthentic`] as in [`Decryptor::finish`], or if the length of `buffer` is not 16, 32, 48 …
/// bytes. On `Err`, `buffer` is all zero.
pub fn decrypt_in_place(
    mut decryptor: Decryptor,
    buffer: &mut [u8],
) -> Result<&mut [u8], Inauthentic> {
    let tail = match buffer.as_chunks_mut() {
        ([whole @ .., last], []) => {
            decryptor.update(whole);
            decryptor.finish(*last).map(|tail| (whole.as_flattened().len(), tail))
        }
        _ => Err(Inauthentic),
    };
    match tail {
        Ok((whole_len, tail)) => {
            let (_, padded) = buffer.split_at_mut_checked(whole_len).ok_or(Inauthentic)?;
            padded.zeroize();
            padded.iter_mut().zip(tail.iter()).for_each(|(p, t)| *p = *t);
            buffer.get_mut(..whole_len + tail.len()).ok_or(Inauthentic)
        }
        Err(Inauthentic) => {
            buffer.zeroize();
            Err(Inauthentic)
        }
    }
}

// req CBC-2: the padding is k bytes of the value k, from 1 to 16
/// `tail` and its padding (RFC 5652 §6.3): k bytes of the value k, 1 ≤ k ≤ 16.
pub(super) fn pad(tail: &[u8]) -> Option<Block> {
    let k = u8::try_from(16usize.checked_sub(tail.len())?).ok().filter(|&k| k > 0)?;
    let mut last = [k; 16];
    last.iter_mut().zip(tail).for_each(|(l, t)| *l = *t);
    Some(last)
}

/// Takes the padding off a decrypted last block: the number of bytes of text in front, 0..=15.
///
/// Constant time: every byte is looked at, and one bit says whether all of them agree.
///
/// # Errors
///
/// [`Inauthentic`] if the block does not end in 1 to 16 bytes of that value.
pub fn unpad(last: &Block) -> Result<usize, Inauthentic> {
    let [.., k] = *last;
    // req CBC-3: a padding is taken off only where all of its bytes are right
    let range = !k.ct_eq(&0) & !k.ct_gt(&16); //                     1 ≤ k ≤ 16
    let same = (1u8..=16).zip(last.iter().rev()).fold(Choice::from(1), |same, (nth, byte)| {
        same & (nth.ct_gt(&k) | byte.ct_eq(&k)) //                   the last k bytes are k
    });
    // The verdict is public: the caller's next act reveals it. So is the length of a text.
    if declassify(range & same) {
        let len = declassify_len(u32::from(16u8.saturating_sub(k)));
        usize::try_from(len).map_err(|_| Inauthentic)
    } else {
        Err(Inauthentic)
    }
}

/// Encrypts the next blocks of one text.
pub(super) fn encrypt(cipher: &Aes, chain: &mut Block, blocks: &mut [Block]) {
    let chain = CipherBlock::cast_from_core_mut(chain);
    cipher.encrypt_with(Encrypt { chain, blocks: CipherBlock::cast_slice_from_core_mut(blocks) });
}

/// CBC encryption of SP 800-38A §6.2: the chain is a latency, so its value stays in a register.
struct Encrypt<'a> {
    chain: &'a mut CipherBlock,
    blocks: &'a mut [CipherBlock],
}

impl BlockSizeUser for Encrypt<'_> {
    type BlockSize = U16;
}

// req CBC-1: a block is XORed with the ciphertext before it, the first with the IV
impl BlockCipherEncClosure for Encrypt<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut c = *self.chain;
        for block in self.blocks {
            xor(&mut c, block);
            backend.encrypt_block_inplace(&mut c); //                Cⱼ = CIPH_K(Pⱼ ⊕ Cⱼ₋₁)
            *block = c;
        }
        *self.chain = c;
    }
}

/// CBC decryption of SP 800-38A §6.2: no block waits for another, so they go in rows.
struct Decrypt<'a> {
    chain: &'a mut CipherBlock,
    blocks: &'a mut [CipherBlock],
}

impl BlockSizeUser for Decrypt<'_> {
    type BlockSize = U16;
}

impl BlockCipherDecClosure for Decrypt<'_> {
    #[inline(always)]
    fn call<B: BlockCipherDecBackend<BlockSize = U16>>(self, backend: &B) {
        let mut chain = *self.chain;
        let mut text = ParBlocks::<B>::default();
        let mut before = ParBlocks::<B>::default(); //               Cⱼ₋₁, for each j of the row
        let (rows, rest) = ParBlocks::<B>::slice_as_chunks_mut(self.blocks);
        for row in rows {
            backend.decrypt_par_blocks((&*row, &mut text).into());
            chain = shift(&mut before, chain, row);
            xor_rows(row, &text, &before); //                        Pⱼ = CIPH⁻¹_K(Cⱼ) ⊕ Cⱼ₋₁
        }
        for block in rest {
            let c = *block;
            backend.decrypt_block_inplace(block);
            xor(block, &chain);
            chain = c;
        }
        *self.chain = chain;
        Array::slice_as_flattened_mut(&mut text).zeroize();
    }
}

/// `before` becomes `chain` and all blocks of `row` but the last, which is the next `chain`.
#[inline(always)]
fn shift(before: &mut [CipherBlock], chain: CipherBlock, row: &[CipherBlock]) -> CipherBlock {
    let ([first, others @ ..], [most @ .., last]) = (before, row) else { return chain };
    *first = chain;
    others.copy_from_slice(most);
    *last
}

#[inline(always)]
pub(super) fn xor(a: &mut CipherBlock, b: &CipherBlock) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a ^= b);
}

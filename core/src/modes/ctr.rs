//! Counter mode: SP 800-38A §6.5, with a counter of 128, 64 or 32 bits.
//!
//! CTR does not authenticate: a bit flipped in the ciphertext is a bit flipped in the text. One
//! key stream used for two texts gives both away, so no counter block may serve twice under a
//! key: [`Ctr`] refuses to go once around, and the caller sees to the first block.
//!
//! | here      | SP 800-38A | unit                                              |
//! |-----------|------------|---------------------------------------------------|
//! | `first`   | T₁         | one block, the first counter block                |
//! | `counter` | Tⱼ         | one block, as a 128-bit integer, big-endian       |
//! | `width`   | m          | bits that the standard incrementing function adds |

mod closures;

use core::cmp::min;

use zeroize::Zeroize;

pub use crate::block::Block;
use crate::block::{Aes, CipherBlock};
use crate::fast;
use crate::secret::{AesKey, ContentKey};
use closures::{Apply, ApplySecretly, One};

/// How many bits of the counter block count (SP 800-38A §B.1). The bits above them stand still.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Width {
    // req ET-FILE-2: the counter of aes-ctr has 128 bits, as OpenSSL's
    /// All: `aes-ctr` of Elastic Transcoder, and of OpenSSL.
    Bits128,
    /// The lower half: Common Encryption (ISO/IEC 23001-7).
    Bits64,
    /// The lowest quarter: inc₃₂ of GCM (SP 800-38D §6.2).
    Bits32,
}

/// A key stream, and how much of it is used. Encryption and decryption are the same.
pub struct Ctr {
    cipher: Cipher,
    at: Position,
}

impl Ctr {
    /// Begins a key stream at the counter block `first`.
    pub fn new(key: &ContentKey, first: Block, width: Width) -> Self {
        Self { cipher: Cipher::new(&key.0), at: Position::new(first, width, First::Public) }
    }

    /// Goes to `offset`, in bytes from the first counter block.
    ///
    /// `None`, and nothing moves, where the counter would have gone once around before that.
    pub fn seek(&mut self, offset: u64) -> Option<()> {
        self.at.seek(offset)
    }

    /// Encrypts or decrypts `text` in place with the next bytes of the key stream.
    ///
    /// `None`, and `text` untouched, where the counter would go once around.
    pub fn apply(&mut self, text: &mut [u8]) -> Option<()> {
        self.at.apply(&self.cipher, text)
    }
}

/// An expanded key, for the widest vectors that there are. Erased on drop.
#[cfg_attr(
    not(feature = "accel"),
    expect(clippy::large_enum_variant, reason = "without `accel`, nothing is `Wide`")
)]
pub(super) enum Cipher {
    Portable(Aes),
    Wide(fast::Cipher),
}

impl Cipher {
    pub(super) fn new(key: &AesKey) -> Self {
        fast::Cipher::new(key.bytes()).map_or_else(|| Self::Portable(Aes::new(key)), Self::Wide)
    }

    pub(super) fn wide(&self) -> Option<&fast::Cipher> {
        match self {
            Self::Portable(_) => None,
            Self::Wide(wide) => Some(wide),
        }
    }

    /// CIPH_K(`block`).
    pub(super) fn encrypt_block(&self, mut block: Block) -> Block {
        match self {
            Self::Portable(cipher) => {
                cipher.encrypt_with(One(CipherBlock::cast_from_core_mut(&mut block)));
                block
            }
            Self::Wide(wide) => {
                let mut stream = [[0; 16]];
                mask(wide, u128::from_be_bytes(block), &mut stream);
                let [stream] = stream;
                stream
            }
        }
    }
}

/// XORs `blocks` with the key stream that begins at `counter`, which counts in 32 bits.
fn mask(wide: &fast::Cipher, counter: u128, blocks: &mut [Block]) {
    let (rows, rest) = blocks.as_chunks_mut();
    wide.apply_ctr32(counter, rows);
    if !rest.is_empty() {
        let counter = Width::Bits32.add(counter, count(rows) * 4);
        let mut row = fast::Row::default();
        row.iter_mut().zip(&*rest).for_each(|(r, block)| *r = *block);
        wide.apply_ctr32(counter, core::slice::from_mut(&mut row));
        rest.iter_mut().zip(&row).for_each(|(block, r)| *block = *r);
        row.as_flattened_mut().zeroize();
    }
}

/// Where a key stream began, and where in it we are.
#[derive(Clone, Copy)]
pub(super) struct Position {
    first: u128,
    width: Width,
    first_is: First,
    /// Bytes of the key stream in front of the next one.
    position: u128,
}

/// Whether the first counter block may be known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum First {
    Public,
    /// GCM's J₀ where it is a hash: no address and no branch may depend on it.
    Secret,
}

impl Position {
    pub(super) fn new(first: Block, width: Width, first_is: First) -> Self {
        Self { first: u128::from_be_bytes(first), width, first_is, position: 0 }
    }

    /// Forgets where it began.
    pub(super) fn erase(&mut self) {
        self.first.zeroize();
    }

    /// As [`Ctr::seek`].
    pub(super) fn seek(&mut self, offset: u64) -> Option<()> {
        // req CTR-3: no counter block comes twice in a stream
        let offset = u128::from(offset);
        (offset <= self.width.period_len()).then(|| self.position = offset)
    }

    /// As [`Ctr::apply`].
    pub(super) fn apply(&mut self, cipher: &Cipher, text: &mut [u8]) -> Option<()> {
        let end = self.end_of(text)?;
        let begun = usize::try_from(self.position % 16).ok()?; // bytes used of the current block
        let head_len = if begun == 0 { 0 } else { min(16 - begun, text.len()) };
        let (head, rest) = text.split_at_mut_checked(head_len)?;
        let (blocks, tail) = rest.as_chunks_mut();

        self.apply_partly(cipher, head, begun);
        self.position = self.position.checked_add(count(head))?;
        self.apply_blocks(cipher, blocks);
        self.position = end - count(tail);
        self.apply_partly(cipher, tail, 0);
        self.position = end;
        Some(())
    }

    /// Goes on as if `text` had been masked.
    pub(super) fn pass(&mut self, text: &[u8]) -> Option<()> {
        self.position = self.end_of(text)?;
        Some(())
    }

    /// The position behind `text`. `None` where the counter would have gone once around.
    fn end_of(&self, text: &[u8]) -> Option<u128> {
        let end = self.position.checked_add(count(text))?;
        (end <= self.width.period_len()).then_some(end)
    }

    /// Masks whole blocks; the position is at the first one, and stays there.
    fn apply_blocks(&self, cipher: &Cipher, mut blocks: &mut [Block]) {
        let (mut counter, width) = (self.counter(), self.width);
        match cipher {
            Cipher::Portable(cipher) => self.apply_portably(cipher, blocks),
            // It adds 32 bits. Where these come round, a wider counter has to be carried on.
            Cipher::Wide(wide) => {
                while let Some(now) = blocks.split_off_mut(..min(blocks.len(), width.run(counter)))
                {
                    mask(wide, counter, now);
                    counter = width.add(counter, count(now));
                    if blocks.is_empty() {
                        return;
                    }
                }
            }
        }
    }

    fn apply_portably(&self, cipher: &Aes, blocks: &mut [Block]) {
        let blocks = CipherBlock::cast_slice_from_core_mut(blocks);
        let (counter, width) = (self.counter(), self.width);
        match self.first_is {
            _ if blocks.is_empty() => {}
            First::Public => cipher.encrypt_with(Apply { counter, width, blocks }),
            First::Secret => cipher.encrypt_with(ApplySecretly { counter, width, blocks }),
        }
    }

    /// XORs `text` with the bytes of the current block from `begun` on.
    fn apply_partly(&self, cipher: &Cipher, text: &mut [u8], begun: usize) {
        if !text.is_empty() {
            // Oⱼ = CIPH_K(Tⱼ)
            let mut stream = cipher.encrypt_block(self.counter().to_be_bytes());
            text.iter_mut().zip(stream.iter().skip(begun)).for_each(|(t, s)| *t ^= s);
            stream.zeroize();
        }
    }

    /// Tⱼ at the position.
    pub(super) fn counter(&self) -> u128 {
        self.width.add(self.first, self.position / 16)
    }
}

impl Width {
    // req CTR-2: the counter adds in its lowest m bits; those above stand still
    /// The standard incrementing function of SP 800-38A §B.1, `n` times.
    fn add(self, counter: u128, n: u128) -> u128 {
        let counting = match self {
            Self::Bits128 => u128::MAX,
            Self::Bits64 => u128::from(u64::MAX),
            Self::Bits32 => u128::from(u32::MAX),
        };
        (counter & !counting) | (counter.wrapping_add(n) & counting)
    }

    /// Blocks from `counter` on for which adding 32 bits is enough.
    fn run(self, counter: u128) -> usize {
        match self {
            Self::Bits32 => usize::MAX,
            Self::Bits64 | Self::Bits128 => {
                let until_carry = (1 << 32) - (counter & u128::from(u32::MAX));
                usize::try_from(until_carry).unwrap_or(usize::MAX)
            }
        }
    }

    /// Bytes of key stream before a counter block comes again: 2ᵐ blocks.
    fn period_len(self) -> u128 {
        match self {
            Self::Bits128 => u128::MAX, // 2¹³² does not fit, and nothing is as long as this
            Self::Bits64 => 1 << 68,
            Self::Bits32 => 1 << 36,
        }
    }
}

/// Length, in 128 bits.
fn count<T>(items: &[T]) -> u128 {
    u128::try_from(items.len()).unwrap_or(u128::MAX)
}

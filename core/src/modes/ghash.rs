//! GHASH: SP 800-38D §6.4, over what comes in pieces that are no whole blocks.
//!
//! | here    | SP 800-38D | unit                                      |
//! |---------|------------|-------------------------------------------|
//! | `h`     | H          | one block, CIPH_K(0¹²⁸)                   |
//! | `y`     | Yᵢ         | one block, the hash of all blocks so far  |
//! | `times` | X • Y      | one block, the product of two (§6.3)      |

use ghash::universal_hash::UniversalHash;
use ghash::{GHash, Key};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::block::{Array, Block};
use crate::fast::{self, Row};

/// The hash subkey H, ready to multiply with. Erased on drop.
pub(super) struct Subkey {
    h: Element,
    engine: Engine,
}

/// What multiplies. The keys in it are erased on drop (feature `ghash/zeroize`).
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the powers of H on")]
enum Engine {
    Portable(GHash),
    Wide(fast::HashKey),
}

impl Subkey {
    /// Takes H for texts of about `text_len` bytes, which `wide` encrypts if there is such.
    pub(super) fn new(h: &Block, wide: Option<&fast::Cipher>, text_len: usize) -> Self {
        let wide = wide.map(|cipher| fast::HashKey::new(cipher, h, text_len));
        let portable = || Engine::Portable(GHash::new(Key::cast_from_core(h)));
        let engine = wide.map_or_else(portable, Engine::Wide);
        Self { h: Element(*h), engine }
    }

    /// What encrypts and hashes in one pass, if there is such.
    pub(super) fn one_pass(&self) -> Option<&fast::HashKey> {
        match &self.engine {
            Engine::Wide(wide) => Some(wide),
            Engine::Portable(_) => None,
        }
    }

    /// `y` becomes the hash of all before and `blocks`.
    fn hash(&self, y: &mut Block, blocks: &[Block]) {
        match &self.engine {
            Engine::Portable(ghash) => {
                let Some((first, rest)) = blocks.split_first() else { return };
                let mut ghash = ghash.clone();
                ghash.update(&[xor(y, first).into()]);
                ghash.update(Array::cast_slice_from_core(rest));
                *y = ghash.finalize().into();
            }
            Engine::Wide(wide) => wide.hash(y, blocks),
        }
    }
}

/// A hash under way. Erased on drop.
pub(super) struct Hash {
    /// Of all blocks but those in `row`.
    pub(super) y: Block,
    /// What is hashed at a time: its first `begun` bytes are there. All of it is public.
    row: Row,
    begun: usize,
}

/// Every piece of one hash is given the same subkey.
impl Hash {
    pub(super) fn new() -> Self {
        Self { y: [0; 16], row: Row::default(), begun: 0 }
    }

    /// Adds `bytes`.
    pub(super) fn update(&mut self, subkey: &Subkey, bytes: &[u8]) {
        let (head, rest) = bytes.split_at_checked(self.missing()).unwrap_or((bytes, &[]));
        self.fill(subkey, head);
        let (rows, tail) = rest.as_chunks::<{ size_of::<Row>() }>();
        if !rows.is_empty() {
            subkey.hash(&mut self.y, rows.as_flattened().as_chunks().0);
        }
        self.fill(subkey, tail);
    }

    /// Bytes that the row being filled has room for; 0 if none is.
    pub(super) fn missing(&self) -> usize {
        if self.begun == 0 { 0 } else { size_of::<Row>() - self.begun }
    }

    /// Adds `bytes` to the row that is being filled, which has room for them.
    fn fill(&mut self, subkey: &Subkey, bytes: &[u8]) {
        let room = self.row.as_flattened_mut().iter_mut().skip(self.begun);
        room.zip(bytes).for_each(|(r, b)| *r = *b);
        self.begun += bytes.len();
        if self.begun == size_of::<Row>() {
            self.flush(subkey);
        }
    }

    /// Fills the last block up with zeros.
    pub(super) fn pad(&mut self, subkey: &Subkey) {
        let missing = self.begun.next_multiple_of(16) - self.begun;
        self.fill(subkey, [0; 16].get(..missing).unwrap_or_default());
    }

    /// Leaves no block behind in the row. The last has to be whole.
    pub(super) fn flush(&mut self, subkey: &Subkey) {
        subkey.hash(&mut self.y, self.row.get(..self.begun / 16).unwrap_or_default());
        self.begun = 0;
    }

    /// Goes on behind `blocks` blocks more, at least one, whose own hash is `y`.
    pub(super) fn join(&mut self, subkey: &Subkey, y: &Block, blocks: u64) {
        self.flush(subkey);
        self.y = xor(&Element(self.y).times(&subkey.h.power(blocks)).0, y);
    }

    /// GHASH of all that came in whole blocks, then \[8 `a`\]₆₄ ‖ \[8 `b`\]₆₄: lengths in bits.
    pub(super) fn finish(&mut self, subkey: &Subkey, a: u64, b: u64) -> Block {
        let lengths = (u128::from(a) << 67) | (u128::from(b) << 3);
        self.fill(subkey, &lengths.to_be_bytes());
        self.flush(subkey);
        self.y
    }
}

impl Drop for Hash {
    fn drop(&mut self) {
        self.y.zeroize();
    }
}

/// A block as an element of the field. Erased on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Element(Block);

impl Element {
    fn times(&self, other: &Self) -> Self {
        let mut product = GHash::new(Key::cast_from_core(&other.0)); // GHASH of one block
        product.update(&[self.0.into()]);
        Self(product.finalize().into())
    }

    /// This to the power of `n`, which is public, and at least 1.
    fn power(&self, n: u64) -> Self {
        let mut power = Self(self.0);
        for bit in (0..n.max(1).ilog2()).rev() {
            power = power.times(&power);
            if n >> bit & 1 == 1 {
                power = power.times(self);
            }
        }
        power
    }
}

fn xor(a: &Block, b: &Block) -> Block {
    (u128::from_ne_bytes(*a) ^ u128::from_ne_bytes(*b)).to_ne_bytes()
}

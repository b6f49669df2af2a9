//! GHASH: SP 800-38D §6.4, over what comes in pieces that are no whole blocks.

use ghash::universal_hash::UniversalHash;
use ghash::{GHash, Key};

use crate::block::{Array, Block, CipherBlock};

/// A hash under way. The key in it is erased on drop (feature `ghash/zeroize`).
#[derive(Clone)]
pub(super) struct Hash {
    ghash: GHash,
    /// The block that is being filled: its first `begun` bytes are. All of it is public.
    block: Block,
    begun: usize,
}

impl Hash {
    /// Begins a hash under the subkey H.
    pub(super) fn new(h: &Block) -> Self {
        Self { ghash: GHash::new(Key::cast_from_core(h)), block: [0; 16], begun: 0 }
    }

    /// Adds `bytes`.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let missing = if self.begun == 0 { 0 } else { 16 - self.begun };
        let (head, rest) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
        self.fill(head);
        let (blocks, tail) = rest.as_chunks();
        self.ghash.update(Array::cast_slice_from_core(blocks));
        self.fill(tail);
    }

    /// Adds `bytes` to the block that is being filled, which has room for them.
    fn fill(&mut self, bytes: &[u8]) {
        let room = self.block.iter_mut().skip(self.begun);
        room.zip(bytes).for_each(|(r, b)| *r = *b);
        self.begun += bytes.len();
        if self.begun == 16 {
            self.flush();
        }
    }

    /// Fills the block up with zeros, unless it is empty.
    pub(super) fn pad(&mut self) {
        if self.begun > 0 {
            self.block.iter_mut().skip(self.begun).for_each(|b| *b = 0);
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.ghash.update(core::slice::from_ref(CipherBlock::cast_from_core(&self.block)));
        self.begun = 0;
    }

    /// GHASH of all that came in whole blocks, then \[8 `a`\]₆₄ ‖ \[8 `b`\]₆₄: lengths in bits.
    pub(super) fn finish(&self, a: u64, b: u64) -> Block {
        let lengths = (u128::from(a) << 67) | (u128::from(b) << 3);
        let mut ghash = self.ghash.clone();
        ghash.update(&[lengths.to_be_bytes().into()]);
        ghash.finalize().into()
    }
}

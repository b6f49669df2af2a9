//! GHASH: SP 800-38D §6.4, over what comes in pieces that are no whole blocks.

use ghash::universal_hash::UniversalHash;
use ghash::{GHash, Key};

use crate::block::{Array, Block};
use crate::fast;

/// A hash under way. The key in it is erased on drop (feature `ghash/zeroize`).
pub(super) struct Hash {
    engine: Engine,
    /// The block that is being filled: its first `begun` bytes are. All of it is public.
    block: Block,
    begun: usize,
}

/// What multiplies.
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the powers of H on")]
enum Engine {
    Portable(GHash),
    /// With the hash of all whole blocks.
    Fast(fast::Gcm, Block),
}

impl Hash {
    /// Begins a hash under the subkey H.
    pub(super) fn new(h: &Block) -> Self {
        Self::with(Engine::Portable(GHash::new(Key::cast_from_core(h))))
    }

    /// Begins a hash under the subkey of `gcm`.
    pub(super) fn fast(gcm: fast::Gcm) -> Self {
        Self::with(Engine::Fast(gcm, [0; 16]))
    }

    fn with(engine: Engine) -> Self {
        Self { engine, block: [0; 16], begun: 0 }
    }

    /// What encrypts and hashes in one pass, if there is such, and the hash of all whole blocks.
    pub(super) fn one_pass(&mut self) -> Option<(&fast::Gcm, &mut Block)> {
        match &mut self.engine {
            Engine::Fast(gcm, hash) => Some((gcm, hash)),
            Engine::Portable(_) => None,
        }
    }

    /// Adds `bytes`.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let (head, rest) = bytes.split_at_checked(self.missing()).unwrap_or((bytes, &[]));
        self.fill(head);
        let (blocks, tail) = rest.as_chunks();
        self.blocks(blocks);
        self.fill(tail);
    }

    /// Bytes that the block being filled has room for; 0 if none is.
    pub(super) fn missing(&self) -> usize {
        if self.begun == 0 { 0 } else { 16 - self.begun }
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
        let block = self.block;
        self.blocks(&[block]);
        self.begun = 0;
    }

    fn blocks(&mut self, blocks: &[Block]) {
        match &mut self.engine {
            Engine::Portable(ghash) => ghash.update(Array::cast_slice_from_core(blocks)),
            Engine::Fast(gcm, hash) => gcm.hash(hash, blocks),
        }
    }

    /// GHASH of all that came in whole blocks, then \[8 `a`\]₆₄ ‖ \[8 `b`\]₆₄: lengths in bits.
    pub(super) fn finish(&self, a: u64, b: u64) -> Block {
        let lengths = ((u128::from(a) << 67) | (u128::from(b) << 3)).to_be_bytes();
        match &self.engine {
            Engine::Portable(ghash) => {
                let mut ghash = ghash.clone();
                ghash.update(&[lengths.into()]);
                ghash.finalize().into()
            }
            Engine::Fast(gcm, hash) => {
                let mut hash = *hash;
                gcm.hash(&mut hash, &[lengths]);
                hash
            }
        }
    }
}

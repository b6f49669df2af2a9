//! CBC encryption of many texts side by side: SP 800-38A §6.2, and each text a chain of its own.
//!
//! One chain waits for the latency of AES at every block, and leaves the processor idle meanwhile.
//! Texts under one key wait together. They may have any lengths: a lane whose text ends takes the
//! next one, and how long a text is changes no byte of another.
//!
//! | here     | SP 800-38A | unit                                                  |
//! |----------|------------|-------------------------------------------------------|
//! | `chain`  | IV, Cⱼ₋₁   | one block of each text, what its next is XORed with   |
//! | `blocks` | Pⱼ, Cⱼ     | whole blocks of each text, text before, cipher after  |

use core::mem;

use super::cbc::{self, xor};
pub use crate::block::Block;
use crate::block::{
    Aes, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, CipherBlock, U16,
};
use crate::fast;
use crate::secret::ContentKey;

/// A key, expanded once for all the texts that it encrypts side by side.
pub struct Lanes {
    cipher: Aes,
    wide: Option<fast::Cipher>,
}

impl Lanes {
    /// Expands `key`.
    pub fn new(key: &ContentKey) -> Self {
        Self { cipher: Aes::new(&key.0), wide: fast::Cipher::new(key.0.bytes()) }
    }

    /// Expands a 128-bit key.
    pub(crate) fn new_128(key: &[u8; 16]) -> Self {
        Self { cipher: Aes::new_128(key), wide: fast::Cipher::new(key) }
    }

    /// Begins a text. `iv` has to be unpredictable (SP 800-38A Appendix C).
    pub fn begin(&self, iv: Block) -> Lane<'_> {
        Lane { lanes: self, chain: iv }
    }
}

/// Encrypts one text of many. [`finish`](Self::finish) consumes it, so that no text goes without
/// its padding and no IV serves twice.
#[must_use = "a text is complete only once `finish` has padded it"]
pub struct Lane<'k> {
    lanes: &'k Lanes,
    chain: Block,
}

impl Lane<'_> {
    /// Pads `tail`, the 0..=15 bytes left over (RFC 5652 §6.3), and encrypts the last block.
    ///
    /// `None` if `tail` holds a whole block: it belongs into [`update_all`].
    pub fn finish(mut self, tail: &[u8]) -> Option<Block> {
        let mut last = cbc::pad(tail)?;
        cbc::encrypt(&self.lanes.cipher, &mut self.chain, core::slice::from_mut(&mut last));
        Some(last)
    }
}

/// Encrypts the next whole blocks of many texts in place: those of one [`Lanes`] side by side, and
/// those of another after them. The slices of blocks that come back are empty.
pub fn update_all(texts: &mut [(&mut Lane<'_>, &mut [Block])]) {
    while let Some(lanes) = texts.iter().find(|text| !text.1.is_empty()).map(|text| text.0.lanes) {
        let under_it = texts.iter_mut().filter(|text| core::ptr::eq(text.0.lanes, lanes));
        let under_it = under_it.filter(|text| !text.1.is_empty());
        lanes.encrypt(
            &mut under_it
                .map(|(lane, blocks)| Job { chain: &mut lane.chain, blocks: mem::take(blocks) }),
        );
    }
}

impl Lanes {
    fn encrypt<'b>(&self, jobs: &mut dyn Iterator<Item = Job<'b>>) {
        let Some(wide) = &self.wide else { return self.cipher.encrypt_with(Encrypt(jobs)) };
        let mut running = Running::<{ fast::LANES }>::default();
        while let Some(heads) = running.heads(jobs) {
            wide.encrypt_lanes(&mut running.chains, heads);
        }
        self.cipher.encrypt_with(Encrypt(&mut running.into_jobs()));
    }
}

/// What comes next of one text.
struct Job<'b> {
    chain: &'b mut Block,
    blocks: &'b mut [Block],
}

/// Lanes of the portable code: as many as hide the latency of AES-NI, and not so many that texts
/// whose addresses are alike evict each other from the first-level cache.
const PORTABLE: usize = 8;

/// All jobs, [`PORTABLE`] at a time while there are as many, then as many as there are.
struct Encrypt<'j, 'b>(&'j mut dyn Iterator<Item = Job<'b>>);

impl BlockSizeUser for Encrypt<'_, '_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Encrypt<'_, '_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut running = Running::<PORTABLE>::default();
        while let Some(mut heads) = running.heads(self.0) {
            let mut chains = running.chains.map(CipherBlock::from);
            while let Some(windows) = windows(&mut heads) {
                encrypt_windows(backend, &mut chains, windows);
            }
            while encrypt_each(backend, &mut chains, &mut heads) {}
            running.chains = chains.map(|chain| chain.0);
        }
        let mut chains = running.chains.map(CipherBlock::from);
        while encrypt_each(backend, &mut chains, &mut running.blocks) {}
        running.chains = chains.map(|chain| chain.0);
        running.into_jobs().for_each(drop);
    }
}

/// The texts under way, a lane for each.
struct Running<'b, const N: usize> {
    chains: [Block; N],
    blocks: [&'b mut [Block]; N],
    /// Where the chain goes when the blocks are used up.
    homes: [Option<&'b mut Block>; N],
}

impl<const N: usize> Default for Running<'_, N> {
    fn default() -> Self {
        Self {
            chains: [[0; 16]; N],
            blocks: [(); N].map(|()| Default::default()),
            homes: [const { None }; N],
        }
    }
}

impl<'b, const N: usize> Running<'b, N> {
    /// Fills the lanes that are empty, and takes of each lane as many blocks as the shortest has.
    ///
    /// `None` where a lane stays empty: there are fewer texts left than lanes.
    fn heads(&mut self, jobs: &mut dyn Iterator<Item = Job<'b>>) -> Option<[&'b mut [Block]; N]> {
        let lanes = self.chains.iter_mut().zip(&mut self.blocks).zip(&mut self.homes);
        for ((chain, blocks), home) in lanes.filter(|((_, blocks), _)| blocks.is_empty()) {
            let job = jobs.next()?;
            if let Some(done) = home.replace(job.chain) {
                *done = *chain;
            }
            *chain = home.as_deref().copied().unwrap_or_default();
            *blocks = job.blocks;
        }
        let shortest = self.blocks.iter().map(|blocks| blocks.len()).min()?;
        Some(self.blocks.each_mut().map(|b| b.split_off_mut(..shortest).unwrap_or_default()))
    }

    /// Stores the chains of all texts. Those that are not at their end are jobs again.
    fn into_jobs(self) -> impl Iterator<Item = Job<'b>> {
        let homes = self.homes.into_iter().zip(self.chains).map(|(home, chain)| {
            home.map(|home| {
                *home = chain;
                home
            })
        });
        let all =
            homes.zip(self.blocks).filter_map(|(home, blocks)| Some(Job { chain: home?, blocks }));
        all.filter(|job| !job.blocks.is_empty())
    }
}

/// Blocks of a lane between two looks at whether it ends.
const WINDOW: usize = 8;

type Window<'w> = &'w mut [Block; WINDOW];

/// The next window of each lane. `None`, and nothing is taken, where they have no whole one left;
/// all have one length.
#[inline(always)]
fn windows<'w>(heads: &mut [&'w mut [Block]; PORTABLE]) -> Option<[Window<'w>; PORTABLE]> {
    if heads.iter().any(|head| head.len() < WINDOW) {
        return None;
    }
    match heads.each_mut().map(|head| head.split_off_mut(..WINDOW)?.as_mut_array()) {
        [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g), Some(h)] => {
            Some([a, b, c, d, e, f, g, h])
        }
        _ => None,
    }
}

/// A window of each lane. The chains are independent, so that their rounds go side by side.
#[inline(always)]
fn encrypt_windows<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    chains: &mut [CipherBlock; PORTABLE],
    mut windows: [Window<'_>; PORTABLE],
) {
    for j in 0..WINDOW {
        for (chain, window) in chains.iter_mut().zip(&mut windows) {
            if let Some(block) = window.get_mut(j) {
                encrypt_next(backend, chain, block);
            }
        }
    }
}

/// The next block of each lane that has one. `false` where none has.
#[inline(always)]
fn encrypt_each<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    chains: &mut [CipherBlock; PORTABLE],
    lanes: &mut [&mut [Block]; PORTABLE],
) -> bool {
    let mut some = false;
    for (chain, lane) in chains.iter_mut().zip(lanes) {
        if let Some(block) = lane.split_off_first_mut() {
            encrypt_next(backend, chain, block);
            some = true;
        }
    }
    some
}

/// Cⱼ = CIPH_K(Pⱼ ⊕ Cⱼ₋₁).
#[inline(always)]
fn encrypt_next<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    chain: &mut CipherBlock,
    block: &mut Block,
) {
    let mut c = *chain;
    xor(&mut c, CipherBlock::cast_from_core(block));
    backend.encrypt_block_inplace(&mut c);
    (*chain, *block) = (c, c.0);
}

//! SHA-256 (FIPS 180-4 §5 and §6.2) of a text in pieces, alone or beside others.
//!
//! One text waits for the latency of its rounds, and leaves the processor idle meanwhile. Texts
//! that come together wait together, where `reelseal-accel` finds what it takes.
//!
//! | here    | FIPS 180-4 | unit                                    |
//! |---------|------------|-----------------------------------------|
//! | `state` | H⁽ⁱ⁾       | eight words of 32 bits                  |
//! | `len`   | l          | length of the text, in bytes, not bits  |

use core::{array, mem};

use zeroize::ZeroizeOnDrop;

use super::compress256;
use crate::fast::{self, SHA256_LANES};

type Block = [u8; 64];

/// The hash of a text under way. Erased on drop.
#[derive(ZeroizeOnDrop)]
pub struct Sha256 {
    state: [u32; 8],
    /// The bytes after the last whole block lie at its front.
    begun: Block,
    len: u64,
}

impl Sha256 {
    /// Begins a text.
    pub fn new() -> Self {
        Self { state: INITIAL, begun: [0; 64], len: 0 }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, piece: &[u8]) {
        let (blocks, rest) = self.complete(piece).as_chunks();
        compress256(&mut self.state, blocks);
        self.count(blocks.as_flattened().len());
        self.begin(rest);
    }

    /// The hash of all bytes. Their number is less than 2⁶¹ (FIPS 180-4 §1: l < 2⁶⁴).
    pub fn finish(mut self) -> [u8; 32] {
        // §5.1.1: a bit 1, zeros, and l at the end of a block.
        let bits = self.len.wrapping_mul(8).to_be_bytes();
        self.update(&[0x80]);
        if self.begun_len() > 56 {
            self.fill_with_zeros();
            self.compress_begun();
        }
        self.fill_with_zeros();
        if let Some(last) = self.begun.last_chunk_mut() {
            *last = bits;
        }
        self.compress_begun();
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(&self.state) {
            *bytes = word.to_be_bytes();
        }
        hash
    }

    fn begun_len(&self) -> usize {
        usize::try_from(self.len % 64).unwrap_or_default()
    }

    fn count(&mut self, bytes: usize) {
        self.len = self.len.wrapping_add(u64::try_from(bytes).unwrap_or_default());
    }

    /// Completes the block that is begun, and gives what is left of `piece`: nothing, where the
    /// block is not full by then.
    fn complete<'p>(&mut self, piece: &'p [u8]) -> &'p [u8] {
        let begun = self.begun_len();
        if begun == 0 {
            return piece;
        }
        let (front, rest) = piece.split_at(piece.len().min(64 - begun));
        self.begin(front);
        if self.begun_len() == 0 {
            self.compress_begun();
        }
        rest
    }

    /// Appends bytes to the block that is begun, which has room for them.
    fn begin(&mut self, bytes: &[u8]) {
        let begun = self.begun_len();
        self.begun.iter_mut().skip(begun).zip(bytes).for_each(|(place, byte)| *place = *byte);
        self.count(bytes.len());
    }

    fn fill_with_zeros(&mut self) {
        let begun = self.begun_len();
        self.begun.iter_mut().skip(begun).for_each(|byte| *byte = 0);
        self.count(64 - begun);
    }

    fn compress_begun(&mut self) {
        compress256(&mut self.state, array::from_ref(&self.begun));
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

/// Each text takes its next bytes, side by side. The slices that come back are empty.
pub fn update_all(texts: &mut [(&mut Sha256, &[u8])]) {
    if let Some(fast) = fast::Sha256::detect() {
        texts.iter_mut().for_each(|(hash, piece)| *piece = hash.complete(piece));
        while side_by_side(&fast, texts) {}
    }
    texts.iter_mut().for_each(|(hash, piece)| hash.update(mem::take(piece)));
}

/// As many blocks of some texts as the shortest of them has. `false` where fewer than two have any.
fn side_by_side(fast: &fast::Sha256, texts: &mut [(&mut Sha256, &[u8])]) -> bool {
    let mut waiting = texts.iter_mut().filter(|(_, piece)| piece.len() >= 64);
    let mut lanes: [_; SHA256_LANES] = array::from_fn(|_| waiting.next());
    let count = lanes.iter().flatten().count();
    let shortest = lanes.iter().flatten().map(|(_, piece)| piece.len()).min().unwrap_or_default();
    if count < 2 {
        return false;
    }
    let mut states = [[0; 8]; SHA256_LANES];
    let mut blocks: [&[Block]; SHA256_LANES] = [&[]; SHA256_LANES];
    let places = states.iter_mut().zip(&mut blocks);
    for ((state, blocks), (hash, piece)) in places.zip(lanes.iter_mut().flatten()) {
        *state = hash.state;
        let whole = piece.split_off(..shortest / 64 * 64).unwrap_or_default();
        *blocks = whole.as_chunks().0;
        hash.count(whole.len());
    }
    fast.compress(
        states.get_mut(..count).unwrap_or_default(),
        blocks.get(..count).unwrap_or_default(),
    );
    for ((hash, _), state) in lanes.iter_mut().flatten().zip(&mut states) {
        hash.state = mem::take(state);
    }
    true
}

/// H⁽⁰⁾ (FIPS 180-4 §5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

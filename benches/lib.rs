//! Who can do what, and how long one turn takes: for `ratios`, and for criterion.
//!
//! Every figure is one of many in the same run: compare within a run, never across runs.

pub mod peers;

use std::time::Duration;

/// The block cipher alone, many blocks at a time: what a mode without a chain can hope for.
pub const BOUND: &str = "encrypt_blocks";

/// Texts that are encrypted side by side.
pub const STREAMS: usize = 32;

/// Lengths of the texts, in bytes: a small packet, half a first-level cache, a segment, and more than
/// the second-level cache.
pub const LENGTHS: [usize; 4] = [1 << 10, 16 << 10, 1 << 20, 8 << 20];

/// Bytes of all texts at once.
pub const MOST: usize = 8 << 20;

/// One way to do the work.
pub struct Candidate {
    /// Whose.
    pub name: &'static str,
    /// How.
    pub run: Box<Work>,
}

/// Does the work once, and says how long that took.
pub type Work = dyn FnMut(&mut Vec<u8>) -> Duration;

/// `len` bytes to encrypt, and room for a tag.
pub fn text(len: usize) -> Vec<u8> {
    let mut text: Vec<u8> = (0..=250u8).cycle().take(len).collect();
    text.reserve(64);
    text
}

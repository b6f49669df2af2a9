//! What the benches share: sizes, keys, and how a result is labelled.
//!
//! Every figure is one of many in the same run: compare within a run, never across runs.

/// Lengths of the texts, in bytes: a small packet, a first-level cache, a segment.
pub const LENGTHS: [usize; 3] = [1024, 16 * 1024, 1024 * 1024];

/// A key that is no secret.
pub fn key<const N: usize>() -> [u8; N] {
    std::array::from_fn(|i| u8::try_from(i).unwrap_or(0))
}

/// `len` bytes to encrypt.
pub fn text(len: usize) -> Vec<u8> {
    (0..=250u8).cycle().take(len).collect()
}

//! Bytes, their lengths, their pieces, and one way to spoil them.

use arbitrary::{Arbitrary, Result, Unstructured};
use reelseal_core::secret::{ContentKey, Kek};

/// An AES key of one of the three lengths.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Key(Vec<u8>);

impl Key {
    /// Takes 16, 24 or 32 bytes as a key.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The key itself, for the reference model.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As the core's key-encryption key.
    pub fn kek(&self) -> Kek {
        match self.0.len() {
            16 => Kek::new_128(self.array()),
            24 => Kek::new_192(self.array()),
            _ => Kek::new_256(self.array()),
        }
    }

    /// As the core's data key.
    pub fn content(&self) -> ContentKey {
        match self.0.len() {
            16 => ContentKey::new_128(self.array()),
            24 => ContentKey::new_192(self.array()),
            _ => ContentKey::new_256(self.array()),
        }
    }

    /// Another key of the same length: some bit is another.
    pub fn other(&self, flip: Flip) -> Self {
        let mut other = self.clone();
        flip.apply(&mut [&mut other.0]);
        other
    }

    fn array<const N: usize>(&self) -> [u8; N] {
        self.0[..].try_into().expect("an AES key of N bytes")
    }
}

impl<'a> Arbitrary<'a> for Key {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let len = *u.choose(&[16, 24, 32])?;
        let mut key = vec![0; len];
        u.fill_buffer(&mut key)?;
        Ok(Self(key))
    }
}

/// A bit to flip.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Flip {
    at: u16,
    bit: u8,
}

impl Flip {
    /// The bit `bit` of the byte `at`.
    pub fn new(at: u16, bit: u8) -> Self {
        Self { at, bit }
    }

    /// Flips a bit of `parts`, which are taken as one string that is not empty.
    pub fn apply(self, parts: &mut [&mut [u8]]) {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let byte =
            parts.iter_mut().flat_map(|part| part.iter_mut()).nth(usize::from(self.at) % len);
        *byte.expect("not empty") ^= 1 << (self.bit % 8);
    }
}

/// A text of an interesting length: about a block, about a row of blocks, about the 256 blocks
/// after which the last byte of a counter comes round.
#[derive(Clone, Eq, PartialEq)]
pub struct Text(pub Vec<u8>);

/// A text of at most 80 bytes: for what is slow, or has no longer texts in practice.
#[derive(Clone, Eq, PartialEq)]
pub struct Short(pub Vec<u8>);

/// Bytes that were written for no format in particular.
#[derive(Clone, Eq, PartialEq)]
pub struct Raw(pub Vec<u8>);

// A derived `Vec` would toss a coin for each byte whether to go on: two bytes, on average.
impl<'a> Arbitrary<'a> for Raw {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        <&[u8]>::arbitrary(u).map(|bytes| Self(bytes.to_vec()))
    }

    fn arbitrary_take_rest(u: Unstructured<'a>) -> Result<Self> {
        <&[u8]>::arbitrary_take_rest(u).map(|bytes| Self(bytes.to_vec()))
    }
}

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let len = match u.int_in_range(0..=15)? {
            0..=6 => u.int_in_range(0..=48)?,
            7..=10 => about(16 << u.int_in_range(0..=6)?, u)?,
            11..=14 => u.int_in_range(0..=1100)?,
            _ => about(4096, u)?,
        };
        filled(len, u).map(Self)
    }
}

impl<'a> Arbitrary<'a> for Short {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let len = u.int_in_range(0..=80)?;
        filled(len, u).map(Self)
    }
}

/// `len`, or one more or less.
fn about(len: usize, u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(len + u.int_in_range(0..=2)? - 1)
}

/// Bytes that go on beyond the 8 that they are made of, so that long texts cost the engine little:
/// a xorshift generator (Marsaglia 2003).
pub(super) fn filled(len: usize, u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut state = u64::arbitrary(u)?;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()
    };
    Ok(std::iter::repeat_with(next).flatten().take(len).collect())
}

/// Long texts are told by their beginning and length: a failing case should fit on a screen.
fn show(bytes: &[u8], f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    write!(f, "{} bytes ", bytes.len())?;
    bytes.iter().take(32).try_for_each(|byte| write!(f, "{byte:02x}"))?;
    f.write_str(if bytes.len() > 32 { "…" } else { "" })
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        show(&self.0, f)
    }
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl std::fmt::Debug for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        show(&self.0, f)
    }
}

/// Where to cut: nowhere, or after each of up to eight lengths.
#[derive(Clone, Debug)]
pub struct Chunking(Vec<u8>);

impl<'a> Arbitrary<'a> for Chunking {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let cuts = u.int_in_range(0..=8)?;
        (0..cuts).map(|_| u.arbitrary()).collect::<Result<_>>().map(Self)
    }
}

impl Chunking {
    /// Cuts after each of these numbers of items, in turn.
    pub fn new(lengths: &[u8]) -> Self {
        Self(lengths.to_vec())
    }

    /// Cuts `items` into pieces, of which some may be empty; together they are `items`.
    pub fn cut<'i, T>(&self, mut items: &'i mut [T]) -> Vec<&'i mut [T]> {
        let mut pieces = vec![];
        for &len in &self.0 {
            let (piece, rest) = items.split_at_mut(usize::from(len).min(items.len()));
            pieces.push(piece);
            items = rest;
        }
        pieces.push(items);
        pieces
    }
}

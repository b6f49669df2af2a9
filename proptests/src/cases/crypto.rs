//! Cases of the algorithms.

use arbitrary::{Arbitrary, Result, Unstructured};
use reelseal_core::modes::ctr::Width;
use reelseal_core::modes::gcm;
use reelseal_core::segment;
use reelseal_spec::segment as spec_segment;

use super::bytes::{Chunking, Flip, Key, Raw, Short, Text, filled};
use super::text::Pairs;

/// A key to wrap, and bytes to unwrap.
#[derive(Arbitrary, Clone, Debug)]
pub struct WrapCase {
    /// The key-encryption key.
    pub kek: Key,
    /// What to wrap, of any length.
    pub key: Short,
    /// One way to spoil.
    pub flip: Flip,
    /// The first half of KWP's integrity check, as a forger would have it.
    pub constant: Part<[u8; 4]>,
    /// The second half, the length of the key: by how much it is another.
    pub mli: Part<i8>,
    /// What stands where KWP has zeros.
    pub padding: Part<[u8; 7]>,
    /// What nobody wrapped.
    pub raw: Raw,
}

/// A field of a structure that someone else writes.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Part<T> {
    /// As it should be.
    Right,
    /// Otherwise.
    Other(T),
}

impl<T: Copy> Part<T> {
    /// The field, where `right` is as it should be.
    pub fn or(&self, right: T) -> T {
        match *self {
            Self::Right => right,
            Self::Other(other) => other,
        }
    }
}

/// A text for CBC, and a ciphertext that nobody made.
#[derive(Arbitrary, Clone, Debug)]
pub struct CbcCase {
    /// The key.
    pub key: Key,
    /// The IV.
    pub iv: [u8; 16],
    /// The last block of a padded text, right or not.
    pub last: [u8; 16],
    /// Its last byte, if it shall be a likely one.
    pub pad: Part<u8>,
    /// Where to cut, in blocks.
    pub chunking: Chunking,
    /// One way to spoil.
    pub flip: Flip,
    /// The text.
    pub text: Text,
    /// What nobody encrypted.
    pub raw: Raw,
}

/// A text for CTR.
#[derive(Arbitrary, Clone, Debug)]
pub struct CtrCase {
    /// The key.
    pub key: Key,
    /// The first counter block.
    pub first: First,
    /// Where to cut, in bytes.
    pub chunking: Chunking,
    /// Where to go.
    pub offset: u64,
    /// The text.
    pub text: Text,
}

/// The first counter block, and how many bits of it count.
#[derive(Clone, Debug)]
pub struct First {
    /// The block.
    pub block: [u8; 16],
    /// Its counter, as the core names it.
    pub width: Width,
    /// The same in bits.
    pub bits: u32,
}

impl<'a> Arbitrary<'a> for First {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let widths = [(Width::Bits128, 128), (Width::Bits64, 64), (Width::Bits32, 32)];
        let (width, bits) = *u.choose(&widths)?;
        let any = u128::arbitrary(u)?;
        let before = u128::from(u8::arbitrary(u)?);
        // Half of them wrap soon: one counter of any of the three widths, or only a byte of it.
        let wrapping = |bits: u32| (any | (u128::MAX >> (128 - bits))).wrapping_sub(before);
        let block = match u.int_in_range(0..=9)? {
            0..=4 => any,
            5 => wrapping(8),
            6 => wrapping(32),
            7 => wrapping(64),
            _ => wrapping(128),
        };
        Ok(Self { block: block.to_be_bytes(), width, bits })
    }
}

/// A text for GCM.
#[derive(Arbitrary, Clone, Debug)]
pub struct GcmCase {
    /// The key.
    pub key: Key,
    /// The IV, of either length.
    pub iv: GcmIv,
    /// Additional data.
    pub aad: Short,
    /// Where to cut, in bytes.
    pub chunking: Chunking,
    /// One way to spoil.
    pub flip: Flip,
    /// The text.
    pub text: Text,
}

/// An IV of one of the two lengths.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum GcmIv {
    /// As SP 800-38D recommends.
    Bytes12([u8; 12]),
    /// As Elastic Transcoder has it.
    Bytes16([u8; 16]),
}

impl GcmIv {
    /// For the core.
    pub fn core(self) -> gcm::Iv {
        match self {
            Self::Bytes12(iv) => gcm::Iv::Bytes12(iv),
            Self::Bytes16(iv) => gcm::Iv::Bytes16(iv),
        }
    }

    /// For the reference model.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes12(iv) => iv,
            Self::Bytes16(iv) => iv,
        }
    }

    /// The same bytes, to be spoilt.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Bytes12(iv) => iv,
            Self::Bytes16(iv) => iv,
        }
    }
}

/// What HMAC, HKDF and KBKDF take.
#[derive(Arbitrary, Clone, Debug)]
pub struct KdfCase {
    /// HMAC's key, HKDF's input key material, KBKDF's key.
    pub key: Text,
    /// HKDF's salt, KBKDF's label.
    pub salt: Short,
    /// HKDF's info, KBKDF's context.
    pub info: Short,
    /// Where to cut, in bytes.
    pub chunking: Chunking,
    /// One way to spoil.
    pub flip: Flip,
    /// Bytes to derive.
    pub len: u8,
    /// HMAC's message.
    pub message: Text,
}

/// A data key to seal under the local key service.
#[derive(Arbitrary, Clone, Debug)]
pub struct KmsCase {
    /// One version of a KMS key.
    pub backing_key: [u8; 32],
    /// The KMS key's UUID.
    pub key_id: [u8; 16],
    /// Which version.
    pub version: u32,
    /// Of the derivation.
    pub salt: [u8; 16],
    /// Of GCM.
    pub iv: [u8; 12],
    /// One way to spoil.
    pub flip: Flip,
    /// The encryption context, with no key twice.
    pub context: Pairs,
    /// Another one, or the same.
    pub other: Pairs,
    /// The data key.
    pub plaintext: Text,
}

/// Texts for CBC side by side: none, few or more than there are lanes.
#[derive(Clone, Debug)]
pub struct LanesCase {
    /// Two keys, of any length each.
    pub keys: [Key; 2],
    /// Where to cut, in blocks.
    pub chunking: Chunking,
    /// The texts, in their order.
    pub texts: Vec<LaneText>,
}

/// One of several texts.
#[derive(Clone, Debug)]
pub struct LaneText {
    /// Under which of the two keys.
    pub second_key: bool,
    /// The IV.
    pub iv: [u8; 16],
    /// The text.
    pub text: Text,
}

impl LanesCase {
    /// The key of `text`.
    pub fn key_of(&self, text: &LaneText) -> &Key {
        let [first, second] = &self.keys;
        if text.second_key { second } else { first }
    }
}

/// Longer than two windows of a lane, and no multiple of anything.
const MAX_LANE_LEN: usize = 701;

impl<'a> Arbitrary<'a> for LanesCase {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (keys, chunking) = (u.arbitrary()?, u.arbitrary()?);
        // Two bytes for each text, so that a batch wider than the lanes costs the engine little.
        let kinds: Vec<u16> =
            (0..u.int_in_range(0..=40)?).map(|_| u.arbitrary()).collect::<Result<_>>()?;
        let mut bytes = filled(40 * (16 + MAX_LANE_LEN), u)?;
        let mut draw = |len| bytes.split_off(bytes.len() - len);
        let texts = kinds.into_iter().map(|kind| LaneText {
            second_key: kind >= 0xf000,
            iv: draw(16).try_into().expect("16 bytes"),
            text: Text(draw(usize::from(kind) % (MAX_LANE_LEN + 1))),
        });
        let texts = texts.collect();
        Ok(Self { keys, chunking, texts })
    }
}

/// A segment of HLS.
#[derive(Arbitrary, Clone, Debug)]
pub struct SegmentCase {
    /// The key.
    pub key: [u8; 16],
    /// Where its IV comes from.
    pub iv: SegmentIv,
    /// Where to cut, in blocks.
    pub chunking: Chunking,
    /// One way to spoil.
    pub flip: Flip,
    /// The clear bytes.
    pub text: Text,
    /// What nobody encrypted.
    pub raw: Raw,
}

/// Where an IV comes from.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum SegmentIv {
    /// The IV attribute.
    Attribute([u8; 16]),
    /// The segment's number.
    MediaSequence(u64),
}

impl SegmentIv {
    /// For the core.
    pub fn core(self) -> segment::Iv {
        match self {
            Self::Attribute(iv) => segment::Iv::Attribute(iv),
            Self::MediaSequence(n) => segment::Iv::MediaSequence(n),
        }
    }

    /// For the reference model.
    pub fn spec(self) -> spec_segment::Iv {
        match self {
            Self::Attribute(iv) => spec_segment::Iv::Attribute(iv),
            Self::MediaSequence(n) => spec_segment::Iv::MediaSequence(n),
        }
    }
}

/// The record of a package.
#[derive(Arbitrary, Clone, Debug)]
pub struct RecordCase {
    /// The key of the segments.
    pub key: [u8; 16],
    /// One way to spoil.
    pub flip: Flip,
    /// The record.
    pub record: Text,
}

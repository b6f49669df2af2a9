//! HLS media segments, METHOD=AES-128: CBC over the whole segment (RFC 8216 §4.3.2.4).
//!
//! CBC does not authenticate, so a segment is not safe from alteration by its encryption. The
//! record that Reelseal keeps beside a package does that: see [`record_seal`].

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::block::{Aes, InverseAes};
use crate::hash;
use crate::modes::{cbc, lanes};
use crate::secret::{Inauthentic, SegmentKey, declassify};

pub use crate::block::Block;
pub use crate::modes::cbc::{Tail, encrypted_len};
pub use crate::modes::lanes::{Lane, update_all};

/// Where a segment's IV comes from. There is no way to hand in 16 loose bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Iv {
    /// The `IV` attribute of `EXT-X-KEY`.
    Attribute(Block),
    /// No `IV` attribute: the segment's Media Sequence Number (RFC 8216 §5.2).
    MediaSequence(u64),
}

impl Iv {
    /// The IV itself.
    pub fn block(&self) -> Block {
        match self {
            Self::Attribute(block) => *block,
            // RFC 8216 §5.2: the sequence number, big-endian, left-padded to 16 bytes.
            // req HLS-IV-1: without an IV attribute, the IV is the Media Sequence Number in 16
            // bytes, big-endian
            Self::MediaSequence(n) => u128::from(*n).to_be_bytes(),
        }
    }
}

/// Encrypts one segment, whole blocks at a time. [`finish`](Self::finish) consumes it, so that
/// no segment goes without its padding and no IV serves twice.
#[must_use = "a segment is complete only once `finish` has padded it"]
pub struct Encryptor(cbc::Encryptor);

impl Encryptor {
    // req HLS-SEGMENT-1: each segment is encrypted as a whole, with CBC that begins anew and PKCS#7
    /// Begins a segment.
    pub fn new(key: &SegmentKey, iv: Iv) -> Self {
        Self(cbc::Encryptor::with(Aes::new_128(&key.0), iv.block()))
    }

    /// Encrypts whole blocks in place.
    pub fn update(&mut self, blocks: &mut [Block]) {
        self.0.update(blocks);
    }

    /// Pads `tail`, the 0..=15 bytes left over, with PKCS#7 (RFC 5652 §6.3) and encrypts the
    /// last block. `None` if `tail` holds a whole block.
    pub fn finish(self, tail: &[u8]) -> Option<Block> {
        self.0.finish(tail)
    }
}

/// A key, expanded once for all the segments that it encrypts side by side.
pub struct Lanes(lanes::Lanes);

impl Lanes {
    /// Expands `key`.
    pub fn new(key: &SegmentKey) -> Self {
        Self(lanes::Lanes::new_128(&key.0))
    }

    /// Begins a segment.
    pub fn begin(&self, iv: Iv) -> Lane<'_> {
        self.0.begin(iv.block())
    }
}

/// Decrypts one segment, whole blocks at a time. The last block is kept back for
/// [`finish`](Self::finish).
#[must_use = "a segment is complete only once `finish` has checked its padding"]
pub struct Decryptor(cbc::Decryptor);

impl Decryptor {
    /// Begins a segment.
    pub fn new(key: &SegmentKey, iv: Iv) -> Self {
        Self(cbc::Decryptor::with(InverseAes::new_128(&key.0), iv.block()))
    }

    /// Decrypts whole blocks in place.
    pub fn update(&mut self, blocks: &mut [Block]) {
        self.0.update(blocks);
    }

    /// Decrypts the last block and returns the 0..=15 bytes in front of its padding.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if the padding is not that of RFC 5652 §6.3.
    pub fn finish(self, last: Block) -> Result<Tail, Inauthentic> {
        self.0.finish(last)
    }
}

/// Encrypts a whole segment in place: its `len` bytes lie at the front of `buffer`, whose length
/// is [`encrypted_len`] of `len`.
///
/// `None`, and `buffer` untouched, where the two lengths do not fit each other.
pub fn encrypt_in_place(key: &SegmentKey, iv: Iv, buffer: &mut [u8], len: usize) -> Option<()> {
    cbc::encrypt_in_place(Encryptor::new(key, iv).0, buffer, len)
}

/// Decrypts a whole segment in place and returns its clear bytes, at the front of `buffer`.
///
/// # Errors
///
/// [`Inauthentic`] if the padding is not that of RFC 5652 §6.3, or the length of `buffer` is not
/// 16, 32, 48 … bytes. On `Err`, `buffer` is all zero.
pub fn decrypt_in_place<'b>(
    key: &SegmentKey,
    iv: Iv,
    buffer: &'b mut [u8],
) -> Result<&'b mut [u8], Inauthentic> {
    cbc::decrypt_in_place(Decryptor::new(key, iv).0, buffer)
}

/// Seals the record of a package: HMAC-SHA-256 under a key derived from the segment key.
///
/// The record holds the hashes of the segments. Its seal is what an alteration cannot forge.
pub fn record_seal(key: &SegmentKey, record: &[u8]) -> [u8; 32] {
    let mut seal_key = [0; 32];
    // `None` is for lengths out of range, and 32 bytes are in range.
    let _ = hash::kbkdf_hmac_sha256(&key.0, RECORD_LABEL, &[], &mut seal_key);
    let seal = hash::hmac_sha256(&seal_key, &[record]);
    seal_key.zeroize();
    seal
}

/// Checks the seal of a record, in constant time.
///
/// # Errors
///
/// [`Inauthentic`] if `seal` is not [`record_seal`] of `record` under `key`.
pub fn record_check(key: &SegmentKey, record: &[u8], seal: &[u8; 32]) -> Result<(), Inauthentic> {
    let authentic = record_seal(key, record).ct_eq(seal);
    // The verdict is public: the caller's next act reveals it.
    if declassify(authentic) { Ok(()) } else { Err(Inauthentic) }
}

/// SP 800-108 Label: the use that the derived key is bound to.
const RECORD_LABEL: &[u8] = b"reelseal record v1";

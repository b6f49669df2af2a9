//! Secret bytes. Every byte of key material in this crate lives in one of these types.
//!
//! None of them is `Clone`, `Copy`, `PartialEq` or printable, and each erases itself on drop.

use core::fmt;

use subtle::Choice;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// An AES key of one of the three lengths of FIPS 197 §5. Whoever holds one erases it on drop.
#[derive(Zeroize)]
pub(crate) enum AesKey {
    Aes128([u8; 16]),
    Aes192([u8; 24]),
    Aes256([u8; 32]),
}

impl AesKey {
    /// The key itself, for the expansions that do not ask for its length.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Aes128(key) => key,
            Self::Aes192(key) => key,
            Self::Aes256(key) => key,
        }
    }

    /// Erases all of it. What is behind a shorter key is no field, so that erasing the fields would
    /// leave it: copies of the key were found there, which had been moved along with it.
    fn erase(&mut self) {
        self.zeroize();
        *self = Self::Aes256([0; 32]);
        self.zeroize();
    }
}

/// A key-encryption key: it wraps other keys and never touches content.
pub struct Kek(pub(crate) AesKey);

impl Drop for Kek {
    fn drop(&mut self) {
        self.0.erase();
    }
}

impl ZeroizeOnDrop for Kek {}

impl Kek {
    /// A 128-bit key-encryption key.
    pub fn new_128(bytes: [u8; 16]) -> Self {
        Self(AesKey::Aes128(bytes))
    }

    /// A 192-bit key-encryption key.
    pub fn new_192(bytes: [u8; 24]) -> Self {
        Self(AesKey::Aes192(bytes))
    }

    /// A 256-bit key-encryption key.
    pub fn new_256(bytes: [u8; 32]) -> Self {
        Self(AesKey::Aes256(bytes))
    }
}

/// The data key of a file: it encrypts content and wraps nothing.
pub struct ContentKey(pub(crate) AesKey);

impl Drop for ContentKey {
    fn drop(&mut self) {
        self.0.erase();
    }
}

impl ZeroizeOnDrop for ContentKey {}

impl ContentKey {
    /// A 128-bit data key.
    pub fn new_128(bytes: [u8; 16]) -> Self {
        Self(AesKey::Aes128(bytes))
    }

    /// A 192-bit data key.
    pub fn new_192(bytes: [u8; 24]) -> Self {
        Self(AesKey::Aes192(bytes))
    }

    /// A 256-bit data key.
    pub fn new_256(bytes: [u8; 32]) -> Self {
        Self(AesKey::Aes256(bytes))
    }
}

/// One version of a local KMS key: data keys are sealed under keys derived from it.
#[derive(ZeroizeOnDrop)]
pub struct BackingKey(pub(crate) [u8; 32]);

impl BackingKey {
    /// A backing key: 256 uniformly random bits.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The key of one or more HLS segments, as an `EXT-X-KEY` tag names it.
#[derive(ZeroizeOnDrop)]
pub struct SegmentKey(pub(crate) [u8; 16]);

impl SegmentKey {
    /// A segment key; RFC 8216 §4.3.2.4 has it exactly 16 bytes.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

/// The data key of a message of the AWS Encryption SDK: the keys that encrypt are derived from it.
#[derive(ZeroizeOnDrop)]
pub struct MessageKey(pub(crate) [u8; 32]);

impl MessageKey {
    /// A data key; the suites that derive AES-256 keys have it of 256 bits.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kek(..)")
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(..)")
    }
}

impl fmt::Debug for BackingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackingKey(..)")
    }
}

impl fmt::Debug for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SegmentKey(..)")
    }
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageKey(..)")
    }
}

/// A check under a key failed: wrong key, or altered bytes.
///
/// Deliberately empty. Which check failed, and where, is not for the caller to learn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Inauthentic;

impl fmt::Display for Inauthentic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key is wrong, or the bytes were altered")
    }
}

impl core::error::Error for Inauthentic {}

/// Makes one secret bit public.
///
/// This and [`declassify_len`] are the only places in the crate where control flow may depend on
/// a secret.
/// Auditors: review its callers. Each says why its bit may be known.
#[inline(never)]
pub(crate) fn declassify(verdict: Choice) -> bool {
    verdict.into()
}

/// Makes the length of a text or of a key public, whose check was good.
#[inline(never)]
pub(crate) fn declassify_len(len: u32) -> u32 {
    core::hint::black_box(len) // Else the compiler sees that nothing is done, and goes around it.
}

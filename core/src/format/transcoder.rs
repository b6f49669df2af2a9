//! The encrypted files of Elastic Transcoder and of MediaConvert's inputs: ciphertext, and nothing
//! beside it. Mode, wrapped key and IV stand in a document elsewhere.
//!
//! | mode            | bytes of the file                                              |
//! |-----------------|----------------------------------------------------------------|
//! | `aes-cbc-pkcs7` | CBC of the padded text: 16, 32, 48 … bytes                     |
//! | `aes-ctr`       | as many as the text, the first counter block being the IV      |
//! | `aes-gcm`       | ciphertext and a tag of 16 bytes, no additional data           |
//!
//! Where the tag of a GCM file stands, and how its IV is used, was never documented: [`LAYOUTS`]
//! has what is possible. A tag that fits is proof, so a reader may try them all.

use super::{Malformed, Rule};

/// How a file is encrypted: Elastic Transcoder's `Encryption.Mode`, the modes that it did itself.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mode {
    /// `aes-cbc-pkcs7`, not authenticated.
    AesCbcPkcs7,
    /// `aes-ctr`, not authenticated.
    AesCtr,
    /// `aes-gcm`, authenticated.
    AesGcm,
}

impl Mode {
    /// All of them, in the order of Elastic Transcoder's documents.
    pub const ALL: [Self; 3] = [Self::AesCbcPkcs7, Self::AesCtr, Self::AesGcm];

    /// Reads the name that Elastic Transcoder has for a mode.
    ///
    /// # Errors
    ///
    /// [`Rule::Registered`] for any other text; `s3` and `s3-aws-kms` are done by the store.
    pub fn parse(name: &str) -> Result<Self, Malformed> {
        let found = Self::ALL.into_iter().find(|mode| mode.as_str() == name);
        found.ok_or(Malformed { field: "Mode", rule: Rule::Registered })
    }

    /// Elastic Transcoder's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AesCbcPkcs7 => "aes-cbc-pkcs7",
            Self::AesCtr => "aes-ctr",
            Self::AesGcm => "aes-gcm",
        }
    }

    /// Reads the name that MediaConvert has for a mode.
    ///
    /// # Errors
    ///
    /// [`Rule::Registered`] for any other text.
    pub fn parse_mediaconvert(name: &str) -> Result<Self, Malformed> {
        let found = Self::ALL.into_iter().find(|mode| mode.mediaconvert() == name);
        found.ok_or(Malformed { field: "DecryptionMode", rule: Rule::Registered })
    }

    /// MediaConvert's name.
    pub fn mediaconvert(self) -> &'static str {
        match self {
            Self::AesCbcPkcs7 => "AES_CBC",
            Self::AesCtr => "AES_CTR",
            Self::AesGcm => "AES_GCM",
        }
    }

    /// Whether one (key, IV) that serves twice gives away both texts.
    pub fn counts(self) -> bool {
        !matches!(self, Self::AesCbcPkcs7)
    }

    /// Refuses a file whose length, in bytes, no text has under this mode.
    ///
    /// # Errors
    ///
    /// [`Rule::Length`]: CBC not of 16, 32, 48 … bytes, GCM without room for its tag.
    pub fn check_encrypted_len(self, len: u64) -> Result<(), Malformed> {
        // req ET-FILE-1: aes-cbc-pkcs7 is the ciphertext alone, as openssl enc -nosalt writes it
        let possible = match self {
            Self::AesCbcPkcs7 => len != 0 && len.is_multiple_of(16),
            Self::AesCtr => true,
            Self::AesGcm => len >= 16,
        };
        possible.then_some(()).ok_or(Malformed { field: "ciphertext", rule: Rule::Length })
    }
}

/// `InitializationVector`, decoded. Never shortened, never padded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Iv {
    /// 12 bytes: MediaConvert's, for CTR and GCM.
    Bytes12([u8; 12]),
    /// 16 bytes: any mode's.
    Bytes16([u8; 16]),
}

impl Iv {
    /// Takes an IV for `mode`.
    ///
    /// # Errors
    ///
    /// [`Rule::Length`] unless it has 16 bytes, or 12 where `mode` is not CBC.
    pub fn parse(mode: Mode, bytes: &[u8]) -> Result<Self, Malformed> {
        let broken = Malformed { field: "InitializationVector", rule: Rule::Length };
        if let Ok(iv) = bytes.try_into() {
            return Ok(Self::Bytes16(iv));
        }
        match bytes.try_into() {
            Ok(iv) if mode.counts() => Ok(Self::Bytes12(iv)),
            _ => Err(broken),
        }
    }

    /// The bytes: 12 or 16.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes12(iv) => iv,
            Self::Bytes16(iv) => iv,
        }
    }
}

/// Where the tag of a GCM file stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tag {
    /// After the ciphertext: what JCE writes, and what we write.
    Last,
    /// Before it.
    First,
}

/// Which bytes of a 16-byte IV GCM was given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IvUse {
    /// All.
    Whole,
    /// The first 12.
    First12,
}

/// A way in which a GCM file may have been written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Layout {
    /// The bytes of the IV that were used.
    pub iv: IvUse,
    /// The place of the tag.
    pub tag: Tag,
}

// req ET-FILE-3: where the tag of aes-gcm stands is not documented: the four ways are tried, and
// a tag decides
/// All ways in which a GCM file may have been written, the likeliest first. We write the first.
pub const LAYOUTS: [Layout; 4] = [
    Layout { iv: IvUse::Whole, tag: Tag::Last },
    Layout { iv: IvUse::First12, tag: Tag::Last },
    Layout { iv: IvUse::Whole, tag: Tag::First },
    Layout { iv: IvUse::First12, tag: Tag::First },
];

/// The ways to try with `iv`, in order. An IV of 12 bytes can only be used whole.
pub fn layouts(iv: &Iv) -> impl Iterator<Item = Layout> {
    let short = matches!(iv, Iv::Bytes12(_));
    LAYOUTS.into_iter().filter(move |layout| !short || layout.iv == IvUse::Whole)
}

//! The ciphertext blob of the local key service.
//!
//! ```text
//! "RSKM" ‖ 01 ‖ key id [16] ‖ version [4] ‖ salt [16] ‖ iv [12] ‖ ciphertext [1..=4096] ‖ tag [16]
//! └─────────────────────────── header ─────────────────────────┘
//! ```

use super::reader::Reader;
use super::{Malformed, Rule};

/// Length of everything in front of the ciphertext, in bytes.
pub const HEADER_LEN: usize = 53;

/// How much longer a blob is than its plaintext, in bytes: header and tag.
pub const OVERHEAD: usize = HEADER_LEN + 16;

// req KMS-1: encrypt takes 1 to 4,096 bytes
/// Most bytes that a blob seals: the limit of KMS's `Encrypt`, whose users we replace.
pub const MAX_PLAINTEXT: usize = 4096;

/// A blob, taken apart. Its bytes are not authentic until `envelope::kms::open` says so.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Blob<'a> {
    /// The UUID of the KMS key.
    pub key_id: &'a [u8; 16],
    /// Which version of the key's backing key sealed it; 1 is the first.
    pub version: u32,
    /// What the key of this blob is derived with.
    pub salt: &'a [u8; 16],
    /// The IV of AES-256-GCM.
    pub iv: &'a [u8; 12],
    /// All of the above with the magic number in front, as it stood: authenticated.
    pub header: &'a [u8; HEADER_LEN],
    /// As long as the plaintext: 1..=[`MAX_PLAINTEXT`] bytes.
    pub ciphertext: &'a [u8],
    /// The tag of AES-256-GCM.
    pub tag: &'a [u8; 16],
}

impl<'a> Blob<'a> {
    /// Takes `bytes` apart.
    ///
    /// # Errors
    ///
    /// [`Malformed`] at the first field that is not of the format.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (header, body) = bytes.split_first_chunk().ok_or(broken("blob", Rule::Length))?;
        let (ciphertext, tag) = body.split_last_chunk().ok_or(broken("tag", Rule::Length))?;
        if ciphertext.is_empty() || ciphertext.len() > MAX_PLAINTEXT {
            return Err(broken("ciphertext", Rule::Length));
        }
        let mut reader = Reader::new(header);
        if reader.array() != Some(MAGIC) {
            return Err(broken("magic number", Rule::Registered));
        }
        if reader.u8() != Some(FORMAT) {
            return Err(broken("format version", Rule::Registered));
        }
        let key_id = reader.array().ok_or(broken("key id", Rule::Length))?;
        let version = reader.u32().ok_or(broken("key version", Rule::Length))?;
        if version == 0 {
            return Err(broken("key version", Rule::Range));
        }
        let salt = reader.array().ok_or(broken("salt", Rule::Length))?;
        let iv = reader.array().ok_or(broken("iv", Rule::Length))?;
        Ok(Self { key_id, version, salt, iv, header, ciphertext, tag })
    }
}

/// Prints the header that [`Blob::parse`] takes apart.
pub(crate) fn print_header(
    out: &mut [u8; HEADER_LEN],
    key_id: &[u8; 16],
    version: u32,
    salt: &[u8; 16],
    iv: &[u8; 12],
) {
    let version = version.to_be_bytes();
    let fields = MAGIC.iter().chain(&[FORMAT]).chain(key_id).chain(&version).chain(salt).chain(iv);
    out.iter_mut().zip(fields).for_each(|(o, f)| *o = *f);
}

fn broken(field: &'static str, rule: Rule) -> Malformed {
    Malformed { field, rule }
}

const MAGIC: &[u8; 4] = b"RSKM";

/// The version of the format, not of a key.
const FORMAT: u8 = 1;

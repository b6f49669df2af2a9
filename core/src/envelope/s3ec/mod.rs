//! Objects of the Amazon S3 Encryption Client under their keys.
//!
//! ```text
//! Header ─▶ Policy ─▶ Admitted ─▶ Step ─▶ DataKey ─▶ Opened ─▶ text
//!           admit                 unwrap, or ask     commitment, then the content's key
//! ```
//!
//! | here         | meaning                                                                      |
//! |--------------|------------------------------------------------------------------------------|
//! | `commitment` | HKDF-SHA-512(data key, salt = message id, 0073 ‖ "COMMITKEY"), 28 bytes      |
//! | `derived`    | HKDF-SHA-512(data key, salt = message id, 0073 ‖ "DERIVEKEY"), 32 bytes      |
//! | V2 content   | GCM under the data key, IV of the header, no additional data                 |
//! | V3 content   | GCM under `derived`, IV 01 … 01, additional data 0073                        |
//! | `AES/GCM`    | IV ‖ GCM under the wrapping key, additional data the suite's text ‖ tag      |
//! | `RSA-OAEP`   | length ‖ data key ‖ the suite's text                                         |
//!
//! Reading order: [`unwrap`], [`open`](mod@open), [`seal`](mod@seal).

pub mod open;
pub mod seal;
pub mod unwrap;

use zeroize::Zeroizing;

use super::transcoder::content_key;
use crate::hash;
use crate::secret::{AesKey, ContentKey, Inauthentic};

pub use open::{Opened, Range, open};
pub use seal::{FreshIv, FreshMessageId, Nonce, oaep_payload, seal, wrap_aes_gcm};
pub use unwrap::{
    AskKms, AskRsa, KmsRequest, Padding, Step, Unwrap, WrongContext, is_reserved, step,
};

/// The data key of an object: 16, 24 or 32 bytes, and 32 for a suite that derives keys from it.
#[derive(Debug)]
pub struct DataKey(ContentKey);

impl DataKey {
    /// A data key for a new object.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(ContentKey::new_256(bytes))
    }

    /// Takes what was unwrapped.
    fn parse(bytes: &[u8]) -> Result<Self, Inauthentic> {
        content_key(bytes).map(Self).ok_or(Inauthentic)
    }

    /// The bytes, for whoever wraps them: this is the one way out.
    pub fn expose(&self) -> &[u8] {
        match &self.0.0 {
            AesKey::Aes128(key) => key,
            AesKey::Aes192(key) => key,
            AesKey::Aes256(key) => key,
        }
    }

    /// The bytes, where they are as many as HKDF takes here.
    fn bytes_256(&self) -> Option<&[u8; 32]> {
        match &self.0.0 {
            AesKey::Aes256(key) => Some(key),
            _ => None,
        }
    }
}

/// The commitment of a data key in the object of `id`. Not secret.
fn commitment(key: &[u8; 32], id: &[u8; 28]) -> [u8; 28] {
    let mut commitment = [0; 28];
    // `None` is for more than 255 · 64 bytes.
    let _ = hash::hkdf_sha512(id, key, COMMIT, &mut commitment);
    commitment
}

/// The key of the content in the object of `id`.
fn derived(key: &[u8; 32], id: &[u8; 28]) -> ContentKey {
    let mut bytes = Zeroizing::new([0; 32]);
    let _ = hash::hkdf_sha512(id, key, DERIVE, bytes.as_mut_slice());
    ContentKey::new_256(*bytes)
}

/// The id of the suite that commits, as bytes: additional data of its content.
const SUITE_ID: &[u8] = &[0x00, 0x73];

/// The IV of the suite that commits: its key serves once.
const COMMIT_IV: [u8; 12] = [0x01; 12];

/// HKDF's info of the commitment.
const COMMIT: &[u8] = b"\x00\x73COMMITKEY";

/// HKDF's info of the content's key.
const DERIVE: &[u8] = b"\x00\x73DERIVEKEY";

//! Whole files under `aes-cbc-pkcs7`, `aes-ctr` and `aes-gcm`, as Elastic Transcoder had them.
//!
//! ```text
//! document ─▶ data_key ─▶ ledger ─▶ cipher ─▶ ends
//! mode, IV,   unwrapped   CTR, GCM  piece by  nothing before
//! wrapped key or made     only      piece     the verdict
//! ```
//! Files of any length pass in constant memory. A wrong key never leaves a file behind where the
//! mode can tell; where it cannot, the report says what the bytes look like, and what that proves.

mod ahead;
mod choose;
pub(crate) mod cipher;
mod content;
mod data_key;
mod decrypt;
mod document;
pub(crate) mod encrypt;
pub(crate) mod ends;
mod gcm;
mod parts;
pub(crate) mod pieces;
mod report;
mod sealing;

pub use choose::Reading;
pub(crate) use content::kind as content_kind;
pub use decrypt::{Decrypt, KeyForm};
pub(crate) use document::parse_iv;
pub use document::{Document, Format};
pub use encrypt::{DataKeySource, Encrypt, Given};
pub use report::{DecryptReport, EncryptReport, Proof};
pub use sealing::Sealing;

use crate::error::Error;
use crate::objects::Place;

/// Elastic Transcoder's numbers for what can go wrong with a file.
pub mod transcoder_code {
    /// The file cannot be decrypted with this key, IV and mode.
    pub const NOT_DECRYPTED: u16 = 4016;
    /// The unwrapped key is no AES key.
    pub const NO_AES_KEY: u16 = 4017;
    /// The wrapped key cannot be unwrapped.
    pub const NOT_UNWRAPPED: u16 = 4018;
    /// A data key cannot be made.
    pub const NOT_GENERATED: u16 = 4019;
}

/// Where the record of the encrypted file `file` lies when nothing else is said.
///
/// # Errors
///
/// The name would be too long.
pub fn record_beside(file: &Place) -> Result<Place, Error> {
    file.with_added_extension("encryption.json")
}

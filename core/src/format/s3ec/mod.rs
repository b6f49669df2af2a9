//! Objects of the Amazon S3 Encryption Client: the fields that say how one was encrypted.
//!
//! An object is ciphertext and nothing else. What opens it stands in the object's metadata, or in
//! a second object beside it, the instruction file, so that the data key can be wrapped anew
//! without a touch to the object.
//!
//! | V1, V2                             | V3        | holds                                     |
//! |------------------------------------|-----------|-------------------------------------------|
//! | `x-amz-key`, `x-amz-key-v2`        | `x-amz-3` | the wrapped data key, base64              |
//! | `x-amz-wrap-alg`                   | `x-amz-w` | how it is wrapped: [`Wrap`]               |
//! | `x-amz-cek-alg`                    | `x-amz-c` | how the content is encrypted: [`Suite`]   |
//! | `x-amz-iv`                         |           | the IV of the content, base64             |
//! |                                    | `x-amz-i` | the message id, base64 of 28 bytes        |
//! |                                    | `x-amz-d` | the commitment, base64 of 28 bytes        |
//! | `x-amz-tag-len`                    |           | `128`, of GCM                             |
//! | `x-amz-matdesc`                    | `x-amz-m` | what names the wrapping key, JSON         |
//! | `x-amz-matdesc`                    | `x-amz-t` | the encryption context of AWS KMS, JSON   |
//! | `x-amz-unencrypted-content-length` |           | the length of the text, decimal           |
//!
//! An instruction file has all fields of V1 and V2. Of V3 it has those of the wrapped data key
//! alone: what belongs to the content stays with the object, and is refused in the file.
//!
//! Reading order: [`algorithm`], [`header`]. Of what is parsed here, nothing is authentic: the
//! wrapped key is when it unwraps, the rest when the content opens. JSON is the caller's.

pub mod algorithm;
pub mod header;
pub mod metadata;
mod print;

use super::{Malformed, Rule};

pub use algorithm::{Suite, Wrap};
pub use header::{Content, Header, Place, Version};
pub use metadata::Metadata;

/// Most bytes of a wrapped data key: AWS KMS has no longer ciphertext blob, and RSA of 8192 bits
/// gives 1024.
pub const MAX_WRAPPED_LEN: usize = 6144;

/// The pair of an encryption context that binds a wrapped key to a [`Suite`].
pub const CEK_ALG_CONTEXT: &str = "aws:x-amz-cek-alg";

/// The pair of an encryption context by which the first client named its KMS key.
pub const KMS_KEY_CONTEXT: &str = "kms_cmk_id";

/// The names of the fields.
pub mod name {
    /// The wrapped data key of V1.
    pub const KEY: &str = "x-amz-key";
    /// The wrapped data key of V2.
    pub const KEY_V2: &str = "x-amz-key-v2";
    /// The wrapped data key of V3.
    pub const KEY_V3: &str = "x-amz-3";
    /// How the data key is wrapped, V2.
    pub const WRAP_ALG: &str = "x-amz-wrap-alg";
    /// How the data key is wrapped, V3.
    pub const WRAP_ALG_V3: &str = "x-amz-w";
    /// How the content is encrypted, V2.
    pub const CEK_ALG: &str = "x-amz-cek-alg";
    /// How the content is encrypted, V3.
    pub const CEK_ALG_V3: &str = "x-amz-c";
    /// The IV of the content, V1 and V2.
    pub const IV: &str = "x-amz-iv";
    /// The message id, V3.
    pub const MESSAGE_ID: &str = "x-amz-i";
    /// The commitment to the data key, V3.
    pub const COMMITMENT: &str = "x-amz-d";
    /// The length of the tag in bits, V2.
    pub const TAG_LEN: &str = "x-amz-tag-len";
    /// What names the wrapping key, or the encryption context: V1 and V2.
    pub const MATDESC: &str = "x-amz-matdesc";
    /// What names the wrapping key, V3.
    pub const MATDESC_V3: &str = "x-amz-m";
    /// The encryption context, V3.
    pub const CONTEXT_V3: &str = "x-amz-t";
    /// The length of the text, V1 and V2.
    pub const CLEAR_LEN: &str = "x-amz-unencrypted-content-length";
    /// Marks an object as an instruction file.
    pub const INSTRUCTION_FILE: &str = "x-amz-crypto-instr-file";

    /// All of them.
    pub const ALL: [&str; 16] = [
        KEY,
        KEY_V2,
        KEY_V3,
        WRAP_ALG,
        WRAP_ALG_V3,
        CEK_ALG,
        CEK_ALG_V3,
        IV,
        MESSAGE_ID,
        COMMITMENT,
        TAG_LEN,
        MATDESC,
        MATDESC_V3,
        CONTEXT_V3,
        CLEAR_LEN,
        INSTRUCTION_FILE,
    ];
}

fn broken(field: &'static str, rule: Rule) -> Malformed {
    Malformed { field, rule }
}

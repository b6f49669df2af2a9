//! Objects of the Amazon S3 Encryption Client: read in every version, written in V2 and V3.
//!
//! ```text
//! metadata, instruction file ─▶ fields ─▶ Header ─▶ Policy ─▶ data key ─▶ cipher ─▶ ends
//! JSON                          core      core      core      KMS, AES    core      nothing
//!                                                             or RSA                before the tag
//! ```
//! The rules of the format and all that is done under a data key are in the core; JSON, RSA and
//! the key service are here.

mod decrypt;
mod encoded_word;
mod encrypt;
mod fields;
mod key;
mod options;
mod range;
mod report;
mod rewrap;
mod wrapping_key;

pub use decrypt::Decrypt;
pub use encrypt::Encrypt;
pub use fields::is_marked;
pub use key::NewKey;
pub use options::{DecryptOptions, EncryptOptions, PolicyOptions};
pub use range::ByteRange;
pub use report::{DecryptReport, EncryptReport};
pub use rewrap::{ReWrap, ReWrapReport};

use crate::error::Error;
use crate::objects::Place;

/// Where the metadata of the object in the file `file` lies when nothing else is said.
///
/// # Errors
///
/// The name would be too long.
pub fn metadata_beside(file: &Place) -> Result<Place, Error> {
    file.with_added_extension("metadata.json")
}

/// Where the instruction file of the object `object` lies: the clients' default.
///
/// # Errors
///
/// The name would be too long.
pub fn instruction_file_beside(object: &Place) -> Result<Place, Error> {
    object.with_added_extension("instruction")
}

//! Messages of the AWS Encryption SDK: a header with the wrapped keys, and a body in frames.
//!
//! ```text
//! keys ───▶ header ─▶ stream ─▶ end
//! wrapped,  tag,      frame by  final frame,
//! or tried  commits   frame     signature
//! ```
//! What any AWS Encryption SDK wrote under a suite that commits to its key is read; suite 0x0478 is
//! written. No block lies beside such a file: all that opens it is in it, but for the key.

mod decrypt;
mod encrypt;
mod frames;
pub(crate) mod keys;
mod options;
mod report;
pub(crate) mod stream;

pub use decrypt::Decrypt;
pub use encrypt::Encrypt;
pub use frames::FrameRange;
pub use keys::{KeyName, WrappingKey};
pub use options::{DecryptOptions, EncryptOptions};
pub use report::{DecryptReport, EncryptReport};

use crate::error::Error;
use crate::files::ends::Input;
use crate::objects::Place;

/// Whether the file at `place` is such a message. What is neither file nor object is not looked at.
///
/// # Errors
///
/// It cannot be read.
pub fn is_message_at(place: &Place) -> Result<bool, Error> {
    let is_file = |path| std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    if place.path().is_some_and(|path| !is_file(path)) {
        return Ok(false);
    }
    let input = Input::open(place)?;
    let mut head = [0; 4];
    let readable = input.len.is_some_and(|len| len >= 4);
    if readable {
        input.read_at(0, &mut head)?;
    }
    Ok(readable && is_message(&head))
}

/// Whether a file that begins with `head` is such a message: by its version and its suite. Of
/// other files, fewer than one in a million begin so.
pub fn is_message(head: &[u8]) -> bool {
    match head {
        [2, 0x04 | 0x05, 0x78, ..] => true,
        // version[1] ‖ type[1] ‖ suite[2], none of which is read
        [1, 0x80, high @ 0..=3, low, ..] => {
            [0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378]
                .contains(&u16::from_be_bytes([*high, *low]))
        }
        _ => false,
    }
}

//! The message of the AWS Encryption SDK: header and frames under one data key.
//!
//! Two keys are derived from the data key for each message. One is published in the header: the
//! commitment. Nobody can make a message that opens under two data keys, and a reader knows that
//! it has the right one before it decrypts anything.
//!
//! | here         | meaning                                                               |
//! |--------------|-----------------------------------------------------------------------|
//! | `commitment` | HKDF-SHA-512(data key, salt = message id, "COMMITKEY"), 256 bits      |
//! | `key`        | HKDF-SHA-512(data key, salt = message id, suite ‖ "DERIVEKEY"), 256   |
//! | header tag   | GCM under `key`, IV 0, additional data = the header, no text          |
//! | frame tag    | GCM under `key`, IV = number, additional data = id ‖ kind ‖ number ‖ length |
//! | block tag    | the same with the IV of the block, and number 1                       |
//! | signature    | ECDSA over header ‖ tag ‖ body, under the public key of the context   |
//!
//! A header is sealed once under a data key. Another one, with other EDKs say, would use IV 0
//! again, and two tags under one IV give away GHASH's key (SP 800-38D Appendix A): so
//! whoever wraps a data key anew leaves the message as it is. See [`raw_aes`].

pub mod block;
pub mod open;
pub mod raw_aes;
pub mod seal;

use zeroize::Zeroize;

use crate::format::esdk::{Kind, Suite};
use crate::hash;
use crate::secret::{ContentKey, MessageKey};

pub use block::{BlockOpener, OpenBlock};
pub use open::{Body, Opener};
pub use seal::{FreshMessageId, Sealer};

/// The commitment of a data key in the message `id`. Not secret.
fn commitment(key: &MessageKey, id: &[u8; 32]) -> [u8; 32] {
    derive(key, id, COMMIT)
}

/// The key of header and body.
fn message_key(suite: Suite, key: &MessageKey, id: &[u8; 32]) -> ContentKey {
    let mut info = [0; 2 + DERIVE.len()];
    let suite = suite.id().to_be_bytes();
    info.iter_mut().zip(suite.iter().chain(DERIVE)).for_each(|(i, f)| *i = *f);
    let mut derived = derive(key, id, &info);
    let key = ContentKey::new_256(derived);
    derived.zeroize();
    key
}

fn derive(key: &MessageKey, id: &[u8; 32], info: &[u8]) -> [u8; 32] {
    let mut derived = [0; 32];
    // `None` is for more than 255 · 64 bytes.
    let _ = hash::hkdf_sha512(id, &key.0, info, &mut derived);
    derived
}

/// What stands between message id and number in the additional data of a frame.
fn label(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Regular => b"AWSKMSEncryptionClient Frame",
        Kind::Final => b"AWSKMSEncryptionClient Final Frame",
    }
}

/// HKDF's info of the commitment.
const COMMIT: &[u8; 9] = b"COMMITKEY";

/// HKDF's info of the message key, behind the suite.
const DERIVE: &[u8; 9] = b"DERIVEKEY";

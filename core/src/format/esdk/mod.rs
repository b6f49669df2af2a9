//! The message of the AWS Encryption SDK: a header of version 2, frames, a final frame.
//!
//! ```text
//! message = header ‖ frame … ‖ final frame
//! ```
//! Of its algorithm suites, [`SUITE`] alone is read and written: AES-256-GCM under a key from
//! HKDF-SHA-512, with a commitment to the data key and without a signature. The other suites are
//! refused by name.
//!
//! Reading order: [`header`], [`edk`], [`frame`]. Nothing that is parsed here is authentic before
//! `envelope::esdk` says so.

pub mod edk;
pub mod frame;
pub mod header;

use super::{Malformed, Rule};

pub use edk::{Edk, Edks, RawAes};
pub use frame::{Frame, Kind};
pub use header::{Header, Pairs, Parts};

/// `AES_256_GCM_HKDF_SHA512_COMMIT_KEY`, the algorithm suite.
pub const SUITE: u16 = 0x0478;

/// Most bytes of a header, its tag included. It is held in memory before anything is proven.
pub const MAX_HEADER_LEN: usize = 1 << 16;

/// Most encrypted data keys of a message. A reader may have to ask a key service for each.
pub const MAX_EDKS: usize = 32;

/// Most bytes of a frame's content. A frame is held in memory before its tag is checked.
pub const MAX_FRAME_LEN: u32 = 1 << 24;

/// The suites that are registered and not ours, with the name under which each is refused.
const OTHER_SUITES: &[(u16, &str)] = &[
    (0x0014, "algorithm suite 0x0014, AES_128_GCM"),
    (0x0046, "algorithm suite 0x0046, AES_192_GCM"),
    (0x0078, "algorithm suite 0x0078, AES_256_GCM"),
    (0x0114, "algorithm suite 0x0114, AES_128_GCM_HKDF_SHA256"),
    (0x0146, "algorithm suite 0x0146, AES_192_GCM_HKDF_SHA256"),
    (0x0178, "algorithm suite 0x0178, AES_256_GCM_HKDF_SHA256"),
    (0x0214, "algorithm suite 0x0214, AES_128_GCM_HKDF_SHA256_ECDSA_P256"),
    (0x0346, "algorithm suite 0x0346, AES_192_GCM_HKDF_SHA384_ECDSA_P384"),
    (0x0378, "algorithm suite 0x0378, AES_256_GCM_HKDF_SHA384_ECDSA_P384"),
    (0x0578, "algorithm suite 0x0578, AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384"),
];

/// Refuses all suites but ours.
fn check_suite(suite: u16) -> Result<(), Malformed> {
    if suite == SUITE {
        return Ok(());
    }
    let other = OTHER_SUITES.iter().find(|(id, _)| *id == suite);
    Err(other.map_or(broken("algorithm suite", Rule::Registered), |(_, name)| {
        broken(name, Rule::Unsupported)
    }))
}

fn broken(field: &'static str, rule: Rule) -> Malformed {
    Malformed { field, rule }
}

/// Puts `bytes` at the front of `room`, which becomes what is behind them.
fn put(room: &mut &mut [u8], bytes: &[u8]) -> Option<()> {
    let (front, rest) = core::mem::take(room).split_at_mut_checked(bytes.len())?;
    front.iter_mut().zip(bytes).for_each(|(f, b)| *f = *b);
    *room = rest;
    Some(())
}

/// Puts the length of `bytes` in 2 bytes, big-endian, and then `bytes`.
fn put_counted(room: &mut &mut [u8], bytes: &[u8]) -> Option<()> {
    put(room, &u16::try_from(bytes.len()).ok()?.to_be_bytes())?;
    put(room, bytes)
}

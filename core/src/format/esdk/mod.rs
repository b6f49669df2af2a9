//! The message of the AWS Encryption SDK: a header of version 2, frames, a final frame.
//!
//! ```text
//! message = header ‖ frame … ‖ final frame [‖ footer]
//!         | header ‖ block [‖ footer]
//! ```
//! Its [`Suite`] commits to the data key; one that is signed has a footer. Messages of version 1
//! commit to no key, and are refused by the name of their suite.
//!
//! Reading order: [`header`], [`suite`], [`edk`], [`frame`], [`block`], [`footer`]. Nothing that is
//! parsed here is authentic before `envelope::esdk` says so.

pub mod block;
pub mod edk;
pub mod footer;
pub mod frame;
pub mod header;
pub mod suite;

use super::{Malformed, Rule};

pub use block::Block;
pub use edk::{Edk, Edks, RawAes};
pub use footer::Footer;
pub use frame::{Frame, Kind};
pub use header::{ContentType, Header, Pairs, Parts};
pub use suite::Suite;

/// Most bytes of a header, its tag included. It is held in memory before anything is proven.
pub const MAX_HEADER_LEN: usize = 1 << 16;

/// Most encrypted data keys of a message. A reader may have to ask a key service for each.
pub const MAX_EDKS: usize = 32;

/// Most bytes of a frame's content. A frame is held in memory before its tag is checked.
pub const MAX_FRAME_LEN: u32 = 1 << 24;

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

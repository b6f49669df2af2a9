//! The body of a message that is not in frames.
//!
//! ```text
//! block = IV[12] ‖ content length[8] ‖ content ‖ tag[16]
//! ```
//! All of the content has one tag: nothing of it is authentic before the last byte was read. We
//! read it and do not write it.

use super::{Malformed, Rule, broken};

/// Length of what stands in front of the content, in bytes.
pub const HEAD_LEN: usize = 20;

/// Length of the tag behind the content, in bytes.
pub const TAG_LEN: usize = 16;

/// What stands in front of the content, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Block {
    /// The IV, which the writer chose.
    pub iv: [u8; 12],
    /// Bytes of content: as many as GCM encrypts at most.
    pub len: u64,
}

impl Block {
    /// Takes the front of a block apart.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where the content is longer than AES-GCM allows.
    pub fn parse(head: &[u8; HEAD_LEN]) -> Result<Self, Malformed> {
        let cut = broken("block", Rule::Length);
        let (iv, len) = head.split_first_chunk().ok_or(cut)?;
        let len = u64::from_be_bytes(len.try_into().map_err(|_| cut)?);
        if len > MAX_CONTENT_LEN {
            return Err(broken("content length", Rule::Range));
        }
        Ok(Self { iv: *iv, len })
    }

    /// Prints it.
    pub fn print(&self) -> [u8; HEAD_LEN] {
        let mut head = [0; HEAD_LEN];
        let fields = self.iv.into_iter().chain(self.len.to_be_bytes());
        head.iter_mut().zip(fields).for_each(|(h, f)| *h = f);
        head
    }
}

/// SP 800-38D §5.2.1.1: 2³⁹ − 256 bits.
const MAX_CONTENT_LEN: u64 = (1 << 36) - 32;

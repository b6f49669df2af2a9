//! Messages of the AWS Encryption SDK.

use std::num::NonZeroU32;

use arbitrary::Arbitrary;

use super::bytes::{Flip, Key, Short, Text};
use super::text::Pairs;

/// A message under a data key, which a raw AES keyring wrapped.
#[derive(Arbitrary, Clone, Debug)]
pub struct EsdkCase {
    /// The data key.
    pub key: [u8; 32],
    /// What wraps it.
    pub kek: Key,
    /// Of the wrapping.
    pub iv: [u8; 12],
    /// The message id.
    pub id: [u8; 32],
    /// How many times the wrapped key is in the message, minus 1.
    pub more_edks: u8,
    /// Length of a frame, if the text then has few of them.
    pub frame_len: u8,
    /// What signs the message, if it is signed. The core does not write such a message.
    pub signer: Option<[u8; 32]>,
    /// The IV of the one block, if the message is not in frames. The core does not write it.
    pub block_iv: Option<[u8; 12]>,
    /// One way to spoil.
    pub flip: Flip,
    /// Where to cut, or which frame to move.
    pub place: u16,
    /// The name of the wrapping key.
    pub name: Short,
    /// The encryption context, with no key twice.
    pub context: Pairs,
    /// The plaintext.
    pub text: Text,
}

impl EsdkCase {
    /// Wrapped data keys of the message: now and then more than it may have.
    pub fn edks(&self) -> usize {
        match self.more_edks {
            n @ 0..=34 => usize::from(n) + 1,
            n => usize::from(n) % 3 + 1,
        }
    }

    /// Whether the core can seal it too.
    pub fn is_ours(&self) -> bool {
        self.signer.is_none() && self.block_iv.is_none()
    }

    /// Length of a frame: often such that the text is whole frames; never more than 9 frames.
    pub fn frame_len(&self) -> NonZeroU32 {
        let least = self.text.0.len().div_ceil(8);
        let len = usize::from(self.frame_len).max(least);
        u32::try_from(len).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)
    }

    /// The text in frames, the final one last: empty only where the text is.
    pub fn frames(&self) -> Vec<Vec<u8>> {
        let len = usize::try_from(self.frame_len().get()).expect("short");
        let frames: Vec<Vec<u8>> = self.text.0.chunks(len).map(<[u8]>::to_vec).collect();
        if frames.is_empty() { vec![vec![]] } else { frames }
    }
}

//! The frames of a message.
//!
//! ```text
//! regular: sequence[4] ‖ IV[12] ‖ content[frame length] ‖ tag[16]
//! final:   ffffffff ‖ sequence[4] ‖ IV[12] ‖ content length[4] ‖ content ‖ tag[16]
//! ```
//! Sequence numbers count from 1 without a gap, so that a frame can neither be moved nor left out;
//! the IV is the number in 12 bytes. A message ends with its final frame and not before.

use core::num::NonZeroU32;

use super::{Malformed, Rule, broken};

/// Length of what stands in front of the content of a regular frame, in bytes.
pub const HEAD_LEN: usize = 16;

/// Length of what stands in front of the content of a final frame, in bytes.
pub const FINAL_HEAD_LEN: usize = 24;

/// How much longer than its content a frame is at most, in bytes.
pub const MAX_OVERHEAD: usize = FINAL_HEAD_LEN + 16;

/// Whether more follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Another frame follows.
    Regular,
    /// The message ends here.
    Final,
}

/// A frame, taken apart where it stands, to be opened there.
#[non_exhaustive]
#[derive(Debug)]
pub struct Frame<'a> {
    /// Whether it is the last.
    pub kind: Kind,
    /// Its number; 1 is the first.
    pub sequence: NonZeroU32,
    /// As long as its plaintext: the frame length, or up to that in a final frame.
    pub content: &'a mut [u8],
    /// The tag of AES-256-GCM.
    pub tag: &'a [u8; 16],
}

impl<'a> Frame<'a> {
    /// Takes the frame at the front of `bytes` apart, and returns what follows it too.
    ///
    /// `bytes` are the next `frame_len` + [`MAX_OVERHEAD`] bytes, or all, if fewer are left.
    ///
    /// # Errors
    ///
    /// [`Malformed`] at the first field that is not of the format. A message that ends too early
    /// is noticed here.
    pub fn parse(
        bytes: &'a mut [u8],
        frame_len: NonZeroU32,
    ) -> Result<(Self, &'a mut [u8]), Malformed> {
        let cut = broken("frame", Rule::Length);
        let (first, rest) = bytes.split_first_chunk_mut::<4>().ok_or(cut)?;
        let (kind, first, rest) = if *first == END {
            let (first, rest) = rest.split_first_chunk_mut::<4>().ok_or(cut)?;
            (Kind::Final, first, rest)
        } else {
            (Kind::Regular, first, rest)
        };
        let sequence = NonZeroU32::new(u32::from_be_bytes(*first));
        let sequence = sequence.ok_or(broken("sequence number", Rule::Range))?;
        let (stored, rest) = rest.split_first_chunk_mut::<12>().ok_or(cut)?;
        if *stored != iv(sequence.get()) {
            return Err(broken("IV of a frame", Rule::Registered));
        }
        let (len, rest) = match kind {
            Kind::Regular => (frame_len.get(), rest),
            Kind::Final => {
                let (len, rest) = rest.split_first_chunk_mut::<4>().ok_or(cut)?;
                (u32::from_be_bytes(*len), rest)
            }
        };
        if len > frame_len.get() {
            return Err(broken("content length of the final frame", Rule::Range));
        }
        let len = usize::try_from(len).map_err(|_| cut)?;
        let (content, rest) = rest.split_at_mut_checked(len).ok_or(cut)?;
        let (tag, rest) = rest.split_first_chunk_mut::<16>().ok_or(cut)?;
        Ok((Self { kind, sequence, content, tag }, rest))
    }
}

/// What stands in front of the content of a regular frame.
pub fn head(sequence: u32) -> [u8; HEAD_LEN] {
    let mut head = [0; HEAD_LEN];
    let fields = sequence.to_be_bytes().into_iter().chain(iv(sequence));
    head.iter_mut().zip(fields).for_each(|(h, f)| *h = f);
    head
}

/// What stands in front of the content of a final frame, of `len` bytes.
pub fn final_head(sequence: u32, len: u32) -> [u8; FINAL_HEAD_LEN] {
    let mut whole = [0; FINAL_HEAD_LEN];
    let fields = END.into_iter().chain(head(sequence)).chain(len.to_be_bytes());
    whole.iter_mut().zip(fields).for_each(|(h, f)| *h = f);
    whole
}

/// The IV of a frame: its number, in 12 bytes. The header has number 0.
pub fn iv(sequence: u32) -> [u8; 12] {
    let mut iv = [0; 12];
    iv.iter_mut().rev().zip(sequence.to_be_bytes().iter().rev()).for_each(|(i, s)| *i = *s);
    iv
}

/// Stands where a regular frame has its number. No regular frame has it.
const END: [u8; 4] = [0xff; 4];

//! Messages of the AWS Encryption SDK.

use core::num::NonZeroU32;

use crate::format::same;
use reelseal_core::format::esdk::footer::MAX_LEN as MAX_FOOTER_LEN;
use reelseal_core::format::esdk::frame::{Frame, Kind, final_head, head};
use reelseal_core::format::esdk::{Block, Footer, RawAes};

/// The front of a block is taken if and only if its content is no longer than SP 800-38D
/// §5.2.1.1 allows, 2³⁹ − 256 bits, and prints back.
pub fn esdk_block(bytes: &mut [u8]) {
    let Ok(bytes) = (&*bytes).try_into() else { return };
    let block = Block::parse(bytes);
    let len = bytes[12..].iter().fold(0u64, |len, byte| len << 8 | u64::from(*byte));
    assert!(block.is_ok() == (len <= (1 << 36) - 32));
    let Ok(block) = block else { return };
    assert!(block.len == len && block.print() == *bytes);
}

/// A footer is its length and so many bytes, if no signature is shorter; the rest follows.
pub fn esdk_footer(bytes: &mut [u8]) {
    let footer = Footer::parse(bytes);
    let len = bytes.first_chunk().map(|len| usize::from(u16::from_be_bytes(*len)));
    let there = len.filter(|len| len + 2 <= MAX_FOOTER_LEN).and_then(|len| bytes.get(2..2 + len));
    assert!(footer.is_ok() == there.is_some());
    let (Ok((footer, rest)), Some(there)) = (footer, there) else { return };
    assert!(same(footer.signature, there) && same(rest, &bytes[2 + there.len()..]));
}

/// A frame is its head, as it is printed, its content, its tag and what follows.
pub fn esdk_frame(bytes: &mut [u8]) {
    let Some((frame_len, bytes)) = bytes.split_first_chunk_mut() else { return };
    let Some(frame_len) = NonZeroU32::new(u32::from_be_bytes(*frame_len)) else { return };
    let all = bytes.len();
    let (begin, last) = (bytes.as_ptr(), bytes.first_chunk() == Some(&[0xff; 4]));
    let Ok((frame, rest)) = Frame::parse(bytes, frame_len) else { return };
    let sequence = frame.sequence.get();
    let len = frame.content.len();
    assert!((frame.kind == Kind::Final) == last && len <= frame_len.get() as usize);
    let head_len = if last { 24 } else { 16 };
    assert!(all == head_len + len + 16 + rest.len());
    assert!(frame.content.as_ptr() == begin.wrapping_add(head_len));
    assert!(frame.tag.as_ptr() == begin.wrapping_add(head_len + len));
    // SAFETY: what stands before the content, which no reference is to any more.
    let stands = unsafe { core::slice::from_raw_parts(begin, head_len) };
    match frame.kind {
        Kind::Regular => assert!(stands == head(sequence) && len == frame_len.get() as usize),
        Kind::Final => assert!(stands == final_head(sequence, len as u32)),
    }
}

/// What is accepted prints back.
pub fn esdk_raw_aes(bytes: &mut [u8]) {
    let mut room = [0; 32];
    if let Ok(info) = RawAes::parse(bytes) {
        assert!(info.print(&mut room) == Some(bytes) || bytes.len() > room.len());
    }
}

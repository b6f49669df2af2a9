//! Packed audio (RFC 8216 §3.4): ID3, ADTS, MP3, AC-3 and E-AC-3 frames.

use super::bytes::{array, slice};
use super::{Container, FirstBlock};

/// The length of the frame that starts the bytes, or `None` where none does.
type FrameLen = fn(&[u8]) -> Option<usize>;

/// The container, where the first bytes are those of a tag or of a chain of frames.
pub(super) fn intact(head: &[u8]) -> Option<Container> {
    if head.starts_with(b"ID3") {
        return Some(Container::Id3);
    }
    FRAMES.iter().find(|(_, frame)| chain(head, *frame) >= 2).map(|(container, _)| *container)
}

/// The container, where the first 16 bytes say nothing: by a chain of three frames after them.
pub(super) fn spoiled(head: &[u8]) -> Option<Container> {
    let chained = |(container, frame): &(Container, FrameLen)| {
        let starts = 16..head.len().min(MAX_FRAME_LEN);
        starts
            .filter_map(|at| head.get(at..))
            .any(|rest| chain(rest, *frame) >= 3)
            .then_some(*container)
    };
    FRAMES.iter().find_map(chained)
}

pub(super) fn first_block(head: &[u8]) -> FirstBlock {
    match intact(head) {
        Some(Container::Id3) => id3(head),
        Some(Container::Ac3) => ac3_crc(head),
        Some(_) => FirstBlock::Plausible,
        None => FirstBlock::Implausible,
    }
}

/// ID3v2.3 and v2.4 §3.1: the tag's length, then the first frame's, which ends inside it.
fn id3(head: &[u8]) -> FirstBlock {
    let sound = || {
        let [major, _, _] = array(head, 3)?;
        let tag_len = synchsafe(array(head, 6)?)?;
        let frame_id: [u8; 4] = array(head, 10)?;
        let size = array(head, 14)?;
        let frame_len = if major == 4 { synchsafe(size)? } else { u32::from_be_bytes(size) };
        let name = frame_id.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let inside = frame_len > 0 && frame_len.checked_add(10)? <= tag_len;
        Some((3..=4).contains(&major) && name && inside && a_frame_follows(head, tag_len))
    };
    if sound().unwrap_or(false) { FirstBlock::Proven } else { FirstBlock::Implausible }
}

/// Behind the tag stands audio, another tag, or nothing that was read.
fn a_frame_follows(head: &[u8], tag_len: u32) -> bool {
    let at = usize::try_from(tag_len).ok().and_then(|len| len.checked_add(10));
    let Some(rest) = at.and_then(|at| head.get(at..)) else { return true };
    rest.len() < 16
        || rest.starts_with(b"ID3")
        || FRAMES.iter().any(|(_, frame)| frame(rest).is_some())
}

/// Four times seven bits; the eighth is 0.
fn synchsafe(bytes: [u8; 4]) -> Option<u32> {
    let sound = bytes.iter().all(|byte| *byte < 0x80);
    sound.then(|| bytes.iter().fold(0, |size, byte| size << 7 | u32::from(*byte)))
}

/// How many frames follow each other, up to 3. A last frame that is cut short counts.
fn chain(bytes: &[u8], frame: FrameLen) -> usize {
    let mut rest = bytes;
    for found in 0..3 {
        let Some(len) = frame(rest) else { return if rest.is_empty() { found } else { 0 } };
        let Some(next) = rest.get(len..) else { return found + 1 };
        rest = next;
    }
    3
}

/// ISO/IEC 13818-7 §6.2: the frame length of an ADTS header.
fn adts(bytes: &[u8]) -> Option<usize> {
    let [b0, b1, b2, b3, b4, b5, _] = array(bytes, 0)?;
    let sync = b0 == 0xFF && b1 & 0xF6 == 0xF0; // syncword, layer 0
    let rate = b2 >> 2 & 0x0F;
    let len = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5 >> 5);
    (sync && rate <= 12 && len > 7).then_some(len)
}

/// ISO/IEC 11172-3 §2.4.2.3, ISO/IEC 13818-3: the frame length of a Layer III header.
fn mp3(bytes: &[u8]) -> Option<usize> {
    let [b0, b1, b2, _] = array(bytes, 0)?;
    let (version, layer) = (b1 >> 3 & 3, b1 >> 1 & 3);
    if b0 != 0xFF || b1 & 0xE0 != 0xE0 || version == 1 || layer != 1 {
        return None;
    }
    let rates = if version == 3 { MP3_KBITS } else { MP3_LOW_KBITS };
    let kbits = rates.get(usize::from(b2 >> 4)).filter(|kbits| **kbits > 0)?;
    let hertz = [44_100, 48_000, 32_000].get(usize::from(b2 >> 2 & 3))?;
    let (slot, divisor) = match version {
        3 => (144_000, *hertz),   // MPEG-1
        2 => (72_000, hertz / 2), // MPEG-2
        _ => (72_000, hertz / 4), // MPEG-2.5
    };
    Some(slot * kbits / divisor + usize::from(b2 >> 1 & 1))
}

/// ETSI TS 102 366 §4.4.1 (AC-3) and annex E §1.3.1 (E-AC-3): the frame length.
fn ac3(bytes: &[u8]) -> Option<usize> {
    let [0x0B, 0x77, b2, b3, b4, b5] = array(bytes, 0)? else { return None };
    if (11..=16).contains(&(b5 >> 3)) {
        return Some(2 * (1 + (usize::from(b2 & 7) << 8 | usize::from(b3))));
    }
    let code = usize::from(b4 & 0x3F);
    let kbits = AC3_KBITS.get(code / 2).filter(|_| b5 >> 3 <= 10)?;
    match b4 >> 6 {
        0 => Some(kbits * 4),                                // 48 kHz
        1 => Some(2 * (kbits * 96_000 / 44_100 + code % 2)), // 44.1 kHz
        2 => Some(kbits * 6),                                // 32 kHz
        _ => None,
    }
}

/// §4.4.4.1: the CRC-16 over a frame behind its syncword is 0.
fn ac3_crc(head: &[u8]) -> FirstBlock {
    let Some(frame) = ac3(head).and_then(|len| slice(head, 2, len.checked_sub(2)?)) else {
        return FirstBlock::Plausible;
    };
    let crc = frame.iter().fold(0u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            crc << 1 ^ if crc & 0x8000 != 0 { 0x8005 } else { 0 }
        })
    });
    if crc == 0 { FirstBlock::Proven } else { FirstBlock::Implausible }
}

const FRAMES: [(Container, FrameLen); 3] =
    [(Container::Adts, adts), (Container::Ac3, ac3), (Container::Mp3, mp3)];

/// The longest frame: 13 bits of ADTS.
const MAX_FRAME_LEN: usize = 8192;

/// Layer III bit rates of MPEG-1, kbit/s, by bitrate_index; 0 is "free" and not read.
const MP3_KBITS: [usize; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/// Layer III bit rates of MPEG-2 and 2.5, kbit/s.
const MP3_LOW_KBITS: [usize; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// AC-3 bit rates, kbit/s, by half the frmsizecod.
const AC3_KBITS: [usize; 19] =
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

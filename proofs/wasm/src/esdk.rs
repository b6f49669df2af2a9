//! Messages of the AWS Encryption SDK.

use core::num::NonZeroU32;
use core::ops::Range;
use core::str::from_utf8;

use crate::format::same;
use reelseal_core::format::Rule;
use reelseal_core::format::esdk::footer::MAX_LEN as MAX_FOOTER_LEN;
use reelseal_core::format::esdk::frame::{Frame, Kind, final_head, head};
use reelseal_core::format::esdk::{Block, ContentType, Footer, Header, RawAes, Suite};

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

/// Too few bytes for any header are refused, by the first field that is wrong.
pub fn esdk_header_front(bytes: &mut [u8]) {
    let Err(malformed) = Header::parse(bytes) else { return assert!(false) };
    let id = |at: usize| bytes.get(at..at + 2).map(|id| u16::from(id[0]) << 8 | u16::from(id[1]));
    let rule = match (bytes.first(), id(1), id(2)) {
        (Some(1), _, Some(id)) if UNCOMMITTED.contains(&id) => Rule::Uncommitted,
        (Some(1), ..) => Rule::Unsupported,
        (Some(2), Some(id), _) if UNCOMMITTED.contains(&id) => Rule::Uncommitted,
        // Without a context there is no public key.
        (Some(2), Some(0x0578), _) if bytes.get(35..37) == Some(&[0, 0]) => Rule::Required,
        (Some(2), None | Some(0x0478 | 0x0578), _) | (None, ..) => Rule::Length,
        _ => Rule::Registered,
    };
    assert!(malformed.rule == rule);
}

/// The suites that commit to no key.
const UNCOMMITTED: [u16; 9] =
    [0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378];

/// Headers of suite 0x0478 whose parts are as long as the length of the input says. What is not a
/// length may be anything.
macro_rules! header {
    ($check:ident($bytes:ident)) => {
        match $bytes.len() {
            100 => $check(Shape::put($bytes, [], [[0, 0, 0]])),
            105 => $check(Shape::put($bytes, [], [[1, 2, 1]])),
            106 => $check(Shape::put($bytes, [[1, 0]], [[0, 1, 0]])),
            110 => $check(Shape::put($bytes, [], [[2, 0, 1], [1, 1, 0]])),
            116 => $check(Shape::put($bytes, [[1, 1], [1, 2]], [[1, 0, 0]])),
            _ => assert!(false),
        }
    };
}

/// A header is taken if and only if its texts are UTF-8, its keys ascend, and its content type and
/// frame length go together.
pub fn esdk_header(bytes: &mut [u8]) {
    header!(verdict(bytes));
}

/// Of one that cannot be refused, whose texts are letters and whose content is in frames of 4096
/// bytes, every field is where it stands.
pub fn esdk_header_fields(bytes: &mut [u8]) {
    header!(fields(bytes));
}

/// A header all of whose lengths are put, and where what they count lies.
struct Shape<'a, const P: usize, const E: usize> {
    bytes: &'a mut [u8],
    /// Key and value.
    pairs: [[Range<usize>; 2]; P],
    /// Provider id, provider information, ciphertext.
    edks: [[Range<usize>; 3]; E],
    /// Where the content type stands.
    end: usize,
}

impl<'a, const P: usize, const E: usize> Shape<'a, P, E> {
    fn put(bytes: &'a mut [u8], pairs: [[usize; 2]; P], edks: [[usize; 3]; E]) -> Self {
        bytes[..3].copy_from_slice(&[2, 0x04, 0x78]);
        let mut end = 35;
        let mut put = |number: usize, len: usize| {
            bytes[end..end + 2].copy_from_slice(&(number as u16).to_be_bytes());
            end += 2 + len;
            end - len..end
        };
        if P == 0 {
            put(0, 0);
        } else {
            put(pairs.iter().flatten().fold(2, |sum, len| sum + 2 + len), 0);
            put(P, 0);
        }
        let pairs = pairs.map(|pair| pair.map(|len| put(len, len)));
        put(E, 0);
        let edks = edks.map(|edk| edk.map(|len| put(len, len)));
        Self { bytes, pairs, edks, end }
    }
}

fn verdict<const P: usize, const E: usize>(shape: Shape<'_, P, E>) {
    let Shape { bytes, pairs, edks, end } = shape;
    let frame_len = u32::from_be_bytes(*bytes[end + 1..].first_chunk().unwrap());
    let mut sound = match bytes[end] {
        1 => frame_len == 0,
        2 => frame_len > 0 && frame_len <= 1 << 24,
        _ => false,
    };
    for text in pairs.iter().flatten().chain(edks.iter().map(|edk| &edk[0])) {
        sound &= from_utf8(&bytes[text.clone()]).is_ok();
    }
    for two in pairs.windows(2) {
        sound &= bytes[two[0][0].clone()] < bytes[two[1][0].clone()];
    }
    assert!(Header::parse(bytes).is_ok() == sound);
}

fn fields<const P: usize, const E: usize>(shape: Shape<'_, P, E>) {
    let Shape { bytes, pairs, edks, end } = shape;
    for (text, letter) in pairs.iter().flatten().chain(edks.iter().map(|edk| &edk[0])).zip(b'a'..) {
        bytes[text.clone()].fill(letter);
    }
    bytes[end..end + 5].copy_from_slice(&[2, 0, 0, 0x10, 0]);
    let bytes = &*bytes;
    let (mut header, rest) = Header::parse(bytes).unwrap();
    assert!(header.suite == Suite::CommitKey && header.public_key.is_none());
    assert!(same(header.message_id, &bytes[3..35]));
    assert!(header.content_type == ContentType::Framed(NonZeroU32::new(4096).unwrap()));
    let (head, tail) = bytes.split_at(end + 37);
    assert!(same(header.bytes, head) && same(header.commitment, &head[end + 5..]));
    assert!(same(header.tag, &tail[..16]) && same(rest, &tail[16..]));
    let mut there = header.pairs();
    for pair in pairs {
        let [key, value] = pair.map(|part| &bytes[part]);
        assert!(
            there.next().is_some_and(|(k, v)| same(k.as_bytes(), key) && same(v.as_bytes(), value))
        );
    }
    assert!(there.next().is_none());
    for edk in edks {
        let [id, info, ciphertext] = edk.map(|part| &bytes[part]);
        let edk = header.edks.next().unwrap();
        assert!(same(edk.provider_id.as_bytes(), id));
        assert!(same(edk.provider_info, info) && same(edk.ciphertext, ciphertext));
    }
    assert!(header.edks.next().is_none());
}

//! ISO base media file format: ISO/IEC 14496-12 §4.2 (boxes), §8.8 (fragments).

use super::bytes::{array, be32, contains, slice};
use super::{Container, FirstBlock};

/// The container, where the first box's type is one of a top-level box.
pub(super) fn intact(head: &[u8]) -> Option<Container> {
    let first = array::<4>(head, 4)?;
    (TOP_LEVEL.contains(&&first) && leads_to_a_box(head)).then(|| kind(head, &first))
}

/// The container, where the first 16 bytes say nothing: by the boxes that lie within.
pub(super) fn spoiled(head: &[u8]) -> Option<Container> {
    let rest = head.get(16..)?;
    if nested(rest, b"traf", b"tfhd").is_some() {
        return Some(Container::Fmp4Segment);
    }
    nested(rest, b"trak", b"tkhd")?;
    Some(if contains(rest, b"mvex") { Container::Fmp4Init } else { Container::Mp4 })
}

fn kind(head: &[u8], first: &[u8; 4]) -> Container {
    match first {
        b"styp" | b"sidx" | b"ssix" | b"moof" | b"emsg" | b"prft" => Container::Fmp4Segment,
        b"ftyp" | b"moov" if contains(head, b"mvex") => Container::Fmp4Init,
        _ => Container::Mp4,
    }
}

pub(super) fn first_block(head: &[u8]) -> FirstBlock {
    // A box whose length leads nowhere was not written so.
    let judged = if leads_to_a_box(head) { judge(head) } else { None };
    judged.unwrap_or(FirstBlock::Implausible)
}

/// The first box by its type. `None`: no such type, or too short for it.
fn judge(head: &[u8]) -> Option<FirstBlock> {
    let last: [u8; 4] = array(head, 12)?;
    let word = u32::from_be_bytes(last);
    let sound = match &array::<4>(head, 4)? {
        // §4.3: the major brand, which stands again among the compatible ones; minor_version.
        b"ftyp" if head.get(8..12) == Some(b"qt  ") => true,
        b"ftyp" => brand_is_sound(head) && [0, 1, 512].contains(&word),
        // §8.16.2. Every packager that we know writes 0.
        b"styp" => brand_is_sound(head) && word == 0,
        // §8.8.4, §8.8.5: `mfhd` comes first and is 16 bytes long.
        b"moof" => return Some(proven_if(be32(head, 8)? == 16 && last == *b"mfhd")),
        // §8.2.1, §8.2.2: so does `mvhd`, of 108 bytes, or of 120 in version 1.
        b"moov" => {
            let sound = [108, 120].contains(&be32(head, 8)?) && last == *b"mvhd";
            return Some(proven_if(sound));
        }
        // §8.16.3, §8.16.5: version, flags, then the number of a track.
        b"sidx" | b"prft" => {
            let tracks: Vec<u32> = tracks(head).collect();
            match *tracks {
                [] => version(head)? <= 1 && word != 0,
                [only] => return Some(proven_if(version(head)? <= 1 && word == only)),
                // Which of them cannot be told, unless another index has it already.
                _ => version(head)? <= 1 && tracks.contains(&word) && !next_index_is_of(head, word),
            }
        }
        // ISO/IEC 23009-1 §5.10.3.3: a URI in version 0, the timescale in version 1.
        b"emsg" if version(head)? == 0 => last.iter().all(|byte| is_uri(*byte)),
        b"emsg" => version(head)? == 1 && word != 0,
        other => TOP_LEVEL.contains(&other),
    };
    Some(if sound { FirstBlock::Plausible } else { FirstBlock::Implausible })
}

fn is_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".:-/".contains(&byte)
}

fn proven_if(sound: bool) -> FirstBlock {
    if sound { FirstBlock::Proven } else { FirstBlock::Implausible }
}

/// §4.3: the list of compatible brands names the major brand again.
fn brand_is_sound(head: &[u8]) -> bool {
    let named_again = || {
        let len = usize::try_from(box_len(head)?).ok()?;
        let (brands, rest) = slice(head, 16, len.checked_sub(16)?)?.as_chunks::<4>();
        Some(rest.is_empty() && brands.contains(&array(head, 8)?))
    };
    named_again().unwrap_or(false)
}

/// The version of a full box; its flags are in the three bytes behind.
fn version(head: &[u8]) -> Option<u8> {
    array(head, 8).map(|[version]| version)
}

/// The first box's length in bytes, §4.2. `None` where no box is so long.
fn box_len(head: &[u8]) -> Option<u64> {
    match be32(head, 0)? {
        0 => Some(u64::MAX), // to the end of the file
        1 => array(head, 8).map(u64::from_be_bytes).filter(|len| *len >= 16),
        len => (len >= 8).then_some(len.into()),
    }
}

/// Whether the first box ends at another box, at the end of `head`, or beyond it.
fn leads_to_a_box(head: &[u8]) -> bool {
    let Some(len) = box_len(head) else { return false };
    let Some(next) = usize::try_from(len).ok().and_then(|len| head.get(len..)) else { return true };
    next.is_empty() || next.get(4..8).is_none_or(|kind| TOP_LEVEL.iter().any(|top| *top == kind))
}

/// The offset of `inner`'s type, where `inner` is the first box in `outer`.
fn nested(bytes: &[u8], outer: &[u8; 4], inner: &[u8; 4]) -> Option<usize> {
    let is_pair = |window: &[u8]| window.starts_with(outer) && window.ends_with(inner);
    bytes.windows(12).position(is_pair).map(|at| at + 8)
}

/// Whether a `sidx` stands behind the first one, with the same track.
fn next_index_is_of(head: &[u8], track: u32) -> bool {
    let next = || head.get(usize::try_from(box_len(head)?).ok()?..);
    next().is_some_and(|next| next.get(4..8) == Some(b"sidx") && be32(next, 12) == Some(track))
}

/// The `track_ID` of every `tfhd` (§8.8.7) in `bytes`.
fn tracks(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let is_pair = |at: &[u8]| at.starts_with(b"traf") && slice(at, 8, 4) == Some(b"tfhd");
    bytes.windows(20).filter(move |at| is_pair(at)).filter_map(|at| be32(at, 16))
}

/// The boxes that stand at the top level of a segment or a file.
const TOP_LEVEL: [&[u8; 4]; 16] = [
    b"ftyp", b"styp", b"sidx", b"ssix", b"moof", b"moov", b"mdat", b"free", b"skip", b"emsg",
    b"prft", b"uuid", b"meta", b"pdin", b"mfra", b"wide",
];

//! MPEG-2 Transport Stream: ISO/IEC 13818-1 §2.4.
//!
//! | here          | the standard              | unit            |
//! |---------------|---------------------------|-----------------|
//! | `Packet::pid` | PID                       | 13 bits         |
//! | `unit_start`  | payload_unit_start_indicator | bit          |
//! | section       | §2.4.4, private_section and its kin | bytes |

use super::FirstBlock;
use super::bytes::{array, slice};

/// One packet: the fields of §2.4.3.2 that are of use here.
pub(super) struct Packet<'a> {
    pid: u16,
    unit_start: bool,
    pub(super) is_scrambled: bool,
    adaptation: Option<&'a [u8]>,
    payload: &'a [u8],
}

/// Whether every packet but the first starts with the sync byte.
pub(super) fn found(head: &[u8]) -> bool {
    let mut syncs = head.iter().step_by(PACKET_LEN).map(|byte| *byte == SYNC);
    let first = syncs.next().unwrap_or(false);
    let others = syncs.len();
    let all = syncs.all(|sync| sync);
    // Two sync bytes beside the first are 1 in 65,536 by chance; fewer need the first one too.
    all && (others >= 2 || (first && (others == 1 || head.len() == PACKET_LEN)))
}

pub(super) fn first_block(head: &[u8]) -> FirstBlock {
    let Some(packet) = slice(head, 0, PACKET_LEN).and_then(parse) else {
        return FirstBlock::Implausible;
    };
    if !packet.adaptation.is_none_or(adaptation_is_sound) {
        return FirstBlock::Implausible;
    }
    if !packet.unit_start {
        return FirstBlock::Plausible;
    }
    if packet.payload.starts_with(&PES_START) {
        return pes(head, &packet);
    }
    section(head, &packet)
}

/// The packet's header, or `None` where it is none of §2.4.3.2.
fn parse(packet: &[u8]) -> Option<Packet<'_>> {
    let [sync, hi, lo, flags] = array(packet, 0)?;
    let (adaptation, payload_at) = match flags >> 4 & 3 {
        1 => (None, 4),
        control @ (2 | 3) => {
            let [len] = array(packet, 4)?;
            let len = usize::from(len);
            // §2.4.3.5: 183 bytes without payload, 0 to 182 with payload.
            if (control == 2) != (len == 183) || len > 183 {
                return None;
            }
            (Some(slice(packet, 5, len)?), 5 + len)
        }
        _ => return None, // 0 is reserved
    };
    let error = hi & 0x80 != 0;
    (sync == SYNC && !error).then_some(Packet {
        pid: u16::from(hi & 0x1F) << 8 | u16::from(lo),
        unit_start: hi & 0x40 != 0,
        is_scrambled: flags >> 6 != 0,
        adaptation,
        payload: packet.get(payload_at..)?,
    })
}

/// §2.4.3.4: the clock references are well formed, and what fills the rest is 0xFF.
fn adaptation_is_sound(field: &[u8]) -> bool {
    let Some((flags, mut rest)) = field.split_first() else { return true };
    for flag in [0x10, 0x08] {
        if flags & flag == 0 {
            continue;
        }
        let Some((clock, after)) = rest.split_first_chunk::<6>() else { return false };
        let [.., b4, b5] = *clock; // base[0], 6 reserved bits of 1, extension: 0 ..= 299
        let extension = u16::from(b4 & 1) << 8 | u16::from(b5);
        if b4 & 0x7E != 0x7E || extension > 299 {
            return false;
        }
        rest = after;
    }
    let more = flags & 0x07 != 0; // splice countdown, private bytes, extension: not read
    more || rest.iter().all(|byte| *byte == 0xFF)
}

/// §2.4.3.6: the fields of a PES packet's head, and its `stream_id` against the PID's next one.
fn pes(head: &[u8], packet: &Packet<'_>) -> FirstBlock {
    let Some(&stream_id) = packet.payload.get(3) else { return FirstBlock::Plausible };
    let same_pid = |other: &Packet<'_>| {
        other.pid == packet.pid && other.unit_start && other.payload.starts_with(&PES_START)
    };
    let next = packets(head).skip(1).find(same_pid);
    let agrees = next.and_then(|next| next.payload.get(3)).is_none_or(|id| *id == stream_id);
    // Table 2-22: private, audio, video, and the newer ones. No map, directory or ECM.
    let has_header = matches!(stream_id, 0xBD | 0xC0..=0xEF | 0xFA..=0xFD);
    if !(has_header || stream_id == 0xBF) || !agrees {
        return FirstBlock::Implausible;
    }
    let Some([marker, flags, _, p0, _, p2]) = array::<6>(packet.payload, 6) else {
        return FirstBlock::Plausible;
    };
    let with_pts = flags & 0x80 != 0;
    // '10' before the flags; '001x' before the PTS; marker bits of 1 inside it.
    let pts_prefix = if flags & 0x40 != 0 { 0x30 } else { 0x20 };
    let pts_is_sound = p0 & 0xF1 == pts_prefix | 1 && p2 & 1 == 1;
    match has_header && (marker & 0xC0 != 0x80 || (with_pts && !pts_is_sound)) {
        true => FirstBlock::Implausible,
        false => FirstBlock::Plausible,
    }
}

/// §2.4.4: the first section's CRC-32. Its bytes may run on into the PID's next packets.
fn section(head: &[u8], packet: &Packet<'_>) -> FirstBlock {
    let bytes = unit(head, packet.pid).unwrap_or_default();
    let parsed = || {
        let pointer = usize::from(*bytes.first()?);
        let [_, hi, lo] = array(&bytes, 1 + pointer)?;
        let len = 3 + (usize::from(hi & 0x0F) << 8 | usize::from(lo));
        Some((hi & 0x80 != 0, slice(&bytes, 1 + pointer, len)?))
    };
    match parsed() {
        Some((true, section)) if crc32_mpeg2(section) == 0 => FirstBlock::Proven,
        // The short syntax (TDT) has no CRC.
        Some((false, _)) if (0x10..0x20).contains(&packet.pid) => FirstBlock::Plausible,
        _ => FirstBlock::Implausible,
    }
}

/// The first unit of `pid`: the payload that starts one, and what follows up to the next.
pub(super) fn unit(head: &[u8], pid: u16) -> Option<Vec<u8>> {
    let mut packets = packets(head).filter(|packet| packet.pid == pid);
    let mut bytes = packets.find(|packet| packet.unit_start)?.payload.to_vec();
    for next in packets.take_while(|packet| !packet.unit_start) {
        if bytes.len() > MAX_SECTION_LEN {
            break;
        }
        bytes.extend_from_slice(next.payload);
    }
    Some(bytes)
}

/// Every well-formed packet of `head`.
pub(super) fn packets(head: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    head.chunks_exact(PACKET_LEN).filter_map(parse)
}

/// Annex A: the CRC of a section with its own CRC_32 is 0.
fn crc32_mpeg2(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            let out = crc & 0x8000_0000 != 0;
            crc << 1 ^ if out { 0x04C1_1DB7 } else { 0 }
        })
    })
}

/// §2.4.3.2.
const PACKET_LEN: usize = 188;

/// §2.4.3.3, sync_byte.
const SYNC: u8 = 0x47;

/// §2.4.3.7, packet_start_code_prefix.
const PES_START: [u8; 3] = [0, 0, 1];

/// §2.4.4.11: a private section has at most 4,096 bytes.
const MAX_SECTION_LEN: usize = 4096;

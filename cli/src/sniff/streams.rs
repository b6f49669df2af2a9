//! The elementary streams of a Transport Stream: ISO/IEC 13818-1 §2.4.4.3 (PAT), §2.4.4.8 (PMT).

use std::fmt;

use super::bytes::{array, slice};
use super::ts::{packets, unit};

/// An elementary stream, as the PMT has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stream {
    /// 13 bits.
    pub pid: u16,
    /// Table 2-34, and what ATSC and Apple added to it.
    pub stream_type: u8,
}

impl Stream {
    /// Whether its samples are encrypted, by Apple's "MPEG-2 Stream Encryption Format for HLS".
    pub fn is_sample_aes(self) -> bool {
        matches!(self.stream_type, 0xC1 | 0xC2 | 0xCF | 0xDB)
    }

    fn name(self) -> &'static str {
        match self.stream_type {
            0x01 | 0x02 => "MPEG-2 video",
            0x03 | 0x04 => "MPEG audio",
            0x06 => "private data",
            0x0F => "AAC",
            0x11 => "AAC (LATM)",
            0x15 => "timed metadata",
            0x1B => "H.264",
            0x24 => "H.265",
            0x81 => "AC-3",
            0x86 => "SCTE-35",
            0x87 => "E-AC-3",
            0xC1 => "AC-3, SAMPLE-AES",
            0xC2 => "E-AC-3, SAMPLE-AES",
            0xCF => "AAC, SAMPLE-AES",
            0xDB => "H.264, SAMPLE-AES",
            _ => "unknown",
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PID {} {} (0x{:02x})", self.pid, self.name(), self.stream_type)
    }
}

/// The streams of the first program that `head` describes; none where it describes none.
pub fn of(head: &[u8]) -> Vec<Stream> {
    program_map_pid(head).and_then(|pid| program(head, pid)).unwrap_or_default()
}

/// Whether packets are scrambled for a conditional access system, §2.4.3.3.
pub fn is_scrambled(head: &[u8]) -> bool {
    packets(head).take(MOST_PACKETS).any(|packet| packet.is_scrambled)
}

/// §2.4.4.3: the first program that is not the network's (number 0).
fn program_map_pid(head: &[u8]) -> Option<u16> {
    let pat = unit(head, 0)?;
    let section = section(&pat, 0)?;
    let programs = section.get(8..section.len().checked_sub(4)?)?;
    let (programs, _) = programs.as_chunks::<4>();
    let program = programs.iter().find(|[hi, lo, ..]| (*hi, *lo) != (0, 0));
    program.map(|[_, _, hi, lo]| pid(*hi, *lo))
}

/// §2.4.4.8.
fn program(head: &[u8], map_pid: u16) -> Option<Vec<Stream>> {
    let bytes = unit(head, map_pid)?;
    let section = section(&bytes, 2)?;
    let [hi, lo] = array(section, 10)?;
    let mut at = 12 + length(hi, lo);
    let end = section.len().checked_sub(4)?;
    let mut streams = Vec::new();
    while let Some([stream_type, pid_hi, pid_lo, hi, lo]) = array(section, at) {
        if at + 5 > end {
            break;
        }
        streams.push(Stream { pid: pid(pid_hi, pid_lo), stream_type });
        at += 5 + length(hi, lo);
    }
    Some(streams)
}

/// The section of `table_id` behind the pointer field, with its CRC.
fn section(unit: &[u8], table_id: u8) -> Option<&[u8]> {
    let at = 1 + usize::from(*unit.first()?);
    let [id, hi, lo] = array(unit, at)?;
    let section = slice(unit, at, 3 + length(hi, lo))?;
    (id == table_id && section.len() >= 12).then_some(section)
}

fn pid(hi: u8, lo: u8) -> u16 {
    u16::from(hi & 0x1F) << 8 | u16::from(lo)
}

/// Lengths of sections and descriptors have 12 bits.
fn length(hi: u8, lo: u8) -> usize {
    usize::from(hi & 0x0F) << 8 | usize::from(lo)
}

/// A megabyte of packets is enough to see a scrambled one.
const MOST_PACKETS: usize = 5_000;

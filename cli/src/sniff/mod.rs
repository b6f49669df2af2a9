//! What a clear segment looks like, told from its first bytes.
//!
//! AES-128 of HLS has no authentication. A wrong key shows in the padding (255 times of 256), but
//! a wrong IV shows nowhere except in the first block, P₁ = D(C₁) ⊕ IV: 16 bytes are off, and the
//! rest is right. A Media Sequence Number that is off by one (RFC 8216 §5.2) spoils only the last
//! byte or two of those 16. So the first block is judged by what the bytes *after* it say.
//!
//! | starts with                 | byte 15 is in             | IV off by one is seen            |
//! |-----------------------------|---------------------------|----------------------------------|
//! | TS: PAT, PMT, SDT           | the section               | always: CRC-32                   |
//! | TS: PES, PTS at byte 13     | the PTS                   | if the marker bit is hit         |
//! | TS: PES at byte 12          | `stream_id`               | if the PID starts another packet |
//! | TS: other payload           | media                     | never                            |
//! | `moof`, `moov`              | the first child's type    | always                           |
//! | `sidx`, `prft`              | the track's number        | unless it becomes another track  |
//! | `styp`                      | `minor_version`           | always: packagers write 0        |
//! | `ftyp`                      | `minor_version`           | unless it becomes 0, 1 or 512    |
//! | `emsg`                      | scheme or timescale       | seldom                           |
//! | ID3 (packed audio)          | size of the first frame   | always                           |
//! | AC-3, E-AC-3                | the frame                 | always: CRC-16                   |
//! | ADTS, MP3                   | media                     | never                            |
//! | WebVTT                      | header or first cue       | header yes, digits of a time no  |
//! | TTML                        | the XML declaration       | always, with a declaration       |

mod audio;
mod bmff;
mod bytes;
pub mod streams;
mod text;
mod ts;

/// The container of a clear segment.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Container {
    /// MPEG-2 Transport Stream, ISO/IEC 13818-1.
    MpegTs,
    /// A Media Initialization Section of fragmented MP4: `moov` with `mvex`.
    Fmp4Init,
    /// A fragmented MP4 media segment: `moof`, with what may stand before it.
    Fmp4Segment,
    /// Any other ISO base media file, ISO/IEC 14496-12.
    Mp4,
    /// Packed AAC in ADTS frames without an ID3 tag.
    Adts,
    /// Packed MP3 without an ID3 tag.
    Mp3,
    /// Packed AC-3 or E-AC-3 without an ID3 tag.
    Ac3,
    /// Packed audio behind its ID3 tag, RFC 8216 §3.4.
    Id3,
    /// WebVTT text.
    WebVtt,
    /// TTML text.
    Ttml,
    /// None of these.
    Unknown,
}

/// How plausible the first 16 bytes are, given what follows them.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FirstBlock {
    /// What follows contradicts them: the IV is wrong, or the bytes were altered.
    Implausible,
    /// Nothing speaks against them. Also the answer for a container that is not known.
    Plausible,
    /// A checksum or a redundant field over all that an IV off by one would change agrees.
    Proven,
}

/// Names the container of the segment that starts with `head`.
///
/// `head` should be 4 KiB or more, or the whole segment; more tells more. The answer does not
/// need the first 16 bytes to be right: a segment decrypted under a wrong IV keeps its container.
pub fn container(head: &[u8]) -> Container {
    if ts::found(head) {
        return Container::MpegTs;
    }
    // What the first bytes say, before what is left of a segment whose first bytes are wrong.
    [bmff::intact, audio::intact, text::intact, bmff::spoiled, audio::spoiled, text::spoiled]
        .iter()
        .find_map(|found| found(head))
        .unwrap_or(Container::Unknown)
}

/// Judges the first 16 bytes of `head` by what follows them.
///
/// `head` is as for [`container`]. The table of this module says what can be told.
pub fn first_block(head: &[u8]) -> FirstBlock {
    match container(head) {
        Container::MpegTs => ts::first_block(head),
        Container::Fmp4Init | Container::Fmp4Segment | Container::Mp4 => bmff::first_block(head),
        Container::Adts | Container::Mp3 | Container::Ac3 | Container::Id3 => {
            audio::first_block(head)
        }
        Container::WebVtt | Container::Ttml => text::first_block(head),
        Container::Unknown => FirstBlock::Plausible,
    }
}

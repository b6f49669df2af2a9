//! Media files: the container, its streams, and whether samples in it are encrypted.

use super::bmff;
use super::found::{Found, some};
use super::sample::Sample;
use crate::sniff::{self, Container, FirstBlock, streams};

/// A media file by its first bytes.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    let head = sample.head.get(..HEAD_LEN).unwrap_or(sample.head);
    let container = sniff::container(head);
    let is_sound = sniff::first_block(head) != FirstBlock::Implausible;
    let found = match container {
        Container::MpegTs => transport_stream(sample.head),
        Container::Fmp4Init | Container::Fmp4Segment | Container::Mp4 if is_sound => {
            bmff::described(sample)
        }
        Container::Fmp4Init | Container::Fmp4Segment | Container::Mp4 => {
            Found::new("mp4", "an MP4 file (ISO/IEC 14496-12)")
        }
        // A text with an arrow in it is not WebVTT for that.
        Container::WebVtt if is_sound => Found::new("webvtt", "WebVTT subtitles, clear"),
        Container::Ttml if is_sound => Found::new("ttml", "TTML subtitles, clear"),
        Container::Adts => Found::new("adts", "packed AAC audio (ADTS), clear"),
        Container::Mp3 => Found::new("mp3", "packed MP3 audio, clear"),
        Container::Ac3 => Found::new("ac3", "packed AC-3 or E-AC-3 audio, clear"),
        Container::Id3 => Found::new("id3", "packed audio behind an ID3 tag, clear"),
        _ => return None,
    };
    if is_sound {
        return Some(found);
    }
    Some(found.note(
        "its first 16 bytes are not what they should be: it was decrypted under a wrong IV, or they \
         were altered",
    ))
}

/// An MPEG-2 Transport Stream: its elementary streams, by the first PMT.
fn transport_stream(head: &[u8]) -> Found {
    let streams = streams::of(head);
    let found = Found::new("mpeg-ts", "an MPEG-2 Transport Stream")
        .fact("streams", some(streams.iter().map(|stream| stream.to_string())));
    if streams.iter().any(|stream| stream.is_sample_aes()) {
        return found
            .fact("encryption", "SAMPLE-AES: Apple's encryption of samples, AES-128-CBC")
            .opens(
                "a player, with the key and IV that its playlist names (METHOD=SAMPLE-AES); \
                 reelseal does not open it",
            );
    }
    if streams::is_scrambled(head) {
        return found
            .fact("encryption", "scrambled packets (transport_scrambling_control)")
            .opens("a conditional access system; reelseal does not open it");
    }
    found.fact("encryption", "none that shows")
}

/// Bytes that the container is told by.
const HEAD_LEN: usize = 256 * 1024;

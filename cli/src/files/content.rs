//! What clear bytes look like: the one sign of a right key where a mode has no tag.

use crate::sniff::{self, Container, FirstBlock};

/// Clear bytes that are looked at.
pub(super) const HEAD_LEN: usize = 4096;

/// Names what the file that begins with `head` is, if it begins as something known does.
///
/// Random bytes pass for one of these less than once in a million times.
pub(crate) fn kind(head: &[u8]) -> Option<&'static str> {
    match sniff::container(head) {
        Container::MpegTs => Some("MPEG-TS"),
        Container::Fmp4Init | Container::Fmp4Segment => Some("fragmented MP4"),
        Container::Mp4 => Some("MP4"),
        Container::WebVtt => Some("WebVTT"),
        Container::Ttml => Some("TTML"),
        Container::Id3 => Some("audio behind an ID3 tag"),
        Container::Ac3 => Some("AC-3"),
        Container::Adts => Some("ADTS"),
        Container::Mp3 => Some("MP3"),
        _ => magic(head).or_else(|| is_text(head).then_some("text")),
    }
}

/// Whether what follows the first 16 bytes contradicts them, as after a wrong IV of CBC.
pub(super) fn first_block_is_wrong(head: &[u8]) -> bool {
    sniff::first_block(head) == FirstBlock::Implausible
}

fn magic(head: &[u8]) -> Option<&'static str> {
    let found = MAGIC
        .iter()
        .find(|(at, bytes, _)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes)));
    match found {
        Some((_, _, "RIFF")) => match head.get(8..12) {
            Some(b"AVI ") => Some("AVI"),
            Some(b"WAVE") => Some("WAVE"),
            Some(b"WEBP") => Some("WebP"),
            _ => None,
        },
        Some((_, _, name)) => Some(name),
        None => None,
    }
}

/// UTF-8 without control characters that text does not have, and more than a word of it.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default())
                .unwrap_or_default()
        }
        Err(_) => return false,
    };
    let printable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    valid.len() >= MIN_TEXT_LEN && valid.chars().all(printable)
}

/// Offset, bytes and name: the inputs, thumbnails, captions and album art of a transcoder.
const MAGIC: [(usize, &[u8], &str); 16] = [
    (0, b"\x1a\x45\xdf\xa3", "Matroska or WebM"),
    (0, b"FLV\x01", "FLV"),
    (0, b"RIFF", "RIFF"),
    (0, b"OggS\0", "Ogg"),
    (0, b"fLaC\0", "FLAC"),
    (0, b"FORM", "AIFF"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "ASF"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "MXF"),
    (0, b"\0\0\x01\xba", "MPEG-PS"),
    (0, b"\0\0\x01\xb3", "MPEG video"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF89a", "GIF"),
    (0, b"GIF87a", "GIF"),
    (0, b"\xef\xbb\xbfWEBVTT", "WebVTT"),
    (0, b"\x1f\x8b\x08", "gzip"),
];

/// Of random strings as long as this, fewer than one in 2³⁰ is text.
const MIN_TEXT_LEN: usize = 24;

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn known_beginnings_have_names() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("PNG"));
        assert_eq!(kind(b"RIFF\0\0\0\0WAVEfmt "), Some("WAVE"));
        assert_eq!(kind(b"RIFF\0\0\0\0....fmt "), None);
        assert_eq!(kind(b"1\n00:00:01,000 --> 00:00:02,000\nA caption\n"), Some("text"));
    }

    #[test]
    fn noise_has_none() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            u8::try_from(state >> 56).unwrap()
        };
        for _ in 0..2000 {
            let noise: Vec<u8> = (0..512).map(|_| next()).collect();
            assert_eq!(kind(&noise), None);
        }
        assert_eq!(kind(b""), None);
        assert_eq!(kind(b"short"), None);
    }
}

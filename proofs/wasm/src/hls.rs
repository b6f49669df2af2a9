//! Playlists.

use crate::format::same;
use reelseal_core::format::hls::{ByteRange, Lines};

/// What is accepted prints back, but for zeros in front; a range ends below 2⁶⁴.
pub fn hls_byte_range(text: &str) {
    let Ok(range) = ByteRange::parse(text) else { return };
    let number = |text: &str| text.bytes().fold(0u64, |n, c| n * 10 + u64::from(c - b'0'));
    let (length, offset) = text.split_once('@').map_or((text, None), |(n, o)| (n, Some(o)));
    assert!(range.length == number(length) && range.offset == offset.map(number));
    let span = range.resolve(None);
    assert!(span.is_ok() == offset.is_some());
}

/// Texts and line ends together are the file, and lines are counted from 1.
pub fn hls_lines(bytes: &mut [u8]) {
    let bytes = &*bytes;
    let (mut at, mut number) = (0, 0);
    for line in Lines::new(bytes) {
        number += 1;
        assert!(line.number == number && !line.text.contains(&b'\n'));
        assert!(matches!(line.end, b"\n" | b"\r\n" | b""));
        assert!(!line.text.is_empty() || !line.end.is_empty());
        let (text, end) = (at + line.text.len(), at + line.text.len() + line.end.len());
        assert!(same(line.text, &bytes[at..text]) && same(line.end, &bytes[text..end]));
        assert!(!line.end.is_empty() || end == bytes.len());
        at = end;
    }
    assert!(at == bytes.len());
}

//! Playlists.

use core::fmt::{self, Write};

use crate::format::same;
use reelseal_core::format::hls::{AttributeList, ByteRange, Item, Key, Lines, Playlist, Tag};

/// What is printed, in a place of fixed size.
struct Text {
    room: [u8; 64],
    len: usize,
}

impl Text {
    fn of(what: impl fmt::Display) -> Self {
        let mut text = Self { room: [0; 64], len: 0 };
        write!(text, "{what}").unwrap();
        text
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.room[..self.len]).unwrap()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.room.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        self.len += text.len();
        Ok(())
    }
}

/// A list that is taken has no name twice, all of its attributes are found by their names, and
/// they end where the text ends.
pub fn hls_attributes(bytes: &mut [u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(list) = AttributeList::parse(text) else { return };
    assert!(!bytes.contains(&b'\n') && !bytes.contains(&b'\r'));
    let mut count = 0;
    for (name, value) in list.iter() {
        assert!(!name.is_empty() && list.get(name) == Some(value));
        count += 1;
    }
    assert!(count > 0);
}

/// What is accepted prints back, but for zeros in front; a range ends below 2⁶⁴.
pub fn hls_byte_range(bytes: &mut [u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(range) = ByteRange::parse(text) else { return };
    let number = |text: &str| text.bytes().fold(0u64, |n, c| n * 10 + u64::from(c - b'0'));
    let (length, offset) = text.split_once('@').map_or((text, None), |(n, o)| (n, Some(o)));
    assert!(range.length == number(length) && range.offset == offset.map(number));
    let span = range.resolve(None);
    assert!(span.is_ok() == offset.is_some());
}

/// What is accepted is a key with a method, and with a URI unless the method is NONE.
pub fn hls_key(bytes: &mut [u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(key) = Key::parse(text) {
        let printed = Text::of(key);
        assert!(Key::parse(printed.as_str()) == Ok(key));
    }
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
        assert!(line.says().is_none_or(|says| same(says.as_bytes(), &line.text[..says.len()])));
        at = end;
    }
    assert!(at == bytes.len());
}

/// Every line comes once, up to the first fault, and segments are counted one by one.
pub fn hls_playlist(bytes: &mut [u8]) {
    let items = match Playlist::parse(bytes) {
        Ok(Playlist::Multivariant(items) | Playlist::Media { items, .. }) => items,
        Err(_) => return,
    };
    let mut before = None;
    for (item, line) in items.iter().zip(Lines::new(bytes)) {
        let Ok((read, item)) = item else { return };
        assert!(read == line);
        if let Item::Segment { sequence, .. } = item {
            assert!(before.is_none_or(|before| sequence == before + 1));
            before = Some(sequence);
        }
    }
}

/// Any line: no panic.
pub fn hls_tag(bytes: &mut [u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let _ = core::hint::black_box(Tag::parse(text));
}

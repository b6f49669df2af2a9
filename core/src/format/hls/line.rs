//! Lines of a playlist: RFC 8216 §4.1. Nothing is lost: text and line end together are the file.

/// One line: its text, and how it ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Line<'a> {
    /// Counted from 1, as editors do.
    pub number: usize,
    /// Without its line end.
    pub text: &'a [u8],
    /// `\n`, `\r\n`, or nothing on a last line that has none.
    pub end: &'a [u8],
}

impl<'a> Line<'a> {
    /// What the line says: its text without blanks at its end, which the standard forbids and
    /// players pass over. `None` where it is not UTF-8 (§4.1).
    pub fn says(&self) -> Option<&'a str> {
        core::str::from_utf8(self.text.trim_ascii_end()).ok()
    }
}

/// The lines of a playlist, in order.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    /// Begins at the first byte.
    pub fn new(playlist: &'a [u8]) -> Self {
        Self { rest: playlist, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match self.rest.iter().position(|&byte| byte == b'\n') {
            Some(at) => self.rest.split_at_checked(at.saturating_add(1))?,
            None => (self.rest, &[][..]),
        };
        let text = line.strip_suffix(b"\n").map_or(line, |l| l.strip_suffix(b"\r").unwrap_or(l));
        let (text, end) = line.split_at_checked(text.len())?;
        self.rest = rest;
        self.number = self.number.saturating_add(1);
        Some(Line { number: self.number, text, end })
    }
}

//! A part of an object: the bytes from one to another, both included, as HTTP has them.

use std::str::FromStr;

/// A part: `A-B`, or `A-` to the end. `bytes=` may stand in front, as in HTTP.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ByteRange {
    /// The first byte.
    pub first: u64,
    /// The last byte; none is the last of the object.
    pub last: Option<u64>,
}

impl ByteRange {
    /// The offsets in a text of `len` bytes, where it has the first byte: `[from, to)`.
    pub fn within(self, len: u64) -> Option<(u64, u64)> {
        let to = self.last.map_or(len, |last| last.saturating_add(1).min(len));
        (self.first < to).then_some((self.first, to))
    }
}

impl FromStr for ByteRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| {
            let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u64>().ok().filter(|_| sound)
        };
        let bounds = text.strip_prefix("bytes=").unwrap_or(text).split_once('-');
        let range = bounds.and_then(|(first, last)| {
            let last = if last.is_empty() { Some(None) } else { number(last).map(Some) };
            Some(Self { first: number(first)?, last: last? })
        });
        range
            .filter(|range| range.last.is_none_or(|last| last >= range.first))
            .ok_or_else(|| "a range is A-B, the first and the last byte, or A-".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::ByteRange;

    #[test]
    fn both_ends_are_of_the_range() {
        let within = |text: &str, len| text.parse::<ByteRange>().unwrap().within(len);
        assert_eq!(within("0-0", 10), Some((0, 1)));
        assert_eq!(within("bytes=3-5", 10), Some((3, 6)));
        assert_eq!(within("3-", 10), Some((3, 10)));
        assert_eq!(within("3-99", 10), Some((3, 10)));
        assert_eq!(within("0-18446744073709551615", 10), Some((0, 10)));
        assert_eq!(within("10-11", 10), None);
        assert_eq!(within("0-", 0), None);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "-", "5", "5-4", "-5", "a-b", "1-2-3", "+1-2", "0-18446744073709551616"] {
            assert!(text.parse::<ByteRange>().is_err(), "{text}");
        }
    }
}

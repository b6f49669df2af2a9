//! Some frames of a message, read where they stand.

use std::str::FromStr;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::Opener;
use reelseal_core::format::esdk::frame::MAX_OVERHEAD;
use reelseal_core::format::esdk::{Frame, Kind};
use zeroize::Zeroizing;

use super::stream::{Put, length};
use crate::error::Error;
use crate::files::ends::Input;
use crate::package::interrupt;

/// Frames by their numbers: the first is 1, and the last is included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FrameRange {
    first: u32,
    /// `None`: to the end of the message.
    last: Option<u32>,
}

impl FromStr for FrameRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let range = match text.split_once("..") {
            None => number(text).map(|only| (only, Some(only))),
            Some((first, "")) => number(first).map(|first| (first, None)),
            Some((first, last)) => number(first).zip(number(last).map(Some)),
        };
        range
            .filter(|(first, last)| last.is_none_or(|last| *first <= last))
            .map(|(first, last)| Self { first, last })
            .ok_or_else(|| "frames are A..B, A.. or A, the first being 1".to_owned())
    }
}

impl FrameRange {
    /// Opens these frames of the message in `input`, whose header has `header_len` bytes; returns
    /// the number of the last, and how many clear bytes they were.
    pub(super) fn open(
        self,
        input: &Input<'_>,
        header_len: usize,
        opener: &Opener,
        put: &mut Put<'_>,
    ) -> Result<(u32, u64), Error> {
        let name = input.place.name("standard input");
        let frame_len = length(opener.frame_len())?;
        let mut window = Zeroizing::new(vec![0; frame_len + MAX_OVERHEAD]);
        // sequence[4] ‖ IV[12] ‖ content ‖ tag[16]: all frames before the last are as long.
        let stride = u64::try_from(frame_len).unwrap_or(u64::MAX).saturating_add(32);
        let (mut number, mut clear_len) = (self.first, 0);
        loop {
            interrupt::check()?;
            let start = u64::from(number - 1).checked_mul(stride);
            let start = start.and_then(|at| at.checked_add(u64::try_from(header_len).ok()?));
            let left = input.len.unwrap_or(0).saturating_sub(start.unwrap_or(u64::MAX));
            let (Some(start), true) = (start, left > 0) else {
                return Err(Error::refused(format!("{name}: it ends before frame {number}")));
            };
            let held = usize::try_from(left).map_or(window.len(), |left| left.min(window.len()));
            let bytes = window.get_mut(..held).unwrap_or_default();
            input.read_at(start, bytes)?;
            let frame = Frame::parse(bytes, opener.frame_len());
            let (frame, _) = frame
                .map_err(|error| Error::malformed(format!("{name}: frame {number}: {error}")))?;
            let kind = frame.kind;
            // A frame that stands elsewhere is authentic too, under its own number.
            let opened = match frame.sequence.get() == number {
                true => opener.open_alone(frame),
                false => Err(Inauthentic),
            };
            let content = opened
                .map_err(|error| Error::inauthentic(format!("{name}: frame {number}: {error}")))?;
            clear_len += u64::try_from(content.len()).unwrap_or(0);
            put(content)?;
            match (kind, self.last) {
                (_, Some(last)) if last == number => return Ok((number, clear_len)),
                (Kind::Final, None) => return Ok((number, clear_len)),
                (Kind::Final, Some(_)) => {
                    return Err(Error::refused(format!("{name}: frame {number} is the last"))
                        .hint(format!("--frames {}.. goes to the end", self.first)));
                }
                (Kind::Regular, _) => number = number.saturating_add(1),
            }
        }
    }

    /// The number of the first frame.
    pub(super) fn first(self) -> u32 {
        self.first
    }
}

#[cfg(test)]
mod tests {
    use super::FrameRange;

    #[test]
    fn frames_are_counted_from_1_and_the_last_is_included() {
        let range = |first, last| Ok(FrameRange { first, last });
        assert_eq!("3".parse(), range(3, Some(3)));
        assert_eq!("3..5".parse(), range(3, Some(5)));
        assert_eq!("1..".parse(), range(1, None));
        for text in ["", "0", "0..1", "5..3", "..3", "a..b", "1..2..3", "-1", "4294967296"] {
            assert!(text.parse::<FrameRange>().is_err(), "{text}");
        }
    }
}

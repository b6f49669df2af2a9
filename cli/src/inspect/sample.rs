//! As much of a file as is looked at: its first bytes and its last. Memory is bounded, whatever
//! the length of the file.

/// Some bytes, or the two ends of them.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The file's name without its folders, where it has one: `root.key` says more than 32 bytes.
    pub name: &'a str,
    /// The first bytes.
    pub head: &'a [u8],
    /// The last bytes, where `head` is not all.
    pub tail: &'a [u8],
    /// How many there are. `None`: they were not read to the end.
    pub len: Option<u64>,
}

impl<'a> Sample<'a> {
    /// All of `bytes`.
    pub fn whole(bytes: &'a [u8]) -> Self {
        Self { name: "", head: bytes, tail: &[], len: u64::try_from(bytes.len()).ok() }
    }

    /// Whether `head` is all.
    pub fn is_whole(&self) -> bool {
        self.len == u64::try_from(self.head.len()).ok()
    }

    /// All bytes, where they are known.
    pub(super) fn all(&self) -> Option<&'a [u8]> {
        self.is_whole().then_some(self.head)
    }

    /// The bytes from `offset` on, as far as they are known.
    pub(super) fn from(&self, offset: u64) -> Option<&'a [u8]> {
        let in_head = usize::try_from(offset).ok().and_then(|at| self.head.get(at..));
        if let Some(rest) = in_head.filter(|rest| !rest.is_empty()) {
            return Some(rest);
        }
        let before_tail = self.len?.checked_sub(u64::try_from(self.tail.len()).ok()?)?;
        self.tail.get(usize::try_from(offset.checked_sub(before_tail)?).ok()?..)
    }
}

/// Whether bytes could be the beginning of a text: UTF-8 without the controls that texts lack.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let valid = match str::from_utf8(bytes) {
        Ok(text) => text,
        // A character that is cut at the end.
        Err(error) if error.error_len().is_none() => bytes
            .get(..error.valid_up_to())
            .and_then(|front| str::from_utf8(front).ok())
            .unwrap_or_default(),
        Err(_) => return false,
    };
    !valid.is_empty() && !valid.contains(|c: char| c.is_control() && !"\t\n\r".contains(c))
}

/// RFC 1952 §2.3.1.
pub(super) const GZIP: &[u8] = &[0x1F, 0x8B];

/// Bytes of a text: the longest playlist that is read.
pub(super) const TEXT_LEN: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::{Sample, is_text};

    #[test]
    fn the_middle_of_a_long_file_is_not_known() {
        let sample = Sample { name: "", head: b"abc", tail: b"xyz", len: Some(10) };
        assert_eq!(sample.from(1), Some(b"bc".as_slice()));
        assert_eq!(sample.from(3), None);
        assert_eq!(sample.from(6), None);
        assert_eq!(sample.from(8), Some(b"yz".as_slice()));
        assert_eq!(sample.from(11), None);
        assert_eq!(Sample::whole(b"abc").from(u64::MAX), None);
    }

    #[test]
    fn text_may_be_cut_within_a_character() {
        assert!(is_text("über\n".as_bytes()) && is_text(&"aü".as_bytes()[..2]));
        assert!(!is_text(b"") && !is_text(b"a\0") && !is_text(&[0xFF, b'a']) && !is_text(b"\x1b["));
    }
}

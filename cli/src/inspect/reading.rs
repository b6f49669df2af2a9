//! Both ends of a file, a pipe, or an object of S3.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use zeroize::Zeroizing;

use super::sample::{GZIP, Sample, TEXT_LEN, is_text};
use crate::objects::{Object, open_file};

/// What [`Sample`] borrows. Erased on drop, for it may be a key.
pub struct Reading {
    head: Zeroizing<Vec<u8>>,
    tail: Zeroizing<Vec<u8>>,
    len: u64,
}

impl Reading {
    /// Reads both ends of the file in `path`, `-` being standard input; a pipe is read through.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn file(path: &Path) -> io::Result<Self> {
        let file = open_file(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Self::ends(file, metadata.is_file())
    }

    fn ends(mut file: File, is_file: bool) -> io::Result<Self> {
        let begin = if is_file { file.stream_position()? } else { 0 };
        let mut head = Zeroizing::new(Vec::with_capacity(HEAD_LEN));
        fill(&mut file, &mut head, HEAD_LEN)?;
        if head.len() == HEAD_LEN && is_read_on(&head) {
            // In one piece, so that no copy of the beginning stays behind.
            let mut longer = Zeroizing::new(Vec::with_capacity(TEXT_LEN));
            longer.extend_from_slice(&head);
            fill(&mut file, &mut longer, TEXT_LEN)?;
            head = longer;
        }
        let read = as_u64(head.len());
        let mut tail = Zeroizing::new(Vec::with_capacity(2 * TAIL_LEN));
        let mut len = read;
        if is_file {
            len = len.max(file.metadata()?.len().saturating_sub(begin));
            let from = len.saturating_sub(as_u64(TAIL_LEN)).max(read);
            file.seek(SeekFrom::Start(begin.saturating_add(from)))?;
            fill(&mut file, &mut tail, TAIL_LEN)?;
            len = from + as_u64(tail.len()); // As it is now: others may write to it.
        } else {
            while fill(&mut file, &mut tail, 2 * TAIL_LEN)? {
                len += as_u64(TAIL_LEN);
                tail.drain(..TAIL_LEN);
            }
            len += as_u64(tail.len());
        }
        Ok(Self { head, tail, len })
    }

    /// Reads both ends of an object of S3.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn object(object: &Object) -> io::Result<Self> {
        let (len, mut head) = (object.len(), Zeroizing::new(Vec::new()));
        object.range(0..len.min(as_u64(HEAD_LEN))).read_to_end(&mut head)?;
        if head.len() == HEAD_LEN && is_read_on(&head) {
            object.range(as_u64(HEAD_LEN)..len.min(as_u64(TEXT_LEN))).read_to_end(&mut head)?;
        }
        let mut tail = Zeroizing::new(Vec::new());
        let from = len.saturating_sub(as_u64(TAIL_LEN)).max(as_u64(head.len()));
        object.range(from..len).read_to_end(&mut tail)?;
        Ok(Self { head, tail, len })
    }

    /// The ends, under the name that the file has in its folder.
    pub fn sample<'a>(&'a self, name: &'a str) -> Sample<'a> {
        Sample { name, head: &self.head, tail: &self.tail, len: Some(self.len) }
    }
}

/// Reads until `bytes` has `len` of them; says whether it has.
fn fill(file: &mut File, bytes: &mut Vec<u8>, len: usize) -> io::Result<bool> {
    let more = as_u64(len.saturating_sub(bytes.len()));
    file.take(more).read_to_end(bytes)?;
    Ok(bytes.len() >= len)
}

fn as_u64(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// Whether more than the first bytes are needed: text, and what gzip made of it.
fn is_read_on(head: &[u8]) -> bool {
    head.starts_with(GZIP) || is_text(head)
}

/// First bytes of media and messages: headers and indexes lie there.
const HEAD_LEN: usize = 1 << 20;

/// Last bytes: the index of an MP4 file that was not made for streaming, a message's last frame.
const TAIL_LEN: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::{HEAD_LEN, Reading, TAIL_LEN};

    fn ends(bytes: &[u8], is_file: bool) -> Reading {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        Reading::ends(file, is_file).unwrap()
    }

    #[test]
    fn both_ends_of_any_length_are_read_from_files_and_pipes() {
        let edges = [0, 1, HEAD_LEN, HEAD_LEN + TAIL_LEN, HEAD_LEN + 2 * TAIL_LEN];
        for len in edges.into_iter().flat_map(|len| [len.saturating_sub(1), len, len + 1]) {
            let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            for is_file in [true, false] {
                let reading = ends(&bytes, is_file);
                let sample = reading.sample("x");
                assert_eq!(sample.len, Some(len as u64));
                assert_eq!(sample.head, &bytes[..len.min(HEAD_LEN)]);
                assert!(bytes.ends_with(sample.tail));
                let known = sample.head.len() + sample.tail.len();
                assert!(known == len || sample.tail.len() >= TAIL_LEN, "{len}: {known}");
                assert_eq!(sample.is_whole(), len <= HEAD_LEN);
            }
        }
    }
}

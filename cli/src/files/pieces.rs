//! A stream in pieces, its last bytes kept apart: a padded block, or a tag.

use std::fs::File;
use std::io::{self, ErrorKind, Read};

use zeroize::Zeroizing;

use super::ahead::Ahead;

/// Reads a stream piece by piece. All pieces but the last have [`PIECE_LEN`] bytes.
pub(crate) struct Pieces<R> {
    source: Source<R>,
    buffer: Zeroizing<Vec<u8>>,
}

/// Who reads: this thread when it needs a piece, or another one before that.
enum Source<R> {
    Here(Filler<R>),
    Ahead(Ahead),
}

impl<R: Read> Pieces<R> {
    /// The stream `input`, whose last `held` bytes, 16 at most, belong to no piece.
    pub(crate) fn new(input: R, held: usize) -> Self {
        let filler = Filler { input, held, last: Held::default() };
        Self { source: Source::Here(filler), buffer: empty() }
    }

    /// The next piece, never empty. `None` at the end of the stream.
    pub(crate) fn next(&mut self) -> io::Result<Option<&mut [u8]>> {
        let given = match &mut self.source {
            Source::Here(filler) => filler.fill(&mut self.buffer)?,
            Source::Ahead(ahead) => ahead.next(&mut self.buffer)?,
        };
        Ok(self.buffer.get_mut(..given).filter(|piece| !piece.is_empty()))
    }

    /// As [`new`](Self::new) of `file`, and another thread reads meanwhile. Only for a file: a pipe
    /// that says nothing would keep that thread.
    pub(super) fn ahead(file: &File, held: usize) -> io::Result<Self> {
        let filler = Filler { input: file.try_clone()?, held, last: Held::default() };
        Ok(Self { source: Source::Ahead(Ahead::start(filler)?), buffer: empty() })
    }

    /// After the last piece: the bytes kept apart, if the stream had as many.
    pub(crate) fn last<const N: usize>(&self) -> Option<[u8; N]> {
        match &self.source {
            Source::Here(filler) => filler.last.bytes().try_into().ok(),
            Source::Ahead(ahead) => ahead.last().bytes().try_into().ok(),
        }
    }
}

/// Room for a piece, and for what is kept apart.
pub(super) fn empty() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vec![0; PIECE_LEN + HELD_MOST])
}

/// Fills one buffer after the other.
pub(super) struct Filler<R> {
    input: R,
    /// Bytes at the end of the stream that belong to no piece.
    held: usize,
    /// The last of those that were read.
    pub(super) last: Held,
}

/// Bytes kept apart.
#[derive(Clone, Copy, Default)]
pub(super) struct Held {
    bytes: [u8; HELD_MOST],
    len: usize,
}

impl Held {
    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl<R: Read> Filler<R> {
    /// Puts the next piece at the front of `buffer` and says how long it is: 0 at the end.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = PIECE_LEN + self.held;
        buffer.iter_mut().zip(self.last.bytes()).for_each(|(b, held)| *b = *held);
        let mut filled = self.last.len;
        while let Some(room @ [_, ..]) = buffer.get_mut(filled..room) {
            match self.input.read(room) {
                Ok(0) => break,
                Ok(len) => filled += len,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let given = filled.saturating_sub(self.held);
        let held = buffer.get(given..filled).unwrap_or_default();
        self.last.len = held.len();
        self.last.bytes.iter_mut().zip(held).for_each(|(l, held)| *l = *held);
        Ok(given)
    }
}

/// Large enough that the system calls do not show, small enough for the second-level cache. A
/// multiple of the AES block.
pub(crate) const PIECE_LEN: usize = 256 * 1024;

/// A block, or a tag.
const HELD_MOST: usize = 16;

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    fn joined<R: Read>(mut pieces: Pieces<R>) -> (Vec<u8>, Option<[u8; 16]>) {
        let mut all = Vec::new();
        while let Some(piece) = pieces.next().unwrap() {
            assert!(piece.len() <= PIECE_LEN && all.len() % PIECE_LEN == 0);
            all.extend_from_slice(piece);
        }
        (all, pieces.last())
    }

    fn ahead(file: &File, held: usize) -> io::Result<Pieces<&File>> {
        Pieces::ahead(file, held)
    }

    #[test]
    fn pieces_and_rest_are_the_stream_whoever_reads() {
        let whole = [0, 1, 15, 16, 17, PIECE_LEN, PIECE_LEN + 15, PIECE_LEN + 16, PIECE_LEN + 17];
        for len in whole.into_iter().chain([3 * PIECE_LEN, 9 * PIECE_LEN + 7]) {
            let text: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&text).unwrap();
            file.rewind().unwrap();
            let (mut all, last) = joined(Pieces::new(text.as_slice(), 16));
            assert_eq!(joined(ahead(&file, 16).unwrap()), (all.clone(), last), "{len}");
            match last {
                Some(last) => all.extend_from_slice(&last),
                None => assert!(len < 16, "{len}"),
            }
            assert!(len < 16 || all == text, "{len}");
        }
    }

    #[test]
    fn who_stops_early_does_not_wait_for_the_end() {
        let mut file = tempfile::tempfile().unwrap();
        file.set_len(1 << 40).unwrap();
        let mut pieces = ahead(&file, 0).unwrap();
        assert_eq!(pieces.next().unwrap().map(|piece| piece.len()), Some(PIECE_LEN));
        drop(pieces);
        assert!(file.stream_position().unwrap() < 16 * PIECE_LEN as u64);
    }

    #[test]
    fn an_error_of_the_other_thread_comes_through() {
        let folder = File::open("/").unwrap();
        assert!(ahead(&folder, 0).unwrap().next().is_err());
    }
}

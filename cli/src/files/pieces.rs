//! A stream in pieces, its last bytes kept apart: a padded block, or a tag.

use std::io::{self, ErrorKind, Read};

use zeroize::Zeroizing;

/// Reads a stream piece by piece. All pieces but the last have [`PIECE_LEN`] bytes.
pub(crate) struct Pieces<R> {
    input: R,
    buffer: Zeroizing<Vec<u8>>,
    /// Bytes at the front of `buffer` that were given out.
    given: usize,
    /// Bytes of `buffer` in use.
    filled: usize,
    /// Bytes at the end of the stream that belong to no piece.
    held: usize,
}

impl<R: Read> Pieces<R> {
    /// The stream `input`, whose last `held` bytes belong to no piece.
    pub(crate) fn new(input: R, held: usize) -> Self {
        let buffer = Zeroizing::new(vec![0; PIECE_LEN + held]);
        Self { input, buffer, given: 0, filled: 0, held }
    }

    /// The next piece, never empty. `None` at the end of the stream.
    pub(crate) fn next(&mut self) -> io::Result<Option<&mut [u8]>> {
        self.buffer.copy_within(self.given..self.filled, 0);
        self.filled -= self.given;
        self.given = 0;
        while let Some(room @ [_, ..]) = self.buffer.get_mut(self.filled..) {
            match self.input.read(room) {
                Ok(0) => break,
                Ok(len) => self.filled += len,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.given = self.filled.saturating_sub(self.held);
        Ok(self.buffer.get_mut(..self.given).filter(|piece| !piece.is_empty()))
    }

    /// After the last piece: the bytes kept apart, if the stream had as many.
    pub(crate) fn last<const N: usize>(&self) -> Option<[u8; N]> {
        self.buffer.get(..self.filled)?.try_into().ok()
    }
}

/// Large enough that the system calls do not show, small enough for the second-level cache. A
/// multiple of the AES block.
pub(crate) const PIECE_LEN: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::{PIECE_LEN, Pieces};

    #[test]
    fn pieces_and_rest_are_the_stream() {
        for len in [0, 1, 15, 16, 17, PIECE_LEN, PIECE_LEN + 15, PIECE_LEN + 16, PIECE_LEN + 17] {
            let text: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let mut pieces = Pieces::new(text.as_slice(), 16);
            let mut all = Vec::new();
            while let Some(piece) = pieces.next().unwrap() {
                assert!(piece.len() <= PIECE_LEN && all.len() % PIECE_LEN == 0);
                all.extend_from_slice(piece);
            }
            match pieces.last::<16>() {
                Some(last) => all.extend_from_slice(&last),
                None => assert!(len < 16, "{len}"),
            }
            assert!(len < 16 || all == text, "{len}");
        }
    }
}

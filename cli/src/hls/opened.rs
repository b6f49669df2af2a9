//! The files of a package as they are without their encryption, decrypted while they are read:
//! their clear bytes are in this program's memory and nowhere else.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;

use reelseal_core::format::hls::Span;
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{Block, Decryptor};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::files::{Files, changed, inauthentic, not_blocks};
use super::layout::Piece;
use super::model::Contents;
use super::record;
use crate::error::Error;
use crate::package::{PackagePath, Source};

/// A package that is read as if it were clear.
pub(super) struct Opened<'a> {
    /// Where it lies.
    pub(super) source: &'a Source,
    /// The keys that open it.
    pub(super) keys: Vec<SegmentKey>,
    /// Its playlists without keys.
    pub(super) playlists: BTreeMap<PackagePath, Vec<u8>>,
    /// All other files: all their bytes, in order.
    pub(super) files: BTreeMap<PackagePath, Vec<OpenedPiece>>,
}

/// Some bytes of a file: what they are, and what they must become.
pub(super) struct OpenedPiece {
    /// As they are.
    pub(super) piece: Piece,
    /// Where they are in the clear file.
    pub(super) clear: Span,
    /// Of them in the clear, in hexadecimal.
    pub(super) clear_sha256: String,
}

impl Opened<'_> {
    /// The piece that is at `clear` of the clear file.
    pub(super) fn at(&self, path: &PackagePath, clear: Span) -> Option<&OpenedPiece> {
        let pieces = self.files.get(path)?;
        let at = pieces.partition_point(|piece| piece.clear.offset < clear.offset);
        // An empty piece stands where the next one begins.
        pieces.get(at..)?.iter().take(2).find(|piece| piece.clear == clear)
    }
}

impl Contents for Opened<'_> {
    fn require(&self, path: &PackagePath) -> Result<(), Error> {
        let known = self.playlists.contains_key(path) || self.files.contains_key(path);
        known.then_some(()).ok_or_else(|| Error::malformed(format!("{path} is missing")))
    }

    fn read(&self, path: &PackagePath, _: u64) -> Result<Vec<u8>, Error> {
        let text = self.playlists.get(path).cloned();
        text.ok_or_else(|| Error::malformed(format!("{path}: no playlist of the package")))
    }

    fn regular_len(&self, path: &PackagePath) -> Result<u64, Error> {
        match (self.files.get(path), self.playlists.get(path)) {
            (Some(pieces), _) => Ok(pieces.last().map_or(0, |last| last.clear.end())),
            (None, Some(text)) => Ok(text.len() as u64),
            (None, None) => Err(Error::malformed(format!("{path} is missing"))),
        }
    }
}

impl Files for Opened<'_> {
    fn open_file(&self, path: &PackagePath) -> Result<Box<dyn Read + '_>, Error> {
        let (path, pieces) = self
            .files
            .get_key_value(path)
            .ok_or_else(|| Error::bug(format!("{path} is not of the package")))?;
        Ok(Box::new(Reader {
            input: Files::open_file(self.source, path)?,
            path,
            keys: &self.keys,
            pieces: pieces.iter(),
            current: None,
            buffer: Zeroizing::new(vec![0; CHUNK]),
            ready: 0..0,
        }))
    }

    fn is_remote(&self) -> bool {
        Files::is_remote(self.source)
    }
}

/// One file being read.
struct Reader<'a> {
    input: Box<dyn Read + 'a>,
    path: &'a PackagePath,
    keys: &'a [SegmentKey],
    pieces: std::slice::Iter<'a, OpenedPiece>,
    current: Option<Current<'a>>,
    buffer: Zeroizing<Vec<u8>>,
    /// The clear bytes in the buffer.
    ready: Range<usize>,
}

/// One piece being read.
struct Current<'a> {
    expected: &'a OpenedPiece,
    /// Bytes of it that are to come.
    left: u64,
    decryptor: Option<Decryptor>,
    sha256: Sha256,
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !out.is_empty() {
            if !self.refill()? {
                return Ok(0);
            }
        }
        let ready = self.buffer.get(self.ready.clone()).unwrap_or_default();
        let len = ready.len().min(out.len());
        out.iter_mut().zip(ready).for_each(|(out, byte)| *out = *byte);
        self.ready.start += len;
        Ok(len)
    }
}

impl Reader<'_> {
    /// Decrypts the next bytes into the buffer; says whether there were any.
    fn refill(&mut self) -> io::Result<bool> {
        let Some(mut current) = self.current.take() else { return self.next_piece() };
        let len = usize::try_from(current.left).map_or(CHUNK, |left| left.min(CHUNK));
        let bytes = self.buffer.get_mut(..len).unwrap_or_default();
        self.input.read_exact(bytes)?;
        current.left -= len as u64;
        let piece = &current.expected.piece;
        let clear_len = match (current.decryptor.take(), current.left) {
            (None, _) => len,
            (Some(mut decryptor), 0) => {
                let last = last_block(&mut decryptor, bytes);
                let tail = last.and_then(|last| decryptor.finish(last).ok());
                let tail = tail.ok_or_else(|| io::Error::other(inauthentic(self.path, piece)))?;
                let at = len - 16;
                let rest = bytes.get_mut(at..).unwrap_or_default();
                rest.iter_mut().zip(&*tail).for_each(|(byte, clear)| *byte = *clear);
                at + tail.len()
            }
            (Some(mut decryptor), _) => {
                decryptor.update(bytes.as_chunks_mut().0);
                current.decryptor = Some(decryptor);
                len
            }
        };
        self.ready = 0..clear_len;
        current.sha256.update(bytes.get(..clear_len).unwrap_or_default());
        match current.left {
            0 => self.expect_hash(current)?,
            _ => self.current = Some(current),
        }
        Ok(true)
    }

    fn next_piece(&mut self) -> io::Result<bool> {
        let Some(expected) = self.pieces.next() else {
            return match self.input.read(&mut [0])? {
                0 => Ok(false),
                _ => Err(io::Error::other(changed(self.path))),
            };
        };
        let OpenedPiece { piece, .. } = expected;
        let left = piece.span.length;
        let decryptor = match piece.cipher {
            Some(_) if left == 0 || !left.is_multiple_of(16) => {
                return Err(io::Error::other(not_blocks(self.path, piece)));
            }
            Some(cipher) => {
                let key = self.keys.get(cipher.key);
                let key = key.ok_or_else(|| io::Error::other(Error::bug("a key without a number")));
                Some(Decryptor::new(key?, cipher.iv))
            }
            None => None,
        };
        let current = Current { expected, left, decryptor, sha256: Sha256::new() };
        match left {
            0 => self.expect_hash(current)?,
            _ => self.current = Some(current),
        }
        Ok(true)
    }

    /// The clear bytes of a piece are those that its record, or the first reading, told.
    fn expect_hash(&self, current: Current<'_>) -> io::Result<()> {
        let OpenedPiece { piece, clear_sha256, .. } = current.expected;
        if record::hex(&current.sha256.finalize()) == *clear_sha256 {
            return Ok(());
        }
        Err(io::Error::other(inauthentic(self.path, piece)))
    }
}

/// Decrypts all blocks but the last, which is returned.
fn last_block(decryptor: &mut Decryptor, bytes: &mut [u8]) -> Option<Block> {
    let (last, blocks) = bytes.as_chunks_mut::<16>().0.split_last_mut()?;
    decryptor.update(blocks);
    Some(*last)
}

/// Bytes read at a time, in whole blocks.
const CHUNK: usize = 256 * 1024;

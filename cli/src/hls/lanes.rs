//! Encryption of many files side by side in one thread, a chunk of each at a time.
//!
//! One segment alone waits for the latency of AES at every block; sixteen wait together. Each file
//! has a buffer of one chunk, so that memory does not grow with the length of a segment.

use std::slice;

use reelseal_core::segment::{Block, Lane, Lanes, update_all};
use sha2::{Digest, Sha256};

use super::layout::{Cipher, Piece};
use super::run::Run;
use super::transform::{Job, Work};
use super::workers::Queue;
use crate::error::Error;

/// Files that a thread has open: as many as the widest processor takes side by side.
pub(super) const MOST: usize = 16;

/// Encrypts files of the queue until it is empty, `width` of them at a time.
pub(super) fn encrypt<'a>(
    work: &'a Work<'a>,
    queue: &Queue<'_, 'a>,
    width: usize,
) -> Result<(), Error> {
    let keys: Vec<Lanes> = work.keys.iter().map(Lanes::new).collect();
    let mut files: Vec<Open<'_, '_>> = Vec::with_capacity(width);
    while queue.goes_on() {
        let mut at = 0;
        while at < width {
            let Some(file) = files.get_mut(at) else {
                let Some((number, job)) = queue.take() else { break };
                files.push(Open::new(work, number, job)?);
                continue;
            };
            if file.read(&keys)? {
                at += 1;
            } else {
                let file = files.swap_remove(at);
                queue.finish(file.number, file.run.end()?)?;
            }
        }
        if files.is_empty() {
            break;
        }
        update_all(&mut files.iter_mut().filter_map(Open::blocks).collect::<Vec<_>>());
        files.iter_mut().try_for_each(Open::write)?;
    }
    Ok(())
}

/// A file that a thread works on.
struct Open<'a, 'k> {
    number: usize,
    run: Run<'a>,
    /// The pieces that are not begun.
    rest: slice::Iter<'a, Piece>,
    segment: Option<Segment<'a, 'k>>,
}

/// The segment of it that is being encrypted.
struct Segment<'a, 'k> {
    piece: &'a Piece,
    lane: Lane<'k>,
    clear: Sha256,
    sealed: Sha256,
    /// Bytes that are not read yet.
    left: u64,
    /// Bytes that are in the buffer.
    filled: usize,
}

impl<'a, 'k> Open<'a, 'k> {
    fn new(work: &'a Work<'a>, number: usize, job: &'a Job) -> Result<Self, Error> {
        let run = Run::new(work, job)?;
        Ok(Self { number, run, rest: job.pieces.iter(), segment: None })
    }

    /// Reads the next chunk to encrypt; what stays clear is copied on the way. `false` after all.
    fn read(&mut self, keys: &'k [Lanes]) -> Result<bool, Error> {
        while self.segment.is_none() {
            let Some(piece) = self.rest.next() else { return Ok(false) };
            match piece.cipher {
                Some(cipher) => self.segment = Some(Segment::begin(piece, cipher, keys)?),
                None => {
                    let hashed = self.run.copy(piece)?;
                    self.run.push(piece, hashed);
                }
            }
        }
        let Some(segment) = &mut self.segment else { return Ok(false) };
        segment.filled = if segment.left == 0 { 0 } else { self.run.fill(segment.left)? };
        segment.left -= segment.filled as u64;
        segment.clear.update(self.run.filled(segment.filled));
        Ok(true)
    }

    /// The whole blocks of the chunk, and the lane to which they belong.
    fn blocks(&mut self) -> Option<(&mut Lane<'k>, &mut [Block])> {
        let segment = self.segment.as_mut()?;
        Some((&mut segment.lane, self.run.filled(segment.filled).as_chunks_mut().0))
    }

    /// Writes what was encrypted, and after the last chunk the padded block.
    fn write(&mut self) -> Result<(), Error> {
        let Some(mut segment) = self.segment.take() else { return Ok(()) };
        // A chunk is whole blocks: only the last one can leave a tail.
        let whole = segment.filled / 16 * 16;
        segment.sealed.update(self.run.filled(whole));
        self.run.write_filled(whole)?;
        if segment.left > 0 {
            self.segment = Some(segment);
            return Ok(());
        }
        let tail = self.run.filled(segment.filled).get(whole..).unwrap_or_default();
        let last = segment.lane.finish(tail);
        let last = last.ok_or_else(|| Error::bug("a tail of a whole block"))?;
        segment.sealed.update(last);
        self.run.write(&last)?;
        let (clear, sealed) = (segment.clear.finalize().into(), segment.sealed.finalize().into());
        let written = segment.piece.span.length / 16 * 16 + 16;
        self.run.push(segment.piece, (clear, sealed, written));
        Ok(())
    }
}

impl<'a, 'k> Segment<'a, 'k> {
    fn begin(piece: &'a Piece, cipher: Cipher, keys: &'k [Lanes]) -> Result<Self, Error> {
        let key = keys.get(cipher.key).ok_or_else(|| Error::bug("a key without a number"))?;
        let (clear, sealed) = (Sha256::new(), Sha256::new());
        let (lane, left) = (key.begin(cipher.iv), piece.span.length);
        Ok(Self { piece, lane, clear, sealed, left, filled: 0 })
    }
}

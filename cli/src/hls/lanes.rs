//! Work on many files side by side in one thread, a chunk of each at a time.
//!
//! One text alone waits for the latency of AES and of SHA-256 at every block; sixteen wait together.
//! Each file has a buffer of one chunk, so that memory does not grow with the length of a segment.

use std::slice;

use reelseal_core::hash::{self, Sha256};
use reelseal_core::segment::{self, Block, Decryptor, Lane, Lanes};
use zeroize::Zeroizing;

use super::files::{inauthentic, not_blocks};
use super::layout::{Cipher, Piece};
use super::run::{Hashed, Run};
use super::transform::{Direction, Job, Work};
use super::workers::Queue;
use crate::error::Error;

/// Files that a thread has open: as many as the widest processor takes side by side.
pub(super) const MOST: usize = 16;

/// Clear bytes that [`Look`](super::transform::Look) sees of each segment.
const HEAD: usize = 4096;

/// Works on files of the queue until it is empty, `width` of them at a time. `refused` is told of
/// the number and the error of a file that cannot be worked on, and says whether that is the end.
pub(super) fn work<'a>(
    work: &'a Work<'a>,
    queue: &Queue<'_, 'a>,
    width: usize,
    refused: impl Fn(usize, Error) -> Result<(), Error>,
) -> Result<(), Error> {
    let keys: Vec<Lanes> = work.keys.iter().map(Lanes::new).collect();
    let mut files: Vec<Open<'_, '_>> = Vec::with_capacity(width);
    while queue.goes_on() {
        let mut at = 0;
        while at < width {
            let Some(file) = files.get_mut(at) else {
                let Some((number, job)) = queue.take() else { break };
                match Open::new(work, number, job) {
                    Ok(file) => files.push(file),
                    Err(error) => refused(number, error)?,
                }
                continue;
            };
            let going_on = file.go_on(&keys);
            if let Ok(true) = going_on {
                at += 1;
                continue;
            }
            let Open { number, run, .. } = files.swap_remove(at);
            match going_on.and_then(|_| run.end()) {
                Ok(done) => queue.finish(number, done)?,
                Err(error) => refused(number, error)?,
            }
        }
        if files.is_empty() {
            break;
        }
        hash::update_all(&mut files.iter_mut().filter_map(Open::as_read).collect::<Vec<_>>());
        segment::update_all(&mut files.iter_mut().filter_map(Open::chained).collect::<Vec<_>>());
        files.iter_mut().for_each(Open::decrypt);
        hash::update_all(&mut files.iter_mut().filter_map(Open::as_written).collect::<Vec<_>>());
    }
    Ok(())
}

/// A file that a thread works on.
struct Open<'a, 'k> {
    number: usize,
    work: &'a Work<'a>,
    run: Run<'a>,
    /// The pieces that are not begun.
    rest: slice::Iter<'a, Piece>,
    current: Option<Current<'a, 'k>>,
}

/// The piece of it that is under way.
struct Current<'a, 'k> {
    piece: &'a Piece,
    way: Way<'k>,
    /// The hash of what is read.
    before: Sha256,
    /// The hash of what is written, where that is another.
    after: Sha256,
    /// Bytes that are not read yet.
    left: u64,
    /// Bytes that are in the buffer.
    filled: usize,
}

/// What is done with a piece.
enum Way<'k> {
    Copy,
    Encrypt(Lane<'k>),
    Decrypt(Box<Decryptor>, Zeroizing<Vec<u8>>),
}

impl<'a, 'k> Open<'a, 'k> {
    fn new(work: &'a Work<'a>, number: usize, job: &'a Job) -> Result<Self, Error> {
        let run = Run::new(work, job)?;
        Ok(Self { number, work, run, rest: job.pieces.iter(), current: None })
    }

    /// Writes what became of the last chunk, and reads the next. `false` after all.
    fn go_on(&mut self, keys: &'k [Lanes]) -> Result<bool, Error> {
        self.write()?;
        if self.current.is_none() {
            let Some(piece) = self.rest.next() else { return Ok(false) };
            self.current = Some(Current {
                piece,
                way: self.way(piece, keys)?,
                before: Sha256::new(),
                after: Sha256::new(),
                left: piece.span.length,
                filled: 0,
            });
        }
        if let Some(current) = &mut self.current {
            current.filled = self.run.fill(current.left)?;
            current.left -= current.filled as u64;
        }
        Ok(true)
    }

    fn way(&self, piece: &Piece, keys: &'k [Lanes]) -> Result<Way<'k>, Error> {
        let Some(Cipher { key, iv }) = piece.cipher else { return Ok(Way::Copy) };
        let unknown = || Error::bug("a key without a number");
        match self.work.direction {
            Direction::Encrypt => Ok(Way::Encrypt(keys.get(key).ok_or_else(unknown)?.begin(iv))),
            Direction::Decrypt
                if piece.span.length == 0 || !piece.span.length.is_multiple_of(16) =>
            {
                Err(not_blocks(self.run.path(), piece))
            }
            Direction::Decrypt => {
                let key = self.work.keys.get(key).ok_or_else(unknown)?;
                let head = Zeroizing::new(Vec::with_capacity(HEAD));
                Ok(Way::Decrypt(Box::new(Decryptor::new(key, iv)), head))
            }
        }
    }

    /// The chunk, and the hash of what is read.
    fn as_read(&mut self) -> Option<(&mut Sha256, &[u8])> {
        let current = self.current.as_mut()?;
        Some((&mut current.before, self.run.filled(current.filled)))
    }

    /// The whole blocks of the chunk, and the lane to which they belong.
    fn chained(&mut self) -> Option<(&mut Lane<'k>, &mut [Block])> {
        let Current { way: Way::Encrypt(lane), filled, .. } = self.current.as_mut()? else {
            return None;
        };
        Some((lane, self.run.filled(*filled).as_chunks_mut().0))
    }

    // req HLS-SEGMENT-2: the padding is checked and removed
    /// Decrypts the chunk, less the last block of the piece.
    fn decrypt(&mut self) {
        let Some(current) = &mut self.current else { return };
        let whole = current.whole();
        if let Way::Decrypt(decryptor, head) = &mut current.way {
            let bytes = self.run.filled(whole);
            decryptor.update(bytes.as_chunks_mut().0);
            keep(head, bytes);
        }
    }

    /// What is written of the chunk, and the hash of that.
    fn as_written(&mut self) -> Option<(&mut Sha256, &[u8])> {
        let current = self.current.as_mut()?;
        let whole = current.whole();
        (!matches!(current.way, Way::Copy)).then(|| (&mut current.after, &*self.run.filled(whole)))
    }

    /// Writes the chunk, and after the last one what the padding makes of the rest.
    fn write(&mut self) -> Result<(), Error> {
        let Some(current) = self.current.take() else { return Ok(()) };
        self.run.write_filled(current.whole())?;
        if current.left > 0 {
            self.current = Some(current);
            return Ok(());
        }
        let piece = current.piece;
        let hashed = self.finish(current)?;
        self.run.push(piece, hashed);
        Ok(())
    }

    fn finish(&mut self, current: Current<'a, 'k>) -> Result<Hashed, Error> {
        let whole = current.whole();
        let Current { piece, way, before, mut after, filled, .. } = current;
        let rest = self.run.filled(filled).get(whole..).unwrap_or_default();
        let before = before.finish();
        match way {
            Way::Copy => Ok((before, before, piece.span.length)),
            Way::Encrypt(lane) => {
                let last = lane.finish(rest);
                let last = last.ok_or_else(|| Error::bug("a tail of a whole block"))?;
                after.update(&last);
                self.run.write(&last)?;
                Ok((before, after.finish(), piece.span.length / 16 * 16 + 16))
            }
            Way::Decrypt(decryptor, mut head) => {
                let last = rest.try_into().map_err(|_| Error::bug("no last block"))?;
                let tail = decryptor.finish(last);
                let tail = tail.map_err(|_| inauthentic(self.run.path(), piece))?;
                after.update(&tail);
                keep(&mut head, &tail);
                self.run.write(&tail)?;
                (self.work.look)(self.run.path(), piece, &head);
                Ok((after.finish(), before, piece.span.length - 16 + tail.len() as u64))
            }
        }
    }
}

impl Current<'_, '_> {
    /// Bytes of the chunk that are written as they are in the buffer, once it was worked on.
    fn whole(&self) -> usize {
        match self.way {
            Way::Copy => self.filled,
            // A chunk is whole blocks: only the last one can leave a tail.
            Way::Encrypt(_) => self.filled / 16 * 16,
            Way::Decrypt(..) if self.left == 0 => self.filled.saturating_sub(16),
            Way::Decrypt(..) => self.filled,
        }
    }
}

/// Keeps the first bytes of a piece. The room for them is there: nothing is copied about.
fn keep(head: &mut Vec<u8>, bytes: &[u8]) {
    head.extend_from_slice(bytes.get(..HEAD - head.len()).unwrap_or(bytes));
}

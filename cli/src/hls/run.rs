//! One file, read piece by piece: copied, decrypted, and hashed on its way.

use std::io::{Read, Write};

use reelseal_core::format::hls::Span;
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{Block, Decryptor};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::files::{changed, inauthentic, not_blocks, unread};
use super::layout::{Cipher, DonePiece, Piece};
use super::transform::{Done, Job, Work};
use crate::error::Error;
use crate::package::{PackagePath, StagedFile, interrupt};

/// Bytes read at a time: whole blocks; system calls do not show, and as many of it as there are
/// lanes are in the second-level cache.
const CHUNK: usize = 64 * 1024;

/// Clear bytes that [`Look`](super::transform::Look) sees of each segment.
const HEAD: usize = 4096;

/// What became of a piece: the SHA-256 of its clear and of its encrypted bytes, and its length.
pub(super) type Hashed = ([u8; 32], [u8; 32], u64);

/// One file being worked on.
pub(super) struct Run<'a> {
    work: &'a Work<'a>,
    job: &'a Job,
    input: Box<dyn Read + 'a>,
    output: Option<StagedFile>,
    buffer: Zeroizing<Vec<u8>>,
    done: Vec<DonePiece>,
}

impl<'a> Run<'a> {
    pub(super) fn new(work: &'a Work<'a>, job: &'a Job) -> Result<Self, Error> {
        let input = work.source.open_file(&job.path)?;
        let output = work.staging.map(|staging| staging.create(&job.path)).transpose()?;
        let (buffer, done) = (Zeroizing::new(vec![0; CHUNK]), Vec::with_capacity(job.pieces.len()));
        Ok(Self { work, job, input, output, buffer, done })
    }

    /// Notes what became of the next piece.
    pub(super) fn push(&mut self, piece: &Piece, (clear_sha256, sha256, length): Hashed) {
        let offset = self.done.last().map_or(0, |last| last.to.end());
        let (from, to) = (piece.span, Span { offset, length });
        self.done.push(DonePiece { from, to, cipher: piece.cipher, clear_sha256, sha256 });
    }

    /// After the last piece: what was done, and the file that is to be made durable.
    pub(super) fn end(mut self) -> Result<(Done, Option<StagedFile>), Error> {
        match self.input.read(&mut [0]) {
            Ok(0) => Ok((Done { path: self.job.path.clone(), pieces: self.done }, self.output)),
            Ok(_) => Err(changed(&self.job.path)),
            Err(error) => Err(unread(&self.job.path, error)),
        }
    }

    pub(super) fn copy(&mut self, piece: &Piece) -> Result<Hashed, Error> {
        let mut hash = Sha256::new();
        let mut left = piece.span.length;
        while left > 0 {
            let n = self.fill(left)?;
            let bytes = self.buffer.get(..n).unwrap_or_default();
            hash.update(bytes);
            write(&mut self.output, &self.job.path, bytes)?;
            left -= n as u64;
        }
        let hash = hash.finalize().into();
        Ok((hash, hash, piece.span.length))
    }

    // req HLS-SEGMENT-2: the padding is checked and removed
    pub(super) fn decrypt(&mut self, piece: &Piece, cipher: Cipher) -> Result<Hashed, Error> {
        if piece.span.length == 0 || !piece.span.length.is_multiple_of(16) {
            return Err(not_blocks(&self.job.path, piece));
        }
        let mut decryptor = Decryptor::new(self.key(cipher)?, cipher.iv);
        let (mut clear, mut sealed) = (Sha256::new(), Sha256::new());
        let mut left = piece.span.length;
        let mut head = Zeroizing::new(Vec::with_capacity(HEAD));
        loop {
            let n = self.fill(left)?;
            left -= n as u64;
            let bytes = self.buffer.get_mut(..n).unwrap_or_default();
            sealed.update(&*bytes);
            let (blocks, _) = bytes.as_chunks_mut::<16>();
            let (blocks, last): (_, Option<Block>) = match (left, blocks.split_last_mut()) {
                (0, Some((last, blocks))) => (blocks, Some(*last)),
                _ => (blocks, None),
            };
            decryptor.update(blocks);
            let bytes = blocks.as_flattened();
            clear.update(bytes);
            keep(&mut head, bytes);
            write(&mut self.output, &self.job.path, bytes)?;
            let Some(last) = last else { continue };

            let tail = decryptor.finish(last).map_err(|_| inauthentic(&self.job.path, piece))?;
            clear.update(&*tail);
            keep(&mut head, &tail);
            write(&mut self.output, &self.job.path, &tail)?;
            (self.work.look)(&self.job.path, piece, &head);
            let written = piece.span.length - 16 + tail.len() as u64;
            return Ok((clear.finalize().into(), sealed.finalize().into(), written));
        }
    }

    /// Fills the buffer with the next bytes of the piece, of which `left` are to come.
    pub(super) fn fill(&mut self, left: u64) -> Result<usize, Error> {
        interrupt::check()?;
        let n = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        let bytes = self.buffer.get_mut(..n).unwrap_or_default();
        self.input.read_exact(bytes).map_err(|error| unread(&self.job.path, error))?;
        self.work.progress.add(n as u64);
        Ok(n)
    }

    fn key(&self, cipher: Cipher) -> Result<&SegmentKey, Error> {
        self.work.keys.get(cipher.key).ok_or_else(|| Error::bug("a key without a number"))
    }

    /// The first `n` bytes of the buffer.
    pub(super) fn filled(&mut self, n: usize) -> &mut [u8] {
        self.buffer.get_mut(..n).unwrap_or_default()
    }

    /// Writes the first `n` bytes of the buffer.
    pub(super) fn write_filled(&mut self, n: usize) -> Result<(), Error> {
        write(&mut self.output, &self.job.path, self.buffer.get(..n).unwrap_or_default())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        write(&mut self.output, &self.job.path, bytes)
    }
}

/// Keeps the first bytes of a piece. The room for them is there: nothing is copied about.
fn keep(head: &mut Vec<u8>, bytes: &[u8]) {
    head.extend_from_slice(bytes.get(..HEAD - head.len()).unwrap_or(bytes));
}

fn write(output: &mut Option<StagedFile>, path: &PackagePath, bytes: &[u8]) -> Result<(), Error> {
    let Some(output) = output else { return Ok(()) };
    output.write_all(bytes).map_err(|error| {
        Error::uncarried(&error, || Error::system(format!("cannot write {path}: {error}")))
    })
}

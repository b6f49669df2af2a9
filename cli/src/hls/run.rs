//! One file on its way: what is read of it, what is written, and what became of its pieces.

use std::io::{Read, Write};

use reelseal_core::format::hls::Span;
use zeroize::Zeroizing;

use super::files::{changed, unread};
use super::layout::{DonePiece, Piece};
use super::transform::{Done, Job, Work};
use crate::error::Error;
use crate::package::{PackagePath, StagedFile, interrupt};

/// Bytes read at a time: whole blocks; system calls do not show, and as many of it as there are
/// lanes are in the second-level cache.
const CHUNK: usize = 64 * 1024;

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

    pub(super) fn path(&self) -> &'a PackagePath {
        &self.job.path
    }

    /// Fills the buffer with the next bytes of a piece, of which `left` are to come.
    pub(super) fn fill(&mut self, left: u64) -> Result<usize, Error> {
        interrupt::check()?;
        let n = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        let bytes = self.buffer.get_mut(..n).unwrap_or_default();
        self.input.read_exact(bytes).map_err(|error| unread(&self.job.path, error))?;
        self.work.progress.add(n as u64);
        Ok(n)
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
}

fn write(output: &mut Option<StagedFile>, path: &PackagePath, bytes: &[u8]) -> Result<(), Error> {
    let Some(output) = output else { return Ok(()) };
    output.write_all(bytes).map_err(|error| {
        Error::uncarried(&error, || Error::system(format!("cannot write {path}: {error}")))
    })
}

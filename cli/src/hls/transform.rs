//! The work itself: files are read, encrypted or decrypted piece by piece, hashed and written.
//!
//! Files are worked on side by side; each holds one buffer, so that memory does not grow with
//! the length of a segment.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use rayon::prelude::*;
use reelseal_core::format::hls::Span;
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{Block, Decryptor, Encryptor};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::layout::{Cipher, DonePiece, Layout, Piece};
use super::model::Model;
use super::pool::pool;
use crate::error::Error;
use crate::package::{PackagePath, Source, Staging, interrupt};
use crate::progress::Progress;

/// Bytes read at a time: system calls do not show, and the second-level cache holds them.
const CHUNK: usize = 256 * 1024;

/// Clear bytes that [`Look`] sees of each segment.
const HEAD: usize = 4096;

/// Which way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// Clear bytes in, encrypted bytes out.
    Encrypt,
    /// Encrypted bytes in, clear bytes out.
    Decrypt,
}

/// A file and how it is cut. The pieces are all of it, in order.
pub struct Job {
    /// Where it is read, and where it is written.
    pub path: PackagePath,
    /// Its pieces.
    pub pieces: Vec<Piece>,
}

impl Job {
    /// One for every file of `model` that is not a playlist.
    pub fn all(layouts: &BTreeMap<PackagePath, Layout>, model: &Model) -> Vec<Self> {
        let size = |path: &PackagePath| model.sizes.get(path).copied().unwrap_or_default();
        let job = |path: &PackagePath, layout: &Layout| Self {
            path: path.clone(),
            pieces: layout.cut(size(path)),
        };
        let mut jobs: Vec<Self> = layouts.iter().map(|(path, layout)| job(path, layout)).collect();
        let passengers = model.passengers.iter().filter(|path| !layouts.contains_key(path));
        jobs.extend(passengers.map(|path| job(path, &Layout::default())));
        jobs
    }

    /// Bytes that `jobs` read.
    pub fn total(jobs: &[Self]) -> u64 {
        jobs.iter().flat_map(|job| &job.pieces).map(|piece| piece.span.length).sum()
    }

    /// The same bytes, to be read as they are.
    pub fn without_keys(mut self) -> Self {
        self.pieces.iter_mut().for_each(|piece| piece.cipher = None);
        self
    }
}

/// A file that was worked on.
pub struct Done {
    /// Which.
    pub path: PackagePath,
    /// What became of its pieces.
    pub pieces: Vec<DonePiece>,
}

/// Is shown the first clear bytes of each decrypted piece.
pub type Look<'a> = dyn Fn(&PackagePath, &Piece, &[u8]) + Sync + 'a;

/// Everything that the work needs and does not change.
pub struct Work<'a> {
    /// Where files are read.
    pub source: &'a Source,
    /// Where they are written; nowhere, when only the hashes are wanted.
    pub staging: Option<&'a Staging>,
    /// The keys, by the index in [`Cipher`].
    pub keys: &'a [SegmentKey],
    /// Which way.
    pub direction: Direction,
    /// Told of every byte read.
    pub progress: &'a Progress,
    /// Shown the first bytes of every decrypted piece.
    pub look: &'a Look<'a>,
}

impl Work<'_> {
    /// Works on all files. The first error ends it.
    pub fn all(&self, jobs: &[Job]) -> Result<Vec<Done>, Error> {
        pool()?.install(|| jobs.par_iter().map_init(buffer, |b, job| self.one(job, b)).collect())
    }

    /// Works on all files and goes on after errors.
    pub fn each(&self, jobs: &[Job]) -> Vec<Result<Done, Error>> {
        jobs.par_iter().map_init(buffer, |buffer, job| self.one(job, buffer)).collect()
    }

    fn one(&self, job: &Job, buffer: &mut Zeroizing<Vec<u8>>) -> Result<Done, Error> {
        let input = self.source.open_file(&job.path)?;
        let mut output = self.staging.map(|staging| staging.create(&job.path)).transpose()?;
        let mut next = 0;
        let mut run = Run {
            work: self,
            path: &job.path,
            input,
            output: output.as_mut().map(|file| file as &mut dyn Write),
            buffer,
        };
        let mut pieces = Vec::with_capacity(job.pieces.len());
        for piece in &job.pieces {
            let mut done = run.piece(piece)?;
            done.to.offset = next;
            next += done.to.length;
            pieces.push(done);
        }
        run.expect_end()?;
        if let Some(file) = output {
            file.finish()?;
        }
        Ok(Done { path: job.path.clone(), pieces })
    }
}

fn buffer() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vec![0; CHUNK])
}

/// One file being worked on.
struct Run<'a, R> {
    work: &'a Work<'a>,
    path: &'a PackagePath,
    input: R,
    output: Option<&'a mut dyn Write>,
    buffer: &'a mut Zeroizing<Vec<u8>>,
}

impl<R: Read> Run<'_, R> {
    fn piece(&mut self, piece: &Piece) -> Result<DonePiece, Error> {
        let (clear_sha256, sha256, length) = match (piece.cipher, self.work.direction) {
            (None, _) => self.copy(piece)?,
            (Some(cipher), Direction::Encrypt) => self.encrypt(piece, cipher)?,
            (Some(cipher), Direction::Decrypt) => self.decrypt(piece, cipher)?,
        };
        let to = Span { offset: 0, length };
        Ok(DonePiece { from: piece.span, to, cipher: piece.cipher, clear_sha256, sha256 })
    }

    fn copy(&mut self, piece: &Piece) -> Result<([u8; 32], [u8; 32], u64), Error> {
        let mut hash = Sha256::new();
        let mut left = piece.span.length;
        while left > 0 {
            let n = self.fill(left)?;
            let bytes = self.buffer.get(..n).unwrap_or_default();
            hash.update(bytes);
            write(&mut self.output, self.path, bytes)?;
            left -= n as u64;
        }
        let hash = hash.finalize().into();
        Ok((hash, hash, piece.span.length))
    }

    fn encrypt(
        &mut self,
        piece: &Piece,
        cipher: Cipher,
    ) -> Result<([u8; 32], [u8; 32], u64), Error> {
        let mut encryptor = Encryptor::new(self.key(cipher)?, cipher.iv);
        let (mut clear, mut sealed) = (Sha256::new(), Sha256::new());
        let mut left = piece.span.length;
        // CHUNK is whole blocks: only the last read can leave a tail.
        let mut tail = Zeroizing::new(Vec::with_capacity(16));
        while left > 0 {
            let n = self.fill(left)?;
            let bytes = self.buffer.get_mut(..n).unwrap_or_default();
            clear.update(&*bytes);
            let (blocks, rest) = bytes.as_chunks_mut::<16>();
            encryptor.update(blocks);
            tail.extend_from_slice(rest);
            sealed.update(blocks.as_flattened());
            write(&mut self.output, self.path, blocks.as_flattened())?;
            left -= n as u64;
        }
        let last = encryptor.finish(&tail).ok_or_else(|| Error::bug("a tail of a whole block"))?;
        sealed.update(last);
        write(&mut self.output, self.path, &last)?;
        let written = piece.span.length / 16 * 16 + 16;
        Ok((clear.finalize().into(), sealed.finalize().into(), written))
    }

    // req HLS-SEGMENT-2: the padding is checked and removed
    fn decrypt(
        &mut self,
        piece: &Piece,
        cipher: Cipher,
    ) -> Result<([u8; 32], [u8; 32], u64), Error> {
        if piece.span.length == 0 || !piece.span.length.is_multiple_of(16) {
            return Err(self.not_blocks(piece));
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
            write(&mut self.output, self.path, bytes)?;
            let Some(last) = last else { continue };

            let tail = decryptor.finish(last).map_err(|_| self.inauthentic(piece))?;
            clear.update(&*tail);
            keep(&mut head, &tail);
            write(&mut self.output, self.path, &tail)?;
            (self.work.look)(self.path, piece, &head);
            let written = piece.span.length - 16 + tail.len() as u64;
            return Ok((clear.finalize().into(), sealed.finalize().into(), written));
        }
    }

    /// Fills the buffer with the next bytes of the piece, of which `left` are to come.
    fn fill(&mut self, left: u64) -> Result<usize, Error> {
        interrupt::check()?;
        let n = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        let bytes = self.buffer.get_mut(..n).unwrap_or_default();
        self.input.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.changed(),
            _ => Error::system(format!("cannot read {}: {error}", self.path)),
        })?;
        self.work.progress.add(n as u64);
        Ok(n)
    }

    fn key(&self, cipher: Cipher) -> Result<&SegmentKey, Error> {
        self.work.keys.get(cipher.key).ok_or_else(|| Error::bug("a key without a number"))
    }

    fn expect_end(&mut self) -> Result<(), Error> {
        match self.input.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.changed()),
            Err(error) => Err(Error::system(format!("cannot read {}: {error}", self.path))),
        }
    }

    fn changed(&self) -> Error {
        Error::system(format!("{} changed while it was read", self.path))
    }

    fn not_blocks(&self, piece: &Piece) -> Error {
        Error::malformed(format!(
            "{}: {} bytes at {} are not whole blocks of 16 (RFC 8216 §4.3.2.4)",
            self.path, piece.span.length, piece.span.offset
        ))
        .hint("the segment is truncated, or it is not encrypted with AES-128")
    }

    fn inauthentic(&self, piece: &Piece) -> Error {
        let at = match piece.span.offset {
            0 => String::new(),
            offset => format!(" at byte {offset}"),
        };
        Error::inauthentic(format!("{}: the segment{at} does not open", self.path))
            .hint("the key is another one, or the bytes were altered")
    }
}

/// Keeps the first bytes of a piece. The room for them is there: nothing is copied about.
fn keep(head: &mut Vec<u8>, bytes: &[u8]) {
    head.extend_from_slice(bytes.get(..HEAD - head.len()).unwrap_or(bytes));
}

fn write(
    output: &mut Option<&mut dyn Write>,
    path: &PackagePath,
    bytes: &[u8],
) -> Result<(), Error> {
    let Some(output) = output else { return Ok(()) };
    output.write_all(bytes).map_err(|error| Error::system(format!("cannot write {path}: {error}")))
}

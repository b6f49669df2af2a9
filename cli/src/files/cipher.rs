//! The work itself: a stream is encrypted or decrypted piece by piece.

use std::io::{self, Read, Write};

use reelseal_core::Inauthentic;
use reelseal_core::envelope::transcoder::gcm_iv;
use reelseal_core::format::transcoder::{Iv, Layout, Tag};
use reelseal_core::modes::ctr::Ctr;
use reelseal_core::modes::{cbc, gcm};
use reelseal_core::secret::ContentKey;
use zeroize::Zeroizing;

use super::content::HEAD_LEN;
use super::ends::Input;
use super::pieces::Pieces;
use super::transcoder_code::NOT_DECRYPTED;
use crate::error::Error;
use crate::objects::Place;
use crate::package::interrupt;
use crate::progress::Progress;
use crate::threads;

/// One stream from an input to an output.
pub(crate) struct Stream<'a> {
    pub(crate) input: &'a Input<'a>,
    /// As the user named it, for messages.
    pub(crate) out: &'a Place,
    pub(crate) progress: &'a Progress,
}

/// What went through.
#[derive(Debug)]
pub(crate) struct Done {
    /// Bytes read.
    pub(crate) read: u64,
    /// Bytes written.
    pub(crate) written: u64,
    /// The first bytes written.
    pub(crate) head: Zeroizing<Vec<u8>>,
}

impl Stream<'_> {
    /// CBC with the padding of PKCS#7.
    pub(crate) fn encrypt_cbc(
        &self,
        mut encryptor: cbc::Encryptor,
        to: &mut dyn Write,
    ) -> Result<Done, Error> {
        let mut out = Out::new(self, to);
        let mut pieces = self.pieces(0)?;
        let mut tail = Zeroizing::new(Vec::with_capacity(16));
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            let (blocks, rest) = piece.as_chunks_mut();
            encryptor.update(blocks);
            out.put(blocks.as_flattened())?;
            tail.extend_from_slice(rest);
        }
        let last = encryptor.finish(&tail).ok_or_else(|| Error::bug("a tail of a whole block"))?;
        out.put(&last)?;
        Ok(out.done)
    }

    /// CBC. The bytes in front of a bad padding have been written when it is found.
    pub(crate) fn decrypt_cbc(
        &self,
        mut decryptor: cbc::Decryptor,
        to: &mut dyn Write,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        let mut out = Out::new(self, to);
        let mut pieces = self.pieces(16)?;
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            let (blocks, []) = piece.as_chunks_mut() else { return Err(self.wrong_length()) };
            decryptor.update(blocks);
            out.put(blocks.as_flattened())?;
        }
        let last = pieces.last().ok_or_else(|| self.wrong_length())?;
        out.done.read += 16;
        match decryptor.finish(last) {
            Ok(tail) => out.put(&tail)?,
            Err(Inauthentic) => return Ok(Err(Inauthentic)),
        }
        Ok(Ok(out.done))
    }

    /// CTR, in both directions, of `limit` bytes at most.
    pub(crate) fn apply_ctr(
        &self,
        mut ctr: Ctr,
        limit: u64,
        to: &mut dyn Write,
    ) -> Result<Done, Error> {
        let mut out = Out::new(self, to);
        let mut pieces = self.pieces(0)?;
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            let fits = out.done.read <= limit;
            let applied = fits.then(|| ctr.apply(piece)).flatten();
            applied.ok_or_else(|| self.too_long("its key stream is used up"))?;
            out.put(piece)?;
        }
        Ok(out.done)
    }

    /// GCM with the tag last.
    pub(crate) fn encrypt_gcm(
        &self,
        key: &ContentKey,
        iv: gcm::Iv,
        to: &mut dyn Write,
    ) -> Result<Done, Error> {
        self.seal_gcm(gcm::Encryptor::new(gcm::Key::new(key), iv, &[]).ok_or_else(no_aad)?, to)
    }

    /// GCM that was begun, with the tag last.
    pub(crate) fn seal_gcm(
        &self,
        mut encryptor: gcm::Encryptor,
        to: &mut dyn Write,
    ) -> Result<Done, Error> {
        let mut out = Out::new(self, to);
        let mut pieces = self.pieces(0)?;
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            encryptor.update(piece).ok_or_else(|| self.too_long("GCM has at most 2³⁶ − 32"))?;
            out.put(piece)?;
        }
        out.put(&encryptor.finish())?;
        Ok(out.done)
    }

    /// GCM in one of its layouts. Bytes are written before they are known to be authentic.
    pub(crate) fn decrypt_gcm(
        &self,
        key: &ContentKey,
        iv: &Iv,
        layout: Layout,
        to: &mut dyn Write,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        self.input.rewind()?;
        let (first, held) = match layout.tag {
            Tag::Last => (None, 16),
            Tag::First => {
                let mut tag: gcm::Tag = [0; 16];
                self.input.read_exact(&mut tag).map_err(|error| match error.kind() {
                    io::ErrorKind::UnexpectedEof => self.wrong_length(),
                    _ => self.input.read_error(&error),
                })?;
                (Some(tag), 0)
            }
        };
        let content = gcm::Unverified::new(gcm::Key::new(key), gcm_iv(iv, layout), &[], ());
        let content = content.ok_or_else(no_aad)?;
        self.open_gcm(content, self.pieces(held)?, first, to)
    }

    /// GCM that was begun, over `pieces` and then the tag: `first`, or what the pieces held back.
    /// Bytes are written before they are known to be authentic.
    pub(crate) fn open_gcm<R: Read>(
        &self,
        mut content: gcm::Unverified<()>,
        mut pieces: Pieces<R>,
        first: Option<gcm::Tag>,
        to: &mut dyn Write,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        let mut out = Out::new(self, to);
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            content
                .update(piece, |(), clear| out.put(clear))
                .ok_or_else(|| self.too_long("GCM has at most 2³⁶ − 32"))??;
        }
        let tag = first.or_else(|| pieces.last()).ok_or_else(|| self.wrong_length())?;
        out.done.read += 16;
        Ok(content.finish(&tag).map(|()| out.done))
    }

    /// The input from where it is, in pieces, of which the last `held` bytes are in none. A file
    /// that takes a while is read by another thread, while this one encrypts and writes.
    pub(crate) fn pieces(&self, held: usize) -> Result<Pieces<Box<dyn Read + '_>>, Error> {
        let takes_a_while = self.input.len.is_some_and(|len| len >= READ_AHEAD);
        match self.input.file() {
            Some(file) if takes_a_while && threads::count() > 1 => {
                Pieces::ahead(file, held).map_err(|error| self.input.read_error(&error))
            }
            _ => Ok(Pieces::new(self.input.reader(), held)),
        }
    }

    /// The next piece, counted.
    fn next<'p, R: Read>(
        &self,
        pieces: &'p mut Pieces<R>,
        out: &mut Out<'_>,
    ) -> Result<Option<&'p mut [u8]>, Error> {
        interrupt::check()?;
        let piece = pieces.next().map_err(|error| self.input.read_error(&error))?;
        let len = count(piece.as_deref().unwrap_or_default());
        out.done.read += len;
        self.progress.add(len);
        Ok(piece)
    }

    /// The refusal of a length that no text has under its mode.
    pub(crate) fn wrong_length(&self) -> Error {
        wrong_length(&self.input.place.name("standard input"))
    }

    fn too_long(&self, why: &str) -> Error {
        Error::refused(format!("{} is too long: {why}", self.input.place.name("standard input")))
    }
}

/// The refusal of a file whose length no text has under its mode.
pub(crate) fn wrong_length(name: &str) -> Error {
    Error::malformed(format!(
        "{name} has a length that its mode does not give: CBC has 16, 32, 48 … bytes, GCM 16 or \
         more"
    ))
    .hint("the file is cut short, or of another mode")
    .transcoder_code(NOT_DECRYPTED)
}

fn no_aad() -> Error {
    Error::bug("no additional data was too much")
}

fn count(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Bytes of an input for which a second thread is worth starting.
const READ_AHEAD: u64 = 2 << 20;

/// An output, and what went into it.
struct Out<'a> {
    to: &'a mut dyn Write,
    place: &'a Place,
    done: Done,
}

impl<'a> Out<'a> {
    fn new(stream: &Stream<'a>, to: &'a mut dyn Write) -> Self {
        let head = Zeroizing::new(Vec::with_capacity(HEAD_LEN));
        Self { to, place: stream.out, done: Done { read: 0, written: 0, head } }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let room = HEAD_LEN - self.done.head.len();
        self.done.head.extend(bytes.iter().take(room));
        self.done.written += count(bytes);
        self.to.write_all(bytes).map_err(|error| self.place.write_error(&error))
    }
}

//! The work itself: a stream is encrypted or decrypted piece by piece.

use std::io::Read;
use std::mem;
use std::sync::mpsc;

use reelseal_core::Inauthentic;
use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Block, Ctr};
use reelseal_core::secret::ContentKey;
use zeroize::Zeroizing;

use super::content::HEAD_LEN;
use super::ends::Input;
use super::pieces::Pieces;
use super::transcoder_code::NOT_DECRYPTED;
use crate::error::Error;
use crate::objects::Place;
use crate::package::{Output, interrupt};
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
    /// CBC with the padding of PKCS#7. It is one chain: who has worked a part hands it on, and
    /// the other threads read and write meanwhile.
    pub(crate) fn encrypt_cbc(
        &self,
        encryptor: cbc::Encryptor,
        to: &mut dyn Output,
    ) -> Result<Done, Error> {
        let lost = || Error::bug("a chain that nobody handed on");
        let mut out = Out::new(self, to);
        let (first, mut next) = mpsc::channel();
        first.send(Box::new(encryptor)).map_err(|_| lost())?;
        let take = |_| {
            let (after, last) = mpsc::channel();
            Ok((mem::replace(&mut next, last), after))
        };
        self.in_parts(&mut out, 0, take, |(before, after), spot, text| {
            let mut encryptor: Box<cbc::Encryptor> = before.recv().map_err(|_| lost())?;
            encryptor.update(text.as_chunks_mut().0);
            // The last is still here; another may have failed, and then nobody waits.
            let _ = after.send(encryptor);
            spot.put(text)
        })?;
        let mut encryptor = next.recv().map_err(|_| lost())?;
        let mut pieces = self.pieces(0, &out)?;
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
        key: &ContentKey,
        iv: Block,
        to: &mut dyn Output,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        let mut out = Out::new(self, to);
        let chains = self.in_parts(&mut out, 16, nothing, |(), spot, text| {
            let chain = spot.block_before()?.unwrap_or(iv);
            let next = text.last_chunk().copied();
            cbc::Decryptor::new(key, chain).update(text.as_chunks_mut().0);
            spot.put(text)?;
            Ok(next)
        })?;
        let chain = chains.last().copied().flatten().unwrap_or(iv);
        self.finish_cbc(cbc::Decryptor::new(key, chain), out)
    }

    /// CBC that was begun. The bytes in front of a bad padding have been written when it is found.
    pub(crate) fn open_cbc(
        &self,
        decryptor: cbc::Decryptor,
        to: &mut dyn Output,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        self.finish_cbc(decryptor, Out::new(self, to))
    }

    fn finish_cbc(
        &self,
        mut decryptor: cbc::Decryptor,
        mut out: Out<'_>,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        let mut pieces = self.pieces(16, &out)?;
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
        keystream: impl Fn() -> Ctr + Sync,
        limit: u64,
        to: &mut dyn Output,
    ) -> Result<Done, Error> {
        let used_up = || self.too_long("its key stream is used up");
        let at = |offset| {
            let mut ctr = keystream();
            ctr.seek(offset).map(|()| ctr).ok_or_else(used_up)
        };
        let apply = |ctr: &mut Ctr, offset: u64, text: &mut [u8]| {
            let fits = offset.saturating_add(count(text)) <= limit;
            fits.then(|| ctr.apply(text)).flatten().ok_or_else(used_up)
        };
        let mut out = Out::new(self, to);
        self.in_parts(&mut out, 0, nothing, |(), spot, text| {
            apply(&mut at(spot.offset)?, spot.offset, text)?;
            spot.put(text)
        })?;
        let mut ctr = at(out.done.written)?;
        let mut pieces = self.pieces(0, &out)?;
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            apply(&mut ctr, out.done.written, piece)?;
            out.put(piece)?;
        }
        Ok(out.done)
    }

    /// The input from where it is, in pieces, of which the last `held` bytes are in none. A file
    /// that takes a while is read by another thread, while this one encrypts and writes.
    pub(super) fn pieces(
        &self,
        held: usize,
        out: &Out<'_>,
    ) -> Result<Pieces<Box<dyn Read + '_>>, Error> {
        let left = self.input.len.map(|len| len.saturating_sub(out.done.read));
        let takes_a_while = left.is_some_and(|left| left >= READ_AHEAD);
        match self.input.file() {
            Some(file) if takes_a_while && threads::count() > 1 => {
                Pieces::ahead(file, held).map_err(|error| self.input.read_error(&error))
            }
            _ => Ok(Pieces::new(self.input.reader(), held)),
        }
    }

    /// The next piece, counted.
    pub(super) fn next<'p, R: Read>(
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

    /// The refusal of a file that had more bytes when it was opened.
    pub(super) fn shrunk(&self) -> Error {
        let name = self.input.place.name("standard input");
        Error::system(format!("{name} became shorter while it was read"))
    }

    pub(super) fn too_long(&self, why: &str) -> Error {
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

/// For parts that need nothing but their place.
fn nothing(_: usize) -> Result<(), Error> {
    Ok(())
}

fn count(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Bytes of an input for which a second thread is worth starting.
const READ_AHEAD: u64 = 2 << 20;

/// An output, and what went into it.
pub(super) struct Out<'a> {
    pub(super) to: &'a mut dyn Output,
    place: &'a Place,
    pub(super) done: Done,
}

impl<'a> Out<'a> {
    pub(super) fn new(stream: &Stream<'a>, to: &'a mut dyn Output) -> Self {
        let head = Zeroizing::new(Vec::with_capacity(HEAD_LEN));
        Self { to, place: stream.out, done: Done { read: 0, written: 0, head } }
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let room = HEAD_LEN - self.done.head.len();
        self.done.head.extend(bytes.iter().take(room));
        self.done.written += count(bytes);
        self.to.write_all(bytes).map_err(|error| self.place.write_error(&error))
    }
}

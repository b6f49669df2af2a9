//! A message from a stream, and back: a frame in memory at a time.

use std::io::{self, Read};
use std::num::NonZeroU32;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::{BlockOpener, Body, FreshMessageId, Opener, Sealer};
use reelseal_core::format::Malformed;
use reelseal_core::format::context::{self, Context};
use reelseal_core::format::esdk::block::{HEAD_LEN, TAG_LEN};
use reelseal_core::format::esdk::frame::MAX_OVERHEAD;
use reelseal_core::format::esdk::{Block, Footer, Frame, Kind, MAX_HEADER_LEN, footer};
use reelseal_core::secret::MessageKey;
use zeroize::Zeroizing;

use super::keys::OwnedEdk;
use crate::error::Error;
use crate::keyservice::EncryptionContext;
use crate::package::interrupt;
use crate::random;

/// Where bytes go.
pub(crate) type Put<'a> = dyn FnMut(&[u8]) -> Result<(), Error> + 'a;

/// Bytes to read, and how messages call them.
pub(crate) struct Source<'a, R> {
    /// The name, in front of errors of the format.
    pub(crate) name: &'a str,
    /// The bytes.
    pub(crate) input: R,
    /// The error of a read.
    pub(crate) failed: &'a dyn Fn(&io::Error) -> Error,
}

impl<R: Read> Source<'_, R> {
    /// Reads until `buffer` is full or the input ends; how much.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        interrupt::check()?;
        fill(&mut self.input, buffer).map_err(|error| (self.failed)(&error))
    }

    fn malformed(&self, error: Malformed) -> Error {
        Error::malformed(format!("{}: {error}", self.name))
    }

    fn inauthentic(&self, error: Inauthentic) -> Error {
        Error::inauthentic(format!("{}: {error}", self.name))
    }
}

/// Seals all of `from` into one message under `key`; returns how many bytes that were.
pub(crate) fn seal<R: Read>(
    from: &mut Source<'_, R>,
    key: &MessageKey,
    context: &EncryptionContext,
    edks: &[OwnedEdk],
    frame_len: NonZeroU32,
    put: &mut Put<'_>,
) -> Result<u64, Error> {
    let mut pairs: Vec<(&str, &str)> = context.pairs().collect();
    let context = Context::new(&mut pairs).map_err(|error| Error::refused(error.to_string()))?;
    let edks: Vec<_> = edks.iter().map(OwnedEdk::borrow).collect();
    let id = FreshMessageId::new(*random::fresh_key()?);
    let mut room = vec![0; MAX_HEADER_LEN];
    let begun = Sealer::new(key, id, &context, &edks, frame_len, &mut room);
    let (mut sealer, header) = begun.ok_or_else(too_long)?;
    put(header)?;
    let frame_len = length(frame_len)?;
    // One byte more than a frame: by it a frame is known not to be the last.
    let mut buffer = Zeroizing::new(vec![0; frame_len + 1]);
    let (mut held, mut clear_len) = (0, 0);
    loop {
        held += from.fill(buffer.get_mut(held..).unwrap_or_default())?;
        let (content, more) = buffer.split_at_mut(held.min(frame_len));
        clear_len += u64::try_from(content.len()).map_err(|_| too_long())?;
        if held <= frame_len {
            let (head, tag) = sealer.finish(content).ok_or_else(too_long)?;
            put(&head)?;
            put(content)?;
            put(&tag)?;
            return Ok(clear_len);
        }
        let (head, tag) = sealer.seal(content).ok_or_else(too_long)?;
        put(&head)?;
        put(content)?;
        put(&tag)?;
        content.iter_mut().zip(more).for_each(|(first, next)| *first = *next);
        held = 1;
    }
}

/// Opens what follows a header, to its end; returns how many clear bytes that were.
///
/// Of a message in frames, only authentic ones are put. Whether all of them were, and of a message
/// that is one block or signed whether any was, is known when this returns `Ok`.
pub(crate) fn open<R: Read>(
    from: &mut Source<'_, R>,
    body: Body,
    signed: bool,
    put: &mut Put<'_>,
) -> Result<u64, Error> {
    match body {
        Body::Framed(opener) => frames(from, opener, signed, put),
        Body::NonFramed(opener) => block(from, opener, signed, put),
    }
}

fn frames<R: Read>(
    from: &mut Source<'_, R>,
    mut opener: Opener,
    signed: bool,
    put: &mut Put<'_>,
) -> Result<u64, Error> {
    let mut window = Zeroizing::new(vec![0; length(opener.frame_len())? + MAX_OVERHEAD]);
    let (mut held, mut clear_len) = (0, 0);
    loop {
        held += from.fill(window.get_mut(held..).unwrap_or_default())?;
        let bytes = window.get_mut(..held).unwrap_or_default();
        let frame = Frame::parse(bytes, opener.frame_len());
        let (frame, after) = frame.map_err(|error| from.malformed(error))?;
        let (kind, after) = (frame.kind, after.len());
        let content = opener.open(frame).map_err(|error| from.inauthentic(error))?;
        clear_len += u64::try_from(content.len()).map_err(|_| too_long())?;
        put(content)?;
        window.copy_within(held - after..held, 0);
        held = after;
        if kind == Kind::Final {
            let end = end(from, window.get(..held).unwrap_or_default())?;
            let footer = from.footer(&end, signed)?;
            opener.finish(footer.as_ref()).map_err(|error| from.inauthentic(error))?;
            return Ok(clear_len);
        }
    }
}

fn block<R: Read>(
    from: &mut Source<'_, R>,
    opener: BlockOpener,
    signed: bool,
    put: &mut Put<'_>,
) -> Result<u64, Error> {
    let mut head = [0; HEAD_LEN];
    from.exactly(&mut head)?;
    let block = Block::parse(&head).map_err(|error| from.malformed(error))?;
    let open = opener.begin(&block, ());
    let mut open = open.ok_or_else(|| Error::bug("a block that was parsed"))?;
    let mut piece = Zeroizing::new(vec![0; PIECE_LEN]);
    while open.left() > 0 {
        let len = usize::try_from(open.left()).unwrap_or(PIECE_LEN).min(PIECE_LEN);
        let text = piece.get_mut(..len).unwrap_or_default();
        from.exactly(text)?;
        let stored = open.update(text, |(), clear| put(clear));
        stored.ok_or_else(|| Error::bug("more of a block than there is"))??;
    }
    let mut tag = [0; TAG_LEN];
    from.exactly(&mut tag)?;
    let end = end(from, &[])?;
    let footer = from.footer(&end, signed)?;
    open.finish(&tag, footer.as_ref()).map_err(|error| from.inauthentic(error))?;
    Ok(block.len)
}

/// What is left of the input, of which `held` was read, up to one byte more than a footer has.
fn end<R: Read>(from: &mut Source<'_, R>, held: &[u8]) -> Result<Vec<u8>, Error> {
    let mut end = held.to_vec();
    end.resize(held.len().max(footer::MAX_LEN + 1), 0);
    let more = from.fill(end.get_mut(held.len()..).unwrap_or_default())?;
    end.truncate(held.len() + more);
    Ok(end)
}

impl<R: Read> Source<'_, R> {
    fn exactly(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        if self.fill(buffer)? == buffer.len() {
            return Ok(());
        }
        Err(Error::malformed(format!("{}: the message is cut short", self.name)))
    }

    /// The footer, where one is to be, and nothing behind it.
    fn footer<'e>(&self, end: &'e [u8], signed: bool) -> Result<Option<Footer<'e>>, Error> {
        let (footer, rest) = match signed {
            false => (None, end),
            true => {
                let parsed = Footer::parse(end).map_err(|error| self.malformed(error));
                parsed.map(|(footer, rest)| (Some(footer), rest))?
            }
        };
        if rest.is_empty() {
            return Ok(footer);
        }
        Err(Error::malformed(format!("{}: bytes follow the end of the message", self.name)))
    }
}

/// Reads until `buffer` is full or the input ends; how much.
pub(crate) fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match input.read(room) {
            Ok(0) => break,
            Ok(len) => filled += len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The length of a frame, which the core bounds.
pub(super) fn length(frame_len: NonZeroU32) -> Result<usize, Error> {
    usize::try_from(frame_len.get()).map_err(|_| too_long())
}

/// 2³² − 1 frames, or more in a header than fits.
pub(super) fn too_long() -> Error {
    let limit = context::MAX_LEN;
    Error::refused(format!(
        "a message has at most 4,294,967,295 frames, 32 wrapped keys, and {limit} bytes of context"
    ))
    .hint("a larger --frame-length takes more bytes into a frame")
}

/// Bytes of a block that are decrypted at a time.
const PIECE_LEN: usize = 256 * 1024;

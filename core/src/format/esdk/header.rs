//! The header of a message, version 2.
//!
//! ```text
//! 02 ‖ suite[2] ‖ message id[32] ‖ context length[2] ‖ context ‖ count[2] ‖ EDK …
//!    ‖ content type[1] ‖ frame length[4] ‖ commitment[32] ‖ tag[16]
//! └──────────────────────────── authenticated ────────────┘
//! ```
//! The context stands as [`Context`] prints it. Version 1 commits to no key and is refused.

use core::num::NonZeroU32;

use super::super::context::{Context, MAX_LEN as MAX_CONTEXT_LEN};
use super::super::reader::Reader;
use super::edk::{Edk, Edks};
use super::{
    MAX_EDKS, MAX_FRAME_LEN, MAX_HEADER_LEN, Malformed, Rule, SUITE, broken, check_suite, put,
    put_counted,
};

/// Length of the tag at the end, in bytes.
pub const TAG_LEN: usize = 16;

/// A header, taken apart.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Header<'a> {
    /// What the keys of this message are derived with.
    pub message_id: &'a [u8; 32],
    /// The encryption context as it stands: additional data of whoever wrapped the data key.
    pub context: &'a [u8],
    /// The wrapped data keys.
    pub edks: Edks<'a>,
    /// Bytes of content of every frame but the final one: 1..=[`MAX_FRAME_LEN`].
    pub frame_len: NonZeroU32,
    /// What the data key must derive.
    pub commitment: &'a [u8; 32],
    /// All of the above as it stood: authenticated.
    pub bytes: &'a [u8],
    /// The tag of AES-256-GCM over them.
    pub tag: &'a [u8; TAG_LEN],
}

impl<'a> Header<'a> {
    /// Takes the header at the front of `bytes` apart, and returns what follows it too.
    ///
    /// `bytes` are the first [`MAX_HEADER_LEN`] bytes of the message, or all, if it has fewer.
    ///
    /// # Errors
    ///
    /// [`Malformed`] at the first field that is not of the format, or that is not supported.
    pub fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Malformed> {
        let front = bytes.get(..MAX_HEADER_LEN).unwrap_or(bytes);
        let mut reader = Reader::new(front);
        let (message_id, context, edks) = Self::read_front(&mut reader)?;
        match reader.u8() {
            Some(FRAMED) => Ok(()),
            Some(NON_FRAMED) => Err(broken("content type non-framed", Rule::Unsupported)),
            Some(_) => Err(broken("content type", Rule::Registered)),
            None => Err(broken("content type", Rule::Length)),
        }?;
        let frame_len = reader.u32().ok_or(broken("frame length", Rule::Length))?;
        let frame_len = NonZeroU32::new(frame_len).filter(|len| len.get() <= MAX_FRAME_LEN);
        let frame_len = frame_len.ok_or(broken("frame length", Rule::Range))?;
        let commitment = reader.array().ok_or(broken("commitment", Rule::Length))?;
        let len = front.len().saturating_sub(reader.len());
        let tag = reader.array().ok_or(broken("header tag", Rule::Length))?;
        let rest = bytes.get(len.saturating_add(TAG_LEN)..).unwrap_or_default();
        let bytes = front.get(..len).unwrap_or_default();
        Ok((Self { message_id, context, edks, frame_len, commitment, bytes, tag }, rest))
    }

    fn read_front(
        reader: &mut Reader<'a>,
    ) -> Result<(&'a [u8; 32], &'a [u8], Edks<'a>), Malformed> {
        match reader.u8() {
            Some(VERSION) => Ok(()),
            Some(1) => Err(broken("message version 1", Rule::Unsupported)),
            Some(_) => Err(broken("message version", Rule::Registered)),
            None => Err(broken("message version", Rule::Length)),
        }?;
        check_suite(reader.u16().ok_or(broken("algorithm suite", Rule::Length))?)?;
        let message_id = reader.array().ok_or(broken("message id", Rule::Length))?;
        let len = reader.u16().ok_or(broken("encryption context", Rule::Length))?;
        let context = reader.take(usize::from(len));
        let context = context.filter(|context| context.len() <= MAX_CONTEXT_LEN);
        let context = context.ok_or(broken("encryption context", Rule::Length))?;
        check_context(context)?;
        Ok((message_id, context, Edks::read(reader)?))
    }

    /// The pairs of the context, in ascending order of their keys.
    pub fn pairs(&self) -> Pairs<'a> {
        let mut rest = Reader::new(self.context);
        let _ = rest.u16(); // Their number, which was checked.
        Pairs { rest }
    }
}

/// The pairs of an encryption context.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    rest: Reader<'a>,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        // All of it was read once: an error is the end.
        Some((text(&mut self.rest).ok()?, text(&mut self.rest).ok()?))
    }
}

/// Pairs in strictly ascending order and nothing else: then no two contexts stand alike.
fn check_context(bytes: &[u8]) -> Result<(), Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.is_empty() {
        return Ok(());
    }
    let count = reader.u16().filter(|&count| count > 0);
    let count = count.ok_or(broken("encryption context", Rule::Syntax))?;
    let mut before = None;
    for _ in 0..count {
        let key = text(&mut reader)?;
        text(&mut reader)?;
        if before.is_some_and(|before| before == key) {
            return Err(broken("encryption context key", Rule::Repeated));
        }
        if before.is_some_and(|before| before > key) {
            return Err(broken("order of the encryption context", Rule::Syntax));
        }
        before = Some(key);
    }
    let done = reader.is_empty().then_some(());
    done.ok_or(broken("encryption context", Rule::Trailing))
}

fn text<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Malformed> {
    let len = reader.u16().ok_or(broken("encryption context", Rule::Length))?;
    let bytes = reader.take(usize::from(len)).ok_or(broken("encryption context", Rule::Length))?;
    core::str::from_utf8(bytes).map_err(|_| broken("encryption context", Rule::Utf8))
}

/// What a header is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// What the keys of this message are derived with.
    pub message_id: &'a [u8; 32],
    /// The encryption context.
    pub context: &'a Context<'a>,
    /// The wrapped data keys: 1..=[`MAX_EDKS`].
    pub edks: &'a [Edk<'a>],
    /// Bytes of content of every frame but the final one: 1..=[`MAX_FRAME_LEN`].
    pub frame_len: NonZeroU32,
    /// What the data key derives.
    pub commitment: &'a [u8; 32],
}

impl Parts<'_> {
    /// Prints the header without its tag at the front of `out`.
    ///
    /// `None` where a part is out of its range, or the header does not fit, or would be longer
    /// than [`MAX_HEADER_LEN`] with its tag.
    pub fn print<'o>(&self, out: &'o mut [u8]) -> Option<&'o mut [u8]> {
        let sound = (1..=MAX_EDKS).contains(&self.edks.len());
        let sound = sound && self.frame_len.get() <= MAX_FRAME_LEN;
        let all = sound.then_some(out.len())?.min(MAX_HEADER_LEN.saturating_sub(TAG_LEN));
        let mut room = out.get_mut(..all)?;
        put(&mut room, &[VERSION])?;
        put(&mut room, &SUITE.to_be_bytes())?;
        put(&mut room, self.message_id)?;
        let mut context = [0; MAX_CONTEXT_LEN];
        put_counted(&mut room, self.context.serialize(&mut context)?)?;
        put(&mut room, &u16::try_from(self.edks.len()).ok()?.to_be_bytes())?;
        self.edks.iter().try_for_each(|edk| edk.print(&mut room))?;
        put(&mut room, &[FRAMED])?;
        put(&mut room, &self.frame_len.get().to_be_bytes())?;
        put(&mut room, self.commitment)?;
        let len = all.checked_sub(room.len())?;
        out.get_mut(..len)
    }
}

/// The version of the header.
const VERSION: u8 = 2;

/// The content types: one block, or frames.
const NON_FRAMED: u8 = 1;
const FRAMED: u8 = 2;

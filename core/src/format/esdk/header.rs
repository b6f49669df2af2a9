//! The header of a message, version 2.
//!
//! ```text
//! 02 ‖ suite[2] ‖ message id[32] ‖ context length[2] ‖ context ‖ count[2] ‖ EDK …
//!    ‖ content type[1] ‖ frame length[4] ‖ commitment[32] ‖ tag[16]
//! └──────────────────────────── authenticated ────────────┘
//! ```
//! The context stands as [`Context`] prints it; of a signed message, it has the key that checks the
//! signature. A message that is not in frames has frame length 0. Version 1 commits to no key.

use core::num::NonZeroU32;

use super::super::base64;
use super::super::context::{Context, MAX_LEN as MAX_CONTEXT_LEN};
use super::super::reader::Reader;
use super::edk::{Edk, Edks};
use super::suite::{Suite, uncommitted};
use super::{MAX_EDKS, MAX_FRAME_LEN, MAX_HEADER_LEN, Malformed, Rule, broken, put, put_counted};

/// Length of the tag at the end, in bytes.
pub const TAG_LEN: usize = 16;

/// The key of the encryption context under which the public key of a signed message stands.
pub const PUBLIC_KEY: &str = "aws-crypto-public-key";

/// How the body of a message is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ContentType {
    /// In frames of so many bytes of content, but for the final one: 1..=[`MAX_FRAME_LEN`].
    Framed(NonZeroU32),
    /// It is one block.
    NonFramed,
}

/// A header, taken apart.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Header<'a> {
    /// The algorithm suite.
    pub suite: Suite,
    /// What the keys of this message are derived with.
    pub message_id: &'a [u8; 32],
    /// The encryption context as it stands: additional data of whoever wrapped the data key.
    pub context: &'a [u8],
    /// The wrapped data keys.
    pub edks: Edks<'a>,
    /// How the body is cut.
    pub content_type: ContentType,
    /// The point of the curve that checks the signature; of a signed message only.
    pub public_key: Option<[u8; 49]>,
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
        let suite = read_suite(&mut reader)?;
        let message_id = reader.array().ok_or(broken("message id", Rule::Length))?;
        // req ESDK-HEADER-1: a header of version 2 has its fields in this order, and nothing else
        let context = read_context(&mut reader)?;
        let public_key = public_key(suite, Pairs::of(context))?;
        let edks = Edks::read(&mut reader)?;
        let content_type = read_content_type(&mut reader)?;
        let commitment = reader.array().ok_or(broken("commitment", Rule::Length))?;
        let len = front.len().saturating_sub(reader.len());
        let tag = reader.array().ok_or(broken("header tag", Rule::Length))?;
        let rest = bytes.get(len.saturating_add(TAG_LEN)..).unwrap_or_default();
        let bytes = front.get(..len).unwrap_or_default();
        let header = Self {
            suite,
            message_id,
            context,
            edks,
            content_type,
            public_key,
            commitment,
            bytes,
            tag,
        };
        Ok((header, rest))
    }

    /// The pairs of the context, in ascending order of their keys.
    pub fn pairs(&self) -> Pairs<'a> {
        Pairs::of(self.context)
    }
}

/// The pairs of an encryption context.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    rest: Reader<'a>,
}

impl<'a> Pairs<'a> {
    /// Of a context that was checked.
    fn of(context: &'a [u8]) -> Self {
        let mut rest = Reader::new(context);
        let _ = rest.u16(); // Their number.
        Self { rest }
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        // All of it was read once: an error is the end.
        Some((text(&mut self.rest).ok()?, text(&mut self.rest).ok()?))
    }
}

// req ESDK-SUITE-1: suites that do not commit to a key are refused by name
fn read_suite(reader: &mut Reader<'_>) -> Result<Suite, Malformed> {
    match reader.u8() {
        Some(VERSION) => {}
        Some(1) => {
            // type[1] ‖ suite[2]
            let id = reader.u8().and_then(|_| reader.u16());
            let other = broken("message version 1", Rule::Unsupported);
            return Err(id.and_then(uncommitted).unwrap_or(other));
        }
        Some(_) => return Err(broken("message version", Rule::Registered)),
        None => return Err(broken("message version", Rule::Length)),
    }
    Suite::parse(reader.u16().ok_or(broken("algorithm suite", Rule::Length))?)
}

fn read_context<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    let len = reader.u16().ok_or(broken("encryption context", Rule::Length))?;
    let context = reader.take(usize::from(len));
    let context = context.filter(|context| context.len() <= MAX_CONTEXT_LEN);
    let context = context.ok_or(broken("encryption context", Rule::Length))?;
    check_context(context)?;
    Ok(context)
}

fn read_content_type(reader: &mut Reader<'_>) -> Result<ContentType, Malformed> {
    let content_type = reader.u8().ok_or(broken("content type", Rule::Length))?;
    let frame_len = reader.u32().ok_or(broken("frame length", Rule::Length))?;
    match (content_type, NonZeroU32::new(frame_len)) {
        (FRAMED, Some(len)) if len.get() <= MAX_FRAME_LEN => Ok(ContentType::Framed(len)),
        (NON_FRAMED, None) => Ok(ContentType::NonFramed),
        (FRAMED | NON_FRAMED, _) => Err(broken("frame length", Rule::Range)),
        _ => Err(broken("content type", Rule::Registered)),
    }
}

/// The public key of a signed message. One that is not signed must not have it: it would pass for
/// signed with who looks at the context alone.
fn public_key(suite: Suite, mut pairs: Pairs<'_>) -> Result<Option<[u8; 49]>, Malformed> {
    let text = pairs.find_map(|(key, value)| (key == PUBLIC_KEY).then_some(value));
    match (suite.is_signed(), text) {
        (false, None) => Ok(None),
        (false, Some(_)) => Err(broken(PUBLIC_KEY, Rule::Forbidden)),
        (true, None) => Err(broken(PUBLIC_KEY, Rule::Required)),
        (true, Some(text)) => {
            let mut room = [0; 51];
            let point =
                base64::decode(text, &mut room).map_err(|_| broken(PUBLIC_KEY, Rule::Syntax))?;
            let point = point.try_into().map_err(|_| broken(PUBLIC_KEY, Rule::Length))?;
            Ok(Some(point))
        }
    }
}

// req ESDK-HEADER-2: the pairs of a context stand in the order of their UTF-8 bytes, none twice
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
    /// The algorithm suite.
    pub suite: Suite,
    /// What the keys of this message are derived with.
    pub message_id: &'a [u8; 32],
    /// The encryption context.
    pub context: &'a Context<'a>,
    /// The wrapped data keys: 1..=[`MAX_EDKS`].
    pub edks: &'a [Edk<'a>],
    /// How the body is cut.
    pub content_type: ContentType,
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
        let (content_type, frame_len) = match self.content_type {
            ContentType::Framed(len) => (FRAMED, len.get()),
            ContentType::NonFramed => (NON_FRAMED, 0),
        };
        let sound = sound && frame_len <= MAX_FRAME_LEN;
        let all = sound.then_some(out.len())?.min(MAX_HEADER_LEN.saturating_sub(TAG_LEN));
        let mut room = out.get_mut(..all)?;
        put(&mut room, &[VERSION])?;
        put(&mut room, &self.suite.id().to_be_bytes())?;
        put(&mut room, self.message_id)?;
        let mut context = [0; MAX_CONTEXT_LEN];
        put_counted(&mut room, self.context.serialize(&mut context)?)?;
        put(&mut room, &u16::try_from(self.edks.len()).ok()?.to_be_bytes())?;
        self.edks.iter().try_for_each(|edk| edk.print(&mut room))?;
        put(&mut room, &[content_type])?;
        put(&mut room, &frame_len.to_be_bytes())?;
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

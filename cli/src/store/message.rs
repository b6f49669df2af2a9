//! A message of the AWS Encryption SDK from a stream, and back: a frame in memory at a time.

use std::fs::File;
use std::io::{self, Read, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::raw_aes::{self, FreshIv};
use reelseal_core::envelope::esdk::{Body, FreshMessageId, Sealer};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::frame::MAX_OVERHEAD;
use reelseal_core::format::esdk::{Edk, Frame, Header, Kind, MAX_HEADER_LEN, RawAes};
use reelseal_core::format::{Malformed, context};
use reelseal_core::secret::{Kek, MessageKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{ObjectName, hex};
use crate::error::Error;
use crate::keyservice::EncryptionContext;
use crate::package::{interrupt, write_error};
use crate::random;

/// The name space of the raw AES keyring that reads our messages. The key's name is the object's
/// ARN.
pub const NAME_SPACE: &str = "reelseal-store";

/// Bytes of a frame.
const FRAME_LEN: NonZeroU32 = NonZeroU32::new(1 << 20).expect("not zero");

/// What is read: a file, or standard input without Rust's buffer, which is not erased.
pub(super) struct Input {
    path: PathBuf,
    file: File,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = if path == Path::new("-") {
            use std::os::fd::AsFd;
            io::stdin().as_fd().try_clone_to_owned().map(File::from)
        } else {
            File::open(path)
        };
        let file = file.map_err(|error| Error::io("cannot read", path, &error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        fill(&mut self.file, buffer).map_err(|error| Error::io("cannot read", &self.path, &error))
    }
}

/// What was sealed.
pub(super) struct Sealed {
    /// Bytes that went in.
    pub(super) clear_len: u64,
    /// Bytes of the message.
    pub(super) len: u64,
    /// SHA-256 of the message.
    pub(super) sha256: String,
}

/// Seals all of `from` under a fresh data key, which `kek` wraps.
pub(super) fn seal(
    mut from: Input,
    kek: &Kek,
    name: &ObjectName,
    context: &EncryptionContext,
    to: &mut dyn Write,
    path: &Path,
) -> Result<Sealed, Error> {
    let mut out = Out { to, path, sha256: Sha256::new(), len: 0 };
    let mut sealer = begin(kek, name, context, &mut out)?;
    let frame_len = usize::try_from(FRAME_LEN.get()).map_err(|_| too_long())?;
    // One byte more than a frame: by it a frame is known not to be the last.
    let mut buffer = Zeroizing::new(vec![0; frame_len + 1]);
    let (mut held, mut clear_len) = (0, 0);
    loop {
        interrupt::check()?;
        held += from.fill(buffer.get_mut(held..).unwrap_or_default())?;
        let (content, more) = buffer.split_at_mut(held.min(frame_len));
        clear_len += u64::try_from(content.len()).map_err(|_| too_long())?;
        if held <= frame_len {
            let (head, tag) = sealer.finish(content).ok_or_else(too_long)?;
            out.frame(&head, content, &tag)?;
            break;
        }
        let (head, tag) = sealer.seal(content).ok_or_else(too_long)?;
        out.frame(&head, content, &tag)?;
        content.iter_mut().zip(more).for_each(|(first, next)| *first = *next);
        held = 1;
    }
    Ok(Sealed { clear_len, len: out.len, sha256: hex(&out.sha256.finalize()) })
}

fn begin(
    kek: &Kek,
    name: &ObjectName,
    context: &EncryptionContext,
    out: &mut Out<'_>,
) -> Result<Sealer, Error> {
    let mut pairs: Vec<(&str, &str)> = context.pairs().collect();
    let context = Context::new(&mut pairs).map_err(|error| malformed(name, error))?;
    let key = MessageKey::new(*random::fresh_key()?);
    let (iv, arn) = (FreshIv::new(*random::fresh_key()?), name.arn());
    let mut room = vec![0; MAX_HEADER_LEN];
    let info = RawAes { key_name: arn.as_bytes(), iv: iv.bytes() }.print(&mut room);
    let info = info.ok_or_else(too_long)?.to_vec();
    let ciphertext = raw_aes::wrap(kek, iv, &context, &key).ok_or_else(too_long)?;
    let edk = Edk { provider_id: NAME_SPACE, provider_info: &info, ciphertext: &ciphertext };
    let id = FreshMessageId::new(*random::fresh_key()?);
    let begun = Sealer::new(&key, id, &context, &[edk], FRAME_LEN, &mut room);
    let (sealer, header) = begun.ok_or_else(too_long)?;
    out.put(header)?;
    Ok(sealer)
}

/// Opens the message in `body` into `to`. Only authentic frames are written; that all of them
/// were is known when this returns `Ok`.
pub(super) fn open(
    mut body: &File,
    kek: &Kek,
    name: &ObjectName,
    bound_to: &EncryptionContext,
    to: &mut dyn Write,
    path: &Path,
) -> Result<(), Error> {
    let failed = |error: io::Error| Error::system(format!("cannot read {name}: {error}"));
    let inauthentic = |error: Inauthentic| Error::inauthentic(format!("{name}: {error}"));
    let mut front = vec![0; MAX_HEADER_LEN];
    let len = fill(&mut body, &mut front).map_err(failed)?;
    let front = front.get(..len).unwrap_or_default();
    let (header, rest) = Header::parse(front).map_err(|error| malformed(name, error))?;
    if !header.pairs().eq(bound_to.pairs()) {
        return Err(inauthentic(Inauthentic));
    }
    let ours = |edk: &Edk<'_>| edk.provider_id == NAME_SPACE;
    let edk = header.edks.clone().find(ours).ok_or_else(|| inauthentic(Inauthentic))?;
    let key = raw_aes::unwrap(kek, &header, &edk).map_err(inauthentic)?;
    let Body::Framed(mut opener) = Body::open(&header, &key).map_err(inauthentic)? else {
        return Err(Error::malformed(format!("{name}: the message is not in frames")));
    };

    let mut input = rest.chain(body);
    let frame_len = usize::try_from(opener.frame_len().get()).map_err(|_| too_long())?;
    let mut window = Zeroizing::new(vec![0; frame_len + MAX_OVERHEAD]);
    let mut held = 0;
    loop {
        interrupt::check()?;
        held += fill(&mut input, window.get_mut(held..).unwrap_or_default()).map_err(failed)?;
        let bytes = window.get_mut(..held).unwrap_or_default();
        let frame = Frame::parse(bytes, opener.frame_len());
        let (frame, after) = frame.map_err(|error| malformed(name, error))?;
        let (kind, after) = (frame.kind, after.len());
        let content = opener.open(frame).map_err(inauthentic)?;
        to.write_all(content).map_err(|error| write_error(path, &error))?;
        if kind == Kind::Final {
            if after > 0 || fill(&mut input, &mut [0]).map_err(failed)? > 0 {
                let message = format!("{name}: bytes follow the end of the message");
                return Err(Error::malformed(message));
            }
            return opener.finish(None).map_err(inauthentic);
        }
        window.copy_within(held - after..held, 0);
        held = after;
    }
}

/// Where a message goes, counted and hashed on the way.
struct Out<'a> {
    to: &'a mut dyn Write,
    path: &'a Path,
    sha256: Sha256,
    len: u64,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.sha256.update(bytes);
        self.len += u64::try_from(bytes.len()).map_err(|_| too_long())?;
        self.to.write_all(bytes).map_err(|error| write_error(self.path, &error))
    }

    fn frame(&mut self, head: &[u8], content: &[u8], tag: &[u8]) -> Result<(), Error> {
        self.put(head)?;
        self.put(content)?;
        self.put(tag)
    }
}

/// Reads until `buffer` is full or the input ends; how much.
pub(super) fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
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

fn malformed(name: &ObjectName, error: Malformed) -> Error {
    Error::malformed(format!("{name}: {error}"))
}

/// 2³² − 1 frames of 1 MiB, or a context longer than any name makes it.
fn too_long() -> Error {
    let limit = context::MAX_LEN;
    Error::refused(format!("the object has more than 4 PiB, or a context of more than {limit}"))
}

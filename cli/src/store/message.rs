//! The message of an object: of the AWS Encryption SDK, its data key under the object's key.

use std::fs::File;
use std::io::{self, Read, Write};
use std::num::NonZeroU32;
use std::path::Path;

use reelseal_core::Inauthentic;
use reelseal_core::format::esdk::{Header, MAX_HEADER_LEN};
use reelseal_core::secret::MessageKey;
use sha2::{Digest, Sha256};

use super::{ObjectName, hex};
use crate::error::Error;
use crate::esdk::stream::{self, Source};
use crate::esdk::{KeyName, WrappingKey, keys};
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::write_error;
use crate::random;

/// The name space of the raw AES keyring that reads our messages. The key's name is the object's
/// ARN.
pub const NAME_SPACE: &str = "reelseal-store";

/// Bytes of a frame.
const FRAME_LEN: NonZeroU32 = NonZeroU32::new(1 << 20).expect("not zero");

/// What is read.
pub(super) struct Input<'a> {
    place: &'a Place,
    reader: Box<dyn Read + Send>,
}

impl<'a> Input<'a> {
    pub(super) fn open(place: &'a Place) -> Result<Self, Error> {
        Ok(Self { place, reader: place.reader()? })
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

/// The object's key, by the name under which its message has it.
pub(super) fn object_key(bytes: &[u8], name: &ObjectName) -> Result<WrappingKey, Error> {
    let key_name = KeyName { namespace: Some(NAME_SPACE.to_owned()), name: Some(name.arn()) };
    WrappingKey::new(bytes, key_name).map_err(|error| error.at(name))
}

/// Seals all of `from` under a fresh data key, which `own` wraps.
pub(super) fn seal(
    from: Input<'_>,
    own: &WrappingKey,
    name: &ObjectName,
    context: &EncryptionContext,
    to: &mut dyn Write,
    path: &Path,
) -> Result<Sealed, Error> {
    let key = MessageKey::new(*random::fresh_key()?);
    let edk = keys::by_hand(own, &key, context)?;
    let Input { place, reader } = from;
    let failed = |error: &io::Error| place.read_error(error);
    let mut source = Source { name: name.as_str(), input: reader, failed: &failed };
    let (mut sha256, mut len) = (Sha256::new(), 0);
    let put = &mut |bytes: &[u8]| {
        sha256.update(bytes);
        len += u64::try_from(bytes.len()).unwrap_or(0);
        to.write_all(bytes).map_err(|error| write_error(path, &error))
    };
    let clear_len = stream::seal(&mut source, &key, context, &[edk], FRAME_LEN, put)?;
    Ok(Sealed { clear_len, len, sha256: hex(&sha256.finalize()) })
}

/// Opens the message in `body` into `to`. Only authentic frames are written; that all of them
/// were is known when this returns `Ok`.
pub(super) fn open(
    mut body: &File,
    own: &WrappingKey,
    name: &ObjectName,
    bound_to: &EncryptionContext,
    to: &mut dyn Write,
    out: &Place,
) -> Result<(), Error> {
    let failed = |error: &io::Error| Error::system(format!("cannot read {name}: {error}"));
    let mut front = vec![0; MAX_HEADER_LEN];
    let len = stream::fill(&mut body, &mut front).map_err(|error| failed(&error))?;
    let front = front.get(..len).unwrap_or_default();
    let (header, rest) =
        Header::parse(front).map_err(|error| Error::malformed(format!("{name}: {error}")))?;
    let inauthentic = || Error::inauthentic(format!("{name}: {Inauthentic}"));
    if !header.pairs().eq(bound_to.pairs()) {
        return Err(inauthentic());
    }
    let nobody = LazyService::new(|| Err(Error::bug("a key service was asked for a message")));
    let readers = keys::Readers { key_id: None, own: Some(own) };
    let opened = keys::open(&header, readers, &nobody).map_err(|_| inauthentic())?;
    let mut from = Source { name: name.as_str(), input: rest.chain(body), failed: &failed };
    let put = &mut |bytes: &[u8]| to.write_all(bytes).map_err(|error| out.write_error(&error));
    stream::open(&mut from, opened.body, header.suite.is_signed(), put).map(drop)
}

//! The data key of a message: made and wrapped for each who may read it, or unwrapped by the first
//! who can.

use std::path::Path;

use reelseal_core::envelope::esdk::Body;
use reelseal_core::envelope::esdk::raw_aes::{self, FreshIv};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::{Edk, Header, RawAes};
use reelseal_core::secret::{Kek, MessageKey};
use zeroize::Zeroizing;

use super::stream::too_long;
use crate::error::{Error, Kind};
use crate::keyservice::{EncryptionContext, KeyService, KmsError, LazyService, private};
use crate::random;

/// The provider id of keys that AWS KMS wrapped.
pub(super) const AWS_KMS: &str = "aws-kms";

/// How a raw AES keyring names a key; what is `None` may be anything.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeyName {
    /// The name space: the provider id.
    pub namespace: Option<String>,
    /// The name in it.
    pub name: Option<String>,
}

/// An AES key of the user's that wraps data keys. Erased on drop.
#[derive(Debug)]
pub struct WrappingKey {
    kek: Kek,
    name: KeyName,
}

impl WrappingKey {
    /// Reads the key in the file `path`, which is its owner's alone.
    ///
    /// # Errors
    ///
    /// It cannot be read, others can read it, or it has no length of an AES key.
    pub fn read(path: &Path, name: KeyName) -> Result<Self, Error> {
        let bytes = private::read(path, MAX_KEY_FILE_LEN)?.ok_or_else(|| {
            Error::system(format!("cannot read {}: there is no such file", path.display()))
        })?;
        Self::new(&bytes, name).map_err(|error| error.at(path.display()))
    }

    /// Takes 16, 24 or 32 bytes.
    ///
    /// # Errors
    ///
    /// They are another number.
    pub fn new(bytes: &[u8], name: KeyName) -> Result<Self, Error> {
        let kek = if let Ok(key) = bytes.try_into().map(Zeroizing::new) {
            Kek::new_128(*key)
        } else if let Ok(key) = bytes.try_into().map(Zeroizing::new) {
            Kek::new_192(*key)
        } else if let Ok(key) = bytes.try_into().map(Zeroizing::new) {
            Kek::new_256(*key)
        } else {
            let message = format!("an AES key has 16, 24 or 32 bytes; this has {}", bytes.len());
            let error = Error::malformed(message);
            return Err(error.hint("the bytes as they are: no text, no line end behind them"));
        };
        Ok(Self { kek, name })
    }

    /// Whether a raw AES keyring with this key would try to unwrap `edk`.
    fn fits(&self, edk: &Edk<'_>) -> bool {
        let KeyName { namespace, name } = &self.name;
        let named =
            |info: RawAes<'_>| name.as_ref().is_none_or(|name| name.as_bytes() == info.key_name);
        !edk.provider_id.starts_with(AWS_KMS)
            && namespace.as_ref().is_none_or(|namespace| namespace == edk.provider_id)
            && RawAes::parse(edk.provider_info).is_ok_and(named)
    }
}

/// A wrapped data key, for a header.
#[derive(Debug)]
pub(crate) struct OwnedEdk {
    provider_id: String,
    provider_info: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl OwnedEdk {
    pub(crate) fn borrow(&self) -> Edk<'_> {
        let Self { provider_id, provider_info, ciphertext } = self;
        Edk { provider_id, provider_info, ciphertext }
    }

    /// Whose key it is wrapped by, as reports have it.
    pub(super) fn name(&self) -> String {
        shown_name(&self.borrow())
    }
}

/// A fresh data key, wrapped by each of `key_ids` in the key service, and by `own`.
pub(super) fn make(
    key_ids: &[String],
    own: Option<&WrappingKey>,
    context: &EncryptionContext,
    service: &LazyService<'_>,
) -> Result<(MessageKey, Vec<OwnedEdk>), Error> {
    let mut edks = Vec::new();
    let key = match key_ids {
        [] => random::fresh_key()?,
        [first, others @ ..] => {
            let service = service.get()?;
            let made = service.generate_data_key(first, KEY_LEN, context)?;
            edks.push(by_kms(made.key.key_arn, made.wrapped));
            for other in others {
                let wrapped = service.encrypt(other, &made.plaintext, context)?;
                edks.push(by_kms(wrapped.key.key_arn, wrapped.wrapped));
            }
            message_key(&made.plaintext)
                .ok_or_else(|| Error::bug("the key service gave another length than asked for"))?
        }
    };
    let key = MessageKey::new(*key);
    if let Some(own) = own {
        edks.push(by_hand(own, &key, context)?);
    }
    Ok((key, edks))
}

fn by_kms(arn: String, ciphertext: Vec<u8>) -> OwnedEdk {
    OwnedEdk { provider_id: AWS_KMS.to_owned(), provider_info: arn.into_bytes(), ciphertext }
}

/// Wraps `key` as a raw AES keyring of `own` does.
pub(crate) fn by_hand(
    own: &WrappingKey,
    key: &MessageKey,
    context: &EncryptionContext,
) -> Result<OwnedEdk, Error> {
    let KeyName { namespace: Some(namespace), name: Some(name) } = &own.name else {
        return Err(Error::bug("a wrapping key without a name"));
    };
    let mut pairs: Vec<(&str, &str)> = context.pairs().collect();
    let context = Context::new(&mut pairs).map_err(|error| Error::refused(error.to_string()))?;
    let iv = FreshIv::new(*random::fresh_key()?);
    let mut room = vec![0; name.len() + 20];
    let info = RawAes { key_name: name.as_bytes(), iv: iv.bytes() }.print(&mut room);
    let provider_info = info.ok_or_else(too_long)?.to_vec();
    let ciphertext = raw_aes::wrap(&own.kek, iv, &context, key).ok_or_else(too_long)?.to_vec();
    Ok(OwnedEdk { provider_id: namespace.clone(), provider_info, ciphertext })
}

/// Who may have wrapped a data key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Readers<'a> {
    /// A key of the key service.
    pub(crate) key_id: Option<&'a str>,
    /// A key of the user's own. Where there is one and no `key_id`, no service is asked.
    pub(crate) own: Option<&'a WrappingKey>,
}

/// A message whose header was found authentic.
pub(crate) struct Unwrapped {
    pub(crate) body: Body,
    /// The ARN of the key that unwrapped the data key, or the name of a raw one.
    pub(crate) by: String,
}

/// Opens the header with the first of its wrapped keys that one of `readers` can unwrap.
pub(crate) fn open(
    header: &Header<'_>,
    readers: Readers<'_>,
    service: &LazyService<'_>,
) -> Result<Unwrapped, Error> {
    let mut refusal = None;
    for edk in header.edks.clone() {
        let tried = match edk.provider_id {
            AWS_KMS => readers.kms_arn(&edk).map(|arn| {
                let key = ask(service.get()?, readers.key_id.unwrap_or(arn), header, &edk)?;
                Ok((key, shown_name(&edk)))
            }),
            _ => readers.own.filter(|own| own.fits(&edk)).map(|own| {
                let key = raw_aes::unwrap(&own.kek, header, &edk);
                key.map(|key| (key, shown_name(&edk))).map_err(|error| inauthentic(&error))
            }),
        };
        let opened = tried.map(|tried| {
            let (key, by) = tried?;
            let body = Body::open(header, &key).map_err(|error| inauthentic(&error))?;
            Ok(Unwrapped { body, by })
        });
        match opened {
            None => {}
            Some(Ok(unwrapped)) => return Ok(unwrapped),
            Some(Err(error)) if !is_final(&error) => drop(refusal.get_or_insert(error)),
            Some(Err(error)) => return Err(error),
        }
    }
    Err(refusal.unwrap_or_else(|| none_fits(header)))
}

impl Readers<'_> {
    /// The ARN in an `aws-kms` one, where the service is to be asked for it.
    fn kms_arn<'a>(&self, edk: &Edk<'a>) -> Option<&'a str> {
        let arn = std::str::from_utf8(edk.provider_info).ok()?;
        let fits = match self.key_id {
            None => self.own.is_none(),
            // A key of several Regions has several ARNs; an alias has none of its key's.
            Some(id) if id.starts_with("alias/") || id.contains(":alias/") => true,
            Some(id) if id.contains("mrk-") => true,
            Some(id) => arn == id || arn.rsplit_once(":key/").is_some_and(|(_, own)| own == id),
        };
        fits.then_some(arn)
    }
}

fn ask(
    service: &dyn KeyService,
    key_id: &str,
    header: &Header<'_>,
    edk: &Edk<'_>,
) -> Result<MessageKey, Error> {
    let context: EncryptionContext = header.pairs().collect();
    let answer = service.decrypt(edk.ciphertext, Some(key_id), &context).map_err(|error| {
        let place = format!("the data key under {}", shown(edk.provider_info));
        match error {
            KmsError::Exception(_) => Error::from(error).at(place),
            KmsError::Failed(error) => error,
        }
    })?;
    let key = message_key(&answer.plaintext).ok_or_else(|| {
        let len = answer.plaintext.len();
        Error::malformed(format!("the wrapped data key holds {len} bytes; it must have {KEY_LEN}"))
    })?;
    Ok(MessageKey::new(*key))
}

fn message_key(bytes: &[u8]) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    bytes.try_into().ok().map(Zeroizing::new)
}

/// Whether no other wrapped key is to be tried after `error`: it is not about the key.
fn is_final(error: &Error) -> bool {
    !matches!(error.kind(), Kind::KeyService(_) | Kind::Inauthentic | Kind::Malformed)
}

fn none_fits(header: &Header<'_>) -> Error {
    let names = header.edks.clone().map(|edk| shown_name(&edk)).collect::<Vec<_>>().join(", ");
    Error::refused(format!("none of the keys given has wrapped the data key; these have: {names}"))
        .hint("--key-id KEY, or --wrapping-key FILE of a raw AES keyring")
}

/// The ARN of a key of AWS KMS, or name space and name of a raw AES key.
fn shown_name(edk: &Edk<'_>) -> String {
    let namespace = edk.provider_id.escape_debug();
    match RawAes::parse(edk.provider_info) {
        _ if edk.provider_id == AWS_KMS => shown(edk.provider_info),
        Ok(info) => format!("{namespace}: {}", shown(info.key_name)),
        Err(_) => namespace.to_string(),
    }
}

/// What a message says of a key, which may be anything.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).escape_debug().to_string()
}

fn inauthentic(error: &reelseal_core::Inauthentic) -> Error {
    Error::inauthentic(error.to_string())
}

/// Bytes of a data key.
const KEY_LEN: usize = 32;

/// Room to notice that a file is too long for a key.
const MAX_KEY_FILE_LEN: u64 = 4096;

//! The data key of an object: unwrapped by whoever can, or made and wrapped.

use std::path::{Path, PathBuf};

use reelseal_core::Inauthentic;
use reelseal_core::envelope::s3ec::{
    AskKms, DataKey, FreshIv, Step, WrongContext, is_reserved, oaep_payload, step, wrap_aes_gcm,
};
use reelseal_core::format::context::Context;
use reelseal_core::format::s3ec::{CEK_ALG_CONTEXT, Header, Suite, Wrap};
use reelseal_core::policy::Admitted;
use zeroize::Zeroizing;

use super::fields::{description, to_ascii_json};
use super::wrapping_key::{WrappingKey, encrypt_oaep};
use crate::error::Error;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::random;

/// What may open an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys<'a> {
    /// A key of the user's own.
    pub(super) wrapping_key: Option<&'a Path>,
    /// The key of the key service that must have wrapped the data key.
    pub(super) key_id: Option<&'a str>,
    /// The encryption context that is expected, without the client's own pairs.
    pub(super) context: Option<&'a EncryptionContext>,
}

/// A data key, and who unwrapped it.
pub(super) struct OpenKey {
    pub(super) key: DataKey,
    /// The key of the key service, where that was asked.
    pub(super) arn: Option<String>,
}

/// Unwraps the data key of an object. [`Inauthentic`]: with this wrapping key it does not unwrap.
pub(super) fn unwrap(
    admitted: &Admitted<'_>,
    keys: &Keys<'_>,
    service: &LazyService<'_>,
) -> Result<Result<OpenKey, Inauthentic>, Error> {
    let by_hand = |key: Result<DataKey, Inauthentic>| key.map(|key| OpenKey { key, arn: None });
    match step(admitted) {
        Step::Kms(ask) => {
            refuse_wrapping_key(keys)?;
            let stored = description(admitted.header())?;
            let request = check_context(ask, &stored, keys)?;
            let service = service.get()?;
            let answer = service.decrypt(request.ciphertext_blob(), keys.key_id, &stored)?;
            let arn = Some(answer.key.key_arn);
            Ok(request.complete(&answer.plaintext).map(|key| OpenKey { key, arn }))
        }
        Step::Unwrap(unwrap) => {
            let key = own_key(admitted.header(), keys)?;
            Ok(by_hand(unwrap.unwrap(key.kek()?)))
        }
        Step::Rsa(ask) => {
            let key = own_key(admitted.header(), keys)?;
            let payload = key.decrypt_rsa(ask.padding(), ask.ciphertext())?;
            Ok(by_hand(payload.and_then(|payload| ask.complete(&payload))))
        }
    }
}

/// Checks the encryption context of an object whose key AWS KMS wrapped.
pub(super) fn check_context<'a>(
    ask: AskKms<'a>,
    stored: &EncryptionContext,
    keys: &Keys<'_>,
) -> Result<reelseal_core::envelope::s3ec::KmsRequest<'a>, Error> {
    let empty = EncryptionContext::empty();
    let expected = keys.context.unwrap_or(&empty);
    let (mut has, mut wants): (Vec<_>, Vec<_>) =
        (stored.pairs().collect(), expected.pairs().collect());
    let context = |error| Error::malformed(format!("the data key: {error}"));
    let has = Context::new(&mut has).map_err(context)?;
    let wants = Context::new(&mut wants).map_err(context)?;
    ask.check_context(&has, &wants).map_err(|error| {
        let refused = Error::refused(error.to_string());
        match error {
            WrongContext::Pairs => {
                let own: EncryptionContext =
                    stored.pairs().filter(|(key, _)| !is_reserved(key)).collect();
                refused.hint(format!("this object's is: --encryption-context '{own}'"))
            }
            WrongContext::Suite => {
                refused.hint("metadata that was altered looks like this; fetch it again")
            }
            _ => refused.hint("leave --encryption-context out, or the pair"),
        }
    })
}

fn own_key(header: &Header<'_>, keys: &Keys<'_>) -> Result<WrappingKey, Error> {
    if keys.key_id.is_some() || keys.context.is_some_and(|context| context.serialized_len() > 0) {
        let message = format!(
            "the data key is wrapped by {}, and not by a key service: --key-id and \
             --encryption-context do not apply",
            header.wrap.as_str()
        );
        return Err(Error::refused(message));
    }
    // It names the wrapping key to other clients. Here it has to be what it should be, no more.
    description(header)?;
    let path = keys.wrapping_key.ok_or_else(|| {
        Error::usage(format!("the data key is wrapped by {}", header.wrap.as_str()))
            .hint("--wrapping-key FILE: an AES key of 16, 24 or 32 bytes, or an RSA key in PEM")
    })?;
    WrappingKey::read(path)
}

fn refuse_wrapping_key(keys: &Keys<'_>) -> Result<(), Error> {
    if keys.wrapping_key.is_some() {
        return Err(Error::refused(
            "the data key is wrapped by AWS KMS, and not by --wrapping-key",
        )
        .hint("leave --wrapping-key out; --kms names the key service"));
    }
    Ok(())
}

/// What wraps a new data key.
#[derive(Clone, Debug)]
pub enum NewKey {
    /// A key of the key service, and what the data key is bound to beside its suite.
    Service {
        /// The key.
        key_id: String,
        /// The pairs of the user.
        context: EncryptionContext,
    },
    /// The key in this file: AES, or RSA in PEM.
    File(PathBuf),
}

/// A wrapped data key, as a header has it.
pub(super) struct Wrapped {
    pub(super) wrap: Wrap,
    pub(super) wrapped: Vec<u8>,
    pub(super) description: String,
    pub(super) arn: Option<String>,
}

impl NewKey {
    /// The one of the two that was given by `options`.
    ///
    /// # Errors
    ///
    /// None was, or an encryption context for a key that knows none.
    pub fn of(
        key_id: Option<String>,
        file: Option<PathBuf>,
        context: Option<&EncryptionContext>,
        options: &str,
    ) -> Result<Self, Error> {
        let context = context.cloned().unwrap_or_else(EncryptionContext::empty);
        match (key_id, file) {
            (Some(key_id), None) => Ok(Self::Service { key_id, context }),
            (None, Some(_)) if context.serialized_len() > 0 => {
                Err(Error::usage("a wrapping key in a file is bound to no --encryption-context")
                    .hint("--key-id KEY is a key of a key service, which is"))
            }
            (None, Some(file)) => Ok(Self::File(file)),
            (None, None) => Err(Error::usage("no key is named that wraps the data key")
                .hint(format!("{options}: of the key service, or an AES or RSA key in a file"))),
            (Some(_), Some(_)) => Err(Error::usage("two keys to wrap one data key with")),
        }
    }

    /// Makes a data key and wraps it.
    pub(super) fn generate(
        &self,
        suite: Suite,
        service: &LazyService<'_>,
    ) -> Result<(DataKey, Wrapped), Error> {
        match self {
            Self::Service { key_id, context } => {
                let context = full_context(context, suite)?;
                let made = service.get()?.generate_data_key(key_id, KEY_LEN, &context)?;
                let key: [u8; KEY_LEN] = made.plaintext.as_slice().try_into().map_err(|_| {
                    Error::bug("the key service gave another length than asked for")
                })?;
                let key = DataKey::new(*Zeroizing::new(key));
                Ok((key, by_kms(&context, made.wrapped, made.key.key_arn)))
            }
            Self::File(path) => {
                let wrapping = WrappingKey::read(path)?;
                let key = DataKey::new(*random::fresh_key()?);
                let wrapped = wrap_by_hand(&wrapping, suite, &key)?;
                Ok((key, wrapped))
            }
        }
    }

    /// Wraps a data key that there is.
    pub(super) fn wrap(
        &self,
        suite: Suite,
        key: &DataKey,
        service: &LazyService<'_>,
    ) -> Result<Wrapped, Error> {
        match self {
            Self::Service { key_id, context } => {
                let context = full_context(context, suite)?;
                let answer = service.get()?.encrypt(key_id, key.expose(), &context)?;
                Ok(by_kms(&context, answer.wrapped, answer.key.key_arn))
            }
            Self::File(path) => wrap_by_hand(&WrappingKey::read(path)?, suite, key),
        }
    }
}

/// The pairs of the user, and the one that binds the data key to its suite.
pub(super) fn full_context(
    context: &EncryptionContext,
    suite: Suite,
) -> Result<EncryptionContext, Error> {
    if context.pairs().any(|(key, _)| is_reserved(key)) {
        return Err(Error::usage(WrongContext::Reserved.to_string()));
    }
    Ok(context.pairs().chain([(CEK_ALG_CONTEXT, suite.as_str())]).collect())
}

/// What AWS KMS, or its like, wrapped.
pub(super) fn by_kms(context: &EncryptionContext, wrapped: Vec<u8>, arn: String) -> Wrapped {
    let description = to_ascii_json(context);
    Wrapped { wrap: Wrap::KmsContext, wrapped, description, arn: Some(arn) }
}

fn wrap_by_hand(wrapping: &WrappingKey, suite: Suite, key: &DataKey) -> Result<Wrapped, Error> {
    let unfit = || Error::bug("a data key that cannot be wrapped");
    let rsa = |public| -> Result<(Wrap, Vec<u8>), Error> {
        let (payload, len) = oaep_payload(suite, key).ok_or_else(unfit)?;
        let wrapped = encrypt_oaep(public, payload.get(..len).ok_or_else(unfit)?)?;
        Ok((Wrap::RsaOaepSha1, wrapped))
    };
    let (wrap, wrapped) = match wrapping {
        WrappingKey::Aes(kek) => {
            let (iv, mut room) = (FreshIv::new(*random::fresh_key()?), [0; 60]);
            let wrapped = wrap_aes_gcm(kek, iv, suite, key, &mut room).ok_or_else(unfit)?;
            (Wrap::AesGcm, wrapped.to_vec())
        }
        WrappingKey::Private(key) => rsa(key.as_public_key())?,
        WrappingKey::Public(key) => rsa(key)?,
    };
    Ok(Wrapped { wrap, wrapped, description: "{}".to_owned(), arn: None })
}

/// Bytes of a new data key.
const KEY_LEN: usize = 32;

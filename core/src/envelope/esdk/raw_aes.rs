//! The raw AES keyring of the AWS Encryption SDK: a data key under AES-GCM and a key of ours.
//!
//! The key-encryption key may itself be kept by a key service. Then it can be wrapped anew as
//! often as need be, and the message, which holds the data key under it, stays as it is.
//!
//! | here         | meaning                                                       |
//! |--------------|---------------------------------------------------------------|
//! | `iv`         | of GCM; in the provider info                                  |
//! | `context`    | additional data: the encryption context, as the header has it |
//! | `ciphertext` | GCM of the data key ‖ tag, 48 bytes                           |

use zeroize::Zeroizing;

use crate::format::context::{Context, MAX_LEN as MAX_CONTEXT_LEN};
use crate::format::esdk::{Edk, Header, RawAes};
use crate::modes::gcm::{self, Iv};
use crate::secret::{AesKey, ContentKey, Inauthentic, Kek, MessageKey};

/// Length of a wrapped data key, in bytes.
pub const WRAPPED_LEN: usize = 48;

/// The IV of one wrapping: random, made by the caller, consumed by [`wrap`].
#[derive(Debug)]
pub struct FreshIv([u8; 12]);

impl FreshIv {
    /// Takes 12 bytes from the random generator of the caller, who never passes any twice.
    pub fn new(iv: [u8; 12]) -> Self {
        Self(iv)
    }

    /// The IV, for the provider info.
    pub fn bytes(&self) -> &[u8; 12] {
        &self.0
    }
}

/// Wraps the data key of a message under `kek`, bound to the message's `context`.
///
/// `None` for no key and no context that these types can hold.
pub fn wrap(
    kek: &Kek,
    iv: FreshIv,
    context: &Context<'_>,
    key: &MessageKey,
) -> Option<[u8; WRAPPED_LEN]> {
    let mut room = [0; MAX_CONTEXT_LEN];
    let aad = context.serialize(&mut room)?;
    let mut wrapped = [0; WRAPPED_LEN];
    let (text, tag) = wrapped.split_last_chunk_mut()?;
    text.iter_mut().zip(&key.0).for_each(|(t, k)| *t = *k);
    *tag = gcm::seal_in_place(&wrapping_key(kek), Iv::Bytes12(iv.0), &[aad], text)?;
    Some(wrapped)
}

// req ESDK-RAW-1: the wrapped key is AES-GCM under the context as additional data
/// Unwraps the data key of the message of `header` from `edk`, one of its own.
///
/// # Errors
///
/// [`Inauthentic`] if `kek` is another key, `edk` is not of a raw AES keyring, or a bit of it or
/// of the context was altered.
pub fn unwrap(kek: &Kek, header: &Header<'_>, edk: &Edk<'_>) -> Result<MessageKey, Inauthentic> {
    let info = RawAes::parse(edk.provider_info).map_err(|_| Inauthentic)?;
    let (text, tag) = edk.ciphertext.split_last_chunk().ok_or(Inauthentic)?;
    let mut key: Zeroizing<[u8; 32]> = Zeroizing::new(text.try_into().map_err(|_| Inauthentic)?);
    let iv = Iv::Bytes12(*info.iv);
    gcm::open_in_place(&wrapping_key(kek), iv, &[header.context], key.as_mut_slice(), tag)?;
    Ok(MessageKey::new(*key))
}

/// GCM takes its key in the type of a content key: the same key, used for a wrapping.
pub(in crate::envelope) fn wrapping_key(kek: &Kek) -> ContentKey {
    match &kek.0 {
        AesKey::Aes128(key) => ContentKey::new_128(*key),
        AesKey::Aes192(key) => ContentKey::new_192(*key),
        AesKey::Aes256(key) => ContentKey::new_256(*key),
    }
}

//! New objects: their content, and their data key under a key of the user.

use zeroize::Zeroizing;

use super::super::esdk::raw_aes::wrapping_key;
use super::{COMMIT_IV, DataKey, SUITE_ID, commitment, derived};
use crate::format::s3ec::{Content, Suite};
use crate::modes::gcm::{self, Iv};
use crate::policy::AdmittedSuite;
use crate::secret::Kek;

/// The IV of one encryption: random, made by the caller, consumed here.
#[derive(Debug)]
pub struct FreshIv([u8; 12]);

impl FreshIv {
    /// Takes 12 bytes from the random generator of the caller, who never passes any twice.
    pub fn new(iv: [u8; 12]) -> Self {
        Self(iv)
    }
}

/// The id of one object: random, made by the caller, consumed by [`seal`].
#[derive(Debug)]
pub struct FreshMessageId([u8; 28]);

impl FreshMessageId {
    /// Takes 28 bytes from the random generator of the caller, who never passes any twice.
    pub fn new(id: [u8; 28]) -> Self {
        Self(id)
    }
}

/// What makes an object differ from any other, by its suite.
#[derive(Debug)]
pub enum Nonce {
    /// For [`Suite::AesGcm`].
    Iv(FreshIv),
    /// For [`Suite::AesGcmCommit`].
    MessageId(FreshMessageId),
}

/// Begins an object: what encrypts its content, and what its header says of that. The tag goes
/// behind the content.
///
/// `None` where `nonce` is of another suite, or is all zero, as one that was never drawn.
pub fn seal(
    suite: AdmittedSuite,
    key: &DataKey,
    nonce: Nonce,
) -> Option<(gcm::Encryptor, Content)> {
    match (suite.suite(), nonce) {
        (Suite::AesGcm, Nonce::Iv(FreshIv(iv))) if iv != [0; 12] => {
            let encryptor = gcm::Encryptor::new(gcm::Key::new(&key.0), Iv::Bytes12(iv), &[])?;
            Some((encryptor, Content::AesGcm { iv }))
        }
        (Suite::AesGcmCommit, Nonce::MessageId(FreshMessageId(id))) if id != [0; 28] => {
            let bytes = key.bytes_256()?;
            let content =
                Content::AesGcmCommit { message_id: id, commitment: commitment(bytes, &id) };
            let key = derived(bytes, &id);
            let encryptor =
                gcm::Encryptor::new(gcm::Key::new(&key), Iv::Bytes12(COMMIT_IV), &[SUITE_ID])?;
            Some((encryptor, content))
        }
        _ => None,
    }
}

/// Wraps a data key by `AES/GCM`, bound to `suite`: IV ‖ ciphertext ‖ tag, 28 bytes longer than
/// the key, at the front of `out`.
///
/// `None` where `out` is too short.
pub fn wrap_aes_gcm<'o>(
    kek: &Kek,
    iv: FreshIv,
    suite: Suite,
    key: &DataKey,
    out: &'o mut [u8; 60],
) -> Option<&'o [u8]> {
    let FreshIv(iv) = iv;
    let bytes = key.expose();
    let out = out.get_mut(..bytes.len().checked_add(28)?)?;
    let (front, sealed) = out.split_first_chunk_mut()?;
    let (text, tag) = sealed.split_last_chunk_mut()?;
    *front = iv;
    text.iter_mut().zip(bytes).for_each(|(t, b)| *t = *b);
    let aad = [suite.as_str().as_bytes()];
    *tag = gcm::seal_in_place(&wrapping_key(kek), Iv::Bytes12(iv), &aad, text)?;
    Some(out)
}

/// What RSA-OAEP encrypts of a data key, bound to `suite`: length ‖ data key ‖ the suite's text.
///
/// The bytes up to the returned length. `None` never, for keys and suites that there are.
pub fn oaep_payload(suite: Suite, key: &DataKey) -> Option<(Zeroizing<[u8; 64]>, usize)> {
    let (bytes, text) = (key.expose(), suite.as_str().as_bytes());
    let mut payload = Zeroizing::new([0; 64]);
    let len = u8::try_from(bytes.len()).ok()?;
    let parts = [&[len], bytes, text];
    let from = parts.iter().copied().flatten();
    payload.iter_mut().zip(from).for_each(|(p, from)| *p = *from);
    let len = parts.iter().map(|part| part.len()).sum();
    (len <= payload.len()).then_some((payload, len))
}

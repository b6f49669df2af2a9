//! From a wrapped data key to the data key: what is done here, and what somebody must be asked.

use core::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::super::esdk::raw_aes::wrapping_key;
use super::DataKey;
use crate::format::context::Context;
use crate::format::s3ec::{CEK_ALG_CONTEXT, KMS_KEY_CONTEXT, Suite, Wrap};
use crate::modes::gcm::{self, Iv};
use crate::policy::Admitted;
use crate::secret::{Inauthentic, Kek, declassify};
use crate::wrap::{ecb, kw};

/// What opens the data key of an object.
#[derive(Debug)]
pub enum Step<'a> {
    /// An AES key of the user.
    Unwrap(Unwrap<'a>),
    /// AWS KMS.
    Kms(AskKms<'a>),
    /// Whoever has the RSA key.
    Rsa(AskRsa<'a>),
}

/// The next step with an object that was admitted.
pub fn step<'a>(admitted: &Admitted<'a>) -> Step<'a> {
    let header = admitted.header();
    let (wrapped, suite) = (header.wrapped, header.content.suite());
    let local = |how| Step::Unwrap(Unwrap { wrapped, suite, how });
    let rsa = |padding| Step::Rsa(AskRsa { wrapped, suite, padding });
    match header.wrap {
        Wrap::AesGcm => local(How::Gcm),
        Wrap::AesWrap => local(How::Kw),
        Wrap::AesEcb => local(How::Ecb),
        Wrap::Kms => Step::Kms(AskKms { wrapped, suite, bound: false }),
        Wrap::KmsContext => Step::Kms(AskKms { wrapped, suite, bound: true }),
        Wrap::RsaOaepSha1 => rsa(Padding::OaepSha1),
        Wrap::RsaOaepSha256 => rsa(Padding::OaepSha256),
        Wrap::RsaV15 => rsa(Padding::Pkcs1V15),
    }
}

/// A data key under an AES key.
#[derive(Debug)]
pub struct Unwrap<'a> {
    wrapped: &'a [u8],
    suite: Suite,
    how: How,
}

#[derive(Debug)]
enum How {
    Gcm,
    Kw,
    Ecb,
}

impl Unwrap<'_> {
    /// Unwraps the data key.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if `kek` is another key, or a bit was altered. ECB may not notice: then the
    /// content does not open.
    pub fn unwrap(self, kek: &Kek) -> Result<DataKey, Inauthentic> {
        let mut room = Zeroizing::new([0; MAX_AES_LEN]);
        let wrapped = room.get_mut(..self.wrapped.len()).ok_or(Inauthentic)?;
        wrapped.iter_mut().zip(self.wrapped).for_each(|(w, from)| *w = *from);
        let key = match self.how {
            How::Gcm => open_gcm(kek, self.suite, wrapped)?,
            How::Kw => kw::WrappedMut::parse(wrapped).ok_or(Inauthentic)?.unwrap(kek)?,
            How::Ecb => ecb::unwrap(kek, wrapped)?,
        };
        DataKey::parse(key)
    }
}

fn open_gcm<'w>(
    kek: &Kek,
    suite: Suite,
    wrapped: &'w mut [u8],
) -> Result<&'w mut [u8], Inauthentic> {
    let (iv, sealed) = wrapped.split_first_chunk_mut().ok_or(Inauthentic)?;
    let (key, tag) = sealed.split_last_chunk_mut().ok_or(Inauthentic)?;
    let aad = [suite.as_str().as_bytes()];
    gcm::open_in_place(&wrapping_key(kek), Iv::Bytes12(*iv), &aad, key, tag)?;
    Ok(key)
}

/// A data key that AWS KMS wrapped.
#[derive(Debug)]
pub struct AskKms<'a> {
    wrapped: &'a [u8],
    suite: Suite,
    /// Whether the encryption context names the suite, and is the caller's otherwise.
    bound: bool,
}

impl<'a> AskKms<'a> {
    /// Whether the encryption context is the caller's, but for the client's own pairs.
    pub fn has_context(&self) -> bool {
        self.bound
    }

    // req S3EC-CONTEXT-1: the context is the caller's and the suite, and the reserved pair is
    // the client's own
    /// Checks the encryption context that is `stored` with the object against what the caller
    /// expects. KMS is then asked with the stored one.
    ///
    /// # Errors
    ///
    /// [`WrongContext`]: the object is another one than the caller takes it for, or of another
    /// suite than the one that its key was made for.
    pub fn check_context(
        self,
        stored: &Context<'_>,
        expected: &Context<'_>,
    ) -> Result<KmsRequest<'a>, WrongContext> {
        if !self.bound {
            let none = expected.pairs().is_empty();
            return none.then_some(KmsRequest(self.wrapped)).ok_or(WrongContext::NotBound);
        }
        if expected.pairs().iter().any(|(key, _)| is_reserved(key)) {
            return Err(WrongContext::Reserved);
        }
        if !stored.pairs().contains(&(CEK_ALG_CONTEXT, self.suite.as_str())) {
            return Err(WrongContext::Suite);
        }
        let own = stored.pairs().iter().filter(|(key, _)| !is_reserved(key));
        let same = own.eq(expected.pairs());
        same.then_some(KmsRequest(self.wrapped)).ok_or(WrongContext::Pairs)
    }
}

/// Whether the name of a pair is the client's own.
pub fn is_reserved(key: &str) -> bool {
    key == CEK_ALG_CONTEXT || key == KMS_KEY_CONTEXT
}

/// A question to AWS KMS, its encryption context being checked.
#[derive(Debug)]
pub struct KmsRequest<'a>(&'a [u8]);

impl KmsRequest<'_> {
    /// The ciphertext blob to decrypt.
    pub fn ciphertext_blob(&self) -> &[u8] {
        self.0
    }

    /// Takes the answer.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if it is no AES key.
    pub fn complete(self, plaintext: &[u8]) -> Result<DataKey, Inauthentic> {
        DataKey::parse(plaintext)
    }
}

/// Why an encryption context is not that of the object. Nothing of it is secret.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WrongContext {
    /// The caller expects a pair that is the client's own.
    Reserved,
    /// The pair that names the suite is missing, or names another one.
    Suite,
    /// It has other pairs than the caller expects.
    Pairs,
    /// The caller expects pairs, and this way of wrapping is bound to none of the caller's.
    NotBound,
}

impl fmt::Display for WrongContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserved => "the pairs aws:x-amz-cek-alg and kms_cmk_id are the client's own",
            Self::Suite => "the encryption context does not name the algorithm of the content",
            Self::Pairs => "the encryption context is not the expected one",
            Self::NotBound => "a data key that is wrapped by kms has no encryption context",
        })
    }
}

impl core::error::Error for WrongContext {}

/// The padding of an RSA encryption.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Padding {
    /// OAEP with SHA-1, MGF1 too, and no label.
    OaepSha1,
    /// OAEP with SHA-256, MGF1 with SHA-1, and no label: what Java calls `MGF1Padding`.
    OaepSha256,
    /// PKCS#1 v1.5.
    Pkcs1V15,
}

/// A data key that was encrypted to an RSA key.
#[derive(Debug)]
pub struct AskRsa<'a> {
    wrapped: &'a [u8],
    suite: Suite,
    padding: Padding,
}

impl AskRsa<'_> {
    /// What to decrypt.
    pub fn ciphertext(&self) -> &[u8] {
        self.wrapped
    }

    /// What to take off.
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// Takes what was inside.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if it is no data key, or is bound to another suite.
    pub fn complete(self, payload: &[u8]) -> Result<DataKey, Inauthentic> {
        match self.padding {
            Padding::OaepSha1 => open_payload(self.suite, payload),
            Padding::OaepSha256 | Padding::Pkcs1V15 => DataKey::parse(payload),
        }
    }
}

// req S3EC-OAEP-1: the payload of OAEP is length, key and suite, and each is compared
/// length ‖ data key ‖ the suite's text. The length of the payload is public, as is the suite; so
/// the length of the key is what is left, and one bit says whether all of it fits.
fn open_payload(suite: Suite, payload: &[u8]) -> Result<DataKey, Inauthentic> {
    let text = suite.as_str().as_bytes();
    let key_len = payload.len().checked_sub(text.len() + 1).ok_or(Inauthentic)?;
    let (len, rest) = payload.split_first().ok_or(Inauthentic)?;
    let (key, bound) = rest.split_at_checked(key_len).ok_or(Inauthentic)?;
    let key_len = u8::try_from(key_len).map_err(|_| Inauthentic)?;
    let fits: Choice = len.ct_eq(&key_len) & bound.ct_eq(text);
    // The verdict is public: the caller's next act reveals it.
    if declassify(fits) { DataKey::parse(key) } else { Err(Inauthentic) }
}

/// Bytes of the longest data key under an AES key: 12 + 32 + 16.
const MAX_AES_LEN: usize = 60;

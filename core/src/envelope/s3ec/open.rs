//! From the data key of an object to its text.

use subtle::ConstantTimeEq;

use super::{COMMIT_IV, DataKey, SUITE_ID, commitment, derived};
use crate::format::s3ec::Content;
use crate::modes::ctr::{Ctr, Width};
use crate::modes::gcm::{self, Iv};
use crate::modes::{cbc, ctr};
use crate::policy::{Admitted, Extent};
use crate::secret::{ContentKey, Inauthentic, declassify};

/// An object that is being read, as far as it was admitted.
#[expect(clippy::large_enum_variant, reason = "there is no allocator, and a reader has one")]
pub enum Opened {
    /// All of it, to its tag: the last 16 bytes.
    Gcm(gcm::Unverified<()>),
    /// All of it. CBC does not authenticate.
    Cbc(cbc::Decryptor),
    /// A part of it. Nothing authenticates.
    Range(Range),
}

// req S3EC-COMMIT-1: the commitment is compared before the content's key is derived
/// Opens an object under its data key: the commitment is compared before any other key is
/// derived.
///
/// # Errors
///
/// [`Inauthentic`] if the data key is not the one that the object commits to, or not of a length
/// that its suite takes.
pub fn open(admitted: &Admitted<'_>, key: &DataKey) -> Result<Opened, Inauthentic> {
    match (&admitted.header().content, admitted.extent()) {
        (Content::AesCbc { iv }, Extent::Whole) => {
            Ok(Opened::Cbc(cbc::Decryptor::new(&key.0, *iv)))
        }
        // No policy admits it.
        (Content::AesCbc { .. }, Extent::Range) => Err(Inauthentic),
        (Content::AesGcm { iv }, extent) => gcm(&key.0, *iv, &[], extent),
        (Content::AesGcmCommit { message_id, commitment: given }, extent) => {
            let key = key.bytes_256().ok_or(Inauthentic)?;
            // The commitment is public, and so is whether a reader has the key to it.
            if !declassify(commitment(key, message_id).ct_eq(given)) {
                return Err(Inauthentic);
            }
            gcm(&derived(key, message_id), COMMIT_IV, &[SUITE_ID], extent)
        }
    }
}

fn gcm(
    key: &ContentKey,
    iv: [u8; 12],
    aad: &[&[u8]],
    extent: Extent,
) -> Result<Opened, Inauthentic> {
    match extent {
        Extent::Whole => {
            let text = gcm::Unverified::new(gcm::Key::new(key), Iv::Bytes12(iv), aad, ());
            text.map(Opened::Gcm).ok_or(Inauthentic)
        }
        Extent::Range => Ok(Opened::Range(Range::new(key, iv))),
    }
}

/// The key stream of GCM, to be begun anywhere: SP 800-38D §6.5, GCTR. It checks nothing.
pub struct Range(Ctr);

impl Range {
    fn new(key: &ContentKey, iv: [u8; 12]) -> Self {
        let mut j0: ctr::Block = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        j0.iter_mut().zip(&iv).for_each(|(j, i)| *j = *i); //       J₀ = IV ‖ 0³¹ ‖ 1
        Self(Ctr::new(key, j0, Width::Bits32))
    }

    // req S3EC-RANGE-1: a range is decrypted by CTR in the lowest 32 bits, and is not authenticated
    /// Goes to `offset`, in bytes of the text.
    ///
    /// `None` where no text of GCM is as long.
    pub fn seek(&mut self, offset: u64) -> Option<()> {
        let within = (offset <= gcm::MAX_TEXT_LEN).then_some(offset)?;
        self.0.seek(within.checked_add(16)?) //                     the block of J₀ is the tag's
    }

    /// Decrypts the next bytes in place.
    ///
    /// `None`, and `text` untouched, where the key stream ends before them.
    pub fn apply(&mut self, text: &mut [u8]) -> Option<()> {
        self.0.apply(text)
    }
}

//! The local key service's ciphertext blob, in the shape of AWS KMS's published cryptography.
//!
//! A key is derived from the backing key for each blob (SP 800-108 with a random salt), so that
//! one backing key seals more than the 2³² messages that SP 800-38D §8.3 grants random IVs.
//!
//! | here      | meaning                                                                  |
//! |-----------|--------------------------------------------------------------------------|
//! | `derived` | K = KBKDF-HMAC-SHA256(backing key, "reelseal kms v1", salt), 256 bits    |
//! | `aad`     | header ‖ encryption context, as [`Context::serialize`] prints it         |

use zeroize::Zeroize;

use crate::format::context::{Context, MAX_LEN as MAX_CONTEXT_LEN};
use crate::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD, print_header};
use crate::hash;
use crate::modes::gcm::{self, Iv};
use crate::secret::{BackingKey, ContentKey, Inauthentic};

/// The salt and the IV of one blob: random, made by the caller, consumed by [`seal`].
#[derive(Debug)]
pub struct FreshNonce {
    salt: [u8; 16],
    iv: [u8; 12],
}

impl FreshNonce {
    /// Takes 28 bytes from the random generator of the caller, who never passes any twice.
    pub fn new(salt: [u8; 16], iv: [u8; 12]) -> Self {
        Self { salt, iv }
    }
}

/// Seals `plaintext` into `out` and returns the blob at its front.
///
/// `None` where `plaintext` does not have 1..=[`MAX_PLAINTEXT`] bytes, `version` is 0, or `out`
/// has less than [`OVERHEAD`] bytes more than `plaintext`.
pub fn seal<'o>(
    key: &BackingKey,
    key_id: &[u8; 16],
    version: u32,
    nonce: FreshNonce,
    context: &Context<'_>,
    plaintext: &[u8],
    out: &'o mut [u8],
) -> Option<&'o [u8]> {
    if plaintext.is_empty() || plaintext.len() > MAX_PLAINTEXT || version == 0 {
        return None;
    }
    let out = out.get_mut(..plaintext.len().checked_add(OVERHEAD)?)?;
    let (header, body) = out.split_first_chunk_mut()?;
    let (text, tag) = body.split_last_chunk_mut()?;
    print_header(header, key_id, version, &nonce.salt, &nonce.iv);
    text.iter_mut().zip(plaintext).for_each(|(t, p)| *t = *p);

    let mut room = [0; MAX_CONTEXT_LEN];
    let aad = [header.as_slice(), context.serialize(&mut room)?];
    let derived = derive(key, &nonce.salt);
    *tag = gcm::seal_in_place(&derived, Iv::Bytes12(nonce.iv), &aad, text)?;
    Some(out)
}

/// Opens `blob` into `out` and returns the plaintext at its front.
///
/// # Errors
///
/// [`Inauthentic`] if the backing key or the context is not the one that sealed, or a bit of the
/// blob was altered. On `Err`, `out` is all zero.
pub fn open<'o>(
    blob: &Blob<'_>,
    key: &BackingKey,
    context: &Context<'_>,
    out: &'o mut [u8; MAX_PLAINTEXT],
) -> Result<&'o [u8], Inauthentic> {
    out.fill(0);
    let text = out.get_mut(..blob.ciphertext.len()).ok_or(Inauthentic)?;
    text.iter_mut().zip(blob.ciphertext).for_each(|(t, c)| *t = *c);

    let mut room = [0; MAX_CONTEXT_LEN];
    let context = context.serialize(&mut room).ok_or(Inauthentic)?;
    let derived = derive(key, blob.salt);
    gcm::open_in_place(&derived, Iv::Bytes12(*blob.iv), &[blob.header, context], text, blob.tag)?;
    Ok(text)
}

// req GCM-6: at most 2^32 random IVs serve under one key: each blob has a key of its own
/// The key of one blob: SP 800-108 in counter mode, Context = salt, L = 256.
fn derive(key: &BackingKey, salt: &[u8; 16]) -> ContentKey {
    let mut derived = [0; 32];
    // `None` is for lengths out of range, and 32 bytes are in range.
    let _ = hash::kbkdf_hmac_sha256(&key.0, LABEL, salt, &mut derived);
    let key = ContentKey::new_256(derived);
    derived.zeroize();
    key
}

// req KMS-4: a blob's key is derived with a salt of its own, by HMAC-SHA-256 in counter mode
/// SP 800-108 Label: the use that the derived key is bound to.
const LABEL: &[u8] = b"reelseal kms v1";

//! Keys at rest: a few bytes sealed under another key, in the core's blob format.
//!
//! These blobs bear the all-zero key id, which no key has: UUIDs of version 4 are never zero.

use reelseal_core::Inauthentic;
use reelseal_core::envelope::kms;
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::secret::BackingKey;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::random;

/// Seals `key` under `under`, bound to `context`.
pub(crate) fn seal<const N: usize>(
    under: &BackingKey,
    key: &[u8; N],
    context: &[(&str, String)],
) -> Result<Vec<u8>, Error> {
    let mut pairs: Vec<(&str, &str)> = context.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let context = Context::new(&mut pairs).map_err(|error| Error::bug(error.to_string()))?;
    let mut blob = vec![0; key.len() + OVERHEAD];
    kms::seal(under, &NO_KEY, 1, random::fresh_nonce()?, &context, key, &mut blob)
        .ok_or_else(|| Error::bug("a key at rest was not sealed"))?;
    Ok(blob)
}

/// Opens what [`seal`] sealed.
pub(crate) fn open<const N: usize>(
    under: &BackingKey,
    blob: &[u8],
    context: &[(&str, String)],
) -> Result<Zeroizing<[u8; N]>, Inauthentic> {
    let mut pairs: Vec<(&str, &str)> = context.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let context = Context::new(&mut pairs).map_err(|_| Inauthentic)?;
    let blob = Blob::parse(blob).map_err(|_| Inauthentic)?;
    if *blob.key_id != NO_KEY {
        return Err(Inauthentic);
    }
    let mut room = Zeroizing::new([0; MAX_PLAINTEXT]);
    let key = kms::open(&blob, under, &context, &mut room)?;
    key.try_into().map(Zeroizing::new).map_err(|_| Inauthentic)
}

const NO_KEY: [u8; 16] = [0; 16];

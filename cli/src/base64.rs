//! Base64 of owned bytes, over the core's strict and constant-time codec.

use reelseal_core::format::{Malformed, base64};
use zeroize::Zeroizing;

use crate::error::Error;

/// `bytes` as base64: standard alphabet, padded. Erased on drop, for `bytes` may be secret.
///
/// # Errors
///
/// None that a caller can cause: the length of the text does not fit into memory.
pub fn encode(bytes: &[u8]) -> Result<Zeroizing<String>, Error> {
    let too_long = || Error::bug("base64 of a text longer than memory");
    let len = base64::encoded_len(bytes.len()).ok_or_else(too_long)?;
    let mut out = Zeroizing::new(vec![0; len]);
    let text = base64::encode(bytes, &mut out).ok_or_else(too_long)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The bytes of `text`, erased on drop.
///
/// # Errors
///
/// Not canonical base64: another alphabet, missing padding, bits set after the end.
pub fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    let mut out = Zeroizing::new(vec![0; base64::decoded_len(text)?]);
    let len = base64::decode(text, &mut out)?.len();
    out.truncate(len);
    Ok(out)
}

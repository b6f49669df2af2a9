//! Galois/Counter Mode: SP 800-38D, AES-256 with a 12-byte IV and a 16-byte tag, in one piece.

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};

use crate::secret::Inauthentic;

/// GCM-AE_K (SP 800-38D §7.1, Algorithm 4): encrypts `text` in place and returns the tag.
///
/// `None` where `text` or `aad` is longer than GCM allows.
pub(crate) fn seal(key: &[u8; 32], iv: &[u8; 12], aad: &[u8], text: &mut [u8]) -> Option<[u8; 16]> {
    let cipher = Aes256Gcm::new(key.into());
    cipher.encrypt_inout_detached(iv.into(), aad, text.into()).ok().map(Into::into)
}

/// GCM-AD_K (SP 800-38D §7.2, Algorithm 5): checks the tag, then decrypts `text` in place.
///
/// On `Err`, `text` is the ciphertext still: nothing was decrypted.
pub(crate) fn open(
    key: &[u8; 32],
    iv: &[u8; 12],
    aad: &[u8],
    text: &mut [u8],
    tag: &[u8; 16],
) -> Result<(), Inauthentic> {
    let cipher = Aes256Gcm::new(key.into());
    cipher.decrypt_inout_detached(iv.into(), aad, text.into(), tag.into()).map_err(|_| Inauthentic)
}

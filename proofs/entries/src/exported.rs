//! What is proven of compiled code, with a C ABI. A caller passes pointers to bytes that are there.

use core::slice;

use reelseal_core::envelope::{esdk, s3ec};
use reelseal_core::format::esdk::Header;
use reelseal_core::format::s3ec::{Content, Header as Object, Place, Wrap};
use reelseal_core::modes::cbc;
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::policy::{Extent, Policy};
use reelseal_core::secret::{ContentKey, Kek, MessageKey};
use reelseal_core::wrap::{kw, kwp};

/// `unpad`: 256 + the number of bytes of text, or 0 where the padding is refused.
///
/// # Safety
///
/// `last` points to 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_unpad(last: *const [u8; 16]) -> u32 {
    // SAFETY: the caller's promise.
    match cbc::unpad(unsafe { &*last }) {
        Ok(len) => u32::try_from(len).map_or(0, |len| 256 | len),
        Err(_) => 0,
    }
}

/// KW: 256 + the length of the key that was unwrapped in place, or 0 where it is refused.
///
/// # Safety
///
/// `kek` points to 16 bytes, and `wrapped` to `len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_kw(kek: *const [u8; 16], wrapped: *mut u8, len: usize) -> u32 {
    // SAFETY: the caller's promise.
    let (kek, wrapped) = unsafe { (Kek::new_128(*kek), slice::from_raw_parts_mut(wrapped, len)) };
    let key = kw::WrappedMut::parse(wrapped).and_then(|wrapped| wrapped.unwrap(&kek).ok());
    key.and_then(|key| u32::try_from(key.len()).ok()).map_or(0, |len| 256 | len)
}

/// KWP: 256 + the length of the key that was unwrapped in place, or 0 where it is refused.
///
/// # Safety
///
/// `kek` points to 16 bytes, and `wrapped` to `len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_kwp(kek: *const [u8; 16], wrapped: *mut u8, len: usize) -> u32 {
    // SAFETY: the caller's promise.
    let (kek, wrapped) = unsafe { (Kek::new_128(*kek), slice::from_raw_parts_mut(wrapped, len)) };
    let key = kwp::WrappedMut::parse(wrapped).and_then(|wrapped| wrapped.unwrap(&kek).ok());
    key.and_then(|key| u32::try_from(key.len()).ok()).map_or(0, |len| 256 | len)
}

/// GCM: whether `tag` is that of `text`.
///
/// # Safety
///
/// `key`, `text` and `tag` point to 16 bytes each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_gcm(
    key: *const [u8; 16],
    text: *mut [u8; 16],
    tag: *const [u8; 16],
) -> bool {
    // SAFETY: the caller's promise.
    let (key, text, tag) = unsafe { (ContentKey::new_128(*key), &mut *text, &*tag) };
    gcm::open_in_place(&key, Iv::Bytes12([0; 12]), &[], text, tag).is_ok()
}

/// The message of the AWS Encryption SDK: whether its header opens under `key`.
///
/// # Safety
///
/// `key` points to 32 bytes, and `header` to `len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_esdk(key: *const [u8; 32], header: *const u8, len: usize) -> bool {
    // SAFETY: the caller's promise.
    let (key, bytes) = unsafe { (MessageKey::new(*key), slice::from_raw_parts(header, len)) };
    Header::parse(bytes).is_ok_and(|(header, _)| esdk::Body::open(&header, &key).is_ok())
}

/// The object of the S3 Encryption Client, version 3: whether it opens under `key`.
///
/// # Safety
///
/// `key` points to 32 bytes, `commitment` to 28.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn entry_s3ec(key: *const [u8; 32], commitment: *const [u8; 28]) -> bool {
    // SAFETY: the caller's promise.
    let (key, commitment) = unsafe { (s3ec::DataKey::new(*key), *commitment) };
    let content = Content::AesGcmCommit { message_id: [1; 28], commitment };
    Object::new(content, Wrap::AesGcm, &[0; 60], "{}", Place::Metadata)
        .and_then(|header| Policy::default().admit(header, Extent::Whole).ok())
        .is_some_and(|admitted| s3ec::open(&admitted, &key).is_ok())
}

//! What is proven of compiled code, with a C ABI. A caller passes pointers to bytes that are there.

use reelseal_core::modes::cbc;

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

//! Intel's multi-buffer library, of the system.
#![allow(unsafe_code)]

use std::ffi::c_int;

#[link(name = "reelseal_ipsec_mb", kind = "static")]
#[link(name = "IPSec_MB")]
unsafe extern "C" {
    fn rl_imb_key(key: *const u8, bits: c_int) -> c_int;
    fn rl_imb_cbc(encrypt: c_int, text: *mut u8, len: u64, n: c_int, iv: *const u8);
    fn rl_imb_ctr(text: *mut u8, len: u64, iv: *const u8);
    fn rl_imb_gcm(encrypt: c_int, text: *mut u8, len: u64, iv: *const u8, tag: *mut u8);
}

/// Expands `key`, the one that is used from now on.
pub(crate) fn set_key(key: &[u8]) {
    let bits = if key.len() == 16 {
        128
    } else if key.len() == 24 {
        192
    } else {
        256
    };
    // SAFETY: `key` has as many bits, which are read now.
    assert_eq!(unsafe { rl_imb_key(key.as_ptr(), bits) }, 1, "no manager");
}

/// As many texts as `streams`, of one length, that lie one after the other.
pub(crate) fn cbc(encrypt: bool, text: &mut [u8], streams: usize) {
    let (len, n) = (text.len() / streams, c_int::try_from(streams).unwrap_or(1));
    // SAFETY: the texts are within `text`, and the IV has 16 bytes.
    unsafe { rl_imb_cbc(encrypt.into(), text.as_mut_ptr(), len as u64, n, [7; 16].as_ptr()) }
}

pub(crate) fn ctr(text: &mut [u8]) {
    // SAFETY: `text` has its length, and the IV has 16 bytes.
    unsafe { rl_imb_ctr(text.as_mut_ptr(), text.len() as u64, [7; 16].as_ptr()) }
}

pub(crate) fn gcm(encrypt: bool, text: &mut [u8], tag: &mut [u8; 16]) {
    let (text, len, iv) = (text.as_mut_ptr(), text.len() as u64, [7; 12].as_ptr());
    // SAFETY: `text` has its length, the IV has 12 bytes, the tag 16.
    unsafe { rl_imb_gcm(encrypt.into(), text, len, iv, tag.as_mut_ptr()) }
}

//! KW and KWP of SP 800-38F, whatever the block cipher is.

use reelseal_core::secret::Kek;
use reelseal_core::wrap::{kw, kwp};

#[link(wasm_import_module = "aes")]
unsafe extern "C" {
    fn encrypt(key: *const u8, key_len: usize, block: *mut u8);
    fn decrypt(key: *const u8, key_len: usize, block: *mut u8);
}

/// CIPH of A ‖ R, in two halves.
fn cipher(key: &[u8; 16], a: u64, r: u64, inverse: bool) -> (u64, u64) {
    let mut block = (u128::from(a) << 64 | u128::from(r)).to_be_bytes();
    // SAFETY: key and block are as long as is said.
    unsafe {
        let call = if inverse { decrypt } else { encrypt };
        call(key.as_ptr(), 16, block.as_mut_ptr());
    }
    let block = u128::from_be_bytes(block);
    ((block >> 64) as u64, block as u64)
}

/// SP 800-38F §6.1, Algorithm 1: the register of n semiblocks, shifted s = 6(n − 1) times.
fn w<const N: usize>(key: &[u8; 16], mut s: [u64; N]) -> [u64; N] {
    for t in 1..=6 * (N as u64 - 1) {
        let (high, low) = cipher(key, s[0], s[1], false);
        s[0] = high ^ t;
        s.copy_within(2.., 1);
        s[N - 1] = low;
    }
    s
}

/// SP 800-38F §6.1, Algorithm 2: the same back.
fn w_inverse<const N: usize>(key: &[u8; 16], mut s: [u64; N]) -> [u64; N] {
    for t in (1..=6 * (N as u64 - 1)).rev() {
        let (high, low) = cipher(key, s[0] ^ t, s[N - 1], true);
        s.copy_within(1..N - 1, 2);
        s[0] = high;
        s[1] = low;
    }
    s
}

fn semiblocks<const N: usize>(bytes: &[u8]) -> [u64; N] {
    core::array::from_fn(|i| u64::from_be_bytes(*bytes[8 * i..].first_chunk().unwrap()))
}

/// The index form of wrapping is the shifting register, for keys of 16 bytes.
pub fn kw_wrap(bytes: &mut [u8]) {
    let Ok(key) = <[u8; 16]>::try_from(&*bytes) else { return };
    let mut out = [0; 24];
    let wrapped = kw::wrap(&Kek::new_128([7; 16]), &key, &mut out).unwrap();
    let [a, b] = semiblocks(&key);
    assert!(semiblocks(wrapped) == w(&[7; 16], [0xA6A6_A6A6_A6A6_A6A6, a, b]));
}

/// The same of unwrapping, and the verdict is the one of the integrity check.
pub fn kw_unwrap(bytes: &mut [u8]) {
    let [icv, a, b] = w_inverse(&[7; 16], semiblocks::<3>(bytes));
    let wrapped = kw::WrappedMut::parse(bytes).unwrap();
    match wrapped.unwrap(&Kek::new_128([7; 16])) {
        Ok(key) => assert!(icv == 0xA6A6_A6A6_A6A6_A6A6 && semiblocks(key) == [a, b]),
        Err(_) => assert!(icv != 0xA6A6_A6A6_A6A6_A6A6 && bytes.iter().all(|byte| *byte == 0)),
    }
}

/// KW has wrapped keys of 24, 32, 40 … bytes, KWP of 16, 24, 32 …: SP 800-38F §5.3.1.
pub fn kw_lengths(bytes: &mut [u8]) {
    let len = bytes.len();
    let parsed = kw::WrappedMut::parse(bytes);
    assert!(parsed.is_some() == (len >= 24 && len & 7 == 0));
    assert!(parsed.is_none_or(|wrapped| wrapped.key_len() == len - 8));
    assert!(kwp::WrappedMut::parse(bytes).is_some() == (len >= 16 && len & 7 == 0));
}

/// A key of KWP is 1 to 2³² − 1 bytes, padded to whole semiblocks and one more: RFC 5649 §3.
pub fn kwp_lengths(bytes: &mut [u8]) {
    let Ok(len) = <[u8; 4]>::try_from(&*bytes) else { return };
    let len = u64::from(u32::from_be_bytes(len));
    let wrapped = (len + 7 & !7) + 8;
    let fits = len > 0 && wrapped <= usize::MAX as u64;
    assert!(kwp::wrapped_len(len as usize) == fits.then_some(wrapped as usize));
}

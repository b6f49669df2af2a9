//! Padding, IVs, counters, limits.

use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::secret::ContentKey;
use reelseal_core::segment::Iv;

#[link(wasm_import_module = "aes")]
unsafe extern "C" {
    fn encrypt(key: *const u8, key_len: usize, block: *mut u8);
}


/// RFC 5652 §6.3.
pub fn unpad(bytes: &mut [u8]) {
    let Ok(block) = (&*bytes).try_into() else { return };
    let len = cbc::unpad(block).ok();
    let k = usize::from(bytes[15]);
    let good = (1..=16).contains(&k) && bytes[16 - k..].iter().all(|byte| usize::from(*byte) == k);
    assert!(len == good.then(|| 16 - k));
}

/// RFC 8216 §5.2: the number in 16 bytes, big-endian.
pub fn media_sequence(bytes: &mut [u8]) {
    let Ok(number) = <[u8; 8]>::try_from(&*bytes) else { return };
    let block = Iv::MediaSequence(u64::from_be_bytes(number)).block();
    assert!(block[..8] == [0; 8] && block[8..] == number);
}

/// SP 800-38A §B.1: after `n` steps the lowest m bits of the first block have gone on by n, modulo
/// 2ᵐ, and those above them stand still. What is seen is the block that AES is given.
fn ctr(bytes: &mut [u8], width: Width, bits: u32) {
    let Some((first, n)) = bytes.split_first_chunk() else { return };
    let Ok(n) = <[u8; 8]>::try_from(n) else { return };
    let n = u64::from_be_bytes(n) >> 4;
    let mut stream = Ctr::new(&ContentKey::new_128([7; 16]), *first, width);
    let stays = bits < 64 && n >> bits != 0;
    let at = stream.seek(n << 4);
    assert!(at.is_some() == (!stays || n == 1 << bits));
    let mut text = [0];
    let applied = stream.apply(&mut text).is_some();
    if at.is_none() || n >> bits.min(63) != 0 && bits < 64 {
        return assert!(at.is_none() || !applied);
    }
    let (mut counter, mut carry) = (*first, n);
    for byte in counter.iter_mut().rev().take(bits as usize / 8) {
        carry += u64::from(*byte);
        *byte = carry as u8;
        carry >>= 8;
    }
    // SAFETY: key and block are as long as is said.
    unsafe { encrypt([7; 16].as_ptr(), 16, counter.as_mut_ptr()) };
    assert!(applied && text == counter[..1]);
}

/// [`ctr`] with a counter of 128 bits.
pub fn ctr_128(bytes: &mut [u8]) {
    ctr(bytes, Width::Bits128, 128);
}

/// [`ctr`] with a counter of 64 bits.
pub fn ctr_64(bytes: &mut [u8]) {
    ctr(bytes, Width::Bits64, 64);
}

/// [`ctr`] with a counter of 32 bits.
pub fn ctr_32(bytes: &mut [u8]) {
    ctr(bytes, Width::Bits32, 32);
}

/// The length of a ciphertext of CBC: the next multiple of 16, of all of 32 bits.
pub fn cbc_lengths(bytes: &mut [u8]) {
    let Ok(len) = <[u8; 4]>::try_from(&*bytes) else { return };
    let len = u64::from(u32::from_be_bytes(len));
    let padded = (len & !15) + 16;
    let fits = padded <= usize::MAX as u64;
    assert!(cbc::encrypted_len(len as usize) == fits.then_some(padded as usize));
}

//! Padding, IVs, counters, limits.

use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::{cbc, gcm};
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

/// SP 800-38A §B.1: `n` blocks on, the lowest m bits have gone on by n, modulo 2ᵐ, and those above
/// them stand still, whatever the first block is. What is seen is the block that AES is given.
fn ctr(bytes: &mut [u8], width: Width, bits: usize) {
    let Ok(first) = <[u8; 16]>::try_from(&*bytes) else { return };
    let mut stream = Ctr::new(&ContentKey::new_128([7; 16]), first, width);
    for n in [0, 1, 255, 0xFFFF_FFFF] {
        let mut text = [0];
        assert!(stream.seek(n << 4).is_some() && stream.apply(&mut text).is_some());
        let (mut counter, mut carry) = (first, n);
        for byte in counter.iter_mut().rev().take(bits / 8) {
            carry += u64::from(*byte);
            *byte = carry as u8;
            carry >>= 8;
        }
        // SAFETY: key and block are as long as is said.
        unsafe { encrypt([7; 16].as_ptr(), 16, counter.as_mut_ptr()) };
        assert!(text == counter[..1]);
    }
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

/// SP 800-38D §5.2.1.1: a text of GCM has at most 2³⁹ − 256 bits. After 2³⁶ − 256 bytes in parts,
/// one of as many bytes as are left is the last that is taken.
pub fn gcm_lengths(bytes: &mut [u8]) {
    let Ok(last) = <[u8; 4]>::try_from(&*bytes) else { return };
    let last = u32::from_be_bytes(last);
    let key = gcm::Key::new(&ContentKey::new_128([7; 16]));
    let Some(mut text) = gcm::Encryptor::new(&key, gcm::Iv::Bytes12([0; 12]), &[]) else {
        return assert!(false);
    };
    for _ in 0..16 {
        assert!(text.part(0xFFFF_FFF0).is_some());
    }
    assert!(text.part(last as usize).is_some() == (last > 0 && last & 15 == 0 && last <= 224));
}

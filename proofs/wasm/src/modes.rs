//! Padding, IVs, counters, limits.

use reelseal_core::modes::cbc;
use reelseal_core::segment::Iv;


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
pub fn ctr(_: &mut [u8]) {}
pub fn gcm_limits(_: &mut [u8]) {}

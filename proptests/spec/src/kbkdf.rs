//! KBKDF in counter mode with HMAC-SHA-256: SP 800-108r1 §4.1.

use crate::hmac::hmac_sha256;

/// K(1) ‖ K(2) ‖ …, cut to `len` bytes, where
/// K(i) = PRF(key, i₃₂ ‖ label ‖ 00 ‖ context ‖ L₃₂) and L is in bits.
///
/// `None` where `len` is 0, or L has no 32 bits.
pub fn kbkdf(key: &[u8], label: &[u8], context: &[u8], len: usize) -> Option<Vec<u8>> {
    let l = u32::try_from(len.checked_mul(8)?).ok().filter(|&l| l > 0)?;
    let after = [label, &[0], context, &l.to_be_bytes()].concat();
    counter_mode(key, &[], &after, 32, len)
}

/// The general form: K(i) = PRF(key, before ‖ iᵣ ‖ after), r = `counter_bits`.
///
/// `None` where r bits cannot count so far.
pub fn counter_mode(
    key: &[u8],
    before: &[u8],
    after: &[u8],
    counter_bits: u32,
    len: usize,
) -> Option<Vec<u8>> {
    let (n, r) = (len.div_ceil(32) as u64, counter_bits as usize / 8);
    if n > u64::MAX >> (64 - counter_bits) {
        return None;
    }
    let block = |i: u64| hmac_sha256(key, &[before, &i.to_be_bytes()[8 - r..], after].concat());
    let mut okm: Vec<u8> = (1..=n).flat_map(block).collect();
    okm.truncate(len);
    Some(okm)
}

//! Messages between reelseal and the real AWS Encryption SDK. A peer that is not there is a
//! failure.

#[path = "../home/mod.rs"]
mod home;
mod peer;
mod store;

/// `len` bytes with no short period.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

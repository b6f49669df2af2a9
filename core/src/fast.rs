//! The door to `reelseal-accel`: the only module that imports it.
//!
//! Without the feature `accel` there is no value of these types, and what would use one is never
//! compiled. With it there may be one, if the processor has what it takes: then long texts go
//! faster, and nothing else is different.

#[cfg(feature = "accel")]
pub(crate) use reelseal_accel::{Cipher, HashKey, LANES, Row, SHA256_LANES, Sha256};

#[cfg(not(feature = "accel"))]
pub(crate) use none::{Cipher, HashKey, LANES, Row, SHA256_LANES, Sha256};

#[cfg(not(feature = "accel"))]
mod none {
    use crate::block::Block;

    pub(crate) type Row = [Block; 4];

    pub(crate) const LANES: usize = 16;

    pub(crate) enum Cipher {}

    impl Cipher {
        pub(crate) fn new(_: &[u8]) -> Option<Self> {
            None
        }

        pub(crate) fn apply_ctr32(&self, _: u128, _: &mut [Row]) {
            match *self {}
        }

        pub(crate) fn encrypt_lanes<const N: usize>(
            &self,
            _: &mut [Block; N],
            _: [&mut [Block]; N],
        ) {
            match *self {}
        }
    }

    pub(crate) enum HashKey {}

    impl HashKey {
        pub(crate) fn new(cipher: &Cipher, _: &Block, _: usize) -> Self {
            match *cipher {}
        }

        pub(crate) fn hash(&self, _: &mut Block, _: &[Block]) {
            match *self {}
        }

        pub(crate) fn encrypt(&self, _: &Cipher, _: u128, _: &mut Block, _: &mut [Row]) {
            match *self {}
        }

        pub(crate) fn decrypt(&self, _: &Cipher, _: u128, _: &mut Block, _: &mut [Row]) {
            match *self {}
        }
    }

    pub(crate) const SHA256_LANES: usize = 16;

    pub(crate) enum Sha256 {}

    impl Sha256 {
        pub(crate) fn detect() -> Option<Self> {
            None
        }

        pub(crate) fn compress(&self, _: &mut [[u32; 8]], _: &[&[[u8; 64]]]) {
            match *self {}
        }
    }
}

/// Whether long texts go through the wide vectors of `reelseal-accel` on this processor.
pub fn has_wide_vectors() -> bool {
    Cipher::new(&[0; 16]).is_some()
}

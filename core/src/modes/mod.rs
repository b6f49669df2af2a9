//! Modes of operation, each in a file of the name that its standard gives it.
//!
//! They encrypt under a [`ContentKey`](crate::secret::ContentKey) of 128, 192 or 256 bits.

pub mod cbc;
pub mod ctr;
pub mod gcm;
mod ghash;
pub mod lanes;

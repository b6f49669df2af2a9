//! The reference model: every algorithm and byte format of Reelseal a second time, to be read.
//!
//! It shares no code, no crate and, where a standard has two, no formulation with
//! `reelseal-core`. It may be slow, it allocates, and it knows nothing of constant time:
//! **never use it to protect anything.** What it is for: `core` must agree with it on every case
//! that property tests and fuzzers find, and it must pass the vectors itself.
//!
//! | module | standard | formulation |
//! |---|---|---|
//! | [`aes`] | FIPS 197 | S-box from the field inverse and the affine map; no tables given |
//! | [`cbc`] [`ctr`] | SP 800-38A §6.2, §6.5; RFC 5652 §6.3 | the equations of the standard |
//! | [`gcm`] | SP 800-38D | GHASH one bit at a time |
//! | [`kw`] [`kwp`] | SP 800-38F; RFC 3394, 5649 | the shifting register |
//! | [`sha2`] | FIPS 180-4 | constants from the roots of the primes |
//! | [`hmac`] [`hkdf`] [`kbkdf`] | RFC 2104, RFC 5869, SP 800-108 | whole strings |
//! | [`base64`] | RFC 4648 §4 | a string of bits; canonical if it prints back |
//! | [`context`] [`kms`] | this project's key service | whole strings |
//! | [`s3ec`] | Amazon S3 Encryption Client, V1 to V3 | a table of shapes; authentic if sealed again alike |
//! | [`esdk`] | AWS Encryption SDK, suites 0x0478, 0x0578 | whole messages; authentic if sealed again alike |
//! | [`p384`] | SEC 1 §4.1.4, SP 800-186 | Jacobian points, multiplication by doubling |
//! | [`segment`] [`ext_x_key`] | RFC 8216 §4.2, §4.3.2.4 | owned values, a grammar of functions |
//! | [`playlist`] | RFC 8216 §4.1, §4.3 | each line looks back, no state |
//!
//! Functions return `None` where the standard, or our format, refuses. They panic where a caller
//! breaks a stated rule (an AES key of 15 bytes).

pub mod aes;
pub mod base64;
pub mod cbc;
pub mod context;
pub mod ctr;
pub mod esdk;
pub mod ext_x_key;
pub mod gcm;
pub mod hkdf;
pub mod hmac;
pub mod kbkdf;
pub mod kms;
pub mod kw;
pub mod kwp;
pub mod p384;
pub mod playlist;
pub mod s3ec;
pub mod segment;
pub mod sha2;

mod w;

#[cfg(test)]
mod tests;

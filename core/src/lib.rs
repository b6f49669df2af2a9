//! The crypto core of Reelseal: wrapped keys and clear media in, sealed keys and HLS segments out.
//!
//! ```text
//! wrapped key ─▶ format ─▶ policy ─▶ envelope ─▶ data key ─┐
//!                parse     admit     open                  ▼
//! clear bytes ─────────────────────────────────▶ segment · modes ─▶ encrypted bytes
//! ```
//!
//! No allocation, no I/O, no clock, no randomness: what must be fresh comes in as a value whose
//! type says so. The modules below stand in the order in which bytes meet them.
#![no_std]
#![forbid(unsafe_code)]
// Parsing and unwrapping are total: no index, no cast, no `unwrap`, hence no panic to reach.
#![cfg_attr(
    not(test),
    deny(
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

// Bytes to borrowed views: has never seen a key.
pub mod format;

// What is admitted of what was parsed: decides on facts, not on bytes or keys.
pub mod policy;

// A sealed data key, opened and sealed.
pub mod envelope;

// A key under a key: RFC 3394 and RFC 5649.
pub mod wrap;

// HLS media segments under METHOD=AES-128.
pub mod segment;

// Modes of operation: SP 800-38A and SP 800-38D.
pub mod modes;

// HMAC, HKDF, KBKDF: the only `use hmac`, `use sha2`.
pub mod hash;

// Long texts in wide vectors, with the feature `accel`: the only `use reelseal_accel`.
mod fast;

// ECDSA, verification alone: the only `use p384`.
pub mod signature;

// AES: the only `use aes`.
mod block;

// The types that hold key material, and the one door out of them.
pub mod secret;

// What is claimed, and which check backs it.
#[cfg(doc)]
pub mod audit;

pub use block::has_aes_instructions;
pub use fast::has_wide_vectors;
pub use secret::Inauthentic;

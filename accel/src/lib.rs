//! AES, GHASH and SHA-256 in the wide vectors of x86-64: CTR, GCM, and CBC and hashes of many texts
//! at once.
//!
//! `reelseal-core` hands its long texts to this crate where its feature `accel` is on. It changes
//! speed and nothing else: what is here is in the core too, in safe code, and every law and vector
//! runs against both.
//!
//! ```text
//! lib       key types, detection, and the dispatch: the only `unsafe` of the workspace
//! keys      the key expansion of FIPS 197
//! kernels   CTR and GCM, written once, over rows of 64 bytes; CBC over lanes
//! avx512    a row is one vector          vaes256   a row is two
//! sha256    SHA-256 of up to sixteen texts, with detection and dispatch of its own
//! ```
//!
//! # Unsafe
//!
//! A function that is compiled for instructions which a processor may lack can only be called in
//! an `unsafe` block. There is one such block for each pair of operation and tier, in one macro, and
//! one for the key expansion. Each is guarded by `Tier`, which only `Tier::detect` makes. Two more
//! are in `sha256`, guarded by [`Sha256`], which only [`Sha256::detect`] makes. No pointer is used
//! anywhere: rows become vectors, and vectors rows, by value (`zerocopy`).
#![no_std]

#[cfg(target_arch = "x86_64")]
#[macro_use]
mod kernels;

#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod vaes256;

#[cfg(target_arch = "x86_64")]
mod keys;
#[cfg(not(target_arch = "x86_64"))]
mod keys {
    pub(crate) enum RoundKeys {}
}

mod sha256;
mod tier;

use zeroize::{Zeroize, ZeroizeOnDrop};

use keys::RoundKeys;
use tier::Tier;

pub use sha256::{SHA256_LANES, Sha256, Sha256Block, Sha256State};

/// 16 bytes, the AES block of FIPS 197 §3.1.
pub type Block = [u8; 16];

/// Four blocks: what the kernels take at a time.
pub type Row = [Block; 4];

/// Texts that [`Cipher::encrypt_lanes`] encrypts side by side. Twice as many are not faster: texts that
/// begin at like addresses evict each other from the first-level cache.
pub const LANES: usize = 16;

/// An AES key, expanded, and the proof that this processor can use it. Erased on drop.
pub struct Cipher {
    tier: Tier,
    keys: RoundKeys,
}

impl Cipher {
    /// Expands a key of 16, 24 or 32 bytes.
    ///
    /// `None` where it has another length, or the processor lacks what this crate is for.
    pub fn new(key: &[u8]) -> Option<Self> {
        let tier = Tier::detect()?;
        Some(Self { tier, keys: tier.expand(key)? })
    }

    /// CTR with inc₃₂ (SP 800-38A §6.5, §B.1): encrypts or decrypts `text` in place with the key
    /// stream that begins at `counter`, a block as a big-endian integer.
    pub fn apply_ctr32(&self, counter: u128, text: &mut [Row]) {
        self.tier.ctr(&self.keys, counter, text);
    }

    /// CBC (SP 800-38A §6.2) over a text in each lane, in place: as many blocks of each as the
    /// shortest has. `chains` are the IVs, and then the last blocks of ciphertext.
    pub fn encrypt_lanes(&self, chains: &mut [Block; LANES], lanes: [&mut [Block]; LANES]) {
        self.tier.cbc(&self.keys, chains, lanes);
    }
}

/// A hash subkey H of GCM, and powers of it. Erased on drop.
pub struct HashKey {
    tier: Tier,
    powers: Powers,
}

impl HashKey {
    /// Takes H = CIPH_K(0¹²⁸) of `cipher`, and computes as many powers as texts of about `text_len`
    /// bytes repay. Texts of any length are right with any number.
    pub fn new(cipher: &Cipher, h: &Block, text_len: usize) -> Self {
        let rows = (text_len / ROWS_REPAID).clamp(1, GROUP).next_power_of_two();
        Self { tier: cipher.tier, powers: cipher.tier.powers(h, rows) }
    }

    /// GHASH (SP 800-38D §6.4): `hash` becomes that of all before and `blocks`.
    pub fn hash(&self, hash: &mut Block, blocks: &[Block]) {
        self.tier.hash(&self.powers, hash, blocks);
    }

    /// Encrypts `text` in place with the key stream that begins at `counter`, and adds the
    /// ciphertext to `hash`: GCTR and GHASH of SP 800-38D §7.1 in one pass.
    pub fn encrypt(&self, cipher: &Cipher, counter: u128, hash: &mut Block, text: &mut [Row]) {
        self.tier.encrypt(&cipher.keys, &self.powers, counter, hash, text);
    }

    /// Adds the ciphertext `text` to `hash`, and decrypts it in place: GHASH and GCTR of SP 800-38D
    /// §7.2 in one pass.
    pub fn decrypt(&self, cipher: &Cipher, counter: u128, hash: &mut Block, text: &mut [Row]) {
        self.tier.decrypt(&cipher.keys, &self.powers, counter, hash, text);
    }
}

/// H¹, H², …, as the kernels multiply with them.
pub(crate) struct Powers {
    /// Row k is H⁴ᵏ⁺⁴ … H⁴ᵏ⁺¹, each as in RFC 8452 §3: bytes reversed, and times x.
    h: [[u128; 4]; GROUP],
    /// Rows that are there: 1, 2, 4, 8 or [`GROUP`].
    rows: usize,
}

impl Drop for Powers {
    fn drop(&mut self) {
        // What is behind them was never written.
        if let Some(rows) = self.h.get_mut(..self.rows) {
            rows.as_flattened_mut().zeroize();
        }
    }
}

impl ZeroizeOnDrop for Powers {}

/// Bytes of a text for each row of powers: with fewer, they cost more than they save.
const ROWS_REPAID: usize = 128;

/// Rows that are hashed with one reduction.
pub(crate) const GROUP: usize = 8;

#[cfg(test)]
mod tests;

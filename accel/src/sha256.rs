//! SHA-256 (FIPS 180-4 §6.2) of several texts side by side.
//!
//! One text waits for the latency of each round. Sixteen go through the rounds together, as the
//! lanes of AVX-512; or four take turns at the SHA extensions.
//!
//! | here     | FIPS 180-4  | unit                                        |
//! |----------|-------------|---------------------------------------------|
//! | `states` | H⁽ⁱ⁾        | eight words for each text                   |
//! | `w`, `k` | W_t, K_t    | 32 bits; of `w`, the last sixteen are kept  |

#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod sha_ni;

#[cfg(target_arch = "x86_64")]
pub use x86_64::Sha256;

#[cfg(not(target_arch = "x86_64"))]
pub use none::Sha256;

/// Texts that [`Sha256::compress`] takes at most.
pub const SHA256_LANES: usize = 16;

/// The eight words of a hash under way.
pub type Sha256State = [u32; 8];

/// 64 bytes, the block of SHA-256.
pub type Sha256Block = [u8; 64];

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use super::*;

    /// The proof that this processor hashes several texts faster than one by one.
    #[derive(Clone, Copy, Debug)]
    pub struct Sha256 {
        pub(super) wide: bool,
        pub(super) sha_ni: bool,
    }

    cpufeatures::new!(has_wide, "avx512f", "avx512bw");
    cpufeatures::new!(has_sha_ni, "sha", "sse4.1", "ssse3");

    impl Sha256 {
        /// Looks what there is. `None` where one by one is as good, or portable code was asked for.
        pub fn detect() -> Option<Self> {
            let found = Self { wide: has_wide::get(), sha_ni: has_sha_ni::get() };
            (!cfg!(aes_backend = "soft") && (found.wide || found.sha_ni)).then_some(found)
        }

        /// Takes as many blocks of each text as the shortest has into its state. `states` and
        /// `texts` are as many, and no more than [`SHA256_LANES`].
        pub fn compress(&self, states: &mut [Sha256State], texts: &[&[Sha256Block]]) {
            // Sixteen lanes take as long as nine texts in turns, used or not.
            if self.wide && (states.len() > 8 || !self.sha_ni) {
                // SAFETY: `wide` says that the processor has what `avx512` is compiled for.
                unsafe { avx512::compress(states, texts) }
            } else {
                // SAFETY: one of the two is there, so `sha_ni` is, for which this is compiled.
                unsafe { sha_ni::compress(states, texts) }
            }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod none {
    use super::*;

    /// No other processor has an implementation here: there is no such value.
    #[derive(Clone, Copy, Debug)]
    pub enum Sha256 {}

    impl Sha256 {
        /// `None`.
        pub fn detect() -> Option<Self> {
            None
        }

        /// Is never called.
        pub fn compress(&self, _: &mut [Sha256State], _: &[&[Sha256Block]]) {
            match *self {}
        }
    }
}

/// K₀ … K₆₃ (FIPS 180-4 §4.2.2).
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const K: [[u32; 16]; 4] = [
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    ],
    [
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    ],
    [
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    ],
    [
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ],
];

#[cfg(test)]
mod tests;

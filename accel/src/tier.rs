//! What the processor has, and the calls that need it.

use crate::keys::RoundKeys;
use crate::{Block, LANES, Powers, Row};

#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::Tier;

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use none::Tier;

/// Calls the function of the tier.
#[cfg(target_arch = "x86_64")]
macro_rules! dispatch {
    ($tier:expr, $kernel:ident($($argument:expr),*)) => {
        match $tier {
            // SAFETY: `detect` saw every feature for which the functions of `avx512` are compiled.
            Tier(Width::Avx512) => unsafe { crate::avx512::$kernel($($argument),*) },
            // SAFETY: `detect` saw every feature for which the functions of `vaes256` are compiled.
            Tier(Width::Vaes256) => unsafe { crate::vaes256::$kernel($($argument),*) },
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use super::*;

    /// The proof that the processor has what the kernels of one width are compiled for.
    #[derive(Clone, Copy)]
    pub(crate) struct Tier(Width);

    #[derive(Clone, Copy)]
    enum Width {
        Avx512,
        Vaes256,
    }

    cpufeatures::new!(avx512, "avx512f", "avx512bw", "avx512vl", "vaes", "vpclmulqdq");
    cpufeatures::new!(avx2, "avx2", "aes", "pclmulqdq", "ssse3");

    impl Tier {
        /// Looks what there is. `None` where the portable code is as good, or was asked for.
        pub(crate) fn detect() -> Option<Self> {
            if cfg!(aes_backend = "soft") || !avx2::get() {
                None
            } else if avx512::get() {
                Some(Self(Width::Avx512))
            } else {
                vaes256().then_some(Self(Width::Vaes256))
            }
        }

        pub(crate) fn expand(self, key: &[u8]) -> Option<RoundKeys> {
            // SAFETY: `detect` saw the features `aes` and `ssse3`.
            unsafe { RoundKeys::expand(key) }
        }

        pub(crate) fn ctr(self, keys: &RoundKeys, counter: u128, text: &mut [Row]) {
            dispatch!(self, ctr(keys, counter, text));
        }

        pub(crate) fn cbc(
            self,
            keys: &RoundKeys,
            chains: &mut [Block; LANES],
            lanes: [&mut [Block]; LANES],
        ) {
            dispatch!(self, cbc(keys, chains, lanes));
        }

        pub(crate) fn powers(self, h: &Block, rows: usize) -> Powers {
            dispatch!(self, powers(h, rows))
        }

        pub(crate) fn hash(self, powers: &Powers, hash: &mut Block, blocks: &[Block]) {
            dispatch!(self, hash(powers, hash, blocks));
        }

        pub(crate) fn encrypt(
            self,
            keys: &RoundKeys,
            powers: &Powers,
            counter: u128,
            hash: &mut Block,
            text: &mut [Row],
        ) {
            dispatch!(self, encrypt(keys, powers, counter, hash, text));
        }

        pub(crate) fn decrypt(
            self,
            keys: &RoundKeys,
            powers: &Powers,
            counter: u128,
            hash: &mut Block,
            text: &mut [Row],
        ) {
            dispatch!(self, decrypt(keys, powers, counter, hash, text));
        }

        /// The narrower tier, where there is one, for the tests.
        #[cfg(test)]
        pub(crate) fn vaes256() -> Option<Self> {
            (Self::detect().is_some() && vaes256()).then_some(Self(Width::Vaes256))
        }
    }

    /// VAES and VPCLMULQDQ over 256 bits. `cpufeatures` asks for the registers of AVX-512 with
    /// them, which processors of this tier lack; that the system saves those of AVX2 it has said.
    fn vaes256() -> bool {
        let ecx = core::arch::x86_64::__cpuid_count(7, 0).ecx;
        let (vaes, vpclmulqdq) = (ecx >> 9 & 1, ecx >> 10 & 1);
        vaes & vpclmulqdq == 1
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod none {
    use super::*;

    /// No other processor has a tier: there is no such value.
    #[derive(Clone, Copy)]
    pub(crate) enum Tier {}

    impl Tier {
        pub(crate) fn detect() -> Option<Self> {
            None
        }

        pub(crate) fn expand(self, _: &[u8]) -> Option<RoundKeys> {
            match self {}
        }

        pub(crate) fn ctr(self, _: &RoundKeys, _: u128, _: &mut [Row]) {
            match self {}
        }

        pub(crate) fn cbc(self, _: &RoundKeys, _: &mut [Block; LANES], _: [&mut [Block]; LANES]) {
            match self {}
        }

        pub(crate) fn powers(self, _: &Block, _: usize) -> Powers {
            match self {}
        }

        pub(crate) fn hash(self, _: &Powers, _: &mut Block, _: &[Block]) {
            match self {}
        }

        pub(crate) fn encrypt(
            self,
            _: &RoundKeys,
            _: &Powers,
            _: u128,
            _: &mut Block,
            _: &mut [Row],
        ) {
            match self {}
        }

        pub(crate) fn decrypt(
            self,
            _: &RoundKeys,
            _: &Powers,
            _: u128,
            _: &mut Block,
            _: &mut [Row],
        ) {
            match self {}
        }
    }
}

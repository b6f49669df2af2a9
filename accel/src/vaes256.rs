//! A row of 64 bytes is two vectors: AVX2 with VAES and VPCLMULQDQ, without AVX-512.

use core::arch::x86_64::*;

use zerocopy::transmute;

use crate::Row;

/// Four blocks.
type V = [__m256i; 2];

/// Rows of key stream made at a time: half of the sixteen registers.
const WIDE: usize = 4;

kernels!("avx2,aes,vaes,pclmulqdq,vpclmulqdq");
cbc_kernel!("avx2,aes,vaes,pclmulqdq,vpclmulqdq");

macro_rules! operations {
    ($($(#[$doc:meta])* fn $name:ident($($a:ident: $A:ty),*) -> $R:ty $body:block)*) => {
        $($(#[$doc])*
        #[inline]
        #[target_feature(enable = "avx2,aes,vaes,pclmulqdq,vpclmulqdq")]
        fn $name($($a: $A),*) -> $R $body)*
    };
}

operations! {
    fn load(row: &Row) -> V { transmute!(*row) }
    fn store(v: V) -> Row { transmute!(v) }
    fn load_words(row: &[u128; 4]) -> V { transmute!(*row) }
    fn store_words(v: V) -> [u128; 4] { transmute!(v) }

    fn zero() -> V { [_mm256_setzero_si256(); 2] }
    fn xor(a: V, b: V) -> V { [_mm256_xor_si256(a[0], b[0]), _mm256_xor_si256(a[1], b[1])] }
    fn add_words(a: V, b: V) -> V { [_mm256_add_epi32(a[0], b[0]), _mm256_add_epi32(a[1], b[1])] }

    fn aesenc(state: V, key: V) -> V {
        [_mm256_aesenc_epi128(state[0], key[0]), _mm256_aesenc_epi128(state[1], key[1])]
    }
    fn aesenclast(state: V, key: V) -> V {
        [_mm256_aesenclast_epi128(state[0], key[0]), _mm256_aesenclast_epi128(state[1], key[1])]
    }

    /// The lower halves of each block, multiplied without carry.
    fn multiply_low(a: V, b: V) -> V {
        [
            _mm256_clmulepi64_epi128::<0x00>(a[0], b[0]),
            _mm256_clmulepi64_epi128::<0x00>(a[1], b[1]),
        ]
    }
    /// The upper halves.
    fn multiply_high(a: V, b: V) -> V {
        [
            _mm256_clmulepi64_epi128::<0x11>(a[0], b[0]),
            _mm256_clmulepi64_epi128::<0x11>(a[1], b[1]),
        ]
    }
    /// The halves of each block, exchanged.
    fn swap(a: V) -> V { [_mm256_shuffle_epi32::<0x4e>(a[0]), _mm256_shuffle_epi32::<0x4e>(a[1])] }
    /// The lower half of each block as the upper, above zeros.
    fn up(a: V) -> V { [_mm256_bslli_epi128::<8>(a[0]), _mm256_bslli_epi128::<8>(a[1])] }
    /// The upper half of each block as the lower, below zeros.
    fn down(a: V) -> V { [_mm256_bsrli_epi128::<8>(a[0]), _mm256_bsrli_epi128::<8>(a[1])] }
    /// The bytes of each block in the other order.
    fn reverse(a: V) -> V {
        let order = load(&REVERSED);
        [_mm256_shuffle_epi8(a[0], order[0]), _mm256_shuffle_epi8(a[1], order[1])]
    }

    /// The sum of the four blocks as the first, before zeros.
    fn fold(a: V) -> V {
        let two = _mm256_xor_si256(a[0], a[1]);
        let one = _mm_xor_si128(_mm256_castsi256_si128(two), _mm256_extracti128_si256::<1>(two));
        [_mm256_zextsi128_si256(one), _mm256_setzero_si256()]
    }

    /// Blocks i of a, b, c, d as vector i.
    fn transpose(rows: [V; 4]) -> [V; 4] {
        let [[a, e], [b, f], [c, g], [d, h]] = rows; // a₀ a₁, a₂ a₃, …
        [
            [_mm256_permute2x128_si256::<0x20>(a, b), _mm256_permute2x128_si256::<0x20>(c, d)],
            [_mm256_permute2x128_si256::<0x31>(a, b), _mm256_permute2x128_si256::<0x31>(c, d)],
            [_mm256_permute2x128_si256::<0x20>(e, f), _mm256_permute2x128_si256::<0x20>(g, h)],
            [_mm256_permute2x128_si256::<0x31>(e, f), _mm256_permute2x128_si256::<0x31>(g, h)],
        ]
    }
}

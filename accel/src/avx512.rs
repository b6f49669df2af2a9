//! A row of 64 bytes is one vector: AVX-512 with VAES and VPCLMULQDQ.

use core::arch::x86_64::*;

use zerocopy::transmute;

use crate::Row;

/// Four blocks.
type V = __m512i;

/// Rows of key stream made at a time: as many as hide the latency of AES, and leave registers for
/// the round keys.
const WIDE: usize = 8;

kernels!("avx512f,avx512bw,avx512vl,aes,vaes,pclmulqdq,vpclmulqdq");
cbc_kernel!("avx512f,avx512bw,avx512vl,aes,vaes,pclmulqdq,vpclmulqdq");

macro_rules! operations {
    ($($(#[$doc:meta])* fn $name:ident($($a:ident: $A:ty),*) -> $R:ty $body:block)*) => {
        $($(#[$doc])*
        #[inline]
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,aes,vaes,pclmulqdq,vpclmulqdq")]
        fn $name($($a: $A),*) -> $R $body)*
    };
}

operations! {
    fn load(row: &Row) -> V { transmute!(*row) }
    fn store(v: V) -> Row { transmute!(v) }
    fn load_words(row: &[u128; 4]) -> V { transmute!(*row) }
    fn store_words(v: V) -> [u128; 4] { transmute!(v) }

    fn zero() -> V { _mm512_setzero_si512() }
    fn xor(a: V, b: V) -> V { _mm512_xor_si512(a, b) }
    fn add_words(a: V, b: V) -> V { _mm512_add_epi32(a, b) }

    fn aesenc(state: V, key: V) -> V { _mm512_aesenc_epi128(state, key) }
    fn aesenclast(state: V, key: V) -> V { _mm512_aesenclast_epi128(state, key) }

    /// The lower halves of each block, multiplied without carry.
    fn multiply_low(a: V, b: V) -> V { _mm512_clmulepi64_epi128::<0x00>(a, b) }
    /// The upper halves.
    fn multiply_high(a: V, b: V) -> V { _mm512_clmulepi64_epi128::<0x11>(a, b) }
    /// The halves of each block, exchanged.
    fn swap(a: V) -> V { _mm512_shuffle_epi32::<0x4e>(a) }
    /// The lower half of each block as the upper, above zeros.
    fn up(a: V) -> V { _mm512_bslli_epi128::<8>(a) }
    /// The upper half of each block as the lower, below zeros.
    fn down(a: V) -> V { _mm512_bsrli_epi128::<8>(a) }
    /// The bytes of each block in the other order.
    fn reverse(a: V) -> V { _mm512_shuffle_epi8(a, load(&REVERSED)) }

    /// The sum of the four blocks as the first, before zeros.
    fn fold(a: V) -> V {
        let two = _mm256_xor_si256(_mm512_castsi512_si256(a), _mm512_extracti64x4_epi64::<1>(a));
        _mm512_zextsi128_si512(_mm_xor_si128(
            _mm256_castsi256_si128(two),
            _mm256_extracti128_si256::<1>(two),
        ))
    }

    /// Blocks i of a, b, c, d as vector i.
    fn transpose(rows: [V; 4]) -> [V; 4] {
        let [a, b, c, d] = rows;
        let ab = _mm512_shuffle_i64x2::<0x44>(a, b); // a₀ a₁ b₀ b₁
        let cd = _mm512_shuffle_i64x2::<0x44>(c, d);
        let ef = _mm512_shuffle_i64x2::<0xee>(a, b); // a₂ a₃ b₂ b₃
        let gh = _mm512_shuffle_i64x2::<0xee>(c, d);
        [
            _mm512_shuffle_i64x2::<0x88>(ab, cd), //    a₀ b₀ c₀ d₀
            _mm512_shuffle_i64x2::<0xdd>(ab, cd),
            _mm512_shuffle_i64x2::<0x88>(ef, gh),
            _mm512_shuffle_i64x2::<0xdd>(ef, gh),
        ]
    }
}

//! Sixteen texts: word i of all states, and of all blocks, is one vector.

use core::arch::x86_64::*;

use zerocopy::transmute;

use super::{K, SHA256_LANES, Sha256Block, Sha256State};

/// A word of each text.
type V = __m512i;

/// FIPS 180-4 §6.2.2. Lanes without a text repeat the first, and what they find is dropped.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn compress(states: &mut [Sha256State], texts: &[&[Sha256Block]]) {
    let (Some(len), Some(first)) = (texts.iter().map(|text| text.len()).min(), texts.first())
    else {
        return;
    };
    let mut lanes = [*first; SHA256_LANES];
    lanes.iter_mut().zip(texts).for_each(|(lane, text)| *lane = text);
    let mut h = [_mm512_setzero_si512(); 8];
    for (i, h) in h.iter_mut().enumerate() {
        let mut words = [0; SHA256_LANES];
        words.iter_mut().zip(&*states).for_each(|(word, state)| *word = state[i]);
        *h = transmute!(words);
    }
    for at in 0..len {
        let mut w = [_mm512_setzero_si512(); 16];
        for (w, block) in w.iter_mut().zip(lanes.iter().filter_map(|lane| lane.get(at))) {
            *w = load(block);
        }
        let mut w = transpose(w);
        let mut s = h;
        for (i, k) in K.iter().enumerate() {
            let extends = i > 0; // W₀ … W₁₅ are the block
            four_rounds::<0>(&mut s, &mut w, k, extends);
            four_rounds::<4>(&mut s, &mut w, k, extends);
            four_rounds::<8>(&mut s, &mut w, k, extends);
            four_rounds::<12>(&mut s, &mut w, k, extends);
        }
        for (h, s) in h.iter_mut().zip(s) {
            *h = add(*h, s); //                                 a + H₀, b + H₁ …
        }
    }
    for (i, h) in h.into_iter().enumerate() {
        let words: [u32; SHA256_LANES] = transmute!(h);
        states.iter_mut().zip(words).for_each(|(state, word)| state[i] = word);
    }
}

/// So few that the compiler writes them out, and no index is left.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn four_rounds<const AT: usize>(s: &mut [V; 8], w: &mut [V; 16], k: &[u32; 16], extends: bool) {
    for t in AT..AT + 4 {
        if extends {
            let (w15, w7, w2) = (w[(t + 1) % 16], w[(t + 9) % 16], w[(t + 14) % 16]);
            w[t] = add(add(small_sigma1(w2), w7), add(small_sigma0(w15), w[t]));
        }
        let [a, b, c, d, e, f, g, h] = *s;
        let kw = add(_mm512_set1_epi32(k[t].cast_signed()), w[t]);
        let t1 = add(add(add(h, kw), choose(e, f, g)), big_sigma1(e));
        let t2 = add(big_sigma0(a), majority(a, b, c));
        *s = [add(t1, t2), a, b, c, add(d, t1), e, f, g];
    }
}

macro_rules! operations {
    ($($(#[$doc:meta])* fn $name:ident($($a:ident: $A:ty),*) -> $R:ty $body:block)*) => {
        $($(#[$doc])*
        #[inline]
        #[target_feature(enable = "avx512f,avx512bw")]
        fn $name($($a: $A),*) -> $R $body)*
    };
}

operations! {
    /// Sixteen words of 32 bits, big-endian.
    fn load(block: &Sha256Block) -> V {
        _mm512_shuffle_epi8(transmute!(*block), transmute!(REVERSED))
    }

    fn add(x: V, y: V) -> V { _mm512_add_epi32(x, y) }
    fn xor(x: V, y: V, z: V) -> V { _mm512_ternarylogic_epi32::<0b1001_0110>(x, y, z) }

    // FIPS 180-4 §4.1.2: Ch, Maj, Σ₀, Σ₁, σ₀, σ₁.
    fn choose(x: V, y: V, z: V) -> V { _mm512_ternarylogic_epi32::<0b1100_1010>(x, y, z) }
    fn majority(x: V, y: V, z: V) -> V { _mm512_ternarylogic_epi32::<0b1110_1000>(x, y, z) }
    fn big_sigma0(x: V) -> V { xor(rotate::<2>(x), rotate::<13>(x), rotate::<22>(x)) }
    fn big_sigma1(x: V) -> V { xor(rotate::<6>(x), rotate::<11>(x), rotate::<25>(x)) }
    fn small_sigma0(x: V) -> V { xor(rotate::<7>(x), rotate::<18>(x), _mm512_srli_epi32::<3>(x)) }
    fn small_sigma1(x: V) -> V { xor(rotate::<17>(x), rotate::<19>(x), _mm512_srli_epi32::<10>(x)) }

    /// Word i of each of sixteen blocks as vector i.
    fn transpose(blocks: [V; 16]) -> [V; 16] {
        // In each quarter of 128 bits: words of two blocks, then of four.
        let (mut two, mut four, mut all) = (blocks, blocks, blocks);
        for i in 0..8 {
            let (a, b) = (blocks[2 * i], blocks[2 * i + 1]);
            two[2 * i] = _mm512_unpacklo_epi32(a, b); //      a₀ b₀ a₁ b₁
            two[2 * i + 1] = _mm512_unpackhi_epi32(a, b); //  a₂ b₂ a₃ b₃
        }
        for i in 0..4 {
            let (ab0, ab2) = (two[4 * i], two[4 * i + 1]);
            let (cd0, cd2) = (two[4 * i + 2], two[4 * i + 3]);
            four[i] = _mm512_unpacklo_epi64(ab0, cd0); //     a₀ b₀ c₀ d₀
            four[4 + i] = _mm512_unpackhi_epi64(ab0, cd0); // a₁ b₁ c₁ d₁
            four[8 + i] = _mm512_unpacklo_epi64(ab2, cd2);
            four[12 + i] = _mm512_unpackhi_epi64(ab2, cd2);
        }
        // Quarter q of the four vectors of word j is word 4q + j.
        for j in 0..4 {
            let (a, b) = (four[4 * j], four[4 * j + 1]);
            let (c, d) = (four[4 * j + 2], four[4 * j + 3]);
            let even_ab = _mm512_shuffle_i32x4::<0b10_00_10_00>(a, b);
            let even_cd = _mm512_shuffle_i32x4::<0b10_00_10_00>(c, d);
            let odd_ab = _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b);
            let odd_cd = _mm512_shuffle_i32x4::<0b11_01_11_01>(c, d);
            all[j] = _mm512_shuffle_i32x4::<0b10_00_10_00>(even_ab, even_cd);
            all[4 + j] = _mm512_shuffle_i32x4::<0b10_00_10_00>(odd_ab, odd_cd);
            all[8 + j] = _mm512_shuffle_i32x4::<0b11_01_11_01>(even_ab, even_cd);
            all[12 + j] = _mm512_shuffle_i32x4::<0b11_01_11_01>(odd_ab, odd_cd);
        }
        all
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn rotate<const N: i32>(x: V) -> V {
    _mm512_ror_epi32::<N>(x)
}

/// For each byte of a word, where it comes from: the quarters of a vector are shuffled alone.
const REVERSED: [[u8; 16]; 4] = [[3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]; 4];

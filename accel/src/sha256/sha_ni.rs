//! Up to four texts at the SHA extensions, which want `abef` and `cdgh` of a state as vectors.

use core::arch::x86_64::*;

use zerocopy::transmute;

use super::{K, Sha256Block, Sha256State};

/// Four words of one text.
type V = __m128i;

/// FIPS 180-4 §6.2.2.
#[target_feature(enable = "sha,sse4.1,ssse3")]
pub(super) fn compress(states: &mut [Sha256State], texts: &[&[Sha256Block]]) {
    let len = texts.iter().map(|text| text.len()).min().unwrap_or_default();
    for (states, texts) in states.chunks_mut(4).zip(texts.chunks(4)) {
        match texts.len() {
            4 => side_by_side::<4>(states, texts, len),
            3 => side_by_side::<3>(states, texts, len),
            2 => side_by_side::<2>(states, texts, len),
            _ => side_by_side::<1>(states, texts, len),
        }
    }
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
fn side_by_side<const N: usize>(states: &mut [Sha256State], texts: &[&[Sha256Block]], len: usize) {
    let (Some(states), Some(texts)) = (states.as_mut_array::<N>(), texts.as_array::<N>()) else {
        return;
    };
    let zero = _mm_setzero_si128();
    let mut hash = [[zero; 2]; N];
    for (hash, [a, b, c, d, e, f, g, h]) in hash.iter_mut().zip(&*states) {
        *hash = [transmute!([*f, *e, *b, *a]), transmute!([*h, *g, *d, *c])];
    }
    for at in 0..len {
        let mut w = [[zero; 4]; N];
        for (w, block) in w.iter_mut().zip(texts.iter().filter_map(|text| text.get(at))) {
            let block: [V; 4] = transmute!(*block);
            for (w, words) in w.iter_mut().zip(block) {
                *w = _mm_shuffle_epi8(words, transmute!(REVERSED));
            }
        }
        let mut s = hash;
        for (i, k) in K.iter().enumerate() {
            for j in 0..4 {
                if i > 0 {
                    extend(&mut w, j); // W₀ … W₁₅ are the block
                }
                let k = k.as_chunks().0[j];
                four_rounds(&mut s, &w, j, k);
            }
        }
        for (hash, s) in hash.iter_mut().zip(s) {
            *hash = [_mm_add_epi32(hash[0], s[0]), _mm_add_epi32(hash[1], s[1])];
        }
    }
    for (state, [abef, cdgh]) in states.iter_mut().zip(hash) {
        let ([f, e, b, a], [h, g, d, c]): ([u32; 4], [u32; 4]) =
            (transmute!(abef), transmute!(cdgh));
        *state = [a, b, c, d, e, f, g, h];
    }
}

/// The next four words of each message schedule, in place of those sixteen before.
#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3")]
fn extend<const N: usize>(w: &mut [[V; 4]; N], j: usize) {
    for w in w {
        let (w12, w8, w4) = (w[(j + 1) % 4], w[(j + 2) % 4], w[(j + 3) % 4]);
        let w7 = _mm_alignr_epi8::<4>(w4, w8);
        w[j] = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w[j], w12), w7), w4);
    }
}

/// Two rounds of each text, and two more.
#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3")]
fn four_rounds<const N: usize>(s: &mut [[V; 2]; N], w: &[[V; 4]; N], j: usize, k: [u32; 4]) {
    let mut kw = [_mm_setzero_si128(); N];
    for (kw, w) in kw.iter_mut().zip(w) {
        *kw = _mm_add_epi32(w[j], transmute!(k));
    }
    for ([abef, cdgh], kw) in s.iter_mut().zip(kw) {
        *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, kw);
    }
    for ([abef, cdgh], kw) in s.iter_mut().zip(kw) {
        *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0b11_10>(kw));
    }
}

/// For each byte of a word, where it comes from.
const REVERSED: [u8; 16] = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

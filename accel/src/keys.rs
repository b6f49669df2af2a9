//! The key expansion of FIPS 197 §5.2, for keys of 4, 6 and 8 words.

use core::arch::x86_64::{_mm_aeskeygenassist_si128, _mm_cvtsi128_si32, _mm_set1_epi32};

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Block;

/// The round keys of one key length.
pub(crate) enum RoundKeys {
    Aes128([Block; 11]),
    Aes192([Block; 13]),
    Aes256([Block; 15]),
}

impl Drop for RoundKeys {
    fn drop(&mut self) {
        // As slices: an array is erased byte by byte.
        match self {
            Self::Aes128(keys) => keys.as_flattened_mut().zeroize(),
            Self::Aes192(keys) => keys.as_flattened_mut().zeroize(),
            Self::Aes256(keys) => keys.as_flattened_mut().zeroize(),
        }
    }
}

impl ZeroizeOnDrop for RoundKeys {}

impl RoundKeys {
    /// Expands `key`. `None` if it is not 16, 24 or 32 bytes long.
    #[target_feature(enable = "aes,ssse3")]
    pub(crate) fn expand(key: &[u8]) -> Option<Self> {
        let words = key.as_chunks();
        match words {
            (words, []) => match words.len() {
                4 => Some(Self::Aes128(expand::<4, 11>(words))),
                6 => Some(Self::Aes192(expand::<6, 13>(words))),
                8 => Some(Self::Aes256(expand::<8, 15>(words))),
                _ => None,
            },
            _ => None,
        }
    }
}

/// KEYEXPANSION of FIPS 197 §5.2, Algorithm 2, for `NK` words and `R` round keys. Words are
/// little-endian here.
#[target_feature(enable = "aes,ssse3")]
fn expand<const NK: usize, const R: usize>(key: &[[u8; 4]]) -> [Block; R] {
    let mut w = [0u32; 60];
    for (w, k) in w.iter_mut().zip(key) {
        *w = u32::from_le_bytes(*k);
    }
    let mut rcon = 1u8;
    let mut temp = w[NK - 1];
    for i in NK..4 * R {
        if i % NK == 0 {
            temp = sub_word(temp).rotate_right(8) ^ u32::from(rcon); // SUBWORD(ROTWORD(temp))
            rcon = (rcon << 1) ^ ((rcon >> 7) * 0x1b); //                   × x in GF(2⁸)
        } else if NK > 6 && i % NK == 4 {
            temp = sub_word(temp);
        }
        temp ^= w[i - NK];
        w[i] = temp;
    }
    let mut keys = [Block::default(); R];
    for (k, w) in keys.as_flattened_mut().as_chunks_mut().0.iter_mut().zip(w) {
        *k = w.to_le_bytes();
    }
    w.as_mut_slice().zeroize();
    keys
}

/// SUBWORD of FIPS 197 §5.2: the S-box on each byte, by the instruction, so without a table.
#[target_feature(enable = "aes,ssse3")]
fn sub_word(word: u32) -> u32 {
    let words = _mm_set1_epi32(word.cast_signed());
    _mm_cvtsi128_si32(_mm_aeskeygenassist_si128::<0>(words)).cast_unsigned()
}

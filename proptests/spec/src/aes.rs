//! AES: FIPS 197, from the equations.
//!
//! | here | FIPS 197 |
//! |---|---|
//! | `s[r + 4c]` | state, row r, column c (§3.4: the input fills it column by column) |
//! | `w` | key schedule, words of 4 bytes (§5.2) |
//! | `rounds` | Nr: 10, 12, 14 for keys of 16, 24, 32 bytes |

use std::sync::OnceLock;

/// 16 bytes.
pub type Block = [u8; 16];

/// An expanded key.
#[derive(Clone, Debug)]
pub struct Aes {
    w: Vec<[u8; 4]>,
}

impl Aes {
    /// Expands `key`.
    ///
    /// # Panics
    ///
    /// Unless it has 16, 24 or 32 bytes.
    pub fn new(key: &[u8]) -> Self {
        assert!(matches!(key.len(), 16 | 24 | 32), "an AES key of {} bytes", key.len());
        Self { w: key_expansion(key) }
    }

    /// CIPHER, §5.1.
    pub fn encrypt(&self, block: Block) -> Block {
        let rounds = self.w.len() / 4 - 1;
        let mut s = self.add_round_key(block, 0);
        for round in 1..rounds {
            s = s.map(sub_byte);
            s = shift_rows(s);
            s = mix_columns(s, [2, 3, 1, 1]);
            s = self.add_round_key(s, round);
        }
        s = s.map(sub_byte);
        s = shift_rows(s);
        self.add_round_key(s, rounds)
    }

    /// INVCIPHER, §5.3: each step undone, in the reverse order.
    pub fn decrypt(&self, block: Block) -> Block {
        let rounds = self.w.len() / 4 - 1;
        let mut s = self.add_round_key(block, rounds);
        for round in (1..rounds).rev() {
            s = inverse_shift_rows(s);
            s = s.map(inverse_sub_byte);
            s = self.add_round_key(s, round);
            s = mix_columns(s, [14, 11, 13, 9]);
        }
        s = inverse_shift_rows(s);
        s = s.map(inverse_sub_byte);
        self.add_round_key(s, 0)
    }

    /// ADDROUNDKEY, §5.1.4.
    fn add_round_key(&self, s: Block, round: usize) -> Block {
        std::array::from_fn(|i| s[i] ^ self.w[4 * round + i / 4][i % 4])
    }
}

/// KEYEXPANSION, §5.2.
fn key_expansion(key: &[u8]) -> Vec<[u8; 4]> {
    let nk = key.len() / 4;
    let mut w: Vec<[u8; 4]> = key.chunks(4).map(|c| c.try_into().expect("4 bytes")).collect();
    let mut rcon = 1; //                                   x^(i/Nk − 1)
    for i in nk..4 * (nk + 7) {
        let mut temp = w[i - 1];
        if i % nk == 0 {
            temp.rotate_left(1); //                        ROTWORD
            temp = temp.map(sub_byte); //                  SUBWORD
            temp[0] ^= rcon;
            rcon = times(rcon, 2);
        } else if nk > 6 && i % nk == 4 {
            temp = temp.map(sub_byte);
        }
        w.push(std::array::from_fn(|j| w[i - nk][j] ^ temp[j]));
    }
    w
}

/// SHIFTROWS, §5.1.2: row r moves left by r columns.
fn shift_rows(s: Block) -> Block {
    std::array::from_fn(|i| s[(i + 4 * (i % 4)) % 16])
}

/// INVSHIFTROWS, §5.3.1: row r moves right by r columns.
fn inverse_shift_rows(s: Block) -> Block {
    std::array::from_fn(|i| s[(i + 12 * (i % 4)) % 16])
}

/// MIXCOLUMNS and its inverse, §5.1.3, §5.3.3: each row of the matrix is the one above, turned.
fn mix_columns(s: Block, row: [u8; 4]) -> Block {
    std::array::from_fn(|i| {
        let (r, column) = (i % 4, &s[i / 4 * 4..][..4]);
        (0..4).fold(0, |sum, j| sum ^ times(row[(j + 4 - r) % 4], column[j]))
    })
}

/// SUBBYTES on one byte, §5.1.1.
fn sub_byte(b: u8) -> u8 {
    static S_BOX: OnceLock<[u8; 256]> = OnceLock::new();
    S_BOX.get_or_init(|| std::array::from_fn(|b| affine(inverse(b as u8))))[usize::from(b)]
}

/// INVSUBBYTES on one byte, §5.3.2.
fn inverse_sub_byte(b: u8) -> u8 {
    static INVERSE: OnceLock<[u8; 256]> = OnceLock::new();
    let turned = |b| (0..=255).find(|&x| sub_byte(x) == b as u8).expect("SUBBYTES is one-to-one");
    INVERSE.get_or_init(|| std::array::from_fn(turned))[usize::from(b)]
}

/// The affine map of §5.1.1: bit i of the result is the sum of bits i, i+4, i+5, i+6, i+7 of
/// `b` and of bit i of 63.
fn affine(b: u8) -> u8 {
    [0, 4, 5, 6, 7].iter().fold(0x63, |sum, &i| sum ^ b.rotate_right(i))
}

/// The inverse in GF(2⁸), and 0 for 0.
fn inverse(b: u8) -> u8 {
    (0..=255).find(|&x| times(b, x) == 1).unwrap_or(0)
}

/// The product in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1, §4.2.
fn times(a: u8, b: u8) -> u8 {
    let (mut factor, mut power, mut product) = (a, b, 0);
    while factor != 0 {
        if factor & 1 == 1 {
            product ^= power;
        }
        let carry = power >> 7;
        power = (power << 1) ^ (0x1b * carry); //          XTIMES
        factor >>= 1;
    }
    product
}

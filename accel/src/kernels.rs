//! CTR and GCM over rows, once for all tiers: a tier names its vector `V`, its operations, and
//! the features they need.
//!
//! | here       | standard                     | unit                                          |
//! |------------|------------------------------|-----------------------------------------------|
//! | `counters` | SP 800-38A Tⱼ … Tⱼ₊₃         | four blocks, each as a little-endian integer  |
//! | `y`        | SP 800-38D Yᵢ                | one block, bytes reversed as in RFC 8452 §A   |
//!
//! GHASH is POLYVAL of the reversed blocks under mulX_POLYVAL of the reversed H (RFC 8452 §A): its
//! products need no shift by a bit. Several products are summed before one reduction, and each is
//! three multiplications of 64 bits by Karatsuba's rule.

#[macro_use]
mod cbc;

/// What is hashed of a text: nothing, what goes in (decryption), or what comes out (encryption).
pub(crate) const NOTHING: u8 = 0;
pub(crate) const INPUT: u8 = 1;
pub(crate) const OUTPUT: u8 = 2;

/// The kernels of one tier. A macro, because the features of a function are a literal.
macro_rules! kernels {
    ($features:literal) => {
        use crate::kernels::{INPUT, NOTHING, OUTPUT};
        use crate::keys::RoundKeys;
        use crate::{Block, GROUP, LANES, Powers};

        #[target_feature(enable = $features)]
        pub(crate) fn ctr(keys: &RoundKeys, counter: u128, text: &mut [Row]) {
            crypt::<NOTHING>(keys, &NO_POWERS, counter, &mut [0; 16], text);
        }

        #[target_feature(enable = $features)]
        pub(crate) fn encrypt(
            keys: &RoundKeys,
            powers: &Powers,
            counter: u128,
            hash: &mut Block,
            text: &mut [Row],
        ) {
            crypt::<OUTPUT>(keys, powers, counter, hash, text);
        }

        #[target_feature(enable = $features)]
        pub(crate) fn decrypt(
            keys: &RoundKeys,
            powers: &Powers,
            counter: u128,
            hash: &mut Block,
            text: &mut [Row],
        ) {
            crypt::<INPUT>(keys, powers, counter, hash, text);
        }

        #[target_feature(enable = $features)]
        fn crypt<const HASHED: u8>(
            keys: &RoundKeys,
            powers: &Powers,
            counter: u128,
            hash: &mut Block,
            text: &mut [Row],
        ) {
            match keys {
                RoundKeys::Aes128(k) => rounds::<11, HASHED>(k, powers, counter, hash, text),
                RoundKeys::Aes192(k) => rounds::<13, HASHED>(k, powers, counter, hash, text),
                RoundKeys::Aes256(k) => rounds::<15, HASHED>(k, powers, counter, hash, text),
            }
        }

        /// GCTR and GHASH of SP 800-38D §7 in one pass, under `R` round keys.
        #[target_feature(enable = $features)]
        fn rounds<const R: usize, const HASHED: u8>(
            keys: &[Block; R],
            powers: &Powers,
            counter: u128,
            hash: &mut Block,
            text: &mut [Row],
        ) {
            let mut counters = add_words(load_words(&[counter; 4]), load(&STEPS));
            let mut y = reverse(load(&[*hash, [0; 16], [0; 16], [0; 16]]));
            // With fewer powers there are no whole groups.
            let at_once = if powers.rows == GROUP { text.len() / GROUP * GROUP } else { 0 };
            let (groups, rest) = text.split_at_mut(at_once);
            if let (groups @ [_, ..], _) = groups.as_chunks_mut() {
                y = whole_groups::<R, HASHED>(keys, powers, &mut counters, y, groups);
            }
            for group in rest.chunks_mut(powers.rows) {
                let mut sum = [zero(); 3];
                let mut power = group.len();
                for row in group {
                    let mut stream = xor(reverse(counters), load(&[keys[0]; 4]));
                    counters = add_words(counters, load(&FOUR));
                    for r in 1..R - 1 {
                        stream = aesenc(stream, load(&[keys[r]; 4]));
                    }
                    let input = load(row);
                    let output = xor(input, aesenclast(stream, load(&[keys[R - 1]; 4])));
                    *row = store(output);
                    if HASHED != NOTHING {
                        power -= 1;
                        let x = reverse(if HASHED == INPUT { input } else { output });
                        add_product(&mut sum, xor(x, y), powers, power);
                        y = zero();
                    }
                }
                if HASHED != NOTHING {
                    y = fold(reduce(sum));
                }
            }
            if HASHED != NOTHING {
                [*hash, ..] = store(reverse(y));
            }
        }

        /// What is many rows of it: returns the hash, and leaves the counters behind them.
        #[inline(never)]
        #[target_feature(enable = $features)]
        fn whole_groups<const R: usize, const HASHED: u8>(
            keys: &[Block; R],
            powers: &Powers,
            counters: &mut V,
            mut y: V,
            groups: &mut [[Row; GROUP]],
        ) -> V {
            let wide_keys = broadcast(keys);
            // What is encrypted is hashed one group later, so that no product waits for a cipher.
            let mut behind: Option<&[Row; GROUP]> = None;
            for group in groups {
                let mut sum = [zero(); 3];
                for (part, rows) in group.as_chunks_mut::<WIDE>().0.iter_mut().enumerate() {
                    let keys = from_memory(&wide_keys);
                    let mut stream = [zero(); WIDE];
                    for s in &mut stream {
                        *s = xor(reverse(*counters), keys[0]);
                        *counters = add_words(*counters, load(&FOUR));
                    }
                    // A row is hashed between two rounds: the units for both stay busy. In
                    // decryption the first row comes last, since it waits for the group before.
                    // Each loop is of the form for which the compiler's code is fastest.
                    if HASHED == INPUT {
                        for r in 1..=WIDE {
                            round(&mut stream, keys[r]);
                            let at = part * WIDE + r % WIDE;
                            let x = reverse(load(&rows[r % WIDE]));
                            let x = if at == 0 { xor(x, y) } else { x };
                            add_product(&mut sum, x, powers, GROUP - 1 - at);
                        }
                        for r in WIDE + 1..R - 1 {
                            round(&mut stream, keys[r]);
                        }
                    } else {
                        let hashed: Option<&[Row; WIDE]> =
                            behind.map(|group| &group.as_chunks().0[part]);
                        for r in 1..R - 1 {
                            round(&mut stream, keys[r]);
                            if let Some(row) = hashed.and_then(|rows| rows.get(r - 1)) {
                                let at = part * WIDE + r - 1;
                                let x = reverse(load(row));
                                let x = if at == 0 { xor(x, y) } else { x };
                                add_product(&mut sum, x, powers, GROUP - 1 - at);
                            }
                        }
                    }
                    for (row, s) in rows.iter_mut().zip(stream) {
                        *row = store(xor(load(row), aesenclast(s, keys[R - 1])));
                    }
                }
                if HASHED == INPUT || behind.is_some() {
                    y = fold(reduce(sum));
                }
                if HASHED == OUTPUT {
                    behind = Some(group);
                }
            }
            if let Some(group) = behind {
                y = hash_group(powers, y, group);
            }
            y
        }

        /// GHASH of SP 800-38D §6.4 over any number of blocks.
        #[target_feature(enable = $features)]
        pub(crate) fn hash(powers: &Powers, hash: &mut Block, blocks: &[Block]) {
            let mut y = reverse(load(&[*hash, [0; 16], [0; 16], [0; 16]]));
            let (rows, rest) = blocks.as_chunks::<4>();
            for group in rows.chunks(powers.rows) {
                y = hash_group(powers, y, group);
            }
            // The last of the four powers is H¹.
            let (row, y) = match *rest {
                [] => (None, y),
                [a] => (Some([[0; 16], [0; 16], [0; 16], a]), down_to(y, 3)),
                [a, b] => (Some([[0; 16], [0; 16], a, b]), down_to(y, 2)),
                [a, b, c, ..] => (Some([[0; 16], a, b, c]), down_to(y, 1)),
            };
            let y = row.map_or(y, |row| hash_group(powers, y, &[row]));
            [*hash, ..] = store(reverse(y));
        }

        /// One reduction, for at most [`GROUP`] rows.
        #[target_feature(enable = $features)]
        fn hash_group(powers: &Powers, y: V, group: &[Row]) -> V {
            let mut sum = [zero(); 3];
            for (i, row) in group.iter().enumerate() {
                let x = if i == 0 { xor(reverse(load(row)), y) } else { reverse(load(row)) };
                add_product(&mut sum, x, powers, group.len() - 1 - i);
            }
            fold(reduce(sum))
        }

        /// The powers of H in `rows` rows, from H¹ on: each row is an earlier one times a power.
        #[target_feature(enable = $features)]
        pub(crate) fn powers(h: &Block, rows: usize) -> Powers {
            let h = u128::from_be_bytes(*h);
            // mulX_POLYVAL of RFC 8452 §A: × x, modulo x¹²⁸ + x¹²⁷ + x¹²⁶ + x¹²¹ + 1.
            let h1 = (h << 1) ^ ((h >> 127).wrapping_neg() & (0xc2 << 120 | 1));
            let [h2, ..] = store_words(multiply(load_words(&[h1; 4]), load_words(&[h1; 4])));
            let row = load_words(&[h2, h1, h2, h1]);
            let [h4, h3, ..] = store_words(multiply(row, load_words(&[h2; 4])));
            let mut powers = Powers { h: [[0; 4]; GROUP], rows };
            powers.h[0] = [h4, h3, h2, h1];
            let mut n = 1; // rows are known
            while n < rows {
                let by = load_words(&[powers.h[n - 1][0]; 4]);
                for k in 0..n {
                    powers.h[n + k] = store_words(multiply(load_words(&powers.h[k]), by));
                }
                n *= 2;
            }
            powers
        }

        /// SUBBYTES to ADDROUNDKEY of FIPS 197 §5.1, of some rows.
        #[inline]
        #[target_feature(enable = $features)]
        fn round(rows: &mut [V; WIDE], key: V) {
            for row in rows {
                *row = aesenc(*row, key);
            }
        }

        /// The round keys, each four times.
        #[inline]
        #[target_feature(enable = $features)]
        fn broadcast<const R: usize>(keys: &[Block; R]) -> [V; R] {
            let mut wide = [zero(); R];
            for (wide, key) in wide.iter_mut().zip(keys) {
                *wide = load(&[*key; 4]);
            }
            wide
        }

        /// The same round keys, which the compiler shall not keep in registers: there are too few
        /// for all of them and the texts, and the copies that it makes are slower than the keys.
        #[inline]
        fn from_memory<const R: usize>(keys: &[V; R]) -> &[V; R] {
            core::hint::black_box(keys)
        }

        /// Adds x · H^… to a sum: its lower part, its upper part, and the middle one, to which the
        /// other two are still to be added.
        #[inline]
        #[target_feature(enable = $features)]
        fn add_product(sum: &mut [V; 3], x: V, powers: &Powers, row: usize) {
            let h = load_words(&powers.h[row]);
            sum[0] = xor(sum[0], multiply_low(x, h));
            sum[1] = xor(sum[1], multiply_high(x, h));
            sum[2] = xor(sum[2], multiply_low(xor(x, swap(x)), xor(h, swap(h))));
        }

        /// A sum of products modulo x¹²⁸ + x¹²⁷ + x¹²⁶ + x¹²¹ + 1, times x⁻¹²⁸ (RFC 8452 §3).
        #[inline]
        #[target_feature(enable = $features)]
        fn reduce([low, high, mid]: [V; 3]) -> V {
            let mid = xor(mid, xor(low, high));
            let (mut low, high) = (xor(low, up(mid)), xor(high, down(mid)));
            for _ in 0..2 {
                low = xor(swap(low), multiply_low(low, load_words(&[0xc2 << 56; 4])));
            }
            xor(high, low)
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn multiply(a: V, b: V) -> V {
            let mid = multiply_low(xor(a, swap(a)), xor(b, swap(b)));
            reduce([multiply_low(a, b), multiply_high(a, b), mid])
        }

        /// The first block as the one at `at`, between zeros.
        #[inline]
        #[target_feature(enable = $features)]
        fn down_to(v: V, at: usize) -> V {
            let [a, ..] = store_words(v);
            let mut words = [0; 4];
            words[at] = a;
            load_words(&words)
        }

        /// For each byte of a block, where it comes from.
        const REVERSED: Row = [[15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]; 4];

        /// What the counters of four blocks are ahead of the first: 32 bits, little-endian.
        const STEPS: Row = [step(0), step(1), step(2), step(3)];

        /// Four counters on.
        const FOUR: Row = [step(4); 4];

        /// CTR alone multiplies with none.
        static NO_POWERS: Powers = Powers { h: [[0; 4]; GROUP], rows: GROUP };

        const fn step(n: u8) -> Block {
            [n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
    };
}

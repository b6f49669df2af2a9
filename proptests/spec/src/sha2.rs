//! SHA-256, SHA-384 and SHA-512: FIPS 180-4, with every constant computed from what defines it.

use std::sync::OnceLock;

/// SHA-256, §6.2.
pub fn sha256(message: &[u8]) -> [u8; 32] {
    static CONSTANTS: OnceLock<(Vec<u64>, Vec<u64>)> = OnceLock::new();
    let (h, k) = CONSTANTS.get_or_init(|| constants(32, 64, 0));
    let mut h: [u32; 8] = std::array::from_fn(|i| h[i] as u32);
    for block in padded(message, 64).chunks(64) {
        let mut w: Vec<u32> = block.chunks(4).map(|c| number(c) as u32).collect();
        for t in 16..64 {
            let (w15, w2) = (w[t - 15], w[t - 2]);
            let sigma0 = w15.rotate_right(7) ^ w15.rotate_right(18) ^ (w15 >> 3); //      (4.6)
            let sigma1 = w2.rotate_right(17) ^ w2.rotate_right(19) ^ (w2 >> 10); //       (4.7)
            w.push([sigma1, w[t - 7], sigma0, w[t - 16]].into_iter().fold(0, u32::wrapping_add));
        }
        let mut v = h; //                                                               a … h
        for t in 0..64 {
            let [a, b, c, _, e, f, g, h] = v;
            let sum0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22); //  (4.4)
            let sum1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25); //  (4.5)
            let (ch, maj) = ((e & f) ^ (!e & g), (a & b) ^ (a & c) ^ (b & c)); //       (4.2) (4.3)
            let t1 = [h, sum1, ch, k[t] as u32, w[t]].into_iter().fold(0, u32::wrapping_add);
            let t2 = sum0.wrapping_add(maj);
            v.rotate_right(1); //                            h = g, g = f, … e = d, … b = a
            v[4] = v[4].wrapping_add(t1); //                                            e = d + T₁
            v[0] = t1.wrapping_add(t2); //                                              a = T₁ + T₂
        }
        h = std::array::from_fn(|i| h[i].wrapping_add(v[i]));
    }
    h.map(u32::to_be_bytes).concat().try_into().expect("32 bytes")
}

/// SHA-512, §6.4.
pub fn sha512(message: &[u8]) -> [u8; 64] {
    static CONSTANTS: OnceLock<(Vec<u64>, Vec<u64>)> = OnceLock::new();
    sha512_from(CONSTANTS.get_or_init(|| constants(64, 80, 0)), message)
}

/// SHA-384, §6.5: SHA-512 from another H⁽⁰⁾, its last 16 bytes left off.
pub fn sha384(message: &[u8]) -> [u8; 48] {
    static CONSTANTS: OnceLock<(Vec<u64>, Vec<u64>)> = OnceLock::new();
    let whole = sha512_from(CONSTANTS.get_or_init(|| constants(64, 80, 8)), message);
    *whole.first_chunk().expect("64 bytes")
}

fn sha512_from((h, k): &(Vec<u64>, Vec<u64>), message: &[u8]) -> [u8; 64] {
    let mut h: [u64; 8] = std::array::from_fn(|i| h[i]);
    for block in padded(message, 128).chunks(128) {
        let mut w: Vec<u64> = block.chunks(8).map(number).collect();
        for t in 16..80 {
            let (w15, w2) = (w[t - 15], w[t - 2]);
            let sigma0 = w15.rotate_right(1) ^ w15.rotate_right(8) ^ (w15 >> 7); //       (4.12)
            let sigma1 = w2.rotate_right(19) ^ w2.rotate_right(61) ^ (w2 >> 6); //        (4.13)
            w.push([sigma1, w[t - 7], sigma0, w[t - 16]].into_iter().fold(0, u64::wrapping_add));
        }
        let mut v = h;
        for t in 0..80 {
            let [a, b, c, _, e, f, g, h] = v;
            let sum0 = a.rotate_right(28) ^ a.rotate_right(34) ^ a.rotate_right(39); // (4.10)
            let sum1 = e.rotate_right(14) ^ e.rotate_right(18) ^ e.rotate_right(41); // (4.11)
            let (ch, maj) = ((e & f) ^ (!e & g), (a & b) ^ (a & c) ^ (b & c)); //       (4.8) (4.9)
            let t1 = [h, sum1, ch, k[t], w[t]].into_iter().fold(0, u64::wrapping_add);
            let t2 = sum0.wrapping_add(maj);
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(t1);
            v[0] = t1.wrapping_add(t2);
        }
        h = std::array::from_fn(|i| h[i].wrapping_add(v[i]));
    }
    h.map(u64::to_be_bytes).concat().try_into().expect("64 bytes")
}

/// §5.1: a bit 1, zeros, and the length in bits in the last eighth of a block.
fn padded(message: &[u8], block: usize) -> Vec<u8> {
    let bits = (8 * message.len() as u128).to_be_bytes();
    let mut m = [message, &[0x80]].concat();
    while m.len() % block != block - block / 8 {
        m.push(0);
    }
    [m, bits[16 - block / 8..].to_vec()].concat()
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, &b| (n << 8) | u64::from(b))
}

/// H⁽⁰⁾ and K (§5.3, §4.2): the first `bits` of the fractional parts of the square roots of 8
/// primes, after the first `skipped`, and of the cube roots of the first `rounds` primes.
fn constants(bits: usize, rounds: usize, skipped: usize) -> (Vec<u64>, Vec<u64>) {
    let primes: Vec<u64> = (2..).filter(|n| (2..*n).all(|d| n % d != 0)).take(rounds).collect();
    let fraction = |p: &u64, degree| root(*p, degree, bits) as u64 & (u64::MAX >> (64 - bits));
    let h = primes.iter().skip(skipped).take(8).map(|p| fraction(p, 2)).collect();
    let k = primes.iter().map(|p| fraction(p, 3)).collect();
    (h, k)
}

/// The greatest x with xⁿ ≤ p·2^(bits·n): the n-th root of p with `bits` binary places.
fn root(p: u64, n: usize, bits: usize) -> u128 {
    let target = product(&[p as u32], &power_of_two(bits * n));
    (0..bits + 8).rev().fold(0u128, |x, i| {
        let more = x | 1 << i;
        let limbs: Vec<u32> = (0..4).map(|j| (more >> (32 * j)) as u32).collect();
        let power = (1..n).fold(limbs.clone(), |power, _| product(&power, &limbs));
        if at_most(&power, &target) { more } else { x }
    })
}

/// 2ⁿ, as limbs of 32 bits, the lowest first.
fn power_of_two(n: usize) -> Vec<u32> {
    let mut limbs = vec![0; n / 32 + 1];
    limbs[n / 32] = 1 << (n % 32);
    limbs
}

/// a · b, by the school's method.
fn product(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut sum = vec![0u32; a.len() + b.len()];
    for (i, &x) in a.iter().enumerate() {
        let mut carry = 0u64;
        for (j, &y) in b.iter().chain([&0]).enumerate() {
            let t = u64::from(x) * u64::from(y) + u64::from(sum[i + j]) + carry;
            (sum[i + j], carry) = (t as u32, t >> 32);
        }
    }
    sum
}

/// a ≤ b.
fn at_most(a: &[u32], b: &[u32]) -> bool {
    let limb = |n: &[u32], i: usize| n.get(i).copied().unwrap_or(0);
    let top = (0..a.len().max(b.len())).rev().find(|&i| limb(a, i) != limb(b, i));
    top.is_none_or(|i| limb(a, i) < limb(b, i))
}

//! ECDSA over P-384 with SHA-384, verification: SEC 1 §4.1.4, the domain of SP 800-186 §3.2.1.4.
//!
//! Points are (X, Y, Z) that stand for (X/Z², Y/Z³); the point at infinity is `None`.

use crate::sha2::sha384;

/// A number below 2⁴¹⁶, its lowest 32 bits first: the 13th limb is room to double in.
type Int = [u32; 13];

type Point = Option<[Int; 3]>;

/// Whether `signature`, an `ECDSA-Sig-Value` in DER, is that of `message` under the compressed
/// point `public`.
pub fn verify(public: &[u8; 49], message: &[u8], signature: &[u8]) -> bool {
    signature_of(signature).is_some_and(|(r, s)| {
        let Some(q) = decompress(public) else { return false };
        let n = hex(N);
        let e = reduce(&from_bytes(&sha384(message)), &n); //             3. e, as long as n
        let w = inverse(&s, &n); //                                       4. u₁ = e s⁻¹, u₂ = r s⁻¹
        let (u1, u2) = (multiply(&e, &w, &n), multiply(&r, &w, &n));
        let sum = both(&u1, &generator(), &u2, &q); //                    5. R = u₁ G + u₂ Q
        let Some([x, _, z]) = sum else { return false };
        let p = hex(P);
        let z = inverse(&z, &p);
        let x = multiply(&x, &multiply(&z, &z, &p), &p);
        reduce(&x, &n) == r //                                            8. v = r
    })
}

/// SEQUENCE { INTEGER r, INTEGER s }, in the one way that DER allows; 1 ≤ r, s < n.
fn signature_of(der: &[u8]) -> Option<(Int, Int)> {
    let [0x30, len, rest @ ..] = der else { return None };
    let integer = |from: &[u8]| {
        let [2, len, rest @ ..] = from else { return None };
        let (value, rest) = rest.split_at_checked(usize::from(*len))?;
        let minimal = match value {
            [0, next, ..] => *next >= 0x80,
            [first, ..] => *first < 0x80,
            [] => false,
        };
        let number = from_bytes(value.strip_prefix(&[0]).unwrap_or(value));
        let fits = value.len() <= 49 && number != [0; 13] && less(&number, &hex(N));
        (minimal && fits).then_some((number, rest.to_vec()))
    };
    let (r, rest) = (usize::from(*len) == rest.len()).then(|| integer(rest))??;
    let (s, rest) = integer(&rest)?;
    rest.is_empty().then_some((r, s))
}

/// SEC 1 §2.3.4: y is the root of x³ − 3x + b that is odd where the first byte is 3.
fn decompress(point: &[u8; 49]) -> Option<[Int; 3]> {
    let (p, [sign @ (2 | 3), x @ ..]) = (hex(P), point) else { return None };
    let x = Some(from_bytes(x)).filter(|x| less(x, &p))?;
    let cube = multiply(&x, &multiply(&x, &x, &p), &p);
    let square = add(&subtract(&cube, &times(3, &x, &p), &p), &hex(B), &p);
    let exponent = halve(&halve(&plain_add(&p, &small(1)))); //           (p + 1)/4, as p mod 4 = 3
    let y = power(&square, &exponent, &p);
    if multiply(&y, &y, &p) != square {
        return None;
    }
    let y = if y[0] & 1 == u32::from(sign & 1) { y } else { subtract(&small(0), &y, &p) };
    Some([x, y, small(1)])
}

/// u₁ G + u₂ Q, bit by bit from the highest.
fn both(u1: &Int, g: &[Int; 3], u2: &Int, q: &[Int; 3]) -> Point {
    (0..384).rev().fold(None, |sum, i| {
        let bit = |u: &Int| u[i / 32] >> (i % 32) & 1 == 1;
        let sum = sum.map(double);
        let sum = if bit(u1) { plus(sum, *g) } else { sum };
        if bit(u2) { plus(sum, *q) } else { sum }
    })
}

/// 2 · (X, Y, Z), by the tangent; the curve has no point with Y = 0.
fn double([x, y, z]: [Int; 3]) -> [Int; 3] {
    let p = hex(P);
    let mul = |a: &Int, b: &Int| multiply(a, b, &p);
    let (yy, zz) = (mul(&y, &y), mul(&z, &z));
    let s = times(4, &mul(&x, &yy), &p);
    let m = times(3, &subtract(&mul(&x, &x), &mul(&zz, &zz), &p), &p); // 3 X² + a Z⁴, a = −3
    let x3 = subtract(&mul(&m, &m), &times(2, &s, &p), &p);
    let y3 = subtract(&mul(&m, &subtract(&s, &x3, &p)), &times(8, &mul(&yy, &yy), &p), &p);
    [x3, y3, times(2, &mul(&y, &z), &p)]
}

/// (X₁, Y₁, Z₁) + (X₂, Y₂, Z₂), by the chord.
fn plus(a: Point, b: [Int; 3]) -> Point {
    let Some([x1, y1, z1]) = a else { return Some(b) };
    let ([x2, y2, z2], p) = (b, hex(P));
    let mul = |a: &Int, b: &Int| multiply(a, b, &p);
    let (z1z1, z2z2) = (mul(&z1, &z1), mul(&z2, &z2));
    let (u1, u2) = (mul(&x1, &z2z2), mul(&x2, &z1z1));
    let (s1, s2) = (mul(&y1, &mul(&z2, &z2z2)), mul(&y2, &mul(&z1, &z1z1)));
    let (h, r) = (subtract(&u2, &u1, &p), subtract(&s2, &s1, &p));
    match (h == [0; 13], r == [0; 13]) {
        (true, true) => return Some(double(b)),
        (true, false) => return None,
        _ => {}
    }
    let (hh, hhh) = (mul(&h, &h), mul(&h, &mul(&h, &h)));
    let v = mul(&u1, &hh);
    let x3 = subtract(&subtract(&mul(&r, &r), &hhh, &p), &times(2, &v, &p), &p);
    let y3 = subtract(&mul(&r, &subtract(&v, &x3, &p)), &mul(&s1, &hhh), &p);
    Some([x3, y3, mul(&h, &mul(&z1, &z2))])
}

/// a⁻¹ mod the prime m: a^(m − 2).
fn inverse(a: &Int, m: &Int) -> Int {
    power(a, &subtract(&small(0), &small(2), m), m)
}

fn power(a: &Int, exponent: &Int, m: &Int) -> Int {
    (0..384).rev().fold(small(1), |x, i| {
        let x = multiply(&x, &x, m);
        if exponent[i / 32] >> (i % 32) & 1 == 1 { multiply(&x, a, m) } else { x }
    })
}

/// a · b mod m, by doubling and adding.
fn multiply(a: &Int, b: &Int, m: &Int) -> Int {
    (0..384).rev().fold(small(0), |x, i| {
        let x = add(&x, &x, m);
        if b[i / 32] >> (i % 32) & 1 == 1 { add(&x, a, m) } else { x }
    })
}

fn times(k: u32, a: &Int, m: &Int) -> Int {
    (0..k).fold(small(0), |sum, _| add(&sum, a, m))
}

fn add(a: &Int, b: &Int, m: &Int) -> Int {
    reduce(&plain_add(a, b), m)
}

fn subtract(a: &Int, b: &Int, m: &Int) -> Int {
    reduce(&plain_subtract(&plain_add(a, m), b), m)
}

/// a mod m, for a < 2 m.
fn reduce(a: &Int, m: &Int) -> Int {
    if less(a, m) { *a } else { plain_subtract(a, m) }
}

fn plain_add(a: &Int, b: &Int) -> Int {
    let mut carry = 0;
    std::array::from_fn(|i| {
        let sum = u64::from(a[i]) + u64::from(b[i]) + carry;
        carry = sum >> 32;
        sum as u32
    })
}

/// a − b, for a ≥ b.
fn plain_subtract(a: &Int, b: &Int) -> Int {
    let mut borrow = 0;
    std::array::from_fn(|i| {
        let difference = i64::from(a[i]) - i64::from(b[i]) - borrow;
        borrow = i64::from(difference < 0);
        difference as u32
    })
}

fn halve(a: &Int) -> Int {
    std::array::from_fn(|i| a[i] >> 1 | a.get(i + 1).map_or(0, |next| next << 31))
}

fn less(a: &Int, b: &Int) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

fn small(n: u32) -> Int {
    std::array::from_fn(|i| if i == 0 { n } else { 0 })
}

/// Of 52 bytes at most, the highest first.
fn from_bytes(bytes: &[u8]) -> Int {
    let mut n = small(0);
    bytes.iter().rev().enumerate().for_each(|(i, &b)| n[i / 4] |= u32::from(b) << (8 * (i % 4)));
    n
}

fn hex(digits: &str) -> Int {
    let mut n = small(0);
    let digits = digits.chars().filter_map(|c| c.to_digit(16)).rev();
    digits.enumerate().for_each(|(i, d)| n[i / 8] |= d << (4 * (i % 8)));
    n
}

fn generator() -> [Int; 3] {
    [hex(G_X), hex(G_Y), small(1)]
}

const P: &str = "ffffffffffffffffffffffffffffffffffffffffffffffff\
                 fffffffffffffffeffffffff0000000000000000ffffffff";
const N: &str = "ffffffffffffffffffffffffffffffffffffffffffffffff\
                 c7634d81f4372ddf581a0db248b0a77aecec196accc52973";
const B: &str = "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe814112\
                 0314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef";
const G_X: &str = "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b98\
                   59f741e082542a385502f25dbf55296c3a545e3872760ab7";
const G_Y: &str = "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147c\
                   e9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f";

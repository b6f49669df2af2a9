//! Base64: RFC 4648 §4, the standard alphabet with padding.
//!
//! Strict: no line break, no missing padding, and the bits that padding leaves over are zero
//! (RFC 4648 §3.5), so each byte string has one text. What is encoded is often a key, so no table
//! is looked up and no branch taken on the content: lengths and the verdict are public.

use super::{Malformed, Rule};

/// Length of the text of `len` bytes. `None` where that is more than memory can hold.
pub fn encoded_len(len: usize) -> Option<usize> {
    len.div_ceil(3).checked_mul(4)
}

/// Length of the bytes that `text` stands for, by its length and its padding alone.
///
/// # Errors
///
/// [`Malformed`] if the length of `text` is not a multiple of 4.
pub fn decoded_len(text: &str) -> Result<usize, Malformed> {
    let (quads, []) = text.as_bytes().as_chunks::<4>() else {
        return Err(broken(Rule::Length));
    };
    let padding = match quads.last() {
        Some([_, _, b'=', b'=']) => 2,
        Some([_, _, _, b'=']) => 1,
        _ => 0,
    };
    Ok((quads.len() * 3).saturating_sub(padding))
}

/// Encodes `bytes` at the front of `out`. `None` if the text does not fit.
pub fn encode<'o>(bytes: &[u8], out: &'o mut [u8]) -> Option<&'o str> {
    let out = out.get_mut(..encoded_len(bytes.len())?)?;
    for (quad, group) in out.as_chunks_mut().0.iter_mut().zip(bytes.chunks(3)) {
        *quad = match *group {
            [a, b, c] => encode_group([a, b, c]),
            [a, b] => {
                let [w, x, y, _] = encode_group([a, b, 0]);
                [w, x, y, b'=']
            }
            [a] => {
                let [w, x, _, _] = encode_group([a, 0, 0]);
                [w, x, b'=', b'=']
            }
            _ => return None,
        };
    }
    core::str::from_utf8(out).ok()
}

/// Decodes `text` at the front of `out`.
///
/// # Errors
///
/// [`Malformed`] with [`Rule::Length`] if `text` is not a multiple of 4 long or does not fit,
/// with [`Rule::Syntax`] if it is not base64 or not canonical. On `Err`, `out` holds nothing of it.
pub fn decode<'o>(text: &str, out: &'o mut [u8]) -> Result<&'o [u8], Malformed> {
    let len = decoded_len(text)?;
    let bytes = out.get_mut(..len).ok_or(broken(Rule::Length))?;
    let mut bad = 0u32; // the bits above the 24th of any group, and bits that padding leaves over
    for (group, quad) in bytes.chunks_mut(3).zip(text.as_bytes().as_chunks().0) {
        let [w, x, y, z] = *quad;
        let (quad, left_over) = match group.len() {
            1 => ([w, x, b'A', b'A'], 0xffff),
            2 => ([w, x, y, b'A'], 0x00ff),
            _ => ([w, x, y, z], 0),
        };
        let bits = decode_quad(quad);
        // req B64-2: the bits that padding leaves over are zero
        bad |= (bits & 0xff00_0000) | (bits & left_over);
        let [_, decoded @ ..] = bits.to_be_bytes();
        group.iter_mut().zip(decoded).for_each(|(g, d)| *g = d);
    }
    // Padding in the middle is caught above, as a character outside the alphabet.
    if agreed(bad) {
        Ok(bytes)
    } else {
        bytes.fill(0);
        Err(broken(Rule::Syntax))
    }
}

fn encode_group([a, b, c]: [u8; 3]) -> [u8; 4] {
    let bits = u32::from_be_bytes([0, a, b, c]);
    [18, 12, 6, 0].map(|shift| {
        let [.., low] = (bits >> shift).to_be_bytes();
        encode_6_bits(low & 0x3f)
    })
}

/// The 24 bits of four characters; not zero above them if one is outside the alphabet.
fn decode_quad(quad: [u8; 4]) -> u32 {
    quad.iter().fold(0, |bits, &c| {
        let value = decode_6_bits(c);
        (bits & 0xff00_0000) | ((bits << 6) & 0x00ff_ffff) | value
    })
}

// req B64-1: the standard alphabet, padded to groups of four
/// The character of a value below 64: each line of RFC 4648 Table 1 is a difference to the last.
fn encode_6_bits(value: u8) -> u8 {
    let c = value.wrapping_add(b'A'); //                             0..=25  A..=Z
    let c = c.wrapping_add(above(value, 25) & 6); //                 26..=51 a..=z
    let c = c.wrapping_sub(above(value, 51) & 75); //                52..=61 0..=9
    let c = c.wrapping_sub(above(value, 61) & 15); //                62      +
    c.wrapping_add(above(value, 62) & 3) //                          63      /
}

/// The value of a character, or `0xff00_0000` if it is outside the alphabet.
fn decode_6_bits(c: u8) -> u32 {
    let upper = within(c, b'A', b'Z') & c.wrapping_sub(b'A').wrapping_add(1);
    let lower = within(c, b'a', b'z') & c.wrapping_sub(b'a').wrapping_add(27);
    let digit = within(c, b'0', b'9') & c.wrapping_sub(b'0').wrapping_add(53);
    let plus = within(c, b'+', b'+') & 63;
    let slash = within(c, b'/', b'/') & 64;
    // One of them is value + 1, the others are 0; all are 0 if no line of the table has `c`.
    let value = u32::from(upper | lower | digit | plus | slash);
    value.wrapping_sub(1) & 0xff00_003f
}

/// `ff` if `a > b`, else `00`, for any two bytes, without a branch.
fn above(a: u8, b: u8) -> u8 {
    let [borrow, _] = u16::from(b).wrapping_sub(u16::from(a)).to_be_bytes();
    borrow
}

/// `ff` if `low ≤ c ≤ high`, else `00`.
fn within(c: u8, low: u8, high: u8) -> u8 {
    !(above(low, c) | above(c, high))
}

/// Whether a text is base64, of which nothing else is told. A function of its own, so that
/// `proofs/constant-time` can tell this branch, which is meant, from one that is not.
#[inline(never)]
fn agreed(bad: u32) -> bool {
    bad == 0
}

fn broken(rule: Rule) -> Malformed {
    Malformed { field: "base64", rule }
}

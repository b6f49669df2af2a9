//! Hexadecimal constants of the tests.

/// The bytes that `text` stands for.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).unwrap() as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The bytes that `text` stands for, as an array of exactly their number.
pub(crate) fn of<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}

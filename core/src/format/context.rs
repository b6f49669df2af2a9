//! The encryption context: the pairs that AWS KMS binds to a ciphertext as additional data.
//!
//! KMS does not publish how it serialises them. We print them as the AWS Encryption SDK does, so
//! that others can check: `count[2]`, then for each pair, in ascending order of the UTF-8 bytes of
//! the keys, `key length[2]` ‖ key ‖ `value length[2]` ‖ value; integers are big-endian. A context
//! without pairs is the empty string. Lengths stand in front, so no two contexts print alike.

use core::mem;

use super::{Malformed, Rule};

/// Most bytes of a serialised context: the limit commonly cited for KMS.
pub const MAX_LEN: usize = 8192;

/// An encryption context: pairs with no key given twice, in the order in which they are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Context<'a> {
    pairs: &'a [(&'a str, &'a str)],
}

impl<'a> Context<'a> {
    /// The context without pairs: the same as no context.
    pub const EMPTY: Context<'static> = Context { pairs: &[] };

    // req KMS-CTX-1: a context is a set of pairs: any order opens, any other pair does not
    /// Sorts `pairs` and takes them as a context. Nothing is trimmed, folded or normalised.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if a key is given twice, or the serialised context is longer than
    /// [`MAX_LEN`].
    pub fn new<'k: 'a, 'v: 'a>(pairs: &'a mut [(&'k str, &'v str)]) -> Result<Self, Malformed> {
        // The bound is checked before the sort, whose time is quadratic in the number of pairs.
        if len(pairs).is_none_or(|len| len > MAX_LEN) {
            return Err(Malformed { field: "encryption context", rule: Rule::Length });
        }
        sort(pairs);
        if pairs.array_windows().any(|[a, b]| a.0 == b.0) {
            return Err(Malformed { field: "encryption context key", rule: Rule::Repeated });
        }
        Ok(Self { pairs })
    }

    /// The pairs, in ascending order of their keys.
    pub fn pairs(&self) -> &'a [(&'a str, &'a str)] {
        self.pairs
    }

    /// Length of the serialised context, in bytes: at most [`MAX_LEN`].
    pub fn serialized_len(&self) -> usize {
        len(self.pairs).unwrap_or(MAX_LEN)
    }

    /// Prints the context at the front of `out`. `None` if it does not fit.
    pub fn serialize<'o>(&self, out: &'o mut [u8]) -> Option<&'o [u8]> {
        let (front, _) = out.split_at_mut_checked(self.serialized_len())?;
        if !self.pairs.is_empty() {
            let mut room = &mut *front;
            put_len(&mut room, self.pairs.len())?;
            for (key, value) in self.pairs {
                put_len(&mut room, key.len())?;
                put(&mut room, key.as_bytes())?;
                put_len(&mut room, value.len())?;
                put(&mut room, value.as_bytes())?;
            }
        }
        Some(front)
    }
}

/// Length of the serialised `pairs`.
fn len(pairs: &[(&str, &str)]) -> Option<usize> {
    let empty = if pairs.is_empty() { 0 } else { 2 };
    pairs.iter().try_fold(empty, |len: usize, (key, value)| {
        len.checked_add(4)?.checked_add(key.len())?.checked_add(value.len())
    })
}

// req KMS-CTX-2: nothing of a context is trimmed, folded or normalised
/// Insertion sort by the UTF-8 bytes of the keys, which is how `str` compares.
///
/// Not `sort_unstable`: its code can panic, should an order contradict itself.
fn sort(pairs: &mut [(&str, &str)]) {
    for end in 2..=pairs.len() {
        let mut sorted = pairs.get_mut(..end).unwrap_or_default();
        while let [.., before, last] = sorted {
            if before.0 <= last.0 {
                break;
            }
            mem::swap(before, last);
            sorted = sorted.split_last_mut().map_or(&mut [], |(_, sorted)| sorted);
        }
    }
}

fn put_len(room: &mut &mut [u8], len: usize) -> Option<()> {
    put(room, &u16::try_from(len).ok()?.to_be_bytes())
}

fn put(room: &mut &mut [u8], bytes: &[u8]) -> Option<()> {
    let (front, rest) = mem::take(room).split_at_mut_checked(bytes.len())?;
    front.iter_mut().zip(bytes).for_each(|(f, b)| *f = *b);
    *room = rest;
    Some(())
}

//! The encryption context, as the local key service binds it: the serialisation of the AWS
//! Encryption SDK's specification.

use std::collections::BTreeMap;

/// Bytes of a serialised context, at most.
pub const MAX_LEN: usize = 8192;

/// u16be count ‖ for each pair, in ascending order of the UTF-8 bytes of its key:
/// u16be length ‖ key ‖ u16be length ‖ value. The empty context is the empty string.
///
/// `None` where a key is repeated, or the whole is longer than [`MAX_LEN`].
pub fn serialize(pairs: &[(String, String)]) -> Option<Vec<u8>> {
    // `str` is ordered by its bytes.
    let sorted: BTreeMap<&str, &str> = pairs.iter().map(|(k, v)| (&k[..], &v[..])).collect();
    if sorted.len() != pairs.len() {
        return None;
    }
    if pairs.is_empty() {
        return Some(vec![]);
    }
    let mut out = u16_be(pairs.len())?;
    for text in sorted.iter().flat_map(|(k, v)| [k, v]) {
        out.extend(u16_be(text.len())?);
        out.extend(text.bytes());
    }
    (out.len() <= MAX_LEN).then_some(out)
}

fn u16_be(n: usize) -> Option<Vec<u8>> {
    Some(u16::try_from(n).ok()?.to_be_bytes().to_vec())
}

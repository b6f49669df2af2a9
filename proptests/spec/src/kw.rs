//! KW: RFC 3394, SP 800-38F §6.2.

use crate::aes::Aes;
use crate::w::{semiblocks, w, w_inverse};

/// KW-AE, Algorithm 3. `None` unless `key` is two or more whole semiblocks (Table 1).
pub fn wrap(kek: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    if key.len() < 16 || !key.len().is_multiple_of(8) {
        return None;
    }
    let s = semiblocks(&[&ICV1[..], key].concat());
    Some(w(&Aes::new(kek), &s).concat())
}

/// KW-AD, Algorithm 4. `None` where the length or the integrity check is wrong.
pub fn unwrap(kek: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    if wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
        return None;
    }
    let s = w_inverse(&Aes::new(kek), &semiblocks(wrapped));
    (s[0] == ICV1).then(|| s[1..].concat())
}

/// RFC 3394 §2.2.3.1.
const ICV1: [u8; 8] = [0xA6; 8];

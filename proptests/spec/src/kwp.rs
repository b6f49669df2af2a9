//! KWP: RFC 5649, SP 800-38F §6.3.

use crate::aes::Aes;
use crate::w::{halves, join, semiblocks, w, w_inverse};

/// KWP-AE, Algorithm 5. `None` where `key` is empty or has 2³² bytes and more.
pub fn wrap(kek: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    if key.is_empty() {
        return None;
    }
    let s = semiblocks(&plain(key)?);
    let aes = Aes::new(kek);
    Some(match s[..] {
        [aiv, only] => aes.encrypt(join(aiv, only)).to_vec(), //  one block: plain AES
        _ => w(&aes, &s).concat(),
    })
}

/// KWP-AD, Algorithm 6: the one key of which [`wrap`] makes `wrapped`.
///
/// `None` where the length, the constant, the message length or the padding is wrong.
pub fn unwrap(kek: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    if wrapped.len() < 16 || !wrapped.len().is_multiple_of(8) {
        return None;
    }
    let (aes, c) = (Aes::new(kek), semiblocks(wrapped));
    let s = match c[..] {
        [a, b] => {
            let (aiv, only) = halves(aes.decrypt(join(a, b)));
            vec![aiv, only]
        }
        _ => w_inverse(&aes, &c),
    }
    .concat();
    let len = u32::from_be_bytes(s[4..8].try_into().expect("4 bytes"));
    let key = s[8..].get(..usize::try_from(len).ok()?)?;
    (!key.is_empty() && plain(key)? == s).then(|| key.to_vec())
}

/// ICV2 ‖ length ‖ key ‖ zeros to whole semiblocks.
fn plain(key: &[u8]) -> Option<Vec<u8>> {
    let len = u32::try_from(key.len()).ok()?.to_be_bytes();
    let zeros = vec![0; key.len().next_multiple_of(8) - key.len()];
    Some([&ICV2[..], &len, key, &zeros].concat())
}

/// RFC 5649 §3.
const ICV2: [u8; 4] = [0xA6, 0x59, 0x59, 0xA6];

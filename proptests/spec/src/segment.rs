//! HLS segments under METHOD=AES-128: RFC 8216 §4.3.2.4, §5.2; and the seal of our record.

use crate::{cbc, hmac, kbkdf};

/// Where the IV of a segment comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Iv {
    /// The IV attribute of EXT-X-KEY.
    Attribute([u8; 16]),
    /// No attribute: the segment's Media Sequence Number.
    MediaSequence(u64),
}

impl Iv {
    /// The block: a sequence number stands big-endian at the end of 16 bytes (§5.2).
    pub fn block(self) -> [u8; 16] {
        match self {
            Self::Attribute(iv) => iv,
            Self::MediaSequence(n) => {
                let number = n.to_be_bytes();
                std::array::from_fn(|i| if i < 8 { 0 } else { number[i - 8] })
            }
        }
    }
}

/// Encrypts a whole segment.
pub fn encrypt(key: &[u8; 16], iv: Iv, clear: &[u8]) -> Vec<u8> {
    cbc::encrypt_padded(key, iv.block(), clear)
}

/// Decrypts a whole segment: `None` where it is not whole blocks, or its padding is wrong.
pub fn decrypt(key: &[u8; 16], iv: Iv, encrypted: &[u8]) -> Option<Vec<u8>> {
    cbc::decrypt_padded(key, iv.block(), encrypted)
}

/// The seal of a package's record.
pub fn record_seal(key: &[u8; 16], record: &[u8]) -> Vec<u8> {
    let mac_key = kbkdf::kbkdf(key, b"reelseal record v1", b"", 32).expect("32 bytes");
    hmac::hmac_sha256(&mac_key, record)
}

//! The local key service's ciphertext blob.
//!
//! `"RSKM" ‖ 01 ‖ key UUID[16] ‖ version u32be, from 1 ‖ salt[16] ‖ iv[12] ‖ ciphertext ‖ tag[16]`.
//! The first 53 bytes are the header. The key is derived from one version of the backing key and
//! the salt; header and context are authenticated.

use crate::{context, gcm, kbkdf};

/// Bytes of plaintext, at most; at least one.
pub const MAX_PLAINTEXT: usize = 4096;

const MAGIC: &[u8; 5] = b"RSKM\x01";
const HEADER_LEN: usize = 5 + 16 + 4 + 16 + 12;
const LABEL: &[u8] = b"reelseal kms v1";

/// What a blob says to whoever has no key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Blob {
    /// UUID of the key.
    pub key_id: [u8; 16],
    /// Version of its backing key, from 1.
    pub version: u32,
    /// Salt of the derivation.
    pub salt: [u8; 16],
    /// IV of GCM.
    pub iv: [u8; 12],
    /// As long as the plaintext.
    pub ciphertext: Vec<u8>,
    /// Tag of GCM.
    pub tag: [u8; 16],
}

impl Blob {
    /// Reads a blob: `None` where it is not one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut at = 0;
        let mut take = |n: usize| {
            at += n;
            bytes.get(at - n..at)
        };
        if take(5)? != MAGIC {
            return None;
        }
        let blob = Self {
            key_id: take(16)?.try_into().ok()?,
            version: u32::from_be_bytes(take(4)?.try_into().ok()?),
            salt: take(16)?.try_into().ok()?,
            iv: take(12)?.try_into().ok()?,
            ciphertext: take(bytes.len().checked_sub(HEADER_LEN + 16)?)?.to_vec(),
            tag: take(16)?.try_into().ok()?,
        };
        let fits = (1..=MAX_PLAINTEXT).contains(&blob.ciphertext.len()) && blob.version > 0;
        fits.then_some(blob)
    }

    /// Prints it.
    pub fn print(&self) -> Vec<u8> {
        [&self.header()[..], &self.ciphertext, &self.tag].concat()
    }

    fn header(&self) -> Vec<u8> {
        let version = self.version.to_be_bytes();
        [&MAGIC[..], &self.key_id, &version, &self.salt, &self.iv].concat()
    }
}

/// Seals `plaintext`. `None` where it, the version or the context is out of bounds.
pub fn seal(
    backing_key: &[u8; 32],
    key_id: [u8; 16],
    version: u32,
    (salt, iv): ([u8; 16], [u8; 12]),
    context: &[(String, String)],
    plaintext: &[u8],
) -> Option<Vec<u8>> {
    let mut blob = Blob { key_id, version, salt, iv, ciphertext: vec![], tag: [0; 16] };
    let (key, aad) = key_and_aad(&blob, backing_key, context)?;
    (blob.ciphertext, blob.tag) = gcm::seal(&key, &iv, &aad, plaintext);
    Blob::parse(&blob.print()).map(|blob| blob.print())
}

/// Opens `blob`. `None` where the key or the context is another, or a byte was altered.
pub fn open(blob: &Blob, backing_key: &[u8; 32], context: &[(String, String)]) -> Option<Vec<u8>> {
    let (key, aad) = key_and_aad(blob, backing_key, context)?;
    gcm::open(&key, &blob.iv, &aad, &blob.ciphertext, &blob.tag)
}

fn key_and_aad(
    blob: &Blob,
    backing_key: &[u8; 32],
    context: &[(String, String)],
) -> Option<(Vec<u8>, Vec<u8>)> {
    let key = kbkdf::kbkdf(backing_key, LABEL, &blob.salt, 32)?;
    Some((key, [blob.header(), context::serialize(context)?].concat()))
}

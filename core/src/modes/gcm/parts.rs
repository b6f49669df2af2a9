//! A text in parts that are worked on side by side, by whoever.
//!
//! CTR can begin anywhere, and GHASH is linear: that of a whole is the sum of those of its parts,
//! each times H as often as there are blocks behind it. A part is therefore encrypted and hashed by
//! itself, and joined to those in front of it.

use core::borrow::Borrow;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::stream::{Stream, longer};
use super::{Encryptor, Key, Unverified};
use crate::block::Block;
use crate::modes::ctr::Position;
use crate::modes::ghash::Hash;

impl<K: Borrow<Key> + Clone> Encryptor<K> {
    /// Takes the next `len` bytes of the text, whole blocks, to be encrypted elsewhere. More parts
    /// may be taken meanwhile, and each has to be [joined](Self::join) before anything else.
    ///
    /// `None` where `len` is not 16, 32, 48 …, where the text so far is no whole blocks, or the
    /// whole would be longer than [`MAX_TEXT_LEN`](super::MAX_TEXT_LEN).
    pub fn part(&mut self, len: usize) -> Option<Encryption<K>> {
        self.0.part(len).map(Encryption)
    }

    /// Goes on behind a part: the first that was taken and not joined.
    ///
    /// `None` for any other.
    pub fn join(&mut self, part: Worked) -> Option<()> {
        self.0.join(part)
    }
}

impl<T, K: Borrow<Key> + Clone> Unverified<T, K> {
    /// Takes the next `len` bytes of the text, as [`Encryptor::part`].
    ///
    /// `None` as there.
    pub fn part(&mut self, len: usize) -> Option<Decryption<K>> {
        self.stream.part(len).map(Decryption)
    }

    /// Goes on behind a part, as [`Encryptor::join`].
    ///
    /// `None` as there.
    pub fn join(&mut self, part: Worked) -> Option<()> {
        self.stream.join(part)
    }
}

/// Some whole blocks of a text, to be encrypted.
pub struct Encryption<K>(Part<K>);

impl<K: Borrow<Key>> Encryption<K> {
    /// Encrypts the part in place. `None`, and `text` untouched, if it has another length.
    pub fn encrypt(self, text: &mut [u8]) -> Option<Worked> {
        self.0.work(text, Stream::encrypt)
    }
}

/// Some whole blocks of a text, to be decrypted.
pub struct Decryption<K>(Part<K>);

impl<K: Borrow<Key>> Decryption<K> {
    /// Decrypts the part, hands it to `store`, and erases it: as [`Unverified::update`].
    ///
    /// `None`, and `text` untouched, if it has another length.
    pub fn decrypt<R>(
        self,
        text: &mut [u8],
        store: impl FnOnce(&[u8]) -> R,
    ) -> Option<(R, Worked)> {
        let worked = self.0.work(text, Stream::decrypt)?;
        let stored = store(text);
        text.zeroize();
        Some((stored, worked))
    }
}

/// A part that was worked on, to be joined with the text that it is of.
#[must_use = "a tag is right only once every part was joined"]
#[derive(ZeroizeOnDrop)]
pub struct Worked {
    /// Bytes of the text in front of it, and in it.
    at: u64,
    len: u64,
    /// GHASH of it alone.
    y: Block,
}

struct Part<K> {
    key: K,
    keystream: Position,
    at: u64,
    len: u64,
}

impl<K: Borrow<Key>> Part<K> {
    fn work(
        self,
        text: &mut [u8],
        work: impl FnOnce(&mut Stream<K>, &mut [u8]) -> Option<()>,
    ) -> Option<Worked> {
        let Self { key, keystream, at, len } = self;
        if u64::try_from(text.len()) != Ok(len) {
            return None;
        }
        let hash = Hash::new();
        let mut stream =
            Stream { key, keystream, hash, mask: [0; 16], aad_len: 0, text_len: 0, apart: 0 };
        work(&mut stream, text)?;
        stream.hash.flush(&stream.key.borrow().subkey);
        Some(Worked { at, len, y: stream.hash.y })
    }
}

impl<K: Borrow<Key> + Clone> Stream<K> {
    fn part(&mut self, len: usize) -> Option<Part<K>> {
        let len = u64::try_from(len).ok()?;
        let whole = len > 0 && len.is_multiple_of(16) && self.text_len.is_multiple_of(16);
        let (key, keystream, at) = (self.key.clone(), self.keystream, self.text_len);
        let text_len = whole.then(|| longer(at, len)).flatten()?;
        // The key stream is one block ahead: that of J₀.
        self.keystream.seek(text_len.checked_add(16)?)?;
        (self.text_len, self.apart) = (text_len, self.apart.checked_add(len)?);
        Some(Part { key, keystream, at, len })
    }

    fn join(&mut self, part: Worked) -> Option<()> {
        let is_next = part.at.checked_add(self.apart) == Some(self.text_len);
        self.apart = self.apart.checked_sub(part.len).filter(|_| is_next)?;
        self.hash.join(&self.key.borrow().subkey, &part.y, part.len / 16);
        Some(())
    }
}

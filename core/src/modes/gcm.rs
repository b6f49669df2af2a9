//! Galois/Counter Mode: SP 800-38D, with 12- and 16-byte IVs and 16-byte tags.
//!
//! Shorter tags are not offered: Appendix C of the standard says what they cost. One IV used for
//! two texts under a key gives away both texts and the key of the authentication.
//!
//! | here       | SP 800-38D     | unit                                             |
//! |------------|----------------|--------------------------------------------------|
//! | `j0`       | J₀             | one block, the pre-counter block                 |
//! | `mask`     | CIPH_K(J₀)     | one block, what the hash is XORed with           |
//! | `hash`     | GHASH_H        | A ‖ pad ‖ C ‖ pad ‖ \[len(A)\]₆₄ ‖ \[len(C)\]₆₄  |
//! | `aad_len`  | len(A)         | bytes (the standard counts bits)                 |
//! | `text_len` | len(P), len(C) | bytes                                            |

mod parts;
mod stream;

use core::borrow::Borrow;

use zeroize::Zeroize;

use super::ctr::Cipher;
use super::ghash::Subkey;
use crate::secret::{ContentKey, Inauthentic, declassify};
use stream::Stream;

pub use parts::{Decryption, Encryption, Worked};

// req GCM-5: short tags cost security: there are tags of 128 bits only
/// The 16 bytes that authenticate a text.
pub type Tag = [u8; 16];

// req GCM-4: a text has at most 2^39 − 256 bits, additional data at most 2^64 − 1
/// Most bytes of a text: 2³⁹ − 256 bits (SP 800-38D §5.2.1.1), or the counter would come around.
pub const MAX_TEXT_LEN: u64 = (1 << 36) - 32;

/// Most bytes of additional data: 2⁶⁴ − 1 bits (SP 800-38D §5.2.1.1), in whole bytes.
pub const MAX_AAD_LEN: u64 = (1 << 61) - 1;

/// An initialisation vector, of one of the two lengths in use. Never the same twice under a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Iv {
    /// 12 bytes: what SP 800-38D §5.2.1.1 recommends.
    Bytes12([u8; 12]),
    /// 16 bytes: `aes-gcm` of Elastic Transcoder.
    Bytes16([u8; 16]),
}

/// A key, expanded once for all the texts under it. Erased on drop.
pub struct Key {
    cipher: Cipher,
    subkey: Subkey,
}

impl Key {
    /// Expands `key`, and computes the powers of H that long texts are hashed with.
    pub fn new(key: &ContentKey) -> Self {
        Self::for_text(key, usize::MAX)
    }

    /// Expands `key` for a text of about `text_len` bytes: a short one does not repay many powers.
    fn for_text(key: &ContentKey, text_len: usize) -> Self {
        let cipher = Cipher::new(&key.0);
        let mut h = cipher.encrypt_block([0; 16]); //          H = CIPH_K(0¹²⁸)
        let subkey = Subkey::new(&h, cipher.wide(), text_len);
        h.zeroize();
        Self { cipher, subkey }
    }

    /// [`seal_in_place`], under a key that is ready.
    pub fn seal_in_place(&self, iv: Iv, aad: &[&[u8]], text: &mut [u8]) -> Option<Tag> {
        let mut encryptor = Encryptor::new(self, iv, aad)?;
        encryptor.update(text)?;
        Some(encryptor.finish())
    }

    /// [`open_in_place`], under a key that is ready.
    ///
    /// # Errors
    ///
    /// As there. On `Err`, `text` is all zero.
    pub fn open_in_place(
        &self,
        iv: Iv,
        aad: &[&[u8]],
        text: &mut [u8],
        tag: &Tag,
    ) -> Result<(), Inauthentic> {
        let opened = self.decrypt_and_verify(iv, aad, text, tag);
        if opened.is_none() {
            text.zeroize();
        }
        opened.ok_or(Inauthentic)
    }

    // req GCM-3: the tag is checked, and no text is given out where it is wrong
    fn decrypt_and_verify(&self, iv: Iv, aad: &[&[u8]], text: &mut [u8], tag: &Tag) -> Option<()> {
        let mut stream = Stream::new(self, iv, aad)?;
        stream.grow(text)?;
        stream.decrypt(text)?;
        // The verdict is public: the caller's next act reveals it.
        declassify(stream.tag_is(tag)).then_some(())
    }
}

/// Encrypts one text, in pieces of any length. [`finish`](Self::finish) gives its tag.
///
/// `K` is a [`Key`], or what borrows one.
#[must_use = "a text is complete only with the tag that `finish` returns"]
pub struct Encryptor<K: Borrow<Key> = Key>(Stream<K>);

impl<K: Borrow<Key>> Encryptor<K> {
    /// Begins a text with its additional data, which is the concatenation of `aad`.
    ///
    /// `None` where that is longer than [`MAX_AAD_LEN`].
    pub fn new(key: K, iv: Iv, aad: &[&[u8]]) -> Option<Self> {
        Stream::new(key, iv, aad).map(Self)
    }

    /// Encrypts the next piece in place.
    ///
    /// `None`, and `text` untouched, where the whole would be longer than [`MAX_TEXT_LEN`], or where
    /// a [part](Self::part) is not joined.
    pub fn update(&mut self, text: &mut [u8]) -> Option<()> {
        self.0.grow(text)?;
        self.0.encrypt(text)
    }

    /// The tag of the text and of its additional data. Without a part that was taken and not joined,
    /// it is the tag of no text.
    pub fn finish(mut self) -> Tag {
        self.0.tag()
    }
}

/// A text that is being decrypted, of which nothing is known until its tag has been checked.
///
/// The clear bytes go into `T`, which the caller provides and does not see again before
/// [`finish`](Self::finish): a temporary file, say, whose `Drop` removes it. `K` is a [`Key`], or
/// what borrows one.
#[must_use = "nothing is known of a text before `finish` has checked its tag"]
pub struct Unverified<T, K: Borrow<Key> = Key> {
    stream: Stream<K>,
    content: T,
}

impl<T, K: Borrow<Key>> Unverified<T, K> {
    /// Begins a text with its additional data, which is the concatenation of `aad`.
    ///
    /// `None` where that is longer than [`MAX_AAD_LEN`].
    pub fn new(key: K, iv: Iv, aad: &[&[u8]], content: T) -> Option<Self> {
        Some(Self { stream: Stream::new(key, iv, aad)?, content })
    }

    /// Decrypts the next piece, hands it to `store` with the content, and erases it.
    ///
    /// `None`, and `text` untouched, where the whole would be longer than [`MAX_TEXT_LEN`], or where
    /// a [part](Self::part) is not joined. What `store` returns comes back; if it is an error, the
    /// content goes no further than this value.
    pub fn update<R>(
        &mut self,
        text: &mut [u8],
        store: impl FnOnce(&mut T, &[u8]) -> R,
    ) -> Option<R> {
        self.stream.grow(text)?;
        self.stream.decrypt(text)?;
        let stored = store(&mut self.content, text);
        text.zeroize();
        Some(stored)
    }

    /// Checks the tag and gives the content back.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if the tag is that of another text, key, IV or additional data. On `Err`,
    /// the content is dropped.
    pub fn finish(mut self, tag: &Tag) -> Result<T, Inauthentic> {
        // The verdict is public: the caller's next act reveals it.
        if declassify(self.stream.tag_is(tag)) { Ok(self.content) } else { Err(Inauthentic) }
    }
}

/// GCM-AE_K (SP 800-38D §7.1, Algorithm 4): encrypts a whole text in place and returns its tag.
///
/// `None` where `text` or `aad` is longer than GCM allows.
pub fn seal_in_place(key: &ContentKey, iv: Iv, aad: &[&[u8]], text: &mut [u8]) -> Option<Tag> {
    Key::for_text(key, text.len()).seal_in_place(iv, aad, text)
}

/// GCM-AD_K (SP 800-38D §7.2, Algorithm 5): decrypts in place, and checks the tag.
///
/// Both are done in one pass over the text, which the caller has lent and cannot see meanwhile.
///
/// # Errors
///
/// [`Inauthentic`] if the tag is that of another text, key, IV or additional data, or if `text`
/// or `aad` is longer than GCM allows. On `Err`, `text` is all zero.
pub fn open_in_place(
    key: &ContentKey,
    iv: Iv,
    aad: &[&[u8]],
    text: &mut [u8],
    tag: &Tag,
) -> Result<(), Inauthentic> {
    Key::for_text(key, text.len()).open_in_place(iv, aad, text, tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    // req GCM-4
    /// 64 GiB are too much for a test: the counts are set, and one byte more is asked for.
    #[test]
    fn a_text_ends_where_its_counter_does() {
        let key = ContentKey::new_128([0; 16]);
        let mut encryptor = Encryptor::new(Key::new(&key), Iv::Bytes12([0; 12]), &[]).unwrap();
        encryptor.0.text_len = MAX_TEXT_LEN - 2;
        encryptor.0.keystream.seek(16 + MAX_TEXT_LEN - 2).unwrap();
        let mut text = [1, 2, 3];
        assert_eq!(encryptor.update(&mut text), None);
        assert_eq!(text, [1, 2, 3], "a refused text was altered");
        assert_eq!(encryptor.update(&mut text[..2]), Some(()));
        assert_eq!(encryptor.update(&mut text), None);
        assert_eq!(encryptor.0.text_len, MAX_TEXT_LEN);
    }
}

//! GCTR and GHASH over a text in pieces: what encryption, decryption and parts share.

use core::borrow::Borrow;
use core::cmp::min;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

use super::{Iv, Key, MAX_AAD_LEN, MAX_TEXT_LEN, Tag};
use crate::block::Block;
use crate::fast::Row;
use crate::modes::ctr::{First, Position, Width};
use crate::modes::ghash::{Hash, Subkey};

/// What the two directions share.
pub(super) struct Stream<K: Borrow<Key>> {
    pub(super) key: K,
    pub(super) keystream: Position,
    pub(super) hash: Hash,
    pub(super) mask: Block,
    pub(super) aad_len: u64,
    pub(super) text_len: u64,
    /// Bytes of it in parts that are not joined.
    pub(super) apart: u64,
}

impl<K: Borrow<Key>> Stream<K> {
    // req GCM-1: encryption is GCTR from inc32(J0) on, and the tag is over data, text and their
    // lengths
    /// Steps 2 and 3 of SP 800-38D §7.1, and A ‖ pad of step 5.
    pub(super) fn new(key: K, iv: Iv, aad: &[&[u8]]) -> Option<Self> {
        let Key { cipher, subkey } = key.borrow();
        let (j0, j0_is) = pre_counter(subkey, iv);
        let mask = cipher.encrypt_block(j0);
        let mut hash = Hash::new();
        let mut aad_len = 0;
        for part in aad {
            aad_len = sum(aad_len, part).filter(|&len| len <= MAX_AAD_LEN)?;
            hash.update(subkey, part);
        }
        hash.pad(subkey);

        // GCTR(inc₃₂(J₀), P): the block of J₀ itself is passed over.
        let mut keystream = Position::new(j0, Width::Bits32, j0_is);
        keystream.seek(16)?;
        Some(Self { key, keystream, hash, mask, aad_len, text_len: 0, apart: 0 })
    }

    /// Step 3 of SP 800-38D §7.1, and C of step 5.
    pub(super) fn encrypt(&mut self, text: &mut [u8]) -> Option<()> {
        let Self { key, keystream, hash, .. } = self;
        let Key { cipher, subkey } = (*key).borrow();
        let (head, text) = text.split_at_mut_checked(min(hash.missing(), text.len()))?;
        keystream.apply(cipher, head)?;
        hash.update(subkey, head);
        let (rows, rest) = as_rows(text)?;
        if let Some((cipher, one_pass)) = cipher.wide().zip(subkey.one_pass()) {
            one_pass.encrypt(cipher, keystream.counter(), &mut hash.y, rows);
            keystream.pass(rows.as_flattened().as_flattened())?;
        } else {
            for piece in rows.as_flattened_mut().as_flattened_mut().chunks_mut(PIECE) {
                keystream.apply(cipher, piece)?;
                hash.update(subkey, piece);
            }
        }
        keystream.apply(cipher, rest)?;
        hash.update(subkey, rest);
        Some(())
    }

    /// Step 5 of SP 800-38D §7.2, and C of step 6.
    pub(super) fn decrypt(&mut self, text: &mut [u8]) -> Option<()> {
        let Self { key, keystream, hash, .. } = self;
        let Key { cipher, subkey } = (*key).borrow();
        let (head, text) = text.split_at_mut_checked(min(hash.missing(), text.len()))?;
        hash.update(subkey, head);
        keystream.apply(cipher, head)?;
        let (rows, rest) = as_rows(text)?;
        if let Some((cipher, one_pass)) = cipher.wide().zip(subkey.one_pass()) {
            one_pass.decrypt(cipher, keystream.counter(), &mut hash.y, rows);
            keystream.pass(rows.as_flattened().as_flattened())?;
        } else {
            for piece in rows.as_flattened_mut().as_flattened_mut().chunks_mut(PIECE) {
                hash.update(subkey, piece);
                keystream.apply(cipher, piece)?;
            }
        }
        hash.update(subkey, rest);
        keystream.apply(cipher, rest)
    }

    /// Counts another piece of text in, if there is room for it and it is its turn.
    pub(super) fn grow(&mut self, text: &[u8]) -> Option<()> {
        let in_turn = self.apart == 0;
        let len = u64::try_from(text.len()).ok().filter(|_| in_turn)?;
        self.text_len = longer(self.text_len, len)?;
        Some(())
    }

    /// Steps 5 and 6 of SP 800-38D §7.1, once.
    pub(super) fn tag(&mut self) -> Tag {
        let Key { subkey, .. } = self.key.borrow();
        self.hash.pad(subkey);
        let mut tag = self.hash.finish(subkey, self.aad_len, self.text_len);
        tag.iter_mut().zip(&self.mask).for_each(|(t, m)| *t ^= m); // T = CIPH_K(J₀) ⊕ S
        tag
    }

    /// Whether `tag` is ours. Our own is the one thing that a forger wants: it does not leave.
    /// A function of its own, so that `proofs/binary` can look at it.
    #[inline(never)]
    pub(super) fn tag_is(&mut self, tag: &Tag) -> Choice {
        let mut own = self.tag();
        let same = own.ct_eq(tag);
        own.zeroize();
        same
    }
}

impl<K: Borrow<Key>> Drop for Stream<K> {
    fn drop(&mut self) {
        self.mask.zeroize();
        self.keystream.erase();
    }
}

// req GCM-2: an IV of 12 bytes is followed by the counter 1; of another length, J0 is its hash
/// J₀, step 2 of SP 800-38D §7.1, and whether it may be known.
fn pre_counter(subkey: &Subkey, iv: Iv) -> (Block, First) {
    match iv {
        Iv::Bytes12(iv) => {
            let mut j0 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
            j0.iter_mut().zip(&iv).for_each(|(j, i)| *j = *i); // IV ‖ 0³¹ ‖ 1
            (j0, First::Public)
        }
        Iv::Bytes16(iv) => {
            let mut hash = Hash::new();
            hash.update(subkey, &iv);
            (hash.finish(subkey, 0, 16), First::Secret) //   GHASH(IV ‖ 0⁶⁴ ‖ [len(IV)]₆₄)
        }
    }
}

fn sum(len: u64, bytes: &[u8]) -> Option<u64> {
    len.checked_add(u64::try_from(bytes.len()).ok()?)
}

/// The length of a text with `more` bytes, if it may have as many.
pub(super) fn longer(text_len: u64, more: u64) -> Option<u64> {
    text_len.checked_add(more).filter(|&len| len <= MAX_TEXT_LEN)
}

/// The rows of `text`, and fewer than 64 bytes.
fn as_rows(text: &mut [u8]) -> Option<(&mut [Row], &mut [u8])> {
    let (rows, rest) = text.split_at_mut_checked(text.len() - text.len() % size_of::<Row>())?;
    Some((rows.as_chunks_mut().0.as_chunks_mut().0, rest))
}

/// Bytes that go through the cipher and then through the hash while they are in the L1 cache.
const PIECE: usize = 4096;

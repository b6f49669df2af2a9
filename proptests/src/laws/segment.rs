//! HLS segments.

use reelseal_core::Inauthentic;
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{
    Decryptor, Encryptor, decrypt_in_place, encrypt_in_place, encrypted_len,
};
use reelseal_spec as spec;

use super::{Law, assert_zero};
use crate::cases::SegmentCase;

/// The laws of this file.
pub const ALL: &[Law<SegmentCase>] = &[
    Law { name: "segment_agrees_with_spec", holds: segment_agrees_with_spec },
    Law { name: "segment_decrypt_inverts_encrypt", holds: segment_decrypt_inverts_encrypt },
    Law { name: "segment_opens_what_spec_opens", holds: segment_opens_what_spec_opens },
    Law {
        name: "segment_any_chunking_equals_one_shot",
        holds: segment_any_chunking_equals_one_shot,
    },
    Law { name: "segment_takes_its_iv_as_spec_does", holds: segment_takes_its_iv_as_spec_does },
    Law {
        name: "segment_refused_lengths_are_refused_before_any_key_is_used",
        holds: segment_refused_lengths_are_refused_before_any_key_is_used,
    },
];

// req HLS-SEGMENT-1
/// Core and model encrypt to the same bytes.
pub fn segment_agrees_with_spec(c: &SegmentCase) {
    assert_eq!(encrypt(c), spec::segment::encrypt(&c.key, c.iv.spec(), &c.text.0));
}

/// What was encrypted is decrypted.
pub fn segment_decrypt_inverts_encrypt(c: &SegmentCase) {
    assert_eq!(decrypt(c, &encrypt(c)).as_ref(), Some(&c.text.0));
}

// req HLS-SEGMENT-2
/// An altered segment, a truncated one, and bytes that nobody encrypted give what the model says
/// they give, or are refused by both, with zeros left.
pub fn segment_opens_what_spec_opens(c: &SegmentCase) {
    let mut altered = encrypt(c);
    let truncated = altered[..altered.len() - 16].to_vec();
    c.flip.apply(&mut [&mut altered]);
    for encrypted in [&altered, &truncated, &c.raw.0] {
        let opened = decrypt(c, encrypted);
        assert_eq!(opened, spec::segment::decrypt(&c.key, c.iv.spec(), encrypted));
        if let Some(text) = opened {
            assert_eq!(spec::segment::encrypt(&c.key, c.iv.spec(), &text), *encrypted);
        }
    }
}

/// It does not matter in how many calls the blocks come.
pub fn segment_any_chunking_equals_one_shot(c: &SegmentCase) {
    let (key, whole) = (SegmentKey::new(c.key), encrypt(c));
    let mut buffer = c.text.0.clone();
    let (blocks, tail) = buffer.as_chunks_mut();
    let mut encryptor = Encryptor::new(&key, c.iv.core());
    c.chunking.cut(blocks).into_iter().for_each(|piece| encryptor.update(piece));
    let last = encryptor.finish(tail).expect("a tail");
    assert_eq!([blocks.as_flattened(), &last].concat(), whole);

    let mut buffer = whole;
    let (last, blocks) = buffer.as_chunks_mut().0.split_last_mut().expect("one at least");
    let mut decryptor = Decryptor::new(&key, c.iv.core());
    c.chunking.cut(blocks).into_iter().for_each(|piece| decryptor.update(piece));
    let tail = decryptor.finish(*last).expect("our own padding");
    assert_eq!([blocks.as_flattened(), &tail].concat(), c.text.0);
}

// req HLS-IV-1
/// RFC 8216 §5.2: big-endian, at the end of 16 bytes. An implicit IV is an explicit one.
pub fn segment_takes_its_iv_as_spec_does(c: &SegmentCase) {
    let block = c.iv.core().block();
    assert_eq!(block, c.iv.spec().block());
    let explicit = SegmentCase { iv: crate::cases::SegmentIv::Attribute(block), ..c.clone() };
    assert_eq!(encrypt(&explicit), encrypt(c));
}

/// Lengths that do not fit are refused: encryption leaves the buffer, decryption zeros.
pub fn segment_refused_lengths_are_refused_before_any_key_is_used(c: &SegmentCase) {
    let (key, len) = (SegmentKey::new(c.key), c.text.0.len());
    let right = encrypted_len(len).expect("short");
    for wrong in [len, right - 1, right + 1, right + 16].into_iter().filter(|&l| l != right) {
        let mut buffer = vec![0xee; wrong];
        assert_eq!(encrypt_in_place(&key, c.iv.core(), &mut buffer, len), None, "{wrong}");
        assert!(buffer.iter().all(|&byte| byte == 0xee), "a refused buffer was altered");
    }
    let mut cut = encrypt(c);
    cut.pop();
    assert_eq!(decrypt(c, &cut), None);
    assert_eq!(decrypt(c, &[]), None);
}

fn encrypt(c: &SegmentCase) -> Vec<u8> {
    let mut buffer = c.text.0.clone();
    buffer.resize(encrypted_len(c.text.0.len()).expect("short"), 0xff);
    let key = SegmentKey::new(c.key);
    encrypt_in_place(&key, c.iv.core(), &mut buffer, c.text.0.len()).expect("lengths fit");
    buffer
}

fn decrypt(c: &SegmentCase, encrypted: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = encrypted.to_vec();
    let key = SegmentKey::new(c.key);
    match decrypt_in_place(&key, c.iv.core(), &mut buffer).map(|text| text.to_vec()) {
        Ok(text) => {
            assert_zero(&buffer[text.len()..]);
            Some(text)
        }
        Err(Inauthentic) => {
            assert_zero(&buffer);
            None
        }
    }
}

//! GCM.

use reelseal_core::Inauthentic;
use reelseal_core::modes::gcm::{Encryptor, Key, Tag, Unverified, open_in_place, seal_in_place};
use reelseal_spec as spec;

use super::{Law, assert_zero};
use crate::cases::GcmCase;

/// The laws of this file.
pub const ALL: &[Law<GcmCase>] = &[
    Law { name: "gcm_agrees_with_spec", holds: gcm_agrees_with_spec },
    Law { name: "gcm_open_inverts_seal", holds: gcm_open_inverts_seal },
    Law {
        name: "gcm_refuses_any_flipped_bit_and_leaves_zeros",
        holds: gcm_refuses_any_flipped_bit_and_leaves_zeros,
    },
    Law { name: "gcm_tells_data_from_text", holds: gcm_tells_data_from_text },
    Law { name: "gcm_any_chunking_equals_one_shot", holds: gcm_any_chunking_equals_one_shot },
    Law {
        name: "gcm_parts_in_any_order_equal_one_shot",
        holds: gcm_parts_in_any_order_equal_one_shot,
    },
    Law { name: "gcm_key_serves_any_number_of_texts", holds: gcm_key_serves_any_number_of_texts },
    Law { name: "gcm_lets_nothing_out_before_the_tag", holds: gcm_lets_nothing_out_before_the_tag },
];

// req GCM-1
/// Core and model seal to the same bytes and the same tag.
pub fn gcm_agrees_with_spec(c: &GcmCase) {
    let (text, tag) = spec::gcm::seal(c.key.bytes(), c.iv.bytes(), &c.aad.0, &c.text.0);
    assert_eq!(seal(c), (text, tag));
}

/// What was sealed opens, whole and in pieces.
pub fn gcm_open_inverts_seal(c: &GcmCase) {
    let (text, tag) = seal(c);
    assert_eq!(open(c, &text, &tag).as_ref(), Some(&c.text.0));
}

/// A bit of text, tag, additional data, IV or key: each makes it another text.
pub fn gcm_refuses_any_flipped_bit_and_leaves_zeros(c: &GcmCase) {
    let (text, tag) = seal(c);
    let (mut altered, mut altered_tag, mut a) = (text.clone(), tag, c.clone());
    let iv = a.iv.bytes_mut();
    c.flip.apply(&mut [&mut altered, &mut altered_tag, &mut a.aad.0, iv]);
    assert_eq!(open(&a, &altered, &altered_tag), None);
    let other = GcmCase { key: c.key.other(c.flip), ..c.clone() };
    assert_eq!(open(&other, &text, &tag), None, "another key");
}

/// A byte that moves from the additional data into the text, or back, breaks the tag.
pub fn gcm_tells_data_from_text(c: &GcmCase) {
    let (mut text, tag) = seal(c);
    let mut moved = c.clone();
    match moved.aad.0.pop() {
        Some(byte) => text.insert(0, byte),
        None if text.is_empty() => return,
        None => moved.aad.0.push(text.remove(0)),
    }
    assert_eq!(open(&moved, &text, &tag), None);
}

/// It does not matter in how many calls, or parts, the bytes come.
pub fn gcm_any_chunking_equals_one_shot(c: &GcmCase) {
    let (mut aad, mut text) = (c.aad.0.clone(), c.text.0.clone());
    let parts: Vec<&[u8]> = c.chunking.cut(&mut aad).into_iter().map(|part| &*part).collect();
    let mut encryptor =
        Encryptor::new(Key::new(&c.key.content()), c.iv.core(), &parts).expect("short");
    for piece in c.chunking.cut(&mut text) {
        assert_eq!(encryptor.update(piece), Some(()));
    }
    assert_eq!((text, encryptor.finish()), seal(c));
}

/// Parts of whole blocks may be worked on in any order, if they are joined in theirs.
pub fn gcm_parts_in_any_order_equal_one_shot(c: &GcmCase) {
    let key = Key::new(&c.key.content());
    let (expected, tag) = seal(c);
    let mut encryptor = Encryptor::new(&key, c.iv.core(), &[&c.aad.0]).expect("short");
    let mut text = c.text.0.clone();
    let (parts, tail) = whole_blocks(&mut text, c);
    let mut worked: Vec<_> =
        parts.into_iter().map(|part| (encryptor.part(part.len()).expect("whole"), part)).collect();
    if !worked.is_empty() {
        assert_eq!(encryptor.update(&mut [0]), None, "out of turn");
    }
    worked.reverse();
    let encrypted = worked.into_iter().map(|(part, text)| part.encrypt(text).expect("its length"));
    let encrypted: Vec<_> = encrypted.collect();
    encrypted.into_iter().rev().for_each(|part| encryptor.join(part).expect("its turn"));
    encryptor.update(tail).expect("its turn");
    assert_eq!((&text, encryptor.finish()), (&expected, tag));

    let mut unverified = Unverified::new(&key, c.iv.core(), &[&c.aad.0], ()).expect("short");
    let mut opened = vec![];
    let (parts, tail) = whole_blocks(&mut text, c);
    for text in parts {
        let part = unverified.part(text.len()).expect("whole");
        let (_, worked) = part.decrypt(text, |clear| opened.extend_from_slice(clear)).expect("its");
        assert_zero(text);
        unverified.join(worked).expect("its turn");
    }
    unverified.update(tail, |(), clear| opened.extend_from_slice(clear)).expect("its turn");
    assert_eq!(unverified.finish(&tag), Ok(()));
    assert_eq!(opened, c.text.0);
}

/// Pieces of whole blocks, and what is left.
fn whole_blocks<'t>(text: &'t mut [u8], c: &GcmCase) -> (Vec<&'t mut [u8]>, &'t mut [u8]) {
    let lens: Vec<usize> =
        c.chunking.cut(&mut text.to_vec()).iter().map(|piece| piece.len()).collect();
    let (mut at, mut taken, mut rest, mut pieces) = (0, 0, text, vec![]);
    for len in lens {
        at += len;
        let (piece, more) = rest.split_at_mut(at / 16 * 16 - taken);
        taken += piece.len();
        rest = more;
        pieces.push(piece);
    }
    pieces.retain(|piece| !piece.is_empty());
    (pieces, rest)
}

/// A key that is expanded once does what one expanded for the text does.
pub fn gcm_key_serves_any_number_of_texts(c: &GcmCase) {
    let key = Key::new(&c.key.content());
    for _ in 0..2 {
        let mut text = c.text.0.clone();
        let tag = key.seal_in_place(c.iv.core(), &[&c.aad.0], &mut text).expect("short");
        assert_eq!((&text, tag), (&seal(c).0, seal(c).1));
        assert_eq!(key.open_in_place(c.iv.core(), &[&c.aad.0], &mut text, &tag), Ok(()));
        assert_eq!(text, c.text.0);
    }
}

// req GCM-3
/// Streaming erases each piece after it is stored, and drops what it stored with a wrong tag.
pub fn gcm_lets_nothing_out_before_the_tag(c: &GcmCase) {
    let (text, mut tag) = seal(c);
    assert_eq!(open_in_pieces(c, &text, &tag).as_ref(), Some(&c.text.0));
    c.flip.apply(&mut [&mut tag]);
    assert_eq!(open_in_pieces(c, &text, &tag), None);
}

fn seal(c: &GcmCase) -> (Vec<u8>, Tag) {
    let mut text = c.text.0.clone();
    let tag = seal_in_place(&c.key.content(), c.iv.core(), &[&c.aad.0], &mut text);
    (text, tag.expect("short"))
}

/// Opens in both styles, which have to agree.
fn open(c: &GcmCase, text: &[u8], tag: &Tag) -> Option<Vec<u8>> {
    let mut buffer = text.to_vec();
    let opened = open_in_place(&c.key.content(), c.iv.core(), &[&c.aad.0], &mut buffer, tag);
    let whole = match opened {
        Ok(()) => Some(buffer),
        Err(Inauthentic) => {
            assert_zero(&buffer);
            None
        }
    };
    assert_eq!(open_in_pieces(c, text, tag), whole);
    whole
}

fn open_in_pieces(c: &GcmCase, text: &[u8], tag: &Tag) -> Option<Vec<u8>> {
    let mut text = text.to_vec();
    let (key, iv) = (c.key.content(), c.iv.core());
    let mut unverified =
        Unverified::new(Key::new(&key), iv, &[&c.aad.0], Vec::new()).expect("short");
    for piece in c.chunking.cut(&mut text) {
        let stored = unverified.update(piece, |content, clear| {
            content.extend_from_slice(clear);
            clear.len()
        });
        assert_eq!(stored, Some(piece.len()), "what storing said does not come back");
        assert_zero(piece);
    }
    unverified.finish(tag).ok()
}

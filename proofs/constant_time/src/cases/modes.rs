//! Modes of operation, in one go and in pieces.

use std::hint::black_box;

use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::modes::lanes::{self, Lanes, update_all};
use reelseal_core::secret::{ContentKey, SegmentKey};
use reelseal_core::segment;

use super::{Case, hidden, shown};
use crate::watch::{public, secret};

pub const ALL: &[Case] = &[
    ("unpad", unpads),
    ("unpad refuses", unpad_refuses),
    ("cbc", cbc_both_ways),
    ("cbc of many texts", many_texts),
    ("a segment", a_segment),
    ("a segment is refused", a_segment_is_refused),
    ("ctr", ctr_both_ways),
    ("gcm", gcm_opens),
    ("gcm with an IV of 16 bytes", gcm_of_16_bytes),
    ("gcm in pieces", gcm_in_pieces),
    ("gcm in parts", gcm_in_parts),
    ("gcm refuses", gcm_refuses),
];

fn unpads() {
    for k in 1..=16u8 {
        let mut last = [k; 16];
        secret(&mut last);
        let len = cbc::unpad(black_box(&last)).unwrap();
        assert_eq!(len, usize::from(16 - k));
    }
}

fn unpad_refuses() {
    for mut last in [[0; 16], [17; 16], [255; 16], core::array::from_fn(|i| i as u8)] {
        secret(&mut last);
        assert!(cbc::unpad(black_box(&last)).is_err());
    }
}

fn cbc_both_ways() {
    let (key, iv) = (ContentKey::new_192(hidden()), [9; 16]);
    let mut text = [0; 160];
    text[..150].copy_from_slice(&hidden::<150>());
    cbc::encrypt_in_place(cbc::Encryptor::new(&key, iv), &mut text, 150).unwrap();
    public(&text);
    let opened = cbc::decrypt_in_place(cbc::Decryptor::new(&key, iv), &mut text).unwrap();
    assert_eq!(shown(opened)[..2], [3, 10]);
}

/// Of two keys, and of lengths that differ.
fn many_texts() {
    let keys =
        [Lanes::new(&ContentKey::new_256(hidden())), Lanes::new(&ContentKey::new_128(hidden()))];
    let mut texts = hidden::<480>();
    let (blocks, _) = texts.as_chunks_mut();
    let mut lanes: Vec<lanes::Lane<'_>> = keys.iter().map(|key| key.begin([9; 16])).collect();
    let (one, two) = blocks.split_at_mut(10);
    let mut both: Vec<_> = lanes.iter_mut().zip([one, two]).collect();
    update_all(&mut both);
    let tails = lanes.into_iter().map(|lane| lane.finish(&hidden::<5>()).unwrap());
    assert!(tails.map(|tail| *shown(&tail)).all(|tail| tail != [0; 16]));
}

fn a_segment() {
    let key = SegmentKey::new(hidden());
    let iv = segment::Iv::Attribute([7; 16]);
    let mut text = hidden::<64>();
    let (blocks, _) = text.as_chunks_mut();
    let mut encryptor = segment::Encryptor::new(&key, iv);
    encryptor.update(blocks);
    let last = encryptor.finish(&hidden::<3>()).unwrap();
    (public(&blocks[..]), public(&last));
    assert_eq!(segment::Lanes::new(&key).begin(iv).finish(&[1; 16]), None);

    let mut decryptor = segment::Decryptor::new(&key, iv);
    decryptor.update(blocks);
    let tail = decryptor.finish(last).unwrap();
    assert_eq!((shown(&blocks[0])[..2].to_vec(), tail.len()), (vec![3, 10], 3));
    assert_eq!(format!("{tail:?}"), "Tail(..)");

    let mut whole = hidden::<48>();
    segment::encrypt_in_place(&key, iv, &mut whole, 40).unwrap();
    public(&whole);
    assert_eq!(segment::decrypt_in_place(&key, iv, &mut whole).unwrap().len(), 40);
}

fn a_segment_is_refused() {
    let key = SegmentKey::new(hidden());
    let number = segment::Iv::MediaSequence(7);
    assert!(segment::decrypt_in_place(&key, number, &mut [1; 64]).is_err());
}

fn ctr_both_ways() {
    let key = ContentKey::new_128(hidden());
    for width in [Width::Bits128, Width::Bits64, Width::Bits32] {
        let mut text = hidden::<150>();
        Ctr::new(&key, [0xff; 16], width).apply(&mut text).unwrap();
        let mut ctr = Ctr::new(&key, [0xff; 16], width);
        ctr.seek(40).unwrap();
        ctr.apply(&mut text[40..]).unwrap();
        ctr.seek(0).unwrap();
        ctr.apply(&mut text[..40]).unwrap();
        assert_eq!(shown(&text)[..2], [3, 10]);
    }
}

fn gcm_opens() {
    gcm_under(Iv::Bytes12([1; 12]));
}

fn gcm_of_16_bytes() {
    gcm_under(Iv::Bytes16([2; 16]));
}

fn gcm_under(iv: Iv) {
    let (key, mut text) = (ContentKey::new_256(hidden()), hidden::<150>());
    let tag = gcm::seal_in_place(&key, iv, &[b"aad"], &mut text).unwrap();
    (public(&tag), public(&text));
    gcm::open_in_place(&key, iv, &[b"aad"], &mut text, &tag).unwrap();
    assert_eq!(shown(&text)[..2], [3, 10]);
}

/// Long ones: where there are ways for them, these are taken.
fn gcm_in_pieces() {
    let key = gcm::Key::new(&ContentKey::new_192(hidden()));
    let mut text = hidden::<4500>();
    for iv in [Iv::Bytes12([1; 12]), Iv::Bytes16([2; 16])] {
        let mut encryptor = gcm::Encryptor::new(&key, iv, &[b"aad"]).unwrap();
        let (front, back) = text.split_at_mut(21);
        encryptor.update(front).unwrap();
        encryptor.update(back).unwrap();
        let tag = encryptor.finish();
        (public(&tag), public(&text));
        let mut unverified = gcm::Unverified::new(&key, iv, &[b"aad"], vec![]).unwrap();
        for piece in text.chunks_mut(4000) {
            unverified.update(piece, |to, clear| to.extend_from_slice(clear)).unwrap();
        }
        let clear = unverified.finish(&tag).unwrap();
        assert_eq!(shown(clear.as_slice())[..2], [3, 10]);
        text.copy_from_slice(&hidden::<4500>());
    }
}

/// Under one key, with the second part before the first.
fn gcm_in_parts() {
    let (key, iv) = (gcm::Key::new(&ContentKey::new_256(hidden())), Iv::Bytes16([2; 16]));
    let mut text = hidden::<4096>();
    let mut whole = text;
    let tag = key.seal_in_place(iv, &[], &mut whole).unwrap();
    public(&tag);

    let mut encryptor = gcm::Encryptor::new(&key, iv, &[]).unwrap();
    let (first, second) = text.split_at_mut(2048);
    let [one, two] = [2048; 2].map(|len| encryptor.part(len).unwrap());
    let two = two.encrypt(second).unwrap();
    encryptor.join(one.encrypt(first).unwrap()).unwrap();
    encryptor.join(two).unwrap();
    assert_eq!(shown(&encryptor.finish()), &tag);
    public(&text);

    let mut unverified = gcm::Unverified::new(&key, iv, &[], ()).unwrap();
    let part = unverified.part(4096).unwrap();
    let (first, part) = part.decrypt(&mut text, |clear| shown(clear)[..2].to_vec()).unwrap();
    unverified.join(part).unwrap();
    assert!(unverified.finish(&tag).is_ok());
    assert_eq!(first, [3, 10]);
    public(&whole);
    assert!(key.open_in_place(iv, &[], &mut whole, &tag).is_ok());
}

fn gcm_refuses() {
    let key = ContentKey::new_256(hidden());
    let (ready, iv) = (gcm::Key::new(&key), Iv::Bytes12([0; 12]));
    let mut text = [1; 40];
    assert!(gcm::open_in_place(&key, iv, &[], &mut text, &[3; 16]).is_err());
    let mut unverified = gcm::Unverified::new(ready, iv, &[], ()).unwrap();
    unverified.update(&mut text, |(), _| ()).unwrap();
    assert!(unverified.finish(&[3; 16]).is_err());
}

//! GCM in parts: which parts there are, in which order they are joined, and that the whole is the
//! same.

mod common;

use common::text;
use reelseal_core::modes::gcm::{Encryptor, Iv, Key, Unverified};
use reelseal_core::secret::ContentKey;

const IV: Iv = Iv::Bytes12(*b"123456789012");

fn key() -> Key {
    Key::new(&ContentKey::new_256([7; 32]))
}

#[test]
fn a_part_is_whole_blocks_behind_whole_blocks() {
    let key = key();
    let mut encryptor = Encryptor::new(&key, IV, &[]).unwrap();
    for len in [0, 1, 15, 17, 31, 33] {
        assert!(encryptor.part(len).is_none(), "{len}");
    }
    encryptor.update(&mut [1; 8]).unwrap();
    assert!(encryptor.part(16).is_none(), "behind half a block");
    encryptor.update(&mut [1; 8]).unwrap();
    assert!(encryptor.part(16).is_some());
}

#[test]
fn parts_in_any_hands_make_the_same_text_and_tag() {
    let (key, clear) = (key(), text(1000));
    let mut expected = clear.clone();
    let expected_tag = key.seal_in_place(IV, &[b"aad"], &mut expected).unwrap();

    let mut buffer = clear.clone();
    let mut encryptor = Encryptor::new(&key, IV, &[b"aad"]).unwrap();
    let (front, rest) = buffer.split_at_mut(16);
    encryptor.update(front).unwrap();
    let (first, rest) = rest.split_at_mut(320);
    let (second, tail) = rest.split_at_mut(48);
    let (one, two) = (encryptor.part(320).unwrap(), encryptor.part(48).unwrap());
    assert!(encryptor.update(tail).is_none(), "parts are out");
    let two = two.encrypt(second).unwrap(); // the later one first
    let one = one.encrypt(first).unwrap();
    encryptor.join(one).unwrap();
    encryptor.join(two).unwrap();
    encryptor.update(tail).unwrap();
    assert_eq!(encryptor.finish(), expected_tag);
    assert!(buffer == expected);

    let mut unverified = Unverified::new(&key, IV, &[b"aad"], ()).unwrap();
    let part = unverified.part(992).unwrap();
    let (whole, tail) = buffer.split_at_mut(992);
    let (same, worked) = part.decrypt(whole, |text| text == &clear[..992]).unwrap();
    assert!(same);
    unverified.join(worked).unwrap();
    assert_eq!(unverified.update(tail, |(), text| text == &clear[992..]), Some(true));
    assert!(unverified.finish(&expected_tag).is_ok());
    assert!(buffer.iter().all(|&byte| byte == 0), "clear bytes were left behind");
}

#[test]
fn a_part_is_joined_in_its_turn_and_worked_on_at_its_length() {
    let key = key();
    let mut encryptor = Encryptor::new(&key, IV, &[]).unwrap();
    let (_, two) = (encryptor.part(16).unwrap(), encryptor.part(32).unwrap());
    let two = two.encrypt(&mut [1; 32]).unwrap();
    assert!(encryptor.join(two).is_none(), "the first is missing");

    let mut encryptor = Encryptor::new(&key, IV, &[]).unwrap();
    let mut other = [1; 32];
    assert!(encryptor.part(16).unwrap().encrypt(&mut other).is_none());
    assert_eq!(other, [1; 32], "a refused text was altered");
}

#[test]
fn a_part_to_decrypt_has_its_length_and_the_text_waits_for_it() {
    let key = key();
    let mut stream = Unverified::new(&key, IV, &[], ()).unwrap();
    let part = stream.part(32).unwrap();
    let mut text = [5; 16];
    assert!(part.decrypt(&mut text, |_| ()).is_none(), "half of it");
    assert!(stream.update(&mut text, |(), _| ()).is_none(), "before it is joined");
    assert_eq!(text, [5; 16], "a refused text was altered");
}

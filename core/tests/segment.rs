//! HLS segments: where the IV comes from, and what seals the record of a package.

mod common;

use common::{hex, text};
use reelseal_core::Inauthentic;
use reelseal_core::modes::lanes::update_all;
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{
    Decryptor, Encryptor, Iv, Lanes, decrypt_in_place, encrypt_in_place, encrypted_len,
    record_check, record_seal,
};

fn key() -> SegmentKey {
    SegmentKey::new(*b"keykeykeykeykeyk")
}

// req HLS-IV-1
#[test]
fn the_iv_is_the_sequence_number_in_16_bytes() {
    for (n, block) in [
        (0, "00000000000000000000000000000000"),
        (7, "00000000000000000000000000000007"),
        (1 << 63, "00000000000000008000000000000000"),
        (u64::MAX, "0000000000000000ffffffffffffffff"),
    ] {
        assert_eq!(Iv::MediaSequence(n).block()[..], hex(block));
    }
    assert_eq!(Iv::Attribute([9; 16]).block(), [9; 16]);
}

// req HLS-SEGMENT-1
/// Computed with OpenSSL 3.0: the IV is the media sequence number.
#[test]
fn a_segment_is_encrypted_under_its_sequence_number() {
    let key = SegmentKey::new(*b"keykeykeykeykeyk");
    let mut buffer = *b"Elastic Transcoder--------------";
    encrypt_in_place(&key, Iv::MediaSequence(7), &mut buffer, 18).unwrap();
    let expected = hex("a33a813302d0625e58e29d0043ab93313208755f7b277df34a5c6fc8b58c7b24");
    assert_eq!(buffer[..], expected);
    let clear = decrypt_in_place(&key, Iv::MediaSequence(7), &mut buffer).unwrap();
    assert_eq!(clear, b"Elastic Transcoder");
}

#[test]
fn both_ways_to_name_an_iv_are_one_iv() {
    let (mut a, mut b) = ([7; 48], [7; 48]);
    encrypt_in_place(&key(), Iv::MediaSequence(258), &mut a, 40).unwrap();
    let mut iv = [0; 16];
    iv[14..].copy_from_slice(&[1, 2]);
    encrypt_in_place(&key(), Iv::Attribute(iv), &mut b, 40).unwrap();
    assert_eq!(a, b);
}

#[test]
fn segments_encrypted_side_by_side_are_those_encrypted_alone() {
    let lanes = Lanes::new(&key());
    let clear: Vec<Vec<u8>> = (0..40).map(|n| text(n * 37)).collect();
    let mut segments: Vec<_> = clear
        .iter()
        .zip(0..)
        .map(|(c, n)| (lanes.begin(Iv::MediaSequence(n)), c.clone()))
        .collect();
    let mut texts: Vec<_> =
        segments.iter_mut().map(|(lane, bytes)| (lane, bytes.as_chunks_mut().0)).collect();
    update_all(&mut texts);
    for (((lane, bytes), clear), n) in segments.into_iter().zip(&clear).zip(0..) {
        let (blocks, tail) = bytes.as_chunks::<16>();
        let last = lane.finish(tail).unwrap();
        let mut alone = clear.clone();
        alone.resize(encrypted_len(clear.len()).unwrap(), 0);
        encrypt_in_place(&key(), Iv::MediaSequence(n), &mut alone, clear.len()).unwrap();
        assert_eq!([blocks.as_flattened(), &last].concat(), alone);
    }
}

#[test]
fn a_whole_block_is_no_tail() {
    let lanes = Lanes::new(&key());
    assert!(lanes.begin(Iv::MediaSequence(1)).finish(&[0; 15]).is_some());
    assert!(lanes.begin(Iv::MediaSequence(1)).finish(&[0; 16]).is_none());
}

#[test]
fn streams_equal_one_shot() {
    for len in [0, 1, 15, 16, 17, 4000, 4096] {
        let clear = text(len);
        let mut one_shot = clear.clone();
        one_shot.resize(encrypted_len(len).unwrap(), 0);
        encrypt_in_place(&key(), Iv::MediaSequence(1), &mut one_shot, len).unwrap();

        let mut stream = clear.clone();
        let (blocks, tail) = stream.as_chunks_mut();
        let mut encryptor = Encryptor::new(&key(), Iv::MediaSequence(1));
        encryptor.update(blocks);
        let last = encryptor.finish(tail).unwrap();
        assert_eq!([blocks.as_flattened(), &last].concat(), one_shot);

        let mut decryptor = Decryptor::new(&key(), Iv::MediaSequence(1));
        decryptor.update(blocks);
        let tail = decryptor.finish(last).unwrap();
        assert_eq!([blocks.as_flattened(), &tail].concat(), clear);
        let opened = decrypt_in_place(&key(), Iv::MediaSequence(1), &mut one_shot).unwrap();
        assert_eq!(opened, clear);
    }
}

#[test]
fn a_wrong_key_is_refused_or_gives_other_bytes() {
    let clear = text(100);
    let mut sealed = clear.clone();
    sealed.resize(112, 0);
    encrypt_in_place(&key(), Iv::MediaSequence(1), &mut sealed, 100).unwrap();
    let mut refused = 0;
    for wrong in 0..=255u8 {
        let mut buffer = sealed.clone();
        let wrong = SegmentKey::new([wrong; 16]);
        match decrypt_in_place(&wrong, Iv::MediaSequence(1), &mut buffer) {
            Ok(other) => assert_ne!(other, clear),
            Err(Inauthentic) => {
                assert!(buffer.iter().all(|&byte| byte == 0));
                refused += 1;
            }
        }
    }
    // One wrong key in 256 yields a good padding: this is why there is a record.
    assert!(refused > 250, "{refused}");
}

#[test]
fn the_record_of_a_package_is_sealed() {
    let seal = record_seal(&key(), b"record");
    assert_eq!(record_check(&key(), b"record", &seal), Ok(()));
    assert_eq!(record_check(&key(), b"Record", &seal), Err(Inauthentic));
    assert_eq!(record_check(&SegmentKey::new([0; 16]), b"record", &seal), Err(Inauthentic));
    for bit in 0..256 {
        let mut altered = seal;
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(record_check(&key(), b"record", &altered), Err(Inauthentic));
    }
}

/// Made with PyCA `cryptography`: KBKDFHMAC (Label "reelseal record v1"), then HMAC.
#[test]
fn a_seal_is_that_of_others() {
    let expected = hex("2aaf69b396ee8b0d59266a77fab5e218a4dba41ef91094779833b493ea7d4eaa");
    assert_eq!(record_seal(&key(), b"Elastic Transcoder")[..], expected);
}

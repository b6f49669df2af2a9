//! GCM: the test cases of its authors, both IV lengths, every way to cut a text, and what a
//! refused tag leaves behind.

mod common;

use common::{hex, hex_array, text};
use reelseal_core::Inauthentic;
use reelseal_core::modes::gcm::{
    Encryptor, Iv, Key, MAX_AAD_LEN, MAX_TEXT_LEN, Tag, Unverified, open_in_place, seal_in_place,
};
use reelseal_core::secret::ContentKey;

const IV: Iv = Iv::Bytes16(*b"1234567890123456");

fn key() -> ContentKey {
    ContentKey::new_128(*b"keykeykeykeykeyk")
}

fn sealed(text: &[u8], aad: &[&[u8]]) -> (Vec<u8>, Tag) {
    let mut buffer = text.to_vec();
    let tag = seal_in_place(&key(), IV, aad, &mut buffer).unwrap();
    (buffer, tag)
}

// req GCM-1
/// Test cases 1, 2, 4, 10 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation".
#[test]
fn gcm_is_that_of_its_authors() {
    let text = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
    let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let iv = Iv::Bytes12(hex_array("cafebabefacedbaddecaf888"));
    let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
    let zero = (ContentKey::new_128([0; 16]), Iv::Bytes12([0; 12]));
    for (key, iv, aad, clear, sealed, tag) in [
        (&zero.0, zero.1, &[][..], "", "", "58e2fccefa7e3061367f1d57a4e7455a"),
        (
            &zero.0,
            zero.1,
            &[][..],
            "00000000000000000000000000000000",
            "0388dace60b6a392f328c2b971b2fe78",
            "ab6e47d42cec13bdf53a67b21257bddf",
        ),
        (
            &ContentKey::new_128(hex_array(&key[..32])),
            iv,
            &aad[..],
            text,
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
             21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
            "5bc94fbc3221a5db94fae95ae7121a47",
        ),
        (
            &ContentKey::new_192(hex_array(&key[..48])),
            iv,
            &aad[..],
            text,
            "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c\
             7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
            "2519498e80f1478f37ba55bd6d27618c",
        ),
        (
            &ContentKey::new_256(hex_array(key)),
            iv,
            &aad[..],
            text,
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b",
        ),
    ] {
        let mut buffer = hex(clear);
        let made = seal_in_place(key, iv, &[aad], &mut buffer).unwrap();
        assert_eq!((&buffer[..], &made[..]), (&hex(sealed)[..], &hex(tag)[..]));
        open_in_place(key, iv, &[aad], &mut buffer, &made).unwrap();
        assert_eq!(buffer, hex(clear));
    }
}

// req GCM-2
/// Computed with PyCA `cryptography`.
#[test]
fn both_iv_lengths_are_those_of_others() {
    for (iv, expected) in [
        (IV, "2fceb4b304d80aaa5634ca7aa3be8710a4e2725949843cfe21714d3a08622e804ce5"),
        (
            Iv::Bytes12(*b"123456789012"),
            "8013754eec19fdea6585b54ff52f5749a6cba8953e3e489d41b231ebd87a0301d076",
        ),
    ] {
        let mut buffer = *b"Elastic Transcoder";
        let tag = seal_in_place(&key(), iv, &[], &mut buffer).unwrap();
        assert_eq!([&buffer[..], &tag].concat(), hex(expected));
    }
}

// req GCM-4
#[test]
fn the_limits_are_those_of_sp_800_38d() {
    assert_eq!(u128::from(MAX_TEXT_LEN) * 8, (1 << 39) - 256);
    assert_eq!(MAX_AAD_LEN, u64::MAX / 8, "whole bytes of as many bits");
}

#[test]
fn any_chunking_equals_one_shot() {
    for len in [0, 1, 16, 17, 4095, 4096, 4097, 16_384, 16_385, 40_000] {
        let clear = text(len);
        let (expected, expected_tag) = sealed(&clear, &[b"additional"]);
        for step in [1, 3, 15, 16, 17, 100, 4096, 5000] {
            let mut buffer = clear.clone();
            let mut encryptor =
                Encryptor::new(Key::new(&key()), IV, &[b"addi", b"", b"tional"]).unwrap();
            buffer.chunks_mut(step).for_each(|chunk| encryptor.update(chunk).unwrap());
            assert!(buffer == expected, "{len} by {step}");
            assert_eq!(encryptor.finish(), expected_tag, "{len} by {step}");

            let mut stream =
                Unverified::new(Key::new(&key()), IV, &[b"additional"], vec![]).unwrap();
            for chunk in buffer.chunks_mut(step) {
                stream.update(chunk, |content, clear| content.extend_from_slice(clear)).unwrap();
            }
            assert!(stream.finish(&expected_tag).unwrap() == clear, "{len} by {step}");
            assert!(buffer.iter().all(|&byte| byte == 0), "clear bytes were left behind");
        }
    }
}

#[test]
fn additional_data_is_what_its_parts_make_together() {
    let aad = text(100);
    let whole = sealed(b"text", &[&aad]);
    for cut in 0..=100 {
        assert_eq!(sealed(b"text", &[&aad[..cut], &aad[cut..]]), whole, "{cut}");
    }
    assert_ne!(sealed(b"text", &[&aad[..99]]), whole);
    assert_ne!(sealed(b"text", &[&aad, &[0]]), whole, "the padding is not the data");
}

// req GCM-3
#[test]
fn any_flipped_bit_is_refused_and_leaves_zeros() {
    let (text, tag) = sealed(&text(40), &[b"aad"]);
    let refused = |iv, aad: &[u8], text: &[u8], tag: &Tag| {
        let mut buffer = text.to_vec();
        assert_eq!(open_in_place(&key(), iv, &[aad], &mut buffer, tag), Err(Inauthentic));
        assert!(buffer.iter().all(|&byte| byte == 0), "a refused text was left behind");

        let mut stream = Unverified::new(Key::new(&key()), iv, &[aad], Dropped::default()).unwrap();
        let dropped = stream.update(&mut text.to_vec(), |content, _| content.clone()).unwrap();
        assert_eq!(stream.finish(tag).map(|_| ()), Err(Inauthentic));
        assert_eq!(std::rc::Rc::strong_count(&dropped.0), 1, "the content was kept");
    };
    for bit in 0..text.len() * 8 {
        let mut altered = text.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        refused(IV, b"aad", &altered, &tag);
    }
    for bit in 0..128 {
        let mut altered = tag;
        altered[bit / 8] ^= 1 << (bit % 8);
        refused(IV, b"aad", &text, &altered);
        let mut altered = *b"1234567890123456";
        altered[bit / 8] ^= 1 << (bit % 8);
        refused(Iv::Bytes16(altered), b"aad", &text, &tag);
    }
    refused(IV, b"aae", &text, &tag);
    refused(IV, b"aa", &text, &tag);
    refused(IV, b"aad", &text[..39], &tag);
    refused(IV, b"aad", &[], &tag);
}

/// Content of which one can see from outside whether it is still there.
#[derive(Clone, Default)]
struct Dropped(std::rc::Rc<()>);

#[test]
fn what_the_store_says_comes_back() {
    let (mut text, _) = sealed(&text(40), &[]);
    let mut stream = Unverified::new(Key::new(&key()), IV, &[], ()).unwrap();
    let full = stream.update(&mut text, |(), _| Err::<(), _>("disk full"));
    assert_eq!(full, Some(Err("disk full")));
    assert!(text.iter().all(|&byte| byte == 0), "clear bytes were left behind");
}

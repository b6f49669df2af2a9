//! Elastic Transcoder's files: names, lengths, IVs, layouts, and both readings of a data key.

use reelseal_core::envelope::transcoder::{
    CounterStart, DataKey, content_key, first_counter_block, gcm_iv,
};
use reelseal_core::format::Rule;
use reelseal_core::format::transcoder::{Iv, IvUse, LAYOUTS, Layout, Mode, Tag, layouts};
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::{cbc, gcm};
use reelseal_core::secret::ContentKey;

/// The values of Elastic Transcoder's own tutorial.
const KEY: &[u8; 16] = b"keykeykeykeykeyk";
const IV: &[u8; 16] = b"1234567890123456";
const TEXT: &[u8; 18] = b"Elastic Transcoder";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first key-stream block of `key`, by which two keys are told apart.
fn mark(key: &ContentKey) -> [u8; 16] {
    let mut block = [0; 16];
    Ctr::new(key, [0; 16], Width::Bits128).apply(&mut block).unwrap();
    block
}

fn same(a: Option<&ContentKey>, b: Option<&[u8]>) {
    assert_eq!(a.map(mark), b.map(|bytes| mark(&content_key(bytes).unwrap())));
}

// req ET-FILE-1
#[test]
fn the_values_of_the_tutorial_reproduce() {
    let key = content_key(KEY).unwrap();
    let mut cbc = [0; 32];
    cbc[..18].copy_from_slice(TEXT);
    cbc::encrypt_in_place(cbc::Encryptor::new(&key, *IV), &mut cbc, 18).unwrap();
    let expected = "060203771a4d88bcc98bab64211decbd9b7d81589cd2a378a9b42cb3671a1902";
    assert_eq!(hex(&cbc), expected);

    let first = first_counter_block(&Iv::Bytes16(*IV), CounterStart::Zero);
    let mut ctr = *TEXT;
    Ctr::new(&key, first, Width::Bits128).apply(&mut ctr).unwrap();
    assert_eq!(hex(&ctr), "2e391d3d99895d43373bd1020b7601d4e86d");

    let twelve: [u8; 12] = *b"123456789012";
    for (iv, expected) in [
        (Iv::Bytes16(*IV), "2fceb4b304d80aaa5634ca7aa3be8710a4e2725949843cfe21714d3a08622e804ce5"),
        (
            Iv::Bytes12(twelve),
            "8013754eec19fdea6585b54ff52f5749a6cba8953e3e489d41b231ebd87a0301d076",
        ),
    ] {
        let mut gcm = *TEXT;
        let tag = gcm::seal_in_place(&key, gcm_iv(&iv, LAYOUTS[0]), &[], &mut gcm).unwrap();
        assert_eq!(hex(&gcm) + &hex(&tag), expected);
    }
}

#[test]
fn modes_have_two_names_each() {
    for mode in Mode::ALL {
        assert_eq!(Mode::parse(mode.as_str()), Ok(mode));
        assert_eq!(Mode::parse_mediaconvert(mode.mediaconvert()), Ok(mode));
    }
    for name in ["", "s3", "s3-aws-kms", "AES-CTR", "aes-ctr ", "AES_CTR"] {
        assert_eq!(Mode::parse(name).unwrap_err().rule, Rule::Registered, "{name}");
    }
    assert!(Mode::parse_mediaconvert("aes-ctr").is_err());
}

// req ET-FILE-4
#[test]
fn an_iv_is_neither_shortened_nor_padded() {
    for mode in Mode::ALL {
        for len in 0..40 {
            let iv = Iv::parse(mode, &[7; 40][..len]);
            let allowed = len == 16 || len == 12 && mode != Mode::AesCbcPkcs7;
            assert_eq!(iv.is_ok(), allowed, "{mode:?} {len}");
            match iv {
                Ok(iv) => assert_eq!(iv.bytes(), &[7; 40][..len]),
                Err(error) => assert_eq!(error.rule, Rule::Length),
            }
        }
    }
}

// req ET-FILE-1
#[test]
fn lengths_that_no_text_has_are_refused() {
    for len in 0..100u64 {
        assert_eq!(Mode::AesCbcPkcs7.check_encrypted_len(len).is_ok(), len > 0 && len % 16 == 0);
        assert!(Mode::AesCtr.check_encrypted_len(len).is_ok());
        assert_eq!(Mode::AesGcm.check_encrypted_len(len).is_ok(), len >= 16);
    }
}

// req ET-FILE-3
#[test]
fn four_layouts_are_tried_and_two_of_a_short_iv() {
    assert!(layouts(&Iv::Bytes16(*IV)).eq(LAYOUTS));
    let short = Iv::Bytes12(*b"123456789012");
    let whole = |tag| Layout { iv: IvUse::Whole, tag };
    assert!(layouts(&short).eq([whole(Tag::Last), whole(Tag::First)]));
    assert_eq!(LAYOUTS[0], whole(Tag::Last));
    assert_eq!(gcm_iv(&Iv::Bytes16(*IV), LAYOUTS[0]), gcm::Iv::Bytes16(*IV));
    assert_eq!(gcm_iv(&Iv::Bytes16(*IV), LAYOUTS[1]), gcm::Iv::Bytes12(*b"123456789012"));
}

#[test]
fn a_short_iv_of_ctr_is_filled_with_zero_or_one() {
    let short = Iv::Bytes12(*b"123456789012");
    assert_eq!(first_counter_block(&short, CounterStart::Zero), *b"123456789012\0\0\0\0");
    assert_eq!(first_counter_block(&short, CounterStart::One), *b"123456789012\0\0\0\x01");
    assert_eq!(first_counter_block(&Iv::Bytes16(*IV), CounterStart::One), *IV);
}

// req ET-FILE-5
#[test]
fn a_data_key_has_the_readings_that_its_length_and_letters_give_it() {
    let bytes: Vec<u8> = (128..160).collect();
    let texts = [
        &b"a2V5a2V5a2V5a2V5a2V5aw=="[..],
        b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
        b"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    ];
    for len in [16, 24, 32] {
        let key = DataKey::parse(&bytes[..len]).unwrap();
        same(key.literal(), Some(&bytes[..len]));
        same(key.decoded(), None);
    }
    let inside = b"0123456789abcdef0123456789abcdef";
    for (text, decoded) in texts.into_iter().zip([&KEY[..], &inside[..24], inside]) {
        let key = DataKey::parse(text).unwrap();
        same(key.literal(), (text.len() != 44).then_some(text));
        same(key.decoded(), Some(decoded));
    }
}

#[test]
fn what_is_a_key_in_no_reading_is_refused() {
    for len in (0..80).filter(|len| ![16, 24, 32].contains(len)) {
        assert!(DataKey::parse(&vec![0xA5; len]).is_none(), "{len}");
        assert!(DataKey::parse(&vec![b'A'; len]).is_none(), "{len}");
        assert!(content_key(&vec![b'A'; len]).is_none(), "{len}");
    }
    // Not canonical, or of another alphabet: 24 bytes remain a key of 192 bits, and no more.
    for text in
        [b"a2V5a2V5a2V5a2V5a2V5ax==", b"a2V5a2V5a2V5a2V5a2V5_w==", b"a2V5a2V5a2V5a2V5a2V5awaw"]
    {
        let key = DataKey::parse(text).unwrap();
        same(key.literal(), Some(text));
        same(key.decoded(), None);
    }
}

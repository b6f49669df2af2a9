//! What lies about in archives: layouts and keys that reelseal never writes, and opens.

mod home;

use std::fs;

use home::Home;
use md5::{Digest, Md5};
use reelseal::base64;
use reelseal_core::envelope::transcoder::{content_key, gcm_iv};
use reelseal_core::format::transcoder::{Iv, IvUse, LAYOUTS, Tag};
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::{cbc, gcm};
use serde_json::{Value, json};

const KEY: &[u8; 16] = b"keykeykeykeykeyk";
/// Its base64, which version 1 of the AWS CLI wrapped in its place: an AES key of 192 bits.
const KEY_TEXT: &[u8; 24] = b"a2V5a2V5a2V5a2V5a2V5aw==";
const IV: [u8; 16] = *b"1234567890123456";
const TEXT: &[u8] = b"1\n00:00:01,000 --> 00:00:02,000\nA caption of more than one block.\n";

/// Bytes that begin as nothing known does.
const NOISE: [u8; 40] = [0x91; 40];

fn b64(bytes: &[u8]) -> String {
    base64::encode(bytes).unwrap().to_string()
}

fn path(home: &Home, name: &str) -> String {
    home.keystore().with_file_name(name).to_str().unwrap().to_owned()
}

fn ctr(key: &[u8], first: [u8; 16], width: Width, clear: &[u8]) -> Vec<u8> {
    let mut text = clear.to_vec();
    Ctr::new(&content_key(key).unwrap(), first, width).apply(&mut text).unwrap();
    text
}

fn cbc(key: &[u8], clear: &[u8]) -> Vec<u8> {
    let mut text = clear.to_vec();
    text.resize(cbc::encrypted_len(clear.len()).unwrap(), 0);
    let encryptor = cbc::Encryptor::new(&content_key(key).unwrap(), IV);
    cbc::encrypt_in_place(encryptor, &mut text, clear.len()).unwrap();
    text
}

/// Decrypts `sealed` with `options`, and returns what came out and the report.
fn open(home: &Home, sealed: &[u8], options: &[&str]) -> (Vec<u8>, Value) {
    let (input, out) = (home.file("sealed", sealed), path(home, "opened"));
    let report = home.ok(&[&["--force", "decrypt", &input, "-o", &out], options].concat());
    (fs::read(out).unwrap(), report)
}

/// What must not open; nothing may be left of it. Returns the error.
fn refuse(home: &Home, exit: i32, sealed: &[u8], options: &[&str]) -> Value {
    let (input, out) = (home.file("sealed", sealed), path(home, "refused"));
    let error = home.fails(exit, &[&["decrypt", &input, "-o", &out], options].concat());
    assert!(fs::metadata(&out).is_err(), "a refused file was left behind");
    let left = fs::read_dir(home.keystore().parent().unwrap()).unwrap();
    let hidden =
        left.filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with('.'));
    assert_eq!(hidden.count(), 0);
    error
}

// req ET-FILE-3
#[test]
fn the_four_layouts_of_gcm_open_and_are_named() {
    let home = Home::new();
    let (wrapped, iv) = (home.wrap("alias/reelseal", KEY), b64(&IV));
    let options = ["--mode", "aes-gcm", "--data-key", &wrapped, "--iv", &iv];
    for layout in LAYOUTS {
        let mut text = TEXT.to_vec();
        let key = content_key(KEY).unwrap();
        let gcm_iv = gcm_iv(&Iv::Bytes16(IV), layout);
        let tag = gcm::seal_in_place(&key, gcm_iv, &[], &mut text).unwrap();
        let sealed = match layout.tag {
            Tag::Last => [&text[..], &tag].concat(),
            Tag::First => [&tag[..], &text].concat(),
        };
        let (opened, report) = open(&home, &sealed, &options);
        assert_eq!(opened, TEXT);
        assert_eq!((&report["proof"], &report["keyForm"]), (&json!("tag"), &json!("literal")));
        let iv_use = if layout.iv == IvUse::Whole { "whole" } else { "first 12 bytes" };
        let place = if layout.tag == Tag::Last { "last" } else { "first" };
        assert_eq!(report["layout"], json!({ "iv": iv_use, "tag": place }));
        let warnings = report["warnings"].as_array().unwrap().len();
        assert_eq!(warnings, usize::from(layout != LAYOUTS[0]));
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 0x10;
            if at % 7 == 0 {
                let error = refuse(&home, 5, &altered, &options);
                assert_eq!(error["transcoderCode"], 4016, "{at}");
            }
        }
    }
}

#[test]
fn an_iv_of_12_bytes_opens_gcm_and_ctr() {
    let home = Home::new();
    let (wrapped, short) = (home.wrap("alias/reelseal", KEY), *b"123456789012");
    let iv = b64(&short);
    let with = |mode| ["--mode", mode, "--data-key", &wrapped, "--iv", &iv];
    for tag_first in [false, true] {
        let mut text = TEXT.to_vec();
        let key = content_key(KEY).unwrap();
        let tag = gcm::seal_in_place(&key, gcm::Iv::Bytes12(short), &[], &mut text).unwrap();
        let sealed =
            if tag_first { [&tag[..], &text].concat() } else { [&text[..], &tag].concat() };
        assert_eq!(open(&home, &sealed, &with("aes-gcm")).0, TEXT);
    }
    for (start, last) in [("0", 0), ("1", 1)] {
        let mut first = [0; 16];
        first[..12].copy_from_slice(&short);
        first[15] = last;
        let sealed = ctr(KEY, first, Width::Bits128, TEXT);
        let options = [&with("aes-ctr")[..], &["--counter-start", start]].concat();
        assert_eq!(open(&home, &sealed, &options).0, TEXT);
    }
    let error = refuse(&home, 3, &cbc(KEY, TEXT), &with("aes-cbc-pkcs7"));
    assert!(error["message"].as_str().unwrap().contains("has 12 bytes"), "{error}");
}

// req ET-FILE-2
#[test]
fn counters_of_three_widths_open() {
    let home = Home::new();
    let (wrapped, iv) = (home.wrap("alias/reelseal", KEY), b64(&[0xFF; 16]));
    let with = ["--mode", "aes-ctr", "--data-key", &wrapped, "--iv", &iv, "--counter-bits"];
    for (bits, width) in [("128", Width::Bits128), ("64", Width::Bits64), ("32", Width::Bits32)] {
        let sealed = ctr(KEY, [0xFF; 16], width, TEXT);
        assert_eq!(open(&home, &sealed, &[&with[..], &[bits]].concat()).0, TEXT, "{bits}");
    }
}

// req ET-FILE-5
#[test]
fn a_key_that_was_wrapped_as_text_opens_in_both_readings() {
    let home = Home::new();
    let (wrapped, iv) = (home.wrap("alias/reelseal", KEY_TEXT), b64(&IV));
    for (key, form) in [(&KEY_TEXT[..], "literal"), (KEY, "base64")] {
        let mut text = TEXT.to_vec();
        let content = content_key(key).unwrap();
        let tag = gcm::seal_in_place(&content, gcm::Iv::Bytes16(IV), &[], &mut text).unwrap();
        for (mode, sealed) in [
            ("aes-gcm", [&text[..], &tag].concat()),
            ("aes-cbc-pkcs7", cbc(key, TEXT)),
            ("aes-ctr", ctr(key, IV, Width::Bits128, TEXT)),
        ] {
            let options = ["--mode", mode, "--data-key", &wrapped, "--iv", &iv];
            let (opened, report) = open(&home, &sealed, &options);
            assert_eq!(
                (opened.as_slice(), report["keyForm"].as_str()),
                (TEXT, Some(form)),
                "{mode}"
            );
            let told = report["warnings"].to_string().contains("version 1 of the AWS CLI");
            assert_eq!(told, form == "base64");
        }
    }
}

#[test]
fn the_base64_of_32_bytes_is_read_as_what_it_stands_for() {
    let home = Home::new();
    let key: Vec<u8> = (0..32).collect();
    let wrapped = home.wrap("alias/reelseal", b64(&key).as_bytes());
    let iv = b64(&IV);
    let options = ["--mode", "aes-ctr", "--data-key", &wrapped, "--iv", &iv];
    let (opened, report) = open(&home, &ctr(&key, IV, Width::Bits128, TEXT), &options);
    assert_eq!((opened.as_slice(), report["keyForm"].as_str()), (TEXT, Some("base64")));
    // Nobody encrypts with 44 bytes.
    let input = home.file("clear", TEXT);
    let out = path(&home, "never");
    let seal = ["encrypt", &input, "-o", &out, "--mode", "aes-ctr", "--data-key", &wrapped];
    assert_eq!(home.fails(4, &seal)["transcoderCode"], 4017);
}

#[test]
fn where_nothing_speaks_for_a_reading_the_user_chooses() {
    let home = Home::new();
    let (wrapped, iv) = (home.wrap("alias/reelseal", KEY_TEXT), b64(&IV));
    let with = ["--mode", "aes-ctr", "--data-key", &wrapped, "--iv", &iv];
    let sealed = ctr(KEY, IV, Width::Bits128, &NOISE);
    let error = refuse(&home, 5, &sealed, &with);
    assert!(error["hint"].as_str().unwrap().contains("--key-form"), "{error}");
    let (opened, report) = open(&home, &sealed, &[&with[..], &["--key-form", "base64"]].concat());
    assert_eq!((opened.as_slice(), report["proof"].as_str()), (&NOISE[..], Some("nothing")));
    // Of CBC, the padding speaks.
    let with = ["--mode", "aes-cbc-pkcs7", "--data-key", &wrapped, "--iv", &iv];
    for (key, form) in [(&KEY_TEXT[..], "literal"), (KEY, "base64")] {
        let (opened, report) = open(&home, &cbc(key, &NOISE), &with);
        assert_eq!((opened.as_slice(), report["keyForm"].as_str()), (&NOISE[..], Some(form)));
        assert_eq!(report["proof"], "padding");
    }
    let plain = home.wrap("alias/reelseal", KEY);
    let only = ["--mode", "aes-ctr", "--data-key", &plain, "--iv", &iv, "--key-form", "base64"];
    refuse(&home, 4, &sealed, &only);
}

// req ET-ENC-3
#[test]
fn a_checksum_is_that_of_the_wrapped_key_or_of_the_key() {
    let home = Home::new();
    let iv = b64(&IV);
    let sealed = ctr(KEY, IV, Width::Bits128, TEXT);
    for inside in [&KEY[..], KEY_TEXT] {
        let wrapped = home.wrap("alias/reelseal", inside);
        let blob = base64::decode(&wrapped).unwrap();
        for (of, bytes) in [("wrapped key", &blob[..]), ("key", inside), ("key", KEY)] {
            let md5 = b64(Md5::digest(bytes).as_slice());
            let with = ["--data-key", &wrapped, "--iv", &iv, "--key-md5", &md5];
            let (opened, report) =
                open(&home, &sealed, &[&["--mode", "aes-ctr"], &with[..]].concat());
            assert_eq!((opened.as_slice(), report["keyMd5"].as_str()), (TEXT, Some(of)));
        }
        let md5 = b64(Md5::digest(b"another").as_slice());
        let with = ["--data-key", &wrapped, "--iv", &iv, "--key-md5", &md5];
        let error = refuse(&home, 4, &sealed, &[&["--mode", "aes-ctr"], &with[..]].concat());
        assert_eq!(error["transcoderCode"], 4018);
    }
}

#[test]
fn blocks_are_read_in_every_spelling() {
    let home = Home::new();
    let (wrapped, iv) = (home.wrap("alias/reelseal", KEY), b64(&IV));
    let sealed = ctr(KEY, IV, Width::Bits128, TEXT);
    let context = ["--encryption-context", "service=elastictranscoder.amazonaws.com"];
    let blocks = [
        json!({ "Mode": "aes-ctr", "Key": wrapped, "InitializationVector": iv, "KeyMd5": "" }),
        json!({ "mode": "aes-ctr", "key": wrapped, "initializationVector": iv, "keyMd5": null }),
        json!({ "mode": "aes-ctr", "key": wrapped, "initialization_vector": iv }),
        json!({ "Key": "out.mp4", "Encryption": { "Mode": "aes-ctr", "Key": wrapped,
                "InitializationVector": iv } }),
        json!({ "DecryptionSettings": { "DecryptionMode": "AES_CTR", "InitializationVector": iv,
                "EncryptedDecryptionKey": wrapped, "KmsKeyRegion": "eu-west-1" } }),
        json!({ "decryptionMode": "AES_CTR", "encryptedDecryptionKey": wrapped,
                "initializationVector": iv }),
    ];
    for block in blocks {
        let record = home.file("record.json", block.to_string().as_bytes());
        let options = [&["--record", &record][..], &context].concat();
        assert_eq!(open(&home, &sealed, &options).0, TEXT, "{block}");
    }
    let broken = [
        ("{}", "Mode is missing"),
        ("[]", "not an encryption block"),
        (r#"{"Mode":"aes-ctr","mode":"aes-gcm"}"#, "duplicate field"),
        (r#"{"Mode":"aes-xts"}"#, "not a known value"),
        (r#"{"Mode":"aes-ctr","Key":""}"#, "Key is missing"),
        (r#"{"Mode":"aes-ctr","Key":"@/etc/passwd"}"#, "Key is not base64"),
    ];
    for (block, why) in broken {
        let record = home.file("record.json", block.as_bytes());
        let error = refuse(&home, 3, &sealed, &["--record", &record]);
        assert!(error["message"].as_str().unwrap().contains(why), "{block}: {error}");
    }
    let record = home.file("record.json", br#"{"Mode":"s3"}"#);
    refuse(&home, 4, &sealed, &["--record", &record]);
    refuse(&home, 2, &sealed, &[]);
}

#[test]
fn a_wrong_iv_of_cbc_is_told_by_the_first_block() {
    let home = Home::new();
    let wrapped = home.wrap("alias/reelseal", KEY);
    let media = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/media/clear/ts/v0_000.ts");
    let clear = fs::read(media).unwrap();
    let sealed = cbc(KEY, &clear);
    let mut wrong = IV;
    wrong[5] ^= 0xA5;
    for (iv, told) in [(IV, false), (wrong, true)] {
        let iv = b64(&iv);
        let with = ["--mode", "aes-cbc-pkcs7", "--data-key", &wrapped, "--iv", &iv];
        let (_, report) = open(&home, &sealed, &with);
        let warned = report["warnings"].to_string().contains("the first 16 bytes");
        assert_eq!(warned, told, "{report}");
    }
}

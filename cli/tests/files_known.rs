//! The values of Elastic Transcoder's own tutorial, through the command line, in both directions.

mod home;

use std::fs;

use home::Home;
use reelseal::base64;

const KEY: &[u8; 16] = b"keykeykeykeykeyk";
const IV: &[u8; 16] = b"1234567890123456";
const TEXT: &[u8] = b"Elastic Transcoder";

/// Mode, IV, clear and encrypted bytes. The last two begin at a counter of ones.
const KNOWN: [(&str, &[u8], &[u8], &str); 6] = [
    ("aes-cbc-pkcs7", IV, TEXT, "060203771a4d88bcc98bab64211decbd9b7d81589cd2a378a9b42cb3671a1902"),
    ("aes-cbc-pkcs7", IV, b"", "e84b8ac50dd9dc1e53142ac8b939d963"),
    ("aes-ctr", IV, TEXT, "2e391d3d99895d43373bd1020b7601d4e86d"),
    (
        "aes-ctr",
        &[0xFF; 16],
        &[0; 32],
        "fa910973e3e8494b09a8059754cd1b6db4a7f035944c3a09518071a710c3c3af",
    ),
    ("aes-gcm", IV, TEXT, "2fceb4b304d80aaa5634ca7aa3be8710a4e2725949843cfe21714d3a08622e804ce5"),
    (
        "aes-gcm",
        b"123456789012",
        TEXT,
        "8013754eec19fdea6585b54ff52f5749a6cba8953e3e489d41b231ebd87a0301d076",
    ),
];

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|d| u8::from_str_radix(str::from_utf8(d).unwrap(), 16).unwrap()).collect()
}

#[test]
fn the_tutorials_values_are_written_and_read() {
    for (mode, iv, clear, sealed) in KNOWN {
        // A ledger of its own: CTR and GCM have one key and IV here.
        let home = Home::new();
        let format = if iv.len() == 12 { "mediaconvert" } else { "transcoder" };
        let context = "service=elastictranscoder.amazonaws.com";
        let wrapped = home.wrap("alias/reelseal", KEY);
        let iv = base64::encode(iv).unwrap();
        let input = home.file("clear", clear);
        let out = home.keystore().with_file_name("sealed").to_str().unwrap().to_owned();
        let options = ["--mode", mode, "--data-key", &wrapped, "--iv", &iv];
        let seal =
            ["encrypt", &input, "-o", &out, "--format", format, "--encryption-context", context];
        home.ok(&[&seal[..], &options].concat());
        assert_eq!(fs::read(&out).unwrap(), unhex(sealed), "{mode}");

        let opened = home.keystore().with_file_name("opened").to_str().unwrap().to_owned();
        home.ok(&[&["decrypt", &out, "-o", &opened], &options[..]].concat());
        assert_eq!(fs::read(opened).unwrap(), clear, "{mode}");
    }
}

// req ET-ENC-3
#[test]
fn the_checksum_is_that_of_the_wrapped_key() {
    let home = Home::new();
    let input = home.file("clear", TEXT);
    let out = home.keystore().with_file_name("sealed").to_str().unwrap().to_owned();
    let report = home.ok(&["encrypt", &input, "-o", &out, "--mode", "aes-cbc-pkcs7"]);
    let block = &report["encryption"];
    use md5::{Digest, Md5};
    let blob = base64::decode(block["Key"].as_str().unwrap()).unwrap();
    let md5 = base64::encode(Md5::digest(&*blob).as_slice()).unwrap();
    assert_eq!(block["KeyMd5"], md5.as_str());
}

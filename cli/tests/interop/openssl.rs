//! openssl opens what reelseal writes, with the key that the key service gives back.

use std::fs;
use std::path::Path;

use crate::clear;
use crate::desk::{Desk, record};
use crate::peer;

/// Decodes base64 with openssl.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("text"), text).unwrap();
    peer::run("openssl", folder.path(), &["base64", "-d", "-A", "-in", "text"])
}

/// `openssl enc -aes-128-cbc` of a file. The key is on its command line, as only tests may.
pub(crate) fn enc(direction: &str, file: &Path, key: &str, iv: &str) -> Vec<u8> {
    let file = file.to_str().unwrap();
    let args = ["enc", direction, "-aes-128-cbc", "-K", key, "-iv", iv, "-in", file];
    peer::run("openssl", Path::new("."), &args)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn openssl_opens_every_segment_with_the_key_that_kms_decrypt_returned() {
    for options in [&["--iv", "random"][..], &["--iv", "sequence"], &["--rotate-every", "1"]] {
        let desk = Desk::new();
        let protected = desk.protect(&clear::ts(), options);
        let record = record(&protected);
        let keys: Vec<Vec<u8>> = record["DataKeys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| base64(&desk.open_data_key(key["Key"].as_str().unwrap())))
            .collect();

        let mut opened = 0;
        for file in record["Files"].as_array().unwrap() {
            let [segment] = file["Segments"].as_array().unwrap().as_slice() else {
                panic!("a file of several segments: {file}");
            };
            let name = file["Path"].as_str().unwrap();
            let number = usize::try_from(segment["DataKey"].as_u64().unwrap()).unwrap();
            let iv = segment["IV"].as_str().unwrap().strip_prefix("0x").unwrap();
            let sealed = protected.with_file_name(name);
            let clear = fs::read(clear::media("ts").join(name)).unwrap();
            assert!(enc("-d", &sealed, &hex(&keys[number]), iv) == clear, "{name} {options:?}");
            opened += 1;
        }
        assert_eq!(opened, 9, "segments of three variants");
    }
}

#[test]
fn openssl_seals_a_segment_to_the_same_bytes() {
    let desk = Desk::new();
    let iv = "31323334353637383930313233343536";
    let protected = desk.protect(&clear::media("ts").join("v0.m3u8"), &["--iv", iv]);
    let key = fs::read(protected.with_file_name("reelseal.key")).unwrap();
    for name in ["v0_000.ts", "v0_001.ts", "v0_002.ts"] {
        let sealed = enc("-e", &clear::media("ts").join(name), &hex(&key), iv);
        assert!(sealed == fs::read(protected.with_file_name(name)).unwrap(), "{name}");
    }
}

#[test]
fn openssl_finds_the_checksum_of_the_wrapped_key() {
    let desk = Desk::new();
    let protected = desk.protect(&clear::ts(), &[]);
    let key = &record(&protected)["DataKeys"][0];
    let blob = desk.path("blob");
    fs::write(&blob, base64(key["Key"].as_str().unwrap())).unwrap();
    let args = ["dgst", "-md5", "-binary", blob.to_str().unwrap()];
    let md5 = peer::run("openssl", Path::new("."), &args);
    assert_eq!(md5, base64(key["KeyMd5"].as_str().unwrap()));
}

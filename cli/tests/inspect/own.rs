//! What our own commands write, and keys: named, and never shown.

use std::fs;
use std::io::Write;
use std::path::Path;

use reelseal_vectors as vectors;
use serde_json::json;

use crate::home::{Home, text};
use crate::{files, kind, one, path};

#[test]
fn what_our_own_commands_write_is_known() {
    let home = Home::new();
    let clear = home.file("clear", &b"clear text ".repeat(500));
    let beside = |name: &str| home.keystore().with_file_name(name).to_str().unwrap().to_owned();
    for mode in ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"] {
        let out = beside(mode);
        home.ok(&["encrypt", &clear, "-o", &out, "--mode", mode]);
        let told = one(&home, &out);
        assert_eq!(kind(&told), "headerless-ciphertext", "{told}");
        assert_eq!(told["guess"], true);
        assert!(
            told["notes"].to_string().contains(".encryption.json"),
            "its record lies beside it"
        );
        let cbc_is_possible = told["facts"]["mayBe"].to_string().contains("aes-cbc-pkcs7");
        assert_eq!(cbc_is_possible, fs::metadata(&out).unwrap().len() % 16 == 0);
        let block = one(&home, &format!("{out}.encryption.json"));
        assert_eq!(kind(&block), "encryption-block");
        assert_eq!(block["facts"]["mode"], mode);
        assert_eq!(
            block["facts"]["encryptionContext"]["service"],
            "elastictranscoder.amazonaws.com"
        );
        assert_eq!(block["inside"][0]["kind"], "reelseal-kms-blob");
        assert_eq!(block["notes"], json!([]), "its checksum is its own");
    }
    let store = beside("store");
    home.ok(&["store", "--store", &store, "put", &clear, "films/reel.mov"]);
    let stored = files(Path::new(&store));
    let of = |extension: &str| {
        let found = stored.iter().find(|file| file.extension().is_some_and(|e| e == extension));
        one(&home, path(found.unwrap()))
    };
    let record = of("json");
    assert_eq!(kind(&record), "object-record");
    assert_eq!(record["facts"]["name"], "films/reel.mov");
    assert_eq!(record["facts"]["clearBytes"], 5500);
    let message = of("esdk");
    assert_eq!(kind(&message), "encryption-sdk-message");
    assert_eq!(message["facts"]["clearBytes"], 5500);
    assert_eq!(message["facts"]["frames"], 1);
    assert_eq!(message["facts"]["encryptionContext"]["aws:s3:arn"], "arn:aws:s3:::films/reel.mov");
    assert_eq!(message["inside"][0]["facts"]["keyName"], "arn:aws:s3:::films/reel.mov");

    let protected = beside("protected");
    let playlist = vectors::path("media/clear/ts/master.m3u8");
    home.ok(&["hls", "protect", path(&playlist), "-o", &protected]);
    let record = one(&home, &format!("{protected}/reelseal.json"));
    assert_eq!(kind(&record), "package-record");
    assert_eq!(record["facts"]["encryptedSegments"], 9);
    assert_eq!(record["facts"]["dataKeys"], 1);
    assert_eq!(kind(&one(&home, &format!("{protected}/reelseal.key"))), "raw-key");

    let keystore = |name: &str| one(&home, path(&home.keystore().join(name)));
    assert_eq!(kind(&keystore("keystore.sqlite3")), "keystore");
    assert_eq!(kind(&keystore("root.key")), "keystore-root-key");
    let log = keystore("audit.jsonl");
    assert_eq!(kind(&log), "audit-log");
    assert_eq!(log["facts"]["records"], home.records().len());
    assert_eq!(log["facts"]["lastSeq"], home.records().len());

    let answer = home.ok(&[
        "kms",
        "generate-data-key",
        "--key-id",
        "alias/reelseal",
        "--key-spec",
        "AES_256",
    ]);
    let file = home.file("answer.json", answer.to_string().as_bytes());
    let told = one(&home, &file);
    assert_eq!(kind(&told), "kms-answer");
    assert!(told["notes"].to_string().contains("in the clear"));
    let plaintext = answer["Plaintext"].as_str().unwrap();
    assert!(!told.to_string().contains(plaintext), "the key was shown");

    let passphrase = home.file("passphrase", b"correct horse battery staple\n");
    home.ok(&["key", "passphrase", "set", "--new-passphrase-file", &passphrase]);
    let sealed = keystore("root.key");
    assert_eq!(kind(&sealed), "keystore-root-key");
    assert_eq!(sealed["facts"]["kdf"], "argon2id");
}

#[test]
fn a_wrapped_key_is_known_in_every_form() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"0123456789abcdef");
    let bytes = reelseal::base64::decode(&blob).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let url_safe = blob.replace('+', "-").replace('/', "_");
    let wrapped: String =
        blob.as_bytes().chunks(20).map(|l| format!("{}\r\n", str::from_utf8(l).unwrap())).collect();
    let forms = [
        ("raw", bytes.to_vec(), 0),
        ("base64", blob.clone().into_bytes(), 1),
        ("lines", wrapped.into_bytes(), 1),
        ("unpadded", url_safe.trim_end_matches('=').to_owned().into_bytes(), 1),
        ("hex", hex.to_uppercase().into_bytes(), 1),
        ("twice", reelseal::base64::encode(blob.as_bytes()).unwrap().as_bytes().to_vec(), 2),
    ];
    for (form, bytes, layers) in forms {
        let mut told = one(&home, &home.file(form, &bytes));
        for _ in 0..layers {
            assert!(kind(&told).ends_with("-text"), "{form}: {told}");
            told = told["inside"][0].clone();
        }
        assert_eq!(kind(&told), "reelseal-kms-blob", "{form}");
        assert_eq!(told["facts"]["wrappedBytes"], 16, "{form}");
    }
    // As it stands in a job, in place of a file's name.
    let told = one(&home, &blob);
    assert_eq!(told["input"], "argument");
    assert_eq!(kind(&told["inside"][0]), "reelseal-kms-blob");
    // The trap of the first AWS CLI, seen without a key.
    let trap = home.wrap("alias/reelseal", b"MDEyMzQ1Njc4OWFiY2RlZg==");
    let notes = one(&home, &trap)["inside"][0]["notes"].to_string();
    assert!(notes.contains("version 1 of the AWS CLI"), "{notes}");
}

#[test]
fn a_compressed_file_is_known_by_what_is_inside() {
    use flate2::{Compression, write::GzEncoder};
    let home = Home::new();
    let gz = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let trail =
        fs::read(format!("{}/tests/data/job/trail.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let told = one(&home, &home.file("trail.json.gz", &gz(&trail)));
    assert_eq!(kind(&told), "gzip");
    assert_eq!(told["facts"]["uncompressedBytes"], trail.len());
    assert_eq!(kind(&told["inside"][0]), "cloudtrail-log");
    assert_eq!(kind(&one(&home, &home.file("twice", &gz(&gz(&trail))))["inside"][0]), "gzip");
    let mut cut = gz(&trail);
    cut.truncate(cut.len() - 9);
    assert!(one(&home, &home.file("cut", &cut))["notes"].to_string().contains("cut"));
    // A bomb: more zeros than are ever unpacked.
    let bomb = gz(&vec![0; 200 << 20]);
    let told = one(&home, &home.file("bomb", &bomb));
    assert_eq!(kind(&told), "gzip");
}

#[test]
fn keys_are_named_and_never_shown() {
    let home = Home::new();
    let secret = b"keykeykeykeykeyk";
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = reelseal::base64::encode(secret).unwrap().to_string();
    let tink = json!({ "primaryKeyId": 1, "key": [{ "keyData": {
        "typeUrl": "type.googleapis.com/google.crypto.tink.AesGcmKey", "value": base64 } }] });
    let mediaconvert = json!({ "Settings": { "OutputGroups": [{ "Encryption": {
        "EncryptionMethod": "AES128", "Type": "STATIC_KEY",
        "StaticKeyProvider": { "StaticKeyValue": hex } } }] } });
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
    let forms: [(&str, Vec<u8>, &str); 9] = [
        ("raw", secret.to_vec(), "raw-key"),
        ("newline", [secret.as_slice(), b"\n"].concat(), "raw-key"),
        ("hex", hex.clone().into_bytes(), "hex-text"),
        ("hex and newline", format!("{hex}\n").into_bytes(), "hex-text"),
        ("base64", base64.clone().into_bytes(), "base64-text"),
        ("tink", tink.to_string().into_bytes(), "tink-keyset"),
        ("mediaconvert", mediaconvert.to_string().into_bytes(), "mediaconvert-settings"),
        ("pem", pem.into_bytes(), "pem-private-key"),
        ("root.key", [secret.as_slice(), secret].concat(), "keystore-root-key"),
    ];
    for (name, bytes, expected) in forms {
        let file = home.file(name, &bytes);
        for options in [&["--json", "inspect", file.as_str()][..], &["-v", "inspect", &file]] {
            let output = home.run(options);
            let said = text(&output.stdout) + &text(&output.stderr);
            assert!(output.status.success(), "{name}: {said}");
            for shown in ["keykey", &hex[..12], &base64[..10]] {
                assert!(!said.contains(shown), "{name}: {said}");
            }
        }
        assert_eq!(kind(&one(&home, &file)), expected, "{name}");
    }
}

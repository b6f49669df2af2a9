//! The table of design.md: mode × default or customer's key × given or generated data key × key
//! length × record or options, there and back. The tests count what they did.

mod home;

use std::fs;

use home::Home;
use reelseal::base64;
use serde_json::{Value, json};

const MODES: [&str; 3] = ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"];
const BITS: [usize; 3] = [128, 192, 256];

/// 100,003 bytes of text, no two blocks alike.
fn clear() -> Vec<u8> {
    let mut text: String =
        (0..4_000).map(|i| format!("{i:05} is the number of this line\n")).collect();
    text.truncate(100_003);
    assert_eq!(text.len(), 100_003);
    text.into_bytes()
}

fn path(home: &Home, name: &str) -> String {
    home.keystore().with_file_name(name).to_str().unwrap().to_owned()
}

fn block(out: &str) -> Value {
    let text = fs::read(format!("{out}.encryption.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn field<'a>(block: &'a Value, name: &str) -> &'a str {
    block[name].as_str().unwrap()
}

/// Opens `sealed` by its record or by the options that say the same, and compares.
fn open_both_ways(home: &Home, sealed: &str, block: &Value, clear: &[u8]) -> u8 {
    let by_options = [
        "--mode",
        field(block, "Mode"),
        "--data-key",
        field(block, "Key"),
        "--key-md5",
        field(block, "KeyMd5"),
        "--iv",
        field(block, "InitializationVector"),
    ];
    for options in [&[][..], &by_options] {
        let out = path(home, "opened");
        let report = home.ok(&[&["decrypt", sealed, "-o", &out], options].concat());
        assert!(fs::read(&out).unwrap() == clear, "{options:?}");
        assert_eq!(report["keyArn"], block["KmsKeyArn"]);
        assert_eq!(
            (&report["keyMd5"], &report["keyForm"]),
            (&json!("wrapped key"), &json!("literal"))
        );
        let proof = if field(block, "Mode") == "aes-gcm" { "tag" } else { "content" };
        assert_eq!((&report["proof"], &report["warnings"]), (&json!(proof), &json!([])));
        fs::remove_file(out).unwrap();
    }
    2
}

#[test]
fn every_row_of_the_table_goes_there_and_back() {
    let home = Home::new();
    let clear = clear();
    let input = home.file("clear", &clear);
    let customer = home.key();
    let mut rows: u8 = 0;
    for mode in MODES {
        for key in ["alias/aws/s3", &customer] {
            for bits in BITS {
                for given in [false, true] {
                    let (bits, plain) = (bits.to_string(), vec![0x80 | rows; bits / 8]);
                    let wrapped = given.then(|| home.wrap(key, &plain));
                    let out = path(&home, &format!("sealed-{rows}"));
                    let mut args = vec!["encrypt", &input, "-o", &out, "--mode", mode];
                    match &wrapped {
                        Some(wrapped) => args.extend(["--data-key", wrapped]),
                        None => args.extend(["--data-key-bits", &bits]),
                    }
                    if key != "alias/aws/s3" {
                        args.extend(["--key-id", key]);
                    }
                    let report = home.ok(&args);
                    let block = block(&out);
                    assert_eq!(report["encryption"], block);
                    assert_eq!((field(&block, "Mode"), &report["warnings"]), (mode, &json!([])));
                    if let Some(wrapped) = wrapped {
                        assert_eq!(field(&block, "Key"), wrapped);
                    }
                    let inside = base64::decode(&home.unwrap(field(&block, "Key"))).unwrap();
                    assert_eq!((inside.len() * 8).to_string(), bits);
                    assert_eq!(inside.as_slice() == plain, given);
                    let extra = match mode {
                        "aes-cbc-pkcs7" => 16 - clear.len() % 16,
                        "aes-gcm" => 16,
                        _ => 0,
                    };
                    assert_eq!(fs::read(&out).unwrap().len(), clear.len() + extra);
                    rows += open_both_ways(&home, &out, &block, &clear);
                }
            }
        }
    }
    assert_eq!(rows, 3 * 2 * 3 * 2 * 2, "modes, keys, lengths, origins, ways to open");
}

#[test]
fn the_block_is_the_services_own() {
    let home = Home::new();
    let input = home.file("clear", b"text");
    let out = path(&home, "sealed");
    home.ok(&["encrypt", &input, "-o", &out, "--mode", "aes-gcm"]);
    let block = block(&out);
    let fields: Vec<_> = block.as_object().unwrap().keys().collect();
    let expected =
        ["Mode", "Key", "KeyMd5", "InitializationVector", "KmsKeyArn", "EncryptionContext"];
    assert_eq!(fields, expected);
    assert_eq!(block["EncryptionContext"], json!({ "service": "elastictranscoder.amazonaws.com" }));
    let s3 = home.ok(&["key", "show", "alias/aws/s3"]);
    assert_eq!(block["KmsKeyArn"], s3["KeyMetadata"]["Arn"]);
    assert_eq!(base64::decode(field(&block, "InitializationVector")).unwrap().len(), 16);
    let inside = base64::decode(&home.unwrap(field(&block, "Key"))).unwrap();
    assert_eq!(inside.len(), 16, "the service made keys of 128 bits");
}

// req ET-CTX-1
#[test]
fn the_calls_are_on_record_with_their_file_and_context() {
    let home = Home::new();
    let input = home.file("clear", b"text");
    let out = path(&home, "sealed");
    home.ok(&["encrypt", &input, "-o", &out, "--mode", "aes-ctr"]);
    home.ok(&["decrypt", &out, "-o", &path(&home, "opened")]);
    let records = home.records();
    let seen: Vec<_> = records
        .iter()
        .map(|r| (r["eventName"].as_str().unwrap(), r["reelseal"]["file"].as_str().unwrap()))
        .collect();
    assert_eq!(seen, [("GenerateDataKey", input.as_str()), ("Decrypt", &out)]);
    for record in &records {
        let context = &record["requestParameters"]["encryptionContext"];
        assert_eq!(*context, json!({ "service": "elastictranscoder.amazonaws.com" }));
    }
}

#[test]
fn another_context_is_taken_from_the_option_or_the_record() {
    let home = Home::new();
    let input = home.file("clear", b"text of more than 24 letters");
    let (out, opened) = (path(&home, "sealed"), path(&home, "opened"));
    let seal = ["encrypt", &input, "-o", &out, "--mode", "aes-gcm", "--encryption-context", "a=b"];
    home.ok(&seal);
    assert_eq!(block(&out)["EncryptionContext"], json!({ "a": "b" }));
    home.ok(&["decrypt", &out, "-o", &opened]);
    // What is said goes before what is written, even where it is the default.
    for context in ["a=c", "service=elastictranscoder.amazonaws.com", ""] {
        let open = ["--force", "decrypt", &out, "-o", &opened, "--encryption-context", context];
        let error = home.fails(6, &open);
        assert_eq!(error["code"], "InvalidCiphertextException");
        assert_eq!(error["transcoderCode"], 4018);
    }
}

#[test]
fn mediaconverts_settings_are_written_and_read() {
    let home = Home::new();
    let clear = clear();
    let input = home.file("clear", &clear);
    let wrapped = {
        let file = home.file("key", &[7; 32]);
        let context = ["--encryption-context", "service=mediaconvert.amazonaws.com"];
        let wrap = ["kms", "encrypt", "--key-id", "alias/reelseal", "--plaintext", &file];
        field(&home.ok(&[&wrap[..], &context].concat()), "CiphertextBlob").to_owned()
    };
    let twelve = base64::encode(b"123456789012").unwrap();
    let mut done = 0;
    for (mode, name) in MODES.into_iter().zip(["AES_CBC", "AES_CTR", "AES_GCM"]) {
        let given = ["--data-key", wrapped.as_str(), "--iv", &twelve];
        let plain = ["--data-key-bits", "256"];
        for options in [&plain[..], &given] {
            if mode == "aes-cbc-pkcs7" && options.len() == 4 {
                continue;
            }
            let out = path(&home, &format!("sealed-{done}"));
            let seal = ["encrypt", &input, "-o", &out, "--mode", mode, "--format", "mediaconvert"];
            let sealed = home.run(&[&["--json"], &seal[..], options].concat());
            // The same key and IV under CTR, then under GCM: the ledger keeps them apart.
            if mode == "aes-gcm" && options.len() == 4 {
                assert_eq!(sealed.status.code(), Some(4));
                continue;
            }
            assert!(sealed.status.success(), "{}", home::text(&sealed.stderr));
            let settings = &block(&out)["DecryptionSettings"];
            let fields: Vec<_> = settings.as_object().unwrap().keys().collect();
            assert_eq!(
                fields,
                ["DecryptionMode", "EncryptedDecryptionKey", "InitializationVector"]
            );
            assert_eq!(settings["DecryptionMode"], name);
            let opened = path(&home, "opened");
            home.ok(&["--force", "decrypt", &out, "-o", &opened]);
            assert!(fs::read(&opened).unwrap() == clear);
            done += 1;
        }
    }
    assert_eq!(done, 4);
    let context = &home.records().pop().unwrap()["requestParameters"]["encryptionContext"];
    assert_eq!(*context, json!({ "service": "mediaconvert.amazonaws.com" }));
}

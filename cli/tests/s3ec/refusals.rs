//! What is not opened, and what is not written.

use std::fs;

use reelseal::base64;
use serde_json::{Value, json};

use crate::POLICY;
use crate::files::{Files, pem};
use crate::home::text;

#[test]
fn any_altered_field_and_any_altered_byte_is_refused() {
    let files = Files::new();
    let kek = files.write("kek", [7; 32]);
    for mode in ["s3ec-v2", "s3ec-v3"] {
        for (seals, opens) in [
            (
                &["--key-id", "alias/reelseal", "--encryption-context", "a=b"][..],
                &["--encryption-context", "a=b"][..],
            ),
            (&["--wrapping-key", &kek], &["--wrapping-key", &kek]),
        ] {
            files.encrypt(mode, b"some text of an object", seals);
            let opens = [opens, &POLICY].concat();
            let meta: Value = serde_json::from_slice(&fs::read(files.at("meta")).unwrap()).unwrap();
            for (name, value) in meta.as_object().unwrap() {
                let value = value.as_str().unwrap();
                for at in [0, value.len() / 2, value.len() - 1] {
                    let other = if value.as_bytes()[at] == b'1' { "2" } else { "1" };
                    let altered = format!("{}{other}{}", &value[..at], &value[at + 1..]);
                    let mut map = meta.clone();
                    map[name] = altered.into();
                    files.write("meta", map.to_string());
                    assert_fails(&files, &opens, name);
                }
                let mut map = meta.clone();
                map.as_object_mut().unwrap().remove(name);
                files.write("meta", map.to_string());
                // What names a wrapping key in a file is read by other clients alone.
                if !(value == "{}" && ["x-amz-matdesc", "x-amz-m"].contains(&&name[..])) {
                    assert_fails(&files, &opens, name);
                }
            }
            files.write("meta", meta.to_string());
            let body = fs::read(files.at("object")).unwrap();
            for at in [0, body.len() / 2, body.len() - 1] {
                let mut altered = body.clone();
                altered[at] ^= 1;
                files.write("object", altered);
                assert_eq!(files.refuses(5, &opens)["code"], "Inauthentic");
            }
            files.write("object", &body[..body.len() - 1]);
            files.refuses(5, &opens);
            files.write("object", &body[..15]);
            files.refuses(3, &opens);
        }
    }
}

fn assert_fails(files: &Files, opens: &[&str], name: &str) {
    let args = files.decrypt_args();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = files.home.run(&[&args[..], opens].concat());
    let code = output.status.code().unwrap();
    assert!((3..=6).contains(&code), "another {name}: {code} {}", text(&output.stderr));
    assert!(!files.exists("out"), "an output with another {name}");
}

#[test]
fn the_context_of_an_object_has_to_be_expected() {
    let files = Files::new();
    let seals = ["--key-id", "alias/reelseal", "--encryption-context", "a=b,c=ä"];
    files.encrypt("s3ec-v3", b"text", &seals);
    let meta = fs::read_to_string(files.at("meta")).unwrap();
    assert!(meta.is_ascii(), "S3 would alter it: {meta}");
    let hint = files.refuses(4, &[])["hint"].as_str().unwrap().to_owned();
    assert!(hint.contains("--encryption-context 'a=b,c=ä'"), "{hint}");
    files.refuses(4, &["--encryption-context", "a=b"]);
    files.refuses(4, &["--encryption-context", "a=b,c=ä,aws:x-amz-cek-alg=115"]);
    assert_eq!(files.decrypts(&["--encryption-context", "c=ä,a=b"]), b"text");
    let record = files.home.records().pop().unwrap();
    let context = &record["requestParameters"]["encryptionContext"];
    assert_eq!(*context, json!({ "a": "b", "c": "ä", "aws:x-amz-cek-alg": "115" }));
    let seals = ["--key-id", "alias/reelseal", "--encryption-context", "kms_cmk_id=1"];
    let args = ["encrypt", &files.at("clear"), "--mode", "s3ec-v3", "-o", &files.at("o")];
    files.home.fails(2, &[&args[..], &seals].concat());
}

#[test]
fn a_file_that_is_of_two_versions_is_refused() {
    let files = Files::new();
    let (kek, file) = (files.write("kek", [7; 32]), files.at("file"));
    files.encrypt("s3ec-v2", b"text", &["--wrapping-key", &kek, "--instruction-file", &file]);
    let v2 = fs::read(&file).unwrap();
    files.encrypt("s3ec-v3", b"text", &["--wrapping-key", &kek, "--instruction-file", &file]);
    let opens = ["--wrapping-key", &kek, "--instruction-file", &file, POLICY[0], POLICY[1]];
    assert_eq!(files.decrypts(&opens), b"text");
    // An attacker who can write the instruction file takes the commitment away.
    files.write("file", v2);
    let error = files.refuses(3, &opens);
    assert!(error["message"].as_str().unwrap().contains("V1 or V2 beside V3"), "{error}");
    files.write("file", "{\"x-amz-3\": \"AA==\", \"x-amz-3\": \"AA==\"}");
    files.refuses(3, &opens);
    for text in ["", "[]", "{\"x-amz-3\": 1}", "{", "\"x\""] {
        files.write("file", text);
        files.refuses(3, &opens);
    }
}

#[test]
fn a_key_that_does_not_fit_says_what_is_wanted() {
    let files = Files::new();
    let kek = files.write("kek", [7; 32]);
    files.encrypt("s3ec-v3", b"text", &["--wrapping-key", &kek]);
    files.refuses(2, &[]);
    files.refuses(4, &["--wrapping-key", &pem()]);
    files.refuses(4, &["--wrapping-key", &kek, "--key-id", "alias/reelseal"]);
    files.refuses(4, &["--wrapping-key", &kek, "--encryption-context", "a=b"]);
    files.refuses(7, &["--wrapping-key", &files.at("none")]);
    for (name, bytes, hint) in [
        ("line", &[7; 33][..], "no line end"),
        ("hex", &[b'a'; 64][..], "no hexadecimal"),
        ("pem", b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "PRIVATE KEY"),
    ] {
        let error = files.refuses(3, &["--wrapping-key", &files.write(name, bytes)]);
        assert!(error["hint"].as_str().unwrap().contains(hint), "{error}");
    }
    files.encrypt("s3ec-v3", b"text", &["--key-id", "alias/reelseal"]);
    files.refuses(4, &["--wrapping-key", &kek]);
    // base64 of the key, as some tools keep it: it is never guessed at.
    let encoded = files.write("b64", base64::encode(&[7; 32]).unwrap().as_bytes());
    files.encrypt("s3ec-v3", b"text", &["--wrapping-key", &kek]);
    files.refuses(3, &["--wrapping-key", &encoded]);
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let files = Files::new();
    let (kek, input, out) = (files.write("kek", [7; 32]), files.write("in", "t"), files.at("o"));
    let fails = |exit, more: &[&str]| {
        let args = ["encrypt", &input, "-o", &out];
        files.home.fails(exit, &[&args[..], more].concat())
    };
    let v3 = ["--mode", "s3ec-v3"];
    fails(2, &v3);
    fails(2, &["--mode", "aes-gcm", "--wrapping-key", &kek]);
    let key = ["--mode", "s3ec-v3", "--wrapping-key", &kek];
    fails(2, &[&key[..], &["--key-id", "alias/reelseal"]].concat());
    fails(2, &[&key[..], &["--encryption-context", "a=b"]].concat());
    fails(2, &[&key[..], &["--record", &files.at("r")]].concat());
    fails(2, &[&key[..], &["--metadata", &out]].concat());
    let forbid = ["--commitment-policy", "forbid-encrypt-allow-decrypt"];
    fails(4, &[&key[..], &forbid].concat());
    let require = ["--mode", "s3ec-v2", "--wrapping-key", &kek, POLICY[0], POLICY[1]];
    fails(4, &require);
    let decrypt = ["decrypt", &input, "-o", &out, "--range", "0-1"];
    files.home.fails(2, &decrypt);
    assert_eq!(files.names(), ["in", "kek"]);
}

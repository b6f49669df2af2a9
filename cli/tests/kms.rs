//! `reelseal kms`: what it answers, and each refusal by KMS's own name.

mod home;

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use home::{Home, text};
use reelseal::base64;
use serde_json::{Value, json};

/// Base64 of `keykeykeykeykeyk`.
const KEY: &str = "a2V5a2V5a2V5a2V5a2V5aw==";

fn fields(answer: &Value) -> Vec<&str> {
    answer.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn encrypt_and_decrypt_answer_as_the_aws_cli_does() {
    let home = Home::new();
    let file = home.file("key", b"keykeykeykeykeyk");
    let sealed = home.ok(&["kms", "encrypt", "--key-id", "alias/reelseal", "--plaintext", &file]);
    assert_eq!(fields(&sealed), ["CiphertextBlob", "KeyId", "KeyMaterialId"]);
    let arn = sealed["KeyId"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:kms:local:000000000000:key/"), "{arn}");
    let material = sealed["KeyMaterialId"].as_str().unwrap();
    assert!(material.len() == 64 && material.bytes().all(|b| b"0123456789abcdef".contains(&b)));

    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    let opened = home.ok(&["kms", "decrypt", "--ciphertext-blob", blob]);
    assert_eq!(fields(&opened), ["Plaintext", "KeyId", "KeyMaterialId"]);
    assert_eq!(opened, json!({ "Plaintext": KEY, "KeyId": arn, "KeyMaterialId": material }));
    let same = home.run(&["kms", "decrypt", "--ciphertext-blob", blob]);
    let pretty: Value = serde_json::from_slice(&same.stdout).unwrap();
    assert!(same.stdout.starts_with(b"{\n") && pretty == opened, "{}", text(&same.stdout));
}

#[test]
fn a_key_is_called_by_id_arn_alias_or_alias_arn() {
    let home = Home::new();
    let id = home.key();
    home.ok(&["key", "alias", "alias/mine", &id]);
    let prefix = "arn:aws:kms:local:000000000000:";
    let arn = format!("{prefix}key/{id}");
    let alias_arn = format!("{prefix}alias/mine");
    for name in [id.as_str(), &arn, "alias/mine", &alias_arn] {
        let blob = home.wrap(name, b"keykeykeykeykeyk");
        let by_name = ["kms", "decrypt", "--ciphertext-blob", &blob, "--key-id", name];
        assert_eq!(home.ok(&by_name)["KeyId"], arn.as_str());
    }
}

#[test]
fn a_blob_is_given_as_base64_or_in_a_file() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let raw = home.file("raw", &base64::decode(&blob).unwrap());
    let wrapped = blob.as_bytes().chunks(76).collect::<Vec<_>>().join(&b'\n');
    let lines = home.file("lines", &wrapped);
    assert_eq!(home.unwrap(&format!("@{raw}")), KEY);
    assert_eq!(home.unwrap(&format!("@{lines}")), KEY);
    home.fails(3, &["kms", "decrypt", "--ciphertext-blob", "not base64"]);
    home.fails(7, &["kms", "decrypt", "--ciphertext-blob", "@/nowhere/at/all"]);
}

#[test]
fn a_plaintext_is_read_from_standard_input() {
    let home = Home::new();
    let wrap = ["--json", "kms", "encrypt", "--key-id", "alias/reelseal", "--plaintext", "-"];
    let mut child =
        home.command(&wrap).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"keykeykeykeykeyk").unwrap();
    let answer: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    let blob = home.file("blob", answer["CiphertextBlob"].as_str().unwrap().as_bytes());
    let open = ["--json", "kms", "decrypt", "--ciphertext-blob", "@-"];
    let output = home.command(&open).stdin(File::open(blob).unwrap()).output().unwrap();
    let opened: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(opened["Plaintext"], KEY);
}

#[test]
fn data_keys_have_the_length_asked_for_and_open_again() {
    let home = Home::new();
    let make = ["kms", "generate-data-key", "--key-id", "alias/reelseal"];
    let sizes = [
        (["--key-spec", "AES_128"], 16),
        (["--key-spec", "AES_256"], 32),
        (["--number-of-bytes", "1"], 1),
        (["--number-of-bytes", "24"], 24),
        (["--number-of-bytes", "1024"], 1024),
    ];
    for (size, len) in sizes {
        let key = home.ok(&[&make[..], &size].concat());
        assert_eq!(fields(&key), ["CiphertextBlob", "Plaintext", "KeyId", "KeyMaterialId"]);
        let plaintext = key["Plaintext"].as_str().unwrap();
        assert_eq!(base64::decode(plaintext).unwrap().len(), len);
        assert_eq!(home.unwrap(key["CiphertextBlob"].as_str().unwrap()), plaintext);

        let bare = home.ok(&[&make[..], &size, &["--without-plaintext"]].concat());
        assert_eq!(fields(&bare), ["CiphertextBlob", "KeyId", "KeyMaterialId"]);
        let opened = home.unwrap(bare["CiphertextBlob"].as_str().unwrap());
        assert_eq!(base64::decode(&opened).unwrap().len(), len);
        assert_ne!(opened, plaintext);
    }
    for len in ["0", "1025"] {
        let size = ["--number-of-bytes", len];
        home.refuses("ValidationException", &[&make[..], &size].concat());
    }
    home.fails(2, &make);
}

#[test]
fn re_encrypt_changes_key_version_and_context() {
    let home = Home::new();
    let id = home.key();
    let old = home.wrap(&id, b"keykeykeykeykeyk");
    home.ok(&["key", "rotate", &id]);
    let anew = ["kms", "re-encrypt", "--ciphertext-blob", &old, "--destination-key-id"];
    let newer = home.ok(&[&anew[..], &[&id]].concat());
    assert_eq!(newer["SourceKeyId"], newer["KeyId"]);
    assert_ne!(newer["SourceKeyMaterialId"], newer["DestinationKeyMaterialId"]);
    assert_eq!(home.unwrap(newer["CiphertextBlob"].as_str().unwrap()), KEY);

    let context = ["--destination-encryption-context", "a=1"];
    let moved = home.ok(&[&anew[..], &["alias/reelseal"], &context].concat());
    let blob = moved["CiphertextBlob"].as_str().unwrap();
    let open = ["kms", "decrypt", "--ciphertext-blob", blob, "--encryption-context"];
    assert_eq!(home.ok(&[&open[..], &["a=1"]].concat())["Plaintext"], KEY);
    home.refuses("InvalidCiphertextException", &[&open[..], &["a=2"]].concat());

    let wrong = ["--source-encryption-context", ""];
    home.refuses("InvalidCiphertextException", &[&anew[..], &[&id], &wrong].concat());
    let other = ["--source-key-id", "alias/reelseal"];
    home.refuses("IncorrectKeyException", &[&anew[..], &[&id], &other].concat());
    let records = home.records();
    let record = records.iter().find(|r| r["eventName"] == "ReEncrypt").unwrap();
    assert_eq!(record["resources"].as_array().unwrap().len(), 2);
}

// req KMS-2
#[test]
fn another_context_is_an_invalid_ciphertext() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob, "--encryption-context"];
    for context in [
        "",
        "service=",
        "Service=elastictranscoder.amazonaws.com",
        "service=elastictranscoder.amazonaws.com,more=1",
        "service= elastictranscoder.amazonaws.com",
    ] {
        home.refuses("InvalidCiphertextException", &[&open[..], &[context]].concat());
    }
    let same = r#"{"service":"elastictranscoder.amazonaws.com"}"#;
    assert_eq!(home.ok(&[&open[..], &[same]].concat())["Plaintext"], KEY);
}

// req KMS-2
#[test]
fn an_altered_blob_is_refused_at_every_byte() {
    let home = Home::new();
    let blob = base64::decode(&home.wrap("alias/reelseal", b"k")).unwrap();
    for place in 0..blob.len() {
        let mut altered = blob.to_vec();
        altered[place] ^= 1 << (place % 8);
        // The id of the key is public: a blob of a key that is not here says so.
        let name = if (5..21).contains(&place) {
            "NotFoundException"
        } else {
            "InvalidCiphertextException"
        };
        let altered = base64::encode(&altered).unwrap();
        home.refuses(name, &["kms", "decrypt", "--ciphertext-blob", &altered]);
    }
    for short in [&blob[..blob.len() - 1], &blob[..20], b"RSKM"] {
        let short = base64::encode(short).unwrap();
        let open = ["kms", "decrypt", "--ciphertext-blob", &short];
        home.refuses("InvalidCiphertextException", &open);
    }
}

// req KMS-3
#[test]
fn a_disabled_key_does_nothing() {
    let home = Home::new();
    let id = home.key();
    let blob = home.wrap(&id, b"keykeykeykeykeyk");
    home.ok(&["key", "disable", &id]);
    every_use_is_refused(&home, "DisabledException", &id, &blob);
    home.ok(&["key", "enable", &id]);
    assert_eq!(home.unwrap(&blob), KEY);
}

// req KMS-3
#[test]
fn a_key_pending_deletion_does_nothing() {
    let home = Home::new();
    let id = home.key();
    let blob = home.wrap(&id, b"keykeykeykeykeyk");
    home.ok(&["key", "schedule-deletion", &id, "--days", "7"]);
    every_use_is_refused(&home, "KMSInvalidStateException", &id, &blob);
    home.ok(&["key", "cancel-deletion", &id]);
    every_use_is_refused(&home, "DisabledException", &id, &blob);
    home.ok(&["key", "enable", &id]);
    assert_eq!(home.unwrap(&blob), KEY);
}

fn every_use_is_refused(home: &Home, name: &str, id: &str, blob: &str) {
    let file = home.file("key", b"keykeykeykeykeyk");
    let other = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let from = ["kms", "re-encrypt", "--ciphertext-blob"];
    home.refuses(name, &["kms", "encrypt", "--key-id", id, "--plaintext", &file]);
    home.refuses(name, &["kms", "decrypt", "--ciphertext-blob", blob]);
    home.refuses(name, &["kms", "generate-data-key", "--key-id", id, "--key-spec", "AES_128"]);
    let destination = ["--destination-key-id", "alias/reelseal"];
    home.refuses(name, &[&from[..], &[blob], &destination].concat());
    home.refuses(name, &[&from[..], &[&other], &["--destination-key-id", id]].concat());
    home.refuses(name, &["key", "rotate", id]);
}

#[test]
fn a_wrong_key_given_is_an_incorrect_key() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob, "--key-id"];
    home.refuses("IncorrectKeyException", &[&open[..], &["alias/aws/s3"]].concat());
    home.refuses("IncorrectKeyException", &[&open[..], &[&home.key()]].concat());
}

#[test]
fn an_unknown_key_is_not_found() {
    let home = Home::new();
    let file = home.file("key", b"keykeykeykeykeyk");
    let uuid = "00000000-0000-4000-8000-000000000000";
    let arn = format!("arn:aws:kms:local:000000000000:key/{uuid}");
    let elsewhere = format!("arn:aws:kms:eu-west-1:111122223333:key/{uuid}");
    for name in [uuid, &arn, &elsewhere, "alias/none", "reelseal"] {
        let wrap = ["kms", "encrypt", "--key-id", name, "--plaintext", &file];
        home.refuses("NotFoundException", &wrap);
    }
    // The blob of another keystore.
    let blob = Home::new().wrap("alias/reelseal", b"keykeykeykeykeyk");
    home.refuses("NotFoundException", &["kms", "decrypt", "--ciphertext-blob", &blob]);
}

// req KMS-1
#[test]
fn what_is_too_long_or_empty_is_a_validation_error() {
    let home = Home::new();
    let wrap = ["kms", "encrypt", "--key-id", "alias/reelseal", "--plaintext"];
    for len in [0, 4097, 5000] {
        let file = home.file("long", &vec![7; len]);
        home.refuses("ValidationException", &[&wrap[..], &[&file]].concat());
    }
    let longest = home.wrap("alias/reelseal", &[7; 4096]);
    assert_eq!(base64::decode(&home.unwrap(&longest)).unwrap().as_slice(), [7; 4096]);

    let file = home.file("key", b"keykeykeykeykeyk");
    let with_context = |len: usize| {
        // Two bytes of count and four of lengths beside the key and the value.
        let context = format!("a={}", "v".repeat(len - 7));
        home.run(&[&wrap[..], &[&file, "--encryption-context", &context]].concat())
    };
    assert!(with_context(8192).status.success());
    let refused = with_context(8193);
    assert_eq!(refused.status.code(), Some(6));
    assert!(text(&refused.stderr).contains("ValidationException"));
    let last = home.records().pop().unwrap();
    let recorded = &last["requestParameters"]["encryptionContext"];
    assert!(recorded == "HIDDEN_DUE_TO_LENGTH", "a refused context filled the log");
}

#[test]
fn a_blob_of_aws_kms_is_known_for_what_it_is() {
    let home = Home::new();
    let blob = base64::encode(&[1, 2, 2, 0, 0x78, 0, 0, 0]).unwrap();
    let error = home.fails(6, &["kms", "decrypt", "--ciphertext-blob", &blob]);
    assert_eq!(error["code"], "InvalidCiphertextException");
    assert!(error["hint"].as_str().unwrap().contains("--kms aws"));
}

#[test]
fn only_known_key_services_are_accepted() {
    let home = Home::new();
    for service in ["gcp", "local:", "aws:", "aws:eu west", "aws:a.b"] {
        let error = home.fails(2, &["--kms", service, "key", "list"]);
        assert!(error["message"].as_str().unwrap().contains("local, local:DIR"), "{error}");
    }
    let elsewhere = home.keystore().with_file_name("elsewhere");
    home.ok(&["--kms", &format!("local:{}", elsewhere.display()), "key", "list"]);
    assert!(elsewhere.join("keystore.sqlite3").exists() && !home.keystore().exists());
}

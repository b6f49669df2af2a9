//! Objects that the real clients wrote.

use std::fs;

use reelseal_vectors::path;
use reelseal_vectors::s3ec::{Master, Object, objects};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::files::{Files, pem};
use crate::{ORACLE, POLICY, UNAUTHENTICATED, WRAPPING};

/// The fields of `object`; what moto's KMS wrapped is wrapped by our own anew.
fn metadata(files: &Files, object: &Object, prefix: &str) -> Value {
    let mut map = Map::new();
    for (name, value) in &object.metadata {
        map.insert(format!("{prefix}{name}"), value.clone().into());
    }
    if object.master == Master::Kms {
        let of = |names: [&str; 2]| {
            names.map(|name| format!("{prefix}{name}")).into_iter().find(|n| map.contains_key(n))
        };
        let (key, context) =
            (of(["x-amz-3", "x-amz-key-v2"]).unwrap(), of(["x-amz-t", "x-amz-matdesc"]).unwrap());
        let plaintext = files.write("data-key", &object.data_key);
        let args = ["kms", "encrypt", "--key-id", "alias/reelseal", "--plaintext", &plaintext];
        let context = map[&context].as_str().unwrap().to_owned();
        let answer = files.home.ok(&[&args[..], &["--encryption-context", &context]].concat());
        map.insert(key, answer["CiphertextBlob"].clone());
    }
    map.into()
}

#[test]
fn every_object_of_the_real_clients_opens_with_the_options_that_it_needs_and_no_fewer() {
    let files = Files::new();
    let mut opened = 0;
    for (nth, object) in objects().into_iter().enumerate() {
        // With and without HTTP's prefix, and as head-object prints it.
        let fields = metadata(&files, &object, ["", "x-amz-meta-"][nth % 2]);
        let fields = if nth % 3 == 0 { json!({ "Metadata": fields }) } else { fields };
        files.write("meta", fields.to_string());
        fs::copy(path(&object.file), files.at("object")).unwrap();
        let (context, pem) = (Value::from(object.context.clone()).to_string(), pem());
        let mut keys: Vec<&str> = vec![];
        let kek = files.at("kek");
        match &object.master {
            Master::Kms if object.context.is_empty() => {}
            Master::Kms => keys.extend(["--encryption-context", &context]),
            Master::Aes(key) => {
                files.write("kek", key);
                keys.extend(["--wrapping-key", &kek]);
            }
            Master::Rsa => keys.extend(["--wrapping-key", &pem]),
        }
        let file = files.at("file");
        if let Some(text) = &object.instruction_file {
            files.write("file", text);
            let error = files.refuses(3, &keys);
            assert!(error["hint"].as_str().unwrap().contains("--instruction-file"), "{error}");
            keys.extend(["--instruction-file", &file]);
        }
        let needed: &[&str] = match (&object.format[..], &object.master) {
            ("V3", _) => &[],
            ("V2", _) => &POLICY,
            (_, Master::Rsa) => &[POLICY[0], POLICY[1], WRAPPING, UNAUTHENTICATED, ORACLE],
            _ => &[POLICY[0], POLICY[1], WRAPPING, UNAUTHENTICATED],
        };
        for left_out in 0..needed.len() {
            let mut fewer = needed.to_vec();
            fewer.remove(left_out);
            if needed[left_out] != POLICY[0] && needed[left_out] != POLICY[1] {
                let error = files.refuses(4, &[&keys[..], &fewer].concat());
                let hint = error["hint"].as_str().unwrap();
                assert!(hint.contains(needed[left_out]), "{}: {hint}", object.name);
            }
        }
        if !needed.is_empty() {
            files.refuses(4, &keys);
        }
        let clear = files.decrypts(&[&keys[..], needed].concat());
        assert_eq!(Sha256::digest(&clear)[..], object.clear_sha256, "{}", object.name);
        opened += 1;
    }
    assert_eq!(opened, 42);
}

#[test]
fn a_length_that_is_said_has_to_be_right() {
    let files = Files::new();
    let object = objects().into_iter().find(|o| o.name == "ruby-v1-aes32-metadata-17").unwrap();
    let Master::Aes(key) = &object.master else { panic!("not AES") };
    let kek = files.write("kek", key);
    fs::copy(path(&object.file), files.at("object")).unwrap();
    let mut fields = metadata(&files, &object, "");
    let opens = ["--wrapping-key", &kek, POLICY[0], POLICY[1], WRAPPING, UNAUTHENTICATED];
    files.write("meta", fields.to_string());
    assert_eq!(files.decrypts(&opens).len(), 17);
    fields["x-amz-unencrypted-content-length"] = "18".into();
    files.write("meta", fields.to_string());
    files.refuses(5, &opens);
}

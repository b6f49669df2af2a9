//! Files under raw AES keys: what each writes, the other reads.

use std::fs;
use std::path::Path;

use reelseal::error::Kind;
use reelseal::esdk::{Decrypt, KeyName, WrappingKey};
use reelseal::keyservice::LazyService;
use reelseal::package::Existing;
use reelseal::progress::Show;
use serde_json::{Value, json};

use crate::home::{Home, text};
use crate::peer::{Sdk, raw};
use crate::{bytes, path};

const PLAIN: &str = "AES_256_GCM_HKDF_SHA512_COMMIT_KEY";
const NAMED: [&str; 4] = ["--key-namespace", "reelseal", "--key-name", "a key"];

/// A key that is not all of one byte.
fn key(len: usize) -> Vec<u8> {
    (0..len).map(|i| (7 * i + len) as u8).collect()
}

#[test]
fn the_sdk_reads_what_encrypt_writes() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let (message, out) = (path(&home, "message"), path(&home, "opened"));
    let mut read = 0;
    for frame in [None, Some(1), Some(100), Some(4096), Some(1 << 20)] {
        let len = frame.unwrap_or(65_536);
        for (n, len) in [0, 1, len - 1, len, len + 1, 3 * len, 3 * len + 17].iter().enumerate() {
            let wrapping = key([16, 24, 32][n % 3]);
            let context = ["", "a=b", "zwei=ä€😀,eins=1", "{\"a\":\"\"}"][n % 4];
            let (clear, file) = (bytes(*len), home.file("key", &wrapping));
            let input = home.file("in", &clear);
            let frame_text = frame.unwrap_or_default().to_string();
            let options =
                if frame.is_some() { vec!["--frame-length", &frame_text] } else { vec![] };
            let seal = ["--force", "encrypt", &input, "-o", &message, "--mode", "esdk"];
            let with = ["--wrapping-key", &file, "--encryption-context", context];
            let report = home.ok(&[&seal[..], &with, &NAMED, &options].concat());
            assert_eq!(report["bytesWritten"], fs::metadata(&message).unwrap().len());
            let keys = [raw("reelseal", "a key", &wrapping)];
            let answer = sdk.ask(&json!({ "op": "open", "keys": keys, "in": message, "out": out }));
            assert!(fs::read(&out).unwrap() == clear, "{len} in frames of {frame:?}");
            assert_eq!(answer["context"], report["encryptionContext"]);
            read += 1;
        }
    }
    assert_eq!(read, 5 * 7);
}

#[test]
fn decrypt_reads_what_the_sdk_writes() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let (message, out) = (path(&home, "message"), path(&home, "opened"));
    let (wrapping, mut read) = (key(32), 0);
    let file = home.file("key", &wrapping);
    for suite in [json!(PLAIN), Value::Null] {
        for frame in [Value::Null, json!(0), json!(128), json!(65_536)] {
            let len = frame.as_u64().filter(|len| *len > 0).unwrap_or(4096) as usize;
            for len in [0, 1, len, len + 1, 2 * len, 3_000_000] {
                let clear = bytes(len);
                let request = json!({
                    "op": "seal", "suite": suite, "frame_length": frame,
                    "keys": [raw("reelseal", "a key", &wrapping)],
                    "context": { "stage": "demo", "ä": "€" },
                    "in": home.file("in", &clear), "out": message,
                });
                sdk.ask(&request);
                let open = ["--force", "decrypt", &message, "-o", &out, "--wrapping-key", &file];
                let report = home.ok(&[&open[..], &NAMED].concat());
                assert!(fs::read(&out).unwrap() == clear, "{len} {frame} {suite}");
                let proof = if suite.is_null() { "signature" } else { "tag" };
                assert_eq!(
                    (&report["proof"], &report["key"]),
                    (&json!(proof), &json!("reelseal: a key"))
                );
                assert_eq!(report["encryptionContext"]["stage"], "demo");
                read += 1;
            }
        }
    }
    assert_eq!(read, 2 * 4 * 6);
}

#[test]
fn each_of_several_keys_opens_a_message_of_the_sdk() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let (message, out) = (path(&home, "message"), path(&home, "opened"));
    let all: Vec<_> = ["one", "two", "three"].into_iter().zip([16, 24, 32]).collect();
    let keys: Vec<_> = all.iter().map(|(name, len)| raw("reelseal", name, &key(*len))).collect();
    let input = home.file("in", b"text");
    let context = json!({});
    sdk.ask(
        &json!({ "op": "seal", "keys": keys, "context": context, "in": input, "out": message }),
    );
    for (name, len) in &all {
        let file = home.file("key", &key(*len));
        let open = ["--force", "decrypt", &message, "-o", &out, "--wrapping-key", &file];
        assert_eq!(home.ok(&open)["key"], format!("reelseal: {name}"), "the name is not needed");
        home.ok(&[&open[..], &["--key-namespace", "reelseal", "--key-name", name]].concat());
        let error = home.fails(4, &[&open[..], &["--key-name", "four"]].concat());
        let said = error["message"].as_str().unwrap();
        assert!(all.iter().all(|(n, _)| said.contains(&format!("reelseal: {n}"))), "{said}");
        let other = if *name == "one" { "two" } else { "one" };
        home.fails(5, &[&open[..], &["--key-name", other]].concat());
    }
}

/// Of every kind of message, in this process: several thousand runs.
#[test]
fn no_message_of_the_sdk_opens_with_a_flipped_bit() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let (message, out) = (path(&home, "message"), path(&home, "opened"));
    for (suite, frame) in [(json!(PLAIN), 128), (json!(PLAIN), 0), (Value::Null, 128)] {
        sdk.ask(&json!({
            "op": "seal", "suite": suite, "frame_length": frame,
            "keys": [raw("n", "k", &key(32))], "context": {},
            "in": home.file("in", &bytes(40)), "out": message,
        }));
        let sealed = fs::read(&message).unwrap();
        let open = || {
            let name = KeyName { namespace: Some("n".to_owned()), name: Some("k".to_owned()) };
            let request = Decrypt {
                input: Path::new(&message).into(),
                out: Path::new(&out).into(),
                existing: Existing::Keep,
                key_id: None,
                wrapping_key: Some(WrappingKey::new(&key(32), name).unwrap()),
                required: vec![],
                frames: None,
                show: Show::Never,
            };
            request.run(&LazyService::new(|| panic!("no key service is asked")))
        };
        for bit in 0..8 * sealed.len() {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            fs::write(&message, &altered).unwrap();
            let kind = open().expect_err("a flipped bit").kind();
            let expected = [Kind::Malformed, Kind::Refused, Kind::Inauthentic];
            assert!(expected.contains(&kind), "bit {bit}: {kind:?}");
            assert!(!Path::new(&out).exists(), "bit {bit}: something was released");
        }
        fs::write(&message, &sealed).unwrap();
        open().unwrap();
        assert_eq!(fs::read(&out).unwrap(), bytes(40));
        fs::remove_file(&out).unwrap();
    }
}

#[test]
fn a_message_that_does_not_commit_to_its_key_is_refused_by_name() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let (message, out) = (path(&home, "message"), path(&home, "opened"));
    let file = home.file("key", &key(32));
    for suite in
        ["AES_256_GCM_IV12_TAG16_HKDF_SHA256", "AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384"]
    {
        sdk.ask(&json!({
            "op": "seal", "suite": suite, "policy": "FORBID_ENCRYPT_ALLOW_DECRYPT",
            "keys": [raw("n", "k", &key(32))], "context": {},
            "in": home.file("in", b"text"), "out": message,
        }));
        let open = ["decrypt", &message, "-o", &out, "--wrapping-key", &file];
        let error = home.fails(4, &open);
        let said = error["message"].as_str().unwrap();
        let name = suite.replace("IV12_TAG16_", "");
        assert!(said.contains(&name) && said.contains("does not commit to its key"), "{said}");
    }
}

#[test]
fn a_pipe_gets_what_a_file_gets() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let message = path(&home, "message");
    let (file, clear) = (home.file("key", &key(32)), bytes(200_000));
    sdk.ask(&json!({
        "op": "seal", "keys": [raw("n", "k", &key(32))], "context": {},
        "in": home.file("in", &clear), "out": message,
    }));
    let open = |from: fs::File, args: &[&str]| {
        let args = [&["decrypt", "-", "-o", "-", "--wrapping-key", &file], args].concat();
        home.command(&args).stdin(from).output().unwrap()
    };
    let piped = open(fs::File::open(&message).unwrap(), &[]);
    assert!(piped.status.success() && piped.stdout == clear, "{}", text(&piped.stderr));
    let some = open(fs::File::open(&message).unwrap(), &["--frames", "2..3"]);
    assert!(some.stdout == clear[4096..3 * 4096], "{}", text(&some.stderr));

    let mut altered = fs::read(&message).unwrap();
    *altered.last_mut().unwrap() ^= 1;
    let altered = home.file("altered", &altered);
    let refused = open(fs::File::open(&altered).unwrap(), &[]);
    assert_eq!((refused.status.code(), &refused.stdout[..]), (Some(5), &[][..]));
}

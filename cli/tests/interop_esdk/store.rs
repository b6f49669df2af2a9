//! Objects of the local store: the SDK reads what was exported, and the store what the SDK wrote.

use std::fs;
use std::path::PathBuf;

use reelseal::base64;
use serde_json::{Value, json};

use crate::home::Home;
use crate::peer::{Sdk, raw};
use crate::{bytes, path};

/// Bytes of a frame of the store.
const FRAME: usize = 1 << 20;

const OBJECT: &str = "movies/reel";

/// Puts an object and returns what the store says of it.
fn put(home: &Home, clear: &[u8]) -> Value {
    let file = home.file("in", clear);
    home.ok(&["--force", "store", "put", &file, OBJECT])
}

/// The keyring of an object, as `docs/formats.md` tells a reader to make it.
fn keyring(home: &Home, record: &Value) -> Value {
    let field = |name: &str| record[name].as_str().unwrap();
    let context = record["EncryptionContext"].to_string();
    let unwrap = ["kms", "decrypt", "--ciphertext-blob", field("WrappedKey")];
    let answer = home.ok(&[&unwrap[..], &["--encryption-context", &context]].concat());
    let key = base64::decode(answer["Plaintext"].as_str().unwrap()).unwrap();
    raw(field("KeyNameSpace"), field("KeyName"), &key)
}

/// The file of the one message of the store.
fn body(home: &Home) -> PathBuf {
    let mut bodies = fs::read_dir(home.keystore().join("store/bodies")).unwrap();
    let body = bodies.next().unwrap().unwrap().path();
    assert!(bodies.next().is_none());
    body
}

#[test]
fn the_sdk_reads_what_the_store_exports() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    for len in [0, 1, 1000, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 17] {
        let clear = bytes(len);
        let record = put(&home, &clear);
        let (message, out) = (path(&home, "message"), path(&home, "opened"));
        home.ok(&["--force", "store", "export", OBJECT, "-o", &message]);
        let keys = [keyring(&home, &record)];
        let request = json!({ "op": "open", "keys": keys, "in": message, "out": out });
        let answer = sdk.ask(&request);
        assert!(fs::read(&out).unwrap() == clear, "{len}");
        assert_eq!(answer["context"], record["EncryptionContext"]);
    }
}

/// The message of an object is exchanged for one that the SDK sealed under the object's key.
#[test]
fn the_store_reads_what_the_sdk_writes() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let record = put(&home, b"exchanged");
    let keys = [keyring(&home, &record)];
    let frames = [None, Some(128), Some(4096), Some(65_536), Some(1 << 22)];
    let mut read = 0;
    for frame_length in frames {
        let frame = frame_length.unwrap_or(4096);
        for len in [0, 1, frame - 1, frame, frame + 1, 2 * frame, 100 * frame.min(65_536) + 5] {
            let clear = bytes(len);
            let request = json!({
                "op": "seal",
                "suite": "AES_256_GCM_HKDF_SHA512_COMMIT_KEY",
                "keys": keys,
                "context": record["EncryptionContext"],
                "frame_length": frame_length,
                "in": home.file("in", &clear),
                "out": body(&home),
            });
            assert_eq!(sdk.ask(&request)["frame_length"], frame);
            let out = path(&home, "opened");
            home.ok(&["--force", "store", "get", OBJECT, "-o", &out]);
            assert!(fs::read(&out).unwrap() == clear, "{len} in frames of {frame}");
            read += 1;
        }
    }
    assert_eq!(read, 5 * 7);
}

#[test]
fn neither_takes_a_message_with_a_flipped_bit() {
    let (home, mut sdk) = (Home::new(), Sdk::start());
    let record = put(&home, &bytes(40));
    let sealed = fs::read(body(&home)).unwrap();
    let keys = [keyring(&home, &record)];
    let message = home.file("message", &sealed);
    let answer = sdk.ask(&json!({ "op": "flips", "keys": keys, "in": message }));
    assert_eq!((&answer["tried"], &answer["taken"]), (&json!(8 * sealed.len()), &json!([])));

    let out = path(&home, "opened");
    for bit in 0..8 * sealed.len() {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        fs::write(body(&home), &altered).unwrap();
        let output = home.run(&["store", "get", OBJECT, "-o", &out]);
        let code = output.status.code();
        assert!(matches!(code, Some(3 | 5)), "bit {bit}: {code:?}");
        assert!(fs::metadata(&out).is_err(), "bit {bit}: something was released");
    }
    fs::write(body(&home), &sealed).unwrap();
    home.ok(&["store", "get", OBJECT, "-o", &out]);
}

//! Objects between reelseal and the real Amazon S3 Encryption Client for Python, with moto as S3
//! and KMS. A peer that is not there is a failure.

#[path = "../home/mod.rs"]
mod home;
mod peer;
#[path = "../peers/mod.rs"]
mod peers;

use std::fs;
use std::process::Output;

use home::{Home, text};
use peer::{CREDENTIALS, Client};
use reelseal_vectors::s3ec::{Master, objects};
use reelseal_vectors::{bytes, path};
use serde_json::{Value, json};

/// reelseal, with moto as S3 and KMS.
struct Ours {
    home: Home,
    endpoint: String,
}

impl Ours {
    fn new(client: &Client) -> Self {
        Self { home: Home::new(), endpoint: client.endpoint.clone() }
    }

    fn run(&self, args: &[&str]) -> Output {
        let (kms, s3) = (["--kms-endpoint", &self.endpoint], ["--s3-endpoint", &self.endpoint]);
        let args = [&["--json", "--kms", "aws"], &kms[..], &s3[..], args].concat();
        self.home.command(&args).envs(CREDENTIALS).output().unwrap()
    }

    #[track_caller]
    fn ok(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    #[track_caller]
    fn fails(&self, exit: i32, args: &[&str]) {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {}", text(&output.stderr));
    }

    /// The place of a file of this test.
    fn place(&self, name: &str) -> String {
        self.home.file(name, b"")
    }
}

const V2: &[&str] = &["--commitment-policy", "require-encrypt-allow-decrypt"];
const SIZES: [usize; 6] = [0, 1, 16, 17, 1000, 300_000];

fn admits(version: &str) -> &'static [&'static str] {
    if version == "V2" { V2 } else { &[] }
}

fn plain(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

#[test]
fn the_client_reads_our_objects_and_we_read_those_of_the_client_as_files() {
    let mut client = Client::start();
    let (ours, key) = (Ours::new(&client), client.create_key());
    let contexts = [json!({}), json!({ "department": "video", "take": "1" })];
    for (version, mode) in [("V2", "s3ec-v2"), ("V3", "s3ec-v3")] {
        for (size, context) in SIZES.into_iter().zip(contexts.iter().cycle()) {
            let (text, said) = (plain(size), context.to_string());
            let context_args = ["--encryption-context", &said];

            let clear = ours.home.file("clear", &text);
            let (object, meta) = (ours.place("object"), ours.place("meta.json"));
            let args = ["encrypt", &clear, "--mode", mode, "-o", &object, "--metadata", &meta];
            let args = [&args[..], &["--key-id", &key, "--force"], &context_args].concat();
            assert_eq!(ours.ok(&args)["bytes"], size);
            let metadata = serde_json::from_slice(&fs::read(&meta).unwrap()).unwrap();
            client.put_raw("ours", &fs::read(&object).unwrap(), &metadata);
            assert_eq!(client.get(&key, version, "ours", context), text, "{version} {size}");

            client.put(&key, version, "theirs", &text, context);
            let (body, metadata) = client.get_raw("theirs");
            fs::write(&object, body).unwrap();
            fs::write(&meta, metadata.to_string()).unwrap();
            let opened = ours.place("opened");
            let args = ["decrypt", &object, "--metadata", &meta, "-o", &opened, "--force"];
            let args = [&args[..], &["--key-id", &key], admits(version), &context_args].concat();
            assert_eq!(ours.ok(&args)["authenticated"], true);
            assert_eq!(fs::read(&opened).unwrap(), text, "{version} {size}");
        }
    }
}

#[test]
fn the_client_reads_our_objects_and_we_read_those_of_the_client_in_s3() {
    let mut client = Client::start();
    let (ours, key) = (Ours::new(&client), client.create_key());
    let none = json!({});
    for (version, mode) in [("V2", "s3ec-v2"), ("V3", "s3ec-v3")] {
        for size in SIZES {
            let text = plain(size);
            let clear = ours.home.file("clear", &text);
            let args = ["encrypt", &clear, "--mode", mode, "--key-id", &key, "--force"];
            ours.ok(&[&args[..], &["-o", "s3://reelseal-test/ours"]].concat());
            assert_eq!(client.get(&key, version, "ours", &none), text, "{version} {size}");

            client.put(&key, version, "theirs", &text, &none);
            let opened = ours.place("opened");
            let args = ["decrypt", "s3://reelseal-test/theirs", "-o", &opened, "--force"];
            let answer = ours.ok(&[&args[..], admits(version)].concat());
            assert_eq!(answer["format"], version);
            assert_eq!(fs::read(&opened).unwrap(), text, "{version} {size}");
        }
    }
}

#[test]
fn the_client_reads_our_instruction_files_also_re_wrapped() {
    let mut client = Client::start();
    let (ours, key, other) = (Ours::new(&client), client.create_key(), client.create_key());
    let (text, none) = (plain(1000), json!({}));
    let clear = ours.home.file("clear", &text);
    for (version, mode) in [("V2", "s3ec-v2"), ("V3", "s3ec-v3")] {
        let name = format!("with-file-{version}");
        let object = format!("s3://reelseal-test/{name}");
        let file = format!("{object}.instruction");
        let args = ["encrypt", &clear, "--mode", mode, "--key-id", &key, "-o", &object];
        ours.ok(&[&args[..], &["--instruction-file", &file]].concat());
        assert_eq!(client.get(&key, version, &name, &none), text, "{version}");
        let before = client.get_raw(&name);
        let marked = client.get_raw(&format!("{name}.instruction")).1;
        assert_eq!(marked, json!({ "x-amz-crypto-instr-file": "" }));

        let args = ["s3ec", "re-wrap", &object, "--new-key-id", &other];
        ours.fails(4, &[&args[..], admits(version)].concat());
        ours.ok(&[&args[..], &["--force"], admits(version)].concat());
        assert_eq!(client.get(&other, version, &name, &none), text, "{version}");
        assert_eq!(client.get_raw(&name), before, "the object was touched");
        let opened = ours.place("opened");
        let args = ["decrypt", &object, "--key-id", &other, "-o", &opened, "--force"];
        ours.ok(&[&args[..], admits(version)].concat());
        assert_eq!(fs::read(&opened).unwrap(), text);
    }
}

#[test]
fn a_part_of_an_object_in_s3_is_read_and_marked() {
    let mut client = Client::start();
    let (ours, key) = (Ours::new(&client), client.create_key());
    let text = plain(300_000);
    client.put(&key, "V3", "long", &text, &json!({}));
    let part = ours.place("part");
    let args = ["decrypt", "s3://reelseal-test/long", "--range", "70001-70100", "-o", &part];
    ours.fails(4, &[&args[..], &["--force"]].concat());
    let admits = ["--force", "--enable-legacy-unauthenticated-modes"];
    let answer = ours.ok(&[&args[..], &admits].concat());
    assert_eq!((&answer["authenticated"], &answer["bytes"]), (&json!(false), &json!(100)));
    assert_eq!(fs::read(&part).unwrap(), text[70001..=70100]);
}

#[test]
fn what_the_client_refuses_we_refuse() {
    let mut client = Client::start();
    let (ours, key) = (Ours::new(&client), client.create_key());
    client.put(&key, "V3", "object", b"text", &json!({ "a": "b" }));
    let (body, metadata) = client.get_raw("object");
    for (name, value) in metadata.as_object().unwrap() {
        let value = value.as_str().unwrap();
        // In the middle: the client reads past what is wrong with the end of base64.
        let at = value.len() / 2;
        let other = if value.as_bytes()[at] == b'A' { "B" } else { "A" };
        let altered = format!("{}{other}{}", &value[..at], &value[at + 1..]);
        let mut metadata = metadata.clone();
        metadata[name] = altered.into();
        client.put_raw("object", &body, &metadata);
        let request = json!({ "do": "get", "key": key, "version": "V3", "name": "object",
            "context": { "a": "b" } });
        assert!(client.ask(request).is_err(), "the client takes another {name}");
        let out = ours.place("out");
        fs::remove_file(&out).unwrap();
        let args = ["decrypt", "s3://reelseal-test/object", "-o", &out];
        let output = ours.run(&[&args[..], &["--encryption-context", "a=b"]].concat());
        assert!(!output.status.success(), "we take another {name}");
        assert!(fs::metadata(&out).is_err(), "{name}: an output");
    }
}

/// The key of moto that wrapped them, by its id and material in the file of the objects.
#[test]
fn the_stored_objects_under_kms_open_through_kms() {
    let mut client = Client::start();
    let ours = Ours::new(&client);
    let top: Value = serde_json::from_slice(&bytes("s3ec/cases.json")).unwrap();
    let (id, material) = (&top["kms_key_id"], &top["kms_key_material_hex"]);
    client.ask(json!({ "do": "import_key", "id": id, "material": material })).unwrap();
    let mut opened = 0;
    for object in objects().into_iter().filter(|object| object.master == Master::Kms) {
        let map: serde_json::Map<String, Value> =
            object.metadata.iter().map(|(k, v)| (k.clone(), v.clone().into())).collect();
        let meta = ours.home.file("meta.json", Value::from(map).to_string().as_bytes());
        let (input, out) = (path(&object.file), ours.place("out"));
        let context = Value::from(object.context.clone()).to_string();
        let input = input.to_str().unwrap();
        let args = ["decrypt", input, "--metadata", &meta, "-o", &out, "--force"];
        let legacy =
            ["--enable-legacy-wrapping-algorithms", "--enable-legacy-unauthenticated-modes"];
        let mut args = [&args[..], V2, &legacy].concat();
        if !object.context.is_empty() {
            args.extend(["--encryption-context", &context]);
        }
        ours.ok(&args);
        let text = fs::read(&out).unwrap();
        assert_eq!(sha256(&text), object.clear_sha256, "{}", object.name);
        opened += 1;
    }
    assert_eq!(opened, 22);
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).into()
}

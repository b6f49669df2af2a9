//! Objects of the Amazon S3 Encryption Client: those of the real clients, ours, and refusals.

mod home;

use std::fs;
use std::path::Path;

use home::{Home, text};
use reelseal::base64;
use reelseal_vectors::path;
use reelseal_vectors::s3ec::{Master, Object, objects};
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const POLICY: [&str; 2] = ["--commitment-policy", "REQUIRE_ENCRYPT_ALLOW_DECRYPT"];
const WRAPPING: &str = "--enable-legacy-wrapping-algorithms";
const UNAUTHENTICATED: &str = "--enable-legacy-unauthenticated-modes";
const ORACLE: &str = "--allow-rsa-v1_5-decryption-oracle";

/// The files of one object in a folder of its own.
struct Files {
    home: Home,
}

impl Files {
    fn new() -> Self {
        Self { home: Home::new() }
    }

    /// A path in the folder; nothing is there.
    fn at(&self, name: &str) -> String {
        self.home.keystore().with_file_name(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        self.home.file(name, bytes.as_ref())
    }

    fn exists(&self, name: &str) -> bool {
        Path::new(&self.at(name)).exists()
    }

    /// The names in the folder, without the keystore.
    fn names(&self) -> Vec<String> {
        let folder = self.home.keystore();
        let entries = fs::read_dir(folder.parent().unwrap()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "keystore");
        names.sort();
        names
    }

    /// Encrypts `text` to `object`, `meta`, and perhaps `file`, under the key in `kek`.
    fn encrypt(&self, mode: &str, text: &[u8], more: &[&str]) -> Value {
        let input = self.write("clear", text);
        let (object, meta) = (self.at("object"), self.at("meta"));
        let args = ["encrypt", &input, "--mode", mode, "-o", &object, "--metadata", &meta];
        self.home.ok(&[&args[..], &["--force"], more].concat())
    }

    /// The arguments that decrypt `object` to `out`.
    fn decrypt_args(&self) -> Vec<String> {
        let args = ["decrypt", &self.at("object"), "--metadata", &self.at("meta"), "-o"];
        args.into_iter().map(str::to_owned).chain([self.at("out")]).collect()
    }

    fn decrypts(&self, more: &[&str]) -> Vec<u8> {
        let args = self.decrypt_args();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        self.home.ok(&[&args[..], more].concat());
        let text = fs::read(self.at("out")).unwrap();
        fs::remove_file(self.at("out")).unwrap();
        text
    }

    fn refuses(&self, exit: i32, more: &[&str]) -> Value {
        let args = self.decrypt_args();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let error = self.home.fails(exit, &[&args[..], more].concat());
        assert!(!self.exists("out"), "an output after {error}");
        error
    }
}

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

fn pem() -> String {
    path("s3ec/ruby_rsa.pem").to_str().unwrap().to_owned()
}

#[test]
fn what_we_write_we_read_under_every_key_in_both_places() {
    let files = Files::new();
    let key = rsa::PrivateKey::from_pkcs8_pem(&fs::read_to_string(pem()).unwrap_or_default());
    let key = key.or_else(|_| {
        rsa::pkcs1::DecodeRsaPrivateKey::from_pkcs1_pem(&fs::read_to_string(pem()).unwrap())
    });
    let public = key.unwrap().to_public_key().to_public_key_pem(Default::default()).unwrap();
    let public = files.write("public", public);
    let (aes, private, file) = (files.write("kek", [7; 24]), pem(), files.at("file"));
    let keys: [(&[&str], &[&str], &str); 4] = [
        (&["--key-id", "alias/reelseal"], &[], "kms+context"),
        (&["--wrapping-key", &aes], &["--wrapping-key", &aes], "AES/GCM"),
        (&["--wrapping-key", &public], &["--wrapping-key", &private], "RSA-OAEP-SHA1"),
        (&["--wrapping-key", &private], &["--wrapping-key", &private], "RSA-OAEP-SHA1"),
    ];
    for (mode, admits) in [("s3ec-v2", &POLICY[..]), ("s3ec-v3", &[])] {
        for (seals, opens, wrap) in keys {
            for (len, place) in [(0, &[][..]), (1, &[]), (100_000, &["--instruction-file", &file])]
            {
                let text: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
                let report = files.encrypt(mode, &text, &[seals, place].concat());
                assert_eq!(report["wrappingAlgorithm"], wrap);
                assert_eq!(report["bytesWritten"], len + 16);
                let read = files.decrypts(&[opens, admits, place].concat());
                assert_eq!(read, text, "{mode} {wrap} {len}");
            }
        }
    }
}

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
fn a_part_is_the_same_bytes_and_marked_as_not_authenticated() {
    let files = Files::new();
    let kek = files.write("kek", [7; 32]);
    let text: Vec<u8> = (0..1000).map(|i| (i % 251) as u8).collect();
    for (mode, admits) in [("s3ec-v2", &POLICY[..]), ("s3ec-v3", &[])] {
        files.encrypt(mode, &text, &["--wrapping-key", &kek]);
        let opens = [&["--wrapping-key", &kek], admits].concat();
        let ranges = [
            ("0-0", 0..1),
            ("bytes=15-16", 15..17),
            ("990-", 990..1000),
            ("500-5000", 500..1000),
            ("0-999", 0..1000),
        ];
        for (range, part) in ranges {
            files.refuses(4, &[&opens[..], &["--range", range]].concat());
            let more = [&opens[..], &["--range", range, UNAUTHENTICATED]].concat();
            assert_eq!(files.decrypts(&more), text[part], "{mode} {range}");
            let args = files.decrypt_args();
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let output = files.home.run(&[&args[..], &more].concat());
            fs::remove_file(files.at("out")).unwrap();
            let said = self::text(&output.stderr);
            assert!(said.contains("warning: not authenticated"), "{said}");
        }
        let opens = [&opens[..], &[UNAUTHENTICATED]].concat();
        for range in ["1000-1001", "5-4", "a-b"] {
            files.refuses(2, &[&opens[..], &["--range", range]].concat());
        }
        // The key is checked all the same: in V3 by its commitment, in both by its wrapping.
        let other = files.write("other", [8; 32]);
        let opens = ["--wrapping-key", &other, UNAUTHENTICATED, "--range", "0-0"];
        files.refuses(5, &[&opens[..], admits].concat());
    }
}

#[test]
fn a_data_key_is_wrapped_anew_without_a_touch_to_the_object() {
    let files = Files::new();
    let (kek, file, pem) = (files.write("kek", [7; 32]), files.at("file"), pem());
    let (meta, new) = (files.at("meta"), files.at("new"));
    for (mode, admits) in [("s3ec-v2", &POLICY[..]), ("s3ec-v3", &[])] {
        files.encrypt(mode, b"text", &["--wrapping-key", &kek, "--instruction-file", &file]);
        let before = (fs::read(files.at("object")).unwrap(), fs::read(&meta).unwrap());
        let mut from = (file.clone(), vec!["--wrapping-key", &kek]);
        let steps: [(&[&str], Vec<&str>); 3] = [
            (&["--new-key-id", "alias/reelseal"], vec![]),
            (&["--new-key-id", "alias/aws/s3"], vec![]),
            (&["--new-wrapping-key", &pem], vec!["--wrapping-key", &pem]),
        ];
        for (nth, (to, opens)) in steps.into_iter().enumerate() {
            let out = format!("{new}-{mode}-{nth}");
            let args = ["s3ec", "re-wrap", "--metadata", &meta, "--instruction-file", &from.0];
            files.home.ok(&[&args[..], &from.1, to, &["-o", &out], admits].concat());
            assert_eq!((fs::read(files.at("object")).unwrap(), fs::read(&meta).unwrap()), before);
            from = (out, opens);
            let opens = [&["--instruction-file", &from.0], &from.1[..], admits].concat();
            assert_eq!(files.decrypts(&opens), b"text");
        }
        // Another object's instruction file: its key is not what this one commits to.
        files.encrypt(mode, b"other", &["--wrapping-key", &kek, "--instruction-file", &file]);
        let args = ["s3ec", "re-wrap", "--metadata", &meta, "--instruction-file", &from.0];
        let to = ["--wrapping-key", &pem, "--new-wrapping-key", &kek, "-o", &new];
        let args = [&args[..], &to, admits].concat();
        match mode {
            "s3ec-v3" => drop(files.home.fails(5, &args)),
            _ => drop(files.refuses(
                5,
                &["--wrapping-key", &pem, "--instruction-file", &from.0, POLICY[0], POLICY[1]],
            )),
        }
        assert!(!files.exists("new"));
    }
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
fn nothing_is_left_behind_where_one_of_the_files_cannot_be_written() {
    let files = Files::new();
    let (kek, input) = (files.write("kek", [7; 32]), files.write("clear", b"text"));
    let object = files.at("object");
    let args = ["encrypt", &input, "--mode", "s3ec-v3", "--wrapping-key", &kek, "-o", &object];
    files.home.fails(7, &[&args[..], &["--metadata", "/nowhere/meta"]].concat());
    let (meta, nowhere) = (files.at("meta"), "/nowhere/file");
    let more = ["--metadata", &meta, "--instruction-file", nowhere];
    files.home.fails(7, &[&args[..], &more].concat());
    assert_eq!(files.names(), ["clear", "kek"]);
    files.write("meta", b"mine");
    files.home.fails(4, &[&args[..], &["--metadata", &meta]].concat());
    let more = ["--metadata", &meta, "--instruction-file", nowhere, "--force"];
    files.home.fails(7, &[&args[..], &more].concat());
    assert_eq!(fs::read(&meta).unwrap(), b"mine", "what was there is there still");
    assert_eq!(files.names(), ["clear", "kek", "meta"]);
}

#[test]
fn pipes_carry_an_object_and_release_nothing_before_its_tag() {
    use std::io::Write;
    use std::process::Stdio;
    let files = Files::new();
    let (kek, meta) = (files.write("kek", [7; 32]), files.at("meta"));
    let pipe = |args: &[&str], input: &[u8]| {
        let mut command = files.home.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(input));
            child.wait_with_output().unwrap()
        })
    };
    let text = vec![5; 1_000_000];
    let args = ["encrypt", "-", "-o", "-", "--metadata", &meta, "--wrapping-key", &kek];
    let sealed = pipe(&[&args[..], &["--mode", "s3ec-v3"]].concat(), &text);
    assert_eq!(sealed.stdout.len(), text.len() + 16, "{}", self::text(&sealed.stderr));
    let args = ["decrypt", "-", "-o", "-", "--metadata", &meta, "--wrapping-key", &kek];
    assert_eq!(pipe(&args, &sealed.stdout).stdout, text);
    let mut altered = sealed.stdout;
    *altered.last_mut().unwrap() ^= 1;
    let refused = pipe(&args, &altered);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(5), 0));
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

//! `reelseal inspect` over all that lies about: vectors, documents, and what our own commands
//! write. No key service is asked, and no key is shown.

mod home;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use home::{Home, text};
use reelseal_vectors as vectors;
use serde_json::{Value, json};

/// Inspects files that must all be known.
fn told(home: &Home, files: &[&str]) -> Vec<Value> {
    let answer = home.ok(&[&["inspect"], files].concat());
    let inputs = answer["inputs"].as_array().unwrap().clone();
    assert_eq!(inputs.len(), files.len());
    assert!(!home.log().exists() || !home.records().is_empty());
    inputs
}

/// Inspects one file that must be known.
fn one(home: &Home, file: &str) -> Value {
    told(home, &[file]).remove(0)
}

fn kind(told: &Value) -> &str {
    told["kind"].as_str().unwrap_or("unknown")
}

/// Inspects what comes through a pipe.
fn piped(home: &Home, bytes: &[u8], options: &[&str]) -> Output {
    let mut command = home.command(&[options, &["inspect", "-"]].concat());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    output
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        match entry.unwrap().path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found.sort();
    found
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_file_of_the_media_vectors_is_what_its_name_says() {
    let home = Home::new();
    let mut seen = 0;
    for file in files(&vectors::path("media")) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let is_encrypted = !path(&file).contains("/clear/");
        let not_media = path(&file).contains("sizes-not-media");
        let expected = match file.extension().and_then(|e| e.to_str()) {
            Some("key") => "raw-key",
            Some("m3u8") if name.starts_with("master") => "hls-multivariant-playlist",
            Some("m3u8") => "hls-media-playlist",
            // Some are as short as a key.
            Some("ts" | "m4s" | "mp4") if not_media => continue,
            Some("ts" | "m4s" | "mp4") if is_encrypted => "headerless-ciphertext",
            Some("ts") => "mpeg-ts",
            Some("m4s") => "fmp4-segment",
            Some("mp4") => "fmp4-init",
            _ => {
                let output = home.run(&["inspect", path(&file)]);
                assert_eq!(output.status.code(), Some(3), "{name} is nothing");
                continue;
            }
        };
        let told = one(&home, path(&file));
        assert_eq!(kind(&told), expected, "{}", file.display());
        seen += 1;
    }
    assert!(seen > 50, "{seen} files");
    assert!(!home.keystore().exists(), "a keystore was opened");
}

#[test]
fn a_playlist_tells_methods_keys_ivs_and_what_opens_it() {
    let home = Home::new();
    let of = |name: &str| one(&home, path(&vectors::path(&format!("media/{name}/index.m3u8"))));
    let told = of("hls-ffmpeg/ts-iv");
    assert_eq!(told["facts"]["segments"], 3);
    assert_eq!(told["facts"]["encryptedSegments"], 3);
    assert_eq!(told["facts"]["methods"], json!(["AES-128"]));
    assert_eq!(told["facts"]["keyUris"], json!(["k.key"]));
    assert_eq!(told["facts"]["iv"], "one attribute for all segments");
    assert!(told["opens"].as_str().unwrap().contains("hls unprotect"));
    let told = of("hls-openssl/implicit-seq1");
    assert!(told["facts"]["iv"].as_str().unwrap().contains("Media Sequence Number"), "{told}");
    let told = of("hls-openssl/rotate-implicit");
    assert_eq!(told["facts"]["keys"], 3);
    let told = of("hls-openssl/fmp4-init-encrypted");
    assert_eq!(told["facts"]["encryptedInitializationSections"], 1);

    let samples = "#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple.\
                   streamingkeydelivery\"\n#EXTINF:1,\ns.ts\n";
    let told = one(&home, &home.file("s.m3u8", samples.as_bytes()));
    assert_eq!(told["facts"]["methods"], json!(["SAMPLE-AES"]));
    assert!(told["opens"].as_str().unwrap().contains("not the encryption of samples"), "{told}");
    // A data: URI is the key.
    let data = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"data:;base64,MDEyMzQ1Njc4OWFiY2RlZg==\"\n\
                #EXTINF:1,\ns.ts\n";
    let said = home.run(&["inspect", &home.file("d.m3u8", data.as_bytes())]);
    assert!(!text(&said.stdout).contains("MDEy"), "the key was shown");
    let broken = home.file("b.m3u8", b"#EXTM3U\n#EXTINF:1,\na.ts\n#EXT-X-KEY:METHOD=AES-128\n");
    assert!(one(&home, &broken)["notes"].to_string().contains("line 4"), "a fault has its line");
}

#[test]
fn every_object_of_the_s3_encryption_client_is_told_from_its_fields() {
    let home = Home::new();
    let cases: Value = serde_json::from_slice(&vectors::bytes("s3ec/cases.json")).unwrap();
    let mut versions = std::collections::BTreeSet::new();
    for case in cases["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let write = |suffix: &str, value: &Value| {
            home.file(&format!("{name}{suffix}"), value.to_string().as_bytes())
        };
        let head_object = json!({ "ContentLength": 1, "Metadata": case["metadata"] });
        let forms = [
            write(".json", &case["metadata"]),
            write(".http.json", &case["http_headers"]),
            write(".head.json", &head_object),
        ];
        let forms: Vec<&str> = forms.iter().map(String::as_str).collect();
        let answers = told(&home, &forms);
        for told in &answers {
            assert_eq!(kind(told), "s3ec-metadata", "{name}: {told}");
            assert_eq!(told["facts"], answers[0]["facts"], "{name}");
        }
        let told = match case["instruction_file"].as_str() {
            Some(file) => {
                assert!(answers[0]["opens"].as_str().unwrap().contains(".instruction"), "{name}");
                let file = home.file(&format!("{name}.instruction"), file.as_bytes());
                let told = one(&home, &file);
                assert_eq!(kind(&told), "s3ec-instruction-file", "{name}: {told}");
                told
            }
            None => answers[0].clone(),
        };
        let version = told["facts"]["version"].as_str().unwrap().to_owned();
        assert!(name.contains(&version.to_lowercase()) || name.contains("v1-kms"), "{name} {told}");
        let is_kms = told["facts"]["wrap"].as_str().unwrap().starts_with("kms");
        assert_eq!(is_kms, name.starts_with("py") || name.contains("kms"), "{name}");
        if is_kms {
            assert_eq!(kind(&told["inside"][0]), "moto-kms-blob", "{name}");
            assert_eq!(told["inside"][0]["facts"]["wrappedBytes"], 32, "{name}");
            assert!(told["facts"]["encryptionContext"].is_object(), "{name}");
        }
        let notes = told["notes"].to_string();
        assert_eq!(
            notes.contains("legacy-unauthenticated"),
            name.contains("v1"),
            "{name}: {notes}"
        );
        versions.insert(version);
    }
    assert_eq!(versions.into_iter().collect::<Vec<_>>(), ["V1", "V2", "V3"]);
    assert_eq!(kind(&one(&home, path(&vectors::path("s3ec/ruby_rsa.pem")))), "pem-private-key");
}

#[test]
fn documents_of_jobs_are_told_with_what_they_encrypted() {
    let home = Home::new();
    let of =
        |name: &str| one(&home, &format!("{}/tests/data/job/{name}", env!("CARGO_MANIFEST_DIR")));
    for (name, expected) in [
        ("read_job.json", "transcoder-job"),
        ("request.json", "transcoder-job"),
        ("notification.json", "transcoder-job"),
        ("read_pipeline.json", "transcoder-pipeline"),
        ("trail.json", "cloudtrail-log"),
    ] {
        assert_eq!(kind(&of(name)), expected, "{name}");
    }
    let job = of("read_job.json");
    let inside = job["inside"].as_array().unwrap();
    assert_eq!(json!(inside.len()), job["facts"]["encryptedFiles"]);
    let blob = &inside[0]["inside"][0];
    assert_eq!(kind(blob), "aws-kms-blob");
    assert_eq!(blob["facts"]["wrappedBytes"], 16);
    let trail = of("trail.json");
    assert_eq!(trail["facts"]["records"], 3);
    assert!(trail["facts"]["eventSources"].to_string().contains("elastictranscoder"));
    assert!(
        of("read_pipeline.json")["facts"]["keyArn"].as_str().unwrap().starts_with("arn:aws:kms")
    );
}

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

#[test]
fn files_of_other_tools_are_named() {
    let home = Home::new();
    let age =
        b"age-encryption.org/v1\n-> X25519 abc\nxyz\n-> scrypt salt 18\nq\n--- mac\n\x00\x01\xff";
    let told = one(&home, &home.file("age", age));
    assert_eq!(kind(&told), "age-file");
    assert_eq!(told["facts"]["recipients"], json!(["X25519", "scrypt"]));
    let armor = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n";
    assert_eq!(kind(&one(&home, &home.file("armor", armor))), "age-file");
    let salted = [b"Salted__12345678".as_slice(), &[0xF0; 32]].concat();
    let told = one(&home, &home.file("salted", &salted));
    assert_eq!(kind(&told), "openssl-enc");
    assert_eq!(told["facts"]["salt"], "3132333435363738");
    let text = reelseal::base64::encode(&salted).unwrap();
    let told = one(&home, &home.file("armored", text.as_bytes()));
    assert_eq!(kind(&told["inside"][0]), "openssl-enc");
    let keyset = json!({ "encryptedKeyset": "AAAA", "keysetInfo": { "primaryKeyId": 1 } });
    let told = one(&home, &home.file("tink", keyset.to_string().as_bytes()));
    assert_eq!(kind(&told), "tink-keyset");
}

#[test]
fn what_is_nothing_is_exit_code_3_and_the_others_are_told() {
    let home = Home::new();
    let prose = home.file("prose", b"It was a dark and stormy night; the rain fell in torrents.\n");
    let empty = home.file("empty", b"");
    let zip = home.file("zip", &[b"PK\x03\x04".as_slice(), &[0x9C; 4000]].concat());
    let json = home.file("other.json", b"{\"a\": [1, 2, 3]}");
    let zeros = home.file("zeros", &[0; 5000]);
    for file in [&prose, &empty, &zip, &json, &zeros] {
        let error = home.run(&["--json", "inspect", file]);
        assert_eq!(error.status.code(), Some(3), "{file}");
        let answer: Value = serde_json::from_slice(&error.stdout).unwrap();
        assert_eq!(answer["inputs"][0]["recognised"], false, "{file}");
        assert!(text(&error.stderr).contains("looked for"), "{file}");
    }
    let key = home.file("k.key", &[7; 16]);
    let several = home.run(&["--json", "inspect", &prose, &key, "missing"]);
    assert_eq!(several.status.code(), Some(3));
    let answer: Value = serde_json::from_slice(&several.stdout).unwrap();
    assert_eq!(answer["inputs"].as_array().unwrap().len(), 2, "the missing one is an error only");
    assert_eq!(answer["inputs"][1]["kind"], "raw-key");
    for missing in ["missing", "a/b", path(home.keystore().parent().unwrap())] {
        assert_eq!(home.run(&["inspect", missing]).status.code(), Some(7), "{missing}");
    }
}

#[test]
fn a_pipe_is_read_to_its_end_whatever_its_length() {
    let home = Home::new();
    let playlist = vectors::bytes("media/hls-ffmpeg/ts-iv/index.m3u8");
    let output = piped(&home, &playlist, &["--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["inputs"][0]["input"], "standard input");
    assert_eq!(answer["inputs"][0]["kind"], "hls-media-playlist");
    let mut long = vectors::bytes("media/clear/ts/v0_000.ts").repeat(400);
    long.truncate(20_000_000);
    let output = piped(&home, &long, &["--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["inputs"][0]["bytes"], 20_000_000);
    assert_eq!(answer["inputs"][0]["kind"], "mpeg-ts");
}

#[test]
fn hostile_texts_do_not_reach_the_terminal() {
    let home = Home::new();
    let evil = "\x1b]0;owned\x07\u{202e}evil\n";
    let job = json!({ "Job": { "Id": evil, "PipelineId": evil, "Status": evil, "Outputs": [
        { "Key": evil, "Encryption": { "Mode": evil, "Key": "AAAA" } }] } });
    let playlist =
        format!("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"{}\"\n#EXTINF:1,\ns\n", "\u{1b}[31m");
    for (name, bytes) in [("job", job.to_string().into_bytes()), ("list", playlist.into_bytes())] {
        let output = home.run(&["inspect", &home.file(name, &bytes)]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
        assert!(!said.contains('\u{202e}'), "{said:?}");
    }
}

/// Eight gigabytes, or a long pipe, in the room that a small program has.
#[test]
#[cfg(target_os = "linux")]
fn memory_is_bounded_on_any_size() {
    let home = Home::new();
    let sparse = home.keystore().with_file_name("sparse");
    fs::create_dir_all(sparse.parent().unwrap()).unwrap();
    let head = vectors::bytes("media/clear/ts/v0_000.ts");
    fs::write(&sparse, &head[..188 * 200]).unwrap();
    fs::OpenOptions::new().write(true).open(&sparse).unwrap().set_len(8 << 30).unwrap();
    let long_text =
        home.file("long.json", &[b"[".as_slice(), &b"[],".repeat(40 << 20 >> 1)].concat());
    let shell = |script: &str| {
        let program = env!("CARGO_BIN_EXE_reelseal");
        let script = format!("ulimit -v 1500000; {script}");
        let args = ["-c", &script, program, path(&sparse), &long_text];
        std::process::Command::new("sh").args(args).output().unwrap()
    };
    let output = shell("exec \"$0\" --json inspect \"$1\"");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(said.contains(&(8u64 << 30).to_string()), "{said}");
    let output = shell("head -c 500000000 \"$1\" | \"$0\" --json inspect -");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(said.contains("500000000"), "{said}");
    let output = shell("exec \"$0\" --json inspect \"$2\"");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
}

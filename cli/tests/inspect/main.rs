//! `reelseal inspect` over all that lies about: vectors, documents, and what our own commands
//! write. No key service is asked, and no key is shown.

#[path = "../home/mod.rs"]
mod home;
mod own;
mod strange;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use home::{Home, text};
use reelseal_vectors as vectors;
use serde_json::{Value, json};

/// Inspects files that must all be known.
fn told(home: &Home, files: &[&str]) -> Vec<Value> {
    let before = fs::read(home.log()).ok();
    let answer = home.ok(&[&["inspect"], files].concat());
    assert!(fs::read(home.log()).ok() == before, "a key service was asked");
    let inputs = answer["inputs"].as_array().unwrap().clone();
    assert_eq!(inputs.len(), files.len());
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

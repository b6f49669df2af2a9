//! `hls rekey`: the same package, byte for byte, under keys that the old ones say nothing of.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::shapes;
use common::{Lab, Package, media, names, path};
use reelseal_vectors::media::{ENCRYPTED, package};
use serde_json::Value;

/// Rekeys the package in `dir` into a new folder; where it is, and the summary.
fn rekey(lab: &Lab, dir: &Path, main: &str, options: &[&str]) -> (PathBuf, Value) {
    let out = lab.place("rekeyed");
    let (playlist, to) = (path(&dir.join(main)), path(&out));
    let summary = lab.ok(&[&["rekey", playlist.as_str(), "-o", to.as_str()], options].concat());
    (out, summary)
}

fn record(dir: &Path) -> Value {
    serde_json::from_slice(&fs::read(dir.join("reelseal.json")).unwrap()).unwrap()
}

/// The wrapped keys and the IVs of a package: no two packages share any.
fn secrets(record: &Value) -> BTreeSet<String> {
    let keys = record["DataKeys"].as_array().unwrap().iter().map(|key| &key["Key"]);
    let files = record["Files"].as_array().unwrap().iter();
    let ivs = files.flat_map(|file| file["Segments"].as_array().unwrap()).map(|s| &s["IV"]);
    keys.chain(ivs).filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn every_shape_comes_back_from_under_its_new_keys() {
    let lab = Lab::new();
    let mut packages = 0;
    for shape in shapes::all() {
        let main = shape.package.main.as_str();
        let dir = lab.write(&shape.package);
        for options in [&[][..], &["--rotate-every", "1", "--init", "encrypted"]] {
            let (old, _) = lab.protect(&dir, main, options);
            let (new, summary) = rekey(&lab, &old, main, &[]);
            assert_eq!(summary["proof"], "sha256", "{}", shape.name);
            let (before, after) = (record(&old), record(&new));
            assert_eq!(secrets(&before).intersection(&secrets(&after)).count(), 0);
            let count = |record: &Value| record["DataKeys"].as_array().unwrap().len();
            assert_eq!(count(&before), count(&after), "{}: one for each old key", shape.name);
            for field in ["Playlist", "KmsKeyArn", "EncryptionContext"] {
                assert_eq!(before[field], after[field], "{}", shape.name);
            }
            lab.ok(&["verify", &path(&new.join(main))]);
            let (opened, summary) = lab.unprotect(&new, main, &[]);
            assert_eq!(summary["proof"], "sha256");
            let opened = Package::read(&opened, main);
            let (back, _) = lab.unprotect(&old, main, &[]);
            opened.expect_same(&Package::read(&back, main), shape.name);
            packages += 1;
        }
    }
    println!("{packages} packages");
}

#[test]
fn every_package_of_the_vectors_opens_to_the_same_bytes_under_new_keys() {
    let lab = Lab::new();
    for name in ENCRYPTED {
        let (clear, before) = lab.unprotect(&package(name), "index.m3u8", &[]);
        let (new, summary) = rekey(&lab, &package(name), "index.m3u8", &[]);
        assert_eq!(summary["proof"], before["proof"], "{name}");
        let record = record(&new);
        let files = record["Files"].as_array().unwrap().iter();
        let pieces = files.flat_map(|file| file["Segments"].as_array().unwrap());
        let encrypted = pieces.filter(|piece| piece["IV"].is_string()).count();
        assert_eq!(encrypted, before["segments"], "{name}: initialization sections among them");
        lab.ok(&["verify", &path(&new.join("index.m3u8"))]);
        let (opened, summary) = lab.unprotect(&new, "index.m3u8", &[]);
        assert_eq!(summary["proof"], "sha256", "{name}");
        let clear = Package::read(&clear, "index.m3u8");
        clear.expect_same(&Package::read(&opened, "index.m3u8"), name);
        // As a player opens it, without the record.
        fs::remove_file(new.join("reelseal.json")).unwrap();
        let (played, _) = lab.unprotect(&new, "index.m3u8", &[]);
        let played = Package::read(&played, "index.m3u8");
        for (file, bytes) in clear.files.iter().filter(|(file, _)| !file.ends_with(".m3u8")) {
            assert!(played.files[file] == *bytes, "{name}: {file}");
        }
    }
}

#[test]
fn what_was_clear_stays_clear_and_each_old_key_has_its_new_one() {
    let lab = Lab::new();
    let clear = media::clear("clear/ts");
    let dir = lab.write(&clear);
    let (old, _) = lab.protect(&dir, "master.m3u8", &["--rotate-every", "1"]);
    // The first segment of a variant is put back in the clear, as a spliced advertisement is.
    let text = fs::read_to_string(old.join("v0.m3u8")).unwrap();
    let first = text.lines().position(|line| line.starts_with("#EXT-X-KEY")).unwrap();
    let lines: Vec<&str> =
        text.lines().enumerate().filter(|(i, _)| *i != first).map(|l| l.1).collect();
    fs::write(old.join("v0.m3u8"), lines.join("\n") + "\n").unwrap();
    fs::write(old.join("v0_000.ts"), &clear.files["v0_000.ts"]).unwrap();
    fs::remove_file(old.join("reelseal.json")).unwrap();

    let (new, summary) = rekey(&lab, &old, "v0.m3u8", &[]);
    assert_eq!(summary["segments"], 2);
    assert_eq!(fs::read(new.join("v0_000.ts")).unwrap(), clear.files["v0_000.ts"]);
    assert_eq!(record(&new)["DataKeys"].as_array().unwrap().len(), 2);
    assert_eq!(summary["keyFiles"].as_array().unwrap().len(), 2);
    let (opened, _) = lab.unprotect(&new, "v0.m3u8", &[]);
    for file in ["v0_000.ts", "v0_001.ts", "v0_002.ts"] {
        assert_eq!(fs::read(opened.join(file)).unwrap(), clear.files[file], "{file}");
    }
}

#[test]
fn key_context_iv_and_url_are_changed_where_they_are_named() {
    let lab = Lab::new();
    let dir = lab.write(&media::clear("clear/ts"));
    let (old, _) = lab.protect(&dir, "master.m3u8", &["--encryption-context", "film=1"]);
    let key = lab.home.key();
    let url = "https://keys.example.com/k";
    let (new, _) = rekey(
        &lab,
        &old,
        "master.m3u8",
        &[
            "--key-id",
            &key,
            "--encryption-context",
            "film=2",
            "--iv",
            "sequence",
            "--license-acquisition-url",
            url,
        ],
    );
    let after = record(&new);
    assert!(after["KmsKeyArn"].as_str().unwrap().ends_with(&key));
    assert_eq!(after["EncryptionContext"], serde_json::json!({ "film": "2" }));
    let text = fs::read_to_string(new.join("v0.m3u8")).unwrap();
    assert!(text.contains(url) && !text.contains("IV="), "{text}");
    assert!(!names(&new).iter().any(|name| name.ends_with(".key")), "NoStore has no key file");

    // What is not named stays, and players are told that the key behind the URL is another.
    let out = lab.place("again");
    let args = ["rekey", &path(&new.join("master.m3u8")), "-o", &path(&out)];
    let summary = lab.ok(&args);
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains(url) && warnings.contains("another key"), "{warnings}");
    assert_eq!(record(&out)["KmsKeyArn"], after["KmsKeyArn"]);
    assert_eq!(record(&out)["EncryptionContext"], after["EncryptionContext"]);
    assert!(fs::read_to_string(out.join("v0.m3u8")).unwrap().contains(url));
}

#[test]
fn a_wrapped_data_key_of_the_users_serves_for_all() {
    let lab = Lab::new();
    let dir = lab.write(&media::clear("clear/ts"));
    let (old, _) = lab.protect(&dir, "master.m3u8", &["--rotate-every", "1"]);
    let wrapped = lab.home.wrap("alias/reelseal", b"0123456789abcdef");
    let (new, _) = rekey(&lab, &old, "master.m3u8", &["--data-key", &wrapped]);
    assert_eq!(record(&new)["DataKeys"].as_array().unwrap().len(), 1);
    assert_eq!(fs::read(new.join("reelseal.key")).unwrap(), b"0123456789abcdef");
    let (opened, _) = lab.unprotect(&new, "master.m3u8", &[]);
    let opened = Package::read(&opened, "master.m3u8");
    opened.expect_same(&media::clear("clear/ts"), "one key for all");
}

#[test]
fn a_package_that_does_not_open_is_not_rekeyed() {
    let lab = Lab::new();
    let clear = lab.write(&media::clear("clear/ts"));
    let refused = lab.refuses("rekey", &clear.join("master.m3u8"), 4, &[]);
    refused.says(&["no segment of the package is encrypted"]);

    let (old, _) = lab.protect(&clear, "master.m3u8", &[]);
    let playlist = old.join("master.m3u8");
    let wrong = lab.home.file("wrong.key", &[9; 16]);
    lab.refuses("rekey", &playlist, 5, &["--key-file", &wrong]);

    let segment = old.join("v1_001.ts");
    let sound = fs::read(&segment).unwrap();
    for at in [0, sound.len() / 2, sound.len() - 1] {
        let mut altered = sound.clone();
        altered[at] ^= 1;
        fs::write(&segment, altered).unwrap();
        lab.refuses("rekey", &playlist, 5, &[]).says(&["v1_001.ts"]);
    }
    fs::write(&segment, &sound[..sound.len() - 16]).unwrap();
    lab.refuses("rekey", &playlist, 5, &[]).says(&["v1_001.ts", "truncated"]);
    fs::write(&segment, &sound).unwrap();

    let text = fs::read_to_string(old.join("reelseal.json")).unwrap();
    fs::write(old.join("reelseal.json"), text.replacen("\"Bytes\": ", "\"Bytes\": 1", 1)).unwrap();
    lab.refuses("rekey", &playlist, 5, &[]).says(&["seal"]);
}

#[test]
fn one_url_is_refused_for_several_keys() {
    let lab = Lab::new();
    let clear = lab.write(&media::clear("clear/ts"));
    let (old, _) = lab.protect(&clear, "master.m3u8", &["--rotate-every", "1"]);
    let url = ["--license-acquisition-url", "https://keys.example.com/k"];
    let refused = lab.refuses("rekey", &old.join("master.m3u8"), 2, &url);
    refused.says(&["{key}", "3 keys"]);
}

#[test]
fn the_folder_of_the_package_is_not_replaced_by_itself() {
    let lab = Lab::new();
    let (old, _) = lab.protect(&lab.write(&media::clear("clear/ts")), "master.m3u8", &[]);
    let before = Package::read(&old, "master.m3u8");
    let playlist = path(&old.join("master.m3u8"));
    lab.fails(4, &["rekey", &playlist, "-o", &path(&old), "--force"]);
    Package::read(&old, "master.m3u8").expect_same(&before, "in place");
}

/// Killed half-way, it leaves no package, and no clear byte on the disk.
#[test]
fn clear_bytes_touch_no_disk() {
    const MARK: &[u8] = b"this is a clear text that must not be on any disk at any moment.";
    let lab = Lab::new();
    let long = MARK.repeat(1 << 19);
    let files = ["0", "1", "2", "3"].map(|n| format!("s{n}.ts"));
    let lines: Vec<String> = files.iter().map(|file| format!("#EXTINF:4,\n{file}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut package = Package::new("i.m3u8").playlist("i.m3u8", &lines);
    for file in &files {
        package = package.with(file, long.clone());
    }
    let (old, _) = lab.protect(&lab.write(&package), "i.m3u8", &[]);
    let out = lab.place("out");
    let around = out.parent().unwrap();
    let args = ["rekey", &path(&old.join("i.m3u8")), "-o", &path(&out)];
    let mut child = lab.command(&args).env("TMPDIR", around).spawn().unwrap();
    let begun = Instant::now();
    while size(around) < 4 << 20 {
        assert!(begun.elapsed() < Duration::from_secs(120), "nothing is written");
        sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!out.exists(), "a package that is not whole");
    let mut looked_at = 0;
    for file in walk(around) {
        let bytes = fs::read(&file).unwrap();
        let found = bytes.windows(16).any(|window| window == &MARK[..16]);
        assert!(!found, "clear bytes in {}", file.display());
        looked_at += bytes.len();
    }
    assert!(looked_at >= 4 << 20, "{looked_at} bytes");
    // The next run makes it whole, and takes away what was left.
    lab.ok(&args);
    assert_eq!(names(around), ["out"]);
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(walk(&path)),
            path => found.push(path),
        }
    }
    found
}

fn size(dir: &Path) -> u64 {
    walk(dir).iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum()
}

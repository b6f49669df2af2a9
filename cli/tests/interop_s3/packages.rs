//! HLS packages from and to prefixes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use reelseal_vectors::media;

use crate::bucket::Bucket;
use crate::proxy::{Limits, Proxy};

/// The files of a folder, byte for byte.
fn folder(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(path).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// The objects under a prefix, byte for byte.
fn prefix(bucket: &Bucket, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    let keys = bucket.keys(prefix);
    keys.iter().map(|key| (key[prefix.len()..].to_owned(), bucket.get(key))).collect()
}

fn clear(name: &str) -> String {
    media::package(name).join("master.m3u8").to_str().unwrap().to_owned()
}

#[test]
fn a_package_goes_up_and_comes_down_byte_for_byte() {
    let bucket = Bucket::new();
    for name in ["clear/ts", "clear/fmp4"] {
        let whole = folder(&media::package(name));
        let sealed = format!("s3://reel/sealed/{name}");
        bucket.ok(&["hls", "protect", &clear(name), "-o", &sealed]);
        let main = format!("{sealed}/master.m3u8");
        let verdict = bucket.ok(&["hls", "verify", &main]);
        assert_eq!(verdict["proof"], "sha256");

        let local = bucket.path(&name.replace('/', "-"));
        bucket.ok(&["hls", "unprotect", &main, "-o", &local]);
        assert!(folder(Path::new(&local)) == whole, "{name}");
        bucket.ok(&["hls", "unprotect", &main, "-o", &format!("s3://reel/opened/{name}/")]);
        assert!(prefix(&bucket, &format!("opened/{name}/")) == whole, "{name}");
        // From prefix to prefix, with the record and the key from elsewhere in the bucket.
        let opened = format!("s3://reel/opened/{name}/master.m3u8");
        bucket.ok(&["hls", "protect", &opened, "-o", &format!("s3://reel/twice/{name}")]);
        let key = format!("s3://reel/twice/{name}/reelseal.key");
        let record = format!("s3://reel/twice/{name}/reelseal.json");
        let with = ["--key-file", &key, "--record", &record];
        let main = format!("s3://reel/twice/{name}/master.m3u8");
        bucket.ok(&[&["hls", "verify", &main], &with[..]].concat());
    }
    let head = bucket.head("sealed/clear/ts/master.m3u8");
    assert_eq!(head["ContentType"], "application/vnd.apple.mpegurl");
    assert_eq!(bucket.head("sealed/clear/ts/v0_000.ts")["ContentType"], "video/mp2t");
}

#[test]
fn packages_of_others_are_opened_in_the_bucket() {
    let bucket = Bucket::new();
    for name in media::ENCRYPTED {
        let files = folder(&media::package(name));
        for (file, bytes) in &files {
            bucket.put(&format!("{name}/{file}"), bytes);
        }
        let local = media::package(name);
        let playlists = files.keys().filter(|file| file.ends_with(".m3u8"));
        let main = playlists.min_by_key(|file| *file != "master.m3u8").unwrap();
        let out = bucket.path(&name.replace('/', "-"));
        bucket.ok(&["hls", "unprotect", local.join(main).to_str().unwrap(), "-o", &out]);
        let object = format!("s3://reel/{name}/{main}");
        bucket.ok(&["hls", "unprotect", &object, "-o", &format!("s3://reel/opened/{name}")]);
        let opened = prefix(&bucket, &format!("opened/{name}/"));
        assert!(opened == folder(Path::new(&out)) && !opened.is_empty(), "{name}");
    }
}

#[test]
fn nothing_is_seen_before_all_is_there_and_the_master_playlist_comes_last() {
    let bucket = Bucket::new();
    let proxy = Proxy::new(bucket.port(), Limits::NONE);
    let protect = ["hls", "protect", &clear("clear/ts"), "-o", "s3://reel/p/"];
    assert!(bucket.run_at(proxy.port, &protect).status.success());
    let requests = proxy.requests();
    let completes: Vec<&String> =
        requests.iter().filter(|r| r.starts_with("POST") && r.contains("uploadId")).collect();
    let parts: Vec<usize> = (0..requests.len())
        .filter(|i| requests[*i].starts_with("PUT") && requests[*i].contains("partNumber"))
        .collect();
    assert_eq!((completes.len(), parts.len()), (15, 15), "{requests:#?}");
    let first = requests.iter().position(|request| request == completes[0]).unwrap();
    assert!(parts.iter().all(|part| *part < first), "{requests:#?}");
    let names = completes.iter().map(|r| r.split('?').next().unwrap().rsplit('/').next().unwrap());
    let names: Vec<&str> = names.collect();
    assert_eq!(names[11..], ["v2.m3u8", "v1.m3u8", "v0.m3u8", "master.m3u8"], "{names:?}");
    assert!(!requests.iter().any(|request| request.starts_with("PUT") && !request.contains('?')));
}

#[test]
fn a_prefix_with_objects_is_replaced_only_by_force() {
    let bucket = Bucket::new();
    bucket.put("p/v0_000.ts", b"somebody else's");
    let protect = ["hls", "protect", &clear("clear/ts"), "-o", "s3://reel/p"];
    let error = bucket.fails(4, &protect);
    assert_eq!(error["message"], "s3://reel/p/: the output exists and is not empty");
    bucket.holds_only(&["p/v0_000.ts"]);
    bucket.put("p/other", b"kept");
    bucket.ok(&[&["--force"], &protect[..]].concat());
    bucket.ok(&["hls", "verify", "s3://reel/p/master.m3u8"]);
    assert_eq!(bucket.get("p/other"), b"kept");
    // Neither over itself, nor around or inside itself where objects are.
    for out in ["s3://reel/p", "s3://reel/", "s3://reel/p/inside"] {
        bucket.put("p/inside/x", b"");
        let main = "s3://reel/p/master.m3u8";
        bucket.fails(4, &["--force", "hls", "unprotect", main, "-o", out]);
    }
}

#[test]
fn nothing_outside_the_prefix_is_read() {
    let bucket = Bucket::new();
    bucket.put("secret.ts", &[0; 188]);
    for uri in [
        "../secret.ts",
        "/secret.ts",
        "s3://reel/secret.ts",
        "%2e%2e/secret.ts",
        "a/../../secret.ts",
    ] {
        let playlist = format!("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{uri}\n");
        bucket.put("p/main.m3u8", playlist.as_bytes());
        let protect = ["hls", "protect", "s3://reel/p/main.m3u8", "-o", "s3://reel/q"];
        bucket.fails(4, &protect);
        assert_eq!(bucket.keys("q"), [""; 0], "{uri}");
    }
    let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nsecret.ts\n";
    bucket.put("p/main.m3u8", playlist.as_bytes());
    bucket.fails(3, &["hls", "protect", "s3://reel/p/main.m3u8", "-o", "s3://reel/q"]);
}

//! Packages that others made: every one under `vectors/media`, and the ways in which keys lie
//! about.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use common::package::bytes;
use common::{Lab, Package, media, path};
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{Encryptor, Iv};
use reelseal_vectors::media::{ENCRYPTED, expect, package};
use sha2::{Digest, Sha256};

#[test]
fn every_package_of_the_vectors_opens_to_what_is_expected() {
    let lab = Lab::new();
    let mut pieces = 0;
    for name in ENCRYPTED {
        let dir = package(name);
        let (out, summary) = lab.unprotect(&dir, "index.m3u8", &[]);
        let expected = expect(name);
        assert_eq!(summary["segments"], expected.len(), "{name}");
        let proof = if name.ends_with("not-media") { "padding" } else { "container" };
        assert_eq!(summary["proof"], proof, "{name}");

        let opened = Package::read(&out, "index.m3u8");
        let mut offsets = BTreeMap::new();
        for item in &expected {
            let file = &opened.files[&item.uri];
            let offset = offsets.entry(&item.uri).or_insert(0);
            let clear_len = usize::try_from(item.clear_len).unwrap();
            let clear = &file[*offset..*offset + clear_len];
            assert_eq!(*Sha256::digest(clear), item.clear_sha256, "{name}: {}", item.uri);
            *offset += clear_len;
            pieces += 1;
        }
        // Nothing comes before, between or behind, and no key is given back as media.
        for (uri, end) in &offsets {
            assert_eq!(opened.files[*uri].len(), *end, "{name}: {uri}");
        }
        assert_eq!(opened.files.len(), offsets.len() + 1, "{name}");
        assert!(!opened.text("index.m3u8").contains("EXT-X-KEY"), "{name}");
        same_with_the_key_named(&lab, name, &opened);
    }
    println!("{} packages, {pieces} pieces", ENCRYPTED.len());
    let folders = ["hls-ffmpeg", "hls-openssl"].map(|folder| {
        let entries = fs::read_dir(package(folder)).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.join("EXPECT.json").exists()).count()
    });
    assert_eq!(folders.iter().sum::<usize>(), ENCRYPTED.len(), "a package has no test");
}

/// Where a package has one key, `--key-file` gives the same as the key in the package.
fn same_with_the_key_named(lab: &Lab, name: &str, opened: &Package) {
    let text = fs::read_to_string(package(name).join("index.m3u8")).unwrap();
    let uris = text.lines().filter_map(|line| line.strip_prefix("#EXT-X-KEY:"));
    let mut uris: Vec<_> = uris.map(|list| common::player::attribute(list, "URI")).collect();
    uris.dedup();
    let [Some(uri)] = uris[..] else { return };
    let key = path(&package(name).join(uri));
    let (out, _) = lab.unprotect(&package(name), "index.m3u8", &["--key-file", &key]);
    opened.expect_same(&Package::read(&out, "index.m3u8"), name);
}

const KEY: [u8; 16] = *b"0123456789abcdef";

/// One TS segment under [`KEY`], its number the IV.
fn one_segment(key_tags: &str) -> (Package, Vec<u8>) {
    let clear = media::clear("clear/ts").files["v0_000.ts"].clone();
    let mut sealed = clear.clone();
    let (blocks, tail) = sealed.as_chunks_mut::<16>();
    let mut encryptor = Encryptor::new(&SegmentKey::new(KEY), Iv::MediaSequence(0));
    encryptor.update(blocks);
    let last = encryptor.finish(tail).unwrap();
    sealed.truncate(clear.len() / 16 * 16);
    sealed.extend(last);
    let text = format!("#EXTM3U\n{key_tags}\n#EXTINF:4,\ns.ts\n");
    (Package::new("i.m3u8").with("i.m3u8", text).with("s.ts", sealed), clear)
}

const TAG: &str = "#EXT-X-KEY:METHOD=AES-128,URI=\"k.key\"";

#[test]
fn a_key_opens_in_every_form_in_which_it_was_stored() {
    let lab = Lab::new();
    let wrapped = lab.home.wrap("alias/reelseal", &KEY);
    let blob = reelseal::base64::decode(&wrapped).unwrap().to_vec();
    let forms: [(&str, Vec<u8>); 8] = [
        ("raw", KEY.to_vec()),
        ("hex", b"30313233343536373839616263646566".to_vec()),
        ("HEX and a newline", b"30313233343536373839616263646566\n".to_ascii_uppercase()),
        ("base64", b"MDEyMzQ1Njc4OWFiY2RlZg==".to_vec()),
        ("base64 and a newline", b"MDEyMzQ1Njc4OWFiY2RlZg==\r\n".to_vec()),
        ("wrapped", blob),
        ("wrapped, in base64", wrapped.clone().into_bytes()),
        ("wrapped, in base64, and a newline", format!("{wrapped}\n").into_bytes()),
    ];
    for (form, stored) in forms {
        let (mut package, clear) = one_segment(TAG);
        package = package.with("k.key", stored);
        let (out, _) = lab.unprotect(&lab.write(&package), "i.m3u8", &[]);
        assert!(fs::read(out.join("s.ts")).unwrap() == clear, "{form}");
    }
}

// req HLS-KEY-7
#[test]
fn a_stored_key_of_another_length_is_refused_with_its_length() {
    let lab = Lab::new();
    let forms: [(&[u8], &str); 6] = [
        (b"", "has 0 bytes"),
        (b"0123456789abcde", "has 15 bytes"),
        (b"0123456789abcdef\n", "has 17 bytes, the last a newline"),
        (b"0123456789abcdefg", "has 17 bytes"),
        (&[7; 32], "has 32 bytes"),
        (&[7; 100], "has 64 bytes or more"),
    ];
    for (stored, says) in forms {
        let (package, _) = one_segment(TAG);
        let dir = lab.write(&package.with("k.key", stored));
        let playlist = dir.join("i.m3u8");
        lab.refuses("unprotect", &playlist, 3, &[]).says(&["k.key", says, "exactly 16"]);
        let key = path(&dir.join("k.key"));
        let named = lab.refuses("unprotect", &playlist, 3, &["--key-file", &key]);
        named.says(&["k.key", says, "exactly 16"]);
    }
}

#[test]
fn a_key_elsewhere_is_asked_for_and_then_opens() {
    let lab = Lab::new();
    for uri in [
        "https://keys.example.com/k",
        "skd://key-1",
        "data:application/octet-stream;base64,MDEyMzQ1Njc4OWFiY2RlZg==",
        "//host/k",
        "/etc/hostname",
        "../k.key",
        "%2e%2e/k.key",
    ] {
        let (package, clear) = one_segment(&TAG.replace("k.key", uri));
        let dir = lab.write(&package);
        fs::write(dir.parent().unwrap().join("k.key"), KEY).unwrap();
        let error = lab.refuses("unprotect", &dir.join("i.m3u8"), 4, &[]);
        error.says(&[uri, "not in the package", "--key-file"]);
        let key = key_file(&lab);
        let (out, _) = lab.unprotect(&dir, "i.m3u8", &["--key-file", &key]);
        assert!(fs::read(out.join("s.ts")).unwrap() == clear, "{uri}");
    }
}

fn key_file(lab: &Lab) -> String {
    let file: PathBuf = lab.place("key");
    fs::write(&file, KEY).unwrap();
    path(&file)
}

// req HLS-KEY-6
#[test]
fn of_several_key_formats_the_identity_key_opens() {
    let lab = Lab::new();
    let apple = "#EXT-X-KEY:METHOD=AES-128,URI=\"skd://k\",KEYFORMAT=\"com.apple.streamingkeydelivery\",\
                 KEYFORMATVERSIONS=\"1\"";
    let named = "#EXT-X-KEY:METHOD=AES-128,URI=\"k.key\",KEYFORMAT=\"identity\"";
    for tags in [format!("{TAG}\n{apple}"), format!("{apple}\n{TAG}"), format!("{apple}\n{named}")]
    {
        let (package, clear) = one_segment(&tags);
        let (out, _) = lab.unprotect(&lab.write(&package.with("k.key", KEY)), "i.m3u8", &[]);
        assert!(fs::read(out.join("s.ts")).unwrap() == clear, "{tags}");
    }
    let (package, _) = one_segment(apple);
    let error = lab.refuses("unprotect", &lab.write(&package).join("i.m3u8"), 4, &[]);
    error.says(&["i.m3u8: line 4", "com.apple.streamingkeydelivery"]);
}

#[test]
fn what_is_not_aes_128_is_refused_by_its_name() {
    let lab = Lab::new();
    for method in ["SAMPLE-AES", "SAMPLE-AES-CTR", "AES-256", "X-OWN"] {
        let (package, _) = one_segment(&TAG.replace("AES-128", method));
        let dir = lab.write(&package.with("k.key", KEY));
        let error = lab.refuses("unprotect", &dir.join("i.m3u8"), 4, &[]);
        error.says(&["i.m3u8: line 4: s.ts", &format!("METHOD={method},")]);
    }
    let (package, clear) = one_segment(&TAG.replace("AES-128", "aes-128"));
    let (out, _) = lab.unprotect(&lab.write(&package.with("k.key", KEY)), "i.m3u8", &[]);
    assert!(fs::read(out.join("s.ts")).unwrap() == clear, "the old service wrote aes-128");
}

#[test]
fn a_clear_package_has_nothing_to_open() {
    let lab = Lab::new();
    let dir = lab.write(&media::clear("clear/ts"));
    let error = lab.refuses("unprotect", &dir.join("master.m3u8"), 4, &[]);
    error.says(&["master.m3u8", "no segment of the package is encrypted"]);
}

#[test]
fn clear_parts_of_a_package_come_through() {
    let lab = Lab::new();
    let (package, clear) = one_segment(TAG);
    let text = package.text("i.m3u8").replace("#EXTM3U\n", "#EXTM3U\n#EXTINF:4,\nintro.ts\n");
    // The segment is the second now: its IV must be named.
    let iv = format!("{TAG},IV=0x{:032x}", 0);
    let text = text.replace(TAG, &iv) + "#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\noutro.ts\n";
    let mut package = package.with("k.key", KEY).with("intro.ts", bytes(1, 99));
    package = package.with("outro.ts", bytes(2, 33));
    package.files.insert("i.m3u8".to_owned(), text.clone().into_bytes());
    let (out, summary) = lab.unprotect(&lab.write(&package), "i.m3u8", &[]);
    assert_eq!(summary["segments"], 1);
    let opened = Package::read(&out, "i.m3u8");
    assert_eq!(opened.files["intro.ts"], bytes(1, 99));
    assert_eq!(opened.files["outro.ts"], bytes(2, 33));
    assert!(opened.files["s.ts"] == clear);
    let keyless: Vec<_> = text.lines().filter(|line| !line.contains("EXT-X-KEY")).collect();
    assert_eq!(opened.text("i.m3u8").lines().collect::<Vec<_>>(), keyless);
}

// req HLS-SESSION-1
#[test]
fn a_session_key_goes_with_the_keys() {
    let lab = Lab::new();
    let (package, clear) = one_segment(TAG);
    let master = [
        "#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k.key\"",
        "#EXT-X-STREAM-INF:BANDWIDTH=1",
        "i.m3u8",
    ];
    let package = package.with("k.key", KEY).playlist("m.m3u8", &master);
    let dir = lab.write(&package);
    let (out, _) = lab.unprotect(&dir, "m.m3u8", &[]);
    assert!(fs::read(out.join("s.ts")).unwrap() == clear);
    let text = fs::read_to_string(out.join("m.m3u8")).unwrap();
    assert_eq!(text, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\ni.m3u8\n");
    let error = lab.refuses("protect", &dir.join("m.m3u8"), 4, &[]);
    error.says(&["m.m3u8: line 2", "EXT-X-SESSION-KEY", "already encrypted", "hls unprotect"]);
}

/// Whoever can replace a package can make it anew under a key of their own, key file and sealed
/// record included. That it agrees with itself is all that can be said of it.
#[test]
fn a_key_that_only_the_package_vouches_for_proves_no_origin() {
    let (theirs, ours) = (Lab::new(), Lab::new());
    let clear = package("clear/ts");
    let (protected, _) = theirs.protect(&clear, "master.m3u8", &[]);
    let (opened, summary) = ours.unprotect(&protected, "master.m3u8", &[]);
    assert!(Package::read(&opened, "master.m3u8") == Package::read(&clear, "master.m3u8"));
    assert_eq!(summary["proof"], "sha256-own-key", "{summary}");
    assert_eq!(summary["warnings"].as_array().unwrap().len(), 1, "{summary}");
    let verdict = ours.ok(&["verify", &path(&protected.join("master.m3u8"))]);
    assert_eq!(verdict["proof"], "sha256-own-key", "{verdict}");

    // The key service that wrapped the key, or the key from elsewhere, vouches for the rest.
    assert_eq!(theirs.unprotect(&protected, "master.m3u8", &[]).1["proof"], "sha256");
    let key = path(&protected.join("reelseal.key"));
    let named = ours.unprotect(&protected, "master.m3u8", &["--key-file", &key]).1;
    assert_eq!(named["proof"], "sha256");
}

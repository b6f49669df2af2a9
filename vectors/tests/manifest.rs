//! The vectors are the files that the manifest declares, whole and unaltered, and the loader
//! sees every case in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use reelseal_vectors::{bytes, dir, load, manifest, media, text};
use sha2::{Digest, Sha256};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn every_listed_file_has_its_sha256_and_length() {
    for listed in manifest::listed() {
        let bytes = bytes(&listed.file);
        assert_eq!(sha256(&bytes), listed.sha256, "{}", listed.file);
        assert_eq!(u64::try_from(bytes.len()).unwrap(), listed.bytes, "{}", listed.file);
    }
}

#[test]
fn every_file_is_listed_once() {
    let listed: Vec<String> = manifest::listed().into_iter().map(|l| l.file).collect();
    let mut found = BTreeSet::new();
    walk(dir(), &mut found);
    // What is not a vector: this crate itself, the generators and the pages about them.
    const OURS: [&str; 8] = [
        "src/",
        "tests/",
        "gen/",
        "target/",
        "Cargo.toml",
        "README.md",
        "MANIFEST.md",
        ".gitattributes",
    ];
    found.retain(|file| !OURS.iter().any(|ours| file.starts_with(ours)));
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), found);
    assert_eq!(listed.len(), found.len(), "a file is listed twice");
}

fn walk(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            let name = path.strip_prefix(dir()).unwrap().to_str().unwrap();
            found.insert(name.replace('\\', "/"));
        }
    }
}

#[test]
fn the_loader_finds_as_many_cases_as_are_declared() {
    let mut per_folder = BTreeMap::<String, usize>::new();
    for listed in manifest::listed() {
        let vectors = load(&listed.file);
        assert_eq!(vectors.len(), listed.cases.unwrap_or(0), "{}", listed.file);
        let folder = listed.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        *per_folder.entry(folder.to_owned()).or_default() += vectors.len();
    }
    per_folder.retain(|_, cases| *cases > 0);
    for (folder, cases) in &per_folder {
        println!("{folder}: {cases} cases");
    }
    let total = format!("{} cases.", per_folder.values().sum::<usize>());
    assert!(
        text("MANIFEST.md").trim_end().ends_with(&total),
        "the manifest's total is not {total}"
    );
}

#[test]
fn every_encrypted_package_has_its_playlist_and_its_expectation() {
    for name in media::ENCRYPTED {
        assert!(media::package(name).join("index.m3u8").is_file(), "{name}");
        let items = media::expect(name);
        assert!(!items.is_empty(), "{name}");
        for item in items {
            assert!(media::package(name).join(&item.uri).is_file(), "{name}: {}", item.uri);
        }
    }
    for name in media::CLEAR {
        assert!(media::package(name).join("master.m3u8").is_file(), "{name}");
    }
}

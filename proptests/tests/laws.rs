//! Every law, on cases that proptest makes.
//!
//! `PROPTEST_CASES` widens it, `PROPTEST_RNG_SEED` looks elsewhere: without it each run looks at
//! the same cases, so that a red run can be had again.

use std::collections::BTreeSet;
use std::path::Path;

use reelseal_proptests::laws::SUBJECTS;

mod common;

/// Cases for each law, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 512;

/// Shows that every law of the subject holds for many cases, made of bytes that shrink.
fn hold(subject: &str) {
    let (_, laws) = SUBJECTS.iter().find(|(name, _)| *name == subject).expect("a subject");
    for name in laws.names() {
        let law = |bytes: &[u8]| laws.hold(name, bytes);
        common::for_bytes(CASES, &format!("{subject}: {name}"), |bytes| laws.show(bytes), law);
    }
}

#[test]
fn base64() {
    hold("base64");
    hold("base64_raw");
}

#[test]
fn cbc() {
    hold("cbc");
}

#[test]
fn context() {
    hold("context");
}

#[test]
fn ctr() {
    hold("ctr");
}

#[test]
fn esdk() {
    hold("esdk");
    hold("esdk_raw");
}

#[test]
fn gcm() {
    hold("gcm");
}

#[test]
fn hls_key() {
    hold("hls_key");
    hold("hls_key_raw");
}

#[test]
fn kdf() {
    hold("kdf");
}

#[test]
fn kms() {
    hold("kms");
    hold("kms_blob_raw");
}

#[test]
fn lanes() {
    hold("lanes");
}

#[test]
fn playlist() {
    hold("playlist");
    hold("playlist_raw");
}

#[test]
fn reader() {
    hold("reader");
}

#[test]
fn record() {
    hold("record");
}

#[test]
fn s3ec() {
    hold("s3ec");
    hold("s3ec_raw");
}

#[test]
fn segment() {
    hold("segment");
}

#[test]
fn wrap() {
    hold("wrap");
}

/// The laws as the source has them are the laws that the engines call, each by its own name, and
/// this file calls every subject.
#[test]
fn every_law_is_in_the_table_and_called() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut written, mut listed, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
    for file in std::fs::read_dir(root.join("src/laws")).expect("the laws") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let functions = text.split("\npub fn ").skip(1);
        if !path.ends_with("mod.rs") {
            written.extend(functions.map(|f| f[..f.find('(').expect("arguments")].to_owned()));
        }
        for law in text.split("Law {").skip(1).filter(|law| law.contains("holds:")) {
            let words: Vec<&str> = law.split('}').next().unwrap_or(law).split('"').collect();
            let (name, function) = (words[1], words[2]);
            assert!(function.contains(name), "{name} calls another function");
        }
    }
    let own = std::fs::read_to_string(root.join("tests/laws.rs")).expect("this file");
    for (subject, laws) in SUBJECTS {
        assert!(own.contains(&format!("hold(\"{subject}\");")), "nobody calls {subject}");
        count += laws.names().len();
        listed.extend(laws.names().into_iter().map(str::to_owned));
    }
    assert_eq!(written, listed, "written and listed");
    assert_eq!(count, listed.len(), "a name that serves twice");
    let subjects = SUBJECTS.len();
    println!("laws: {count} of {subjects} subjects, {} cases each", common::config(CASES).cases);
}

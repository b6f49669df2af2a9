//! What a fuzzer, or somebody else's bug, once found: each file of `fuzz/regressions/TARGET`
//! through every law of its target, on the stable toolchain and without a fuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reelseal_proptests::laws::SUBJECTS;

/// The targets whose laws are the tool's: `cli/tests/record_json.rs` and `inspect_raw.rs` replay
/// their files.
const OF_THE_TOOL: [&str; 2] = ["inspect_raw", "record_json_raw"];

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned()
}

#[test]
fn what_was_found_stays_fixed() {
    let mut replayed = 0;
    for folder in entries(&fuzz().join("regressions")) {
        let target = name(&folder);
        let files = entries(&folder);
        assert!(!files.is_empty(), "{target} keeps nothing");
        if OF_THE_TOOL.contains(&target.as_str()) {
            continue;
        }
        let subject = SUBJECTS.iter().find(|(subject, _)| **subject == target);
        let (_, laws) = subject.unwrap_or_else(|| panic!("{target} is the name of no target"));
        for file in files {
            let bytes = fs::read(&file).expect("a file");
            println!("{}: {}", file.display(), laws.show(&bytes));
            laws.names().into_iter().for_each(|law| laws.hold(law, &bytes));
            replayed += 1;
        }
    }
    println!("regressions: {replayed} files");
}

/// A subject without a target would be fuzzed by nobody, and a target that is not built too.
#[test]
fn every_subject_is_a_target_and_every_target_a_subject() {
    let mut subjects: BTreeSet<String> = SUBJECTS.iter().map(|(name, _)| (*name).into()).collect();
    subjects.extend(OF_THE_TOOL.map(str::to_owned));
    let written = entries(&fuzz().join("fuzz_targets"));
    assert_eq!(written.iter().map(|path| name(path)).collect::<BTreeSet<_>>(), subjects);

    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("its manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let bins = manifest.get("bin").and_then(|bins| bins.as_array()).expect("targets");
    let bins = bins.iter().filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned));
    assert_eq!(bins.collect::<BTreeSet<_>>(), subjects);
    for folder in ["dictionaries", "regressions"] {
        for path in entries(&fuzz().join(folder)) {
            assert!(subjects.contains(&name(&path)), "{} is for no target", path.display());
        }
    }
}

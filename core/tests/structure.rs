//! The layers of `core`, checked. Change these tables in the same commit as `lib.rs`.

use std::fs;
use std::path::Path;

/// (module, the modules it may name). Anything else is an upward edge.
const MAY_USE: &[(&str, &[&str])] = &[
    ("secret", &[]),
    ("block", &["secret"]),
    ("hash", &["fast", "secret"]),
    ("fast", &["block"]),
    ("modes", &["block", "fast", "secret"]),
    ("signature", &["hash", "secret"]),
    ("wrap", &["block", "modes", "secret"]),
    ("segment", &["block", "format", "hash", "modes", "secret"]),
    ("format", &[]),         //                      has never seen a key
    ("policy", &["format"]), //              decides on facts, not on bytes or keys
    ("envelope", &["format", "hash", "modes", "policy", "secret", "signature", "wrap"]),
];

/// (external crate, the one file that may import it).
const ONE_DOOR: &[(&str, &str)] = &[
    ("aes", "src/block.rs"),
    ("ghash", "src/modes/ghash.rs"),
    ("hmac", "src/hash.rs"),
    ("p384", "src/signature.rs"),
    ("reelseal_accel", "src/fast.rs"),
    ("sha2", "src/hash.rs"),
];

/// The words by which unchecked code or the machine underneath would enter.
const NOWHERE: &[&str] =
    &["unsafe {", "unsafe fn", "extern crate", "alloc::", "std::", "macro_rules"];

#[test]
fn every_edge_points_down() {
    let sources = sources(Path::new("src"));
    assert!(sources.len() > 10, "the sources were not found");
    for Source { file, module, code } in &sources {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| name == module) else {
            panic!("{file}: the module {module} is not in the table");
        };
        for used in code.split("crate::").skip(1).map(first_word) {
            let known = used == module || allowed.contains(&used);
            assert!(known, "{file}: {module} may not use {used}");
        }
    }
}

#[test]
fn each_crate_enters_by_one_door() {
    for Source { file, code, .. } in sources(Path::new("src")) {
        for (name, door) in ONE_DOOR {
            let named =
                code.contains(&format!(" {name}::")) || code.contains(&format!("({name}::"));
            assert!(!named || file == *door, "{file}: {name} enters by {door}");
        }
    }
}

#[test]
fn every_door_is_in_use() {
    for (name, door) in ONE_DOOR {
        assert!(fs::read_to_string(door).unwrap().contains(&format!("use {name}::")), "{door}");
    }
    for (name, _) in MAY_USE {
        assert!(sources(Path::new("src")).iter().any(|source| source.module == *name), "{name}");
    }
}

#[test]
fn nothing_enters_that_cannot_be_checked() {
    for Source { file, code, .. } in sources(Path::new("src")) {
        for word in NOWHERE {
            assert!(!code.contains(word), "{file}: {word}");
        }
    }
}

/// `declassify` is the one door from secret to public: its callers are known by name.
#[test]
fn control_flow_depends_on_a_secret_where_this_says() {
    let mut callers: Vec<String> = sources(Path::new("src"))
        .into_iter()
        .filter(|source| source.code.contains("declassify"))
        .map(|source| source.file)
        .collect();
    callers.sort();
    assert_eq!(callers, DECLASSIFY);
}

const DECLASSIFY: &[&str] = &[
    "src/envelope/esdk/open.rs",
    "src/envelope/s3ec/open.rs",
    "src/envelope/s3ec/unwrap.rs",
    "src/envelope/transcoder.rs",
    "src/modes/cbc.rs",
    "src/modes/gcm.rs",
    "src/secret.rs",
    "src/segment.rs",
    "src/wrap/kw.rs",
    "src/wrap/kwp.rs",
];

struct Source {
    file: String,
    module: String,
    /// The text without its comments, which may name what they like.
    code: String,
}

fn sources(folder: &Path) -> Vec<Source> {
    let mut all = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(&path));
            continue;
        }
        let file = path.to_str().unwrap().to_owned();
        let module = file.strip_prefix("src/").unwrap().split(['/', '.']).next().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>();
        if !["lib", "audit"].contains(&module) {
            all.push(Source { module: module.to_owned(), code: code.join("\n"), file });
        }
    }
    all
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

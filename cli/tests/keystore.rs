//! The keystore on the disk: who can read it, what survives, what is refused.

mod home;

use std::fs;

use home::{Home, text};

/// Base64 of `keykeykeykeykeyk`.
const KEY: &str = "a2V5a2V5a2V5a2V5a2V5aw==";

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_what_is_made() {
    let home = Home::new();
    home.wrap("alias/reelseal", b"k");
    assert_eq!(home::mode(&home.keystore()), 0o700);
    for file in ["keystore.sqlite3", "root.key", "audit.jsonl"] {
        assert_eq!(home::mode(&home.keystore().join(file)), 0o600, "{file}");
    }
    let names = fs::read_dir(home.keystore()).unwrap();
    assert_eq!(names.count(), 3, "something was left behind");
    assert_eq!(fs::metadata(home.keystore().join("root.key")).unwrap().len(), 32);
}

#[cfg(unix)]
#[test]
fn a_root_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob];
    let root_key = home.keystore().join("root.key");
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(&root_key, PermissionsExt::from_mode(mode)).unwrap();
        let error = home.fails(4, &open);
        assert!(error["hint"].as_str().unwrap().starts_with("chmod 600 "), "{error}");
    }
    fs::set_permissions(&root_key, PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(home.unwrap(&blob), KEY);
    fs::set_permissions(home.keystore(), PermissionsExt::from_mode(0o770)).unwrap();
    let error = home.fails(4, &open);
    assert!(error["hint"].as_str().unwrap().starts_with("chmod 700 "), "{error}");
}

#[test]
fn a_lost_root_key_is_not_made_anew() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let root_key = home.keystore().join("root.key");
    let saved = fs::read(&root_key).unwrap();
    fs::remove_file(&root_key).unwrap();
    let error = home.fails(7, &["kms", "decrypt", "--ciphertext-blob", &blob]);
    assert!(error["message"].as_str().unwrap().contains("is missing"), "{error}");
    home.fails(7, &["key", "create"]);
    assert!(!root_key.exists());
    home.file("keystore/root.key", &saved);
    assert_eq!(home.unwrap(&blob), KEY);
}

#[test]
fn what_a_killed_run_left_of_a_root_key_is_removed() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let left = home.file("keystore/root.key.new", &[7; 32]);
    assert_eq!(home.unwrap(&blob), KEY);
    assert!(!fs::exists(left).unwrap());
}

#[test]
fn a_wrong_root_key_is_one_clear_error() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    home.file("keystore/root.key", &[7; 32]);
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob];
    let error = home.fails(5, &open);
    let message = "root.key is not the root key of this keystore";
    assert_eq!(error["message"], message);
    assert_eq!(home.fails(5, &["key", "create"])["message"], message);
    for bad in [&b"not a root key"[..], b"", &[7; 31], b"{}", &[b' '; 5000]] {
        home.file("keystore/root.key", bad);
        home.fails(3, &open);
    }
}

#[test]
fn rows_cannot_be_altered_or_swapped() {
    let home = Home::new();
    let id = home.key();
    let blob = home.wrap(&id, b"keykeykeykeykeyk");
    home.ok(&["key", "rotate", &id]);
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob];
    let swaps = [
        // The other version's backing key, another key's, the root check, another byte.
        "UPDATE versions SET sealed = (SELECT sealed FROM versions WHERE version = 2)
         WHERE key = (SELECT key FROM versions WHERE version = 2) AND version = 1",
        "UPDATE versions SET sealed = (SELECT v.sealed FROM versions v
         WHERE v.key = (SELECT key FROM aliases WHERE name = 'alias/reelseal'))",
        "UPDATE versions SET sealed = (SELECT value FROM meta) WHERE version = 1",
        "UPDATE versions SET sealed = x'00'",
    ];
    let database = home.keystore().join("keystore.sqlite3");
    let good = fs::read(&database).unwrap();
    for swap in swaps {
        assert!(home.database().execute(swap, []).unwrap() > 0);
        let error = home.fails(5, &open);
        assert!(error["message"].as_str().unwrap().contains("was altered"), "{error}");
        fs::write(&database, &good).unwrap();
        assert_eq!(home.unwrap(&blob), KEY);
    }
}

#[test]
fn a_newer_or_broken_keystore_is_left_alone() {
    let home = Home::new();
    home.ok(&["key", "list"]);
    home.database().pragma_update(None, "user_version", 2).unwrap();
    let error = home.fails(4, &["key", "list"]);
    assert!(error["message"].as_str().unwrap().contains("newer version"), "{error}");
    let database = home.keystore().join("keystore.sqlite3");
    fs::write(&database, vec![7; 8192]).unwrap();
    home.fails(7, &["key", "list"]);
    assert_eq!(fs::read(&database).unwrap(), [7; 8192]);
}

#[test]
fn no_key_lies_open_in_the_keystore_or_the_log() {
    let home = Home::new();
    let make = ["kms", "generate-data-key", "--key-id", "alias/reelseal", "--key-spec", "AES_256"];
    let key = home.ok(&make)["Plaintext"].as_str().unwrap().to_owned();
    let bytes = reelseal::base64::decode(&key).unwrap();
    let root = fs::read(home.keystore().join("root.key")).unwrap();
    for file in ["keystore.sqlite3", "audit.jsonl"] {
        let contents = fs::read(home.keystore().join(file)).unwrap();
        let holds = |secret: &[u8]| contents.windows(secret.len()).any(|w| w == secret);
        assert!(!holds(key.as_bytes()) && !holds(&bytes) && !holds(&root), "{file}");
    }
}

#[test]
fn a_passphrase_is_set_changed_and_removed() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let root_key = home.keystore().join("root.key");
    let bare = fs::read(&root_key).unwrap();
    let one = home.file("one", b"correct horse\n");
    let two = home.file("two", "Straße\r\nignored".as_bytes());
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob];
    let set = ["key", "passphrase", "set", "--new-passphrase-file"];

    home.ok(&[&set[..], &[&one]].concat());
    let sealed = fs::read(&root_key).unwrap();
    assert!(!sealed.windows(32).any(|window| window == bare));
    let error = home.fails(2, &open);
    assert_eq!(error["hint"], "give --passphrase-file FILE");
    let with_one = [&open[..], &["--passphrase-file", &one]].concat();
    let with_two = [&open[..], &["--passphrase-file", &two]].concat();
    assert_eq!(home.ok(&with_one)["Plaintext"], KEY);
    let error = home.fails(5, &with_two);
    assert!(error["message"].as_str().unwrap().ends_with("wrong passphrase"), "{error}");

    home.fails(2, &[&set[..], &[&two]].concat());
    home.fails(5, &[&set[..], &[&two, "--passphrase-file", &two]].concat());
    home.ok(&[&set[..], &[&two, "--passphrase-file", &one]].concat());
    home.fails(5, &with_one);
    assert_eq!(home.ok(&with_two)["Plaintext"], KEY);

    home.ok(&["key", "passphrase", "remove", "--passphrase-file", &two]);
    assert_eq!(fs::read(&root_key).unwrap(), bare);
    assert_eq!(home.unwrap(&blob), KEY);
}

#[test]
fn a_cheaper_passphrase_cannot_be_slipped_in() {
    let home = Home::new();
    home.wrap("alias/reelseal", b"k");
    let file = home.file("passphrase", b"correct horse\n");
    home.ok(&["key", "passphrase", "set", "--new-passphrase-file", &file]);
    let path = home.keystore().join("root.key");
    let good = text(&fs::read(&path).unwrap());
    let create = ["key", "create", "--passphrase-file", &file];
    let edits = [
        ("\"passes\": 3", "\"passes\": 1", 5),
        ("\"memoryKiB\": 65536", "\"memoryKiB\": 8", 5),
        ("\"memoryKiB\": 65536", "\"memoryKiB\": 4294967295", 3),
        ("argon2id", "argon2i", 3),
        ("root key v1", "root key v2", 3),
    ];
    for (from, to, exit) in edits {
        assert!(good.contains(from));
        home.file("keystore/root.key", good.replace(from, to).as_bytes());
        home.fails(exit, &create);
    }
    home.file("keystore/root.key", good.as_bytes());
    home.ok(&create);
}

#[cfg(unix)]
#[test]
fn a_passphrase_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.ok(&["key", "list"]);
    let file = home.file("passphrase", b"correct horse\n");
    let set = ["key", "passphrase", "set", "--new-passphrase-file", &file];
    fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    home.fails(4, &set);
    let empty = home.file("empty", b"\n");
    home.fails(2, &["key", "passphrase", "set", "--new-passphrase-file", &empty]);
    home.fails(7, &["key", "passphrase", "set", "--new-passphrase-file", "/nowhere/at/all"]);
    assert_eq!(fs::metadata(home.keystore().join("root.key")).unwrap().len(), 32);
}

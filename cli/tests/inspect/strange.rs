//! What is of other tools, of nobody, hostile, or without end.

use std::fs;

use reelseal_vectors as vectors;
use serde_json::{Value, json};

use crate::home::{Home, text};
use crate::{kind, one, path, piped};

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

//! `reelseal job import -o`: a tree of old files, opened from what their job said.

mod home;

use std::fs;
use std::path::Path;

use home::{Home, text};
use serde_json::{Value, json};

const CLEAR: &[u8] = b"1\n00:00:01,000 --> 00:00:02,000\nA caption that is long enough.\n";

/// A job whose input, output and captions are encrypted, and their files in a folder.
fn job(home: &Home, root: &Path) -> Value {
    let clear = home.file("clear", CLEAR);
    let block = |name: &str, mode: &str| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let (out, record) = (path.to_str().unwrap(), home.file("record", b""));
        fs::remove_file(&record).unwrap();
        let encrypt = ["encrypt", &clear, "-o", out, "--mode", mode, "--record", &record];
        home.ok(&encrypt);
        let record: Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
        ["Mode", "Key", "KeyMd5", "InitializationVector"]
            .iter()
            .map(|member| ((*member).to_owned(), record[member].clone()))
            .collect::<serde_json::Map<_, _>>()
    };
    json!({ "Job": {
        "Id": "1418191500001-job001",
        "PipelineId": "1407191500001-pipe01",
        "Status": "Complete",
        "Inputs": [{ "Key": "in/reel.srt", "Encryption": block("in/reel.srt", "aes-cbc-pkcs7") }],
        "OutputKeyPrefix": "out/",
        "Outputs": [
            { "Key": "reel", "Encryption": block("out/reel", "aes-gcm"),
              "Captions": { "CaptionFormats": [{ "Format": "srt", "Pattern": "c-{language}",
                "Encryption": block("out/c-en.srt", "aes-ctr") }] } },
            { "Key": "gone", "Encryption": { "Mode": "aes-gcm" } },
            { "Key": "stored", "Encryption": { "Mode": "s3" } },
        ],
    }})
}

#[test]
fn a_tree_is_opened_and_what_is_missing_is_said() {
    let home = Home::new();
    let dir = tempfile::tempdir().unwrap();
    let (root, out) = (dir.path().join("root"), dir.path().join("out"));
    let file = home.file("job", job(&home, &root).to_string().as_bytes());
    let (root, to) = (root.to_str().unwrap(), out.to_str().unwrap());
    let import = ["--json", "job", "import", &file, "--root", root, "-o", to];
    let output = home.run(&import);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["opened"].as_array().unwrap().len(), 3);
    for name in ["in/reel.srt", "out/reel", "out/c-en.srt"] {
        assert_eq!(fs::read(out.join(name)).unwrap(), CLEAR, "{name}");
    }
    let warning = text(&output.stderr);
    assert_eq!(warning.lines().count(), 1, "{warning}");
    assert!(warning.contains("out/gone") && warning.contains("ReadJob"), "{warning}");

    let again = home.run(&import);
    assert_eq!(again.status.code(), Some(4), "what is there is kept: {}", text(&again.stderr));
    home.fails(2, &["job", "import", &file, "--root", root, "-o", root]);
}

#[test]
fn one_altered_file_does_not_keep_the_others_closed() {
    let home = Home::new();
    let dir = tempfile::tempdir().unwrap();
    let (root, out) = (dir.path().join("root"), dir.path().join("out"));
    let file = home.file("job", job(&home, &root).to_string().as_bytes());
    let mut bytes = fs::read(root.join("out/reel")).unwrap();
    bytes[3] ^= 1;
    fs::write(root.join("out/reel"), bytes).unwrap();
    let (root, to) = (root.to_str().unwrap(), out.to_str().unwrap());
    let output = home.run(&["job", "import", &file, "--root", root, "-o", to]);
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("out/reel"), "{}", text(&output.stderr));
    assert!(!out.join("out/reel").exists(), "unauthentic bytes were released");
    assert_eq!(fs::read(out.join("in/reel.srt")).unwrap(), CLEAR);
    assert_eq!(fs::read(out.join("out/c-en.srt")).unwrap(), CLEAR);
}

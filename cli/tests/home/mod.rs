//! A keystore of its own for one test, and the program to run on it.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A temporary folder that stands for the user's data folder.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// The keystore's folder, which the first command makes.
    pub(crate) fn keystore(&self) -> PathBuf {
        self.0.path().join("keystore")
    }

    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.keystore().join("keystore.sqlite3")).unwrap()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.keystore().join("audit.jsonl")
    }

    /// The records so far.
    pub(crate) fn records(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.log()).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A file beside the keystore that only its owner can read.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.path().join(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).unwrap().write_all(bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reelseal"));
        for variable in ["REELSEAL_KMS", "REELSEAL_KMS_ENDPOINT", "REELSEAL_PASSPHRASE_FILE"] {
            command.env_remove(variable);
        }
        command.env("REELSEAL_HOME", self.keystore()).args(args).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed, and reads its answer.
    pub(crate) fn ok(&self, args: &[&str]) -> Value {
        let output = self.run(&[&["--json"], args].concat());
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "{args:?}");
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Runs a command that must fail with `exit`, print nothing, and say why.
    pub(crate) fn fails(&self, exit: i32, args: &[&str]) -> Value {
        let output = self.run(&[&["--json"], args].concat());
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {error}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        assert_eq!(error.lines().count(), 1, "{args:?}: {error}");
        serde_json::from_str::<Value>(&error).unwrap()["error"].clone()
    }

    /// Runs a command that the key service must refuse by `name`.
    pub(crate) fn refuses(&self, name: &str, args: &[&str]) {
        let error = self.fails(6, args);
        assert_eq!(error["code"], name, "{args:?}: {error}");
        let last = self.records().pop().unwrap();
        assert_eq!(last["errorCode"], name, "{args:?}: the refusal is not on record: {last}");
    }

    /// Wraps `plaintext` under `key`.
    pub(crate) fn wrap(&self, key: &str, plaintext: &[u8]) -> String {
        let file = self.file("plaintext", plaintext);
        let answer = self.ok(&["kms", "encrypt", "--key-id", key, "--plaintext", &file]);
        answer["CiphertextBlob"].as_str().unwrap().to_owned()
    }

    /// Wraps `k` under `key`, for one of several workers at a time.
    pub(crate) fn wrap_as(&self, worker: usize, key: &str) -> String {
        let file = self.file(&format!("plaintext-{worker}"), b"k");
        let answer = self.ok(&["kms", "encrypt", "--key-id", key, "--plaintext", &file]);
        answer["CiphertextBlob"].as_str().unwrap().to_owned()
    }

    /// Unwraps `blob`, to base64.
    pub(crate) fn unwrap(&self, blob: &str) -> String {
        let answer = self.ok(&["kms", "decrypt", "--ciphertext-blob", blob]);
        answer["Plaintext"].as_str().unwrap().to_owned()
    }

    /// Makes a key and returns its id.
    pub(crate) fn key(&self) -> String {
        let answer = self.ok(&["key", "create"]);
        answer["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[cfg(unix)]
pub(crate) fn mode(path: &Path) -> u32 {
    std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).unwrap()) & 0o777
}

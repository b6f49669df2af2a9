//! A folder for one test, with a keystore of its own, and reelseal to run there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Where one test works.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A new folder.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Runs reelseal, which must succeed, and reads its answer.
    pub(crate) fn reelseal(&self, args: &[&str]) -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reelseal"));
        for variable in ["REELSEAL_KMS", "REELSEAL_PASSPHRASE_FILE"] {
            command.env_remove(variable);
        }
        command.env("REELSEAL_HOME", self.path("keystore")).arg("--json").args(args);
        let output = command.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "reelseal {args:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Protects the package of `playlist`; returns the protected one's playlist.
    pub(crate) fn protect(&self, playlist: &Path, options: &[&str]) -> PathBuf {
        let mut out = self.path("protected");
        for n in 2.. {
            if !out.exists() {
                break;
            }
            out = self.path(&format!("protected-{n}"));
        }
        let paths = [playlist.to_str().unwrap(), "-o", out.to_str().unwrap()];
        self.reelseal(&[&["hls", "protect"], &paths[..], options].concat());
        out.join(playlist.file_name().unwrap())
    }

    /// Opens the package of `playlist`; returns the folder of the clear one.
    pub(crate) fn unprotect(&self, playlist: &Path, options: &[&str]) -> PathBuf {
        let out = self.path("opened");
        let paths = [playlist.to_str().unwrap(), "-o", out.to_str().unwrap()];
        self.reelseal(&[&["hls", "unprotect"], &paths[..], options].concat());
        out
    }

    /// What a key server would do: has the key service open a key of the package's record.
    pub(crate) fn open_data_key(&self, wrapped: &str) -> String {
        let answer = self.reelseal(&["kms", "decrypt", "--ciphertext-blob", wrapped]);
        answer["Plaintext"].as_str().unwrap().to_owned()
    }
}

/// The record beside a protected playlist.
pub(crate) fn record(playlist: &Path) -> Value {
    let text = fs::read(playlist.with_file_name("reelseal.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

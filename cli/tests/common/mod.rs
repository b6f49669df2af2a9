//! Packages made from a few lines of description, and the program to run on them.

// Each test file uses a part of this.
#![allow(dead_code)]

pub(crate) mod media;
pub(crate) mod oracle;
pub(crate) mod package;
pub(crate) mod patient;
pub(crate) mod player;
pub(crate) mod shapes;

#[path = "../home/mod.rs"]
mod home;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use home::{Home, text};
pub(crate) use package::Package;

/// A keystore of its own, and a folder for packages.
pub(crate) struct Lab {
    pub(crate) home: Home,
    dir: TempDir,
    next: AtomicUsize,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self { home: Home::new(), dir: TempDir::new().unwrap(), next: AtomicUsize::new(0) }
    }

    /// A folder that does not exist yet, in a folder of its own.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let around = self.dir.path().join(n.to_string());
        fs::create_dir(&around).unwrap();
        around.join(name)
    }

    /// Writes `package` to a new folder, which is returned.
    pub(crate) fn write(&self, package: &Package) -> PathBuf {
        let dir = self.place("package");
        package.write(&dir);
        dir
    }

    /// `reelseal hls …` with `--json`.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.home.command(&[&["--json", "hls"], args].concat())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed; its summary.
    pub(crate) fn ok(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stderr), "", "{args:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command that must fail with `exit`, print nothing, and say why in one line.
    pub(crate) fn fails(&self, exit: i32, args: &[&str]) -> Failure {
        let output = self.run(args);
        assert_eq!(text(&output.stdout), "", "{args:?}");
        Failure::of(&output, exit, args)
    }

    /// Protects `dir` into a new folder; where it is, and the summary.
    pub(crate) fn protect(&self, dir: &Path, main: &str, options: &[&str]) -> (PathBuf, Value) {
        let out = self.place("out");
        let (playlist, to) = (path(&dir.join(main)), path(&out));
        let args = [&["protect", playlist.as_str(), "-o", to.as_str()], options].concat();
        let summary = self.ok(&args);
        (out, summary)
    }

    /// Opens the package in `dir` into a new folder.
    pub(crate) fn unprotect(&self, dir: &Path, main: &str, options: &[&str]) -> (PathBuf, Value) {
        let out = self.place("out");
        let (playlist, to) = (path(&dir.join(main)), path(&out));
        let args = [&["unprotect", playlist.as_str(), "-o", to.as_str()], options].concat();
        let summary = self.ok(&args);
        (out, summary)
    }

    /// Tries to write a package, which must be refused with `exit`: nothing is left behind.
    pub(crate) fn refuses(&self, verb: &str, playlist: &Path, exit: i32, more: &[&str]) -> Failure {
        let out = self.place("out");
        let (from, to) = (path(playlist), path(&out));
        let error = self.fails(exit, &[&[verb, from.as_str(), "-o", to.as_str()], more].concat());
        assert_eq!(names(out.parent().unwrap()), [""; 0], "{verb}: left behind: {error:?}");
        error
    }
}

/// What a command that failed said.
#[derive(Debug)]
pub(crate) struct Failure(Value);

impl Failure {
    pub(crate) fn of(output: &Output, exit: i32, args: &[&str]) -> Self {
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{args:?}: {stderr}");
        let error: Value = serde_json::from_str(&stderr).unwrap();
        Self(error["error"].clone())
    }

    pub(crate) fn message(&self) -> &str {
        self.0["message"].as_str().unwrap()
    }

    pub(crate) fn code(&self) -> &str {
        self.0["code"].as_str().unwrap()
    }

    pub(crate) fn transcoder_code(&self) -> Option<u64> {
        self.0["transcoderCode"].as_u64()
    }

    /// The sentence and its hint hold all of `parts`.
    #[track_caller]
    pub(crate) fn says(&self, parts: &[&str]) -> &Self {
        let hint = self.0["hint"].as_str().unwrap_or_default();
        let all = format!("{} · {hint}", self.message());
        for part in parts {
            assert!(all.contains(part), "`{part}` is not in: {all}");
        }
        self
    }
}

pub(crate) fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The names in a folder, hidden ones too.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

//! A protected package that something is done to, for `hls verify` to find.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{Failure, Lab, Package, media, path, text};

/// A protected package of real TS in a folder of its own.
pub(crate) struct Patient {
    pub(crate) lab: Lab,
    pub(crate) dir: PathBuf,
}

/// Whether the record is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum With {
    Record,
    Playlists,
}

impl Patient {
    pub(crate) fn new(with: With, options: &[&str]) -> Self {
        let lab = Lab::new();
        let clear = lab.write(&media::clear("clear/ts"));
        let (dir, _) = lab.protect(&clear, "master.m3u8", options);
        if with == With::Playlists {
            fs::remove_file(dir.join("reelseal.json")).unwrap();
        }
        Self { lab, dir }
    }

    pub(crate) fn edit(&self, name: &str, edit: impl FnOnce(&mut Vec<u8>)) -> &Self {
        let path = self.dir.join(name);
        let mut bytes = fs::read(&path).unwrap();
        let before = bytes.clone();
        edit(&mut bytes);
        assert_ne!(bytes, before, "{name}: nothing was edited");
        fs::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn replace(&self, name: &str, from: &str, to: &str) -> &Self {
        self.edit(name, |bytes| *bytes = text(bytes).replacen(from, to, 1).into_bytes())
    }

    pub(crate) fn remove(&self, name: &str) -> &Self {
        fs::remove_file(self.dir.join(name)).unwrap();
        self
    }

    /// The package is well; what `verify` says of it.
    pub(crate) fn is_well(&self, options: &[&str]) -> Value {
        let playlist = path(&self.dir.join("master.m3u8"));
        let verdict = self.lab.ok(&[&["verify", playlist.as_str()], options].concat());
        assert_eq!(verdict["command"], "verify");
        assert_eq!(verdict.get("faults"), None);
        verdict
    }

    /// The faults: the first is the exit code's, and all are in the verdict.
    #[track_caller]
    pub(crate) fn faults(&self, exit: i32, options: &[&str]) -> Vec<String> {
        let before = Package::read(&self.dir, "master.m3u8");
        let playlist = path(&self.dir.join("master.m3u8"));
        let args = [&["verify", playlist.as_str()], options].concat();
        let output = self.lab.run(&args);
        let first = Failure::of(&output, exit, &args);
        let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
        let faults = verdict["faults"].as_array().unwrap();
        assert_eq!(faults[0]["message"], first.message());
        assert_eq!(verdict["proof"], Value::Null, "what has faults is not proved");
        before.expect_same(&Package::read(&self.dir, "master.m3u8"), "verify writes nothing");
        faults
            .iter()
            .map(|fault| {
                let hint = fault["hint"].as_str().unwrap_or_default();
                format!("{} · {hint}", fault["message"].as_str().unwrap())
            })
            .collect()
    }

    /// One fault, which holds all of `parts`.
    #[track_caller]
    pub(crate) fn fault(&self, exit: i32, parts: &[&str]) {
        let faults = self.faults(exit, &[]);
        assert_eq!(faults.len(), 1, "{faults:#?}");
        expect(&faults, parts);
    }
}

/// One of `faults` holds all of `parts`.
#[track_caller]
pub(crate) fn expect(faults: &[String], parts: &[&str]) {
    let found = faults.iter().any(|fault| parts.iter().all(|part| fault.contains(part)));
    assert!(found, "no fault says {parts:?}: {faults:#?}");
}

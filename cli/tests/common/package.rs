//! A package as a value: every file, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files of a package by their names, and the playlist to begin with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Package {
    pub(crate) main: String,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Package {
    pub(crate) fn new(main: &str) -> Self {
        Self { main: main.to_owned(), files: BTreeMap::new() }
    }

    /// Adds a file.
    pub(crate) fn with(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let before = self.files.insert(name.to_owned(), bytes.into());
        assert_eq!(before, None, "{name} is described twice");
        self
    }

    /// Adds a playlist: `#EXTM3U`, then `lines`, each with `\n`.
    pub(crate) fn playlist(self, name: &str, lines: &[&str]) -> Self {
        self.with(name, format!("#EXTM3U\n{}\n", lines.join("\n")))
    }

    /// Adds files of `len` bytes, no two alike.
    pub(crate) fn media(mut self, names: &[(&str, usize)]) -> Self {
        for (name, len) in names {
            let seed = self.files.len() as u64 + 1;
            self = self.with(name, bytes(seed, *len));
        }
        self
    }

    pub(crate) fn write(&self, dir: &Path) {
        for (name, bytes) in &self.files {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// Reads every file below `dir`.
    pub(crate) fn read(dir: &Path, main: &str) -> Self {
        let mut package = Self::new(main);
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(dir).unwrap().to_str().unwrap();
                    package = package.with(name, fs::read(&path).unwrap());
                }
            }
        }
        package
    }

    /// A playlist, or another file of text.
    pub(crate) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.files[name]).unwrap()
    }

    /// Panics where another package has another file, or another byte in one.
    #[track_caller]
    pub(crate) fn expect_same(&self, other: &Self, case: &str) {
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (self.files.keys().collect(), other.files.keys().collect());
        assert_eq!(ours, theirs, "{case}: other files");
        for (name, bytes) in &self.files {
            // Not printed: a segment would fill the screen.
            assert!(*bytes == other.files[name], "{case}: {name} is not the same");
        }
    }
}

/// `len` bytes that look random and depend on `seed` alone (xorshift64*).
pub(crate) fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

//! Test vectors of others and our own, and a small loader.
//!
//! Nothing is embedded: the files lie beside this crate, unmodified, and `MANIFEST.md` gives the
//! origin, licence, SHA-256 and number of cases of each. The loader panics on a file that it
//! cannot read to its last line: a vector that is passed over in silence is worse than none.
//!
//! ```text
//! MANIFEST.md ─▶ manifest::listed() ─▶ load(path) ─▶ Vec<Vector>: id, expectation, case
//! ```

pub mod case;
pub mod manifest;
pub mod media;
pub mod own;
pub mod s3ec;

mod cavp;
mod fields;
mod json;

pub use case::{Case, Expect, Vector};

use std::path::{Path, PathBuf};

/// The folder of the vectors.
pub fn dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The place of `file`, named as in `MANIFEST.md`.
pub fn path(file: &str) -> PathBuf {
    dir().join(file)
}

/// The bytes of `file`.
///
/// # Panics
///
/// If it cannot be read: the checkout is broken.
pub fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(path(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// The text of `file`, line ends untouched.
///
/// # Panics
///
/// If it cannot be read, or is not UTF-8.
pub fn text(file: &str) -> String {
    String::from_utf8(bytes(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Every case of `file`, in its order; none where it holds no cases (media, licences, objects).
///
/// # Panics
///
/// If a line of it is not understood.
pub fn load(file: &str) -> Vec<Vector> {
    match file.split_once('/') {
        Some(("cavp" | "botan" | "rfc", _)) if !file.ends_with("Readme.txt") => cavp::load(file),
        Some(("wycheproof", _)) => json::wycheproof(file),
        Some(("generated", _)) => json::generated(file),
        Some(("esdk" | "own", _)) => vec![own::load(file)],
        _ => vec![],
    }
}

//! The folders around an output: made where they are missing, and removed again if no output
//! comes to be in them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Folders that were made for an output. Dropped without [`Self::keep`], they are removed, the
/// innermost first, as far as they are empty.
#[derive(Debug, Default)]
pub(super) struct Parents(Vec<PathBuf>);

impl Parents {
    /// Makes the folders around `out` that are missing.
    pub(super) fn make(out: &Path) -> Result<Self, Error> {
        let around = out.ancestors().skip(1).take_while(|path| *path != Path::new(""));
        let missing: Vec<PathBuf> =
            around.take_while(|path| !path.exists()).map(Path::to_owned).collect();
        let mut made = Self::default();
        for path in missing.into_iter().rev() {
            match fs::create_dir(&path) {
                Ok(()) => made.0.push(path),
                // Somebody else made it meanwhile: it is theirs.
                Err(_) if path.is_dir() => (),
                Err(error) => return Err(Error::io("cannot create", &path, &error)),
            }
        }
        Ok(made)
    }

    /// An output is in them: they stay.
    pub(super) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            // Not empty, or gone: somebody else uses it.
            let _ = fs::remove_dir(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_folders_are_made_and_removed_again() {
        let top = tempfile::tempdir().unwrap();
        let out = top.path().join("a/b/out");
        drop(Parents::make(&out).unwrap());
        assert_eq!(fs::read_dir(top.path()).unwrap().count(), 0);
        Parents::make(&out).unwrap().keep();
        assert!(top.path().join("a/b").is_dir());
        drop(Parents::make(&out).unwrap());
        assert!(top.path().join("a/b").is_dir(), "a folder that was there was removed");
    }
}

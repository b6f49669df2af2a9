//! A folder for what is in the clear only meanwhile.

use std::path::Path;

use super::hidden::Hidden;
use super::place;
use crate::error::Error;

/// A folder for its owner alone (0700) below `TMPDIR`, removed with all that is in it when it is
/// dropped; after a kill, by the next run that makes one.
#[derive(Debug)]
pub struct Scratch(Hidden);

impl Scratch {
    /// Makes one, and removes what killed runs left of theirs. `what` is part of its name.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub fn new(what: &str) -> Result<Self, Error> {
        let path = place::absolute(&std::env::temp_dir().join(what))?;
        let made = Hidden::beside(&path);
        made.map(Self).map_err(|error| error.hint("TMPDIR names another folder"))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

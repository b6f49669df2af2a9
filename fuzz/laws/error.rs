//! As much of the tool's error as its parsers need.

use std::io;
use std::path::Path;

/// A message.
#[derive(Debug)]
pub struct Error(String);

impl Error {
    /// Malformed input.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Our own fault.
    pub fn bug(message: impl Into<String>) -> Self {
        Self(format!("bug: {}", message.into()))
    }

    /// The system's fault.
    pub fn system(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The system's fault with a file.
    pub fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        Self(format!("{what} {}: {error}", path.display()))
    }

    /// What a reader carried, which here is nothing.
    pub fn uncarried(_: &io::Error, otherwise: impl FnOnce() -> Self) -> Self {
        otherwise()
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.0
    }

    /// What to do next.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self(format!("{}; {}", self.0, hint.into()))
    }
}

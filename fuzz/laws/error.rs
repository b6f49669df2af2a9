//! As much of the tool's error as its record needs.

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

    /// What to do next.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self(format!("{}; {}", self.0, hint.into()))
    }
}

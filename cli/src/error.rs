//! How a run ends when it does not end well: one kind, one sentence, one next step.

use std::fmt;
use std::io;
use std::path::Path;

use crate::keyservice::{ExceptionName, KmsError};

/// What went wrong, by who can mend it. Each kind has an exit code of its own.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A fault of this program.
    Bug,
    /// The command line asks for something that cannot be.
    Usage,
    /// The input breaks the rules of its format.
    Malformed,
    /// The input is well-formed, and a rule of ours forbids it.
    Refused,
    /// Wrong key, or altered data. Which of the two is not known.
    Inauthentic,
    /// The key service said no, by this name.
    KeyService(ExceptionName),
    /// A file, the terminal or the operating system failed.
    Io,
    /// Ended by this signal, after cleaning up.
    Interrupted(u8),
}

impl Kind {
    /// The exit code of the process: 1 bug, 2 usage, 3 malformed, 4 refused, 5 inauthentic,
    /// 6 key service, 7 I/O, 128 + signal when interrupted.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Bug => 1,
            Self::Usage => 2,
            Self::Malformed => 3,
            Self::Refused => 4,
            Self::Inauthentic => 5,
            Self::KeyService(_) => 6,
            Self::Io => 7,
            Self::Interrupted(signal) => signal.saturating_add(128),
        }
    }

    /// The name for machines: the exception of the key service where there is one.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bug => "Bug",
            Self::Usage => "Usage",
            Self::Malformed => "Malformed",
            Self::Refused => "Refused",
            Self::Inauthentic => "Inauthentic",
            Self::KeyService(name) => name.as_str(),
            Self::Io => "IO",
            Self::Interrupted(_) => "Interrupted",
        }
    }
}

/// An error as the user sees it. Holds no secret: every part of it is printed.
#[derive(Clone, Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
    transcoder_code: Option<u16>,
}

impl Error {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, transcoder_code: None }
    }

    /// A fault of this program (exit code 1).
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message).hint("this is a bug of reelseal: please report it")
    }

    /// The command line asks for something that cannot be (exit code 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// The input breaks its format (exit code 3). Say file, place and rule.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, message)
    }

    /// A rule of ours forbids it (exit code 4). Say file, place and rule.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// Wrong key, or altered data (exit code 5). Say which file, never which check.
    pub fn inauthentic(message: impl Into<String>) -> Self {
        Self::new(Kind::Inauthentic, message)
    }

    /// The key service said no (exit code 6).
    pub fn key_service(name: ExceptionName, message: impl Into<String>) -> Self {
        Self::new(Kind::KeyService(name), message)
    }

    /// The system failed (exit code 7) while it did `what`: "cannot read", "cannot create".
    ///
    /// An error that was [carried](Self::carried) comes out as it went in.
    pub fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        Self::uncarried(error, || {
            Self::new(Kind::Io, format!("{what} {}: {}", path.display(), plain(&error.to_string())))
        })
    }

    /// This error through [`io::Read`] or [`io::Write`]: an object's stream knows better what
    /// went wrong than whoever reads or writes it.
    pub fn carried(self) -> io::Error {
        io::Error::other(self)
    }

    /// The error that was carried in `error`; `otherwise`, where the system failed.
    pub fn uncarried(error: &io::Error, otherwise: impl FnOnce() -> Self) -> Self {
        let carried = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>());
        carried.cloned().unwrap_or_else(otherwise)
    }

    /// The system failed (exit code 7), where no one path is to blame.
    pub fn system(message: impl Into<String>) -> Self {
        Self::new(Kind::Io, message)
    }

    /// Ended by `signal` (exit code 128 + signal).
    pub fn interrupted(signal: u8) -> Self {
        Self::new(Kind::Interrupted(signal), "interrupted")
    }

    /// Adds the next step for the user, without a full stop.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the number that Elastic Transcoder had for this: 4016 … 4021.
    #[must_use]
    pub fn transcoder_code(mut self, code: u16) -> Self {
        self.transcoder_code = Some(code);
        self
    }

    /// Puts the place in front: "master.m3u8: line 3: …".
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What went wrong, where and why, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The next step, where one is known.
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The number that Elastic Transcoder had for this, where it had one.
    pub fn transcoder_number(&self) -> Option<u16> {
        self.transcoder_code
    }

    /// The error as the one line of `--json`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "error": {
            "code": self.kind.code(),
            "message": self.message,
            "hint": self.hint,
            "transcoderCode": self.transcoder_code,
        }})
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::KeyService(name) => write!(f, "{}: {}", name.as_str(), self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

impl From<KmsError> for Error {
    fn from(error: KmsError) -> Self {
        match error {
            KmsError::Exception(exception) => {
                let error = Self::key_service(exception.name, exception.message);
                match exception.hint {
                    Some(hint) => error.hint(hint),
                    None => error,
                }
            }
            KmsError::Failed(error) => error,
        }
    }
}

/// The operating system's sentence, without the number that Rust appends.
pub(crate) fn plain(text: &str) -> &str {
    text.rfind(" (os error ").and_then(|end| text.get(..end)).unwrap_or(text)
}

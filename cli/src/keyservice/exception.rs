//! How a key service says no: AWS KMS's own names and sentences (KMS API, "Errors").

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::error::Error;

/// The names by which AWS KMS refuses.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExceptionName {
    /// The caller may not do this to this key, such as disable one that AWS manages.
    AccessDenied,
    /// An alias of this name is there already.
    AlreadyExists,
    /// The key is disabled.
    Disabled,
    /// The key given is not the one that wrapped.
    IncorrectKey,
    /// An alias name of the wrong form, or reserved.
    InvalidAliasName,
    /// The blob was altered, or the encryption context is another: not to be told apart.
    InvalidCiphertext,
    /// The service itself failed.
    Internal,
    /// The state of the key forbids it, such as pending deletion.
    InvalidState,
    /// A limit of the service is reached.
    LimitExceeded,
    /// No such key or alias.
    NotFound,
    /// A parameter breaks its constraint.
    Validation,
    /// Any other: this program only passes it on.
    Other(&'static str),
}

impl ExceptionName {
    /// Reads a name as a service gave it, without what may stand before a `#`.
    pub fn parse(name: &str) -> Self {
        let name = name.rsplit('#').next().unwrap_or_default();
        let known = KNOWN.into_iter().find(|known| known.as_str() == name);
        known.unwrap_or_else(|| Self::Other(intern(name)))
    }

    /// The name on the wire, such as `DisabledException`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::AlreadyExists => "AlreadyExistsException",
            // req KMS-3: a key that is disabled or awaits deletion does nothing
            Self::Disabled => "DisabledException",
            Self::IncorrectKey => "IncorrectKeyException",
            Self::InvalidAliasName => "InvalidAliasNameException",
            // req KMS-2: an altered blob and another context are one error,
            // InvalidCiphertextException
            Self::InvalidCiphertext => "InvalidCiphertextException",
            Self::Internal => "KMSInternalException",
            Self::InvalidState => "KMSInvalidStateException",
            Self::LimitExceeded => "LimitExceededException",
            Self::NotFound => "NotFoundException",
            Self::Validation => "ValidationException",
            Self::Other(name) => name,
        }
    }
}

/// A name that lives as long as the process. It is printed: what is no letter or digit is left
/// out, and so are names beyond any that a service has.
fn intern(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let name: String = letters.take(MAX_NAME_LEN).collect();
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_str()) {
        return known;
    }
    if name.is_empty() || names.len() >= MAX_NAMES {
        return "UnknownException";
    }
    let name: &'static str = name.leak();
    names.insert(name);
    name
}

/// A refusal: its name, its sentence, and the key that it is about where that is known.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Which refusal.
    pub name: ExceptionName,
    /// KMS's own sentence, as far as it has one.
    pub message: String,
    /// The next step for the user.
    pub hint: Option<String>,
    /// The key's ARN: the audit record names it.
    pub key_arn: Option<String>,
    /// The service's own id of the call, where it gave one.
    pub request_id: Option<String>,
}

/// Why a key service did not do as asked.
#[derive(Clone, Debug)]
pub enum KmsError {
    /// It refused.
    Exception(Exception),
    /// It could not be asked, or its answer not be recorded: disk, keystore, audit log.
    Failed(Error),
}

impl KmsError {
    /// A refusal by `name`.
    pub fn new(name: ExceptionName, message: impl Into<String>) -> Self {
        let message = message.into();
        let (hint, key_arn, request_id) = (None, None, None);
        Self::Exception(Exception { name, message, hint, key_arn, request_id })
    }

    /// Adds the next step for the user.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::Exception(exception) = &mut self {
            exception.hint = Some(hint.into());
        }
        self
    }

    /// Adds the key that the refusal is about.
    #[must_use]
    pub fn about(mut self, key_arn: impl Into<String>) -> Self {
        if let Self::Exception(exception) = &mut self {
            exception.key_arn = Some(key_arn.into());
        }
        self
    }

    /// The refusal's name, or `None` where the service could not be asked.
    pub fn name(&self) -> Option<ExceptionName> {
        match self {
            Self::Exception(exception) => Some(exception.name),
            Self::Failed(_) => None,
        }
    }
}

impl fmt::Display for KmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exception(e) => write!(f, "{}: {}", e.name.as_str(), e.message),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for KmsError {}

impl From<Error> for KmsError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

const KNOWN: [ExceptionName; 11] = [
    ExceptionName::AccessDenied,
    ExceptionName::AlreadyExists,
    ExceptionName::Disabled,
    ExceptionName::IncorrectKey,
    ExceptionName::InvalidAliasName,
    ExceptionName::InvalidCiphertext,
    ExceptionName::Internal,
    ExceptionName::InvalidState,
    ExceptionName::LimitExceeded,
    ExceptionName::NotFound,
    ExceptionName::Validation,
];

/// The longest name of the KMS API has 55 letters.
const MAX_NAME_LEN: usize = 64;

/// The KMS API has about fifty, and what is common to all of AWS a dozen more.
const MAX_NAMES: usize = 100;

#[cfg(test)]
mod tests {
    use super::{ExceptionName, KNOWN};

    #[test]
    fn every_name_is_read_as_it_is_written() {
        for name in KNOWN {
            assert_eq!(ExceptionName::parse(name.as_str()), name);
            let prefixed = format!("com.amazonaws.kms#{}", name.as_str());
            assert_eq!(ExceptionName::parse(&prefixed), name);
        }
    }

    #[test]
    fn another_name_is_carried_as_far_as_it_is_a_name() {
        let read = |name| ExceptionName::parse(name).as_str();
        assert_eq!(read("ThrottlingException"), "ThrottlingException");
        assert_eq!(read("\u{1b}[31mRed\n"), "31mRed");
        assert_eq!(read(""), "UnknownException");
        assert_eq!(read(&"a".repeat(100)), "a".repeat(64));
    }
}

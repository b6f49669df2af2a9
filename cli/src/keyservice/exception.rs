//! How a key service says no: AWS KMS's own names and sentences (KMS API, "Errors").

use std::fmt;

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
}

impl ExceptionName {
    /// The name on the wire, such as `DisabledException`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::AlreadyExists => "AlreadyExistsException",
            Self::Disabled => "DisabledException",
            Self::IncorrectKey => "IncorrectKeyException",
            Self::InvalidAliasName => "InvalidAliasNameException",
            Self::InvalidCiphertext => "InvalidCiphertextException",
            Self::Internal => "KMSInternalException",
            Self::InvalidState => "KMSInvalidStateException",
            Self::LimitExceeded => "LimitExceededException",
            Self::NotFound => "NotFoundException",
            Self::Validation => "ValidationException",
        }
    }
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
        Self::Exception(Exception { name, message, hint: None, key_arn: None })
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

//! What is admitted: rules on what a header says, before any key is used.
//!
//! The rules are those of the Amazon S3 Encryption Client, closed by default as its current
//! versions have them. [`Policy::admit`] leaves its decision in the type of what it returns:
//! `envelope::s3ec` opens nothing else.

use core::fmt;

use crate::format::s3ec::{Header, Suite, Wrap};

/// Which objects must commit to their data key.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum CommitmentPolicy {
    /// `FORBID_ENCRYPT_ALLOW_DECRYPT`: write without a commitment, read both.
    ForbidEncryptAllowDecrypt,
    /// `REQUIRE_ENCRYPT_ALLOW_DECRYPT`: write with one, read both.
    RequireEncryptAllowDecrypt,
    /// `REQUIRE_ENCRYPT_REQUIRE_DECRYPT`: write and read with one.
    #[default]
    RequireEncryptRequireDecrypt,
}

/// Something that is closed unless a user opens it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Gate {
    /// Refused.
    #[default]
    Closed,
    /// Admitted.
    Open,
}

/// How much of an object is read.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Extent {
    /// All of it, up to its tag.
    Whole,
    /// A part: without its tag nothing is authentic.
    Range,
}

/// What a user admits.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Policy {
    /// Which objects must commit to their data key.
    pub commitment: CommitmentPolicy,
    /// `enable_legacy_wrapping_algorithms`: data keys that are not bound to their suite.
    pub legacy_wrapping: Gate,
    /// `enable_legacy_unauthenticated_modes`: CBC, and parts of objects.
    pub legacy_unauthenticated: Gate,
    /// RSA with the padding of PKCS#1 v1.5. Beside the gate of legacy wrapping: whoever may have
    /// a million messages decrypted here can have any message decrypted (RFC 8017 §7.2).
    pub rsa_v1_5: Gate,
}

/// A header that the policy admits: no other is opened.
#[derive(Clone, Debug)]
pub struct Admitted<'a> {
    header: Header<'a>,
    extent: Extent,
}

impl<'a> Admitted<'a> {
    /// The header.
    pub fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// How much of the object may be read.
    pub fn extent(&self) -> Extent {
        self.extent
    }
}

/// A suite under which the policy admits new objects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AdmittedSuite(Suite);

impl AdmittedSuite {
    /// The suite: [`Suite::AesGcm`] or [`Suite::AesGcmCommit`].
    pub fn suite(self) -> Suite {
        self.0
    }
}

impl Policy {
    // req S3EC-LEGACY-1: legacy wrappings and unauthenticated content are read where the caller
    // opted in, and never written
    /// Decides whether the object of `header` may be read.
    ///
    /// # Errors
    ///
    /// The first rule that forbids it.
    pub fn admit<'a>(&self, header: Header<'a>, extent: Extent) -> Result<Admitted<'a>, Refused> {
        let (suite, wrap) = (header.content.suite(), header.wrap);
        let commits = suite == Suite::AesGcmCommit;
        if !commits && self.commitment == CommitmentPolicy::RequireEncryptRequireDecrypt {
            return Err(Refused::NotCommitting(suite));
        }
        if wrap.is_legacy() && self.legacy_wrapping == Gate::Closed {
            return Err(Refused::LegacyWrapping(wrap));
        }
        if wrap == Wrap::RsaV15 && self.rsa_v1_5 == Gate::Closed {
            return Err(Refused::RsaV15);
        }
        match (suite, extent) {
            (Suite::AesCbc, Extent::Range) => return Err(Refused::RangeOfCbc),
            (Suite::AesCbc, Extent::Whole) | (_, Extent::Range)
                if self.legacy_unauthenticated == Gate::Closed =>
            {
                return Err(Refused::Unauthenticated(suite, extent));
            }
            _ => {}
        }
        Ok(Admitted { header, extent })
    }

    // req S3EC-POLICY-1: the commitment policy says what is written and what is read
    /// Decides whether an object may be written under `suite`.
    ///
    /// # Errors
    ///
    /// The rule that forbids it. CBC is never written.
    pub fn admit_suite(&self, suite: Suite) -> Result<AdmittedSuite, Refused> {
        let forbids = self.commitment == CommitmentPolicy::ForbidEncryptAllowDecrypt;
        match suite {
            Suite::AesCbc => Err(Refused::Unauthenticated(suite, Extent::Whole)),
            Suite::AesGcm if !forbids => Err(Refused::NotCommitting(suite)),
            Suite::AesGcmCommit if forbids => Err(Refused::Committing),
            Suite::AesGcm | Suite::AesGcmCommit => Ok(AdmittedSuite(suite)),
        }
    }
}

/// The rule by which an object is not admitted. Public: a header shows all that it says.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// The suite has no commitment to the data key, and the policy requires one.
    NotCommitting(Suite),
    /// The policy forbids to write a commitment.
    Committing,
    /// The data key is not bound to how it is used.
    LegacyWrapping(Wrap),
    /// The padding of PKCS#1 v1.5.
    RsaV15,
    /// The suite, or the extent, has no tag.
    Unauthenticated(Suite, Extent),
    /// CBC is read as a whole: its length is known by its padding alone.
    RangeOfCbc,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCommitting(suite) => write!(
                f,
                "the commitment policy requires a commitment to the data key, and {} has none",
                suite.name()
            ),
            Self::Committing => f.write_str("the commitment policy forbids to write a commitment"),
            Self::LegacyWrapping(wrap) => {
                write!(f, "{} is a legacy wrapping algorithm", wrap.as_str())
            }
            Self::RsaV15 => f.write_str("RSA with the padding of PKCS#1 v1.5 is a known oracle"),
            Self::Unauthenticated(suite, Extent::Whole) => {
                write!(f, "{} is not authenticated", suite.name())
            }
            Self::Unauthenticated(_, Extent::Range) => {
                f.write_str("a part of an object is not authenticated: its tag is over all of it")
            }
            Self::RangeOfCbc => f.write_str("CBC has no ranged reads"),
        }
    }
}

impl core::error::Error for Refused {}

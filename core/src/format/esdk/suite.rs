//! The algorithm suites of the AWS Encryption SDK: which are read, and the names of the others.

use super::{Malformed, Rule, broken};

/// A suite that commits to the data key: AES-256-GCM under a key from HKDF-SHA-512.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Suite {
    /// 0x0478, `AES_256_GCM_HKDF_SHA512_COMMIT_KEY`.
    CommitKey,
    /// 0x0578, `AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384`: a signature is behind the body.
    CommitKeySigned,
}

impl Suite {
    /// Reads the id of a suite.
    pub(super) fn parse(id: u16) -> Result<Self, Malformed> {
        match id {
            COMMIT_KEY => Ok(Self::CommitKey),
            COMMIT_KEY_SIGNED => Ok(Self::CommitKeySigned),
            _ => Err(uncommitted(id).unwrap_or(broken("algorithm suite", Rule::Registered))),
        }
    }

    /// Its registered id.
    pub fn id(self) -> u16 {
        match self {
            Self::CommitKey => COMMIT_KEY,
            Self::CommitKeySigned => COMMIT_KEY_SIGNED,
        }
    }

    /// Its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommitKey => "AES_256_GCM_HKDF_SHA512_COMMIT_KEY",
            Self::CommitKeySigned => "AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384",
        }
    }

    /// Whether a signature is behind the body.
    pub fn is_signed(self) -> bool {
        self == Self::CommitKeySigned
    }
}

/// The refusal of a suite that commits to no key, by its name.
pub(super) fn uncommitted(id: u16) -> Option<Malformed> {
    let (_, name) = UNCOMMITTED.iter().find(|(other, _)| *other == id)?;
    Some(broken(name, Rule::Uncommitted))
}

const COMMIT_KEY: u16 = 0x0478;
const COMMIT_KEY_SIGNED: u16 = 0x0578;

/// The suites of messages of version 1.
const UNCOMMITTED: &[(u16, &str)] = &[
    (0x0014, "algorithm suite 0x0014, AES_128_GCM,"),
    (0x0046, "algorithm suite 0x0046, AES_192_GCM,"),
    (0x0078, "algorithm suite 0x0078, AES_256_GCM,"),
    (0x0114, "algorithm suite 0x0114, AES_128_GCM_HKDF_SHA256,"),
    (0x0146, "algorithm suite 0x0146, AES_192_GCM_HKDF_SHA256,"),
    (0x0178, "algorithm suite 0x0178, AES_256_GCM_HKDF_SHA256,"),
    (0x0214, "algorithm suite 0x0214, AES_128_GCM_HKDF_SHA256_ECDSA_P256,"),
    (0x0346, "algorithm suite 0x0346, AES_192_GCM_HKDF_SHA384_ECDSA_P384,"),
    (0x0378, "algorithm suite 0x0378, AES_256_GCM_HKDF_SHA384_ECDSA_P384,"),
];

//! How the content of an object is encrypted, and how its data key is wrapped.

use super::name::{CEK_ALG, CEK_ALG_V3, WRAP_ALG, WRAP_ALG_V3};
use super::{Malformed, Rule, broken};

/// The algorithm suite of the content.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Suite {
    /// 0x0070: CBC, not authenticated. Was written by V1 clients, in V1 and V2.
    AesCbc,
    /// 0x0072: GCM under the data key itself, V2.
    AesGcm,
    /// 0x0073: GCM under a key that is derived from the data key, with a commitment, V3.
    AesGcmCommit,
}

impl Suite {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AesCbc, Self::AesGcm, Self::AesGcmCommit];

    /// Reads `x-amz-cek-alg`: of V2, which has no commitment.
    ///
    /// # Errors
    ///
    /// [`Rule::Registered`] for any other text.
    pub fn parse_v2(text: &str) -> Result<Self, Malformed> {
        let found = [Self::AesCbc, Self::AesGcm].into_iter().find(|suite| suite.as_str() == text);
        found.ok_or(broken(CEK_ALG, Rule::Registered))
    }

    /// Reads `x-amz-c`, of V3.
    ///
    /// # Errors
    ///
    /// [`Rule::Registered`] for any other text than `115`.
    pub fn parse_v3(text: &str) -> Result<Self, Malformed> {
        let found = Some(Self::AesGcmCommit).filter(|suite| suite.as_str() == text);
        found.ok_or(broken(CEK_ALG_V3, Rule::Registered))
    }

    /// The text of the fields: also what a wrapped data key is bound to.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AesCbc => "AES/CBC/PKCS5Padding",
            Self::AesGcm => "AES/GCM/NoPadding",
            Self::AesGcmCommit => "115", // 0x0073
        }
    }

    /// The client's name of the suite.
    pub fn name(self) -> &'static str {
        match self {
            Self::AesCbc => "ALG_AES_256_CBC_IV16_NO_KDF",
            Self::AesGcm => "ALG_AES_256_GCM_IV12_TAG16_NO_KDF",
            Self::AesGcmCommit => "ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY",
        }
    }

    /// Refuses an object whose length, in bytes, no text has under this suite.
    ///
    /// # Errors
    ///
    /// [`Rule::Length`]: CBC not of 16, 32, 48 … bytes, GCM without room for its tag.
    pub fn check_encrypted_len(self, len: u64) -> Result<(), Malformed> {
        let possible = match self {
            Self::AesCbc => len != 0 && len.is_multiple_of(16),
            Self::AesGcm | Self::AesGcmCommit => len >= 16,
        };
        possible.then_some(()).ok_or(broken("ciphertext", Rule::Length))
    }
}

/// How a data key is wrapped.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Wrap {
    /// `kms`: by AWS KMS, bound to no suite. Legacy.
    Kms,
    /// `kms+context`, `12`: by AWS KMS, the suite being in the encryption context.
    KmsContext,
    /// `AES/GCM`, `02`: IV ‖ GCM of the key ‖ tag, the suite being the additional data.
    AesGcm,
    /// `AESWrap`: RFC 3394. Legacy.
    AesWrap,
    /// `AES`, or nothing in V1: ECB with the padding of PKCS#5. Legacy.
    AesEcb,
    /// `RSA-OAEP-SHA1`, `22`: OAEP of length ‖ key ‖ suite.
    RsaOaepSha1,
    /// `RSA/ECB/OAEPWithSHA-256AndMGF1Padding`: OAEP of the key, MGF1 being with SHA-1. Legacy.
    RsaOaepSha256,
    /// `RSA`, or nothing in V1: the padding of PKCS#1 v1.5. Legacy, and an oracle to whoever may
    /// ask often (RFC 8017 §7.2).
    RsaV15,
}

impl Wrap {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Kms,
        Self::KmsContext,
        Self::AesGcm,
        Self::AesWrap,
        Self::AesEcb,
        Self::RsaOaepSha1,
        Self::RsaOaepSha256,
        Self::RsaV15,
    ];

    /// Reads `x-amz-wrap-alg`.
    ///
    /// # Errors
    ///
    /// [`Rule::Registered`] for any other text.
    pub fn parse_v2(text: &str) -> Result<Self, Malformed> {
        let found = Self::ALL.into_iter().find(|wrap| wrap.as_str() == text);
        found.ok_or(broken(WRAP_ALG, Rule::Registered))
    }

    /// Reads `x-amz-w`, the two digits of V3.
    ///
    /// # Errors
    ///
    /// [`Rule::Registered`] for any other text.
    pub fn parse_v3(text: &str) -> Result<Self, Malformed> {
        let found = Self::ALL.into_iter().find(|wrap| wrap.as_v3() == Some(text));
        found.ok_or(broken(WRAP_ALG_V3, Rule::Registered))
    }

    /// What V1 leaves unsaid: no AES wraps a data key into more than 48 bytes, and no RSA key in
    /// use gives fewer than 64.
    pub fn infer_v1(wrapped_len: usize) -> Self {
        if wrapped_len > 48 { Self::RsaV15 } else { Self::AesEcb }
    }

    /// The text of `x-amz-wrap-alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::KmsContext => "kms+context",
            Self::AesGcm => "AES/GCM",
            Self::AesWrap => "AESWrap",
            Self::AesEcb => "AES",
            Self::RsaOaepSha1 => "RSA-OAEP-SHA1",
            Self::RsaOaepSha256 => "RSA/ECB/OAEPWithSHA-256AndMGF1Padding",
            Self::RsaV15 => "RSA",
        }
    }

    /// The text of `x-amz-w`, if V3 has this.
    pub fn as_v3(self) -> Option<&'static str> {
        match self {
            Self::AesGcm => Some("02"),
            Self::KmsContext => Some("12"),
            Self::RsaOaepSha1 => Some("22"),
            _ => None,
        }
    }

    /// Whether current clients read it only when they are told to.
    pub fn is_legacy(self) -> bool {
        self.as_v3().is_none()
    }

    /// Whether AWS KMS wrapped the key.
    pub fn is_kms(self) -> bool {
        matches!(self, Self::Kms | Self::KmsContext)
    }

    /// Whether a wrapped key can have this length, the key having 16, 24 or 32 bytes.
    pub fn has_wrapped_len(self, len: usize) -> bool {
        match self {
            Self::Kms | Self::KmsContext => len > 0,
            Self::AesGcm => matches!(len, 44 | 52 | 60), //   12 + n + 16
            Self::AesWrap => matches!(len, 24 | 32 | 40), //  8 + n
            Self::AesEcb => matches!(len, 32 | 48),      //        n, and 1 to 16 bytes of padding
            Self::RsaOaepSha1 | Self::RsaOaepSha256 | Self::RsaV15 => (64..=1024).contains(&len),
        }
    }
}

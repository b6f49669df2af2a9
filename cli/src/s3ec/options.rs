//! The options of the Amazon S3 Encryption Client, by the names that its clients have.

use clap::{Args, ValueEnum};
use reelseal_core::format::s3ec::Header;
use reelseal_core::policy::{Admitted, CommitmentPolicy, Extent, Gate, Policy, Refused};

use super::ByteRange;
use crate::error::Error;
use crate::objects::Location;

/// The options of `decrypt` for such an object.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Objects of the Amazon S3 Encryption Client")]
pub struct DecryptOptions {
    /// The metadata of the object: a JSON map of its x-amz-* fields, or what aws s3api
    /// head-object prints [default: that of the object in S3; of a file, IN.metadata.json]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "data_key"])]
    pub metadata: Option<Location>,
    /// The instruction file of the object, which has its wrapped data key
    /// [default: in S3, KEY.instruction, where the metadata has none]
    #[arg(long, value_name = "FILE")]
    pub instruction_file: Option<Location>,
    /// Decrypt the bytes from A to B alone, both included, without a proof that they are authentic
    #[arg(long, value_name = "A-B")]
    pub range: Option<ByteRange>,
    /// What is admitted.
    #[command(flatten)]
    pub policy: PolicyOptions,
}

impl DecryptOptions {
    /// The first option that was given, other than the metadata.
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            (self.instruction_file.is_some(), "--instruction-file"),
            (self.range.is_some(), "--range"),
            (self.policy.commitment_policy.is_some(), "--commitment-policy"),
            (self.policy.legacy_wrapping, LEGACY_WRAPPING),
            (self.policy.legacy_unauthenticated, LEGACY_UNAUTHENTICATED),
            (self.policy.rsa_v1_5, RSA_V1_5),
        ];
        all.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }
}

/// The options of `encrypt` for such an object.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Objects of the Amazon S3 Encryption Client")]
pub struct EncryptOptions {
    /// Where the metadata of the object is written
    /// [default: with the object in S3; of a file, OUT.metadata.json]
    #[arg(long, value_name = "FILE")]
    pub metadata: Option<Location>,
    /// Where an instruction file is written, which then has the wrapped data key. In S3, clients
    /// look for KEY.instruction
    #[arg(long, value_name = "FILE")]
    pub instruction_file: Option<Location>,
    /// Which objects must commit to their data key [default: as the mode has it]
    #[arg(long, value_name = "POLICY", ignore_case = true)]
    pub commitment_policy: Option<CommitmentPolicyArg>,
}

impl EncryptOptions {
    /// The first option that was given.
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            (self.metadata.is_some(), "--metadata"),
            (self.instruction_file.is_some(), "--instruction-file"),
            (self.commitment_policy.is_some(), "--commitment-policy"),
        ];
        all.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }
}

/// What is read that current clients do not read by themselves.
#[derive(Args, Clone, Debug, Default)]
pub struct PolicyOptions {
    /// Which objects must commit to their data key. V1 and V2 never do
    /// [default: require-encrypt-require-decrypt]
    #[arg(long, value_name = "POLICY", ignore_case = true)]
    pub commitment_policy: Option<CommitmentPolicyArg>,
    /// Read data keys that are not bound to their algorithm: kms, AESWrap, AES, RSA
    #[arg(long = "enable-legacy-wrapping-algorithms")]
    pub legacy_wrapping: bool,
    /// Read what is not authenticated: CBC, and parts of an object
    #[arg(long = "enable-legacy-unauthenticated-modes")]
    pub legacy_unauthenticated: bool,
    /// Read data keys under RSA with the padding of PKCS#1 v1.5. Whoever may send many such
    /// objects and learns how each went can decrypt whatever was encrypted to the RSA key
    #[arg(long = "allow-rsa-v1_5-decryption-oracle", alias = "allow-rsa-v1-5-decryption-oracle")]
    pub rsa_v1_5: bool,
}

/// The clients' commitment policies.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "the names are the clients'")]
pub enum CommitmentPolicyArg {
    /// Write V2, read all
    #[value(alias = "FORBID_ENCRYPT_ALLOW_DECRYPT")]
    ForbidEncryptAllowDecrypt,
    /// Write V3, read all
    #[value(alias = "REQUIRE_ENCRYPT_ALLOW_DECRYPT")]
    RequireEncryptAllowDecrypt,
    /// Write V3, read V3
    #[value(alias = "REQUIRE_ENCRYPT_REQUIRE_DECRYPT")]
    RequireEncryptRequireDecrypt,
}

impl From<CommitmentPolicyArg> for CommitmentPolicy {
    fn from(arg: CommitmentPolicyArg) -> Self {
        match arg {
            CommitmentPolicyArg::ForbidEncryptAllowDecrypt => Self::ForbidEncryptAllowDecrypt,
            CommitmentPolicyArg::RequireEncryptAllowDecrypt => Self::RequireEncryptAllowDecrypt,
            CommitmentPolicyArg::RequireEncryptRequireDecrypt => Self::RequireEncryptRequireDecrypt,
        }
    }
}

impl PolicyOptions {
    /// The policy.
    pub fn policy(&self) -> Policy {
        let gate = |open| if open { Gate::Open } else { Gate::Closed };
        Policy {
            commitment: self.commitment_policy.map(Into::into).unwrap_or_default(),
            legacy_wrapping: gate(self.legacy_wrapping),
            legacy_unauthenticated: gate(self.legacy_unauthenticated),
            rsa_v1_5: gate(self.rsa_v1_5),
        }
    }
}

/// Admits `header`, or says which options would.
pub(super) fn admit<'a>(
    policy: &Policy,
    header: Header<'a>,
    extent: Extent,
) -> Result<Admitted<'a>, Error> {
    policy.admit(header.clone(), extent).map_err(|refused| {
        let error = Error::refused(refused.to_string());
        match options_for(*policy, &header, extent) {
            Some(options) => error.hint(format!("add {}", options.join(" "))),
            None => error.hint("decrypt all of it, and cut it"),
        }
    })
}

/// The options by which `header` is admitted. `None`: by none.
fn options_for(mut policy: Policy, header: &Header<'_>, extent: Extent) -> Option<Vec<String>> {
    let mut options = Vec::new();
    // Every turn opens a gate that was closed: there are four.
    while let Err(refused) = policy.admit(header.clone(), extent) {
        let option = match refused {
            Refused::NotCommitting(_) => {
                policy.commitment = CommitmentPolicy::RequireEncryptAllowDecrypt;
                "--commitment-policy require-encrypt-allow-decrypt"
            }
            Refused::LegacyWrapping(_) => {
                policy.legacy_wrapping = Gate::Open;
                LEGACY_WRAPPING
            }
            Refused::RsaV15 => {
                policy.rsa_v1_5 = Gate::Open;
                RSA_V1_5
            }
            Refused::Unauthenticated(..) => {
                policy.legacy_unauthenticated = Gate::Open;
                LEGACY_UNAUTHENTICATED
            }
            _ => return None,
        };
        options.push(option.to_owned());
    }
    Some(options)
}

const LEGACY_WRAPPING: &str = "--enable-legacy-wrapping-algorithms";
const LEGACY_UNAUTHENTICATED: &str = "--enable-legacy-unauthenticated-modes";
const RSA_V1_5: &str = "--allow-rsa-v1_5-decryption-oracle";

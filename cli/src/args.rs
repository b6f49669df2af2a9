//! The command line: every option, and what it may be.

use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::commands::audit::AuditArgs;
use crate::commands::decrypt::DecryptArgs;
use crate::commands::encrypt::EncryptArgs;
use crate::commands::hls::HlsArgs;
use crate::commands::inspect::InspectArgs;
use crate::commands::job::JobArgs;
use crate::commands::key::KeyArgs;
use crate::commands::kms::KmsArgs;
use crate::commands::s3ec::S3ecArgs;
use crate::commands::store::StoreArgs;
use crate::commands::tether::TetherArgs;
use crate::keyservice::EncryptionContext;
use crate::objects::{Objects, Sse};

/// Protect and open HLS packages and media files under wrapped data keys.
#[derive(Debug, Parser)]
#[command(name = "reelseal", version, propagate_version = true)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Args, Debug)]
pub struct Globals {
    /// The key service: local, local:DIR for a keystore elsewhere, aws, or aws:REGION
    #[arg(long, global = true, env = "REELSEAL_KMS", default_value = "local")]
    #[arg(value_name = "SERVICE", help_heading = "Global options")]
    pub kms: Provider,
    /// With --kms aws: what to ask in place of AWS, anything that speaks KMS's protocol
    #[arg(long, global = true, env = "REELSEAL_KMS_ENDPOINT", value_parser = endpoint)]
    #[arg(value_name = "URL", help_heading = "Global options")]
    pub kms_endpoint: Option<String>,
    /// Let data keys leave this machine in the clear, over http://
    #[arg(long, global = true, help_heading = "Global options")]
    pub allow_plain_http: bool,
    /// Print results and errors as JSON, one line each
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    /// Show no progress
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Say what is being done, on standard error
    #[arg(short, long, global = true, help_heading = "Global options")]
    #[arg(action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Replace what is already there
    #[arg(long, global = true, help_heading = "Global options")]
    pub force: bool,
    /// What every use of a key is bound to: k=v[,k=v], JSON, or '' for nothing
    #[arg(long, global = true, value_name = "K=V[,K=V]", help_heading = "Global options")]
    #[arg(default_value_t)]
    pub encryption_context: EncryptionContext,
    /// Whether the user gave the encryption context: not to be told from its value
    #[arg(skip)]
    pub(crate) context_is_given: bool,
    /// Where every use of a key is recorded [default: audit.jsonl in the keystore's folder]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub audit: Option<PathBuf>,
    /// Where S3 is, if not at AWS: any store that speaks its API
    #[arg(long, global = true, value_name = "URL", env = "REELSEAL_S3_ENDPOINT")]
    #[arg(help_heading = "Global options")]
    pub s3_endpoint: Option<String>,
    /// How many threads may compute at a time [default: one for each processor]
    #[arg(long, global = true, value_name = "N", help_heading = "Global options")]
    pub threads: Option<NonZero<usize>>,
    /// A file whose first line is the passphrase of the keystore
    #[arg(long, global = true, value_name = "FILE", env = "REELSEAL_PASSPHRASE_FILE")]
    #[arg(help_heading = "Global options")]
    pub passphrase_file: Option<PathBuf>,
}

impl Globals {
    /// The encryption context, where the user gave one.
    pub fn given_context(&self) -> Option<&EncryptionContext> {
        self.context_is_given.then_some(&self.encryption_context)
    }

    /// The way to objects of S3, for a command that writes none.
    pub fn objects(&self) -> Objects {
        self.objects_with(&Sse::default())
    }

    /// The way to objects of S3, and how S3 encrypts what is written.
    pub fn objects_with(&self, sse: &Sse) -> Objects {
        Objects::new(self.s3_endpoint.as_deref().filter(|url| !url.is_empty()), sse)
    }
}

/// Which key service to ask.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Provider {
    /// The embedded one: a keystore in this folder, or in the default one.
    Local(Option<PathBuf>),
    /// AWS KMS in this Region, or in the one that the environment or the profile names.
    Aws(Option<String>),
}

impl FromStr for Provider {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "local" => Ok(Self::Local(None)),
            Some(("local", dir)) if !dir.is_empty() => Ok(Self::Local(Some(dir.into()))),
            None if text == "aws" => Ok(Self::Aws(None)),
            Some(("aws", region)) if is_region(region) => Ok(Self::Aws(Some(region.to_owned()))),
            _ => Err("the key services are: local, local:DIR, aws, aws:REGION".to_owned()),
        }
    }
}

/// The form of a Region's name, which becomes a part of a host's name.
fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The URL of a server: http or https, a host, and perhaps a port.
fn endpoint(text: &str) -> Result<String, String> {
    let url: http::Uri = text.parse().map_err(|error| format!("not a URL: {error}"))?;
    match (url.scheme_str(), url.host()) {
        (Some("http" | "https"), Some(host)) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("an endpoint is https://HOST[:PORT], or http://localhost[:PORT]".to_owned()),
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep the keys of the key service
    Key(KeyArgs),
    /// Wrap and unwrap data keys
    Kms(KmsArgs),
    /// Encrypt a file, and write the block that opens it
    Encrypt(EncryptArgs),
    /// Decrypt a file, and say what that proves
    Decrypt(DecryptArgs),
    /// Protect, open, rekey and check HLS packages
    Hls(HlsArgs),
    /// Read the documents that Elastic Transcoder left behind
    Job(JobArgs),
    /// Keep the keys of objects of the Amazon S3 Encryption Client
    S3ec(S3ecArgs),
    /// Say what a file is, and what would open it; never asks for a key
    Inspect(InspectArgs),
    /// Store objects encrypted, as S3 did for the modes s3 and s3-aws-kms
    Store(StoreArgs),
    /// Check the record of every use of a key, and search it
    Audit(AuditArgs),
    /// Check known answers of every algorithm on this machine, and say what computes them
    Selftest,
    /// Become another program, which dies with the one that started us
    #[command(hide = true)]
    Tether(TetherArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or write one page per command into a folder
    Man {
        /// The folder, which must exist
        dir: Option<PathBuf>,
    },
}

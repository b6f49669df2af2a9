//! The options of messages of the AWS Encryption SDK.

use std::num::NonZeroU32;
use std::path::Path;

use clap::Args;
use reelseal_core::format::esdk::MAX_FRAME_LEN;

use super::keys::{KeyName, WrappingKey};
use super::{FrameRange, keys};
use crate::error::Error;
use crate::keyservice::EncryptionContext;

/// The options of `encrypt` for such a message.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Messages of the AWS Encryption SDK (--mode esdk)")]
#[group(id = "esdk_encrypt")]
pub struct EncryptOptions {
    /// The name space of the wrapping key, by which a raw AES keyring finds it
    #[arg(long, value_name = "NAMESPACE", requires = "wrapping_key")]
    pub key_namespace: Option<String>,
    /// The name of the wrapping key in its name space
    #[arg(long, value_name = "NAME", requires = "wrapping_key")]
    pub key_name: Option<String>,
    /// Bytes of a frame: what is authenticated, held in memory and read at random as one
    /// [default: 65536]
    #[arg(long, value_name = "BYTES", value_parser = frame_len)]
    pub frame_length: Option<NonZeroU32>,
}

impl EncryptOptions {
    /// The first option that was given.
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            (self.key_namespace.is_some(), "--key-namespace"),
            (self.key_name.is_some(), "--key-name"),
            (self.frame_length.is_some(), "--frame-length"),
        ];
        all.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }

    /// Reads the wrapping key in the file `path`, which must have a name.
    pub fn read_key(&self, path: Option<&Path>) -> Result<Option<WrappingKey>, Error> {
        let (namespace, name) = (self.key_namespace.as_ref(), self.key_name.as_ref());
        if path.is_some() && (namespace.is_none() || name.is_none()) {
            return Err(Error::usage("a wrapping key has a name, by which its readers find it")
                .hint("--key-namespace NAMESPACE --key-name NAME, as their keyring has them"));
        }
        read_key(path, namespace, name)
    }
}

/// The options of `decrypt` for such a message.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Messages of the AWS Encryption SDK")]
#[group(id = "esdk_decrypt")]
pub struct DecryptOptions {
    /// The name space of the wrapping key [default: any]
    #[arg(long, value_name = "NAMESPACE", requires = "wrapping_key")]
    pub key_namespace: Option<String>,
    /// The name of the wrapping key in its name space [default: any]
    #[arg(long, value_name = "NAME", requires = "wrapping_key")]
    pub key_name: Option<String>,
    /// Pairs that the encryption context of the message must have: k=v[,k=v], or JSON
    #[arg(long, value_name = "K=V[,K=V]")]
    pub required_context: Option<EncryptionContext>,
    /// Decrypt only the frames from A to B, both included, the first being 1: A..B, A.. or A. They
    /// are authentic; the rest of the message, its end and its signature are not looked at
    #[arg(long, value_name = "A..B")]
    pub frames: Option<FrameRange>,
}

impl DecryptOptions {
    /// The first option that was given.
    pub fn given(&self) -> Option<&'static str> {
        let all = [
            (self.key_namespace.is_some(), "--key-namespace"),
            (self.key_name.is_some(), "--key-name"),
            (self.required_context.is_some(), "--required-context"),
            (self.frames.is_some(), "--frames"),
        ];
        all.into_iter().find(|(given, _)| *given).map(|(_, name)| name)
    }

    /// Reads the wrapping key in the file `path`.
    pub fn read_key(&self, path: Option<&Path>) -> Result<Option<WrappingKey>, Error> {
        read_key(path, self.key_namespace.as_ref(), self.key_name.as_ref())
    }
}

fn read_key(
    path: Option<&Path>,
    namespace: Option<&String>,
    name: Option<&String>,
) -> Result<Option<WrappingKey>, Error> {
    let Some(path) = path else { return Ok(None) };
    let name = KeyName { namespace: namespace.cloned(), name: name.cloned() };
    if name.namespace.as_deref().is_some_and(|namespace| namespace.starts_with(keys::AWS_KMS)) {
        let message = "--key-namespace: names that begin with aws-kms belong to AWS KMS";
        return Err(Error::usage(message));
    }
    WrappingKey::read(path, name).map(Some)
}

fn frame_len(text: &str) -> Result<NonZeroU32, String> {
    let len = text.parse().ok().filter(|len: &NonZeroU32| len.get() <= MAX_FRAME_LEN);
    len.ok_or_else(|| format!("a frame has 1 to {MAX_FRAME_LEN} bytes"))
}

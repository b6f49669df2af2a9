//! How S3 encrypts what is written to it: the headers of server-side encryption (Amazon S3 API,
//! PutObject), which stand for Elastic Transcoder's modes `s3` and `s3-aws-kms`.

use aws_sdk_s3::types::ServerSideEncryption;
use clap::{Args, ValueEnum};

use super::ObjectUrl;
use crate::base64;
use crate::error::Error;
use crate::keyservice::EncryptionContext;

/// The options of server-side encryption.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Options of outputs in S3")]
pub struct Sse {
    /// How S3 encrypts what it stores [default: as the bucket says]
    #[arg(long, value_name = "ALGORITHM")]
    sse: Option<Algorithm>,
    /// The KMS key of S3, by id or ARN [default: aws/s3]
    #[arg(long, value_name = "KEY", requires = "sse")]
    sse_kms_key_id: Option<String>,
    /// The encryption context that S3 gives to KMS beside its own aws:s3:arn
    #[arg(long, value_name = "K=V[,K=V]", requires = "sse")]
    sse_context: Option<EncryptionContext>,
    /// Let one call to KMS serve many objects, by a key of the bucket
    #[arg(long, requires = "sse")]
    sse_bucket_key: bool,
}

/// Values of `x-amz-server-side-encryption`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Algorithm {
    /// Under keys of S3: mode s3
    #[value(name = "AES256")]
    Aes256,
    /// Under a key of KMS: mode s3-aws-kms
    #[value(name = "aws:kms")]
    AwsKms,
    /// Under a key of KMS, in two layers
    #[value(name = "aws:kms:dsse")]
    AwsKmsDsse,
}

/// The headers for one object.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers {
    pub(super) algorithm: Option<ServerSideEncryption>,
    pub(super) key_id: Option<String>,
    /// Base64 of UTF-8 JSON.
    pub(super) context: Option<String>,
    pub(super) bucket_key: Option<bool>,
}

impl Sse {
    /// Whether an option was given.
    pub fn is_given(&self) -> bool {
        self.sse.is_some()
    }

    /// The headers for the object `url`.
    ///
    /// # Errors
    ///
    /// Options that S3 does not take together (usage).
    pub(super) fn headers(&self, url: &ObjectUrl) -> Result<Headers, Error> {
        let of_kms = self.sse_kms_key_id.is_some() || self.sse_context.is_some();
        match self.sse {
            Some(Algorithm::Aes256) if of_kms || self.sse_bucket_key => {
                return Err(Error::usage("--sse AES256 takes no key of KMS").hint(
                    "--sse aws:kms takes --sse-kms-key-id, --sse-context, --sse-bucket-key",
                ));
            }
            Some(Algorithm::AwsKmsDsse) if self.sse_bucket_key => {
                return Err(Error::usage("--sse aws:kms:dsse has no bucket keys")
                    .hint("leave --sse-bucket-key out"));
            }
            _ => {}
        }
        Ok(Headers {
            algorithm: self.sse.map(|algorithm| match algorithm {
                Algorithm::Aes256 => ServerSideEncryption::Aes256,
                Algorithm::AwsKms => ServerSideEncryption::AwsKms,
                Algorithm::AwsKmsDsse => ServerSideEncryption::AwsKmsDsse,
            }),
            key_id: self.sse_kms_key_id.clone(),
            context: self.context(url)?,
            bucket_key: self.sse_bucket_key.then_some(true),
        })
    }

    fn context(&self, url: &ObjectUrl) -> Result<Option<String>, Error> {
        let Some(context) = &self.sse_context else { return Ok(None) };
        let arn = if self.sse_bucket_key { url.bucket_arn() } else { url.arn() };
        // S3 adds the pair where it is missing, and refuses another value with "invalid request".
        if let Some((_, given)) = context.pairs().find(|(key, _)| *key == "aws:s3:arn")
            && given != arn
        {
            return Err(Error::usage(format!("--sse-context: aws:s3:arn of {url} is {arn}"))
                .hint("leave the pair out: S3 adds it"));
        }
        Ok(Some(base64::encode(context.to_json().to_string().as_bytes())?.to_string()))
    }
}

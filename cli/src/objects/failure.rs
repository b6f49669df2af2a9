//! What S3 said no to, in one sentence, and the next step.
//!
//! Codes are of the Amazon S3 API, "Error responses". What a server says is printed with its
//! control characters escaped: it may be anybody's.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::ObjectUrl;
use crate::error::Error;

/// What was being done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum What {
    Read,
    Write,
    List,
    Remove,
}

impl What {
    fn cannot(self) -> &'static str {
        match self {
            Self::Read => "cannot read",
            Self::Write => "cannot write",
            Self::List => "cannot list",
            Self::Remove => "cannot remove",
        }
    }
}

/// The error of a request about `url`.
pub(super) fn failed<E>(what: What, url: &ObjectUrl, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let Some(response) = error.raw_response() else { return unanswered(what, url, error) };
    let service = error.as_service_error();
    let code = service.and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let message = service.and_then(ProvideErrorMetadata::message).unwrap_or_default();
    let status = response.status().as_u16();
    let region = response.headers().get("x-amz-bucket-region").map(plain);
    let system = |why: &str| Error::system(format!("{} {url}: {why}", what.cannot()));
    match (code, status) {
        ("NoSuchBucket", _) => system("there is no such bucket"),
        ("NoSuchKey" | "NotFound" | "", 404) => system("there is no such object")
            .hint("aws s3 ls shows what a bucket holds; keys tell capitals from small letters"),
        ("PreconditionFailed", _) | (_, 412) if what == What::Write => exists(url),
        ("ConditionalRequestConflict", _) if what == What::Write => exists(url),
        ("PreconditionFailed", _) | (_, 412) => {
            system("it changed while it was read").hint("try again when nobody writes to it")
        }
        ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "TemporaryRedirect", _)
        | (_, 301 | 307) => match region {
            Some(region) => {
                system(&format!("the bucket is in {region}")).hint(format!("AWS_REGION={region}"))
            }
            None => system("the bucket is in another region").hint("AWS_REGION names it"),
        },
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken", _) => {
            system(&format!("S3 does not know the credentials ({})", plain(code))).hint(
                "log in again, or correct AWS_PROFILE, AWS_ACCESS_KEY_ID or AWS_SESSION_TOKEN",
            )
        }
        ("RequestTimeTooSkewed", _) => system("the clock of this machine is wrong")
            .hint("set the clock: S3 takes signatures of the last 15 minutes"),
        ("InvalidObjectState", _) => system("it is in an archive (Glacier)")
            .hint("restore it first: aws s3api restore-object"),
        ("AccessDenied" | "Forbidden" | "", 403) => system("S3 denies access").hint(match what {
            What::Read => "the credentials need s3:GetObject on it, kms:Decrypt on the key of S3",
            What::Write => {
                "the credentials need s3:PutObject on it, kms:GenerateDataKey and kms:Decrypt on \
                 the key of S3"
            }
            What::List => "the credentials need s3:ListBucket on the bucket",
            What::Remove => "the credentials need s3:DeleteObject on it",
        }),
        ("", _) => system(&format!("S3 answered with status {status}")),
        _ => system(&format!("S3 answered {}: {}", plain(code), plain(message))),
    }
}

/// The refusal to overwrite.
pub(super) fn exists(url: &ObjectUrl) -> Error {
    Error::refused(format!("{url}: the output exists")).hint("--force replaces it")
}

/// The error of a request that had no answer.
fn unanswered<E>(what: What, url: &ObjectUrl, error: &SdkError<E, HttpResponse>) -> Error
where
    E: StdError + 'static,
{
    let mut innermost: &dyn StdError = error;
    loop {
        if innermost.downcast_ref::<CredentialsError>().is_some() {
            return Error::system(format!("{} {url}: no AWS credentials", what.cannot()))
                .hint("set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => break,
        }
    }
    let why = match error {
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        _ => sentence(innermost),
    };
    Error::system(format!("{} {url}: {why}", what.cannot()))
        .hint("check the network, and the endpoint where one is given")
}

/// The error of a body that ended too early, or went on too long.
pub(super) fn broken(url: &ObjectUrl, error: &(dyn StdError + 'static)) -> Error {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let why = sentence(innermost);
    Error::system(format!("cannot read {url}: {why}")).hint("check the network, and try again")
}

/// An error's sentence, without the number that Rust appends to the system's.
fn sentence(error: &(dyn StdError + 'static)) -> String {
    let text = error.to_string();
    plain(text.split(" (os error ").next().unwrap_or_default())
}

/// One line of a stranger's text.
fn plain(text: &str) -> String {
    text.chars().take(MAX_TEXT).flat_map(char::escape_debug).collect()
}

/// Characters of a stranger's text that an error shows.
const MAX_TEXT: usize = 300;

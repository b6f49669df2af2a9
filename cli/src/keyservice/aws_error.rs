//! Why AWS KMS did not do as asked: its refusal by its own name, or why it could not be asked.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_smithy_runtime_api::http::Response;

use super::aws::PlainHttp;
use super::{AwsKms, Exception, ExceptionName, KmsError};
use crate::error::{self, Error};
use crate::output;

/// The failure of a call to `kms` about the key `key_id`.
pub(super) fn from_sdk<E>(
    error: SdkError<E, Response>,
    kms: &AwsKms,
    key_id: Option<&str>,
) -> KmsError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let request_id = error.request_id().map(printable);
    if let SdkError::ServiceError(answer) = &error {
        if let Some(code) = answer.err().code() {
            let name = ExceptionName::parse(code);
            let message = match answer.err().message() {
                Some(message) if !message.is_empty() => printable(message),
                _ => without_message(name).to_owned(),
            };
            let key_arn = arn_in(&message).or(key_id.filter(|id| is_key_arn(id)));
            let key_arn = key_arn.map(str::to_owned);
            let hint = hint(name, kms.region(), key_id);
            return KmsError::Exception(Exception { name, message, hint, key_arn, request_id });
        }
        let status = answer.raw().status().as_u16();
        return not_kms(&format!("HTTP status {status} and no error of KMS")).into();
    }
    unreachable(&error, kms.name()).into()
}

/// Whether `text` is the ARN of a key, and not of an alias.
pub(super) fn is_key_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.split(':').nth(5).is_some_and(|key| key.starts_with("key/"))
}

/// The first ARN of a key in a sentence of KMS: "arn:…:key/… is disabled."
fn arn_in(message: &str) -> Option<&str> {
    let words = message.split([' ', '\'', '"', ',', '(', ')']);
    words.map(|word| word.trim_end_matches('.')).find(|word| is_key_arn(word))
}

/// KMS itself sends no message with some of its refusals.
fn without_message(name: ExceptionName) -> &'static str {
    match name {
        ExceptionName::InvalidCiphertext => {
            "The ciphertext was altered, or wrapped under another encryption context."
        }
        _ => "The key service gave no reason.",
    }
}

fn hint(name: ExceptionName, region: &str, key_id: Option<&str>) -> Option<String> {
    let key = key_id.unwrap_or("KEY");
    let arn = key.strip_prefix("arn:");
    let region_of_key = arn.and_then(|arn| arn.split(':').nth(2)).filter(|it| *it != region);
    Some(match name.as_str() {
        "NotFoundException" if region_of_key.is_some() => {
            let region_of_key = region_of_key.unwrap_or_default();
            format!(
                "{region} was asked, and the key is of {region_of_key}: --kms aws:{region_of_key}"
            )
        }
        "DisabledException" => format!("`reelseal key enable {key}` enables it"),
        "NotFoundException" if key.starts_with("alias/") => {
            format!(
                "`reelseal key list` shows the keys; `reelseal key alias {key} KEY` names one so"
            )
        }
        "NotFoundException" => {
            "`reelseal key list` shows the keys of this account and Region".into()
        }
        "InvalidCiphertextException" => {
            "--encryption-context must be the one that it was wrapped under".into()
        }
        "AccessDeniedException" => {
            "the key's policy or the caller's must allow this: `aws sts get-caller-identity` says \
             who the caller is"
                .into()
        }
        "UnrecognizedClientException" | "InvalidSignatureException" => {
            "the service does not know these credentials: see AWS_ACCESS_KEY_ID and AWS_PROFILE"
                .into()
        }
        "ExpiredTokenException" => "the credentials have expired: log in again".into(),
        "ThrottlingException" => "the service was asked too often: try again later".into(),
        _ => return None,
    })
}

/// The service could not be asked, or gave no answer.
fn unreachable(error: &(dyn StdError + 'static), name: &str) -> Error {
    if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<PlainHttp>()) {
        return Error::refused(refused.to_string())
            .hint("use https://; or --allow-plain-http, if the way there is safe otherwise");
    }
    let credentials = causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>());
    if let Some(CredentialsError::CredentialsNotLoaded(_)) = credentials {
        return Error::usage("no AWS credentials were found").hint(
            "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in by `aws \
             sso login`",
        );
    }
    let last = causes(error).last().map(ToString::to_string).unwrap_or_default();
    let last = printable(error::plain(&last));
    if credentials.is_some() {
        return Error::system(format!("AWS credentials cannot be had: {last}"));
    }
    Error::system(format!("cannot ask the key service at {name}: {last}"))
        .hint("see the network, --kms-endpoint, and the Region of --kms aws:REGION")
}

/// The error, and what caused it, down to the first cause.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}

fn not_kms(what: &str) -> Error {
    Error::system(format!("the key service answered with {what}"))
        .hint("is --kms-endpoint the address of a service that speaks KMS's protocol?")
}

fn printable(text: &str) -> String {
    output::printable(text, MAX_MESSAGE_LEN)
}

/// In characters. KMS's own sentences are shorter, and a stranger's shall not fill the log.
const MAX_MESSAGE_LEN: usize = 1000;

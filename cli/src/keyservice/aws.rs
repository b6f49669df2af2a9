//! AWS KMS, or what speaks its protocol: the operations of its API, asked through its SDK.
//!
//! Throttling, lost connections and the service's own failures are worth another try, which the
//! SDK makes after a growing pause; a refusal is final.
//!
//! *What is not erased.* A plaintext that is sent or received passes through buffers of the SDK,
//! of TLS and of the HTTP client, which they do not erase. Ours are.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;

use aws_sdk_kms::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_kms::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_kms::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use aws_sdk_kms::{Client, Config};
use aws_smithy_runtime_api::http::Response;
use zeroize::Zeroizing;

use super::{
    DataKey, Decrypted, Destination, Encrypted, EncryptionContext, KeyMetadata, KeyService,
    KmsError, ReEncrypted, Source, UsedKey, aws_error, aws_metadata,
};
use crate::aws::Aws;
use crate::error::Error;

/// A client of AWS KMS.
#[derive(Debug)]
pub struct AwsKms {
    aws: Aws,
    client: Client,
    /// What is asked, for people to read.
    name: String,
}

impl AwsKms {
    /// A client of KMS in `region`, or of what speaks its protocol at `endpoint`. Where neither is
    /// given, the environment and the user's profile say.
    ///
    /// Data keys travel in the clear inside TLS: over plain HTTP they go to this machine only,
    /// unless `allow_plain_http`.
    ///
    /// # Errors
    ///
    /// No Region is known. The service is not asked yet.
    pub fn connect(
        region: Option<&str>,
        endpoint: Option<&str>,
        allow_plain_http: bool,
    ) -> Result<Self, Error> {
        let aws = Aws::connect(region, endpoint)?;
        let mut config = aws_sdk_kms::config::Builder::from(aws.config());
        if !allow_plain_http {
            config = config.interceptor(NoPlainHttp);
        }
        let config: Config = config.build();
        let region = aws.config().region().map_or("", |region| region.as_ref());
        let name = match endpoint.or(aws.config().endpoint_url()) {
            Some(endpoint) => endpoint.to_owned(),
            None => format!("AWS KMS in {region}"),
        };
        Ok(Self { client: Client::from_conf(config), aws, name })
    }

    /// What is asked: an endpoint, or AWS KMS in a Region.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Region that is asked.
    pub fn region(&self) -> &str {
        self.aws.config().region().map_or("", |region| region.as_ref())
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for the answer to `call`, which is about the key `key_id`.
    pub(super) fn ask<T, E>(
        &self,
        key_id: Option<&str>,
        call: impl Future<Output = Result<T, SdkError<E, Response>>>,
    ) -> Result<T, KmsError>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.aws.wait(call)?.map_err(|error| aws_error::from_sdk(error, self, key_id))
    }
}

impl KeyService for AwsKms {
    fn encrypt(
        &self,
        key_id: &str,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError> {
        let request = self.client.encrypt().key_id(key_id).plaintext(Blob::new(plaintext));
        let request = request.set_encryption_context(pairs(context));
        let answer = self.ask(Some(key_id), request.send())?;
        let key = used(answer.key_id(), None, &answer)?;
        Ok(Encrypted { wrapped: wrapped(answer.ciphertext_blob)?, key })
    }

    fn decrypt(
        &self,
        blob: &[u8],
        key_id: Option<&str>,
        context: &EncryptionContext,
    ) -> Result<Decrypted, KmsError> {
        let request = self.client.decrypt().ciphertext_blob(Blob::new(blob));
        let request = request.set_key_id(key_id.map(str::to_owned));
        let request = request.set_encryption_context(pairs(context));
        let mut answer = self.ask(key_id, request.send())?;
        let plaintext = plaintext(answer.plaintext.take())?;
        let key = used(answer.key_id(), answer.key_material_id(), &answer)?;
        match key_id {
            Some(given) if aws_error::is_key_arn(given) && given != key.key_arn => {
                Err(unexpected("used another key than it was asked to"))
            }
            _ => Ok(Decrypted { plaintext, key }),
        }
    }

    fn generate_data_key(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<DataKey, KmsError> {
        let (spec, number_of_bytes) = size(len);
        let request = self.client.generate_data_key().key_id(key_id).set_key_spec(spec);
        let request = request.set_number_of_bytes(number_of_bytes);
        let request = request.set_encryption_context(pairs(context));
        let mut answer = self.ask(Some(key_id), request.send())?;
        let plaintext = plaintext(answer.plaintext.take())?;
        if plaintext.len() != len {
            return Err(unexpected("gave a data key of another length"));
        }
        let key = used(answer.key_id(), answer.key_material_id(), &answer)?;
        Ok(DataKey { plaintext, wrapped: wrapped(answer.ciphertext_blob)?, key })
    }

    fn generate_data_key_without_plaintext(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError> {
        let (spec, number_of_bytes) = size(len);
        let request = self.client.generate_data_key_without_plaintext().key_id(key_id);
        let request = request.set_key_spec(spec).set_number_of_bytes(number_of_bytes);
        let request = request.set_encryption_context(pairs(context));
        let answer = self.ask(Some(key_id), request.send())?;
        let key = used(answer.key_id(), answer.key_material_id(), &answer)?;
        Ok(Encrypted { wrapped: wrapped(answer.ciphertext_blob)?, key })
    }

    fn re_encrypt(&self, from: &Source<'_>, to: &Destination<'_>) -> Result<ReEncrypted, KmsError> {
        let request = self.client.re_encrypt().ciphertext_blob(Blob::new(from.blob));
        let request = request.set_source_key_id(from.key_id.map(str::to_owned));
        let request = request.set_source_encryption_context(pairs(from.context));
        let request = request.destination_key_id(to.key_id);
        let request = request.set_destination_encryption_context(pairs(to.context));
        let answer = self.ask(Some(to.key_id), request.send())?;
        let source_material = answer.source_key_material_id();
        let source = used(answer.source_key_id(), source_material, &answer)?;
        let material = answer.destination_key_material_id();
        let destination = used(answer.key_id(), material, &answer)?;
        Ok(ReEncrypted { wrapped: wrapped(answer.ciphertext_blob)?, source, destination })
    }

    /// Without its aliases, which another operation tells.
    fn describe(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let answer = self.ask(Some(key_id), self.client.describe_key().key_id(key_id).send())?;
        let key = answer.key_metadata.ok_or_else(|| unexpected("described no key"))?;
        Ok(aws_metadata::from_sdk(&key))
    }
}

/// The pairs as the SDK takes them: none for the empty context.
fn pairs(context: &EncryptionContext) -> Option<HashMap<String, String>> {
    let pairs = context.pairs().map(|(key, value)| (key.to_owned(), value.to_owned()));
    (context.pairs().len() != 0).then(|| pairs.collect())
}

/// A data key's length in bytes, by the one of its two names that KMS demands.
fn size(len: usize) -> (Option<DataKeySpec>, Option<i32>) {
    match len {
        16 => (Some(DataKeySpec::Aes128), None),
        32 => (Some(DataKeySpec::Aes256), None),
        // What does not fit is out of range there too.
        _ => (None, Some(i32::try_from(len).unwrap_or(i32::MAX))),
    }
}

fn used(
    key_arn: Option<&str>,
    key_material_id: Option<&str>,
    answer: &impl RequestId,
) -> Result<UsedKey, KmsError> {
    Ok(UsedKey {
        key_arn: key_arn.ok_or_else(|| unexpected("did not name its key"))?.to_owned(),
        key_material_id: key_material_id.map(str::to_owned),
        key_version: None,
        request_id: answer.request_id().map(str::to_owned),
    })
}

fn wrapped(blob: Option<Blob>) -> Result<Vec<u8>, KmsError> {
    let blob = blob.map(Blob::into_inner).filter(|blob| !blob.is_empty());
    blob.ok_or_else(|| unexpected("gave no ciphertext"))
}

/// The plaintext, in the buffer that the SDK decoded it into: it is erased with it.
fn plaintext(blob: Option<Blob>) -> Result<Zeroizing<Vec<u8>>, KmsError> {
    let blob = blob.map(|blob| Zeroizing::new(blob.into_inner()));
    blob.filter(|blob| !blob.is_empty()).ok_or_else(|| unexpected("gave no plaintext"))
}

/// An answer that KMS does not give.
fn unexpected(what: &str) -> KmsError {
    Error::system(format!("the key service {what}"))
        .hint("is --kms-endpoint the address of a service that speaks KMS's protocol?")
        .into()
}

/// Refuses to send a request over plain HTTP to another machine, wherever its address came from:
/// options, environment, profile.
#[derive(Debug)]
struct NoPlainHttp;

impl Intercept for NoPlainHttp {
    fn name(&self) -> &'static str {
        "NoPlainHttp"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri: http::Uri = context.request().uri().parse()?;
        let host = uri.host().unwrap_or_default();
        if uri.scheme_str() == Some("https") || is_loopback(host) {
            return Ok(());
        }
        Err(PlainHttp(host.to_owned()).into())
    }
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The host that would have got a request over plain HTTP.
#[derive(Debug)]
pub(super) struct PlainHttp(String);

impl fmt::Display for PlainHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data keys would travel to {} in the clear, over http://", self.0)
    }
}

impl std::error::Error for PlainHttp {}

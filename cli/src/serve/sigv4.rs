//! AWS Signature Version 4: who signed a request, and whether they did.
//!
//! The request is signed once more, by AWS's own code, with the secret of the access key that it
//! names; the two signatures must be the same. A request may be sent again by who could read it
//! while its date is fresh: the scheme has no nonce.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use subtle::ConstantTimeEq;

use crate::clock;
use crate::error::Error;
use crate::keyservice::{ExceptionName, KmsError};

/// What a request says of its signature, before any of it is believed.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    /// The access key that is said to have signed.
    pub(super) access_key_id: &'a str,
    region: &'a str,
    names: Vec<&'a str>,
    signature: &'a str,
    /// In seconds since 1970 UTC.
    time: i64,
}

impl<'a> Signed<'a> {
    /// Reads the headers of a request.
    ///
    /// # Errors
    ///
    /// There is no signature, or not all of one; a header that decides is not signed; a session
    /// token is given, which this service has issued to nobody.
    pub(super) fn parse(headers: &'a HeaderMap) -> Result<Self, KmsError> {
        if !headers.contains_key("authorization") {
            let name = "MissingAuthenticationTokenException";
            return Err(refused(name, "The request has no Authorization header."));
        }
        let authorization = single(headers, "authorization")?;
        let fields = authorization
            .strip_prefix("AWS4-HMAC-SHA256 ")
            .ok_or_else(|| incomplete("the Authorization header is not AWS4-HMAC-SHA256"))?;
        let field = |name: &str| {
            let mut found = fields.split(',').filter_map(|part| {
                part.trim().strip_prefix(name).and_then(|value| value.strip_prefix('='))
            });
            let value = found.next().filter(|value| !value.is_empty() && found.next().is_none());
            value.ok_or_else(|| incomplete(&format!("the Authorization header has no {name}")))
        };
        let (credential, names) = (field("Credential")?, field("SignedHeaders")?);
        let signature = field("Signature")?;
        let [access_key_id, date, region, "kms", "aws4_request"] =
            credential.split('/').collect::<Vec<_>>()[..]
        else {
            let scope = "Credential is not ACCESS-KEY/DATE/REGION/kms/aws4_request";
            return Err(refused("InvalidSignatureException", scope));
        };
        if headers.contains_key("x-amz-security-token") {
            let token = "The security token included in the request is invalid: this service \
                         issues none.";
            return Err(refused("UnrecognizedClientException", token));
        }
        let amz_date = single(headers, "x-amz-date")?;
        let time = seconds(amz_date)
            .filter(|_| amz_date.get(..8) == Some(date))
            .ok_or_else(|| incomplete("X-Amz-Date is not a time of the Credential's date"))?;
        let names: Vec<&str> = names.split(';').collect();
        let must_be_signed = |name: &str| name == "host" || name.starts_with("x-amz-");
        let unsigned = headers.keys().map(|name| name.as_str());
        let mut unsigned = unsigned.filter(|name| must_be_signed(name) && !names.contains(name));
        match unsigned.next() {
            Some(name) => Err(incomplete(&format!("the header {name} is not signed"))),
            None if !names.contains(&"host") => Err(incomplete("the header host is missing")),
            None => Ok(Self { access_key_id, region, names, signature, time }),
        }
    }

    /// Checks that the request was signed with `secret`, and not long before or after `now`.
    ///
    /// # Errors
    ///
    /// It was not: the header, the body or the secret is another; or the date is not fresh.
    pub(super) fn verify(
        &self,
        parts: &Parts,
        body: &[u8],
        secret: &str,
        now: i64,
    ) -> Result<(), KmsError> {
        let expected = self.sign(parts, body, secret)?;
        if !bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes())) {
            let message = "The request signature we calculated does not match the signature you \
                           provided. Check your AWS Secret Access Key and signing method.";
            return Err(refused("InvalidSignatureException", message));
        }
        // Who holds no secret learns nothing of our clock.
        let (signed_at, here) = (clock::rfc3339(self.time), clock::rfc3339(now));
        let stale = match self.time.saturating_sub(now) {
            age if age < -MAX_SKEW => format!("Signature expired: {signed_at}, and now is {here}"),
            age if age > MAX_SKEW => {
                format!("Signature not yet current: {signed_at}, and now is {here}")
            }
            _ => return Ok(()),
        };
        Err(refused("InvalidSignatureException", &stale))
    }

    /// The signature that the owner of `secret` puts under this request.
    fn sign(&self, parts: &Parts, body: &[u8], secret: &str) -> Result<String, KmsError> {
        let cannot = |_| Error::bug("a request cannot be signed");
        let names = self.names.iter();
        let headers: Vec<(&str, &str)> = names
            .flat_map(|name| parts.headers.get_all(*name).iter().map(|value| (*name, value)))
            .map(|(name, value)| Ok((name, value.to_str().map_err(|_| not_ascii(name))?)))
            .collect::<Result<_, KmsError>>()?;
        let body = SignableBody::Bytes(body);
        let uri = parts.uri.to_string();
        let request = SignableRequest::new(parts.method.as_str(), uri, headers.into_iter(), body)
            .map_err(|_| {
            refused("InvalidSignatureException", "The request cannot be signed.")
        })?;
        // What the client signed is signed here, whatever it is called.
        let mut settings = SigningSettings::default();
        settings.excluded_headers = None;
        let identity = Credentials::new(self.access_key_id, secret, None, None, "keystore").into();
        let seconds = u64::try_from(self.time).unwrap_or(0);
        let time: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("kms")
            .time(time)
            .settings(settings)
            .build()
            .map_err(|_| Error::bug("a signature lacks a parameter"))?
            .into();
        Ok(sign(request, &params).map_err(cannot)?.into_parts().1)
    }
}

/// The one value of a header.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, KmsError> {
    let mut values = headers.get_all(name).iter();
    let missing = || incomplete(&format!("the header {name} is not there once"));
    let value = values.next().filter(|_| values.next().is_none()).ok_or_else(missing)?;
    value.to_str().map_err(|_| not_ascii(name))
}

/// The time in `X-Amz-Date`: `20251113T000000Z`.
fn seconds(date: &str) -> Option<i64> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}

fn not_ascii(name: &str) -> KmsError {
    incomplete(&format!("the header {name} is not ASCII"))
}

fn incomplete(what: &str) -> KmsError {
    refused("IncompleteSignatureException", what)
}

fn refused(name: &str, message: &str) -> KmsError {
    KmsError::new(ExceptionName::parse(name), message)
}

/// In seconds, before and after: what AWS allows (IAM User Guide, "AWS Signature Version 4").
const MAX_SKEW: i64 = 5 * 60;

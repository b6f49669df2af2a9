//! One request and its answer: room and time for the body, who signed it, what came of it.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use zeroize::Zeroizing;

use super::answer::{self, Text};
use super::connection::Peer;
use super::sigv4::Signed;
use super::{Requests, Service, operation, request};
use crate::audit::Caller;
use crate::error::Error;
use crate::keyservice::{ExceptionName, KmsError, random_uuid};
use crate::{clock, output, random};

/// Answers any request: what is not of KMS's protocol is refused in it too.
pub(super) async fn answer(
    State(service): State<Arc<Service>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let id = random::fresh_key().map(|bytes| random_uuid(*bytes)).unwrap_or_default();
    let (source_ip, request_id) = (peer.to_string(), id.clone());
    let (status, text) = match read(body).await {
        Err(refusal) => refusal,
        Ok(body) => {
            let work = move || service.answer(&parts, &body, source_ip, request_id);
            let done = tokio::task::spawn_blocking(work).await;
            // It panicked, and that is on standard error.
            done.unwrap_or_else(|_| answer::refusal(&Error::bug("no answer").into()))
        }
    };
    let mut response = Response::new(Body::from(Bytes::from_owner(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// Reads a body whole, into memory that is erased.
async fn read(mut body: Body) -> Result<Zeroizing<Vec<u8>>, (StatusCode, Text)> {
    let too_large = || {
        let message = format!("A request has at most {MAX_BODY_LEN} bytes.");
        let name = "RequestEntityTooLargeException";
        (StatusCode::PAYLOAD_TOO_LARGE, answer::named(name, &message))
    };
    let len = body.size_hint().exact().map_or(MAX_BODY_LEN, |len| {
        // What does not fit is too large as well.
        usize::try_from(len).unwrap_or(usize::MAX)
    });
    if len > MAX_BODY_LEN {
        return Err(too_large());
    }
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(len));
    let all = async {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| {
                let broken = answer::named("SerializationException", "The body is cut off.");
                (StatusCode::BAD_REQUEST, broken)
            })?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > MAX_BODY_LEN {
                return Err(too_large());
            }
            bytes.extend_from_slice(&data);
        }
        Ok(())
    };
    let read = tokio::time::timeout(BODY, all).await.unwrap_or_else(|_| {
        let slow = answer::named("RequestTimeoutException", "The body came too slowly.");
        Err((StatusCode::REQUEST_TIMEOUT, slow))
    });
    read.map(|()| bytes)
}

impl Service {
    fn answer(
        &self,
        parts: &Parts,
        body: &[u8],
        source_ip: String,
        request_id: String,
    ) -> (StatusCode, Text) {
        let said = text(&parts.headers, "x-amz-target").to_owned();
        let told = format!("request {request_id} from {source_ip}, {said:?}");
        if parts.method != Method::POST || parts.uri != "/" {
            let text = answer::named("UnknownOperationException", "KMS is asked by POST to /.");
            return (StatusCode::NOT_FOUND, text);
        }
        let answered = self
            .authenticate(&parts.headers, parts, body)
            .map(|(access_key_id, user)| Caller {
                access_key_id,
                user,
                source_ip,
                user_agent: text(&parts.headers, "user-agent").chars().take(512).collect(),
                request_id,
            })
            .and_then(|caller| {
                let name = request::operation(&said)?;
                let admin = self.admin.on_behalf_of(caller);
                admin.delete_overdue(clock::now())?;
                operation::answer(&admin, name, body)
            });
        let failed = matches!(answered, Err(KmsError::Failed(_)));
        if failed || self.log == Requests::Told {
            let outcome = answered.as_ref().map_or_else(ToString::to_string, |_| "done".into());
            output::print_remark(&format!("{told}: {}", output::printable(&outcome, 1000)));
        }
        answered.map_or_else(|error| answer::refusal(&error), |text| (StatusCode::OK, text))
    }

    /// The access key that signed the request, and its user.
    fn authenticate(
        &self,
        headers: &HeaderMap,
        parts: &Parts,
        body: &[u8],
    ) -> Result<(String, String), KmsError> {
        let signed = Signed::parse(headers)?;
        let Some((user, secret)) = self.admin.local().access_key(signed.access_key_id)? else {
            let name = ExceptionName::parse("UnrecognizedClientException");
            let message = "The security token included in the request is invalid.";
            return Err(KmsError::new(name, message));
        };
        signed.verify(parts, body, &secret, clock::now())?;
        Ok((signed.access_key_id.to_owned(), user))
    }
}

/// A header that decides nothing before it is signed.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// In bytes. The longest request is CreateKey with 8,192 characters of Description, each twelve
/// bytes when it is written as two escapes; who is not yet known gets no more memory.
const MAX_BODY_LEN: usize = 128 * 1024;

/// For the whole body, which any network carries at once.
const BODY: Duration = Duration::from_secs(10);

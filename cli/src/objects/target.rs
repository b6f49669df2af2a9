//! The requests that write an object: PutObject, or CreateMultipartUpload, UploadPart and
//! CompleteMultipartUpload or AbortMultipartUpload (Amazon S3 API).
//!
//! `If-None-Match: *` makes the last of them fail where an object of this name has come to be
//! (Amazon S3 User Guide, "Conditional writes").

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::abort_multipart_upload::AbortMultipartUploadError;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::failure::{What, failed};
use super::sse::Headers;
use super::{ObjectUrl, Objects};
use crate::base64;
use crate::error::Error;
use crate::package::{Existing, interrupt};

/// An object to be written, and the requests that do it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) objects: Objects,
    pub(super) url: ObjectUrl,
    pub(super) existing: Existing,
    pub(super) metadata: HashMap<String, String>,
    pub(super) headers: Headers,
}

/// An upload in parts, as far as it has come.
#[derive(Debug)]
pub(super) struct Multipart {
    pub(super) id: String,
    pub(super) sent: i32,
    pub(super) len: u64,
    pub(super) on_their_way: JoinSet<Result<CompletedPart, Error>>,
    pub(super) done: Vec<CompletedPart>,
}

impl Target {
    /// The object in one request.
    pub(super) fn put(&self, body: Zeroizing<Vec<u8>>) -> Result<(), Error> {
        let Self { objects, url, existing, metadata, headers } = self;
        let (aws, client) = objects.client()?;
        let sha256 = base64::encode(&Sha256::digest(&*body))?.to_string();
        let len = body.len() as u64;
        let request = client
            .put_object()
            .bucket(url.bucket())
            .key(url.key())
            .set_if_none_match(if_none_match(*existing))
            .set_metadata(Some(metadata.clone()))
            .set_server_side_encryption(headers.algorithm.clone())
            .set_ssekms_key_id(headers.key_id.clone())
            .set_ssekms_encryption_context(headers.context.clone())
            .set_bucket_key_enabled(headers.bucket_key)
            .set_content_type(content_type(url.key()))
            .checksum_sha256(&sha256)
            .body(ByteStream::from(Bytes::from_owner(body)));
        let Err(error) = aws.wait(request.send())? else { return Ok(()) };
        let is_ours = |head: &HeadObjectOutput| head.checksum_sha256() == Some(&sha256);
        if is_unclear(&error) && self.is_there(len, is_ours) {
            return Ok(());
        }
        Err(failed(What::Write, url, &error))
    }

    pub(super) fn begin(&self) -> Result<Multipart, Error> {
        let Self { objects, url, metadata, headers, .. } = self;
        let (aws, client) = objects.client()?;
        let request = client
            .create_multipart_upload()
            .bucket(url.bucket())
            .key(url.key())
            .set_metadata(Some(metadata.clone()))
            .set_server_side_encryption(headers.algorithm.clone())
            .set_ssekms_key_id(headers.key_id.clone())
            .set_ssekms_encryption_context(headers.context.clone())
            .set_bucket_key_enabled(headers.bucket_key)
            .set_content_type(content_type(url.key()))
            .checksum_algorithm(CHECKSUM);
        // An upload whose id we do not wait for is one that nobody aborts.
        let answer = interrupt::hold(|| aws.wait(request.send()))?;
        let answer = answer.map_err(|error| failed(What::Write, url, &error))?;
        let id = answer.upload_id.ok_or_else(|| {
            Error::system(format!("cannot write {url}: S3 gave the upload no id"))
        })?;
        Ok(Multipart { id, sent: 0, len: 0, on_their_way: JoinSet::new(), done: Vec::new() })
    }

    pub(super) fn complete(&self, multipart: &Multipart) -> Result<(), Error> {
        let Self { objects, url, existing, .. } = self;
        let (aws, client) = objects.client()?;
        let parts = Some(multipart.done.clone());
        let request = client
            .complete_multipart_upload()
            .bucket(url.bucket())
            .key(url.key())
            .upload_id(&multipart.id)
            .set_if_none_match(if_none_match(*existing))
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(parts).build());
        let Err(error) = aws.wait(request.send())? else { return Ok(()) };
        let abort = client.abort_multipart_upload().bucket(url.bucket()).key(url.key());
        let aborted = aws.wait(abort.upload_id(&multipart.id).send())?;
        let is_gone = |error: &AbortMultipartUploadError| error.code() == Some("NoSuchUpload");
        let parts = format!("-{}", multipart.sent);
        let of_parts = |head: &HeadObjectOutput| {
            head.e_tag().is_none_or(|etag| etag.trim_matches('"').ends_with(&parts))
        };
        if aborted.is_err_and(|error| error.as_service_error().is_some_and(is_gone))
            && self.is_there(multipart.len, of_parts)
        {
            return Ok(());
        }
        Err(failed(What::Write, url, &error))
    }

    /// Whether the object is the one that we wrote, though its last answer never came: a request
    /// that the SDK made again met what the first one had done.
    fn is_there(&self, len: u64, is_ours: impl FnOnce(&HeadObjectOutput) -> bool) -> bool {
        let Self { objects, url, .. } = self;
        let Ok((aws, client)) = objects.client() else { return false };
        let request = client.head_object().bucket(url.bucket()).key(url.key());
        let head = aws.wait(request.checksum_mode(ChecksumMode::Enabled).send());
        let Ok(Ok(head)) = head else { return false };
        head.content_length().is_some_and(|there| u64::try_from(there) == Ok(len)) && is_ours(&head)
    }

    /// Gives up: nobody is told where that fails, as nobody sees the parts.
    pub(super) fn abort(&self, mut multipart: Multipart) {
        let Self { objects, url, .. } = self;
        let Ok((aws, client)) = objects.client() else { return };
        if objects.lost().load(Ordering::Relaxed) {
            return;
        }
        let request = client.abort_multipart_upload().bucket(url.bucket()).key(url.key());
        let abort = async {
            // A part that arrives after the abort would stay.
            multipart.on_their_way.shutdown().await;
            request.upload_id(multipart.id).send().await
        };
        // A clock belongs to the runtime, and is asked for inside it.
        let answered = aws.wait(async { tokio::time::timeout(ABORT, abort).await });
        let is_lost = !matches!(answered, Ok(Ok(Ok(_) | Err(SdkError::ServiceError(_)))));
        objects.lost().fetch_or(is_lost, Ordering::Relaxed);
    }
}

impl Multipart {
    /// Waits until all parts are with S3.
    pub(super) fn join(&mut self, target: &Target) -> Result<(), Error> {
        let (aws, _) = target.objects.client()?;
        while let Some(part) = aws.wait(self.on_their_way.join_next())? {
            self.done.push(joined(part)?);
        }
        self.done.sort_by_key(CompletedPart::part_number);
        Ok(())
    }

    pub(super) fn send(&mut self, target: &Target, bytes: Zeroizing<Vec<u8>>) -> Result<(), Error> {
        let Target { objects, url, .. } = target;
        let (aws, client) = objects.client()?;
        let mut room = objects.ahead(bytes.len());
        while room.is_none() || self.on_their_way.len() >= PARTS {
            match aws.wait(self.on_their_way.join_next())? {
                Some(part) => self.done.push(joined(part)?),
                None => break,
            }
            room = room.or_else(|| objects.ahead(bytes.len()));
        }
        self.len += bytes.len() as u64;
        self.sent += 1;
        let number = self.sent;
        let request = client
            .upload_part()
            .bucket(url.bucket())
            .key(url.key())
            .upload_id(&self.id)
            .part_number(number)
            .checksum_algorithm(CHECKSUM)
            .body(ByteStream::from(Bytes::from_owner(bytes)));
        let url = url.clone();
        aws.wait(async {
            self.on_their_way.spawn(async move {
                let _room: Option<OwnedSemaphorePermit> = room;
                let answer = request.send().await;
                let answer = answer.map_err(|error| failed(What::Write, &url, &error))?;
                Ok(CompletedPart::builder()
                    .part_number(number)
                    .set_e_tag(answer.e_tag)
                    .set_checksum_crc32(answer.checksum_crc32)
                    .build())
            });
        })
    }
}

/// Whether the object may have been written all the same: by a request whose answer was lost, or
/// by the first of two that the SDK made.
fn is_unclear<E>(error: &SdkError<E, HttpResponse>) -> bool {
    error.raw_response().is_none_or(|answer| matches!(answer.status().as_u16(), 409 | 412))
}

fn joined<E: std::fmt::Display>(
    part: Result<Result<CompletedPart, Error>, E>,
) -> Result<CompletedPart, Error> {
    part.map_err(|error| Error::bug(error.to_string()))?
}

/// What S3 tells browsers and players that read the object from it (RFC 8216 §4 and §10, IANA).
fn content_type(key: &str) -> Option<String> {
    let (_, extension) = key.rsplit_once('.')?;
    let known = match extension.to_ascii_lowercase().as_str() {
        "m3u8" | "m3u" => "application/vnd.apple.mpegurl",
        "ts" => "video/mp2t",
        "mp4" | "m4s" | "m4v" | "cmfv" => "video/mp4",
        "m4a" | "cmfa" => "audio/mp4",
        "aac" => "audio/aac",
        "mp3" => "audio/mpeg",
        "vtt" | "webvtt" => "text/vtt",
        "json" => "application/json",
        _ => return None,
    };
    Some(known.to_owned())
}

fn if_none_match(existing: Existing) -> Option<String> {
    (existing == Existing::Keep).then(|| "*".to_owned())
}

/// Every store that has checksums has this one.
const CHECKSUM: ChecksumAlgorithm = ChecksumAlgorithm::Crc32;

/// Parts of one object that are on their way at a time.
const PARTS: usize = 4;

/// How long a run that failed tries to clean up.
const ABORT: Duration = Duration::from_secs(10);

//! Writing: an object that appears when its last byte was written, and not before.
//!
//! A short object is one PutObject. A longer one is a multipart upload, whose parts nobody can
//! read: it is completed in one step, or aborted on every way out. `If-None-Match: *` makes that
//! step fail where an object of this name has come to be (Amazon S3 User Guide, "Conditional
//! writes").

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::failure::{What, exists, failed};
use super::sse::Headers;
use super::{ObjectUrl, Objects};
use crate::error::Error;
use crate::package::{Existing, interrupt};

/// An object that is being written. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Upload {
    target: Target,
    /// Of the part that is being filled.
    buffer: Zeroizing<Vec<u8>>,
    multipart: Option<Multipart>,
}

/// An object of which every byte is with S3, and which nobody sees yet. Dropped, it never was.
#[derive(Debug)]
pub struct Staged(Upload);

#[derive(Debug)]
struct Target {
    objects: Objects,
    url: ObjectUrl,
    existing: Existing,
    metadata: HashMap<String, String>,
    headers: Headers,
}

#[derive(Debug)]
struct Multipart {
    id: String,
    sent: i32,
    on_their_way: JoinSet<Result<CompletedPart, Error>>,
    done: Vec<CompletedPart>,
}

impl Objects {
    /// Begins to write the object `url`, with `metadata` of the user's. S3 hears of it with the
    /// first full part, or at the end.
    ///
    /// # Errors
    ///
    /// `url` is a prefix, or the options of server-side encryption do not fit together (usage).
    pub fn create(
        &self,
        url: &ObjectUrl,
        existing: Existing,
        metadata: HashMap<String, String>,
    ) -> Result<Upload, Error> {
        url.expect_object()?;
        let headers = self.sse().headers(url)?;
        let (objects, url) = (self.clone(), url.clone());
        let target = Target { objects, url, existing, metadata, headers };
        Ok(Upload { target, buffer: Zeroizing::default(), multipart: None })
    }

    /// Refuses the object `url` where it is taken, before any work is done for it.
    ///
    /// # Errors
    ///
    /// It is there and `existing` does not say to replace it (refused); as [`Self::exists`].
    pub fn check_free(&self, url: &ObjectUrl, existing: Existing) -> Result<(), Error> {
        url.expect_object()?;
        if existing == Existing::Keep && self.exists(url)? { Err(exists(url)) } else { Ok(()) }
    }
}

impl Upload {
    /// Makes the object visible.
    ///
    /// # Errors
    ///
    /// An object of this name is there, and may not be replaced (refused); S3 says no or cannot
    /// be reached; a signal came. Then there is no object of ours.
    pub fn finish(mut self) -> Result<(), Error> {
        interrupt::check()?;
        if self.multipart.is_none() {
            return interrupt::hold(|| self.put());
        }
        self.stage()?.publish()
    }

    /// Sends every byte, and leaves only the last step to be done.
    ///
    /// # Errors
    ///
    /// S3 says no or cannot be reached; a signal came.
    pub fn stage(mut self) -> Result<Staged, Error> {
        if !self.buffer.is_empty() {
            self.send_part()?;
        }
        if let Some(multipart) = &mut self.multipart {
            let (aws, _) = self.target.objects.client()?;
            while let Some(part) = aws.wait(multipart.on_their_way.join_next())? {
                multipart.done.push(joined(part)?);
            }
            multipart.done.sort_by_key(CompletedPart::part_number);
        }
        Ok(Staged(self))
    }

    /// The object in one request.
    fn put(&mut self) -> Result<(), Error> {
        let Target { objects, url, existing, metadata, headers } = &self.target;
        let (aws, client) = objects.client()?;
        let body = Bytes::from_owner(std::mem::take(&mut self.buffer));
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
            .checksum_algorithm(CHECKSUM)
            .body(ByteStream::from(body));
        match aws.wait(request.send())? {
            Ok(_) => Ok(()),
            Err(error) => Err(failed(What::Write, url, &error)),
        }
    }

    /// Sends what is in the buffer as the next part, when there is room for one more on its way.
    fn send_part(&mut self) -> Result<(), Error> {
        let mut multipart = match self.multipart.take() {
            Some(multipart) => multipart,
            None => self.target.begin()?,
        };
        let sent = multipart.send(&self.target, std::mem::take(&mut self.buffer));
        self.multipart = Some(multipart);
        sent
    }

    /// Bytes of the next part. They double with every thousand parts, of which there may be
    /// ten: so 8 TiB fit, more than S3 takes.
    fn part_len(&self) -> usize {
        let sent = self.multipart.as_ref().map_or(0, |multipart| multipart.sent);
        PART_LEN << (sent / 1000).min(9)
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() == self.part_len() {
            self.send_part().map_err(Error::carried)?;
        }
        let room = self.part_len() - self.buffer.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        if self.buffer.capacity() - self.buffer.len() < taken.len() {
            // Moved by hand, so that the smaller buffer is erased.
            let wanted = (self.buffer.len() + taken.len()).max(self.buffer.capacity() * 4);
            let len = wanted.clamp(FIRST_LEN, self.part_len());
            let mut larger = Zeroizing::new(Vec::with_capacity(len));
            larger.extend_from_slice(&self.buffer);
            self.buffer = larger;
        }
        self.buffer.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(multipart) = self.multipart.take() else { return };
        interrupt::hold(|| self.target.abort(multipart));
    }
}

impl Staged {
    /// Makes the object visible.
    ///
    /// # Errors
    ///
    /// As [`Upload::finish`].
    pub fn publish(mut self) -> Result<(), Error> {
        interrupt::check()?;
        interrupt::hold(|| match &self.0.multipart {
            None => self.0.put(),
            Some(multipart) => {
                self.0.target.complete(multipart)?;
                self.0.multipart = None;
                Ok(())
            }
        })
    }

    /// The object.
    pub fn url(&self) -> &ObjectUrl {
        &self.0.target.url
    }
}

impl Target {
    fn begin(&self) -> Result<Multipart, Error> {
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
            .checksum_algorithm(CHECKSUM);
        // An upload whose id we do not wait for is one that nobody aborts.
        let answer = interrupt::hold(|| aws.wait(request.send()))?;
        let answer = answer.map_err(|error| failed(What::Write, url, &error))?;
        let id = answer.upload_id.ok_or_else(|| {
            Error::system(format!("cannot write {url}: S3 gave the upload no id"))
        })?;
        Ok(Multipart { id, sent: 0, on_their_way: JoinSet::new(), done: Vec::new() })
    }

    fn complete(&self, multipart: &Multipart) -> Result<(), Error> {
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
        match aws.wait(request.send())? {
            Ok(_) => Ok(()),
            Err(error) => Err(failed(What::Write, url, &error)),
        }
    }

    /// Gives up: nobody is told where that fails, as nobody sees the parts.
    fn abort(&self, mut multipart: Multipart) {
        let Self { objects, url, .. } = self;
        let Ok((aws, client)) = objects.client() else { return };
        let _ = aws.wait(tokio::time::timeout(ABORT, async {
            // A part that arrives after the abort would stay.
            multipart.on_their_way.shutdown().await;
            let request = client.abort_multipart_upload().bucket(url.bucket()).key(url.key());
            request.upload_id(multipart.id).send().await
        }));
    }
}

impl Multipart {
    fn send(&mut self, target: &Target, bytes: Zeroizing<Vec<u8>>) -> Result<(), Error> {
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

fn joined<E: std::fmt::Display>(
    part: Result<Result<CompletedPart, Error>, E>,
) -> Result<CompletedPart, Error> {
    part.map_err(|error| Error::bug(error.to_string()))?
}

fn if_none_match(existing: Existing) -> Option<String> {
    (existing == Existing::Keep).then(|| "*".to_owned())
}

/// Every store that has checksums has this one.
const CHECKSUM: ChecksumAlgorithm = ChecksumAlgorithm::Crc32;

/// Bytes of the first parts, and of the longest object that is written in one request. S3 takes
/// no parts below 5 MiB but the last.
const PART_LEN: usize = 8 << 20;

/// Bytes of the first buffer: a segment of video has a few of it.
const FIRST_LEN: usize = 1 << 20;

/// Parts of one object that are on their way at a time.
const PARTS: usize = 4;

/// How long a run that failed tries to clean up.
const ABORT: Duration = Duration::from_secs(10);

//! One version of an object.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::failure::{What, failed};
use super::reader::Reader;
use super::{ObjectUrl, Objects};
use crate::error::Error;

/// One version of an object, to be read.
#[derive(Clone, Debug)]
pub struct Object {
    pub(super) objects: Objects,
    pub(super) version: Arc<Version>,
}

/// One version of an object. The tasks that read it hold this and not the connection, which may
/// not end inside one of its own threads.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) url: ObjectUrl,
    pub(super) len: u64,
    /// Every range must be of this version. A server may have no such names.
    pub(super) etag: Option<String>,
    metadata: HashMap<String, String>,
}

impl Objects {
    /// Looks at the object `url`: it is read later.
    ///
    /// # Errors
    ///
    /// There is no such object, S3 says no or cannot be reached; a signal came.
    pub fn open(&self, url: &ObjectUrl) -> Result<Object, Error> {
        url.expect_object()?;
        let (aws, client) = self.client()?;
        let request = client.head_object().bucket(url.bucket()).key(url.key());
        let head = match aws.wait(request.send())? {
            Ok(head) => head,
            Err(error) => {
                let error = failed(What::Read, url, &error);
                // An answer to HEAD has no body, and so no reason: a GET is told.
                let request = client.get_object().bucket(url.bucket()).key(url.key());
                return Err(match aws.wait(request.range("bytes=0-0").send())? {
                    Err(told) if told.as_service_error().is_some() => {
                        failed(What::Read, url, &told)
                    }
                    _ => error,
                });
            }
        };
        let len = head.content_length().and_then(|len| u64::try_from(len).ok());
        let len = len.ok_or_else(|| Error::system(format!("cannot read {url}: no length")))?;
        let metadata = head.metadata.unwrap_or_default();
        Ok(self.version(Version { url: url.clone(), len, etag: head.e_tag, metadata }))
    }

    /// Whether there is an object `url`.
    ///
    /// # Errors
    ///
    /// S3 says no or cannot be reached; a signal came.
    pub fn exists(&self, url: &ObjectUrl) -> Result<bool, Error> {
        url.expect_object()?;
        let (aws, client) = self.client()?;
        let request = client.head_object().bucket(url.bucket()).key(url.key());
        match aws.wait(request.send())? {
            Ok(_) => Ok(true),
            Err(error) if error.raw_response().is_some_and(|r| r.status().as_u16() == 404) => {
                Ok(false)
            }
            Err(error) => Err(failed(What::Read, url, &error)),
        }
    }

    /// The object `url` of `len` bytes, as a listing named it.
    pub fn listed(&self, url: ObjectUrl, len: u64, etag: Option<String>) -> Object {
        self.version(Version { url, len, etag, metadata: HashMap::new() })
    }

    fn version(&self, version: Version) -> Object {
        Object { objects: self.clone(), version: Arc::new(version) }
    }
}

impl Object {
    /// Its name.
    pub fn url(&self) -> &ObjectUrl {
        &self.version.url
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.version.len
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.version.len == 0
    }

    /// The user's metadata: keys without `x-amz-meta-`, in small letters.
    pub fn metadata(&self) -> &HashMap<String, String> {
        &self.version.metadata
    }

    /// Reads it from its first byte to its last.
    pub fn reader(&self) -> Reader {
        self.range(0..self.version.len)
    }

    /// Reads the bytes of `range`.
    pub fn range(&self, range: Range<u64>) -> Reader {
        Reader::new(self.clone(), range)
    }
}

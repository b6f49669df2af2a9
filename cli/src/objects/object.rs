//! Reading: ranges of one version of an object, some of them ahead of the reader.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::failure::{What, broken, failed};
use super::{ObjectUrl, Objects};
use crate::error::Error;

/// One version of an object, to be read.
#[derive(Clone, Debug)]
pub struct Object {
    objects: Objects,
    version: Arc<Version>,
}

/// One version of an object. The tasks that read it hold this and not the connection, which may
/// not end inside one of its own threads.
#[derive(Debug)]
struct Version {
    url: ObjectUrl,
    len: u64,
    /// Every range must be of this version. A server may have no such names.
    etag: Option<String>,
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
        Reader { object: self.clone(), rest: range, ahead: VecDeque::new(), now: Chunk::default() }
    }

    /// Reads all of it.
    ///
    /// # Errors
    ///
    /// It has over `limit` bytes (malformed), or cannot be read.
    pub fn read(&self, limit: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
        let Version { url, len, .. } = &*self.version;
        if *len > limit {
            let message = format!("{url}: longer than the limit of {limit} bytes");
            return Err(Error::malformed(message));
        }
        let (aws, client) = self.objects.client()?;
        aws.wait(fetch(client.clone(), self.version.clone(), 0..*len))?
    }
}

/// The bytes of an object, in order.
#[derive(Debug)]
pub struct Reader {
    object: Object,
    /// What no request was made for yet.
    rest: Range<u64>,
    ahead: VecDeque<Asked>,
    now: Chunk,
}

/// A range that is on its way, and the room that it takes.
#[derive(Debug)]
struct Asked(JoinHandle<Result<Zeroizing<Vec<u8>>, Error>>, Option<OwnedSemaphorePermit>);

#[derive(Debug, Default)]
struct Chunk {
    bytes: Zeroizing<Vec<u8>>,
    read: usize,
}

impl Reader {
    /// Asks for the next ranges: for one in any case, for more as long as there is room.
    fn ask(&mut self) -> Result<(), Error> {
        let (aws, client) = self.object.objects.client()?;
        while !self.rest.is_empty() && self.ahead.len() < RANGES {
            let room = self.object.objects.ahead(CHUNK_LEN);
            if room.is_none() && !self.ahead.is_empty() {
                break;
            }
            let end = self.rest.end.min(self.rest.start.saturating_add(CHUNK_LEN as u64));
            let fetch = fetch(client.clone(), self.object.version.clone(), self.rest.start..end);
            self.ahead.push_back(Asked(aws.spawn(fetch), room));
            self.rest.start = end;
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Chunk>, Error> {
        self.ask()?;
        let Some(Asked(asked, _room)) = self.ahead.pop_front() else { return Ok(None) };
        let (aws, _) = self.object.objects.client()?;
        let bytes = aws.wait(asked)?.map_err(|error| Error::bug(error.to_string()))??;
        Ok(Some(Chunk { bytes, read: 0 }))
    }
}

impl Read for Reader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.now.read == self.now.bytes.len() {
            match self.next().map_err(Error::carried)? {
                Some(chunk) => self.now = chunk,
                None => return Ok(0),
            }
        }
        let rest = self.now.bytes.get(self.now.read..).unwrap_or_default();
        let len = rest.len().min(out.len());
        out.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.now.read += len;
        Ok(len)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.ahead.iter().for_each(|Asked(asked, _)| asked.abort());
    }
}

/// The bytes `range` of `version`, tried more than once: the SDK tries a request again, but not
/// an answer that breaks off.
async fn fetch(
    client: Client,
    version: Arc<Version>,
    range: Range<u64>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match fetch_once(&client, &version, &range).await {
            Ok(bytes) => return Ok(bytes),
            Err(Failed::Final(error)) => return Err(error),
            Err(Failed::Broken(_)) => tokio::time::sleep(pause).await,
        }
        pause *= 2;
    }
    fetch_once(&client, &version, &range).await.map_err(|failed| match failed {
        Failed::Final(error) | Failed::Broken(error) => error,
    })
}

enum Failed {
    /// To try again would not help, or the SDK did.
    Final(Error),
    /// The answer broke off.
    Broken(Error),
}

async fn fetch_once(
    client: &Client,
    version: &Version,
    range: &Range<u64>,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let Version { url, len, etag, .. } = version;
    if range.is_empty() {
        return Ok(Zeroizing::default());
    }
    let mut request = client.get_object().bucket(url.bucket()).key(url.key());
    // Of a whole object, S3 gives the checksum too, and the SDK checks it.
    if *range != (0..*len) {
        request = request.range(format!("bytes={}-{}", range.start, range.end - 1));
    }
    let answer = request.set_if_match(etag.clone()).send().await;
    let answer = answer.map_err(|error| Failed::Final(failed(What::Read, url, &error)))?;
    let changed = || {
        let error = Error::system(format!("cannot read {url}: it has another length than before"));
        Failed::Final(error.hint("try again when nobody writes to it"))
    };
    let wanted = usize::try_from(range.end - range.start).map_err(|_| changed())?;
    // In one piece: a vector that grows would leave clear bytes behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(wanted));
    let mut body = answer.body;
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| Failed::Broken(broken(url, &error)))?;
        if part.len() > wanted - bytes.len() {
            return Err(changed());
        }
        bytes.extend_from_slice(&part);
    }
    if bytes.len() < wanted {
        return Err(Failed::Broken(broken(url, &io::Error::from(io::ErrorKind::UnexpectedEof))));
    }
    Ok(bytes)
}

/// Bytes asked for at a time: large enough that the requests do not show.
const CHUNK_LEN: usize = 4 << 20;

/// Ranges of one object that are on their way at a time.
const RANGES: usize = 4;

/// As many as the SDK makes of a request.
const ATTEMPTS: u32 = 5;

/// Before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(100);

//! Reading: the bytes of an object as they come, some of them ahead of the reader.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::ObjectUrl;
use super::failure::{What, broken, failed};
use super::object::{Object, Version};
use crate::error::Error;

/// The bytes of an object, in order.
#[derive(Debug)]
pub struct Reader {
    object: Object,
    /// What was not received yet.
    rest: Range<u64>,
    stream: Option<Stream>,
    now: Chunk,
}

/// Bytes that are on their way, and the task that receives them.
#[derive(Debug)]
struct Stream {
    chunks: Receiver<Result<Zeroizing<Vec<u8>>, Error>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Chunk {
    bytes: Zeroizing<Vec<u8>>,
    read: usize,
}

impl Reader {
    pub(super) fn new(object: Object, rest: Range<u64>) -> Self {
        Self { object, rest, stream: None, now: Chunk::default() }
    }

    fn next(&mut self) -> Result<Option<Chunk>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (aws, client) = self.object.objects.client()?;
        let stream = self.stream.get_or_insert_with(|| {
            let (sender, chunks) = channel(AHEAD);
            let (client, version) = (client.clone(), self.object.version.clone());
            let task = aws.spawn(receive(client, version, self.rest.clone(), sender));
            Stream { chunks, task }
        });
        let chunk = aws.wait(stream.chunks.recv())?;
        let bytes = chunk.ok_or_else(|| Error::bug("an object ended before its end"))??;
        self.rest.start += bytes.len() as u64;
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
        if let Some(stream) = &self.stream {
            stream.task.abort();
        }
    }
}

/// Sends the bytes `rest` of `version`, and where an answer breaks off asks for those that are
/// missing: the SDK tries a request again, but not an answer.
async fn receive(
    client: Client,
    version: Arc<Version>,
    mut rest: Range<u64>,
    to: Sender<Result<Zeroizing<Vec<u8>>, Error>>,
) {
    let (mut attempts, mut pause) = (0, PAUSE);
    loop {
        let begin = rest.start;
        let error = match receive_once(&client, &version, &mut rest, &to).await {
            Ok(()) => return,
            Err(Failed::Final(error)) => error,
            Err(Failed::Broken(error)) => {
                if rest.start > begin {
                    (attempts, pause) = (0, PAUSE);
                }
                attempts += 1;
                if attempts < ATTEMPTS {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                    continue;
                }
                error
            }
        };
        // Where nobody reads any more, nobody is to be told.
        let _ = to.send(Err(error)).await;
        return;
    }
}

enum Failed {
    /// To try again would not help, or the SDK did.
    Final(Error),
    /// The answer broke off.
    Broken(Error),
}

async fn receive_once(
    client: &Client,
    version: &Version,
    rest: &mut Range<u64>,
    to: &Sender<Result<Zeroizing<Vec<u8>>, Error>>,
) -> Result<(), Failed> {
    let Version { url, len, etag, .. } = version;
    let mut request = client.get_object().bucket(url.bucket()).key(url.key());
    // Of a whole object, S3 gives the checksum too, and the SDK checks it.
    if *rest != (0..*len) {
        request = request.range(format!("bytes={}-{}", rest.start, rest.end - 1));
    }
    let answer = request.set_if_match(etag.clone()).send().await;
    let mut body = answer.map_err(|error| Failed::Final(failed(What::Read, url, &error)))?.body;
    let mut chunk = empty(rest);
    loop {
        match body.next().await {
            Some(Ok(part)) => {
                let mut part = &*part;
                while !part.is_empty() {
                    if chunk.len() == chunk_len(rest) {
                        rest.start += chunk.len() as u64;
                        if rest.is_empty() {
                            return Err(Failed::Final(changed(url)));
                        }
                        let full = std::mem::replace(&mut chunk, empty(rest));
                        if to.send(Ok(full)).await.is_err() {
                            return Ok(());
                        }
                    }
                    let room = chunk_len(rest) - chunk.len();
                    let (now, later) = part.split_at_checked(room).unwrap_or((part, &[]));
                    chunk.extend_from_slice(now);
                    part = later;
                }
            }
            // All is there, and the checksum says that it is wrong.
            Some(Err(error)) if chunk.len() as u64 == rest.end - rest.start => {
                return Err(Failed::Final(broken(url, &error)));
            }
            Some(Err(error)) => return Err(Failed::Broken(broken(url, &error))),
            None if (chunk.len() as u64) < rest.end - rest.start => {
                let error = io::Error::from(io::ErrorKind::UnexpectedEof);
                return Err(Failed::Broken(broken(url, &error)));
            }
            None => {
                rest.start = rest.end;
                let _ = to.send(Ok(chunk)).await;
                return Ok(());
            }
        }
    }
}

/// Bytes of the next chunk.
fn chunk_len(rest: &Range<u64>) -> usize {
    usize::try_from(rest.end - rest.start).map_or(CHUNK_LEN, |len| len.min(CHUNK_LEN))
}

/// Room for the next chunk: a vector that grows would leave clear bytes behind.
fn empty(rest: &Range<u64>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(chunk_len(rest)))
}

fn changed(url: &ObjectUrl) -> Error {
    Error::system(format!("cannot read {url}: it has another length than before"))
        .hint("try again when nobody writes to it")
}

/// Bytes handed on at a time. An answer that breaks off loses less than that.
const CHUNK_LEN: usize = 1 << 20;

/// Chunks that may wait for the reader.
const AHEAD: usize = 4;

/// As many as the SDK makes of a request, without a chunk between them.
const ATTEMPTS: u32 = 5;

/// Before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(100);

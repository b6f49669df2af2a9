//! Writing: an object that appears when its last byte was written, and not before.
//!
//! A short object is one PutObject. A longer one is a multipart upload, whose parts nobody can
//! read: it is completed in one step, or aborted on every way out.

use std::collections::HashMap;
use std::io::{self, Write};

use zeroize::Zeroizing;

use super::failure::exists;
use super::target::{Multipart, Target};
use super::{ObjectUrl, Objects};
use crate::error::Error;
use crate::package::{Existing, Output, interrupt};

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
        let existing = self.target.existing;
        self.stage()?.publish(existing)
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
            multipart.join(&self.target)?;
        }
        Ok(Staged(self))
    }

    fn put(&mut self) -> Result<(), Error> {
        self.target.put(std::mem::take(&mut self.buffer))
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

impl Output for Upload {}

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
            let least = if self.multipart.is_some() { self.part_len() } else { FIRST_LEN };
            let len = wanted.clamp(least, self.part_len());
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
    /// Makes the object visible; `existing` says whether it may replace another.
    ///
    /// # Errors
    ///
    /// As [`Upload::finish`].
    pub fn publish(mut self, existing: Existing) -> Result<(), Error> {
        interrupt::check()?;
        self.0.target.existing = existing;
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

/// Bytes of the first parts, and of the longest object that is written in one request. S3 takes
/// no parts below 5 MiB but the last.
const PART_LEN: usize = 8 << 20;

/// Bytes of the first buffer: a segment of video has a few of it.
const FIRST_LEN: usize = 1 << 20;

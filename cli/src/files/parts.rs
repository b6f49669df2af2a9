//! A large file by all threads at once: each takes the next part and puts it in its place.
//!
//! ```text
//! take ─▶ read ─▶ work ─▶ put
//! in      from    by      into its place: a draft has no order
//! order   there   `work`
//! ```
//! The ciphers are so fast that the time goes by in the kernel, which copies each byte twice and
//! finds pages for what is written. That is what the threads share.

use std::fs::File;
use std::io::{ErrorKind, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::cipher::{Out, Stream};
use super::content::HEAD_LEN;
use crate::error::Error;
use crate::package::{Draft, interrupt};
use crate::threads;

impl Stream<'_> {
    /// Works the whole blocks of a large file that comes to lie in a draft, but for its last
    /// `held` bytes, and returns what `work` did, in order. What is not worked, all of any other
    /// input, is left to who reads on, and goes behind.
    ///
    /// `take` is called for each part in order, with its length, and has what `work` needs for
    /// it. The first error of the file is returned.
    pub(super) fn in_parts<T: Send, R: Send>(
        &self,
        out: &mut Out<'_>,
        held: u64,
        take: impl FnMut(usize) -> Result<T, Error> + Send,
        work: impl Fn(T, Spot<'_>, &mut [u8]) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        let read_failed = |error| self.input.read_error(&error);
        let write_failed = |error| self.out.write_error(&error);
        let (Some(mut from), Some(len)) = (self.input.file(), self.input.len) else {
            return Ok(Vec::new());
        };
        let begin = from.stream_position().map_err(read_failed)?;
        let len = len.saturating_sub(begin).saturating_sub(held);
        let len = len - len % 16;
        if len < LARGE {
            return Ok(Vec::new());
        }
        let Some(to) = out.to.draft().map_err(write_failed)? else { return Ok(Vec::new()) };
        let position = to.position().map_err(write_failed)?;
        to.reserve(position, len).map_err(write_failed)?;
        let run = Run { stream: self, from, begin, to, position, len, head: Mutex::default() };
        let results = run.all(take, work)?;
        from.seek(SeekFrom::Start(begin + len)).map_err(read_failed)?;
        to.set_position(position + len).map_err(write_failed)?;
        out.done.read += len;
        out.done.written += len;
        out.done.head = run.head.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(results)
    }
}

/// A text that lies in one file and goes into another.
struct Run<'a> {
    stream: &'a Stream<'a>,
    from: &'a File,
    /// Where the text begins in `from`.
    begin: u64,
    to: &'a Draft,
    /// Where it begins in `to`.
    position: u64,
    len: u64,
    /// The first bytes that were put.
    head: Mutex<Zeroizing<Vec<u8>>>,
}

/// The place of a part.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    run: &'a Run<'a>,
    /// Bytes of the text in front of it.
    pub(super) offset: u64,
}

impl Spot<'_> {
    /// Writes `bytes` here.
    pub(super) fn put(self, bytes: &[u8]) -> Result<(), Error> {
        let Self { run, offset } = self;
        if offset == 0 {
            lock(&run.head).extend(bytes.iter().take(HEAD_LEN));
        }
        let put = run.to.put(bytes, run.position + offset);
        put.map_err(|error| run.stream.out.write_error(&error))
    }

    /// The block of the input in front of it. `None`: it is the first part.
    pub(super) fn block_before(self) -> Result<Option<[u8; 16]>, Error> {
        let mut block = [0; 16];
        match self.offset.checked_sub(16) {
            Some(before) => self.run.read(before, &mut block).map(|()| Some(block)),
            None => Ok(None),
        }
    }
}

impl Run<'_> {
    fn all<T: Send, R: Send>(
        &self,
        take: impl FnMut(usize) -> Result<T, Error> + Send,
        work: impl Fn(T, Spot<'_>, &mut [u8]) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        let line = Mutex::new(Line { take, next: 0, len: self.len, done: vec![], failed: None });
        threads::share(MOST, || {
            let mut buffer = Zeroizing::new(vec![0; PART_LEN]);
            loop {
                let Some((offset, len, taken)) = lock(&line).next() else { return };
                let text = buffer.get_mut(..len).unwrap_or_default();
                let done = self.part(taken, offset, text, &work);
                lock(&line).enter(offset, done);
            }
        });
        let Line { mut done, failed, .. } =
            line.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, error)) = failed {
            return Err(error);
        }
        done.sort_by_key(|(offset, _)| *offset);
        Ok(done.into_iter().map(|(_, done)| done).collect())
    }

    fn part<T, R>(
        &self,
        taken: T,
        offset: u64,
        text: &mut [u8],
        work: impl Fn(T, Spot<'_>, &mut [u8]) -> Result<R, Error>,
    ) -> Result<R, Error> {
        interrupt::check()?;
        self.read(offset, text)?;
        let done = work(taken, Spot { run: self, offset }, text)?;
        self.stream.progress.add(u64::try_from(text.len()).unwrap_or(0));
        Ok(done)
    }

    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), Error> {
        let read = self.from.read_exact_at(bytes, self.begin + offset);
        read.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => self.stream.shrunk(),
            _ => self.stream.input.read_error(&error),
        })
    }
}

/// Who stands in line gets the next part.
struct Line<F, R> {
    take: F,
    /// Bytes of the text that were given away.
    next: u64,
    len: u64,
    done: Vec<(u64, R)>,
    /// The first part that failed, of those that did.
    failed: Option<(u64, Error)>,
}

impl<T, R, F: FnMut(usize) -> Result<T, Error>> Line<F, R> {
    /// Offset and length of the next part, and what was taken for it.
    fn next(&mut self) -> Option<(u64, usize, T)> {
        let left = usize::try_from(self.len - self.next).unwrap_or(usize::MAX);
        if left == 0 || self.failed.is_some() {
            return None;
        }
        let (offset, len) = (self.next, left.min(PART_LEN));
        match (self.take)(len) {
            Ok(taken) => {
                self.next += u64::try_from(len).unwrap_or(0);
                Some((offset, len, taken))
            }
            Err(error) => {
                self.failed = Some((offset, error));
                None
            }
        }
    }

    fn enter(&mut self, offset: u64, done: Result<R, Error>) {
        match (done, &self.failed) {
            (Ok(done), _) => self.done.push((offset, done)),
            (Err(_), Some((first, _))) if *first < offset => {}
            (Err(error), _) => self.failed = Some((offset, error)),
        }
    }
}

/// What a panic of another thread left is as good as before: the panic ends the run.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes from which on a text is worked in parts: below, it takes less than 10 ms.
const LARGE: u64 = 8 << 20;

/// Bytes that a thread works at a time, a multiple of 16.
const PART_LEN: usize = 1 << 20;

/// Threads for one file. More would wait for each other: Linux lets in one write into a file at
/// a time, at 3 to 6 GB/s.
const MOST: usize = 16;

//! Where the bytes of an output go: on, in order, or into a file that nobody sees yet.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, StdoutLock, Write};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(any(target_os = "linux", target_os = "android"))]
use rustix::fs::{Advice, FallocateFlags, FsWord, fadvise, fallocate, fstatfs};

/// Takes the bytes of an output, in order.
pub trait Output: Write {
    /// The file that the bytes go into, with all in it that came until now, if nobody sees that
    /// before it is whole: others may be put into it in any order, and by any thread.
    ///
    /// # Errors
    ///
    /// What came until now cannot be written.
    fn draft(&mut self) -> io::Result<Option<&Draft>> {
        Ok(None)
    }
}

/// A file that is being written, and that nobody sees before it is whole.
#[derive(Debug)]
pub struct Draft {
    file: File,
    fate: Fate,
    written: AtomicU64,
}

/// What becomes of a [`Draft`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It will be made durable.
    Kept,
    /// It is read once, and is gone.
    Passing,
}

impl Draft {
    /// Of a file without a byte.
    pub fn new(file: File, fate: Fate) -> Self {
        Self { file, fate, written: AtomicU64::new(0) }
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where the next bytes of [`Write`] go.
    ///
    /// # Errors
    ///
    /// The system failed.
    pub fn position(&self) -> io::Result<u64> {
        { &self.file }.stream_position()
    }

    /// Goes to `position`, up to which the file was filled by [`Self::put`].
    ///
    /// # Errors
    ///
    /// The system failed.
    pub fn set_position(&self, position: u64) -> io::Result<()> {
        { &self.file }.seek(SeekFrom::Start(position)).map(drop)
    }

    /// Has the file system find room for the `len` bytes from `position` on, all of which will be
    /// written: a disk that is full shows now, and not after an hour.
    ///
    /// # Errors
    ///
    /// There is no such room. Not that the file system cannot promise any.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn reserve(&self, position: u64, len: u64) -> io::Result<()> {
        use rustix::io::Errno;
        // In memory, the room would be filled with zeros first, by one thread.
        if fstatfs(&self.file).is_ok_and(|system| system.f_type == TMPFS_MAGIC) {
            return Ok(());
        }
        match fallocate(&self.file, FallocateFlags::empty(), position, len) {
            Err(full @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(full.into()),
            _ => Ok(()),
        }
    }

    /// Nothing: not every system has such a call, and none must.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub fn reserve(&self, _position: u64, _len: u64) -> io::Result<()> {
        Ok(())
    }

    /// Writes `bytes` at `position`.
    ///
    /// # Errors
    ///
    /// The system failed.
    pub fn put(&self, bytes: &[u8], position: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, position)?;
        self.count(bytes.len());
        Ok(())
    }

    /// Has the disk begin with what was written, which must be durable in the end, while more is
    /// computed: fsync(2) alone would leave it idle until then. Parts come nearly in order; those
    /// that come late are left to it.
    fn count(&self, len: usize) {
        let len = u64::try_from(len).unwrap_or(0);
        let before = self.written.fetch_add(len, Ordering::Relaxed);
        let (from, to) = (before - before % STRETCH, (before + len) - (before + len) % STRETCH);
        if self.fate == Fate::Kept && from < to {
            write_back(&self.file, from, to - from);
        }
    }
}

impl Write for &Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = { &self.file }.write(bytes)?;
        self.count(len);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output for BufWriter<&Draft> {
    fn draft(&mut self) -> io::Result<Option<&Draft>> {
        self.flush()?;
        Ok(Some(self.get_ref()))
    }
}

impl Output for BufWriter<StdoutLock<'_>> {}
impl Output for BufWriter<File> {}

/// Starts to write the bytes of `file` to the disk, and waits for none. Linux does that with what
/// is dirty when it is told that it will not be needed (mm/fadvise.c), and forgets only what is
/// on the disk already: nothing yet, of bytes that were just written.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn write_back(file: &File, from: u64, len: u64) {
    // An advice: who does not take it is slower.
    let _ = fadvise(file, from, std::num::NonZero::new(len), Advice::DontNeed);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn write_back(_: &File, _: u64, _: u64) {}

/// Bytes that are sent to the disk at a time: enough for it to work on, and few enough to be sent
/// in a millisecond.
const STRETCH: u64 = 8 << 20;

/// The type of a file system in memory (linux/magic.h).
#[cfg(any(target_os = "linux", target_os = "android"))]
const TMPFS_MAGIC: FsWord = 0x0102_1994;

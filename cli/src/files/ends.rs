//! The two ends of a run: bytes that may have to be read twice, and bytes that may only leave
//! once the verdict is known.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use reelseal_core::Inauthentic;

use super::pieces::Pieces;
use crate::error::Error;
use crate::objects::{Location, Object, Place, open_file};
use crate::package::{Draft, Existing, Fate, Output, interrupt};
use crate::random;

/// Where bytes come from.
pub(crate) struct Input<'a> {
    /// As the user named it.
    pub(crate) place: &'a Place,
    from: From,
    /// Bytes in all, where that is known: not of a pipe.
    pub(crate) len: Option<u64>,
}

enum From {
    File(File),
    /// And where it is read next, as a file knows by itself.
    Object(Object, AtomicU64),
}

impl<'a> Input<'a> {
    /// Opens `place`.
    pub(crate) fn open(place: &'a Place) -> Result<Self, Error> {
        let path = match place.location() {
            Location::Local(path) => path,
            Location::S3(url) => {
                let object = place.objects().open(url)?;
                let len = Some(object.len());
                return Ok(Self { place, from: From::Object(object, AtomicU64::new(0)), len });
            }
        };
        let failed = |error: io::Error| place.read_error(&error);
        let file = open_file(path).map_err(failed)?;
        if place.is_dash() {
            return Ok(Self { place, from: From::File(file), len: None });
        }
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(Error::usage(format!("{place}: the input is a folder")));
        }
        let len = metadata.is_file().then_some(metadata.len());
        Ok(Self { place, from: From::File(file), len })
    }

    /// The same bytes, so that they can be read more than once. Those of a pipe go through a
    /// file without a name, which holds what the pipe held: ciphertext.
    pub(crate) fn seekable(self) -> Result<Self, Error> {
        if self.len.is_some() {
            return Ok(self);
        }
        let spool = spool()?;
        let mut out = &spool;
        let mut pieces = Pieces::new(self.reader(), 0);
        while let Some(piece) = pieces.next().map_err(|error| self.read_error(&error))? {
            interrupt::check()?;
            out.write_all(piece).map_err(spool_error)?;
        }
        drop(pieces);
        let len = spool.metadata().map_err(spool_error)?.len();
        let input = Self { place: self.place, from: From::File(spool), len: Some(len) };
        input.rewind()?;
        Ok(input)
    }

    /// Takes the first bytes; the others follow.
    pub(super) fn read_exact(&self, out: &mut [u8]) -> io::Result<()> {
        self.reader().read_exact(out)?;
        if let From::Object(_, next) = &self.from {
            next.fetch_add(u64::try_from(out.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        Ok(())
    }

    /// The bytes that follow.
    pub(crate) fn reader(&self) -> Box<dyn Read + '_> {
        match &self.from {
            From::File(file) => Box::new(file),
            From::Object(object, next) => {
                Box::new(object.range(next.load(Ordering::Relaxed)..object.len()))
            }
        }
    }

    /// The file that the bytes are in, where they are on this machine.
    pub(super) fn file(&self) -> Option<&File> {
        match &self.from {
            From::File(file) => Some(file),
            From::Object(..) => None,
        }
    }

    /// Back to the first byte.
    pub(crate) fn rewind(&self) -> Result<(), Error> {
        match &self.from {
            From::File(file) => { file }.rewind().map_err(|error| self.read_error(&error)),
            From::Object(_, next) => {
                next.store(0, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// Reads exactly `out`, from `offset` on.
    pub(crate) fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let read = match &self.from {
            From::File(file) => {
                let mut file = file;
                file.seek(io::SeekFrom::Start(offset)).and_then(|_| file.read_exact(out))
            }
            From::Object(object, _) => {
                let len = u64::try_from(out.len()).unwrap_or(u64::MAX);
                object.range(offset..offset.saturating_add(len)).read_exact(out)
            }
        };
        read.map_err(|error| self.read_error(&error))
    }

    /// The bytes of `range`; nothing else is read from the input until it is dropped.
    pub(crate) fn range(&self, range: Range<u64>) -> Result<Box<dyn Read + '_>, Error> {
        match &self.from {
            From::File(file) => {
                let mut file = file;
                let at = file.seek(io::SeekFrom::Start(range.start));
                at.map_err(|error| self.read_error(&error))?;
                Ok(Box::new(file.take(range.end.saturating_sub(range.start))))
            }
            From::Object(object, _) => Ok(Box::new(object.range(range))),
        }
    }

    /// The error of a read.
    pub(crate) fn read_error(&self, error: &io::Error) -> Error {
        self.place.read_error(error)
    }
}

/// Runs `write`; what it wrote appears at `out` if it succeeds, and nothing else ever does. For
/// a pipe, the bytes wait in a file without a name.
///
/// # Errors
///
/// As [`Place::write`]; the outer ones of `write`. [`Inauthentic`] is handed on.
pub(crate) fn release<T>(
    out: &Place,
    existing: Existing,
    write: impl FnOnce(&mut dyn Output) -> Result<Result<T, Inauthentic>, Error>,
) -> Result<Result<T, Inauthentic>, Error> {
    if !out.is_direct() {
        let mut verdict = None;
        let written = out.write(existing, |file| {
            let done = write(file)?;
            let seen = done.is_ok();
            verdict = Some(done);
            // Any error will do: what was written is removed.
            if seen { Ok(()) } else { Err(Error::inauthentic(Inauthentic.to_string())) }
        });
        return match (written, verdict) {
            (_, Some(Err(Inauthentic))) => Ok(Err(Inauthentic)),
            (Ok(()), Some(done)) => Ok(done),
            (Ok(()), None) => Err(Error::bug("an output without a verdict")),
            (Err(error), _) => Err(error),
        };
    }
    let spool = Draft::new(spool()?, Fate::Passing);
    let mut buffered = BufWriter::with_capacity(1 << 16, &spool);
    let done = match write(&mut buffered)? {
        Ok(done) => done,
        Err(Inauthentic) => return Ok(Err(Inauthentic)),
    };
    buffered.flush().map_err(spool_error)?;
    drop(buffered);
    spool.set_position(0).map_err(spool_error)?;
    out.write(existing, |to| {
        let mut pieces = Pieces::new(spool.file(), 0);
        while let Some(piece) = pieces.next().map_err(spool_error)? {
            interrupt::check()?;
            to.write_all(piece).map_err(|error| out.write_error(&error))?;
        }
        Ok(())
    })?;
    Ok(Ok(done))
}

/// A file for its owner alone, without a name: it is gone when it is closed, or we are killed.
fn spool() -> Result<File, Error> {
    let folder = std::env::temp_dir();
    let failed = |error| {
        Error::io("cannot create a temporary file in", &folder, &error)
            .hint("TMPDIR names another folder")
    };
    let name: String = random::fresh_key::<16>()?.iter().map(|b| format!("{b:02x}")).collect();
    let path = folder.join(format!(".reelseal-{name}"));
    let mut options = OpenOptions::new();
    let file = crate::keyservice::private::owner_only(options.read(true).write(true))
        .create_new(true)
        .open(&path)
        .map_err(failed)?;
    fs::remove_file(&path).map_err(failed)?;
    Ok(file)
}

fn spool_error(error: io::Error) -> Error {
    Error::io("cannot use a temporary file in", &std::env::temp_dir(), &error)
        .hint("TMPDIR names another folder")
}

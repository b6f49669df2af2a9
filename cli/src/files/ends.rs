//! The two ends of a run: bytes that may have to be read twice, and bytes that may only leave
//! once the verdict is known.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Read, Seek, Write};
use std::os::fd::AsFd;
use std::path::Path;

use reelseal_core::Inauthentic;

use super::name;
use super::pieces::Pieces;
use crate::error::Error;
use crate::package::{Existing, interrupt, write_atomic, write_error};
use crate::random;

/// Where bytes come from.
pub(super) struct Input<'a> {
    /// As the user named it.
    pub(super) path: &'a Path,
    file: File,
    /// Bytes in all, where that is known: of a file, not of a pipe.
    pub(super) len: Option<u64>,
}

impl<'a> Input<'a> {
    /// Opens `path`; `-` is standard input.
    pub(super) fn open(path: &'a Path) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::io("cannot read", path, &error);
        if path == Path::new("-") {
            let file = standard_input().map_err(failed)?;
            return Ok(Self { path, file, len: None });
        }
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(Error::usage(format!("{}: the input is a folder", path.display())));
        }
        Ok(Self { path, file, len: metadata.is_file().then_some(metadata.len()) })
    }

    /// The same bytes, so that they can be read more than once. Those of a pipe go through a
    /// file without a name, which holds what the pipe held: ciphertext.
    pub(super) fn seekable(self) -> Result<Self, Error> {
        if self.len.is_some() {
            return Ok(self);
        }
        let spool = spool()?;
        let mut out = &spool;
        let mut pieces = Pieces::new(&self.file, 0);
        while let Some(piece) = pieces.next().map_err(|error| self.read_error(&error))? {
            interrupt::check()?;
            out.write_all(piece).map_err(spool_error)?;
        }
        let len = spool.metadata().map_err(spool_error)?.len();
        let input = Self { path: self.path, file: spool, len: Some(len) };
        input.rewind()?;
        Ok(input)
    }

    /// The bytes.
    pub(super) fn reader(&self) -> &File {
        &self.file
    }

    /// Back to the first byte.
    pub(super) fn rewind(&self) -> Result<(), Error> {
        (&self.file).rewind().map_err(|error| self.read_error(&error))
    }

    /// Reads exactly `out`, from `offset` on.
    pub(super) fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let mut file = &self.file;
        file.seek(io::SeekFrom::Start(offset))
            .and_then(|_| file.read_exact(out))
            .map_err(|error| self.read_error(&error))
    }

    /// The error of a read.
    pub(super) fn read_error(&self, error: &io::Error) -> Error {
        if self.path == Path::new("-") {
            return Error::system(format!("cannot read standard input: {error}"));
        }
        Error::io("cannot read", self.path, error)
    }
}

/// Whether bytes written to `out` are seen before all of them are written: standard output, a
/// pipe, a device.
pub(super) fn is_direct(out: &Path) -> bool {
    out == Path::new("-") || fs::metadata(out).is_ok_and(|metadata| !metadata.is_file())
}

/// Refuses a place that is taken, before any work is done for it.
pub(super) fn check_free(out: &Path, existing: Existing) -> Result<(), Error> {
    if existing == Existing::Keep && !is_direct(out) && fs::symlink_metadata(out).is_ok() {
        let message = format!("{}: the output exists", out.display());
        return Err(Error::refused(message).hint("--force replaces it"));
    }
    Ok(())
}

/// Whether `out` is standard output, and that a terminal.
pub fn is_terminal(out: &Path) -> bool {
    out == Path::new("-") && io::stdout().is_terminal()
}

/// Runs `write`; what it wrote appears at `out` if it succeeds, and nothing else ever does. For
/// a pipe, the bytes wait in a file without a name.
///
/// # Errors
///
/// As [`write_atomic`]; the outer ones of `write`. [`Inauthentic`] is handed on.
pub(super) fn release<T>(
    out: &Path,
    existing: Existing,
    write: impl FnOnce(&mut dyn Write) -> Result<Result<T, Inauthentic>, Error>,
) -> Result<Result<T, Inauthentic>, Error> {
    if !is_direct(out) {
        let mut verdict = None;
        let written = write_atomic(out, existing, |file| {
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
    let spool = spool()?;
    let mut buffered = BufWriter::with_capacity(1 << 16, &spool);
    let done = match write(&mut buffered)? {
        Ok(done) => done,
        Err(Inauthentic) => return Ok(Err(Inauthentic)),
    };
    buffered.flush().map_err(spool_error)?;
    drop(buffered);
    (&spool).rewind().map_err(spool_error)?;
    write_atomic(out, existing, |to| {
        let mut pieces = Pieces::new(&spool, 0);
        while let Some(piece) = pieces.next().map_err(spool_error)? {
            interrupt::check()?;
            to.write_all(piece).map_err(|error| write_error(out, &error))?;
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

/// What messages call the input.
pub(super) fn input_name(path: &Path) -> String {
    name(path, "standard input")
}

/// What messages call the output.
pub(super) fn output_name(path: &Path) -> String {
    name(path, "standard output")
}

/// Standard input without Rust's buffer, which is not erased.
fn standard_input() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

//! One file that is being written: all of it appears, or nothing.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::draft::{Draft, Fate, Output};
use super::hidden::Hidden;
use super::interrupt;
use super::place::{self, Existing};
use crate::error::Error;

/// Writes the file `out`, which appears whole when `write` is done and its bytes are durable.
///
/// `-` is standard output, and a device or pipe is what it is: there, bytes appear as they are
/// written. The writer is buffered; an error of its own is turned by [`write_error`].
///
/// # Errors
///
/// Refused: `out` exists and `existing` does not say to replace it, or is a folder. A signal
/// came. The system failed. An error of `write`. After each, what was at `out` is there still.
pub fn write_atomic(
    out: &Path,
    existing: Existing,
    write: impl FnOnce(&mut dyn Output) -> Result<(), Error>,
) -> Result<(), Error> {
    if out == Path::new("-") {
        return write_through(io::stdout().lock(), out, write);
    }
    let failed = |error: io::Error| write_error(out, &error);
    let path = place::absolute(out)?;
    let old = match fs::metadata(&path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    match &old {
        Some(old) if old.is_dir() => {
            return Err(Error::refused(format!("{}: the output is a folder", out.display())));
        }
        Some(old) if !old.is_file() => {
            let device = File::options().write(true).open(&path).map_err(failed)?;
            return write_through(device, out, write);
        }
        Some(_) if existing == Existing::Keep => return Err(exists(out)),
        _ => {}
    }
    let hidden = Hidden::beside(&path)?;
    let grown = hidden.path().join("file");
    let file = File::create_new(&grown).map_err(failed)?;
    let draft = Draft::new(file, Fate::Kept);
    write_through(&draft, out, write)?;
    if let Some(old) = old {
        draft.file().set_permissions(old.permissions()).map_err(failed)?;
    }
    draft.file().sync_all().map_err(failed)?;
    interrupt::check()?;
    hidden.publish(|| match existing {
        Existing::Replace => fs::rename(&grown, &path).map_err(failed),
        Existing::Keep => rename_new(&grown, &path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(out),
            _ => failed(error),
        }),
    })?;
    let parent = path.parent().unwrap_or(Path::new("/"));
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed)
}

/// The error of a write to `out`, for the closure of [`write_atomic`].
pub fn write_error(out: &Path, error: &io::Error) -> Error {
    if out == Path::new("-") {
        return Error::system(format!("cannot write to standard output: {error}"));
    }
    Error::io("cannot write", out, error)
}

fn write_through<W: Write>(
    to: W,
    out: &Path,
    write: impl FnOnce(&mut dyn Output) -> Result<(), Error>,
) -> Result<(), Error>
where
    BufWriter<W>: Output,
{
    let mut buffered = BufWriter::with_capacity(BUFFER_LEN, to);
    write(&mut buffered)?;
    buffered.flush().map_err(|error| write_error(out, &error))
}

fn exists(out: &Path) -> Error {
    Error::refused(format!("{}: the output exists", out.display())).hint("--force replaces it")
}

/// rename(2) that fails where `to` exists.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => link_new(from, to),
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    link_new(from, to)
}

/// link(2) fails where `to` exists, on every system. The old name goes with its folder. A file
/// system without links gets a look and a rename, with a moment between them.
fn link_new(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) if fs::symlink_metadata(to).is_ok() => Err(Errno::EXIST.into()),
        Err(_) => fs::rename(from, to),
        Ok(()) => Ok(()),
    }
}

const BUFFER_LEN: usize = 1 << 16;

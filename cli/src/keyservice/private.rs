//! Files and folders that only their owner can read, each written whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::Error;

/// Makes the folder `dir`, and those above it, for their owner alone.
///
/// A folder that is there already must not be writable by others, who could replace a key.
pub(crate) fn make_folder(dir: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| Error::io("cannot create the folder", dir, &error))?;
    let metadata = fs::metadata(dir).map_err(|error| Error::io("cannot look at", dir, &error))?;
    if mode(&metadata) & 0o022 != 0 {
        let message = format!("{}: other users can write into this folder", dir.display());
        return Err(Error::refused(message).hint(format!("chmod 700 {}", dir.display())));
    }
    Ok(())
}

/// Makes an empty file for its owner alone, unless one is there.
pub(crate) fn touch(path: &Path) -> Result<(), Error> {
    match owner_only(OpenOptions::new().write(true).create_new(true)).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(Error::io("cannot create", path, &error))
        }
        _ => Ok(()),
    }
}

/// Reads the secret file `path`, of at most `limit` bytes. `None` if there is no such file.
///
/// A file that other users can read is refused: its secret is one no more.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let cannot_read = |error| Error::io("cannot read", path, &error);
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(cannot_read)?,
    };
    let metadata = file.metadata().map_err(cannot_read)?;
    if metadata.is_dir() || metadata.len() > limit {
        return Err(Error::malformed(format!("{}: not a file of this kind", path.display())));
    }
    // A pipe has no owner to speak of: `--passphrase-file <(…)`.
    if metadata.is_file() && mode(&metadata) & 0o077 != 0 {
        let message = format!("{}: other users can read this secret", path.display());
        return Err(Error::refused(message).hint(format!("chmod 600 {}", path.display())));
    }
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(limit).unwrap_or(0)));
    file.take(limit).read_to_end(&mut bytes).map_err(cannot_read)?;
    Ok(Some(bytes))
}

/// Writes the secret file `path`, which must not be there yet: not even a reader at the same
/// moment sees half of it, and after a crash it is whole or absent.
///
/// Two writers of one `path` must be kept apart by a lock: they share the temporary file.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = write_temporary(path, bytes)?;
    let linked = fs::hard_link(&temporary, path);
    let removed = fs::remove_file(&temporary);
    linked.and(removed).map_err(|error| Error::io("cannot create", path, &error))?;
    sync_folder(path)
}

/// Writes the secret file `path` in place of the one that is there: after a crash it is either
/// the old one or the new one. The lock of [`create`] is needed here too.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = write_temporary(path, bytes)?;
    fs::rename(&temporary, path).map_err(|error| {
        // What matters is the first failure.
        let _ = fs::remove_file(&temporary);
        Error::io("cannot replace", path, &error)
    })?;
    sync_folder(path)
}

/// Makes the names in the folder of `path` outlast a loss of power.
pub(crate) fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        None => return Ok(()),
        Some(here) if here.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
    };
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| Error::io("cannot sync", folder, &error))?;
    Ok(())
}

/// Options by which a file is made for its owner alone.
pub(crate) fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Whether a killed run left its half of a [`create`] or [`replace`] of `path` behind.
pub(crate) fn has_leftover(path: &Path) -> bool {
    temporary(path).exists()
}

/// Removes what a killed run left behind. The lock of [`create`] is needed here too.
pub(crate) fn remove_leftover(path: &Path) -> Result<(), Error> {
    let temporary = temporary(path);
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("cannot remove", &temporary, &error))
        }
        _ => Ok(()),
    }
}

fn temporary(path: &Path) -> PathBuf {
    path.with_added_extension("new")
}

fn write_temporary(path: &Path, bytes: &[u8]) -> Result<PathBuf, Error> {
    remove_leftover(path)?;
    let temporary = temporary(path);
    owner_only(OpenOptions::new().write(true).create_new(true))
        .open(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(|error| {
            let _ = fs::remove_file(&temporary);
            Error::io("cannot write", &temporary, &error)
        })?;
    Ok(temporary)
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata)
}

/// Where there are no such bits, the folder of the user's profile has its own protection.
#[cfg(not(unix))]
fn mode(_metadata: &fs::Metadata) -> u32 {
    0
}

//! Hidden folders, in which an output grows beside its place until it is whole.
//!
//! `.NAME.reelseal-RANDOM`, mode 0700, in the folder that the output will be in, so that the last
//! step is a rename(2). Its owner holds a lock (flock) on it for as long as it lives: a folder
//! that nobody locks is left over from a run that was killed, and the next run removes it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::geteuid;

use crate::error::Error;

/// One hidden folder. Dropped, it is removed with all that is in it.
#[derive(Debug)]
pub(super) struct Hidden {
    path: PathBuf,
    /// Closed after the folder is removed, and the lock with it. `None`: no locks on this system.
    _lock: Option<File>,
}

impl Hidden {
    /// Makes a hidden folder beside `out`, and removes what killed runs left there.
    ///
    /// `out` must have a parent and a file name.
    pub(super) fn beside(out: &Path) -> Result<Self, Error> {
        let (parent, stem) = parent_and_stem(out)?;
        let failed = |error: io::Error| Error::io("cannot create a folder in", parent, &error);
        sweep(parent, &stem).map_err(failed)?;
        for _ in 0..ATTEMPTS {
            let path = parent.join(format!("{stem}{}", random_suffix()?));
            match private_folder(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(failed(error)),
            }
            // Between the two calls another run may have taken the new folder for a leftover.
            let lock = match lock(&path).map_err(failed)? {
                Lock::Held(folder) => Some(folder),
                Lock::Unsupported => None,
                Lock::Taken => continue,
            };
            living().insert(path.clone());
            return Ok(Self { path, _lock: lock });
        }
        Err(Error::system(format!("cannot create a folder in {}", parent.display())))
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `step`, which makes the output visible, so that no emergency removal comes between.
    pub(super) fn publish<T>(&self, step: impl FnOnce() -> T) -> T {
        let _held = living();
        step()
    }

    /// Removes the folder now, and says whether that worked.
    pub(super) fn remove(self) -> io::Result<()> {
        remove(&self.path)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A folder that cannot be removed is left to the next run: there is no one to tell.
        let _ = remove(&self.path);
        living().remove(&self.path);
    }
}

/// Removes every hidden folder of this process, and keeps others from publishing. For a process
/// that exits at once: the returned guard must live until then.
#[must_use]
pub(super) fn remove_all() -> impl Drop {
    let held = living();
    for path in held.iter() {
        // Another thread may be writing a last file: look again.
        for _ in 0..ATTEMPTS {
            if remove(path).is_ok() {
                break;
            }
        }
    }
    held
}

/// Whether `name` is one that this module makes: never part of a package.
pub(super) fn is_hidden_name(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let tail = name.strip_prefix('.').and_then(|name| name.rsplit_once(INFIX));
    tail.is_some_and(|(_, tail)| {
        is_random(tail) || tail.strip_prefix(FORMER).is_some_and(is_random)
    })
}

/// A name beside `out` for the package that is about to be replaced, where it cannot be done in
/// one step. [`sweep`] leaves it alone.
pub(super) fn former_name(out: &Path) -> Result<PathBuf, Error> {
    let (parent, stem) = parent_and_stem(out)?;
    Ok(parent.join(format!("{stem}{FORMER}{}", random_suffix()?)))
}

/// The names that [`former_name`] gave for `out`, and whose owners were killed.
pub(super) fn formers(out: &Path) -> Result<Vec<(PathBuf, File)>, Error> {
    let (parent, stem) = parent_and_stem(out)?;
    let found = matching(parent, &format!("{stem}{FORMER}"));
    let found = found.map_err(|error| Error::io("cannot list", parent, &error))?;
    Ok(found.into_iter().filter_map(|path| leftover(&path).map(|lock| (path, lock))).collect())
}

/// The hidden folders beside `out` whose owners were killed, and their locks.
pub(super) fn leftovers(out: &Path) -> Result<Vec<(PathBuf, File)>, Error> {
    let (parent, stem) = parent_and_stem(out)?;
    let found = matching(parent, &stem);
    let found = found.map_err(|error| Error::io("cannot list", parent, &error))?;
    Ok(found.into_iter().filter_map(|path| leftover(&path).map(|lock| (path, lock))).collect())
}

/// What came of trying to lock a folder.
pub(super) enum Lock {
    /// It is ours until the handle is closed.
    Held(File),
    /// Someone else has it, or it is gone.
    Taken,
    /// The file system has no locks for folders (NFS): never a reason to remove one.
    Unsupported,
}

/// Opens and locks the folder `path`, without waiting.
pub(super) fn lock(path: &Path) -> io::Result<Lock> {
    let folder = match File::open(path) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lock::Taken),
        Err(error) => return Err(error),
    };
    Ok(match folder.try_lock() {
        Ok(()) if same_folder(&folder, path) => Lock::Held(folder),
        Ok(()) | Err(TryLockError::WouldBlock) => Lock::Taken,
        Err(TryLockError::Error(_)) => Lock::Unsupported,
    })
}

/// The lock of a folder that nobody holds. What belongs to another user is not ours to touch, or
/// anyone could hand us a "former package" in a folder that all may write.
fn leftover(path: &Path) -> Option<File> {
    let Ok(Lock::Held(folder)) = lock(path) else { return None };
    let owner = folder.metadata().ok()?.uid();
    (owner == geteuid().as_raw()).then_some(folder)
}

/// Removes the hidden folders of `stem` that nobody holds. One with a [`JOURNAL`] is left: what
/// it says was half done must be undone first.
fn sweep(parent: &Path, stem: &str) -> io::Result<()> {
    for path in matching(parent, stem)? {
        if let Some(_lock) = leftover(&path)
            && !path.join(JOURNAL).exists()
        {
            let _ = remove(&path);
        }
    }
    Ok(())
}

/// The folders in `parent` named `stem` and a random suffix.
fn matching(parent: &Path, stem: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(stem)).is_some_and(is_random);
        // The type of the entry itself: a link is never followed.
        if random && entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The parent of `out` and the beginning of its hidden names: `.NAME.reelseal-`.
fn parent_and_stem(out: &Path) -> Result<(&Path, String), Error> {
    let (Some(parent), Some(name)) = (out.parent(), out.file_name()) else {
        return Err(Error::usage(format!("{}: not a place for an output", out.display())));
    };
    let mut name = name.to_string_lossy().into_owned();
    while name.len() > MAX_STEM_LEN {
        name.pop();
    }
    Ok((parent, format!(".{name}{INFIX}")))
}

fn random_suffix() -> Result<String, Error> {
    let random = getrandom::u64()
        .map_err(|error| Error::system(format!("no randomness from the system: {error}")))?;
    Ok(format!("{random:016x}"))
}

fn is_random(text: &str) -> bool {
    text.len() == 16
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Whether `path` still names the folder that was opened.
fn same_folder(folder: &File, path: &Path) -> bool {
    let id = |metadata: &fs::Metadata| (metadata.dev(), metadata.ino());
    matches!((folder.metadata(), fs::symlink_metadata(path)), (Ok(a), Ok(b)) if id(&a) == id(&b))
}

/// The hidden folders of this process. Who holds the lock may publish.
fn living() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    static LIVING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    LIVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// In a hidden folder, what is being moved out of it: [`super::Batch`].
pub(super) const JOURNAL: &str = "journal";

const INFIX: &str = ".reelseal-";
const FORMER: &str = "former-";
const ATTEMPTS: u32 = 16;

/// With what surrounds it, a name stays below the 255 bytes of a file system.
const MAX_STEM_LEN: usize = 200;

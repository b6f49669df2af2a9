//! The store on disk.
//!
//! ```text
//! lock                           held by whoever changes a record
//! objects/SHA-256 of name.json   the record: it makes the object
//! bodies/128 random bits.esdk    the message
//! ```
//! Names are hashed, so that no two of them meet as file and folder, or by their case. A record
//! is replaced in one step; a message that no record names is what a killed run left.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::hex;
use super::name::ObjectName;
use super::record::{BODY_SUFFIX, ObjectRecord};
use crate::error::Error;
use crate::keyservice::private;
use crate::package::{Existing, write_atomic, write_error};
use crate::random;

/// A store.
#[derive(Debug)]
pub struct Store {
    objects: PathBuf,
    bodies: PathBuf,
    lock: PathBuf,
}

impl Store {
    /// Opens the store in `dir`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// It cannot be made, or others can write into it.
    pub fn open_at(dir: &Path) -> Result<Self, Error> {
        let store = Self {
            objects: dir.join("objects"),
            bodies: dir.join("bodies"),
            lock: dir.join("lock"),
        };
        for folder in [dir, &store.objects, &store.bodies] {
            private::make_folder(folder)?;
        }
        private::touch(&store.lock)?;
        Ok(store)
    }

    /// The records of all objects whose name begins with `prefix`, by name.
    ///
    /// # Errors
    ///
    /// A record cannot be read, or is none.
    pub fn list(&self, prefix: &str) -> Result<Vec<ObjectRecord>, Error> {
        let failed = |error: io::Error| Error::io("cannot read", &self.objects, &error);
        let mut records = vec![];
        for entry in fs::read_dir(&self.objects).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                records.extend(read(&path)?.filter(|record| record.name.starts_with(prefix)));
            }
        }
        records.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(records)
    }

    /// Removes the object `name`.
    ///
    /// # Errors
    ///
    /// No such object; it cannot be removed.
    pub fn remove(&self, name: &ObjectName) -> Result<ObjectRecord, Error> {
        let held = self.hold()?;
        let record = held.read(name)?;
        let path = self.record(name);
        fs::remove_file(&path).map_err(|error| Error::io("cannot remove", &path, &error))?;
        private::sync_folder(&path)?;
        let body = self.bodies.join(&record.body);
        fs::remove_file(&body).map_err(|error| Error::io("cannot remove", &body, &error))?;
        Ok(record)
    }

    /// Refuses a name that is taken, before any work is done for it.
    pub(super) fn check_free(&self, name: &ObjectName, existing: Existing) -> Result<(), Error> {
        match existing {
            Existing::Keep if self.record(name).exists() => Err(taken(name)),
            _ => Ok(()),
        }
    }

    /// The name and path of a message that is not there yet.
    pub(super) fn fresh_body(&self) -> Result<(String, PathBuf), Error> {
        let name = hex(random::fresh_key::<16>()?.as_slice()) + BODY_SUFFIX;
        let path = self.bodies.join(&name);
        Ok((name, path))
    }

    /// Makes the object `name`; the message of the one that it replaces is removed.
    pub(super) fn publish(
        &self,
        name: &ObjectName,
        record: &ObjectRecord,
        existing: Existing,
    ) -> Result<(), Error> {
        let held = self.hold()?;
        self.check_free(name, existing)?;
        let old = read(&self.record(name)).ok().flatten();
        held.replace(name, record)?;
        if let Some(old) = old {
            // It is no object's any more. Where it stays, it takes up room and no more.
            let _ = fs::remove_file(self.bodies.join(old.body));
        }
        Ok(())
    }

    /// The record and the message of the object `name`.
    pub(super) fn open(&self, name: &ObjectName) -> Result<(ObjectRecord, File), Error> {
        let held = self.hold()?;
        let record = held.read(name)?;
        let body = self.bodies.join(&record.body);
        let body = File::open(&body).map_err(|error| Error::io("cannot read", &body, &error))?;
        Ok((record, body))
    }

    /// Waits until nobody else changes a record.
    pub(super) fn hold(&self) -> Result<Held<'_>, Error> {
        let lock = File::options().write(true).open(&self.lock);
        let lock = lock.and_then(|file| file.lock().map(|()| file));
        let lock = lock.map_err(|error| Error::io("cannot lock", &self.lock, &error))?;
        Ok(Held { store: self, _lock: lock })
    }

    fn record(&self, name: &ObjectName) -> PathBuf {
        self.objects.join(hex(&Sha256::digest(name.as_str())) + ".json")
    }
}

/// A store whose records nobody else changes.
pub(super) struct Held<'a> {
    store: &'a Store,
    _lock: File,
}

impl Held<'_> {
    /// The record of `name`.
    pub(super) fn read(&self, name: &ObjectName) -> Result<ObjectRecord, Error> {
        match read(&self.store.record(name))? {
            Some(record) if record.name == name.as_str() => Ok(record),
            Some(_) => Err(Error::malformed(format!("{name}: the record is another object's"))),
            None => {
                let error = Error::refused(format!("{name}: there is no such object"));
                Err(error.hint("reelseal store list shows the objects"))
            }
        }
    }

    /// Writes the record of `name`, in place of one that is there.
    pub(super) fn replace(&self, name: &ObjectName, record: &ObjectRecord) -> Result<(), Error> {
        let path = self.store.record(name);
        let text = serde_json::to_vec_pretty(record)
            .map_err(|error| Error::bug(format!("a record is not JSON: {error}")))?;
        write_atomic(&path, Existing::Replace, |to| {
            to.write_all(&[&text[..], b"\n"].concat()).map_err(|error| write_error(&path, &error))
        })
    }
}

fn read(path: &Path) -> Result<Option<ObjectRecord>, Error> {
    match fs::read(path) {
        Ok(bytes) => ObjectRecord::parse(&bytes, &path.display().to_string()).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("cannot read", path, &error)),
    }
}

fn taken(name: &ObjectName) -> Error {
    Error::refused(format!("{name}: the object exists")).hint("--force replaces it")
}

//! The embedded key service's store: one SQLite file, its folder, and the lock on both.
//!
//! Several processes may use it at a time: a write begins with SQLite's lock and ends with the
//! change on the disk (`synchronous=EXTRA`: file, journal and folder), or with nothing changed.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use reelseal_core::secret::BackingKey;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::passphrase::PassphraseSource;
use super::root_key::{self, RootKeyFile};
use super::{KeyManager, KmsError, keys, private, sealed};
use crate::error::Error;

/// An open keystore.
#[derive(Debug)]
pub(crate) struct Keystore {
    db: Mutex<Connection>,
    root_key_file: RootKeyFile,
    root_key: OnceLock<BackingKey>,
    passphrase: PassphraseSource,
}

impl Keystore {
    /// Opens the keystore in `dir`. Where there is none, makes one with its two first keys.
    pub(crate) fn open(dir: &Path, passphrase: PassphraseSource, now: i64) -> Result<Self, Error> {
        let store = Self::open_without_keys(dir, passphrase)?;
        if schema_version(&store.connection())? == 0 {
            store.create(now)?;
        }
        if store.root_key_file.has_leftover() {
            store.write(|_| Ok(store.root_key_file.remove_leftover()?))?;
        }
        Ok(store)
    }

    /// Opens the file of the keystore in `dir` for what is not about keys: it may have none, and
    /// gets none.
    pub(crate) fn open_without_keys(
        dir: &Path,
        passphrase: PassphraseSource,
    ) -> Result<Self, Error> {
        private::make_folder(dir)?;
        let path = dir.join("keystore.sqlite3");
        private::touch(&path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&path, flags)?;
        configure(&db)?;
        if schema_version(&db)? > SCHEMA_VERSION {
            return Err(newer(&path));
        }
        Ok(Self {
            db: Mutex::new(db),
            root_key_file: RootKeyFile::new(dir),
            root_key: OnceLock::new(),
            passphrase,
        })
    }

    /// Makes the tables and the two first keys. Of several processes that try, one does.
    fn create(&self, now: i64) -> Result<(), Error> {
        let created = self.write(|tx| {
            if schema_version(tx)? != 0 {
                return Ok(());
            }
            let root = BackingKey::new(*self.root_key_file.load_or_create(&self.passphrase)?);
            tx.execute_batch(SCHEMA)?;
            let check = sealed::seal(&root, &[0; 32], &ROOT_CHECK.map(|(k, v)| (k, v.to_owned())))?;
            tx.execute("INSERT INTO meta VALUES ('root_check', ?1)", [check])?;
            for (manager, alias, description) in FIRST_KEYS {
                let id = keys::insert(tx, &root, manager, description, now)?;
                keys::insert_alias(tx, alias, id, now)?;
            }
            tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            Ok(())
        });
        created.map_err(Error::from)
    }

    /// Does `work` on one consistent state of the store.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let mut db = self.connection();
        let tx = db.transaction_with_behavior(TransactionBehavior::Deferred)?;
        work(&tx)
    }

    /// Does `work` alone, and makes its changes last: on `Err`, none of them.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, KmsError>,
    ) -> Result<T, KmsError> {
        let mut db = self.connection();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// The root key, asked for once. Not to be called within `read` or `write`, which hold a lock
    /// that others wait for while a human types a passphrase.
    pub(crate) fn root_key(&self) -> Result<&BackingKey, KmsError> {
        if let Some(root) = self.root_key.get() {
            return Ok(root);
        }
        let root = BackingKey::new(*self.root_key_bytes()?);
        Ok(self.root_key.get_or_init(|| root))
    }

    /// The root key, if it is the one of this keystore.
    fn root_key_bytes(&self) -> Result<root_key::Bytes, KmsError> {
        let bytes = self.root_key_file.load(&self.passphrase)?;
        let root = BackingKey::new(*bytes);
        let query = "SELECT value FROM meta WHERE name = 'root_check'";
        let check: Vec<u8> = self.connection().query_row(query, [], |row| row.get(0))?;
        let context = ROOT_CHECK.map(|(k, v)| (k, v.to_owned()));
        sealed::open::<32>(&root, &check, &context).map_err(|_| {
            Error::inauthentic("root.key is not the root key of this keystore")
                .hint("restore the root.key that was saved together with keystore.sqlite3")
        })?;
        Ok(bytes)
    }

    /// Seals the root key under a passphrase, in place of the one that was set before.
    pub(crate) fn set_passphrase(&self, new: &PassphraseSource) -> Result<(), KmsError> {
        let key = self.root_key_bytes()?;
        let sealed = root_key::seal(&key, &new.read_new()?)?;
        self.write(|_| Ok(self.root_key_file.replace(sealed.as_bytes())?))
    }

    /// Removes the passphrase: from now on the permissions of the file protect the root key.
    pub(crate) fn remove_passphrase(&self) -> Result<(), KmsError> {
        let key = self.root_key_bytes()?;
        self.write(|_| Ok(self.root_key_file.replace(key.as_slice())?))
    }

    /// A panic of another thread leaves no change behind: its transaction was rolled back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folder of the default keystore: `$REELSEAL_HOME`, else the platform's data folder.
///
/// # Errors
///
/// Neither is known, as for a user without a home.
pub fn default_dir() -> Result<PathBuf, Error> {
    if let Some(home) = std::env::var_os("REELSEAL_HOME").filter(|home| !home.is_empty()) {
        return Ok(home.into());
    }
    directories::ProjectDirs::from("", "", "reelseal")
        .map(|dirs| dirs.data_dir().to_owned())
        .ok_or_else(|| {
            Error::usage("no home folder is known for the keystore")
                .hint("set REELSEAL_HOME, or give --kms local:DIR")
        })
}

fn configure(db: &Connection) -> Result<(), rusqlite::Error> {
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "synchronous", "EXTRA")?;
    // What is deleted is overwritten: sealed backing keys among it.
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "trusted_schema", false)
}

fn schema_version(db: &Connection) -> Result<u32, rusqlite::Error> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn newer(path: &Path) -> Error {
    Error::refused(format!("{}: made by a newer version of reelseal", path.display()))
        .hint("use that version, or newer")
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::system(format!("the keystore failed: {error}"))
    }
}

impl From<rusqlite::Error> for KmsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// A writer holds the lock for some milliseconds: who waits this long waits for a stopped one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);

const SCHEMA_VERSION: u32 = 1;

/// Journal mode stays at SQLite's default, DELETE: WAL does not work on network file systems.
const SCHEMA: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE keys (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    manager TEXT NOT NULL CHECK (manager IN ('AWS', 'CUSTOMER')),
    state TEXT NOT NULL CHECK (state IN ('Enabled', 'Disabled', 'PendingDeletion')),
    description TEXT NOT NULL,
    created INTEGER NOT NULL,
    deletion INTEGER CHECK ((state = 'PendingDeletion') = (deletion IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE versions (
    key BLOB NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
    created INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (key, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE aliases (
    name TEXT PRIMARY KEY,
    key BLOB NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_of_key ON aliases (key);
";

/// What a sealed block of zeros is bound to, by which a wrong root key is known from altered rows.
const ROOT_CHECK: [(&str, &str); 1] = [("reelseal:root-check", "v1")];

/// Manager, alias and description of the keys that every keystore starts with.
const FIRST_KEYS: [(KeyManager, &str, &str); 2] = [
    (KeyManager::Aws, "alias/aws/s3", "Stands for the key that AWS manages for S3"),
    (KeyManager::Customer, "alias/reelseal", "The default key where a customer's key is asked for"),
];

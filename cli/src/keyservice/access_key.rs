//! Access keys: who may ask `kms serve`. Each secret lies in the keystore, sealed under its root
//! key, for a signature is checked with the secret itself (AWS Signature Version 4).

use reelseal_core::secret::BackingKey;
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;
use zeroize::Zeroizing;

use super::key_id::out_of_range;
use super::{Admin, ExceptionName, KmsError, Local, sealed};
use crate::audit::Record;
use crate::error::Error;
use crate::{base64, clock, random};

/// What of an access key is no secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccessKey {
    /// `AKIA` and 16 letters or digits, as AWS has them.
    pub id: String,
    /// Who it was made for: the audit log names them.
    pub user: String,
    /// When it was made, in seconds since 1970 UTC.
    pub created: i64,
}

/// The secret of an access key: 40 characters, erased on drop.
pub type AccessSecret = Zeroizing<String>;

impl Admin {
    /// Makes an access key for `user`. Its secret is shown once, here.
    ///
    /// # Errors
    ///
    /// `user` is no name, or the keystore cannot be written.
    pub fn create_access_key(&self, user: &str) -> Result<(AccessKey, AccessSecret), KmsError> {
        check_user(user)?;
        let root = self.local().store().root_key()?;
        let key = AccessKey { id: fresh_id()?, user: user.to_owned(), created: clock::now() };
        let secret = random::fresh_key::<SECRET_LEN>()?;
        self.local().store().write(|tx| {
            tx.execute_batch(TABLE)?;
            let sealed = sealed::seal(root, &secret, &row_context(&key.id, user))?;
            let insert = "INSERT INTO access_keys VALUES (?1, ?2, ?3, ?4)";
            tx.execute(insert, params![key.id, user, key.created, sealed])?;
            let request = json!({ "userName": user, "accessKeyId": key.id });
            Ok(self.log().append(&Record::new("CreateAccessKey", request)?)?)
        })?;
        Ok((key, base64::encode(secret.as_slice())?))
    }

    /// All access keys, oldest first.
    ///
    /// # Errors
    ///
    /// The keystore cannot be read.
    pub fn access_keys(&self) -> Result<Vec<AccessKey>, KmsError> {
        self.local().store().read(|tx| {
            if !has_table(tx)? {
                return Ok(vec![]);
            }
            let query = "SELECT id, user, created FROM access_keys ORDER BY created, id";
            let mut statement = tx.prepare(query)?;
            let keys = statement.query_map([], |row| {
                Ok(AccessKey { id: row.get(0)?, user: row.get(1)?, created: row.get(2)? })
            })?;
            Ok(keys.collect::<Result<Vec<_>, _>>()?)
        })
    }

    /// Deletes an access key. From now on nothing that it signs is answered.
    ///
    /// # Errors
    ///
    /// No such access key.
    pub fn delete_access_key(&self, id: &str) -> Result<(), KmsError> {
        self.local().store().write(|tx| {
            tx.execute_batch(TABLE)?;
            if tx.execute("DELETE FROM access_keys WHERE id = ?1", [id])? == 0 {
                let message = format!("The access key {id:?} does not exist");
                return Err(KmsError::new(ExceptionName::NotFound, message)
                    .hint("`reelseal kms access-key list` shows them"));
            }
            let request = json!({ "accessKeyId": id });
            Ok(self.log().append(&Record::new("DeleteAccessKey", request)?)?)
        })
    }
}

impl Local {
    /// The user and the secret of the access key `id`, if there is one.
    pub(crate) fn access_key(&self, id: &str) -> Result<Option<(String, AccessSecret)>, KmsError> {
        let root = self.store().root_key()?;
        self.store().read(|tx| read(tx, root, id))
    }
}

fn read(
    tx: &Transaction<'_>,
    root: &BackingKey,
    id: &str,
) -> Result<Option<(String, AccessSecret)>, KmsError> {
    if !has_table(tx)? {
        return Ok(None);
    }
    let query = "SELECT user, sealed FROM access_keys WHERE id = ?1";
    let row = tx.query_row(query, [id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((user, sealed)): Option<(String, Vec<u8>)> = row else { return Ok(None) };
    let secret: Zeroizing<[u8; SECRET_LEN]> = sealed::open(root, &sealed, &row_context(id, &user))
        .map_err(|_| {
            Error::inauthentic(format!("the keystore's row of the access key {id} was altered"))
                .hint("restore keystore.sqlite3 from your backup")
        })?;
    Ok(Some((user, base64::encode(secret.as_slice())?)))
}

/// What the seal of a row is bound to: a row moved to another id or user does not open.
fn row_context(id: &str, user: &str) -> [(&'static str, String); 2] {
    [("reelseal:access-key", id.to_owned()), ("reelseal:user", user.to_owned())]
}

/// `AKIA` and 80 random bits in the alphabet of base32 (RFC 4648 §6).
fn fresh_id() -> Result<String, Error> {
    let random: Zeroizing<[u8; 16]> = random::fresh_key()?;
    let letter = |byte: &u8| ALPHABET.chars().nth(usize::from(byte & 31));
    Ok("AKIA".chars().chain(random.iter().filter_map(letter)).collect())
}

/// IAM API, CreateAccessKey, UserName.
fn check_user(name: &str) -> Result<(), KmsError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        return Err(out_of_range("userName", "1 to 64 letters, digits or any of +=,.@_-"));
    }
    Ok(())
}

fn has_table(tx: &Transaction<'_>) -> Result<bool, KmsError> {
    let query = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'access_keys')";
    Ok(tx.query_row(query, [], |row| row.get(0))?)
}

/// Made when it is first needed: keystores of earlier versions have none.
const TABLE: &str = "
CREATE TABLE IF NOT EXISTS access_keys (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    created INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// In bytes: 40 characters of base64, as AWS's secrets have.
const SECRET_LEN: usize = 30;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

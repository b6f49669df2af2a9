//! From the options of the command line to an open key service.

use std::path::PathBuf;

use super::keystore::default_dir;
use super::{Admin, Audited, Local, PassphraseSource};
use crate::args::{Globals, Provider};
use crate::audit::AuditLog;
use crate::error::Error;
use crate::output;

/// The key service that the options name, with every use on record.
///
/// # Errors
///
/// The keystore cannot be opened or made.
pub fn open(globals: &Globals) -> Result<Audited, Error> {
    let (local, log) = admin(globals)?.into_service();
    Ok(Audited::new(Box::new(local), log))
}

/// The keystore that the options name, in the hands of its owner.
///
/// # Errors
///
/// The keystore cannot be opened or made.
pub fn admin(globals: &Globals) -> Result<Admin, Error> {
    let dir = keystore_dir(globals)?;
    let source = PassphraseSource::new(globals.passphrase_file.as_deref());
    let local = Local::open(&dir, source)?;
    let log = audit_path(globals)?;
    output::note(globals, &format!("keystore {}, audit log {}", dir.display(), log.display()));
    Admin::new(local, AuditLog::new(log))
}

/// The folder of the keystore that the options name: keys, ledger and audit log lie there.
pub(crate) fn keystore_dir(globals: &Globals) -> Result<PathBuf, Error> {
    let Provider::Local(dir) = &globals.kms;
    dir.clone().map_or_else(default_dir, Ok)
}

/// Where the uses of keys are recorded, as the options say.
///
/// # Errors
///
/// No folder is known for the keystore.
pub fn audit_path(globals: &Globals) -> Result<PathBuf, Error> {
    match &globals.audit {
        Some(path) => Ok(path.clone()),
        None => Ok(keystore_dir(globals)?.join("audit.jsonl")),
    }
}

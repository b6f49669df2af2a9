//! From the options of the command line to an open key service.

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
    let Provider::Local(dir) = &globals.kms;
    let dir = dir.clone().map_or_else(default_dir, Ok)?;
    let source = PassphraseSource::new(globals.passphrase_file.as_deref());
    let local = Local::open(&dir, source)?;
    let log = globals.audit.clone().unwrap_or_else(|| dir.join("audit.jsonl"));
    output::note(globals, &format!("keystore {}, audit log {}", dir.display(), log.display()));
    Admin::new(local, AuditLog::new(log))
}

//! From the options of the command line to an open key service.

use std::path::PathBuf;
use std::sync::Arc;

use super::aws_admin::AwsAdmin;
use super::keystore::default_dir;
use super::{Admin, Audited, AwsKms, KeyAdmin, Local, PassphraseSource, private};
use crate::args::{Globals, Provider};
use crate::audit::AuditLog;
use crate::error::Error;
use crate::output;

/// The key service that the options name, with every use on record.
///
/// # Errors
///
/// The keystore cannot be opened or made; no AWS Region is known.
pub fn open(globals: &Globals) -> Result<Audited, Error> {
    if let Provider::Aws(region) = &globals.kms {
        let (kms, log) = aws(globals, region.as_deref())?;
        return Ok(Audited::new(Arc::new(kms), log));
    }
    Ok(local_admin(globals)?.service())
}

/// The keys of the service that the options name, in the hands of their owner.
///
/// # Errors
///
/// As [`open`].
pub fn admin(globals: &Globals) -> Result<Box<dyn KeyAdmin>, Error> {
    if let Provider::Aws(region) = &globals.kms {
        let (kms, log) = aws(globals, region.as_deref())?;
        return Ok(Box::new(AwsAdmin::new(kms, log)));
    }
    Ok(Box::new(local_admin(globals)?))
}

/// The keystore that the options name, in the hands of its owner.
///
/// # Errors
///
/// The options name AWS; the keystore cannot be opened or made.
pub fn local_admin(globals: &Globals) -> Result<Admin, Error> {
    if let Provider::Aws(_) = globals.kms {
        return Err(Error::usage("this is for the local keystore, and AWS KMS has none")
            .hint("leave --kms aws out, or unset REELSEAL_KMS"));
    }
    if globals.kms_endpoint.is_some() {
        return Err(Error::usage("--kms-endpoint goes with --kms aws")
            .hint("add --kms aws, or leave REELSEAL_KMS_ENDPOINT unset"));
    }
    let dir = data_dir(globals)?;
    let source = PassphraseSource::new(globals.passphrase_file.as_deref());
    let local = Local::open(&dir, source)?;
    let log = audit_path(globals)?;
    output::note(globals, &format!("keystore {}, audit log {}", dir.display(), log.display()));
    Admin::new(local, AuditLog::new(log))
}

fn aws(globals: &Globals, region: Option<&str>) -> Result<(AwsKms, AuditLog), Error> {
    private::make_folder(&data_dir(globals)?)?;
    let log = audit_path(globals)?;
    let kms = AwsKms::connect(region, globals.kms_endpoint.as_deref(), globals.allow_plain_http)?;
    output::note(globals, &format!("{}, audit log {}", kms.name(), log.display()));
    let log = AuditLog::new(log).in_region(kms.region());
    Ok((kms, log))
}

/// The folder of what belongs to this user: the local keystore, the ledger, and the audit log also
/// of the keys that lie elsewhere.
///
/// # Errors
///
/// No such folder is known.
pub fn data_dir(globals: &Globals) -> Result<PathBuf, Error> {
    match &globals.kms {
        Provider::Local(Some(dir)) => Ok(dir.clone()),
        Provider::Local(None) | Provider::Aws(_) => default_dir(),
    }
}

/// Where the uses of keys are recorded, as the options say.
///
/// # Errors
///
/// No folder is known for the audit log.
pub fn audit_path(globals: &Globals) -> Result<PathBuf, Error> {
    match &globals.audit {
        Some(path) => Ok(path.clone()),
        None => Ok(data_dir(globals)?.join("audit.jsonl")),
    }
}

//! The local object store: what Amazon S3 did for the modes `s3` and `s3-aws-kms`.
//!
//! ```text
//! key service ─▶ object key ─▶ data key ─▶ frames
//! wraps it,      wraps it,     in the      of 1 MiB
//! in the record  in the message (raw AES)  message
//! ```
//! An object is a message of the AWS Encryption SDK and, beside it, a record with its wrapped key.
//! The key service's key is not in the message: so it can be changed without a touch to the
//! message, whose header is authenticated and may not be sealed twice (`docs/formats.md`).

mod folder;
mod message;
mod name;
mod record;

use std::fs;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use folder::Store;
pub use message::NAME_SPACE;
pub use name::ObjectName;
pub use record::{Mode, ObjectRecord};

use crate::base64;
use crate::clock;
use crate::error::Error;
use crate::esdk::stream::fill;
use crate::keyservice::{Destination, EncryptionContext, KeyService, Source};
use crate::objects::Place;
use crate::package::{Existing, interrupt, write_atomic};

/// Puts what `input` gives into `store`: the object appears whole, or not at all.
///
/// # Errors
///
/// Refused: there is such an object, and `existing` does not say to replace it. The key service
/// refuses. The system failed. After each, what was there is there still.
pub fn put(
    store: &Store,
    kms: &dyn KeyService,
    input: &Place,
    name: &ObjectName,
    mode: Mode,
    key_id: &str,
    existing: Existing,
) -> Result<ObjectRecord, Error> {
    store.check_free(name, existing)?;
    let from = message::Input::open(input)?;
    let context = name.context();
    let key = kms.generate_data_key(key_id, KEY_LEN, &context)?;
    let own = message::object_key(&key.plaintext, name)?;
    let (body, path) = store.fresh_body()?;
    let mut sealed = None;
    write_atomic(&path, Existing::Keep, |to| {
        sealed = Some(message::seal(from, &own, name, &context, to, &path)?);
        Ok(())
    })?;
    let sealed = sealed.ok_or_else(|| Error::bug("a message was not sealed"))?;
    let record = ObjectRecord {
        format_version: record::FORMAT_VERSION,
        name: name.as_str().to_owned(),
        mode,
        kms_key_arn: key.key.key_arn.clone(),
        encryption_context: owned(&context),
        wrapped_key: base64::encode(&key.wrapped)?.to_string(),
        body,
        size: sealed.clear_len,
        encrypted_size: sealed.len,
        sha256: sealed.sha256,
        created: clock::rfc3339(clock::now()),
    };
    store.publish(name, &record, existing).inspect_err(|_| {
        // What matters is the first failure.
        let _ = fs::remove_file(&path);
    })?;
    Ok(record)
}

/// Opens the object into `out`, which appears when all of it was found authentic.
///
/// Where bytes are seen as they are written, at standard output, a pipe or a device, the object is
/// read twice: once to check all of it, and only then to release it, frame by frame as it is
/// checked again.
///
/// # Errors
///
/// No such object, or a record or message that was altered; `out` exists; the key service refuses.
pub fn get(
    store: &Store,
    kms: &dyn KeyService,
    name: &ObjectName,
    out: &Place,
    existing: Existing,
) -> Result<ObjectRecord, Error> {
    refuse_terminal(out)?;
    let (record, mut body) = store.open(name)?;
    let context = name.context();
    if record.context() != context {
        return Err(Error::inauthentic(format!("{name}: {}", reelseal_core::Inauthentic)));
    }
    let wrapped = record.wrapped()?;
    let opened = kms.decrypt(&wrapped, None, &context)?;
    let own = message::object_key(&opened.plaintext, name)?;
    let failed = |error: &io::Error| Error::system(format!("cannot read {name}: {error}"));
    if out.is_direct() {
        message::open(&body, &own, name, &context, &mut io::sink(), out)?;
        body.rewind().map_err(|error| failed(&error))?;
    }
    out.write(existing, |to| message::open(&body, &own, name, &context, to, out))?;
    Ok(record)
}

/// Copies the object's message to `out` as it is: a file for any AWS Encryption SDK, with a raw
/// AES keyring of the key that the key service unwraps from the record.
///
/// # Errors
///
/// No such object; its message is not what the record says; `out` exists.
pub fn export(
    store: &Store,
    name: &ObjectName,
    out: &Place,
    existing: Existing,
) -> Result<ObjectRecord, Error> {
    refuse_terminal(out)?;
    let (record, mut body) = store.open(name)?;
    out.write(existing, |to| {
        let (mut sha256, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            interrupt::check()?;
            let len = fill(&mut body, &mut buffer)
                .map_err(|error| Error::system(format!("cannot read {name}: {error}")))?;
            let piece = buffer.get(..len).unwrap_or_default();
            if piece.is_empty() {
                break;
            }
            sha256.update(piece);
            to.write_all(piece).map_err(|error| out.write_error(&error))?;
        }
        if hex(&sha256.finalize()) != record.sha256 {
            let message = format!("{name}: the message is not the one that was put");
            return Err(Error::malformed(message));
        }
        Ok(())
    })?;
    Ok(record)
}

/// Wraps the object's key anew, under `key_id` or the key that it is under now; the message is
/// not touched, and the key service does not give the key away.
///
/// # Errors
///
/// No such object; the key service refuses.
pub fn re_wrap(
    store: &Store,
    kms: &dyn KeyService,
    name: &ObjectName,
    key_id: Option<&str>,
) -> Result<ObjectRecord, Error> {
    let held = store.hold()?;
    let mut record = held.read(name)?;
    let context = name.context();
    let wrapped = record.wrapped()?;
    let from = Source { blob: &wrapped, key_id: None, context: &context };
    let to = Destination { key_id: key_id.unwrap_or(&record.kms_key_arn), context: &context };
    let answer = kms.re_encrypt(&from, &to)?;
    record.wrapped_key = base64::encode(&answer.wrapped)?.to_string();
    record.kms_key_arn = answer.destination.key_arn;
    if key_id.is_some() {
        record.mode = Mode::S3AwsKms;
    }
    held.replace(name, &record)?;
    Ok(record)
}

/// What the pairs of `context` are, for the record.
fn owned(context: &EncryptionContext) -> std::collections::BTreeMap<String, String> {
    context.pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn refuse_terminal(out: &Place) -> Result<(), Error> {
    if out.is_terminal() {
        let error = Error::usage("the bytes of an object do not belong on a terminal");
        return Err(error.hint("give -o FILE, or a pipe"));
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The store's folder where none is given: `store` in the keystore's.
pub fn default_dir(keystore: &Path) -> PathBuf {
    keystore.join("store")
}

/// Bytes of an object key.
const KEY_LEN: usize = 32;

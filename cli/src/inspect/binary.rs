//! What says by its first bytes what it is.

use super::found::Found;
use super::sample::Sample;
use super::{esdk, keys, wrapped};

/// A blob, a message, a database, a file of another tool.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    keys::root(sample)
        .or_else(|| wrapped::recognise(sample))
        .or_else(|| esdk::recognise(sample))
        .or_else(|| keystore(sample))
        .or_else(|| others(sample))
}

/// SQLite, "Database File Format" §1.3; the tables of ours.
fn keystore(sample: &Sample<'_>) -> Option<Found> {
    sample.head.starts_with(b"SQLite format 3\0").then_some(())?;
    let has = |text: &[u8]| sample.head.windows(text.len()).any(|window| window == text);
    let ours = has(b"CREATE TABLE versions") && has(b"CREATE TABLE aliases") && has(b"sealed BLOB");
    ours.then(|| {
        Found::new("keystore", "the database of a keystore of reelseal")
            .opens("its root.key, which lies beside it; reelseal key list shows the keys")
            .note("back it up together with root.key: one is of no use without the other")
    })
}

/// Encrypted files of tools that Reelseal does not open.
fn others(sample: &Sample<'_>) -> Option<Found> {
    let head = sample.head;
    if head.starts_with(b"age-encryption.org/v1\n") {
        let header = head.split(|byte| *byte == b'\n').take_while(|line| !line.starts_with(b"---"));
        let kinds = header.filter_map(|line| line.strip_prefix(b"-> ")).map(|line| {
            let kind = line.split(|byte| *byte == b' ').next().unwrap_or_default();
            super::found::brief(&String::from_utf8_lossy(kind))
        });
        return Some(
            Found::new("age-file", "a file that age encrypted, version 1")
                .fact("recipients", super::found::some(kinds))
                .opens(
                    "age --decrypt, with the identity of a recipient; reelseal does not open it",
                ),
        );
    }
    if head.starts_with(b"Salted__") {
        let salt = super::found::hex(head.get(8..16)?);
        return Some(
            Found::new("openssl-enc", "a file that openssl enc encrypted under a passphrase")
                .fact("salt", salt)
                .opens(
                    "openssl enc -d with its cipher, digest and passphrase, none of which it names; \
                     reelseal does not open it",
                )
                .note(
                    "Elastic Transcoder took no such file: its own were made with -nosalt, -K and \
                     -iv, and begin with ciphertext",
                ),
        );
    }
    None
}

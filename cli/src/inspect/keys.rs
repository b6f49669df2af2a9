//! Bytes that could be a key: by their number alone, and never shown.

use super::found::Found;
use super::sample::Sample;

/// The root key of a keystore, by the name of its file: the bytes say nothing.
pub(super) fn root(sample: &Sample<'_>) -> Option<Found> {
    (sample.name == "root.key" && sample.all()?.len() == 32).then(|| {
        Found::new("keystore-root-key", "the root key of a keystore of reelseal, unsealed")
            .opens("nothing: it opens keystore.sqlite3, which lies beside it")
            .note("whoever reads it reads every key: reelseal key passphrase set seals it")
            .note(NOT_SHOWN)
    })
}

/// A file as long as a key, with or without a line end.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    let bytes = sample.all().filter(|bytes| !is_prose(bytes))?;
    let found = match (bytes, bytes.len()) {
        (_, 16) => Found::guess("raw-key", "16 bytes: could be a raw AES-128 key, as HLS has them")
            .opens("nothing: if it is a key, it opens others, --key-file FILE")
            .note("an IV and an MD5 have 16 bytes too"),
        (_, len @ (24 | 32)) => {
            let bits = 8 * len;
            Found::guess("raw-key", format!("{len} bytes: could be a raw AES-{bits} key"))
                .opens("nothing: if it is a key, it opens others")
        }
        ([.., b'\n'], len @ (17 | 25 | 33)) => {
            let (bits, key_len) = (8 * (len - 1), len - 1);
            let what =
                format!("{len} bytes: could be a raw AES-{bits} key with a newline behind it");
            Found::guess("raw-key", what)
                .note(format!("players take {key_len} bytes: head -c {key_len} FILE > KEY"))
        }
        _ => return None,
    };
    Some(found.note(NOT_SHOWN))
}

/// A text that happens to be as long as a key: keys that were typed have no blanks or brackets.
fn is_prose(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.is_ascii() && bytes.iter().any(|byte| b" \t\r\n{[<".contains(byte))
}

const NOT_SHOWN: &str = "what may be a key is not shown";

//! A wrapped key as the command line has it: base64 of a ciphertext blob, or `@FILE`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::base64;
use crate::error::Error;

/// A ciphertext blob, which only a key service can open. Not secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrappedKey(pub Vec<u8>);

impl WrappedKey {
    /// Reads base64, or the file behind an `@`, which holds base64 or the blob itself. `@-` is
    /// standard input.
    ///
    /// # Errors
    ///
    /// Not base64, longer than any blob, or the file cannot be read.
    pub fn read(argument: &str) -> Result<Self, Error> {
        let Some(file) = argument.strip_prefix('@') else {
            return from_base64(argument).map_err(|error| error.at("wrapped key"));
        };
        let cannot_read = |error: io::Error| Error::io("cannot read", Path::new(file), &error);
        let mut bytes = Vec::new();
        match file {
            "-" => io::stdin().lock().take(MAX_FILE_LEN + 1).read_to_end(&mut bytes),
            _ => File::open(file)
                .and_then(|file| file.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes)),
        }
        .map_err(cannot_read)?;
        from_file(bytes).map_err(|error| error.at(file))
    }
}

/// Base64 where all of it could be: every blob has bytes that no text has among its first.
fn from_file(bytes: Vec<u8>) -> Result<WrappedKey, Error> {
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let text: Vec<u8> = bytes.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    match String::from_utf8(text) {
        Ok(text) if text.bytes().all(|byte| is_text(&byte)) => from_base64(&text),
        _ => checked(bytes),
    }
}

fn from_base64(text: &str) -> Result<WrappedKey, Error> {
    let blob = base64::decode(text).map_err(|error| {
        Error::malformed(error.to_string()).hint("give base64 of a ciphertext blob, or @FILE")
    })?;
    checked(blob.to_vec())
}

fn checked(blob: Vec<u8>) -> Result<WrappedKey, Error> {
    if blob.is_empty() || blob.len() > MAX_LEN {
        let message = format!("a ciphertext blob has 1 to {MAX_LEN} bytes");
        return Err(Error::malformed(message));
    }
    Ok(WrappedKey(blob))
}

/// KMS API, Decrypt, CiphertextBlob.
const MAX_LEN: usize = 6144;

/// Room for the base64 of the longest blob, with its line ends.
const MAX_FILE_LEN: u64 = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::{WrappedKey, from_file};

    #[test]
    fn a_file_holds_base64_or_the_blob_itself() {
        let blob = WrappedKey(b"RSKM\x01blob".to_vec());
        assert_eq!(from_file(b"RSKM\x01blob".to_vec()).unwrap(), blob);
        assert_eq!(from_file(b"UlNLTQFibG9i\n".to_vec()).unwrap(), blob);
        assert_eq!(from_file(b"UlNLTQ\r\nFibG9i\r\n".to_vec()).unwrap(), blob);
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in ["", "\n", "UlNLTQFibG9", "U=NLTQFibG9i"] {
            assert!(from_file(text.as_bytes().to_vec()).is_err(), "{text:?}");
        }
        assert!(from_file(vec![1; 6145]).is_err());
        assert!(WrappedKey::read("not base64").is_err());
        assert!(WrappedKey::read("").is_err());
    }
}

//! The bytes of a package's files, and what can be wrong with them.

use std::io::{self, Read};

use super::layout::Piece;
use crate::error::Error;
use crate::package::{PackagePath, Source};

/// Where the bytes of files come from.
pub trait Files: Sync {
    /// Begins to read a file.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    fn open_file(&self, path: &PackagePath) -> Result<Box<dyn Read + '_>, Error>;

    /// Whether they are in S3.
    fn is_remote(&self) -> bool {
        false
    }
}

impl Files for Source {
    fn open_file(&self, path: &PackagePath) -> Result<Box<dyn Read + '_>, Error> {
        Ok(Box::new(Self::open_file(self, path)?))
    }

    fn is_remote(&self) -> bool {
        self.root().path().is_none()
    }
}

/// What a reader said. Where it decrypts, it says it in our own words.
pub(super) fn unread(path: &PackagePath, error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => changed(path),
        Err(error) => Error::system(format!("cannot read {path}: {error}")),
    }
}

pub(super) fn changed(path: &PackagePath) -> Error {
    Error::system(format!("{path} changed while it was read"))
}

pub(super) fn not_blocks(path: &PackagePath, piece: &Piece) -> Error {
    Error::malformed(format!(
        "{path}: {} bytes at {} are not whole blocks of 16 (RFC 8216 §4.3.2.4)",
        piece.span.length, piece.span.offset
    ))
    .hint("the segment is truncated, or it is not encrypted with AES-128")
}

pub(super) fn inauthentic(path: &PackagePath, piece: &Piece) -> Error {
    let at = match piece.span.offset {
        0 => String::new(),
        offset => format!(" at byte {offset}"),
    };
    Error::inauthentic(format!("{path}: the segment{at} does not open"))
        .hint("the key is another one, or the bytes were altered")
}

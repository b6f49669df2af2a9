//! The files of the tool's parsers. Under the fuzzer none of them opens a file: there is no value
//! of these types, and so nothing to say of one.

use std::fmt;
use std::io::{self, Read};

use crate::error::Error;
use crate::package::PackagePath;

/// A file.
pub enum Place {}

impl Place {
    /// Its bytes.
    pub fn reader(&self) -> Result<Box<dyn Read>, Error> {
        match *self {}
    }

    /// All of them.
    pub fn read(&self, _: u64) -> Result<Vec<u8>, Error> {
        match *self {}
    }

    /// Why they cannot be read.
    pub fn read_error(&self, _: &io::Error) -> Error {
        match *self {}
    }

    /// What it is called.
    pub fn name(&self, _: &str) -> String {
        match *self {}
    }
}

impl fmt::Display for Place {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

/// A folder.
pub enum Source {}

impl Source {
    /// The length of a file in it.
    pub fn regular_len(&self, _: &PackagePath) -> Result<u64, Error> {
        match *self {}
    }

    /// The names in a folder of it.
    pub fn names(&self, _: &str) -> Result<Vec<String>, Error> {
        match *self {}
    }
}

//! Checks the chain of an audit log.

use std::fmt;
use std::io::{BufRead, BufReader};

use super::{position, sha256};
use crate::error::Error;
use crate::objects::Place;

/// How far a chain has come: what the next line will point back to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Head {
    /// How many lines there are.
    pub lines: u64,
    /// SHA-256 of the last line without its end, in hexadecimal; of no line: 64 zeros.
    pub sha256: String,
}

impl Head {
    /// The head of a log without lines.
    pub fn start() -> Self {
        Self { lines: 0, sha256: "0".repeat(64) }
    }

    /// The head after `line`, if there is one. `None`: it is not a line of ours.
    pub(super) fn after(line: Option<&[u8]>) -> Option<Self> {
        let Some(line) = line else { return Some(Self::start()) };
        let (lines, _) = position(line)?;
        Some(Self { lines, sha256: sha256(line) })
    }
}

/// What is wrong with a line.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// It is not a line of an audit log, or has no end.
    Syntax,
    /// Its number is not the next: lines were removed, added or moved before it.
    Number,
    /// It does not point back to the line before it: that one was altered, or this one moved.
    Link,
    /// The log ends otherwise than at the head that was noted.
    Head,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "this is not a whole line of an audit log",
            Self::Number => "a line was removed, added or moved before this one",
            Self::Link => "the line before this one was altered, or this one moved",
            Self::Head => "the log does not end at the head that was noted",
        })
    }
}

/// Checks every line of the log in `place`, and that it passes through `noted` if one is given:
/// the log may have grown since, but what was there then must still be there.
///
/// # Errors
///
/// The first line with a [`Fault`] (exit code 5), or the file cannot be read.
pub fn verify(place: impl Into<Place>, noted: Option<&Head>) -> Result<Head, Error> {
    let place = place.into();
    let mut log = BufReader::new(place.reader()?);
    let mut head = Head::start();
    let mut passed = noted.is_none_or(|noted| *noted == head);
    let mut line = Vec::new();
    loop {
        line.clear();
        if log.read_until(b'\n', &mut line).map_err(|error| place.read_error(&error))? == 0 {
            break;
        }
        head = next(&line, &head).map_err(|fault| broken(&place, head.lines + 1, fault))?;
        passed |= noted.is_some_and(|noted| *noted == head);
    }
    if passed { Ok(head) } else { Err(broken(&place, head.lines, Fault::Head)) }
}

/// The head after `line`, which must follow `head`.
pub(super) fn next(line: &[u8], head: &Head) -> Result<Head, Fault> {
    let line = line.strip_suffix(b"\n").ok_or(Fault::Syntax)?;
    let (number, previous) = position(line).ok_or(Fault::Syntax)?;
    if number != head.lines + 1 {
        return Err(Fault::Number);
    }
    if previous != head.sha256 {
        return Err(Fault::Link);
    }
    Ok(Head { lines: number, sha256: sha256(line) })
}

fn broken(place: &Place, line: u64, fault: Fault) -> Error {
    Error::inauthentic(fault.to_string()).at(format!("{place}: line {line}"))
}

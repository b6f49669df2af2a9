//! Reads logs record by record, so that their length does not matter.
//!
//! CloudTrail's files are `{"Records":[…]}`, compressed by gzip; a log of ours is a record on
//! each line.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::objects::Place;

/// Is given each record; says whether to go on.
pub(crate) type Each<'a> = dyn FnMut(Map<String, Value>) -> bool + 'a;

/// Shows `each` the records of the file `place`.
///
/// # Errors
///
/// The file cannot be read, or is no log from some place on; or `each` did not want to go on.
pub(super) fn records(place: &Place, each: &mut Each<'_>) -> Result<(), Error> {
    parse(open(place)?, each).map_err(|error| broken(&place.name("standard input"), error))
}

/// Opens a log, through gzip where its first bytes are those of RFC 1952 §2.3.1.
fn open(place: &Place) -> Result<Box<dyn Read>, Error> {
    let mut reader = BufReader::new(place.reader()?);
    let begin = reader.fill_buf().map_err(|error| place.read_error(&error))?;
    Ok(match begin.starts_with(&[0x1F, 0x8B]) {
        true => Box::new(BufReader::new(MultiGzDecoder::new(reader))),
        false => Box::new(reader),
    })
}

fn broken(name: &str, error: serde_json::Error) -> Error {
    if error.is_io() {
        let error = io::Error::from(error);
        let failed = || Error::system(format!("cannot read {name}: {error}"));
        return Error::uncarried(&error, failed);
    }
    Error::malformed(format!("{name}: not a log from here on: {error}"))
        .hint("a log is a record of JSON on each line, or {\"Records\":[…]}, gzip or not")
}

/// Shows `each` the records in `reader`.
///
/// # Errors
///
/// As [`records`].
pub(crate) fn parse(reader: impl Read, each: &mut Each<'_>) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    loop {
        match json.end() {
            Ok(()) => return Ok(()),
            // Something follows.
            Err(error) if !error.is_io() => {}
            Err(error) => return Err(error),
        }
        TopLevel(each).deserialize(&mut json)?;
    }
}

/// One value of the file: a record, or CloudTrail's object with all of them.
struct TopLevel<'a, 'b>(&'a mut Each<'b>);

impl<'de> DeserializeSeed<'de> for TopLevel<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TopLevel<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record, or an object with Records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut record = Map::new();
        let mut is_export = false;
        while let Some(field) = map.next_key::<String>()? {
            if field == "Records" {
                is_export = true;
                map.next_value_seed(Records(&mut *self.0))?;
            } else {
                record.insert(field, map.next_value()?);
            }
        }
        match is_export {
            true => Ok(()),
            false if record.contains_key("eventName") => go_on((self.0)(record)),
            false => Err(A::Error::custom("an object that is no record: it has no eventName")),
        }
    }
}

/// The records of an export, one at a time.
struct Records<'a, 'b>(&'a mut Each<'b>);

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        while let Some(OneRecord(record)) = records.next_element()? {
            go_on((self.0)(record))?;
        }
        Ok(())
    }
}

/// Other services' records are records too.
#[derive(Deserialize)]
struct OneRecord(Map<String, Value>);

/// An error that ends the reading; the caller knows a better one.
fn go_on<E: serde::de::Error>(on: bool) -> Result<(), E> {
    if on { Ok(()) } else { Err(E::custom("stopped")) }
}

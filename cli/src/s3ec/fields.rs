//! The fields of an object and of its instruction file, as JSON.
//!
//! A metadata file is a map of names to values, with or without the prefix `x-amz-meta-` of HTTP,
//! or what `aws s3api head-object` prints, which has that map inside.

use std::collections::HashMap;

use reelseal_core::format::Malformed;
use reelseal_core::format::s3ec::{Header, Metadata, Place as In, name};
use serde::Deserialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{encoded_word, instruction_file_beside};
use crate::error::Error;
use crate::keyservice::EncryptionContext;
use crate::objects::{Location, Place};
use crate::package::{Existing, Output};

/// Names and values, and where they were read.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// What messages call them.
    pub(super) place: String,
    fields: Vec<(String, String)>,
}

impl Fields {
    /// Reads the metadata of an object from the file `place`.
    fn read_metadata(place: &Place) -> Result<Self, Error> {
        let bytes = read(place)?;
        let map = match serde_json::from_slice::<HeadObject>(&bytes) {
            Ok(head) => Ok(head.metadata),
            Err(_) => serde_json::from_slice::<Strings>(&bytes),
        };
        let map = map.map_err(|error| not_fields(place, &error))?;
        Ok(Self { fields: of_metadata(map.pairs()), place: place.name("standard input") })
    }

    /// The metadata of the object `place` itself, if it is in S3.
    fn of_object(place: &Place) -> Result<Option<Self>, Error> {
        let Location::S3(url) = place.location() else { return Ok(None) };
        let object = place.objects().open(url)?;
        let map = object.metadata().iter().map(|(name, value)| (&name[..], &value[..]));
        Ok(Some(Self { fields: of_metadata(map), place: place.to_string() }))
    }

    /// Reads an instruction file.
    fn read_instruction_file(place: &Place) -> Result<Self, Error> {
        let map: Strings =
            serde_json::from_slice(&read(place)?).map_err(|error| not_fields(place, &error))?;
        let fields = map.pairs().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Self { fields: fields.collect(), place: place.name("standard input") })
    }

    /// As the core takes them.
    pub(super) fn borrowed(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn wants_instruction_file(&self) -> bool {
        let fields = self.borrowed();
        Metadata::new(&fields).is_ok_and(|fields| fields.wants_instruction_file())
    }

    /// The error of one of these fields.
    pub(super) fn malformed(&self, error: Malformed) -> Error {
        Error::malformed(format!("{}: {error}", self.place))
    }
}

/// What is known of an object.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) metadata: Fields,
    pub(super) instruction: Option<Fields>,
}

impl Source {
    /// Reads metadata and instruction file of the object `input`. Of an object in S3, its own are
    /// read where no others are given.
    pub(super) fn read(
        input: Option<&Place>,
        metadata: Option<&Place>,
        instruction: Option<&Place>,
    ) -> Result<Self, Error> {
        let own = match (metadata, input) {
            (None, Some(input)) => Fields::of_object(input)?.map(|fields| (input, fields)),
            _ => None,
        };
        let beside = match (&own, instruction) {
            (Some((object, fields)), None) if fields.wants_instruction_file() => {
                let file = instruction_file_beside(object)?;
                file.exists()?.then_some(file)
            }
            _ => None,
        };
        let metadata = match (own, metadata) {
            (Some((_, fields)), _) => fields,
            (None, Some(place)) => Fields::read_metadata(place)?,
            (None, None) => return Err(Error::bug("an object without metadata")),
        };
        let instruction = instruction.or(beside.as_ref());
        Ok(Self {
            metadata,
            instruction: instruction.map(Fields::read_instruction_file).transpose()?,
        })
    }

    /// Runs `with` on the header that the fields make.
    pub(super) fn header<T>(
        &self,
        with: impl FnOnce(Header<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let fields = self.metadata.borrowed();
        let object = Metadata::new(&fields).map_err(|error| self.metadata.malformed(error))?;
        let wants = object.wants_instruction_file();
        let file_fields = self.instruction.as_ref().map(Fields::borrowed);
        let file = match (&self.instruction, &file_fields) {
            (Some(file), Some(fields)) => {
                Some(Metadata::new(fields).map_err(|error| file.malformed(error))?)
            }
            _ => None,
        };
        let mut room = vec![0; reelseal_core::format::s3ec::MAX_WRAPPED_LEN];
        let header = Header::parse(&object, file.as_ref(), &mut room);
        with(header.map_err(|error| self.explain(error, wants, object.is_any()))?)
    }

    /// The error of a header, with the next step where there is one.
    fn explain(&self, error: Malformed, wants_file: bool, is_any: bool) -> Error {
        match (&self.instruction, wants_file) {
            (None, true) => {
                let what = if is_any { "wrapped data key" } else { "field of the client" };
                Error::malformed(format!("{}: no {what} is in it", self.metadata.place))
                    .hint("if the object has an instruction file, --instruction-file FILE names it")
            }
            (Some(file), true) => {
                Error::malformed(format!("{} with {}: {error}", self.metadata.place, file.place))
            }
            (Some(file), false) => self
                .metadata
                .malformed(error)
                .hint(format!("the wrapped data key is in the metadata: leave {} out", file.place)),
            (None, false) => self.metadata.malformed(error),
        }
    }
}

/// The fields of `header`: those of the metadata, and those of the instruction file, if any.
pub(super) fn print(header: &Header<'_>) -> Result<(Map<String, Value>, Option<String>), Error> {
    let (mut metadata, mut file) = (Map::new(), Map::new());
    header
        .print(|place, name, value| {
            let map = match place {
                In::Metadata => &mut metadata,
                In::InstructionFile => &mut file,
            };
            map.insert(name.to_owned(), Value::from(value));
        })
        .ok_or_else(|| Error::bug("a wrapped data key that has no text"))?;
    Ok((metadata, (!file.is_empty()).then(|| text(file))))
}

/// Fields as a file.
pub(super) fn text(fields: Map<String, Value>) -> String {
    format!("{:#}\n", Value::Object(fields))
}

/// Writes `text` as the metadata file `place`, or as an instruction file, which is marked as one in
/// S3.
pub(super) fn write(place: &Place, kind: In, existing: Existing, text: &str) -> Result<(), Error> {
    let write = |to: &mut dyn Output| {
        to.write_all(text.as_bytes()).map_err(|error| place.write_error(&error))
    };
    match (kind, place.location()) {
        (In::InstructionFile, Location::S3(url)) => {
            let mark = HashMap::from([(name::INSTRUCTION_FILE.to_owned(), String::new())]);
            let mut upload = place.objects().create(url, existing, mark)?;
            write(&mut upload)?;
            upload.finish()
        }
        _ => place.write(existing, write),
    }
}

/// Whether the object `place` in S3 has metadata of the client.
///
/// # Errors
///
/// There is no such object, or S3 says no.
pub fn is_marked(place: &Place) -> Result<bool, Error> {
    let Some(fields) = Fields::of_object(place)? else { return Ok(false) };
    // A field that is given twice is one, and its reader says so.
    Ok(Metadata::new(&fields.borrowed()).map_or(true, |fields| fields.is_any()))
}

/// The description of a header: its encryption context, or what names its wrapping key.
pub(super) fn description(header: &Header<'_>) -> Result<EncryptionContext, Error> {
    serde_json::from_str(header.description).map_err(|error| {
        let what = if header.wrap.is_kms() { "encryption context" } else { "description" };
        Error::malformed(format!(
            "the {what} of the data key is no JSON object of strings: {error}"
        ))
    })
}

/// JSON of ASCII: S3 alters other text in metadata, and then the context is another one.
pub(super) fn to_ascii_json(context: &EncryptionContext) -> String {
    let mut text = String::new();
    for c in context.to_json().to_string().chars() {
        match c {
            ' '..='~' => text.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    text += &format!("\\u{unit:04x}");
                }
            }
        }
    }
    text
}

/// A JSON object of strings, of which none is given twice: what an encryption context is too.
type Strings = EncryptionContext;

/// What `aws s3api head-object` and `get-object` print.
#[derive(Deserialize)]
struct HeadObject {
    #[serde(rename = "Metadata")]
    metadata: Strings,
}

fn read(place: &Place) -> Result<Zeroizing<Vec<u8>>, Error> {
    let bytes = place.read(MAX_LEN)?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len > MAX_LEN) {
        let name = place.name("standard input");
        return Err(Error::malformed(format!("{name}: too long for the metadata of an object")));
    }
    Ok(bytes)
}

fn not_fields(place: &Place, error: &serde_json::Error) -> Error {
    let name = place.name("standard input");
    Error::malformed(format!("{name}: not the fields of an object: {error}"))
        .hint("a JSON object of names and values, such as {\"x-amz-key-v2\": \"…\"}")
}

/// Names as the core has them, and values as they were before S3 saw them.
fn of_metadata<'a>(map: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    map.map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix(HTTP_PREFIX).unwrap_or(&name);
        (name.to_owned(), encoded_word::decode(value))
    })
    .collect()
}

/// How HTTP calls a field of the user.
const HTTP_PREFIX: &str = "x-amz-meta-";

/// The longest wrapped key takes 8 KiB, the longest context as much; S3 has metadata of 2 KiB.
const MAX_LEN: u64 = 64 * 1024;

//! `reelseal inspect`: what is this?

use std::io;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use crate::args::Globals;
use crate::error::Error;
use crate::files::record_beside;
use crate::inspect::{self, Found, Reading, Sample};
use crate::objects::{Location, Place};
use crate::output;

/// The arguments of `reelseal inspect`.
#[derive(Args, Debug)]
pub struct InspectArgs {
    /// The files: paths, s3://bucket/key, - for standard input; or base64 or hexadecimal digits
    /// of a wrapped key
    #[arg(required = true, value_name = "FILE|-")]
    files: Vec<Location>,
}

/// What an input is. `None`: nothing that is known.
struct Told {
    input: String,
    len: Option<u64>,
    found: Option<Found>,
}

/// Does what the arguments say.
///
/// # Errors
///
/// A file cannot be read, or is nothing that is known: the others are told all the same.
pub fn run(globals: &Globals, args: &InspectArgs) -> Result<(), Error> {
    let objects = globals.objects();
    let (mut inputs, mut errors) = (Vec::new(), Vec::new());
    for location in &args.files {
        match look(&objects.place(location.clone())) {
            Ok(told) => {
                errors.extend(told.unknown());
                match globals.json {
                    true => inputs.push(told.to_json()),
                    false => told.print()?,
                }
            }
            Err(error) => errors.push(error),
        }
    }
    if globals.json {
        output::print_json(&json!({ "inputs": inputs }), true)?;
    }
    match &errors[..] {
        [] => Ok(()),
        [only] => Err(only.clone()),
        [first, ..] if globals.json => Err(first.clone()),
        [first, ..] => {
            errors.iter().for_each(|error| output::print_error(error, false));
            // The caller prints this one, and its kind is the exit code.
            Err(first.clone().at(format!("{} inputs not told, the first", errors.len())))
        }
    }
}

/// Looks at a file, or at an object and its metadata.
fn look(place: &Place) -> Result<Told, Error> {
    let input = place.name("standard input");
    match place.location() {
        Location::Local(path) => match Reading::file(path) {
            Ok(reading) => {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let sample = reading.sample(name);
                let found = with_record(inspect::recognise(&sample), place)?;
                Ok(Told { input, len: sample.len, found })
            }
            Err(error) => match from_argument(&error, path) {
                Some(found) => {
                    Ok(Told { input: "argument".to_owned(), len: None, found: Some(found) })
                }
                None => Err(unread(place, &error)),
            },
        },
        Location::S3(url) => {
            let object = place.objects().open(url)?;
            let reading = Reading::object(&object).map_err(|error| place.read_error(&error))?;
            let name = url.key().rsplit('/').next().unwrap_or_default();
            let sample = reading.sample(name);
            let metadata = object.metadata().iter().map(|(name, value)| (&name[..], &value[..]));
            let of_client = inspect::of_object(metadata, sample.len);
            let found = match of_client {
                Some(found) => Some(found),
                None => with_record(inspect::recognise(&sample), place)?,
            };
            Ok(Told { input, len: sample.len, found })
        }
    }
}

/// Ciphertext without a header says nothing: its record may lie beside it.
fn with_record(found: Option<Found>, place: &Place) -> Result<Option<Found>, Error> {
    let Some(mut found) = found else { return Ok(None) };
    if found.kind == "headerless-ciphertext" && !place.is_dash() {
        let record = record_beside(place)?;
        if record.exists()? {
            found.notes.push(format!("its record lies beside it: {record}"));
        }
    }
    Ok(Some(found))
}

impl Told {
    fn unknown(&self) -> Option<Error> {
        let len = self.len.unwrap_or_default();
        let message = format!("{}: {len} bytes that are nothing reelseal knows", self.input);
        self.found.is_none().then(|| Error::malformed(message).hint(LOOKED_FOR))
    }

    fn to_json(&self) -> Value {
        let known = self.found.is_some();
        let mut told = json!({ "input": self.input, "bytes": self.len, "recognised": known });
        let found = self.found.as_ref().map(Found::to_json);
        if let (Value::Object(told), Some(Value::Object(found))) = (&mut told, found) {
            told.extend(found);
        }
        told
    }

    fn print(&self) -> Result<(), Error> {
        match &self.found {
            Some(found) => output::print_line(&found.to_text(&self.input, self.len)),
            None => Ok(()),
        }
    }
}

/// A wrapped key as it stands in a job, in place of the name of a file that is not there.
fn from_argument(error: &io::Error, path: &Path) -> Option<Found> {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | InvalidFilename | NotADirectory).then_some(())?;
    let found = inspect::recognise(&Sample::whole(path.to_str()?.as_bytes()))?;
    // What could be a key is not to be typed, and a guess is more likely a mistyped name.
    (matches!(found.kind, "base64-text" | "hex-text") && !found.is_guess).then_some(found)
}

fn unread(place: &Place, error: &io::Error) -> Error {
    let failed = place.read_error(error);
    match error.kind() {
        io::ErrorKind::IsADirectory => failed.hint("name the files in it"),
        _ => failed,
    }
}

const LOOKED_FOR: &str = "looked for: wrapped keys, messages of the AWS Encryption SDK, metadata of the S3 Encryption \
     Client, jobs and blocks, records, keystores, logs, playlists, media, key files, ciphertext";

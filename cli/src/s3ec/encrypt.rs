//! `reelseal encrypt` to an object of the S3 Encryption Client.

use std::cell::Cell;
use std::time::Instant;

use reelseal_core::envelope::s3ec::{FreshIv, FreshMessageId, Nonce, seal};
use reelseal_core::format::s3ec::{Header, Place as In, Suite};
use reelseal_core::policy::{AdmittedSuite, CommitmentPolicy, Policy};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::fields;
use super::key::{NewKey, Wrapped};
use super::metadata_beside;
use super::report::{EncryptReport, Facts};
use crate::error::Error;
use crate::files::cipher::Stream;
use crate::files::encrypt::{contents, restore};
use crate::files::ends::Input;
use crate::keyservice::LazyService;
use crate::objects::{Location, Place};
use crate::package::{Existing, Output};
use crate::progress::{Progress, Show};
use crate::random;

/// A request to encrypt one file.
#[derive(Clone, Debug)]
pub struct Encrypt {
    /// The clear file; `-` is standard input.
    pub input: Place,
    /// The object; `-` is standard output.
    pub out: Place,
    /// Whether what is there may be replaced.
    pub existing: Existing,
    /// How: V2 or V3.
    pub suite: Suite,
    /// Which objects must commit to their data key, where the user says so.
    pub commitment: Option<CommitmentPolicy>,
    /// What wraps the data key.
    pub key: NewKey,
    /// Where the metadata is written: beside `out` if nothing is said, and with it in S3.
    pub metadata: Option<Place>,
    /// Where an instruction file is written, if one is.
    pub instruction_file: Option<Place>,
    /// Whether a bar is shown.
    pub show: Show,
}

/// A file beside the object: what is there already, and what it is to hold.
struct Beside<'a> {
    place: &'a Place,
    kind: In,
    before: Option<Zeroizing<Vec<u8>>>,
    text: String,
    written: Cell<bool>,
}

impl Encrypt {
    /// Encrypts. Metadata and instruction file are in place before the object is: no object is
    /// without its key.
    ///
    /// # Errors
    ///
    /// A place is taken, the input cannot be read, the policy forbids it, the key service refuses.
    /// After each, everything is as it was; only what was written to a pipe stays written.
    pub fn run(&self, service: &LazyService<'_>) -> Result<EncryptReport, Error> {
        let started = Instant::now();
        let suite = self.admit()?;
        let metadata = self.places()?;
        let input = Input::open(&self.input)?;
        let (key, wrapped) = self.key.generate(suite.suite(), service)?;
        let nonce = match suite.suite() {
            Suite::AesGcmCommit => Nonce::MessageId(FreshMessageId::new(*random::fresh_key()?)),
            _ => Nonce::Iv(FreshIv::new(*random::fresh_key()?)),
        };
        let sealed = seal(suite, &key, nonce);
        let (encryptor, content) = sealed.ok_or_else(|| Error::bug("a key that seals nothing"))?;
        drop(key);
        let Wrapped { wrap, wrapped, description, arn } = wrapped;
        let place = match &self.instruction_file {
            Some(_) => In::InstructionFile,
            None => In::Metadata,
        };
        let header = Header::new(content, wrap, &wrapped, &description, place);
        let header = header.ok_or_else(|| Error::bug("a header of parts that do not fit"))?;
        let (fields, file) = fields::print(&header)?;
        let beside = self.beside(metadata.as_ref(), &fields, file)?;

        let direct = self.out.is_direct();
        let mut done = None;
        let written = self.write(metadata.is_none().then_some(fields), |to| {
            if direct {
                self.write_beside(&beside)?;
            }
            let progress = Progress::bytes("encrypting", input.len.unwrap_or(0), self.show);
            let stream = Stream { input: &input, out: &self.out, progress: &progress };
            done = Some(stream.seal_gcm(encryptor, to)?);
            if direct { Ok(()) } else { self.write_beside(&beside) }
        });
        if let (Err(error), false) = (&written, direct) {
            for Beside { place, before, .. } in beside.into_iter().filter(|b| b.written.get()) {
                restore(place, before).map_err(|_| error.clone())?;
            }
        }
        written?;
        let done = done.ok_or_else(|| Error::bug("an object that was not written"))?;
        Ok(EncryptReport {
            input: self.input.clone(),
            out: self.out.clone(),
            metadata,
            instruction_file: self.instruction_file.clone(),
            facts: Facts::of(&header, arn),
            bytes: done.read,
            bytes_written: done.written,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    /// The mode is the policy, where the user gave no other.
    fn admit(&self) -> Result<AdmittedSuite, Error> {
        let of_mode = match self.suite {
            Suite::AesGcmCommit => CommitmentPolicy::RequireEncryptRequireDecrypt,
            _ => CommitmentPolicy::ForbidEncryptAllowDecrypt,
        };
        let commitment = self.commitment.unwrap_or(of_mode);
        Policy { commitment, ..Policy::default() }.admit_suite(self.suite).map_err(|refused| {
            Error::refused(refused.to_string()).hint(match self.suite {
                Suite::AesGcmCommit => "--mode s3ec-v2 writes no commitment",
                _ => "--mode s3ec-v3 writes a commitment",
            })
        })
    }

    /// Checks all places, and names that of the metadata. `None`: it goes with the object.
    fn places(&self) -> Result<Option<Place>, Error> {
        let in_s3 = matches!(self.out.location(), Location::S3(_));
        let metadata = match &self.metadata {
            Some(_) if in_s3 => {
                return Err(Error::usage("--metadata: an object in S3 has its metadata with it"));
            }
            Some(place) => Some(place.clone()),
            None if in_s3 => None,
            None if self.out.is_direct() => {
                return Err(Error::usage("an output that is a pipe has no metadata beside it")
                    .hint("--metadata FILE names a place for it"));
            }
            None => Some(metadata_beside(&self.out)?),
        };
        let file = self.instruction_file.as_ref();
        let all = [Some(&self.out), metadata.as_ref(), file];
        let all: Vec<&Place> = all.into_iter().flatten().collect();
        let twice = all.iter().any(|a| all.iter().filter(|b| a == *b).count() > 1);
        if twice {
            return Err(Error::usage("two of the outputs have one place"));
        }
        all.into_iter().try_for_each(|place| place.check_free(self.existing))?;
        Ok(metadata)
    }

    /// Writes the object; in S3, with these fields.
    fn write(
        &self,
        fields: Option<Map<String, Value>>,
        write: impl FnOnce(&mut dyn Output) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Location::S3(url) = self.out.location() else {
            return self.out.write(self.existing, write);
        };
        let text = |value: Value| value.as_str().map(str::to_owned);
        let fields = fields.into_iter().flatten();
        let metadata = fields.filter_map(|(name, value)| Some((name, text(value)?))).collect();
        let mut upload = self.out.objects().create(url, self.existing, metadata)?;
        write(&mut upload)?;
        upload.finish()
    }

    fn beside<'a>(
        &'a self,
        metadata: Option<&'a Place>,
        fields: &Map<String, Value>,
        file: Option<String>,
    ) -> Result<Vec<Beside<'a>>, Error> {
        let metadata = metadata.map(|place| (place, In::Metadata, fields::text(fields.clone())));
        let file = self.instruction_file.as_ref().zip(file);
        let file = file.map(|(place, text)| (place, In::InstructionFile, text));
        let beside = [metadata, file].into_iter().flatten().map(|(place, kind, text)| {
            let before = contents(place, self.existing)?;
            Ok(Beside { place, kind, before, text, written: Cell::new(false) })
        });
        beside.collect()
    }

    fn write_beside(&self, beside: &[Beside<'_>]) -> Result<(), Error> {
        beside.iter().try_for_each(|file| {
            fields::write(file.place, file.kind, self.existing, &file.text)?;
            file.written.set(true);
            Ok(())
        })
    }
}

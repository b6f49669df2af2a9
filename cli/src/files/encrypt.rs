//! `reelseal encrypt`: a file under a data key, and the block that opens it again.

use std::time::Instant;

use reelseal_core::format::transcoder::Mode;
use zeroize::Zeroizing;

use super::cipher::Done;
use super::data_key::OpenKey;
use super::ends::Input;
use super::sealing::Sealing;
use super::{Document, EncryptReport, Format, record_beside};
use crate::error::Error;
use crate::keyservice::{EncryptionContext, LazyService, Ledger};
use crate::objects::Place;
use crate::package::{Existing, interrupt};
use crate::progress::Show;

/// Where the data key comes from.
#[derive(Clone, Debug)]
pub enum DataKeySource {
    /// The key service makes one.
    Generate {
        /// The key that wraps it.
        key_id: String,
        /// Its length in bytes: 16, 24 or 32.
        len: usize,
    },
    /// It is given.
    Given(Given),
}

/// A data key that was made elsewhere.
#[derive(Clone, Debug)]
pub struct Given {
    /// Wrapped.
    pub wrapped: Vec<u8>,
    /// The key that must have wrapped it.
    pub key_id: Option<String>,
    /// `KeyMd5`, to be checked.
    pub key_md5: Option<String>,
    /// The IV, base64; a fresh one is drawn where none is given.
    pub iv: Option<String>,
}

/// A request to encrypt one file.
#[derive(Clone, Debug)]
pub struct Encrypt {
    /// The clear file.
    pub input: Place,
    /// The encrypted one.
    pub out: Place,
    /// Whether what is there may be replaced.
    pub existing: Existing,
    /// How.
    pub mode: Mode,
    /// Under what.
    pub key: DataKeySource,
    /// What the data key is bound to.
    pub context: EncryptionContext,
    /// Whose block is written.
    pub format: Format,
    /// Where the block is written: beside `out` if nothing is said.
    pub record: Option<Place>,
    /// Whether a bar is shown.
    pub show: Show,
}

impl Encrypt {
    /// Encrypts. The block is in place before the output is: no output is without its key.
    ///
    /// # Errors
    ///
    /// A place is taken, the input cannot be read, the key service refuses, the key is no AES
    /// key, or (key, IV) served before. After each, everything is as it was; only what was
    /// written to a pipe stays written.
    pub fn run(
        &self,
        service: &LazyService<'_>,
        ledger: impl FnOnce() -> Result<Ledger, Error>,
    ) -> Result<EncryptReport, Error> {
        let started = Instant::now();
        let record = self.record_place()?;
        self.out.check_free(self.existing)?;
        record.check_free(self.existing)?;
        let input = Input::open(&self.input)?;
        let before = contents(&record, self.existing)?;
        let direct = self.out.is_direct();
        let (mut report, mut recorded) = (None, false);
        let written = self.out.write(self.existing, |to| {
            let sealing = self.sealing(service)?;
            let document = sealing.document();
            let done = sealing.apply(&input, ledger, &self.out, self.show, to, || {
                if direct { self.write_record(&record, &document) } else { Ok(()) }
            })?;
            if !direct {
                self.write_record(&record, &document)?;
                recorded = true;
            }
            report = Some(self.report(&record, &document, sealing.into_key(), &done)?);
            Ok(())
        });
        if let (Err(error), true) = (&written, recorded) {
            interrupt::hold(|| restore(&record, before)).map_err(|_| error.clone())?;
        }
        written?;
        let mut report = report.ok_or_else(|| Error::bug("an output without a report"))?;
        report.seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }

    fn record_place(&self) -> Result<Place, Error> {
        let record = match &self.record {
            Some(record) => record.clone(),
            None if self.out.is_direct() => {
                return Err(Error::usage("an output that is a pipe has no record beside it")
                    .hint("--record FILE names a place for the wrapped key and the IV"));
            }
            None => record_beside(&self.out)?,
        };
        if record == self.out {
            return Err(Error::usage("the record and the output have one place"));
        }
        Ok(record)
    }

    fn sealing(&self, service: &LazyService<'_>) -> Result<Sealing, Error> {
        Sealing::open(self.mode, self.format, &self.key, &self.context, service.get()?)
    }

    fn write_record(&self, record: &Place, document: &Document) -> Result<(), Error> {
        let text = format!("{:#}\n", document.to_json(self.format)?);
        record.write(self.existing, |to| {
            to.write_all(text.as_bytes()).map_err(|error| record.write_error(&error))
        })
    }

    fn report(
        &self,
        record: &Place,
        document: &Document,
        key: OpenKey,
        done: &Done,
    ) -> Result<EncryptReport, Error> {
        let mut warnings = Vec::new();
        if key.key.decoded().is_some() {
            warnings.push(
                "the wrapped key is itself the base64 of a key, as version 1 of the AWS CLI \
                 wrapped them; it was used as it is, as Elastic Transcoder did"
                    .to_owned(),
            );
        }
        Ok(EncryptReport {
            input: self.input.clone(),
            out: self.out.clone(),
            record: record.clone(),
            mode: self.mode,
            bytes: done.read,
            bytes_written: done.written,
            seconds: 0.0,
            key_arn: key.arn,
            md5_of: key.md5_of,
            document: document.to_json(self.format)?,
            warnings,
        })
    }
}

/// What is in the file `record`, if it is there and may be replaced.
pub(crate) fn contents(
    record: &Place,
    existing: Existing,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    // With Keep, nothing was there when the place was looked at.
    if existing == Existing::Keep || record.is_direct() || !record.exists()? {
        return Ok(None);
    }
    let bytes = record.read(MAX_RECORD_LEN)?;
    if u64::try_from(bytes.len()).is_ok_and(|len| len <= MAX_RECORD_LEN) {
        return Ok(Some(bytes));
    }
    Err(Error::refused(format!("{record}: too long for a record that may be replaced")))
}

/// Puts `before` back: the record of an output that did not come to be opens nothing, and the
/// one that was there may open what is there still.
pub(crate) fn restore(record: &Place, before: Option<Zeroizing<Vec<u8>>>) -> Result<(), Error> {
    match before {
        Some(bytes) => record.write(Existing::Replace, |to| {
            to.write_all(&bytes).map_err(|error| record.write_error(&error))
        }),
        None if record.is_direct() => Ok(()),
        None => record.remove(),
    }
}

/// More than any record has, in bytes: what is longer is some other file.
const MAX_RECORD_LEN: u64 = 1 << 20;

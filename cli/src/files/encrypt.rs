//! `reelseal encrypt`: a file under a data key, and the block that opens it again.

use std::io::Write;
use std::time::Instant;

use reelseal_core::envelope::transcoder::{CounterStart, first_counter_block, gcm_iv};
use reelseal_core::format::transcoder::{Iv, LAYOUTS, Mode};
use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Ctr, Width};
use zeroize::Zeroizing;

use super::cipher::{Done, Stream};
use super::data_key::{self, OpenKey};
use super::document::parse_iv;
use super::ends::Input;
use super::{Document, EncryptReport, Format, record_beside};
use crate::error::Error;
use crate::keyservice::{CounterRange, EncryptionContext, LazyService, Ledger};
use crate::objects::Place;
use crate::package::{Existing, interrupt};
use crate::progress::{Progress, Show};
use crate::random::FreshIv;

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
            let (key, iv) = self.open_key(service)?;
            let limit = self.take(ledger, &key, &iv, input.len)?;
            let document = self.document(&key, &iv);
            if direct {
                self.write_record(&record, &document)?;
            }
            let done = self.stream(&input, &key, &iv, limit, to)?;
            if !direct {
                self.write_record(&record, &document)?;
                recorded = true;
            }
            report = Some(self.report(&record, &document, key, &done)?);
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

    fn open_key(&self, service: &LazyService<'_>) -> Result<(OpenKey, Iv), Error> {
        let service = service.get()?;
        let fresh = || Ok(Iv::Bytes16(FreshIv::draw()?.into_block()));
        match &self.key {
            DataKeySource::Generate { key_id, len } => {
                Ok((data_key::generate(service, key_id, *len, &self.context)?, fresh()?))
            }
            DataKeySource::Given(given) => {
                let iv = given.iv.as_deref().map_or_else(fresh, |iv| self.given_iv(iv))?;
                let Given { wrapped, key_id, key_md5, .. } = given;
                let (key_id, key_md5) = (key_id.as_deref(), key_md5.as_deref());
                let key = data_key::unwrap(service, wrapped, key_id, &self.context, key_md5)?;
                Ok((key, iv))
            }
        }
    }

    // req ET-FILE-4: the IV has exactly 16 bytes
    fn given_iv(&self, text: &str) -> Result<Iv, Error> {
        let iv = parse_iv(self.mode, text)?;
        if self.format == Format::Transcoder && iv.bytes().len() != 16 {
            return Err(Error::malformed("an IV of Elastic Transcoder has exactly 16 bytes")
                .hint("--format mediaconvert takes 12 for aes-ctr and aes-gcm"));
        }
        Ok(iv)
    }

    /// Enters what a counter mode will use into the ledger. Returns how many bytes that allows.
    fn take(
        &self,
        ledger: impl FnOnce() -> Result<Ledger, Error>,
        key: &OpenKey,
        iv: &Iv,
        len: Option<u64>,
    ) -> Result<u64, Error> {
        let first = first_counter_block(iv, CounterStart::Zero);
        let blocks = match (self.mode, iv) {
            (Mode::AesCbcPkcs7, _) => return Ok(u64::MAX),
            (Mode::AesCtr, _) => len.map_or(PIPE_BLOCKS, |len| len.div_ceil(16)),
            // J₀ is a hash of the IV: the IV stands for it.
            (Mode::AesGcm, Iv::Bytes16(_)) => 1,
            (Mode::AesGcm, Iv::Bytes12(_)) => 1 << 32,
        };
        ledger()?.take(&key.bytes, CounterRange { first, blocks })?;
        Ok(blocks.saturating_mul(16))
    }

    fn stream(
        &self,
        input: &Input<'_>,
        key: &OpenKey,
        iv: &Iv,
        limit: u64,
        to: &mut dyn Write,
    ) -> Result<Done, Error> {
        let Some(content_key) = key.key.literal() else {
            return Err(data_key::no_aes_key(&key.wrapped, key.bytes.len())?);
        };
        let progress = Progress::bytes("encrypting", input.len.unwrap_or(0), self.show);
        let stream = Stream { input, out: &self.out, progress: &progress };
        let first = first_counter_block(iv, CounterStart::Zero);
        match self.mode {
            Mode::AesCbcPkcs7 => stream.encrypt_cbc(cbc::Encryptor::new(content_key, first), to),
            Mode::AesCtr => {
                stream.apply_ctr(Ctr::new(content_key, first, Width::Bits128), limit, to)
            }
            Mode::AesGcm => {
                let [layout, ..] = LAYOUTS;
                stream.encrypt_gcm(content_key, gcm_iv(iv, layout), to)
            }
        }
    }

    fn document(&self, key: &OpenKey, iv: &Iv) -> Document {
        Document {
            format: self.format,
            mode: self.mode,
            wrapped: key.wrapped.clone(),
            key_md5: None,
            iv: *iv,
            key_arn: Some(key.arn.clone()),
            context: Some(self.context.clone()),
        }
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

/// Counter blocks that a text of unknown length takes: 16 TiB. It may not be longer.
const PIPE_BLOCKS: u64 = 1 << 40;

/// More than any record has, in bytes: what is longer is some other file.
const MAX_RECORD_LEN: u64 = 1 << 20;

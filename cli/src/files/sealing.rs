//! What encrypts: a data key, open, and its IV. Of one file, or of several under one block.

use reelseal_core::envelope::transcoder::{CounterStart, first_counter_block, gcm_iv};
use reelseal_core::format::transcoder::{Iv, LAYOUTS, Mode};
use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Ctr, Width};

use super::cipher::{Done, Stream};
use super::data_key::{self, OpenKey};
use super::document::parse_iv;
use super::encrypt::{DataKeySource, Given};
use super::ends::Input;
use super::{Document, Format};
use crate::error::Error;
use crate::keyservice::{CounterRange, EncryptionContext, KeyService, Ledger};
use crate::objects::Place;
use crate::package::Output;
use crate::progress::{Progress, Show};
use crate::random::FreshIv;

/// A data key and an IV under which files are encrypted. The key is erased on drop.
pub struct Sealing {
    mode: Mode,
    format: Format,
    context: EncryptionContext,
    key: OpenKey,
    iv: Iv,
}

impl Sealing {
    /// Has the key service make the data key, or unwrap the one that is given.
    ///
    /// # Errors
    ///
    /// The key service refuses, the key is no AES key, or the IV has another length than `mode`
    /// and `format` take.
    pub fn open(
        mode: Mode,
        format: Format,
        source: &DataKeySource,
        context: &EncryptionContext,
        service: &dyn KeyService,
    ) -> Result<Self, Error> {
        let fresh = || Ok(Iv::Bytes16(FreshIv::draw()?.into_block()));
        let (key, iv) = match source {
            DataKeySource::Generate { key_id, len } => {
                (data_key::generate(service, key_id, *len, context)?, fresh()?)
            }
            DataKeySource::Given(Given { wrapped, key_id, key_md5, iv }) => {
                let given = |iv: &str| given_iv(mode, format, iv);
                let iv = iv.as_deref().map_or_else(fresh, given)?;
                let (key_id, key_md5) = (key_id.as_deref(), key_md5.as_deref());
                (data_key::unwrap(service, wrapped, key_id, context, key_md5)?, iv)
            }
        };
        Ok(Self { mode, format, context: context.clone(), key, iv })
    }

    /// Encrypts the file `input`, and says how many bytes that gave; `out` is what messages call
    /// the place where `to` writes.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or (key, IV) served before in a counter mode.
    pub fn seal(
        &self,
        input: &Place,
        ledger: impl FnOnce() -> Result<Ledger, Error>,
        out: &Place,
        show: Show,
        to: &mut dyn Output,
    ) -> Result<u64, Error> {
        let done = self.apply(&Input::open(input)?, ledger, out, show, to, || Ok(()))?;
        Ok(done.written)
    }

    /// The block that opens the files.
    pub fn document(&self) -> Document {
        Document {
            format: self.format,
            mode: self.mode,
            wrapped: self.key.wrapped.clone(),
            key_md5: None,
            iv: self.iv,
            key_arn: Some(self.key.arn.clone()),
            context: Some(self.context.clone()),
        }
    }

    /// Encrypts `input`. `begin` is called when nothing but the work itself can fail any more.
    pub(super) fn apply(
        &self,
        input: &Input<'_>,
        ledger: impl FnOnce() -> Result<Ledger, Error>,
        out: &Place,
        show: Show,
        to: &mut dyn Output,
        begin: impl FnOnce() -> Result<(), Error>,
    ) -> Result<Done, Error> {
        let limit = self.take(ledger, input.len)?;
        begin()?;
        let Some(content_key) = self.key.key.literal() else {
            return Err(data_key::no_aes_key(&self.key.wrapped, self.key.bytes.len())?);
        };
        let progress = Progress::bytes("encrypting", input.len.unwrap_or(0), show);
        let stream = Stream { input, out, progress: &progress };
        let first = first_counter_block(&self.iv, CounterStart::Zero);
        match self.mode {
            Mode::AesCbcPkcs7 => stream.encrypt_cbc(cbc::Encryptor::new(content_key, first), to),
            Mode::AesCtr => {
                let keystream = || Ctr::new(content_key, first, Width::Bits128);
                stream.apply_ctr(keystream, limit, to)
            }
            Mode::AesGcm => {
                let [layout, ..] = LAYOUTS;
                stream.encrypt_gcm(content_key, gcm_iv(&self.iv, layout), to)
            }
        }
    }

    pub(super) fn into_key(self) -> OpenKey {
        self.key
    }

    /// Enters what a counter mode will use into the ledger. Returns how many bytes that allows.
    fn take(
        &self,
        ledger: impl FnOnce() -> Result<Ledger, Error>,
        len: Option<u64>,
    ) -> Result<u64, Error> {
        let first = first_counter_block(&self.iv, CounterStart::Zero);
        let blocks = match (self.mode, self.iv) {
            (Mode::AesCbcPkcs7, _) => return Ok(u64::MAX),
            (Mode::AesCtr, _) => len.map_or(PIPE_BLOCKS, |len| len.div_ceil(16)),
            // J₀ is a hash of the IV: the IV stands for it.
            (Mode::AesGcm, Iv::Bytes16(_)) => 1,
            (Mode::AesGcm, Iv::Bytes12(_)) => 1 << 32,
        };
        ledger()?.take(&self.key.bytes, CounterRange { first, blocks })?;
        Ok(blocks.saturating_mul(16))
    }
}

// req ET-FILE-4: the IV has exactly 16 bytes
fn given_iv(mode: Mode, format: Format, text: &str) -> Result<Iv, Error> {
    let iv = parse_iv(mode, text)?;
    if format == Format::Transcoder && iv.bytes().len() != 16 {
        return Err(Error::malformed("an IV of Elastic Transcoder has exactly 16 bytes")
            .hint("--format mediaconvert takes 12 for aes-ctr and aes-gcm"));
    }
    Ok(iv)
}

/// Counter blocks that a text of unknown length takes: 16 TiB. It may not be longer.
const PIPE_BLOCKS: u64 = 1 << 40;

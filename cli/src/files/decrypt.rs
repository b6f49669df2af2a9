//! `reelseal decrypt`: a file back in the clear, as far as its mode can vouch for it.

use std::time::Instant;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::transcoder::{CounterStart, first_counter_block};
use reelseal_core::format::transcoder::{LAYOUTS, Layout, Mode, layouts};
use reelseal_core::modes::ctr::{Ctr, Width};

use super::choose::{READINGS, Reading, Untagged, choose};
use super::cipher::{Done, Stream, wrong_length};
use super::content;
use super::data_key::{self, Md5Of, OpenKey};
use super::ends::{Input, release};
use super::transcoder_code::NOT_DECRYPTED;
use super::{DecryptReport, Document, Proof};
use crate::error::Error;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::Existing;
use crate::progress::{Progress, Show};

/// Which readings of the unwrapped key are tried.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeyForm {
    /// Both where both can be, the literal one first.
    #[default]
    Auto,
    /// This one.
    Only(Reading),
}

/// A request to decrypt one file.
#[derive(Clone, Debug)]
pub struct Decrypt {
    /// The encrypted file.
    pub input: Place,
    /// The clear one.
    pub out: Place,
    /// Whether what is there may be replaced.
    pub existing: Existing,
    /// What is known of the file.
    pub document: Document,
    /// The key that must have wrapped the data key.
    pub key_id: Option<String>,
    /// What the data key is bound to.
    pub context: EncryptionContext,
    /// Which readings of the key are tried.
    pub key_form: KeyForm,
    /// How many bits of the counter block count, in `aes-ctr`.
    pub width: Width,
    /// What fills up an IV of 12 bytes, in `aes-ctr`.
    pub start: CounterStart,
    /// Whether a bar is shown.
    pub show: Show,
}

/// How a file was opened.
struct Opened {
    done: Done,
    reading: Reading,
    layout: Option<Layout>,
}

impl Decrypt {
    /// Decrypts. Nothing is released of a file whose tag or padding is wrong.
    ///
    /// # Errors
    ///
    /// The place is taken, the input cannot be read, the key service refuses, the key is no AES
    /// key, or it does not open the file.
    pub fn run(&self, service: &LazyService<'_>) -> Result<DecryptReport, Error> {
        let started = Instant::now();
        self.out.check_free(self.existing)?;
        let input = Input::open(&self.input)?;
        self.check_len(&input)?;
        let Document { wrapped, key_md5, .. } = &self.document;
        let (key_id, key_md5) = (self.key_id.as_deref(), key_md5.as_deref());
        let key = data_key::unwrap(service.get()?, wrapped, key_id, &self.context, key_md5)?;
        let progress = Progress::bytes("decrypting", input.len.unwrap_or(0), self.show);
        let first = first_counter_block(&self.document.iv, self.start);
        let opened = match self.document.mode {
            Mode::AesGcm => self.tagged(&key, input, &progress)?,
            Mode::AesCbcPkcs7 => self.untagged(&key, Untagged::Cbc(first), input, &progress)?,
            Mode::AesCtr => {
                self.untagged(&key, Untagged::Ctr(first, self.width), input, &progress)?
            }
        };
        let mut report = self.report(key, &opened);
        report.seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }

    /// GCM: every reading in every layout, until a tag is right.
    fn tagged(
        &self,
        key: &OpenKey,
        input: Input<'_>,
        progress: &Progress,
    ) -> Result<Opened, Error> {
        let input = input.seekable()?;
        self.check_len(&input)?;
        let stream = Stream { input: &input, out: &self.out, progress };
        let iv = &self.document.iv;
        for reading in self.readings() {
            let Some(content_key) = reading.of(&key.key) else { continue };
            for layout in layouts(iv) {
                let opened = release(&self.out, self.existing, |to| {
                    stream.decrypt_gcm(content_key, iv, layout, to)
                })?;
                if let Ok(done) = opened {
                    return Ok(Opened { done, reading, layout: Some(layout) });
                }
            }
        }
        Err(self.inauthentic().hint("all layouts were tried: tag first or last, IV of 12 or 16"))
    }

    /// CBC and CTR: the reading that speaks for itself, and then the file once.
    fn untagged(
        &self,
        key: &OpenKey,
        mode: Untagged,
        input: Input<'_>,
        progress: &Progress,
    ) -> Result<Opened, Error> {
        let several = key.key.literal().is_some() && key.key.decoded().is_some();
        let (input, reading) = match self.key_form {
            KeyForm::Only(reading) => (input, reading),
            KeyForm::Auto => {
                let input = if several { input.seekable()? } else { input };
                self.check_len(&input)?;
                let reading = choose(&key.key, mode, &input)?.ok_or_else(|| self.ambiguous())?;
                (input, reading)
            }
        };
        let content_key = reading.of(&key.key).ok_or_else(|| self.no_such_reading(reading))?;
        let stream = Stream { input: &input, out: &self.out, progress };
        let done = match mode {
            Untagged::Cbc(iv) => {
                release(&self.out, self.existing, |to| stream.decrypt_cbc(content_key, iv, to))?
                    .map_err(|Inauthentic| self.inauthentic())?
            }
            Untagged::Ctr(first, width) => {
                let mut done = None;
                self.out.write(self.existing, |to| {
                    let keystream = || Ctr::new(content_key, first, width);
                    done = Some(stream.apply_ctr(keystream, u64::MAX, to)?);
                    Ok(())
                })?;
                done.ok_or_else(|| Error::bug("an output that was not written"))?
            }
        };
        Ok(Opened { done, reading, layout: None })
    }

    fn readings(&self) -> impl Iterator<Item = Reading> {
        let form = self.key_form;
        READINGS.into_iter().filter(move |reading| match form {
            KeyForm::Auto => true,
            KeyForm::Only(only) => only == *reading,
        })
    }

    fn check_len(&self, input: &Input<'_>) -> Result<(), Error> {
        let Some(len) = input.len else { return Ok(()) };
        let checked = self.document.mode.check_encrypted_len(len);
        checked.map_err(|_| wrong_length(&self.input.name("standard input")))
    }

    fn inauthentic(&self) -> Error {
        Error::inauthentic(format!("{}: {Inauthentic}", self.input.name("standard input")))
            .transcoder_code(NOT_DECRYPTED)
    }

    fn ambiguous(&self) -> Error {
        let message = format!(
            "{}: the wrapped key is the base64 of a key, and neither the text nor what it stands \
             for shows itself to be the right one",
            self.input.name("standard input")
        );
        Error::inauthentic(message)
            .hint("--key-form literal or --key-form base64 takes one without proof")
            .transcoder_code(NOT_DECRYPTED)
    }

    fn no_such_reading(&self, reading: Reading) -> Error {
        let why = match reading {
            Reading::Literal => "has no length of an AES key",
            Reading::Base64 => "is not the base64 of an AES key",
        };
        Error::refused(format!("--key-form {}: the wrapped key {why}", reading.as_str()))
    }

    fn report(&self, key: OpenKey, opened: &Opened) -> DecryptReport {
        let mode = self.document.mode;
        let proof = match (mode, content::kind(&opened.done.head)) {
            (Mode::AesGcm, _) => Proof::Tag,
            (_, Some(kind)) => Proof::Content(kind),
            (Mode::AesCbcPkcs7, None) => Proof::Padding,
            (Mode::AesCtr, None) => Proof::Nothing,
        };
        DecryptReport {
            input: self.input.clone(),
            out: self.out.clone(),
            mode,
            bytes: opened.done.read,
            bytes_written: opened.done.written,
            seconds: 0.0,
            key_arn: key.arn,
            md5_of: key.md5_of,
            reading: opened.reading,
            layout: opened.layout,
            proof,
            warnings: self.warnings(opened, proof, key.md5_of),
        }
    }

    fn warnings(&self, opened: &Opened, proof: Proof, md5_of: Option<Md5Of>) -> Vec<String> {
        let [ours, ..] = LAYOUTS;
        let first_block = proof != Proof::Tag && content::first_block_is_wrong(&opened.done.head);
        let weak = matches!(proof, Proof::Padding | Proof::Nothing);
        let all = [
            (weak, proof.sentence(self.document.mode)),
            (
                first_block,
                "the first 16 bytes do not fit what follows them: the IV is wrong, or they were \
                 altered"
                    .to_owned(),
            ),
            (
                opened.reading == Reading::Base64,
                "the wrapped key was the base64 of the key, as version 1 of the AWS CLI wrapped \
                 them"
                    .to_owned(),
            ),
            (
                opened.layout.is_some_and(|layout| layout != ours),
                "the file has a layout that reelseal does not write: see \"layout\"".to_owned(),
            ),
            (
                md5_of == Some(Md5Of::Key),
                "KeyMd5 is that of the key and not of the wrapped key: it tells something about \
                 the key to whoever reads it"
                    .to_owned(),
            ),
        ];
        all.into_iter().filter_map(|(holds, text)| holds.then_some(text)).collect()
    }
}

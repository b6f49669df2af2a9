//! `reelseal decrypt` of an object of the S3 Encryption Client: all of it, or a part.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Instant;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::s3ec::{Opened, Range, open};
use reelseal_core::format::s3ec::{Header, Suite};
use reelseal_core::policy::{Admitted, Extent, Policy};
use zeroize::Zeroizing;

use super::fields::Source;
use super::key::{self, Keys, OpenKey};
use super::options::admit;
use super::report::{DecryptReport, Facts};
use super::{ByteRange, PolicyOptions};
use crate::error::Error;
use crate::files::cipher::Stream;
use crate::files::ends::{Input, release};
use crate::files::pieces::Pieces;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::{Existing, interrupt};
use crate::progress::{Progress, Show};

/// A request to decrypt one object.
#[derive(Clone, Debug)]
pub struct Decrypt {
    /// The object; `-` is standard input.
    pub input: Place,
    /// The text; `-` is standard output.
    pub out: Place,
    /// Whether what is there may be replaced.
    pub existing: Existing,
    /// Where its fields are. `None`: with the object, in S3.
    pub metadata: Option<Place>,
    /// Its instruction file. `None`: beside the object in S3, if it has one.
    pub instruction_file: Option<Place>,
    /// The key of the user that wrapped the data key, if it was one.
    pub wrapping_key: Option<PathBuf>,
    /// The bytes to decrypt, if not all.
    pub range: Option<ByteRange>,
    /// What is admitted.
    pub policy: PolicyOptions,
    /// The key of the key service that must have wrapped the data key.
    pub key_id: Option<String>,
    /// The encryption context that is expected.
    pub context: Option<EncryptionContext>,
    /// Whether a bar is shown.
    pub show: Show,
}

/// What went through.
struct Through {
    read: u64,
    written: u64,
    head: Zeroizing<Vec<u8>>,
    /// The bytes of the text, where not all were asked for: `[from, to)`.
    range: Option<(u64, u64)>,
}

impl Decrypt {
    /// Decrypts. Nothing is released of an object whose tag or padding is wrong, or whose data
    /// key is not the one that it commits to.
    ///
    /// # Errors
    ///
    /// The place is taken, the fields are not of an object, the policy does not admit it, the key
    /// service refuses, or the key does not open it.
    pub fn run(&self, service: &LazyService<'_>) -> Result<DecryptReport, Error> {
        let started = Instant::now();
        self.out.check_free(self.existing)?;
        let (metadata, file) = (self.metadata.as_ref(), self.instruction_file.as_ref());
        let source = Source::read(Some(&self.input), metadata, file)?;
        source.header(|header| {
            let policy: Policy = self.policy.policy();
            let extent = if self.range.is_some() { Extent::Range } else { Extent::Whole };
            let admitted = admit(&policy, header, extent)?;
            let input = Input::open(&self.input)?;
            if let Some(len) = input.len {
                self.check_len(admitted.header(), len)?;
            }
            let keys = Keys {
                wrapping_key: self.wrapping_key.as_deref(),
                key_id: self.key_id.as_deref(),
                context: self.context.as_ref(),
            };
            let unwrapped = key::unwrap(&admitted, &keys, service)?;
            let OpenKey { key, arn } = unwrapped.map_err(|_| self.inauthentic())?;
            let opened = open(&admitted, &key).map_err(|_| self.inauthentic())?;
            drop(key);
            let through = self.through(&admitted, opened, input)?;
            let through = through.map_err(|Inauthentic| self.inauthentic())?;
            Ok(self.report(admitted.header(), arn, through, started))
        })
    }

    fn through(
        &self,
        admitted: &Admitted<'_>,
        opened: Opened,
        input: Input<'_>,
    ) -> Result<Result<Through, Inauthentic>, Error> {
        let progress = Progress::bytes("decrypting", input.len.unwrap_or(0), self.show);
        let clear_len = admitted.header().clear_len;
        let input = match &opened {
            Opened::Range(_) => input.seekable()?,
            _ => input,
        };
        let stream = Stream { input: &input, out: &self.out, progress: &progress };
        let done = match opened {
            Opened::Range(range) => return self.part(admitted.header(), range, &input),
            Opened::Gcm(content) => release(&self.out, self.existing, |to| {
                let done = stream.open_gcm(content, to)?;
                Ok(done.and_then(|done| has_len(done.written, clear_len).map(|()| done)))
            })?,
            Opened::Cbc(content) => release(&self.out, self.existing, |to| {
                let done = stream.open_cbc(content, to)?;
                Ok(done.and_then(|done| has_len(done.written, clear_len).map(|()| done)))
            })?,
        };
        Ok(done.map(|done| Through {
            read: done.read,
            written: done.written,
            head: done.head,
            range: None,
        }))
    }

    /// A part of GCM, without its tag.
    fn part(
        &self,
        header: &Header<'_>,
        mut range: Range,
        input: &Input<'_>,
    ) -> Result<Result<Through, Inauthentic>, Error> {
        let len = input.len.unwrap_or(0);
        self.check_len(header, len)?;
        let text_len = len.saturating_sub(16);
        if has_len(text_len, header.clear_len).is_err() {
            return Ok(Err(Inauthentic));
        }
        let asked = self.range.unwrap_or(ByteRange { first: 0, last: None });
        let Some((from, to)) = asked.within(text_len) else {
            let message =
                format!("{}: the range begins behind its end", self.input.name("standard input"));
            return Err(Error::usage(message).hint(format!("the text has {text_len} bytes")));
        };
        let too_long = || Error::refused("the range is beyond the longest text of GCM");
        range.seek(from).ok_or_else(too_long)?;
        let progress = Progress::bytes("decrypting", to - from, self.show);
        self.out.write(self.existing, |out| {
            let mut pieces = Pieces::new(input.range(from..to)?, 0);
            let mut left = to - from;
            while let Some(piece) = pieces.next().map_err(|error| input.read_error(&error))? {
                interrupt::check()?;
                range.apply(piece).ok_or_else(too_long)?;
                out.write_all(piece).map_err(|error| self.out.write_error(&error))?;
                let len = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                left = left.saturating_sub(len);
                progress.add(len);
            }
            let whole = left == 0;
            whole.then_some(()).ok_or_else(|| input.read_error(&ErrorKind::UnexpectedEof.into()))
        })?;
        let written = to - from;
        let range = Some((from, to));
        Ok(Ok(Through { read: written, written, head: Zeroizing::default(), range }))
    }

    fn check_len(&self, header: &Header<'_>, len: u64) -> Result<(), Error> {
        let suite = header.content.suite();
        suite.check_encrypted_len(len).map_err(|_| {
            let rule = match suite {
                Suite::AesCbc => "CBC has 16, 32, 48 … bytes",
                _ => "GCM has 16 bytes or more",
            };
            Error::malformed(format!(
                "{} has {len} bytes: {rule}",
                self.input.name("standard input")
            ))
            .hint("the object is cut short, or the metadata is another's")
        })
    }

    fn inauthentic(&self) -> Error {
        Error::inauthentic(format!("{}: {Inauthentic}", self.input.name("standard input")))
            .hint("the metadata, the instruction file or the wrapping key may be another object's")
    }

    fn report(
        &self,
        header: &Header<'_>,
        arn: Option<String>,
        through: Through,
        started: Instant,
    ) -> DecryptReport {
        DecryptReport {
            input: self.input.clone(),
            out: self.out.clone(),
            facts: Facts::of(header, arn),
            bytes: through.read,
            bytes_written: through.written,
            seconds: started.elapsed().as_secs_f64(),
            kind: crate::files::content_kind(&through.head),
            range: through.range,
        }
    }
}

/// Whether a text has the length that its metadata says. That is how a CBC that was cut shows.
fn has_len(len: u64, said: Option<u64>) -> Result<(), Inauthentic> {
    if said.is_none_or(|said| said == len) { Ok(()) } else { Err(Inauthentic) }
}

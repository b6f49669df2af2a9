//! `reelseal encrypt --mode esdk`: a file into a message that its readers open by themselves.

use std::num::NonZeroU32;
use std::time::Instant;

use super::keys::{self, WrappingKey};
use super::report::EncryptReport;
use super::stream::{self, Source};
use crate::error::Error;
use crate::files::ends::Input;
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::Existing;
use crate::progress::{Progress, Show};

/// A request to seal one file.
#[derive(Debug)]
pub struct Encrypt {
    /// The clear file.
    pub input: Place,
    /// The message.
    pub out: Place,
    /// Whether what is there may be replaced.
    pub existing: Existing,
    /// The keys of the key service that wrap the data key, each by itself.
    pub key_ids: Vec<String>,
    /// A key of the user's that wraps it too.
    pub wrapping_key: Option<WrappingKey>,
    /// Bytes of a frame.
    pub frame_len: Option<NonZeroU32>,
    /// What the data key is bound to. It stands in the message, for all to read.
    pub context: EncryptionContext,
    /// Whether a bar is shown.
    pub show: Show,
}

impl Encrypt {
    /// Seals.
    ///
    /// # Errors
    ///
    /// The place is taken, the context has a reserved key, the key service refuses, or the system
    /// failed. After each, everything is as it was; only what was written to a pipe stays written.
    pub fn run(&self, service: &LazyService<'_>) -> Result<EncryptReport, Error> {
        let started = Instant::now();
        self.check_context()?;
        self.out.check_free(self.existing)?;
        let input = Input::open(&self.input)?;
        let frame_len = self.frame_len.unwrap_or(FRAME_LEN);
        let (mut clear_len, mut len, mut wrapped_by) = (0, 0, Vec::new());
        self.out.write(self.existing, |to| {
            let own = self.wrapping_key.as_ref();
            let (key, edks) = keys::make(&self.key_ids, own, &self.context, service)?;
            wrapped_by = edks.iter().map(keys::OwnedEdk::name).collect();
            let progress = Progress::bytes("encrypting", input.len.unwrap_or(0), self.show);
            let failed = |error: &std::io::Error| input.read_error(error);
            let name = self.input.name("standard input");
            let mut from = Source { name: &name, input: input.reader(), failed: &failed };
            let put = &mut |bytes: &[u8]| {
                let more = u64::try_from(bytes.len()).unwrap_or(0);
                progress.add(more);
                len += more;
                to.write_all(bytes).map_err(|error| self.out.write_error(&error))
            };
            clear_len = stream::seal(&mut from, &key, &self.context, &edks, frame_len, put)?;
            Ok(())
        })?;
        Ok(EncryptReport {
            input: self.input.clone(),
            out: self.out.clone(),
            frame_len,
            bytes: clear_len,
            bytes_written: len,
            seconds: started.elapsed().as_secs_f64(),
            wrapped_by,
            context: self.context.clone(),
        })
    }

    fn check_context(&self) -> Result<(), Error> {
        match self.context.pairs().find(|(key, _)| key.starts_with(RESERVED)) {
            None => Ok(()),
            Some((key, _)) => {
                let message = format!("--encryption-context: {key}: {RESERVED}… is reserved");
                Err(Error::usage(message).hint("the AWS Encryption SDK puts its own values there"))
            }
        }
    }
}

/// The beginning of the keys of the context that belong to the SDK.
const RESERVED: &str = "aws-crypto-";

/// 64 KiB: 0.05 % more bytes, and still little to read for a few bytes out of the middle.
const FRAME_LEN: NonZeroU32 = NonZeroU32::new(1 << 16).expect("not zero");

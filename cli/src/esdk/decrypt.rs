//! `reelseal decrypt` of a message: all of it, or some of its frames.

use std::io::{self, Read};
use std::time::Instant;

use reelseal_core::envelope::esdk::Body;
use reelseal_core::format::Rule;
use reelseal_core::format::esdk::{ContentType, Header, MAX_HEADER_LEN};

use super::keys::{self, Readers, Unwrapped, WrappingKey};
use super::report::{DecryptReport, Extent};
use super::stream::{self, Source};
use super::{FrameRange, is_message};
use crate::error::Error;
use crate::files::ends::{Input, release};
use crate::keyservice::{EncryptionContext, LazyService};
use crate::objects::Place;
use crate::package::Existing;
use crate::progress::{Progress, Show};

/// A request to open one message.
#[derive(Debug)]
pub struct Decrypt {
    /// The message.
    pub input: Place,
    /// The clear file.
    pub out: Place,
    /// Whether what is there may be replaced.
    pub existing: Existing,
    /// The key of the key service that must have wrapped the data key.
    pub key_id: Option<String>,
    /// A key of the user's that may have. Where there is no `key_id`, no service is asked then.
    pub wrapping_key: Option<WrappingKey>,
    /// Pairs that the message's context must have.
    pub required: Vec<EncryptionContext>,
    /// The frames wanted; all, if nothing is said.
    pub frames: Option<FrameRange>,
    /// Whether a bar is shown.
    pub show: Show,
}

impl Decrypt {
    /// Opens. Nothing is released before the end of the message was found authentic, or that of
    /// the frames that were asked for.
    ///
    /// # Errors
    ///
    /// The place is taken; the input is no message, or one that is not read; a required pair is
    /// missing; no key opens it; it was altered.
    pub fn run(&self, service: &LazyService<'_>) -> Result<DecryptReport, Error> {
        let started = Instant::now();
        self.out.check_free(self.existing)?;
        let name = self.input.name("standard input");
        let input = Input::open(&self.input)?;
        let input = if self.frames.is_some() { input.seekable()? } else { input };
        let mut front = vec![0; MAX_HEADER_LEN];
        let mut reader = input.reader();
        let filled = stream::fill(&mut reader, &mut front);
        let len = filled.map_err(|error| input.read_error(&error))?;
        let front = front.get(..len).unwrap_or_default();
        let (header, rest) = parse(front).map_err(|error| error.at(&name))?;
        self.check_context(&header).map_err(|error| error.at(&name))?;
        let readers = Readers { key_id: self.key_id.as_deref(), own: self.wrapping_key.as_ref() };
        let Unwrapped { body, by } =
            keys::open(&header, readers, service).map_err(|error| error.at(&name))?;

        let progress = Progress::bytes("decrypting", input.len.unwrap_or(0), self.show);
        let released = release(&self.out, self.existing, |to| {
            let put = &mut |bytes: &[u8]| {
                progress.add(u64::try_from(bytes.len()).unwrap_or(0));
                to.write_all(bytes).map_err(|error| self.out.write_error(&error))
            };
            self.body(&input, rest.chain(reader), &header, body, put).map(Ok)
        })?;
        let (extent, clear_len) =
            released.map_err(|error| Error::inauthentic(error.to_string()))?;
        Ok(DecryptReport {
            input: self.input.clone(),
            out: self.out.clone(),
            suite: header.suite,
            frame_len: match header.content_type {
                ContentType::Framed(len) => Some(len),
                ContentType::NonFramed => None,
            },
            extent,
            bytes_written: clear_len,
            seconds: started.elapsed().as_secs_f64(),
            key: by,
            context: header.pairs().collect(),
        })
    }

    /// Opens what was asked for of the body.
    fn body(
        &self,
        input: &Input<'_>,
        rest: impl Read,
        header: &Header<'_>,
        body: Body,
        put: &mut stream::Put<'_>,
    ) -> Result<(Extent, u64), Error> {
        let name = self.input.name("standard input");
        let Some(range) = self.frames else {
            let failed = |error: &io::Error| input.read_error(error);
            let mut from = Source { name: &name, input: rest, failed: &failed };
            let clear_len = stream::open(&mut from, body, header.suite.is_signed(), put)?;
            return Ok((Extent::All, clear_len));
        };
        let Body::Framed(opener) = body else {
            let message = format!("{name}: the message is one block, and has no frames");
            return Err(Error::refused(message).hint("leave --frames out"));
        };
        let header_len = header.bytes.len() + header.tag.len();
        let (last, clear_len) = range.open(input, header_len, &opener, put)?;
        Ok((Extent::Frames(range.first(), last), clear_len))
    }

    /// The context is authentic only once the header is; it is looked at before a key is used.
    fn check_context(&self, header: &Header<'_>) -> Result<(), Error> {
        for (key, value) in self.required.iter().flat_map(EncryptionContext::pairs) {
            if !header.pairs().any(|pair| pair == (key, value)) {
                let wanted = EncryptionContext::from_iter([(key, value)]);
                let context: EncryptionContext = header.pairs().collect();
                let message = format!("the encryption context of the message has no {wanted}");
                return Err(Error::refused(message).hint(format!("it is: '{context}'")));
            }
        }
        Ok(())
    }
}

fn parse(front: &[u8]) -> Result<(Header<'_>, &[u8]), Error> {
    if !is_message(front) {
        return Err(Error::malformed("this is no message of the AWS Encryption SDK").hint(
            "of another file, --record FILE, or --mode, --data-key and --iv, tell what it is",
        ));
    }
    Header::parse(front).map_err(|error| match error.rule {
        Rule::Uncommitted => Error::refused(error.to_string())
            .hint("open it with the SDK that wrote it, and encrypt it anew"),
        _ => Error::malformed(error.to_string()),
    })
}

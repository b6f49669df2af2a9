//! GCM over a stream: the tag in front of the text or behind it.

use std::borrow::Borrow;
use std::io::ErrorKind;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::transcoder::gcm_iv;
use reelseal_core::format::transcoder::{Iv, Layout, Tag};
use reelseal_core::modes::gcm;
use reelseal_core::secret::ContentKey;

use super::cipher::{Done, Out, Stream};
use crate::error::Error;
use crate::package::Output;

impl Stream<'_> {
    /// GCM with the tag last.
    pub(crate) fn encrypt_gcm(
        &self,
        key: &ContentKey,
        iv: gcm::Iv,
        to: &mut dyn Output,
    ) -> Result<Done, Error> {
        let key = gcm::Key::new(key);
        let mut encryptor = gcm::Encryptor::new(&key, iv, &[]).ok_or_else(no_aad)?;
        let mut out = Out::new(self, to);
        let take = |len| encryptor.part(len).ok_or_else(|| self.beyond_gcm());
        let parts = self.in_parts(&mut out, 0, take, |part, spot, text| {
            let worked = part.encrypt(text).ok_or_else(other_part)?;
            spot.put(text)?;
            Ok(worked)
        })?;
        parts.into_iter().try_for_each(|part| encryptor.join(part)).ok_or_else(other_part)?;
        self.finish_seal(encryptor, out)
    }

    /// GCM that was begun, with the tag last.
    pub(crate) fn seal_gcm(
        &self,
        encryptor: gcm::Encryptor,
        to: &mut dyn Output,
    ) -> Result<Done, Error> {
        self.finish_seal(encryptor, Out::new(self, to))
    }

    fn finish_seal<K: Borrow<gcm::Key>>(
        &self,
        mut encryptor: gcm::Encryptor<K>,
        mut out: Out<'_>,
    ) -> Result<Done, Error> {
        let mut pieces = self.pieces(0, &out)?;
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            encryptor.update(piece).ok_or_else(|| self.beyond_gcm())?;
            out.put(piece)?;
        }
        out.put(&encryptor.finish())?;
        Ok(out.done)
    }

    /// GCM in one of its layouts. Bytes are written before they are known to be authentic.
    pub(crate) fn decrypt_gcm(
        &self,
        key: &ContentKey,
        iv: &Iv,
        layout: Layout,
        to: &mut dyn Output,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        self.input.rewind()?;
        let first = match layout.tag {
            Tag::Last => None,
            Tag::First => {
                let mut tag: gcm::Tag = [0; 16];
                self.input.read_exact(&mut tag).map_err(|error| match error.kind() {
                    ErrorKind::UnexpectedEof => self.wrong_length(),
                    _ => self.input.read_error(&error),
                })?;
                Some(tag)
            }
        };
        let key = gcm::Key::new(key);
        let content = gcm::Unverified::new(&key, gcm_iv(iv, layout), &[], ());
        let mut content = content.ok_or_else(no_aad)?;
        let mut out = Out::new(self, to);
        let take = |len| content.part(len).ok_or_else(|| self.beyond_gcm());
        let held = if first.is_some() { 0 } else { 16 };
        let parts = self.in_parts(&mut out, held, take, |part, spot, text| {
            let stored = part.decrypt(text, |clear| spot.put(clear));
            let (put, worked) = stored.ok_or_else(other_part)?;
            put.map(|()| worked)
        })?;
        parts.into_iter().try_for_each(|part| content.join(part)).ok_or_else(other_part)?;
        self.finish_open(content, first, out)
    }

    /// GCM that was begun, with its tag at the end. Bytes are written before they are known to be
    /// authentic.
    pub(crate) fn open_gcm(
        &self,
        content: gcm::Unverified<()>,
        to: &mut dyn Output,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        self.finish_open(content, None, Out::new(self, to))
    }

    fn finish_open<K: Borrow<gcm::Key>>(
        &self,
        mut content: gcm::Unverified<(), K>,
        first: Option<gcm::Tag>,
        mut out: Out<'_>,
    ) -> Result<Result<Done, Inauthentic>, Error> {
        let mut pieces = self.pieces(if first.is_some() { 0 } else { 16 }, &out)?;
        while let Some(piece) = self.next(&mut pieces, &mut out)? {
            content
                .update(piece, |(), clear| out.put(clear))
                .ok_or_else(|| self.beyond_gcm())??;
        }
        let tag = first.or_else(|| pieces.last()).ok_or_else(|| self.wrong_length())?;
        out.done.read += 16;
        Ok(content.finish(&tag).map(|()| out.done))
    }

    fn beyond_gcm(&self) -> Error {
        self.too_long("GCM has at most 2³⁶ − 32")
    }
}

fn other_part() -> Error {
    Error::bug("a part of another text, or out of order")
}

fn no_aad() -> Error {
    Error::bug("no additional data was too much")
}

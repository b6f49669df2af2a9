//! Opening a message of the AWS Encryption SDK, frame by frame.
//!
//! A frame that opened is authentic and in its place. Whether the message is whole is known with
//! the final frame alone: see [`Opener::finish`].

use core::num::NonZeroU32;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{commitment, label, message_key};
use crate::format::esdk::frame::iv;
use crate::format::esdk::{Frame, Header, Kind};
use crate::modes::gcm::{self, Iv};
use crate::secret::{ContentKey, Inauthentic, MessageKey, declassify};

/// Opens the frames of one message, whose header was found authentic.
#[must_use = "a message is whole only when `finish` says so"]
pub struct Opener {
    key: ContentKey,
    id: [u8; 32],
    frame_len: NonZeroU32,
    /// The number of the next frame. `None` after the final one.
    next: Option<u32>,
}

impl Opener {
    /// Checks `header` under its data key: the commitment first, and then the tag.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if the data key is another, or a bit of the header was altered.
    pub fn new(header: &Header<'_>, key: &MessageKey) -> Result<Self, Inauthentic> {
        let id = *header.message_id;
        // The commitment is public, and so is whether a reader has the key to it.
        if !declassify(commitment(key, &id).ct_eq(header.commitment)) {
            return Err(Inauthentic);
        }
        let key = message_key(key, &id);
        gcm::open_in_place(&key, Iv::Bytes12(iv(0)), &[header.bytes], &mut [], header.tag)?;
        Ok(Self { key, id, frame_len: header.frame_len, next: Some(1) })
    }

    /// Bytes of content of every frame but the final one.
    pub fn frame_len(&self) -> NonZeroU32 {
        self.frame_len
    }

    /// Opens the next frame in place and returns its content, which may be released.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if a bit of the frame was altered, or it is another message's, or not the
    /// next, or after the final one. On `Err`, its content is all zero.
    pub fn open<'f>(&mut self, frame: Frame<'f>) -> Result<&'f [u8], Inauthentic> {
        let opened = self.check(frame.kind, frame.sequence.get(), frame.content, frame.tag);
        if opened.is_none() {
            frame.content.zeroize();
        }
        opened.map(|()| &*frame.content).ok_or(Inauthentic)
    }

    /// Whether the message is whole: its final frame was opened.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if it was not: frames are missing at the end.
    pub fn finish(self) -> Result<(), Inauthentic> {
        if self.next.is_none() { Ok(()) } else { Err(Inauthentic) }
    }

    fn check(&mut self, kind: Kind, number: u32, text: &mut [u8], tag: &[u8; 16]) -> Option<()> {
        let fits = match kind {
            Kind::Regular => usize::try_from(self.frame_len.get()).ok()? == text.len(),
            Kind::Final => usize::try_from(self.frame_len.get()).ok()? >= text.len(),
        };
        self.next.filter(|next| *next == number && fits)?;
        let len = u64::try_from(text.len()).ok()?.to_be_bytes();
        let aad: [&[u8]; 4] = [&self.id, label(kind), &number.to_be_bytes(), &len];
        gcm::open_in_place(&self.key, Iv::Bytes12(iv(number)), &aad, text, tag).ok()?;
        self.next = match kind {
            Kind::Regular => number.checked_add(1),
            Kind::Final => None,
        };
        Some(())
    }
}

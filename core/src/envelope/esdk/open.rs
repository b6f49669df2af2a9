//! Opening a message of the AWS Encryption SDK, frame by frame.
//!
//! A frame that opened is authentic and in its place. Whether the message is whole, and whether
//! whoever has the signing key wrote it, is known at its end alone: see [`Opener::finish`].

use core::num::NonZeroU32;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::block::BlockOpener;
use super::{commitment, label, message_key};
use crate::format::esdk::frame::{final_head, head, iv};
use crate::format::esdk::{ContentType, Footer, Frame, Header, Kind};
use crate::modes::gcm::{self, Iv};
use crate::secret::{ContentKey, Inauthentic, MessageKey, declassify};
use crate::signature::Verifier;

/// The body of a message whose header was found authentic.
#[must_use = "nothing is known of a message before its end"]
pub enum Body {
    /// It is in frames.
    Framed(Opener),
    /// It is one block.
    NonFramed(BlockOpener),
}

impl Body {
    /// Checks `header` under its data key: the commitment first, and then the tag.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if the data key is another, or a bit of the header was altered, or its
    /// public key is no point of the curve.
    pub fn open(header: &Header<'_>, key: &MessageKey) -> Result<Self, Inauthentic> {
        let id = *header.message_id;
        // req ESDK-COMMIT-1: the commitment is compared before anything is decrypted
        // The commitment is public, and so is whether a reader has the key to it.
        if !declassify(commitment(key, &id).ct_eq(header.commitment)) {
            return Err(Inauthentic);
        }
        let key = message_key(header.suite, key, &id);
        gcm::open_in_place(&key, Iv::Bytes12(iv(0)), &[header.bytes], &mut [], header.tag)?;
        let mut signed = match &header.public_key {
            Some(point) => Some(Verifier::new(point).ok_or(Inauthentic)?),
            None => None,
        };
        if let Some(signed) = &mut signed {
            signed.update(header.bytes);
            signed.update(header.tag);
        }
        Ok(match header.content_type {
            ContentType::Framed(frame_len) => {
                Self::Framed(Opener { key, id, frame_len, next: Some(1), signed })
            }
            ContentType::NonFramed => Self::NonFramed(BlockOpener::new(key, id, signed)),
        })
    }
}

/// Opens the frames of one message, whose header was found authentic.
#[must_use = "a message is whole only when `finish` says so"]
pub struct Opener {
    key: ContentKey,
    id: [u8; 32],
    frame_len: NonZeroU32,
    /// The number of the next frame. `None` after the final one.
    next: Option<u32>,
    /// Of a signed message, what was read of it.
    signed: Option<Verifier>,
}

impl Opener {
    /// Bytes of content of every frame but the final one.
    pub fn frame_len(&self) -> NonZeroU32 {
        self.frame_len
    }

    /// Opens the next frame in place and returns its content, which is authentic. Of a signed
    /// message it is released as the signer's only after [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if a bit of the frame was altered, or it is another message's, or not the
    /// next, or after the final one. On `Err`, its content is all zero.
    pub fn open<'f>(&mut self, frame: Frame<'f>) -> Result<&'f [u8], Inauthentic> {
        // req ESDK-FRAME-1: frames count from 1 without a gap, and the IV is their number
        if self.next != Some(frame.sequence.get()) {
            frame.content.zeroize();
            return Err(Inauthentic);
        }
        if let Some(signed) = &mut self.signed {
            sign(signed, &frame);
        }
        let (kind, number) = (frame.kind, frame.sequence.get());
        let content = self.open_alone(frame)?;
        self.next = match kind {
            Kind::Regular => number.checked_add(1),
            Kind::Final => None,
        };
        Ok(content)
    }

    /// Opens a frame in place, wherever it stands, and returns its content. It is the frame of
    /// its number in this message; of the others, and of a signature, that says nothing.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if a bit of the frame was altered, or it is another message's. On `Err`,
    /// its content is all zero.
    pub fn open_alone<'f>(&self, frame: Frame<'f>) -> Result<&'f [u8], Inauthentic> {
        let opened = self.check(frame.kind, frame.sequence.get(), frame.content, frame.tag);
        if opened.is_none() {
            frame.content.zeroize();
        }
        opened.map(|()| &*frame.content).ok_or(Inauthentic)
    }

    // req ESDK-FRAME-2: a message ends with its final frame, which is no longer than the others
    /// Whether the message is whole: its final frame was opened, and `footer`, which a signed one
    /// has and no other, signs all of it.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if it is not.
    pub fn finish(self, footer: Option<&Footer<'_>>) -> Result<(), Inauthentic> {
        if self.next.is_some() {
            return Err(Inauthentic);
        }
        check_signature(self.signed, footer)
    }

    fn check(&self, kind: Kind, number: u32, text: &mut [u8], tag: &[u8; 16]) -> Option<()> {
        let fits = match kind {
            Kind::Regular => usize::try_from(self.frame_len.get()).ok()? == text.len(),
            Kind::Final => usize::try_from(self.frame_len.get()).ok()? >= text.len(),
        };
        let len = fits.then(|| u64::try_from(text.len()).ok())??.to_be_bytes();
        let aad: [&[u8]; 4] = [&self.id, label(kind), &number.to_be_bytes(), &len];
        gcm::open_in_place(&self.key, Iv::Bytes12(iv(number)), &aad, text, tag).ok()
    }
}

/// Whether a signature is there exactly where one is wanted, and holds.
pub(super) fn check_signature(
    signed: Option<Verifier>,
    footer: Option<&Footer<'_>>,
) -> Result<(), Inauthentic> {
    match (signed, footer) {
        (None, None) => Ok(()),
        (Some(signed), Some(footer)) => signed.finish(footer.signature),
        _ => Err(Inauthentic),
    }
}

/// Takes a frame as it stood in the message.
fn sign(signed: &mut Verifier, frame: &Frame<'_>) {
    let number = frame.sequence.get();
    match frame.kind {
        Kind::Regular => signed.update(&head(number)),
        // A content has at most the length of a frame, which is a u32.
        Kind::Final => {
            let len = u32::try_from(frame.content.len()).unwrap_or(u32::MAX);
            signed.update(&final_head(number, len));
        }
    }
    signed.update(frame.content);
    signed.update(frame.tag);
}

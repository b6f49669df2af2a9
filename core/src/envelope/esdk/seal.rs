//! Sealing a message of the AWS Encryption SDK, frame by frame.

use core::num::NonZeroU32;

use super::{commitment, label, message_key};
use crate::format::context::Context;
use crate::format::esdk::frame::{FINAL_HEAD_LEN, HEAD_LEN, final_head, head, iv};
use crate::format::esdk::{ContentType, Edk, Kind, Parts, Suite};
use crate::modes::gcm::{self, Iv, Tag};
use crate::secret::{ContentKey, MessageKey};

/// The id of one message: random, made by the caller, consumed by [`Sealer::new`].
#[derive(Debug)]
pub struct FreshMessageId([u8; 32]);

impl FreshMessageId {
    /// Takes 32 bytes from the random generator of the caller, who never passes any twice.
    pub fn new(id: [u8; 32]) -> Self {
        Self(id)
    }
}

/// Seals the frames of one message, of suite 0x0478. [`finish`](Self::finish) makes the final one.
#[must_use = "a message is complete only with the final frame that `finish` seals"]
pub struct Sealer {
    key: ContentKey,
    id: [u8; 32],
    frame_len: NonZeroU32,
    /// The number of the next frame. `None` where there is none left.
    next: Option<u32>,
}

impl Sealer {
    /// Begins a message: seals its header into `out`, which is returned up to the header's end.
    ///
    /// `None` where a part is out of its range (see [`Parts::print`]), or `out` is too short.
    pub fn new<'o>(
        key: &MessageKey,
        id: FreshMessageId,
        context: &Context<'_>,
        edks: &[Edk<'_>],
        frame_len: NonZeroU32,
        out: &'o mut [u8],
    ) -> Option<(Self, &'o [u8])> {
        let FreshMessageId(id) = id;
        let commitment = commitment(key, &id);
        let suite = Suite::CommitKey;
        let key = message_key(suite, key, &id);
        let content_type = ContentType::Framed(frame_len);
        let bytes =
            Parts { suite, message_id: &id, context, edks, content_type, commitment: &commitment }
                .print(out)?;
        let tag = gcm::seal_in_place(&key, Iv::Bytes12(iv(0)), &[bytes], &mut [])?;
        let len = bytes.len();
        let out = out.get_mut(..len.checked_add(tag.len())?)?;
        out.iter_mut().skip(len).zip(&tag).for_each(|(o, t)| *o = *t);
        Some((Self { key, id, frame_len, next: Some(1) }, out))
    }

    /// Encrypts the content of the next frame in place; head and tag go around it.
    ///
    /// `None`, and `content` untouched, where it is not as long as a frame, or no number is left:
    /// 2³² − 1 is the last, and it is the final frame's.
    pub fn seal(&mut self, content: &mut [u8]) -> Option<([u8; HEAD_LEN], Tag)> {
        let len = u32::try_from(content.len()).ok().filter(|len| *len == self.frame_len.get())?;
        let number = self.next.filter(|next| *next != u32::MAX)?;
        let tag = self.frame(Kind::Regular, number, len, content)?;
        self.next = number.checked_add(1);
        Some((head(number), tag))
    }

    /// Encrypts the content of the final frame in place; head and tag go around it.
    ///
    /// `None`, and `content` untouched, where it is longer than a frame.
    pub fn finish(self, content: &mut [u8]) -> Option<([u8; FINAL_HEAD_LEN], Tag)> {
        let len = u32::try_from(content.len()).ok().filter(|len| *len <= self.frame_len.get())?;
        let number = self.next?;
        let tag = self.frame(Kind::Final, number, len, content)?;
        Some((final_head(number, len), tag))
    }

    fn frame(&self, kind: Kind, number: u32, len: u32, content: &mut [u8]) -> Option<Tag> {
        let (number_bytes, len) = (number.to_be_bytes(), u64::from(len).to_be_bytes());
        let aad: [&[u8]; 4] = [&self.id, label(kind), &number_bytes, &len];
        gcm::seal_in_place(&self.key, Iv::Bytes12(iv(number)), &aad, content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(next: u32) -> Sealer {
        let mut out = [0; 256];
        let edks = [Edk { provider_id: "p", provider_info: b"i", ciphertext: b"c" }];
        let (key, id) = (MessageKey::new([7; 32]), FreshMessageId::new([8; 32]));
        let frame_len = NonZeroU32::new(2).unwrap();
        let begun = Sealer::new(&key, id, &Context::EMPTY, &edks, frame_len, &mut out);
        Sealer { next: Some(next), ..begun.unwrap().0 }
    }

    /// 2³² frames are too many for a test: the count is set, and one frame more is asked for.
    #[test]
    fn a_message_ends_where_its_numbers_do() {
        let mut sealer = sealer(u32::MAX - 1);
        let mut content = [1, 2];
        assert!(sealer.seal(&mut content).is_some());
        let mut content = [1, 2];
        assert!(sealer.seal(&mut content).is_none(), "its number would mark the end");
        assert_eq!(content, [1, 2], "a refused content was altered");
        let (head, _) = sealer.finish(&mut content).unwrap();
        assert_eq!(head[..8], [0xff; 8]);
    }
}

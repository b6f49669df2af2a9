//! Opening a message of the AWS Encryption SDK that is one block.

use super::open::check_signature;
use crate::format::esdk::{Block, Footer};
use crate::modes::gcm::{self, Iv, Tag};
use crate::secret::{ContentKey, Inauthentic};
use crate::signature::Verifier;

/// A block to come, of a message whose header was found authentic.
#[must_use = "nothing is known of a block before it was read"]
pub struct BlockOpener {
    key: ContentKey,
    id: [u8; 32],
    signed: Option<Verifier>,
}

impl BlockOpener {
    pub(super) fn new(key: ContentKey, id: [u8; 32], signed: Option<Verifier>) -> Self {
        Self { key, id, signed }
    }

    /// Begins the block. Its clear bytes go into `content`: see [`gcm::Unverified`].
    ///
    /// `None` for no block that [`Block::parse`] gives.
    pub fn begin<T>(self, block: &Block, content: T) -> Option<OpenBlock<T>> {
        let Self { key, id, mut signed } = self;
        let aad: [&[u8]; 4] = [&id, LABEL, &NUMBER.to_be_bytes(), &block.len.to_be_bytes()];
        let content =
            gcm::Unverified::new(gcm::Key::new(&key), Iv::Bytes12(block.iv), &aad, content)?;
        if let Some(signed) = &mut signed {
            signed.update(&block.print());
        }
        Some(OpenBlock { content, left: block.len, signed })
    }
}

/// A block that is being decrypted, of which nothing is known until its tag has been checked.
#[must_use = "nothing is known of a block before `finish` has checked its tag"]
pub struct OpenBlock<T> {
    content: gcm::Unverified<T>,
    left: u64,
    signed: Option<Verifier>,
}

impl<T> OpenBlock<T> {
    /// Bytes of content that are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Decrypts the next piece: as [`gcm::Unverified::update`].
    ///
    /// `None`, and `text` untouched, where it is longer than what is [`left`](Self::left).
    pub fn update<R>(
        &mut self,
        text: &mut [u8],
        store: impl FnOnce(&mut T, &[u8]) -> R,
    ) -> Option<R> {
        self.left = self.left.checked_sub(u64::try_from(text.len()).ok()?)?;
        if let Some(signed) = &mut self.signed {
            signed.update(text);
        }
        self.content.update(text, store)
    }

    /// Checks the tag, and the signature in `footer`, which a signed message has and no other;
    /// and gives the content back.
    ///
    /// # Errors
    ///
    /// [`Inauthentic`] if a bit was altered, or some of the content is still to come. On `Err`,
    /// the content is dropped.
    pub fn finish(self, tag: &Tag, footer: Option<&Footer<'_>>) -> Result<T, Inauthentic> {
        let Self { content, left, mut signed } = self;
        if left > 0 {
            return Err(Inauthentic);
        }
        if let Some(signed) = &mut signed {
            signed.update(tag);
        }
        let content = content.finish(tag)?;
        check_signature(signed, footer).map(|()| content)
    }
}

/// What stands between message id and number in the additional data.
const LABEL: &[u8] = b"AWSKMSEncryptionClient Single Block";

/// The number of the only block.
const NUMBER: u32 = 1;

//! Which reading of a data key opened a file, where the mode has no tag to tell.
//!
//! Only the first bytes are decrypted, and of CBC the last block: they say all that can be known.

use reelseal_core::envelope::transcoder::DataKey;
use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Block, Ctr, Width};
use reelseal_core::secret::ContentKey;
use zeroize::Zeroizing;

use super::content::{self, HEAD_LEN};
use super::ends::Input;
use crate::error::Error;

/// How the unwrapped bytes are a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// They are the key.
    Literal,
    /// They are the base64 of the key: it had been wrapped by version 1 of the AWS CLI.
    Base64,
}

impl Reading {
    /// Its name in reports and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Base64 => "base64",
        }
    }

    /// The key in this reading.
    pub(super) fn of(self, key: &DataKey) -> Option<&ContentKey> {
        match self {
            Self::Literal => key.literal(),
            Self::Base64 => key.decoded(),
        }
    }
}

/// All readings, in the order in which they are tried.
pub(super) const READINGS: [Reading; 2] = [Reading::Literal, Reading::Base64];

/// A mode without a tag, and where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Untagged {
    /// `aes-cbc-pkcs7`, with its IV.
    Cbc(Block),
    /// `aes-ctr`, with its first counter block.
    Ctr(Block, Width),
}

/// The reading of `key` that speaks for itself, the literal one first. `None`: both are there,
/// and neither does. `input` must be seekable if both are
/// there; it stands at its first byte afterwards.
pub(super) fn choose(
    key: &DataKey,
    mode: Untagged,
    input: &Input<'_>,
) -> Result<Option<Reading>, Error> {
    let (literal, decoded) = match (key.literal(), key.decoded()) {
        (Some(literal), Some(decoded)) => (literal, decoded),
        (Some(_), None) => return Ok(Some(Reading::Literal)),
        (None, _) => return Ok(Some(Reading::Base64)),
    };
    let first = evidence(literal, mode, input)?;
    if first == Evidence::Content {
        input.rewind()?;
        return Ok(Some(Reading::Literal));
    }
    let second = evidence(decoded, mode, input)?;
    input.rewind()?;
    Ok(match (first, second) {
        (Evidence::None, Evidence::None) => None,
        _ if second > first => Some(Reading::Base64),
        _ => Some(Reading::Literal),
    })
}

/// What speaks for a key.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Evidence {
    None,
    /// Of 256 wrong keys, one has it.
    Padding,
    /// The bytes begin as something known does.
    Content,
}

fn evidence(key: &ContentKey, mode: Untagged, input: &Input<'_>) -> Result<Evidence, Error> {
    let len = input.len.unwrap_or(0);
    let mut head = Zeroizing::new(vec![0; HEAD_LEN.min(usize::try_from(len).unwrap_or(HEAD_LEN))]);
    input.read_at(0, &mut head)?;
    let padded = match mode {
        Untagged::Ctr(first, width) => {
            // A head is never as long as a key stream.
            let _ = Ctr::new(key, first, width).apply(&mut head);
            None
        }
        Untagged::Cbc(iv) => {
            let Some(tail) = padding(key, iv, len, input)? else { return Ok(Evidence::None) };
            cbc::Decryptor::new(key, iv).update(head.as_chunks_mut().0);
            if let Some(clear) = usize::try_from(len - 16).ok().filter(|end| *end < head.len()) {
                head.truncate(clear);
                head.extend_from_slice(&tail);
            }
            Some(tail)
        }
    };
    Ok(match (content::kind(&head), padded) {
        (Some(_), _) => Evidence::Content,
        (None, Some(_)) => Evidence::Padding,
        (None, None) => Evidence::None,
    })
}

/// The bytes in front of the padding of the last block, if that is one.
fn padding(
    key: &ContentKey,
    iv: Block,
    len: u64,
    input: &Input<'_>,
) -> Result<Option<cbc::Tail>, Error> {
    let (mut before, mut last) = (iv, [0; 16]);
    if let Some(offset) = len.checked_sub(32) {
        input.read_at(offset, &mut before)?;
    }
    input.read_at(len.saturating_sub(16), &mut last)?;
    Ok(cbc::Decryptor::new(key, before).finish(last).ok())
}

//! The data key of an encrypted file of Elastic Transcoder, from what the key service unwrapped.
//!
//! Version 1 of the AWS CLI wrapped the text that it was given and not the bytes that the text
//! stands for. So what was inside may be the base64 of a key: 24, 32 or 44 characters. 24 and 32
//! bytes are a key themselves, and outputs were encrypted under them; inputs had been encrypted
//! under what the text stands for. Both readings exist in the world, and [`DataKey`] has both.

use subtle::{Choice, ConstantTimeLess};
use zeroize::Zeroizing;

use crate::format::base64;
use crate::format::transcoder::{Iv, IvUse, Layout};
use crate::modes::ctr::Block;
use crate::modes::gcm;
use crate::secret::{ContentKey, declassify};

/// The readings of one unwrapped data key. At least one of them is there.
#[derive(Debug)]
pub struct DataKey {
    literal: Option<ContentKey>,
    decoded: Option<ContentKey>,
}

impl DataKey {
    // req ET-FILE-5: a key that version 1 of the AWS CLI wrapped as text opens in both readings
    /// Reads what was unwrapped. `None` where it is a key in neither reading.
    pub fn parse(unwrapped: &[u8]) -> Option<Self> {
        let key = Self { literal: content_key(unwrapped), decoded: from_base64(unwrapped) };
        (key.literal.is_some() || key.decoded.is_some()).then_some(key)
    }

    /// The bytes as they are, if they have the length of an AES key: 16, 24 or 32 bytes.
    pub fn literal(&self) -> Option<&ContentKey> {
        self.literal.as_ref()
    }

    /// What they stand for, if they are the base64 of an AES key.
    pub fn decoded(&self) -> Option<&ContentKey> {
        self.decoded.as_ref()
    }
}

/// `bytes` as an AES key (FIPS 197 §5): 16, 24 or 32 bytes, else `None`.
pub fn content_key(bytes: &[u8]) -> Option<ContentKey> {
    if let Ok(key) = bytes.try_into().map(Zeroizing::new) {
        return Some(ContentKey::new_128(*key));
    }
    if let Ok(key) = bytes.try_into().map(Zeroizing::new) {
        return Some(ContentKey::new_192(*key));
    }
    bytes.try_into().map(Zeroizing::new).ok().map(|key| ContentKey::new_256(*key))
}

fn from_base64(unwrapped: &[u8]) -> Option<ContentKey> {
    if !matches!(unwrapped.len(), 24 | 32 | 44) {
        return None;
    }
    let ascii = unwrapped.iter().fold(Choice::from(1), |ascii, byte| ascii & byte.ct_lt(&0x80));
    // Whether a key is text is public: which of its readings opened a file is told to the user.
    let text = declassify(ascii).then(|| core::str::from_utf8(unwrapped).ok())??;
    let mut room = Zeroizing::new([0; MAX_KEY_LEN]);
    base64::decode(text, room.as_mut_slice()).ok().and_then(content_key)
}

/// The last 4 bytes of the first counter block where an IV has 12. Which, was never documented.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CounterStart {
    /// 0, and what we write.
    #[default]
    Zero,
    /// 1, as J₀ has it in SP 800-38D §7.1.
    One,
}

/// The first counter block of `aes-ctr`, T₁ of SP 800-38A §6.5.
pub fn first_counter_block(iv: &Iv, start: CounterStart) -> Block {
    match iv {
        Iv::Bytes16(iv) => *iv,
        Iv::Bytes12(iv) => {
            let last = match start {
                CounterStart::Zero => 0,
                CounterStart::One => 1,
            };
            let mut block = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
            block.iter_mut().zip(iv).for_each(|(b, i)| *b = *i);
            block
        }
    }
}

/// The IV that GCM is given under `layout`.
pub fn gcm_iv(iv: &Iv, layout: Layout) -> gcm::Iv {
    match (iv, layout.iv) {
        (Iv::Bytes12(iv), _) => gcm::Iv::Bytes12(*iv),
        (Iv::Bytes16(iv), IvUse::Whole) => gcm::Iv::Bytes16(*iv),
        (Iv::Bytes16([first @ .., _, _, _, _]), IvUse::First12) => gcm::Iv::Bytes12(*first),
    }
}

/// Bytes of the longest AES key.
const MAX_KEY_LEN: usize = 32;

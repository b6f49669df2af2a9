//! The fields of a header, one after another.

use super::super::base64;
use super::header::TAG_BITS;
use super::name::{
    CEK_ALG, CEK_ALG_V3, CLEAR_LEN, COMMITMENT, CONTEXT_V3, IV, KEY, KEY_V2, KEY_V3, MATDESC,
    MATDESC_V3, MESSAGE_ID, TAG_LEN, WRAP_ALG, WRAP_ALG_V3,
};
use super::{Content, Header, MAX_WRAPPED_LEN, Place, Version};

impl Header<'_> {
    /// Prints the fields: hands `put` the place, the name and the value of each.
    ///
    /// `None` where the wrapped key is longer than [`MAX_WRAPPED_LEN`].
    pub fn print(&self, mut put: impl FnMut(Place, &'static str, &str)) -> Option<()> {
        let mut room = [0; WRAPPED_TEXT_LEN];
        let wrapped = base64::encode(self.wrapped, &mut room)?;
        let place = self.place;
        match self.version {
            Version::V1 => {
                put(place, KEY, wrapped);
                put(place, MATDESC, self.description);
            }
            Version::V2 => {
                put(place, KEY_V2, wrapped);
                put(place, WRAP_ALG, self.wrap.as_str());
                put(place, MATDESC, self.description);
                put(place, CEK_ALG, self.content.suite().as_str());
            }
            Version::V3 => {
                put(place, KEY_V3, wrapped);
                put(place, WRAP_ALG_V3, self.wrap.as_v3()?);
                let name = if self.wrap.is_kms() { CONTEXT_V3 } else { MATDESC_V3 };
                put(place, name, self.description);
            }
        }
        self.print_content(&mut put)?;
        if let Some(len) = self.clear_len {
            put(place, CLEAR_LEN, decimal(len, &mut [0; 20])?);
        }
        Some(())
    }

    fn print_content(&self, put: &mut impl FnMut(Place, &'static str, &str)) -> Option<()> {
        let mut room = [0; 40];
        match &self.content {
            Content::AesCbc { iv } => put(self.place, IV, base64::encode(iv, &mut room)?),
            Content::AesGcm { iv } => {
                put(self.place, IV, base64::encode(iv, &mut room)?);
                put(self.place, TAG_LEN, TAG_BITS);
            }
            Content::AesGcmCommit { message_id, commitment } => {
                let place = Place::Metadata;
                put(place, CEK_ALG_V3, self.content.suite().as_str());
                put(place, COMMITMENT, base64::encode(commitment, &mut room)?);
                put(place, MESSAGE_ID, base64::encode(message_id, &mut room)?);
            }
        }
        Some(())
    }
}

/// `number` in decimal, at the end of `room`.
fn decimal(mut number: u64, room: &mut [u8; 20]) -> Option<&str> {
    let mut len = 0usize;
    for place in room.iter_mut().rev() {
        *place = b'0'.checked_add(u8::try_from(number % 10).ok()?)?;
        number /= 10;
        len += 1;
        if number == 0 {
            break;
        }
    }
    core::str::from_utf8(room.get(room.len().checked_sub(len)?..)?).ok()
}

/// Length of the base64 of the longest wrapped key.
const WRAPPED_TEXT_LEN: usize = MAX_WRAPPED_LEN.div_ceil(3) * 4;

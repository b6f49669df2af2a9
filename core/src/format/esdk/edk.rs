//! The encrypted data keys of a message: who can unwrap its data key, and the wrapped key.
//!
//! ```text
//! EDK = length[2] ‖ provider id ‖ length[2] ‖ provider info ‖ length[2] ‖ ciphertext
//! provider info of a raw AES keyring = key name ‖ tag bits[4] ‖ IV length[4] ‖ IV[12]
//! ```

use super::super::reader::Reader;
use super::{MAX_EDKS, Malformed, Rule, broken, put_counted};

/// One wrapping of the data key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Edk<'a> {
    /// Whose key wrapped it: `aws-kms`, or the name space of a raw keyring.
    pub provider_id: &'a str,
    /// Which key: its ARN, or as [`RawAes`] has it.
    pub provider_info: &'a [u8],
    /// The wrapped data key.
    pub ciphertext: &'a [u8],
}

impl<'a> Edk<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let id = counted(reader).ok_or(broken("key provider id", Rule::Length))?;
        let info = counted(reader).ok_or(broken("key provider information", Rule::Length))?;
        let ciphertext = counted(reader).ok_or(broken("encrypted data key", Rule::Length))?;
        let provider_id =
            core::str::from_utf8(id).map_err(|_| broken("key provider id", Rule::Utf8))?;
        Ok(Self { provider_id, provider_info: info, ciphertext })
    }

    pub(super) fn print(&self, room: &mut &mut [u8]) -> Option<()> {
        put_counted(room, self.provider_id.as_bytes())?;
        put_counted(room, self.provider_info)?;
        put_counted(room, self.ciphertext)
    }
}

/// The wrappings of one data key, in the order of the message.
#[derive(Clone, Debug)]
pub struct Edks<'a> {
    rest: Reader<'a>,
}

impl<'a> Edks<'a> {
    /// Reads their number and all of them: 1..=[`MAX_EDKS`].
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let count = reader.u16().ok_or(broken("number of encrypted data keys", Rule::Length))?;
        if count == 0 || usize::from(count) > MAX_EDKS {
            return Err(broken("number of encrypted data keys", Rule::Range));
        }
        let (before, whole) = (reader.len(), reader.clone());
        for _ in 0..count {
            Edk::read(reader)?;
        }
        let len = before.saturating_sub(reader.len());
        let bytes = whole.rest().get(..len).unwrap_or_default();
        Ok(Self { rest: Reader::new(bytes) })
    }
}

impl<'a> Iterator for Edks<'a> {
    type Item = Edk<'a>;

    fn next(&mut self) -> Option<Edk<'a>> {
        // All of it was read once: an error is the end.
        Edk::read(&mut self.rest).ok()
    }
}

/// The provider info of a raw AES keyring: what AES-GCM wrapped the data key with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RawAes<'a> {
    /// The name of the wrapping key in its name space.
    pub key_name: &'a [u8],
    /// The IV.
    pub iv: &'a [u8; 12],
}

impl<'a> RawAes<'a> {
    /// Takes the provider info of a raw AES keyring apart.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where it is too short, or its tag has not 128 bits, or its IV not 12 bytes.
    pub fn parse(provider_info: &'a [u8]) -> Result<Self, Malformed> {
        let whole = provider_info.split_last_chunk();
        let (front, iv) = whole.ok_or(broken("raw AES key information", Rule::Length))?;
        let whole = front.split_last_chunk();
        let (key_name, lengths) = whole.ok_or(broken("raw AES key information", Rule::Length))?;
        if lengths != RAW_AES_LENGTHS {
            return Err(broken("raw AES tag length or IV length", Rule::Unsupported));
        }
        Ok(Self { key_name, iv })
    }

    /// Prints it at the front of `out`. `None` if it does not fit.
    pub fn print<'o>(&self, out: &'o mut [u8]) -> Option<&'o [u8]> {
        let len = self.key_name.len().checked_add(RAW_AES_LENGTHS.len())?.checked_add(12)?;
        let (front, _) = out.split_at_mut_checked(len)?;
        let fields = self.key_name.iter().chain(RAW_AES_LENGTHS).chain(self.iv);
        front.iter_mut().zip(fields).for_each(|(o, f)| *o = *f);
        Some(front)
    }
}

fn counted<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let len = reader.u16()?;
    reader.take(usize::from(len))
}

/// 128 bits of tag and 12 bytes of IV, in 4 bytes each.
const RAW_AES_LENGTHS: &[u8; 8] = &[0, 0, 0, 128, 0, 0, 0, 12];

//! The message of the AWS Encryption SDK, suite 0x0478, in frames.
//!
//! A header is canonical if it prints back. A message is authentic if what it decrypts to, sealed
//! again, is the message: no tag is ever compared.

use crate::{context, ctr, gcm, hkdf};

/// `AES_256_GCM_HKDF_SHA512_COMMIT_KEY`.
const SUITE: [u8; 2] = [0x04, 0x78];

/// Bytes of a header, its tag of 16 bytes included; wrapped keys; bytes of a frame: at most.
const MAX_HEADER_LEN: usize = 65_536;
const MAX_EDKS: usize = 32;
const MAX_FRAME_LEN: u32 = 1 << 24;

/// A wrapped data key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edk {
    /// Whose key wrapped it.
    pub provider_id: String,
    /// Which key.
    pub provider_info: Vec<u8>,
    /// The wrapped key.
    pub ciphertext: Vec<u8>,
}

/// A header without its tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// The message id.
    pub id: [u8; 32],
    /// The encryption context.
    pub context: Vec<(String, String)>,
    /// The wrapped data keys.
    pub edks: Vec<Edk>,
    /// The length of a frame.
    pub frame_len: u32,
    /// The commitment to the data key.
    pub commitment: [u8; 32],
}

impl Header {
    /// Reads the header at the front of `bytes`: `None` where there is none, or one that is not
    /// canonical.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut at = 3;
        let mut take = |n: usize| {
            at += n;
            bytes.get(at - n..at)
        };
        let id = take(32)?.try_into().ok()?;
        let mut pairs = vec![];
        if number(take(2)?) > 0 {
            for _ in 0..number(take(2)?) {
                let len = number(take(2)?);
                let key = String::from_utf8(take(len)?.to_vec()).ok()?;
                let len = number(take(2)?);
                pairs.push((key, String::from_utf8(take(len)?.to_vec()).ok()?));
            }
        }
        let mut edks = vec![];
        for _ in 0..number(take(2)?) {
            let mut field = || {
                let len = number(take(2)?);
                take(len).map(<[u8]>::to_vec)
            };
            edks.push(Edk {
                provider_id: String::from_utf8(field()?).ok()?,
                provider_info: field()?,
                ciphertext: field()?,
            });
        }
        take(1)?;
        let frame_len = u32::from_be_bytes(take(4)?.try_into().ok()?);
        let commitment = take(32)?.try_into().ok()?;
        take(16)?;
        let header = Self { id, context: pairs, edks, frame_len, commitment };
        (bytes.starts_with(&header.print()?)).then_some(header)
    }

    /// Prints it. `None` where a part is out of bounds.
    pub fn print(&self) -> Option<Vec<u8>> {
        let context = context::serialize(&self.context)?;
        let mut out = [&[2], &SUITE[..], &self.id, &counted(&context)?[..]].concat();
        out.extend(u16::try_from(self.edks.len()).ok()?.to_be_bytes());
        for edk in &self.edks {
            out.extend(counted(edk.provider_id.as_bytes())?);
            out.extend(counted(&edk.provider_info)?);
            out.extend(counted(&edk.ciphertext)?);
        }
        out.extend([&[2], &self.frame_len.to_be_bytes()[..], &self.commitment].concat());
        let fits = (1..=MAX_EDKS).contains(&self.edks.len())
            && (1..=MAX_FRAME_LEN).contains(&self.frame_len)
            && out.len() + 16 <= MAX_HEADER_LEN;
        fits.then_some(out)
    }
}

/// The commitment of `data_key` in the message `id`.
pub fn commitment(data_key: &[u8; 32], id: &[u8; 32]) -> [u8; 32] {
    let derived = hkdf::hkdf_sha512(data_key, id, b"COMMITKEY", 32);
    derived.and_then(|derived| derived.try_into().ok()).expect("32 bytes")
}

/// Seals a message of these frames, of which the last is the final one. All but it are of one
/// length. `None` where a part of the header is out of bounds.
pub fn seal(data_key: &[u8; 32], header: &Header, frames: &[Vec<u8>]) -> Option<Vec<u8>> {
    let key = message_key(data_key, &header.id);
    let mut out = header.print()?;
    let (_, tag) = gcm::seal(&key, &[0; 12], &out, b"");
    out.extend(tag);
    for (i, frame) in frames.iter().enumerate() {
        let number = u32::try_from(i + 1).ok()?;
        let last = i + 1 == frames.len();
        let (iv, aad) = iv_and_aad(&header.id, last, number, frame.len());
        let (text, tag) = gcm::seal(&key, &iv, &aad, frame);
        if last {
            out.extend([0xff; 4]);
        }
        out.extend([&number.to_be_bytes()[..], &iv].concat());
        if last {
            out.extend(u32::try_from(frame.len()).ok()?.to_be_bytes());
        }
        out.extend([&text[..], &tag].concat());
    }
    Some(out)
}

/// Opens a message: `None` where `data_key` is another, or a byte was altered.
pub fn open(message: &[u8], data_key: &[u8; 32]) -> Option<Vec<u8>> {
    let header = Header::parse(message)?;
    let key = message_key(data_key, &header.id);
    if header.commitment != commitment(data_key, &header.id) {
        return None;
    }
    let frame_len = usize::try_from(header.frame_len).ok()?;
    let (mut frames, mut rest) = (vec![], message.get(header.print()?.len() + 16..)?);
    loop {
        let last = rest.starts_with(&[0xff; 4]);
        let len = if last {
            u32::from_be_bytes(rest.get(20..24)?.try_into().ok()?) as usize
        } else {
            frame_len
        };
        let text = rest.get(if last { 24 } else { 16 }..)?.get(..len)?;
        let number = u32::try_from(frames.len() + 1).ok()?;
        let first = [&[0; 8], &number.to_be_bytes()[..], &[0, 0, 0, 2]].concat();
        frames.push(ctr::apply(&key, first.try_into().ok()?, 32, text));
        if last {
            break;
        }
        rest = rest.get(16 + len + 16..)?;
    }
    let short_end = frames.last()?.len() <= frame_len;
    (short_end && seal(data_key, &header, &frames)? == message).then(|| frames.concat())
}

/// Wraps a data key as a raw AES keyring does.
pub fn wrap(
    kek: &[u8],
    (provider_id, name): (&str, &[u8]),
    iv: [u8; 12],
    pairs: &[(String, String)],
    data_key: &[u8; 32],
) -> Option<Edk> {
    let (text, tag) = gcm::seal(kek, &iv, &context::serialize(pairs)?, data_key);
    Some(Edk {
        provider_id: provider_id.to_owned(),
        provider_info: [name, &128u32.to_be_bytes(), &12u32.to_be_bytes(), &iv].concat(),
        ciphertext: [&text[..], &tag].concat(),
    })
}

fn message_key(data_key: &[u8; 32], id: &[u8; 32]) -> Vec<u8> {
    let info = [&SUITE[..], b"DERIVEKEY"].concat();
    hkdf::hkdf_sha512(data_key, id, &info, 32).expect("32 bytes")
}

fn iv_and_aad(id: &[u8; 32], last: bool, number: u32, len: usize) -> (Vec<u8>, Vec<u8>) {
    let label = ["AWSKMSEncryptionClient Frame", "AWSKMSEncryptionClient Final Frame"];
    let label = label[usize::from(last)];
    let number = number.to_be_bytes();
    let aad = [&id[..], label.as_bytes(), &number, &(len as u64).to_be_bytes()].concat();
    ([&[0; 8], &number[..]].concat(), aad)
}

fn counted(bytes: &[u8]) -> Option<Vec<u8>> {
    Some([&u16::try_from(bytes.len()).ok()?.to_be_bytes(), bytes].concat())
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |n, &byte| 256 * n + usize::from(byte))
}

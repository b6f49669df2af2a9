//! The message of the AWS Encryption SDK, suites 0x0478 and 0x0578.
//!
//! A header is canonical if it prints back. A message is authentic if what it decrypts to, sealed
//! again, is the message: no tag is ever compared. Its signature is another matter: see
//! [`Opened::is_signed`].

use crate::{base64, context, ctr, gcm, hkdf, p384};

/// `AES_256_GCM_HKDF_SHA512_COMMIT_KEY`, and the same with `_ECDSA_P384`.
const SUITES: [[u8; 2]; 2] = [[0x04, 0x78], [0x05, 0x78]];

/// The key of the context where the public key of a signed message stands.
const PUBLIC_KEY: &str = "aws-crypto-public-key";

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
    /// Whether the suite is the one with a signature.
    pub signed: bool,
    /// The message id.
    pub id: [u8; 32],
    /// The encryption context.
    pub context: Vec<(String, String)>,
    /// The wrapped data keys.
    pub edks: Vec<Edk>,
    /// The length of a frame; 0 where the body is one block.
    pub frame_len: u32,
    /// The commitment to the data key.
    pub commitment: [u8; 32],
}

impl Header {
    /// Reads the header at the front of `bytes`: `None` where there is none, or one that is not
    /// canonical.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut at = 3;
        let signed = bytes.get(1..3)? == SUITES[1];
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
        let header = Self { signed, id, context: pairs, edks, frame_len, commitment };
        (bytes.starts_with(&header.print()?)).then_some(header)
    }

    /// The point in the context of a signed message.
    fn public_key(&self) -> Option<[u8; 49]> {
        let (_, text) = self.context.iter().find(|(key, _)| key == PUBLIC_KEY)?;
        base64::decode(text)?.try_into().ok()
    }

    /// Prints it. `None` where a part is out of bounds.
    pub fn print(&self) -> Option<Vec<u8>> {
        let context = context::serialize(&self.context)?;
        let suite = &SUITES[usize::from(self.signed)];
        let mut out = [&[2], &suite[..], &self.id, &counted(&context)?[..]].concat();
        out.extend(u16::try_from(self.edks.len()).ok()?.to_be_bytes());
        for edk in &self.edks {
            out.extend(counted(edk.provider_id.as_bytes())?);
            out.extend(counted(&edk.provider_info)?);
            out.extend(counted(&edk.ciphertext)?);
        }
        let content_type = if self.frame_len == 0 { 1 } else { 2 };
        out.extend([&[content_type], &self.frame_len.to_be_bytes()[..], &self.commitment].concat());
        let names_key = self.context.iter().any(|(key, _)| key == PUBLIC_KEY);
        let fits = (1..=MAX_EDKS).contains(&self.edks.len())
            && self.frame_len <= MAX_FRAME_LEN
            && (if self.signed { self.public_key().is_some() } else { !names_key })
            && out.len() + 16 <= MAX_HEADER_LEN;
        fits.then_some(out)
    }
}

/// The commitment of `data_key` in the message `id`.
pub fn commitment(data_key: &[u8; 32], id: &[u8; 32]) -> [u8; 32] {
    let derived = hkdf::hkdf_sha512(data_key, id, b"COMMITKEY", 32);
    derived.and_then(|derived| derived.try_into().ok()).expect("32 bytes")
}

/// The body of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Body {
    /// Frames, of which the last is the final one. All but it are of one length.
    Frames(Vec<Vec<u8>>),
    /// One block, and its IV.
    Block([u8; 12], Vec<u8>),
}

/// Seals a message, but for the signature. `None` where a part of the header is out of bounds.
pub fn seal(data_key: &[u8; 32], header: &Header, body: &Body) -> Option<Vec<u8>> {
    let key = message_key(data_key, header);
    let mut out = header.print()?;
    let (_, tag) = gcm::seal(&key, &[0; 12], &out, b"");
    out.extend(tag);
    let frames = match body {
        Body::Frames(frames) => frames,
        Body::Block(iv, content) => {
            let (_, aad) = iv_and_aad(&header.id, "Single Block", 1, content.len());
            let (text, tag) = gcm::seal(&key, iv, &aad, content);
            let len = (content.len() as u64).to_be_bytes();
            out.extend([&iv[..], &len, &text, &tag].concat());
            return Some(out);
        }
    };
    for (i, frame) in frames.iter().enumerate() {
        let number = u32::try_from(i + 1).ok()?;
        let last = i + 1 == frames.len();
        let label = if last { "Final Frame" } else { "Frame" };
        let (iv, aad) = iv_and_aad(&header.id, label, number, frame.len());
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

/// A message that is authentic, but for its signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opened {
    /// The plaintext.
    pub clear: Vec<u8>,
    /// The point that its signature, the last field, is to be checked with; of a signed one.
    pub signature: Option<([u8; 49], Vec<u8>)>,
    /// What was signed.
    pub signed: Vec<u8>,
}

impl Opened {
    /// Whether its signature holds, if it is to have one.
    pub fn is_signed(&self) -> bool {
        let holds = |(key, der): &([u8; 49], Vec<u8>)| p384::verify(key, &self.signed, der);
        self.signature.as_ref().is_none_or(holds)
    }
}

/// Opens a message: `None` where `data_key` is another, or a byte in front of the signature was
/// altered.
pub fn open(message: &[u8], data_key: &[u8; 32]) -> Option<Opened> {
    let header = Header::parse(message)?;
    if header.commitment != commitment(data_key, &header.id) {
        return None;
    }
    let key = message_key(data_key, &header);
    let (body, opened) = take_apart(message, &header, |iv, text| {
        let first = [iv, &[0, 0, 0, 2]].concat();
        ctr::apply(&key, first.try_into().expect("16 bytes"), 32, text)
    })?;
    (seal(data_key, &header, &body)? == opened.signed).then_some(opened)
}

/// Whether all fields of a message are there, and nothing else.
pub fn is_whole(message: &[u8]) -> bool {
    let apart = |header: Header| take_apart(message, &header, |_, text| text.to_vec());
    Header::parse(message).and_then(apart).is_some()
}

fn take_apart(
    message: &[u8],
    header: &Header,
    decrypt: impl Fn(&[u8], &[u8]) -> Vec<u8>,
) -> Option<(Body, Opened)> {
    let mut rest = message.get(header.print()?.len() + 16..)?;
    let (body, clear) = if header.frame_len == 0 {
        let iv: [u8; 12] = rest.get(..12)?.try_into().ok()?;
        let len = usize::try_from(u64::from_be_bytes(rest.get(12..20)?.try_into().ok()?)).ok()?;
        let content = decrypt(&iv, rest.get(20..)?.get(..len)?);
        rest = rest.get(20 + len + 16..)?;
        (Body::Block(iv, content.clone()), content)
    } else {
        let frame_len = usize::try_from(header.frame_len).ok()?;
        let (frames, behind) = frames(rest, frame_len, decrypt)?;
        rest = behind;
        (Body::Frames(frames.clone()), frames.concat())
    };
    let signed = message.strip_suffix(rest)?.to_vec();
    let signature = match (header.signed, header.public_key(), rest) {
        (false, None, []) => None,
        (true, Some(key), [a, b, der @ ..]) if number(&[*a, *b]) == der.len() => {
            Some((key, der.to_vec()))
        }
        _ => return None,
    };
    Some((body, Opened { clear, signature, signed }))
}

/// The frames at the front of `rest`, decrypted, and what is behind them.
fn frames(
    mut rest: &[u8],
    frame_len: usize,
    decrypt: impl Fn(&[u8], &[u8]) -> Vec<u8>,
) -> Option<(Vec<Vec<u8>>, &[u8])> {
    let mut frames = vec![];
    loop {
        let last = rest.starts_with(&[0xff; 4]);
        let len = if last {
            u32::from_be_bytes(rest.get(20..24)?.try_into().ok()?) as usize
        } else {
            frame_len
        };
        let front = if last { 24 } else { 16 };
        let number = u32::try_from(frames.len() + 1).ok()?;
        let iv = [&[0; 8], &number.to_be_bytes()[..]].concat();
        frames.push(decrypt(&iv, rest.get(front..)?.get(..len)?));
        rest = rest.get(front + len + 16..)?;
        if last {
            return (len <= frame_len).then_some((frames, rest));
        }
    }
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

/// The data key in `edk`, of a raw AES keyring. `None` where `kek` or the context is another.
pub fn unwrap(kek: &[u8], edk: &Edk, pairs: &[(String, String)]) -> Option<[u8; 32]> {
    let iv: [u8; 12] = edk.provider_info.last_chunk().copied()?;
    let (text, _) = edk.ciphertext.split_last_chunk::<16>()?;
    let first = [&iv[..], &[0, 0, 0, 2]].concat();
    let key = ctr::apply(kek, first.try_into().ok()?, 32, text).try_into().ok()?;
    let name = edk.provider_info.strip_suffix(&iv)?;
    let name = name.strip_suffix(&[0, 0, 0, 128, 0, 0, 0, 12])?;
    (wrap(kek, (&edk.provider_id, name), iv, pairs, &key)? == *edk).then_some(key)
}

fn message_key(data_key: &[u8; 32], header: &Header) -> Vec<u8> {
    let info = [&SUITES[usize::from(header.signed)][..], b"DERIVEKEY"].concat();
    hkdf::hkdf_sha512(data_key, &header.id, &info, 32).expect("32 bytes")
}

fn iv_and_aad(id: &[u8; 32], label: &str, number: u32, len: usize) -> (Vec<u8>, Vec<u8>) {
    let label = format!("AWSKMSEncryptionClient {label}");
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

//! A message of the AWS Encryption SDK, of either version and any suite.
//!
//! ```text
//! v1: 01 80 ‖ suite[2] ‖ id[16] ‖ context ‖ EDKs ‖ type[1] ‖ 0[4] ‖ IV length[1] ‖ frame length[4]
//!        ‖ IV ‖ tag[16]
//! v2: 02 ‖ suite[2] ‖ id[32] ‖ context ‖ EDKs ‖ type[1] ‖ frame length[4] ‖ commitment[32] ‖ tag[16]
//! ```
//! The core reads one of these and refuses the others; here all of them are named.

use reelseal_core::format::reader::Reader;
use serde_json::{Map, Value};

use super::found::{Found, brief};
use super::sample::Sample;
use super::wrapped;

/// What a header says.
struct Header<'a> {
    version: u8,
    suite: &'static Suite,
    context: Map<String, Value>,
    edks: Vec<Edk<'a>>,
    edk_count: u16,
    is_framed: bool,
    frame_len: u32,
    /// With its tag.
    len: u64,
}

/// An encrypted data key.
struct Edk<'a> {
    provider_id: &'a [u8],
    provider_info: &'a [u8],
    ciphertext: &'a [u8],
}

/// An algorithm suite, by its id in messages.
struct Suite {
    id: u16,
    name: &'static str,
    /// Bytes of the longest signature, where there is one at the end.
    max_signature_len: usize,
}

/// A message; a broken one too, where its first bytes leave no doubt.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    let mut reader = Reader::new(sample.head);
    let version = match (reader.u8()?, sample.head.get(1)?) {
        (1, 0x80) => {
            reader.u8()?;
            1
        }
        (2, _) => 2,
        _ => return None,
    };
    let id = reader.u16()?;
    let suite = SUITES.iter().find(|suite| suite.id == id)?;
    let found = Found::new(
        "encryption-sdk-message",
        format!("a message of the AWS Encryption SDK, version {version}"),
    )
    .fact("suite", format!("0x{id:04x} {}", suite.name));
    let header = match Header::read(version, suite, reader, sample.head.len()) {
        Ok(header) => header,
        Err(field) => {
            let why = format!("its header is cut or broken at the {field}: nothing opens it");
            return Some(found.note(why));
        }
    };
    Some(header.sized(header.described(found), sample))
}

impl<'a> Header<'a> {
    /// Reads what follows the suite. On `Err`, the field that is not there.
    fn read(
        version: u8,
        suite: &'static Suite,
        mut reader: Reader<'a>,
        head_len: usize,
    ) -> Result<Self, &'static str> {
        reader.take(if version == 1 { 16 } else { 32 }).ok_or("message id")?;
        let context = counted(&mut reader).and_then(pairs).ok_or("encryption context")?;
        let edk_count = reader.u16().ok_or("number of encrypted data keys")?;
        let mut edks = Vec::new();
        for n in 0..edk_count {
            let edk = Edk::read(&mut reader).ok_or("encrypted data keys")?;
            if n < MOST_EDKS {
                edks.push(edk);
            }
        }
        let is_framed = match reader.u8() {
            Some(1) => false,
            Some(2) => true,
            _ => return Err("content type"),
        };
        let iv_len = match version {
            1 => {
                reader.u32().filter(|reserved| *reserved == 0).ok_or("reserved field")?;
                reader.u8().ok_or("IV length")?
            }
            _ => 0,
        };
        let frame_len = reader.u32().ok_or("frame length")?;
        let rest = if version == 1 { usize::from(iv_len) } else { 32 };
        reader.take(rest + TAG_LEN).ok_or("header's tag")?;
        let len = u64::try_from(head_len - reader.len()).map_err(|_| "header's tag")?;
        Ok(Self { version, suite, context, edks, edk_count, is_framed, frame_len, len })
    }

    fn described(&self, found: Found) -> Found {
        let (mut own_store, mut found) =
            (false, found.fact("encryptionContext", self.context.clone()));
        found = found.fact("encryptedDataKeys", self.edk_count);
        for edk in &self.edks {
            own_store |= edk.provider_id == b"reelseal-store";
            found = found.holds(edk.described());
        }
        let signed = self.suite.max_signature_len > 0;
        found = found.fact("signed", signed);
        let whose = "any one of its encrypted data keys, unwrapped under the message's own context";
        let found = found.opens(match (own_store, self.suite.id) {
            (true, _) => "reelseal store get, or export, in the store that it lies in".to_owned(),
            (_, 0x0478 | 0x0578) => format!("{whose}: reelseal decrypt, or any AWS Encryption SDK"),
            _ => format!("{whose}: an AWS Encryption SDK"),
        });
        match self.version {
            1 => found.note(
                "messages of version 1 do not commit to one key: a reader must be told to allow it \
                 (RequireEncryptAllowDecrypt)",
            ),
            _ => found,
        }
    }

    /// Frames and clear bytes, by arithmetic, and whether the end is where it must be.
    fn sized(&self, found: Found, sample: &Sample<'_>) -> Found {
        let found = match self.is_framed {
            true => found.fact("frameLength", self.frame_len),
            false => found.fact("frameLength", Value::Null).fact("framed", false),
        };
        let Some(body) = sample.len.and_then(|len| len.checked_sub(self.len)) else { return found };
        let Some(body) = self.without_signature(body, sample) else {
            return found.note("its signature is not at the end: the message is cut");
        };
        let size = match self.is_framed {
            true => self.frames(body, sample),
            false => self.single(body, sample).map(|clear| (None, clear)),
        };
        match size {
            Some((frames, clear)) => found.fact("frames", frames).fact("clearBytes", clear),
            None => found.note("the message is cut, or bytes were added behind it"),
        }
    }

    /// The body's length without the signature: two bytes of length and as many as they say.
    fn without_signature(&self, body: u64, sample: &Sample<'_>) -> Option<u64> {
        if self.suite.max_signature_len == 0 {
            return Some(body);
        }
        let len = sample.len?;
        (1..=self.suite.max_signature_len).rev().find_map(|signature_len| {
            let footer = u64::try_from(signature_len).ok()? + 2;
            let at = len.checked_sub(footer)?;
            let told = Reader::new(sample.from(at)?).u16()?;
            let rest = body.checked_sub(footer)?;
            // Bytes inside a signature may look like a length: only one of them ends the frames.
            let fits = || match self.is_framed {
                true => self.frames(rest, sample).is_some(),
                false => self.single(rest, sample).is_some(),
            };
            (usize::from(told) == signature_len && fits()).then_some(rest)
        })
    }

    /// How many frames fill `body` bytes, and the clear bytes in them.
    fn frames(&self, body: u64, sample: &Sample<'_>) -> Option<(Option<u64>, u64)> {
        let frame = u64::from(self.frame_len).checked_add(FRAME_OVERHEAD)?;
        let rest = body.checked_sub(FINAL_OVERHEAD)?;
        let (regular, last) = (rest / frame, rest % frame);
        if self.frame_len == 0 || last > u64::from(self.frame_len) {
            return None;
        }
        let at = self.len.checked_add(regular.checked_mul(frame)?)?;
        if let Some(end) = sample.from(at) {
            let mut reader = Reader::new(end);
            let (mark, sequence) = (reader.u32()?, reader.u32()?);
            reader.take(IV_LEN)?;
            let told = u64::from(reader.u32()?);
            let fits = u64::from(sequence) == regular + 1 && told == last;
            (mark == u32::MAX && fits).then_some(())?;
        }
        let clear = regular.checked_mul(u64::from(self.frame_len))?.checked_add(last)?;
        Some((Some(regular + 1), clear))
    }

    /// The clear bytes of a body that is not framed: `IV[12] ‖ length[8] ‖ content ‖ tag[16]`.
    fn single(&self, body: u64, sample: &Sample<'_>) -> Option<u64> {
        let clear = body.checked_sub(36)?;
        let mut reader = Reader::new(sample.from(self.len)?);
        reader.take(IV_LEN)?;
        (u64::from_be_bytes(*reader.array()?) == clear).then_some(clear)
    }
}

impl<'a> Edk<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let mut next = || counted(reader);
        Some(Self { provider_id: next()?, provider_info: next()?, ciphertext: next()? })
    }

    fn described(&self) -> Found {
        let id = brief(&String::from_utf8_lossy(self.provider_id));
        let found = Found::new("encrypted-data-key", "an encrypted data key").fact("provider", id);
        if self.provider_id.starts_with(b"aws-kms") {
            let arn = brief(&String::from_utf8_lossy(self.provider_info));
            let found = found.fact("keyArn", arn);
            return match wrapped::blob(self.ciphertext) {
                Some(blob) => found.holds(blob.bare()),
                None => found.fact("encryptedBytes", self.ciphertext.len()),
            };
        }
        let found = found.fact("encryptedBytes", self.ciphertext.len());
        match reelseal_core::format::esdk::RawAes::parse(self.provider_info) {
            Ok(raw) => found
                .fact("keyring", "raw AES")
                .fact("keyName", brief(&String::from_utf8_lossy(raw.key_name))),
            Err(_) => found.fact("keyName", brief(&String::from_utf8_lossy(self.provider_info))),
        }
    }
}

/// The pairs of a context, which may be written in any order.
fn pairs(bytes: &[u8]) -> Option<Map<String, Value>> {
    let mut pairs = Map::new();
    let mut reader = Reader::new(bytes);
    if reader.is_empty() {
        return Some(pairs);
    }
    for _ in 0..reader.u16()? {
        let mut text = || counted(&mut reader).map(|text| brief(&String::from_utf8_lossy(text)));
        pairs.insert(text()?, text()?.into());
    }
    reader.is_empty().then_some(pairs)
}

fn counted<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let len = reader.u16()?;
    reader.take(usize::from(len))
}

/// The registered suites. A signature of P-256 in DER has 72 bytes at most, one of P-384 104.
const SUITES: [Suite; 11] = [
    suite(0x0014, "AES_128_GCM", 0),
    suite(0x0046, "AES_192_GCM", 0),
    suite(0x0078, "AES_256_GCM", 0),
    suite(0x0114, "AES_128_GCM_HKDF_SHA256", 0),
    suite(0x0146, "AES_192_GCM_HKDF_SHA256", 0),
    suite(0x0178, "AES_256_GCM_HKDF_SHA256", 0),
    suite(0x0214, "AES_128_GCM_HKDF_SHA256_ECDSA_P256", 72),
    suite(0x0346, "AES_192_GCM_HKDF_SHA384_ECDSA_P384", 104),
    suite(0x0378, "AES_256_GCM_HKDF_SHA384_ECDSA_P384", 104),
    suite(0x0478, "AES_256_GCM_HKDF_SHA512_COMMIT_KEY", 0),
    suite(0x0578, "AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384", 104),
];

const fn suite(id: u16, name: &'static str, max_signature_len: usize) -> Suite {
    Suite { id, name, max_signature_len }
}

/// Keys of a message that are shown: who makes more than the core's limit makes no message.
const MOST_EDKS: u16 = 32;

const IV_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// Sequence number, IV and tag of a frame.
const FRAME_OVERHEAD: u64 = 32;

/// The same of the final frame, with its mark and the length of its content.
const FINAL_OVERHEAD: u64 = 40;

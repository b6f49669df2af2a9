//! What a ciphertext blob shows without a key: whose it is, and how many bytes it wraps.
//!
//! ```text
//! AWS KMS, new:  01 02 02 00 78 ‖ id[32] ‖ length[4] ‖ CMS
//!                01 02 03 00 78 ‖ id[32] ‖ 01 ‖ id[32] ‖ length[4] ‖ CMS
//! AWS KMS, old:  0A 20 ‖ id[32] ‖ 12 ‖ varint ‖ 01 01 02 00 78 ‖ id[32] ‖ length[4] ‖ CMS
//! moto:          key id, 36 characters ‖ IV[12] ‖ tag[16] ‖ ciphertext
//! ```
//! AWS does not document its layout: the two above were observed. CMS is an `EncryptedData`
//! (RFC 5652 §8), whose content is 27 bytes longer than the plaintext in every sample seen. Good
//! for a hint, not for trust.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, ErrorKind, Reader as _, SliceReader, Tag, TagNumber};
use reelseal_core::format::kms_blob;
use reelseal_core::format::reader::Reader;

/// A ciphertext blob, by whoever makes such.
#[derive(Debug)]
pub enum Blob<'a> {
    /// Ours: all of it is known.
    Own(kms_blob::Blob<'a>),
    /// Begins as ours, and goes on otherwise.
    OwnBroken(reelseal_core::format::Malformed),
    /// That of AWS KMS.
    Aws(Aws<'a>),
    /// That of moto, which stands for AWS in tests.
    Moto {
        /// The key's id.
        key_id: &'a str,
        /// Bytes that were wrapped.
        wrapped_len: usize,
    },
}

/// A blob of AWS KMS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Aws<'a> {
    /// Which of the observed layouts it has.
    pub layout: &'static str,
    /// What KMS finds the key by. It is no key id, and only KMS can tell which key it is.
    pub id: &'a [u8; 32],
    /// Bytes that were wrapped. `None`: the rest does not read, so that it is cut or altered.
    pub wrapped_len: Option<usize>,
}

impl<'a> Blob<'a> {
    /// Recognises a blob. `None`: it begins unlike all that are known.
    pub fn recognise(bytes: &'a [u8]) -> Option<Self> {
        match bytes {
            [b'R', b'S', b'K', b'M', ..] => {
                Some(kms_blob::Blob::parse(bytes).map_or_else(Self::OwnBroken, Self::Own))
            }
            [1, 2, 2 | 3, 0, 0x78, rest @ ..] => {
                let (id, rest) = rest.split_first_chunk()?;
                let wrapped_len = new_style(rest).and_then(wrapped_in);
                Some(Self::Aws(Aws { layout: "new", id, wrapped_len }))
            }
            [0x0A, 0x20, rest @ ..] => {
                let (id, rest) = rest.split_first_chunk()?;
                rest.starts_with(&[0x12]).then_some(())?;
                let wrapped_len = old_style(rest, id).and_then(wrapped_in);
                Some(Self::Aws(Aws { layout: "old", id, wrapped_len }))
            }
            _ => moto(bytes),
        }
    }

    /// Bytes that were wrapped, where the blob tells.
    pub fn wrapped_len(&self) -> Option<usize> {
        match self {
            Self::Own(blob) => Some(blob.ciphertext.len()),
            Self::OwnBroken(_) => None,
            Self::Aws(aws) => aws.wrapped_len,
            Self::Moto { wrapped_len, .. } => Some(*wrapped_len),
        }
    }
}

/// Behind the first id: the second one, where there is one; then the CMS structure.
fn new_style(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [1, more @ ..] => counted(more.get(32..)?),
        _ => counted(rest),
    }
}

/// The second field of the protocol buffer: the same id again, then the CMS structure.
fn old_style<'a>(field: &'a [u8], id: &[u8; 32]) -> Option<&'a [u8]> {
    let (len, rest) = match field {
        [0x12, lo @ 0..=0x7F, rest @ ..] => (usize::from(*lo), rest),
        [0x12, lo, hi @ 0..=0x7F, rest @ ..] => {
            (usize::from(*hi) << 7 | usize::from(lo & 0x7F), rest)
        }
        _ => return None,
    };
    let rest = rest.strip_prefix(&[1, 1, 2, 0, 0x78]).filter(|_| rest.len() == len)?;
    counted(rest.strip_prefix(id)?)
}

/// Four bytes of length, and as many bytes as they say.
fn counted(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    let len = usize::try_from(reader.u32()?).ok()?;
    (reader.len() == len).then(|| reader.rest())
}

/// Bytes that a CMS structure of AWS KMS wraps.
fn wrapped_in(cms: &[u8]) -> Option<usize> {
    encrypted_content(cms).ok()?.len().checked_sub(AWS_OVERHEAD).filter(|len| *len > 0)
}

/// RFC 5652 §3 and §8: the `encryptedContent` of a `ContentInfo` with `EncryptedData`.
fn encrypted_content(cms: &[u8]) -> der::Result<&[u8]> {
    let mut top = SliceReader::new(cms)?;
    let mut info = enter(&mut top, Tag::Sequence)?; //                ContentInfo
    expect(&mut info, ENCRYPTED_DATA)?;
    let mut content = enter(&mut info, context(true))?;
    let mut data = enter(&mut content, Tag::Sequence)?; //            EncryptedData
    u8::decode(&mut data)?;
    let mut content = enter(&mut data, Tag::Sequence)?; //            EncryptedContentInfo
    expect(&mut content, DATA)?;
    let mut algorithm = enter(&mut content, Tag::Sequence)?;
    expect(&mut algorithm, AES_256_GCM)?;
    let sealed = AnyRef::decode(&mut content)?;
    der::Tagged::tag(&sealed).assert_eq(context(false))?;
    [content, data, info, top].into_iter().try_for_each(|reader| reader.finish())?;
    Ok(sealed.value())
}

/// The inside of the next value, which must have `tag`.
fn enter<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> der::Result<SliceReader<'a>> {
    let value = AnyRef::decode(reader)?;
    der::Tagged::tag(&value).assert_eq(tag)?;
    SliceReader::new(value.value())
}

fn expect(reader: &mut SliceReader<'_>, oid: ObjectIdentifier) -> der::Result<()> {
    match ObjectIdentifier::decode(reader)? {
        found if found == oid => Ok(()),
        found => Err(ErrorKind::OidUnknown { oid: found }.into()),
    }
}

/// `[0]`.
fn context(constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: TagNumber(0) }
}

/// A key id in characters, then bytes. A text that begins with one is not a blob.
fn moto(bytes: &[u8]) -> Option<Blob<'_>> {
    let (id, sealed) = bytes.split_first_chunk::<36>()?;
    let key_id = str::from_utf8(id).ok().filter(|id| is_key_id(id))?;
    let wrapped_len = sealed.len().checked_sub(MOTO_OVERHEAD)?;
    let possible = (1..=kms_blob::MAX_PLAINTEXT).contains(&wrapped_len);
    (possible && !sealed.is_ascii()).then_some(Blob::Moto { key_id, wrapped_len })
}

/// KMS API, "Key identifiers": a UUID, or `mrk-` and 32 digits.
fn is_key_id(id: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match id.strip_prefix("mrk-") {
        Some(digits) => is_hex(digits),
        None => id.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && id.split('-').all(is_hex),
    }
}

/// RFC 5652 §8, id-encryptedData.
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");

/// RFC 5652 §4, id-data.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");

/// RFC 5084 §3.2, id-aes256-GCM.
const AES_256_GCM: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.46");

/// A tag of 16 bytes and 11 that nobody has explained.
const AWS_OVERHEAD: usize = 27;

/// IV and tag.
const MOTO_OVERHEAD: usize = 28;

#[cfg(test)]
mod tests {
    use super::{Aws, Blob, encrypted_content};

    /// What AWS KMS puts around `len` bytes, as it was observed.
    fn cms(len: u8) -> Vec<u8> {
        let oid = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07];
        let gcm = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2E];
        let nonce = [[0x04, 12].as_slice(), &[9; 12], &[0x02, 1, 16]].concat();
        let algorithm = tlv(0x30, &[gcm.as_slice(), &tlv(0x30, &nonce)].concat());
        let content = tlv(0x80, &vec![7; usize::from(len)]);
        let content = tlv(0x30, &[oid.as_slice(), &[1], &algorithm, &content].concat());
        let data = tlv(0x30, &[[0x02, 1, 0].as_slice(), &content].concat());
        tlv(0x30, &[oid.as_slice(), &[6], &tlv(0xA0, &data)].concat())
    }

    fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
        match u8::try_from(value.len()).unwrap() {
            len @ 0..=127 => [&[tag, len], value].concat(),
            len => [&[tag, 0x81, len], value].concat(),
        }
    }

    fn counted(cms: &[u8]) -> Vec<u8> {
        [u32::try_from(cms.len()).unwrap().to_be_bytes().as_slice(), cms].concat()
    }

    fn blobs(len: u8) -> [Vec<u8>; 3] {
        let cms = counted(&cms(len));
        let inner = [[1, 1, 2, 0, 0x78].as_slice(), &[5; 32], &cms].concat();
        let [lo, hi] = [inner.len() & 0x7F | 0x80, inner.len() >> 7].map(|b| b as u8);
        [
            [[1, 2, 2, 0, 0x78].as_slice(), &[5; 32], &cms].concat(),
            [[1, 2, 3, 0, 0x78].as_slice(), &[5; 32], &[1], &[6; 32], &cms].concat(),
            [[0x0A, 0x20].as_slice(), &[5; 32], &[0x12, lo, hi], &inner].concat(),
        ]
    }

    #[test]
    fn every_layout_of_aws_tells_the_length() {
        for (len, wrapped) in [(43, 16), (51, 24), (59, 32), (71, 44)] {
            assert_eq!(encrypted_content(&cms(len)).unwrap().len(), usize::from(len));
            for (blob, layout) in blobs(len).iter().zip(["new", "new", "old"]) {
                let Some(Blob::Aws(aws)) = Blob::recognise(blob) else { panic!("{layout}") };
                assert_eq!(aws, Aws { layout, id: &[5; 32], wrapped_len: Some(wrapped) });
            }
        }
    }

    /// The one real blob of the old layout that is published: awsdocs/amazon-transcoder-developer-
    /// guide, doc_source/encrypted-tutorial.md.
    const TUTORIAL: &str = "CiCCgQY/OrQ5/gdcoup5mIrqT/WTIjxM6ZSge+uRZ7tiAhKXAQEBAgB4goEGPzq0Of4HX\
                            KLqeZiK6k/1kyI8TOmUoHvrkWe7YgIAAABuMGwGCSqGSIb3DQEHBqBfMF0CAQAwWAYJKo\
                            ZIhvcNAQcBMB4GCWCGSAFlAwQBLjARBAxIEi6/cfLGY+6ia0UCARCAK5wHYxg+3oHCzX4\
                            B4RqUY9N+YmVRooWmncNN4NKduc6jA/m+A+cKAFSvuF0=";

    #[test]
    fn the_tutorials_blob_wraps_16_bytes() {
        let blob = crate::base64::decode(TUTORIAL).unwrap();
        let Some(Blob::Aws(aws)) = Blob::recognise(&blob) else { panic!() };
        assert_eq!((aws.layout, aws.wrapped_len), ("old", Some(16)));
        assert_eq!(blob.len(), blobs(43)[2].len());
    }

    #[test]
    fn a_cut_or_longer_blob_of_aws_tells_no_length() {
        for blob in blobs(43) {
            for len in 37..blob.len() {
                let cut = Blob::recognise(&blob[..len]).expect("it begins as one");
                assert_eq!(cut.wrapped_len(), None, "{len} bytes");
            }
            let longer = [blob.as_slice(), &[0]].concat();
            assert_eq!(Blob::recognise(&longer).unwrap().wrapped_len(), None);
        }
    }

    #[test]
    fn ours_tells_the_length() {
        let bytes = [b"RSKM\x01".as_slice(), &[1; 16 + 4 + 16 + 12 + 16 + 16]].concat();
        let own = Blob::recognise(&bytes).unwrap();
        assert!(matches!(own, Blob::Own(_)));
        assert_eq!(own.wrapped_len(), Some(16));
        let cut = Blob::recognise(&bytes[..60]).unwrap();
        assert!(matches!(cut, Blob::OwnBroken(_)));
        assert_eq!(cut.wrapped_len(), None);
    }

    #[test]
    fn motos_names_its_key() {
        let id = "177545cd-705d-4217-91c0-6f50293c1c6f";
        let blob = [id.as_bytes(), &[0xF0; 28 + 16]].concat();
        let Some(Blob::Moto { key_id, wrapped_len: 16 }) = Blob::recognise(&blob) else { panic!() };
        assert_eq!(key_id, id);
        assert!(Blob::recognise(&blob[..36 + 28]).is_none(), "nothing is wrapped");
        let text = [id.as_bytes(), &[b' '; 60]].concat();
        assert!(Blob::recognise(&text).is_none(), "a line of text");
    }

    #[test]
    fn other_bytes_are_no_blob() {
        for bytes in [b"".as_slice(), b"0123456789", &[0x0A, 0x20], &[0x0A; 200], &[1, 2, 4]] {
            assert!(Blob::recognise(bytes).is_none(), "{bytes:?}");
        }
    }
}

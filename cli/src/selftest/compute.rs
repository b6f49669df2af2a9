//! The computations of the known answers. Their keys are published and secure nothing.

use reelseal_core::envelope::kms;
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT};
use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::secret::{BackingKey, ContentKey, Kek, SegmentKey};
use reelseal_core::segment::{self, record_check, record_seal};
use reelseal_core::wrap::{kw as key_wrap, kwp as key_wrap_padded};
use reelseal_core::{envelope::transcoder::content_key, hash};
use sha2::{Digest, Sha256};

/// SP 800-38A Appendix F: one text, a key of each length.
pub(super) struct Sp80038a {
    key: &'static str,
}

pub(super) const SP_800_38A_128: Sp80038a = Sp80038a { key: "2b7e151628aed2a6abf7158809cf4f3c" };
pub(super) const SP_800_38A_192: Sp80038a =
    Sp80038a { key: "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b" };
pub(super) const SP_800_38A_256: Sp80038a =
    Sp80038a { key: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4" };

impl Sp80038a {
    fn key(&self) -> Option<ContentKey> {
        content_key(&unhex(self.key)?)
    }

    fn text(&self) -> Option<Vec<u8>> {
        unhex(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
             30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        )
    }
}

/// Without the block of padding, which the standard's example does not have.
pub(super) fn cbc(case: &Sp80038a) -> Option<Vec<u8>> {
    let (key, text) = (case.key()?, case.text()?);
    let mut sealed = cbc_there_and_back(&key, counting(0), &text)?;
    sealed.truncate(text.len());
    Some(sealed)
}

pub(super) fn ctr(case: &Sp80038a) -> Option<Vec<u8>> {
    ctr_there_and_back(&case.key()?, counting(0xF0), &case.text()?)
}

pub(super) fn gcm_12(key_len: usize) -> Option<Vec<u8>> {
    let key = unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")?;
    let text = unhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
         1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    )?;
    let aad = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")?;
    let iv = unhex("cafebabefacedbaddecaf888")?.try_into().ok()?;
    gcm_there_and_back(&content_key(key.get(..key_len)?)?, Iv::Bytes12(iv), &aad, &text)
}

pub(super) fn gcm_16() -> Option<Vec<u8>> {
    let key = ContentKey::new_128(*b"keykeykeykeykeyk");
    gcm_there_and_back(&key, Iv::Bytes16(*b"1234567890123456"), &[], b"Elastic Transcoder")
}

pub(super) fn long_cbc(key_len: usize) -> Option<Vec<u8>> {
    digest(cbc_there_and_back(&counting_key(key_len)?, [0; 16], &long_text())?)
}

pub(super) fn long_ctr(key_len: usize) -> Option<Vec<u8>> {
    digest(ctr_there_and_back(&counting_key(key_len)?, [0xFF; 16], &long_text())?)
}

pub(super) fn long_gcm(key_len: usize) -> Option<Vec<u8>> {
    let key = counting_key(key_len)?;
    digest(gcm_there_and_back(&key, Iv::Bytes12([0; 12]), &[], &long_text())?)
}

/// RFC 3394 §4: the keys that wrap count from 00, the key that is wrapped begins with 0011….
pub(super) fn kw(kek_len: usize, key_len: usize) -> Option<Vec<u8>> {
    let key = unhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")?;
    let key = key.get(..key_len)?;
    let kek = kek(&counting_bytes(kek_len))?;
    let mut wrapped = vec![0; key_len + 8];
    key_wrap::wrap(&kek, key, &mut wrapped)?;
    let mut back = wrapped.clone();
    let unwrapped = key_wrap::WrappedMut::parse(&mut back)?.unwrap(&kek).ok()?;
    (unwrapped == key).then_some(wrapped)
}

/// RFC 5649 §6: the keys that are wrapped.
pub(super) const KWP_20: &str = "c37b7e6492584340bed12207808941155068f738";
pub(super) const KWP_7: &str = "466f7250617369";

pub(super) fn kwp(key: &str) -> Option<Vec<u8>> {
    let key = unhex(key)?;
    let kek = kek(&unhex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8")?)?;
    let mut wrapped = vec![0; key_wrap_padded::wrapped_len(key.len())?];
    key_wrap_padded::wrap(&kek, &key, &mut wrapped)?;
    let mut back = wrapped.clone();
    let unwrapped = key_wrap_padded::WrappedMut::parse(&mut back)?.unwrap(&kek).ok()?;
    (unwrapped == key).then_some(wrapped)
}

pub(super) fn hkdf_256() -> Option<Vec<u8>> {
    let mut out = vec![0; 42];
    let info = unhex("f0f1f2f3f4f5f6f7f8f9")?;
    hash::hkdf_sha256(&counting_bytes(13), &[0x0B; 22], &info, &mut out)?;
    Some(out)
}

pub(super) fn hkdf_512() -> Option<Vec<u8>> {
    let mut out = vec![0; 32];
    let salt: Vec<u8> = (0x20..0x3C).collect();
    hash::hkdf_sha512(&salt, &counting_bytes(32), b"\x00\x73DERIVEKEY", &mut out)?;
    Some(out)
}

pub(super) fn kbkdf() -> Option<Vec<u8>> {
    let mut out = vec![0; 32];
    hash::kbkdf_hmac_sha256(&counting_bytes(32), b"label", &[0; 16], &mut out)?;
    Some(out)
}

pub(super) fn segment() -> Option<Vec<u8>> {
    let (key, iv) = (SegmentKey::new(*b"keykeykeykeykeyk"), segment::Iv::MediaSequence(7));
    let text = b"Elastic Transcoder";
    let mut sealed = vec![0; cbc::encrypted_len(text.len())?];
    sealed.get_mut(..text.len())?.copy_from_slice(text);
    segment::encrypt_in_place(&key, iv, &mut sealed, text.len())?;
    let mut back = sealed.clone();
    let opened = segment::decrypt_in_place(&key, iv, &mut back).ok()?;
    (opened == text).then_some(sealed)
}

/// SHA-256 of the data key in the blob.
pub(super) fn kms_blob() -> Option<Vec<u8>> {
    let mut pairs = [("service", "elastictranscoder.amazonaws.com")];
    let context = Context::new(&mut pairs).ok()?;
    let blob = unhex(KMS_BLOB)?;
    let mut room = [0; MAX_PLAINTEXT];
    let opened = kms::open(&Blob::parse(&blob).ok()?, &backing_key()?, &context, &mut room).ok()?;
    Some(Sha256::digest(opened).to_vec())
}

pub(super) fn record() -> Option<Vec<u8>> {
    let key = SegmentKey::new(unhex("5440d94f6d9e75e6fbc351002683feac")?.try_into().ok()?);
    let seal = record_seal(&key, RECORD);
    record_check(&key, RECORD, &seal).ok()?;
    Some(seal.to_vec())
}

fn cbc_there_and_back(key: &ContentKey, iv: [u8; 16], text: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = vec![0; cbc::encrypted_len(text.len())?];
    sealed.get_mut(..text.len())?.copy_from_slice(text);
    cbc::encrypt_in_place(cbc::Encryptor::new(key, iv), &mut sealed, text.len())?;
    let mut back = sealed.clone();
    let opened = cbc::decrypt_in_place(cbc::Decryptor::new(key, iv), &mut back).ok()?;
    (opened == text).then_some(sealed)
}

fn ctr_there_and_back(key: &ContentKey, first: [u8; 16], text: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = text.to_vec();
    Ctr::new(key, first, Width::Bits128).apply(&mut sealed)?;
    let mut back = sealed.clone();
    Ctr::new(key, first, Width::Bits128).apply(&mut back)?;
    (back == text).then_some(sealed)
}

fn gcm_there_and_back(key: &ContentKey, iv: Iv, aad: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = text.to_vec();
    let tag = gcm::seal_in_place(key, iv, &[aad], &mut sealed)?;
    let mut back = sealed.clone();
    gcm::open_in_place(key, iv, &[aad], &mut back, &tag).ok()?;
    sealed.extend_from_slice(&tag);
    (back == text).then_some(sealed)
}

fn digest(bytes: Vec<u8>) -> Option<Vec<u8>> {
    Some(Sha256::digest(bytes).to_vec())
}

fn long_text() -> Vec<u8> {
    (0..=250u8).cycle().take(100_000).collect()
}

fn counting_key(len: usize) -> Option<ContentKey> {
    content_key(&counting_bytes(len))
}

fn counting_bytes(len: usize) -> Vec<u8> {
    (0..=255u8).take(len).collect()
}

fn counting(first: u8) -> [u8; 16] {
    std::array::from_fn(|i| first.wrapping_add(u8::try_from(i).unwrap_or_default()))
}

fn kek(bytes: &[u8]) -> Option<Kek> {
    match *bytes {
        _ if bytes.len() == 16 => Some(Kek::new_128(bytes.try_into().ok()?)),
        _ if bytes.len() == 24 => Some(Kek::new_192(bytes.try_into().ok()?)),
        _ => Some(Kek::new_256(bytes.try_into().ok()?)),
    }
}

pub(super) fn backing_key() -> Option<BackingKey> {
    let key = unhex("f1f1e0d159cf301c82e18332487e2c716a3b1d7edb6e8938cdceafc2607f3d87")?;
    Some(BackingKey::new(key.try_into().ok()?))
}

/// The bytes of an even number of digits.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|[hi, lo]| Some(digit(*hi)? << 4 | digit(*lo)?)).collect()
}

pub(super) const RECORD: &[u8] = br#"{"segments":[]}"#;

pub(super) const KMS_BLOB: &str = "52534b4d010a61c03918c753a090cdf02e694f66d40000000123af4e8ee9713a24d8e6\
                        2cb6b2782561c679471f7519f3ad19fa8fdf12b951e2980afc6df074b55bc1a479c1db\
                        0359da8c7c389d306002262db7201b";

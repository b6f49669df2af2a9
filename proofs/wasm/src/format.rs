//! Base64, the encryption context, the blob of the local key service, the files of Transcoder.

use reelseal_core::format::base64;
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, HEADER_LEN};
use reelseal_core::format::reader::Reader;
use reelseal_core::format::transcoder::{self, Iv, IvUse, Mode};

/// Whether both are the same bytes in the same place, which is more than that they are equal.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    core::ptr::eq(a, b)
}

/// What is accepted is what `encode` prints of what was decoded. Together with
/// [`base64_encode`]: accepted is what `encode` prints, and nothing else.
pub fn base64_decode(text: &str) {
    let (mut room, mut again) = ([0; 24], [0; 32]);
    if let Ok(decoded) = base64::decode(text, &mut room) {
        assert!(base64::encode(decoded, &mut again) == Some(text));
    } else {
        assert!(room == [0; 24]);
    }
}

/// RFC 4648 §4, by its table.
pub fn base64_encode(bytes: &mut [u8]) {
    const TABLE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut room = [0; 16];
    let Some(text) = base64::encode(bytes, &mut room) else { return assert!(bytes.len() > 12) };
    assert!(text.len() == bytes.len().div_ceil(3) * 4);
    for (i, &c) in text.as_bytes().iter().enumerate() {
        // Character i has the six bits from 6 i on, zeros after the last byte.
        let (byte, bit) = (i * 6 / 8, i * 6 % 8);
        let byte_at = |at: usize| u16::from(bytes.get(at).copied().unwrap_or(0));
        let six = ((byte_at(byte) << 8 | byte_at(byte + 1)) >> (10 - bit)) & 63;
        assert!(c == if i * 6 < bytes.len() * 8 { TABLE[usize::from(six)] } else { b'=' });
    }
}

/// Two pairs of any keys and values: taken unless the keys are equal, sorted, and printed as the
/// AWS Encryption SDK prints them.
pub fn context(text: &str) {
    let Some((lens, text)) = text.split_at_checked(3) else { return };
    let &[a, b, c] = lens.as_bytes() else { return };
    let Some((first, second)) = text.split_at_checked(usize::from(a)) else { return };
    let Some((k0, v0)) = first.split_at_checked(usize::from(b)) else { return };
    let Some((k1, v1)) = second.split_at_checked(usize::from(c)) else { return };
    let mut pairs = [(k0, v0), (k1, v1)];
    let Ok(context) = Context::new(&mut pairs) else { return assert!(k0 == k1) };
    let (one, two) = if k0 < k1 { ((k0, v0), (k1, v1)) } else { ((k1, v1), (k0, v0)) };
    assert!(k0 != k1 && context.pairs() == [one, two]);

    let mut room = [0; 24];
    let printed = context.serialize(&mut room);
    assert!(context.serialized_len() == 10 + text.len());
    let Some(printed) = printed else { return assert!(context.serialized_len() > 24) };
    let mut reader = Reader::new(printed);
    assert!(reader.u16() == Some(2));
    for part in [one.0, one.1, two.0, two.1] {
        let len = reader.u16().map(usize::from);
        assert!(len == Some(part.len()) && reader.take(part.len()) == Some(part.as_bytes()));
    }
    assert!(reader.is_empty());
}

/// A blob is taken if and only if its magic number, format, version and length are right; its
/// fields, one after another, are its bytes.
pub fn kms_blob(bytes: &mut [u8]) {
    let blob = Blob::parse(bytes);
    let long = bytes.len() > HEADER_LEN + 16;
    let sound = long && bytes.starts_with(b"RSKM\x01") && bytes[21..25] != [0; 4];
    assert!(blob.is_ok() == sound);
    let Ok(blob) = blob else { return };
    let (header, body) = bytes.split_at(HEADER_LEN);
    let (ciphertext, tag) = body.split_at(body.len() - 16);
    assert!(same(blob.header, header) && same(blob.ciphertext, ciphertext) && same(blob.tag, tag));
    assert!(same(blob.key_id, &header[5..21]) && blob.version.to_be_bytes() == header[21..25]);
    assert!(same(blob.salt, &header[25..41]) && same(blob.iv, &header[41..]));
}

/// What is read is what stands there, in order, and nothing is read where too little is left.
pub fn reader(bytes: &mut [u8]) {
    let Some((&mut [first, second], bytes)) = bytes.split_first_chunk_mut() else { return };
    let (bytes, first, second) = (&*bytes, usize::from(first), usize::from(second));
    let mut reader = Reader::new(bytes);
    let mut at = 0;
    for len in [first, second] {
        assert!(reader.len() == bytes.len() - at && reader.is_empty() == (bytes.len() == at));
        let there = bytes.get(at..at + len);
        assert!(match (reader.take(len), there) {
            (Some(taken), Some(there)) => same(taken, there),
            (taken, there) => taken.is_none() && there.is_none(),
        });
        at += if at + len <= bytes.len() { len } else { 0 };
    }
    let two = bytes[at..].first_chunk().map(|two| u16::from_be_bytes(*two));
    let four = bytes[at..].first_chunk().map(|four| u32::from_be_bytes(*four));
    assert!(reader.clone().u8() == bytes.get(at).copied());
    assert!(reader.clone().u16() == two && reader.clone().u32() == four);
    assert!(same(reader.rest(), &bytes[at..]));
}

/// Every name of a mode reads back, and no other text is one.
pub fn transcoder_mode(text: &str) {
    let (et, mc) = (Mode::parse(text), Mode::parse_mediaconvert(text));
    assert!(et.is_ok() == ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"].contains(&text));
    assert!(mc.is_ok() == ["AES_CBC", "AES_CTR", "AES_GCM"].contains(&text));
    assert!(et.is_ok_and(|mode| mode.as_str() == text) || et.is_err());
    assert!(mc.is_ok_and(|mode| mode.mediaconvert() == text) || mc.is_err());
}

/// An IV has the length of its mode.
pub fn transcoder_iv(bytes: &mut [u8]) {
    for mode in Mode::ALL {
        let iv = Iv::parse(mode, bytes);
        let short = bytes.len() == 12 && mode != Mode::AesCbcPkcs7;
        assert!(iv.is_ok() == (bytes.len() == 16 || short));
        let Ok(iv) = iv else { continue };
        assert!(iv.bytes() == &*bytes);
        assert!(transcoder::layouts(&iv).count() == if short { 2 } else { 4 });
        assert!(!short || transcoder::layouts(&iv).all(|layout| layout.iv == IvUse::Whole));
    }
}

/// The lengths of files are those that padding and tag leave, of all of 64 bits.
pub fn transcoder_lengths(bytes: &mut [u8]) {
    let Ok(len) = <[u8; 8]>::try_from(&*bytes) else { return };
    let len = u64::from_be_bytes(len);
    for mode in Mode::ALL {
        let (least, step) = match mode {
            Mode::AesCbcPkcs7 => (16, 16),
            Mode::AesCtr => (0, 1),
            Mode::AesGcm => (16, 1),
        };
        assert!(mode.check_encrypted_len(len).is_ok() == (len >= least && len & (step - 1) == 0));
    }
}

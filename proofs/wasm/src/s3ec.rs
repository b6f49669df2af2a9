//! Objects of the Amazon S3 Encryption Client.

use reelseal_core::format::s3ec::name::{IV, MESSAGE_ID};
use reelseal_core::format::s3ec::{Content, Header, Metadata, Place, Suite, Version, Wrap};

/// What is accepted is the name that is printed.
pub fn s3ec_algorithm(text: &str) {
    let (v2, v3) = (Suite::parse_v2(text), Suite::parse_v3(text));
    let names = [Suite::AesCbc, Suite::AesGcm].map(|suite| suite.as_str() == text);
    assert!(v2.is_ok_and(|suite| suite.as_str() == text) || v2.is_err());
    assert!(v2.is_ok() == (names[0] || names[1]) && v3.is_ok() == (text == "115"));
}

/// The same of the names of wraps.
pub fn s3ec_wrap(text: &str) {
    let (v2, v3) = (Wrap::parse_v2(text), Wrap::parse_v3(text));
    assert!(v2.is_ok_and(|wrap| wrap.as_str() == text) || v2.is_err());
    assert!(v3.is_ok_and(|wrap| wrap.as_v3() == Some(text)) || v3.is_err());
}

/// The lengths of objects are those that padding and tag leave, of all of 64 bits; those of wrapped
/// keys are what a wrap makes of 16, 24 or 32 bytes.
pub fn s3ec_lengths(bytes: &mut [u8]) {
    let Ok(len) = <[u8; 8]>::try_from(&*bytes) else { return };
    let len = u64::from_be_bytes(len);
    for suite in Suite::ALL {
        let whole = suite != Suite::AesCbc || len & 15 == 0;
        assert!(suite.check_encrypted_len(len).is_ok() == (len >= 16 && whole));
    }
    let Ok(len) = usize::try_from(len) else { return };
    let keys = |extra: usize| [16, 24, 32].iter().any(|key| key + extra == len);
    assert!(Wrap::AesWrap.has_wrapped_len(len) == keys(8));
    assert!(Wrap::AesGcm.has_wrapped_len(len) == keys(12 + 16));
    assert!(Wrap::AesEcb.has_wrapped_len(len) == (len == 32 || len == 48));
    assert!(Wrap::infer_v1(len) == if len > 48 { Wrap::RsaV15 } else { Wrap::AesEcb });
}

/// A field of any name beside two of the client: one that is given twice is refused, and each is
/// found by its name.
pub fn s3ec_metadata(text: &str) {
    let fields = [(text, "a"), (IV, "b"), (MESSAGE_ID, "c")];
    let metadata = Metadata::new(&fields);
    assert!(metadata.is_err() == (text == IV || text == MESSAGE_ID));
    let Ok(metadata) = metadata else { return };
    assert!(metadata.is_any() && metadata.get(IV) == Some("b"));
    assert!(metadata.get(text) == Some("a"));
}

/// A header to be printed has a wrap of its version, and a wrapped key as long as that makes it.
pub fn s3ec_header_new(bytes: &mut [u8]) {
    let [content, wrap, place, wrapped @ ..] = &*bytes else { return };
    let content = match content {
        0 => Content::AesCbc { iv: [1; 16] },
        1 => Content::AesGcm { iv: [1; 12] },
        _ => Content::AesGcmCommit { message_id: [1; 28], commitment: [1; 28] },
    };
    let place = if place & 1 == 0 { Place::Metadata } else { Place::InstructionFile };
    let wrap = Wrap::ALL[usize::from(wrap & 7)];
    let v3 = matches!(wrap, Wrap::AesGcm | Wrap::KmsContext | Wrap::RsaOaepSha1);
    let commits = content.suite() == Suite::AesGcmCommit;
    let header = Header::new(content, wrap, wrapped, "{}", place);
    assert!(header.is_some() == ((v3 || !commits) && wrap.has_wrapped_len(wrapped.len())));
    let Some(header) = header else { return };
    assert!(header.version == if commits { Version::V3 } else { Version::V2 });
    assert!(header.content == content && header.wrap == wrap && header.place == place);
    assert!(core::ptr::eq(header.wrapped, wrapped) && header.clear_len.is_none());
}

//! Objects of the Amazon S3 Encryption Client.

use reelseal_core::format::s3ec::name::{
    ALL, CEK_ALG, CEK_ALG_V3, COMMITMENT, IV, KEY_V2, KEY_V3, MESSAGE_ID, TAG_LEN, WRAP_ALG,
    WRAP_ALG_V3,
};
use reelseal_core::format::s3ec::{Content, Header, Metadata, Suite, Wrap};

/// What is accepted is the name that is printed; lengths are those that padding and tag leave.
pub fn s3ec_algorithm(bytes: &mut [u8]) {
    let Some((len, bytes)) = bytes.split_first_chunk_mut() else { return };
    let len = u64::from_be_bytes(*len);
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    assert!(Suite::parse_v2(text).is_ok_and(|suite| suite.as_str() == text) != ![
        "AES/CBC/PKCS5Padding", "AES/GCM/NoPadding"].contains(&text));
    assert!(Suite::parse_v3(text).is_ok() == (text == "115"));
    let (v2, v3) = (Wrap::parse_v2(text), Wrap::parse_v3(text));
    assert!(v2.is_ok_and(|wrap| wrap.as_str() == text) || v2.is_err());
    assert!(v3.is_ok_and(|wrap| wrap.as_v3() == Some(text)) || v3.is_err());
    assert!(v2.is_ok() == Wrap::ALL.iter().any(|wrap| wrap.as_str() == text));
    assert!(v3.is_ok() == ["02", "12", "22"].contains(&text));
    for suite in Suite::ALL {
        let whole = suite != Suite::AesCbc || len & 15 == 0;
        assert!(suite.check_encrypted_len(len).is_ok() == (len >= 16 && whole));
    }
}

/// Fields of any names of the client and of any short values.
pub fn s3ec_any_fields(bytes: &mut [u8]) {
    let Some((&mut names, values)) = bytes.split_first_chunk_mut() else { return };
    let Ok(values) = core::str::from_utf8(values) else { return };
    let names: [u8; 3] = names;
    let name = |i: u8| ALL.get(usize::from(i)).copied().unwrap_or("x");
    let fields = names.map(|i| (name(i), values));
    let Ok(object) = Metadata::new(&fields) else { return };
    let mut room = [0; 32];
    let _ = core::hint::black_box(Header::parse(&object, None, &mut room));
}

/// Fields of which one is given twice are refused, and each is found by its name.
pub fn s3ec_metadata(bytes: &mut [u8]) {
    let Ok([a, b, c]) = <[u8; 3]>::try_from(&*bytes) else { return };
    let name = |i: u8| ALL.get(usize::from(i)).copied().unwrap_or("x");
    let fields = [(name(a), "a"), (name(b), "b"), (name(c), "c")];
    let ours = |i: u8| usize::from(i) < ALL.len();
    let twice = (a == b && ours(a)) || (a == c && ours(a)) || (b == c && ours(b));
    let metadata = Metadata::new(&fields);
    assert!(metadata.is_err() == twice);
    let Ok(metadata) = metadata else { return };
    assert!(metadata.is_any() == (ours(a) || ours(b) || ours(c)));
    assert!(!ours(a) || metadata.get(name(a)) == Some("a"));
}

/// The fields of V2 with any IV, any wrapped key and any tag length.
pub fn s3ec_v2(bytes: &mut [u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Some((iv, rest)) = text.split_at_checked(16) else { return };
    let Some((key, tag)) = rest.split_at_checked(32) else { return };
    let fields = [
        (KEY_V2, key), (WRAP_ALG, "AESWrap"), (CEK_ALG, "AES/GCM/NoPadding"), (IV, iv),
        (TAG_LEN, tag),
    ];
    let Ok(object) = Metadata::new(&fields) else { return };
    let mut room = [0; 48];
    let Ok(header) = Header::parse(&object, None, &mut room) else { return };
    assert!(tag == "128" && header.wrapped.len() == 24);
    let Content::AesGcm { iv } = header.content else { return assert!(false) };
    assert!(iv != [0; 12]);
}

/// The fields of V3 with any message id, commitment and wrapped key.
pub fn s3ec_v3(bytes: &mut [u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Some((message_id, key)) = text.split_at_checked(40) else { return };
    let fields = [
        (KEY_V3, key), (WRAP_ALG_V3, "12"), (CEK_ALG_V3, "115"), (MESSAGE_ID, message_id),
        (COMMITMENT, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    let Ok(object) = Metadata::new(&fields) else { return };
    let mut room = [0; 48];
    let Ok(header) = Header::parse(&object, None, &mut room) else { return };
    let Content::AesGcmCommit { message_id, .. } = header.content else { return assert!(false) };
    assert!(message_id != [0; 28] && !header.wrapped.is_empty());
}

//! The core's answers in CTR and GCM, whole and in pieces.

use reelseal_core::Inauthentic;
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::gcm::{
    Encryptor, Iv, Key, Tag, Unverified, open_in_place, seal_in_place,
};
use reelseal_core::secret::ContentKey;
use reelseal_proptests::runner::{Answer, agrees};

/// Pieces that no block boundary meets twice running.
const PIECE: usize = 7;

/// Masks `text`, whole, in pieces, and piece by piece from the last to the first.
pub(crate) fn ctr(key: &ContentKey, first: [u8; 16], counter_bits: u32, text: &[u8]) -> Vec<u8> {
    let width = match counter_bits {
        128 => Width::Bits128,
        64 => Width::Bits64,
        32 => Width::Bits32,
        other => panic!("a counter of {other} bits"),
    };
    let begin = || Ctr::new(key, first, width);
    let [mut whole, mut pieces, mut backwards] = [(); 3].map(|()| text.to_vec());
    begin().apply(&mut whole).expect("short");
    let mut stream = begin();
    pieces.chunks_mut(PIECE).for_each(|piece| stream.apply(piece).expect("short"));
    for (i, piece) in backwards.chunks_mut(PIECE).enumerate().rev() {
        stream.seek(u64::try_from(i * PIECE).expect("short")).expect("short");
        stream.apply(piece).expect("short");
    }
    assert_eq!(pieces, whole, "pieces make another text");
    assert_eq!(backwards, whole, "seeking goes astray");
    whole
}

/// A GCM case. Shorter tags than 16 bytes exist in the core nowhere: their valid cases run as
/// sealing, whose tag begins with them, and their refused ones cannot.
pub(crate) fn gcm(
    key: &ContentKey,
    iv: &[u8],
    aad: &[u8],
    [pt, ct, tag]: [&[u8]; 3],
    valid: bool,
) -> Answer {
    let iv = match (<[u8; 12]>::try_from(iv), <[u8; 16]>::try_from(iv)) {
        (Ok(iv), _) => Iv::Bytes12(iv),
        (_, Ok(iv)) => Iv::Bytes16(iv),
        _ => return Answer::Unsupported("gcm-iv-length"),
    };
    if valid && seal(key, iv, aad, pt, tag.len()) != (ct.to_vec(), tag.to_vec()) {
        return agrees(false, "seals to something else");
    }
    match (Tag::try_from(tag), valid) {
        (Ok(tag), true) => agrees(open(key, iv, aad, ct, &tag).as_deref() == Some(pt), "GCM"),
        (Ok(tag), false) => agrees(open(key, iv, aad, ct, &tag).is_none(), "opened a forgery"),
        (Err(_), true) => Answer::Agrees,
        (Err(_), false) => Answer::Unsupported("gcm-short-tag"),
    }
}

fn seal(key: &ContentKey, iv: Iv, aad: &[u8], pt: &[u8], tag_len: usize) -> (Vec<u8>, Vec<u8>) {
    let mut whole = pt.to_vec();
    let tag = seal_in_place(key, iv, &[aad], &mut whole).expect("short");
    let mut pieces = pt.to_vec();
    let (front, back) = aad.split_at(aad.len() / 2);
    let mut encryptor = Encryptor::new(Key::new(key), iv, &[front, b"", back]).expect("short");
    pieces.chunks_mut(PIECE).for_each(|piece| encryptor.update(piece).expect("short"));
    assert_eq!((&pieces, encryptor.finish()), (&whole, tag), "pieces make another text");
    (whole, tag[..tag_len].to_vec())
}

fn open(key: &ContentKey, iv: Iv, aad: &[u8], ct: &[u8], tag: &Tag) -> Option<Vec<u8>> {
    let mut whole = ct.to_vec();
    let opened = open_in_place(key, iv, &[aad], &mut whole, tag);
    let mut unverified = Unverified::new(Key::new(key), iv, &[aad], vec![]).expect("short");
    for piece in ct.to_vec().chunks_mut(PIECE) {
        unverified.update(piece, |text: &mut Vec<u8>, p| text.extend_from_slice(p)).expect("short");
        assert!(piece.iter().all(|&byte| byte == 0), "a piece was left behind");
    }
    match (opened, unverified.finish(tag)) {
        (Ok(()), Ok(pieces)) => {
            assert_eq!(pieces, whole, "pieces make another text");
            Some(whole)
        }
        (Err(Inauthentic), Err(Inauthentic)) => {
            assert!(whole.iter().all(|&byte| byte == 0), "a refused text was left behind");
            None
        }
        _ => panic!("the two ways of opening disagree"),
    }
}

//! Many texts under CBC, and many hashed, side by side.

use reelseal_core::hash::{self, Sha256};
use reelseal_core::modes::cbc::Encryptor;
use reelseal_core::modes::lanes::{Lane, Lanes, update_all};
use reelseal_spec as spec;

use super::Law;
use crate::cases::{Chunking, LaneText, LanesCase};

/// The laws of this file.
pub const ALL: &[Law<LanesCase>] = &[
    Law { name: "lanes_agree_with_spec", holds: lanes_agree_with_spec },
    Law {
        name: "lanes_agree_with_one_chain_at_a_time",
        holds: lanes_agree_with_one_chain_at_a_time,
    },
    Law { name: "lanes_any_chunking_equals_one_shot", holds: lanes_any_chunking_equals_one_shot },
    Law { name: "hashes_agree_with_spec", holds: hashes_agree_with_spec },
    Law { name: "hashes_agree_with_one_at_a_time", holds: hashes_agree_with_one_at_a_time },
    Law { name: "hashes_any_chunking_equals_one_shot", holds: hashes_any_chunking_equals_one_shot },
];

/// Core and model encrypt to the same bytes. The model is slow: one text of all.
pub fn lanes_agree_with_spec(c: &LanesCase) {
    let ours = encrypt(c, &Chunking::new(&[]));
    if let (Some(text), Some(ours)) = (c.texts.first(), ours.first()) {
        let key = c.key_of(text).bytes();
        assert_eq!(*ours, spec::cbc::encrypt_padded(key, text.iv, &text.text.0));
    }
}

/// Whatever runs beside a text, and however long that is, the text is encrypted as if alone.
pub fn lanes_agree_with_one_chain_at_a_time(c: &LanesCase) {
    let alone = |text: &LaneText| {
        let mut encryptor = Encryptor::new(&c.key_of(text).content(), text.iv);
        let mut bytes = text.text.0.clone();
        let (blocks, tail) = bytes.as_chunks_mut();
        encryptor.update(blocks);
        [blocks.as_flattened(), &encryptor.finish(tail).expect("a tail")].concat()
    };
    let expected: Vec<Vec<u8>> = c.texts.iter().map(alone).collect();
    assert_eq!(encrypt(c, &Chunking::new(&[])), expected);
}

/// It does not matter in how many calls the blocks come: all of a text in the first, or some.
pub fn lanes_any_chunking_equals_one_shot(c: &LanesCase) {
    assert_eq!(encrypt(c, &c.chunking), encrypt(c, &Chunking::new(&[])));
}

/// Core and model hash to the same. The model is slow: one text of all.
pub fn hashes_agree_with_spec(c: &LanesCase) {
    if let (Some(text), Some(ours)) = (c.texts.first(), hashes(c, &Chunking::new(&[])).first()) {
        assert_eq!(*ours, spec::sha2::sha256(&text.text.0));
    }
}

/// Whatever is hashed beside a text, and however long that is, its hash is as if alone.
pub fn hashes_agree_with_one_at_a_time(c: &LanesCase) {
    let alone = |text: &LaneText| {
        let mut hash = Sha256::new();
        hash.update(&text.text.0);
        hash.finish()
    };
    let expected: Vec<[u8; 32]> = c.texts.iter().map(alone).collect();
    assert_eq!(hashes(c, &Chunking::new(&[])), expected);
}

/// It does not matter in how many pieces the texts come, nor where they are cut.
pub fn hashes_any_chunking_equals_one_shot(c: &LanesCase) {
    assert_eq!(hashes(c, &c.chunking), hashes(c, &Chunking::new(&[])));
}

/// The hashes of all texts, of which two of three are cut, a piece of each at a time.
fn hashes(c: &LanesCase, chunking: &Chunking) -> Vec<[u8; 32]> {
    let mut texts: Vec<Vec<u8>> = c.texts.iter().map(|text| text.text.0.clone()).collect();
    let mut hashes: Vec<Sha256> = texts.iter().map(|_| Sha256::new()).collect();
    let whole = Chunking::new(&[]);
    let chunkings = [&whole, chunking, chunking].into_iter().cycle();
    let mut pieces: Vec<_> = texts
        .iter_mut()
        .zip(chunkings)
        .map(|(text, chunking)| chunking.cut(text).into_iter())
        .collect();
    loop {
        let nexts = pieces.iter_mut().map(Iterator::next);
        let here = hashes.iter_mut().zip(nexts).filter_map(|(hash, next)| Some((hash, &*next?)));
        let mut batch: Vec<(&mut Sha256, &[u8])> = here.collect();
        if batch.is_empty() {
            break;
        }
        hash::update_all(&mut batch);
        assert!(batch.iter().all(|(_, piece)| piece.is_empty()), "bytes were left");
    }
    hashes.into_iter().map(Sha256::finish).collect()
}

/// All texts in one batch. Two of three are cut; every call has the next piece of each.
fn encrypt(c: &LanesCase, chunking: &Chunking) -> Vec<Vec<u8>> {
    let [first, second] = c.keys.each_ref().map(|key| Lanes::new(&key.content()));
    let mut texts: Vec<Vec<u8>> = c.texts.iter().map(|text| text.text.0.clone()).collect();
    let begin = |text: &LaneText| if text.second_key { &second } else { &first }.begin(text.iv);
    let mut lanes: Vec<Lane<'_>> = c.texts.iter().map(begin).collect();
    let whole = Chunking::new(&[]);
    let chunkings = [&whole, chunking, chunking].into_iter().cycle();
    let mut pieces: Vec<_> = texts
        .iter_mut()
        .zip(chunkings)
        .map(|(text, chunking)| chunking.cut(text.as_chunks_mut().0).into_iter())
        .collect();
    loop {
        let nexts = pieces.iter_mut().map(Iterator::next);
        let here = lanes.iter_mut().zip(nexts).filter_map(|(lane, next)| Some((lane, next?)));
        let mut batch: Vec<_> = here.collect();
        if batch.is_empty() {
            break;
        }
        update_all(&mut batch);
        assert!(batch.iter().all(|(_, blocks)| blocks.is_empty()), "blocks were left");
    }
    let finish = |(lane, mut text): (Lane<'_>, Vec<u8>)| {
        let whole_len = text.len() / 16 * 16;
        let last = lane.finish(&text[whole_len..]).expect("a tail");
        text.truncate(whole_len);
        [&text[..], &last].concat()
    };
    lanes.into_iter().zip(texts).map(finish).collect()
}

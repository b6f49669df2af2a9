//! Many texts under CBC, side by side.

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

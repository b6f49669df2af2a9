//! CTR.

use reelseal_core::modes::ctr::Ctr;
use reelseal_spec as spec;

use super::Law;
use crate::cases::CtrCase;

/// The laws of this file.
pub const ALL: &[Law<CtrCase>] = &[
    Law { name: "ctr_agrees_with_spec", holds: ctr_agrees_with_spec },
    Law { name: "ctr_inverts_itself", holds: ctr_inverts_itself },
    Law { name: "ctr_any_chunking_equals_one_shot", holds: ctr_any_chunking_equals_one_shot },
    Law {
        name: "ctr_seeks_to_where_it_would_have_come",
        holds: ctr_seeks_to_where_it_would_have_come,
    },
    Law { name: "ctr_seeks_as_far_as_spec_counts", holds: ctr_seeks_as_far_as_spec_counts },
    Law {
        name: "ctr_ends_before_its_counter_has_gone_round",
        holds: ctr_ends_before_its_counter_has_gone_round,
    },
];

// req CTR-1
/// Core and model mask with the same bytes, also where the counter wraps.
pub fn ctr_agrees_with_spec(c: &CtrCase) {
    let masked = spec::ctr::apply(c.key.bytes(), c.first.block, c.first.bits, &c.text.0);
    assert_eq!(apply(c, &mut begin(c)), masked);
}

/// Twice is not at all.
pub fn ctr_inverts_itself(c: &CtrCase) {
    let mut text = apply(c, &mut begin(c));
    assert_eq!(begin(c).apply(&mut text), Some(()));
    assert_eq!(text, c.text.0);
}

/// It does not matter in how many calls the bytes come.
pub fn ctr_any_chunking_equals_one_shot(c: &CtrCase) {
    let (mut text, mut ctr) = (c.text.0.clone(), begin(c));
    for piece in c.chunking.cut(&mut text) {
        assert_eq!(ctr.apply(piece), Some(()));
    }
    assert_eq!(text, apply(c, &mut begin(c)));
}

/// A byte is masked alike, whether what is before it was passed over or masked; forward and back.
pub fn ctr_seeks_to_where_it_would_have_come(c: &CtrCase) {
    let whole = apply(c, &mut begin(c));
    let mut ctr = begin(c);
    for offset in [c.offset, c.offset >> 32, 0, c.offset >> 48] {
        let at = usize::try_from(offset % (whole.len() as u64 + 1)).expect("short");
        let mut rest = c.text.0[at..].to_vec();
        assert_eq!(ctr.seek(at as u64), Some(()));
        assert_eq!(ctr.apply(&mut rest), Some(()));
        assert_eq!(rest, whole[at..], "from {at}");
    }
}

/// Far away, the counter is what adding so often would have made it.
pub fn ctr_seeks_as_far_as_spec_counts(c: &CtrCase) {
    let mut ctr = begin(c);
    let blocks = u128::from(c.offset / 16);
    let allowed = c.first.bits >= 64 || c.offset <= 1 << 36;
    assert_eq!(ctr.seek(c.offset).is_some(), allowed);
    let room = if c.first.bits == 32 { (1 << 36) - u128::from(c.offset.min(1 << 36)) } else { 64 };
    if !allowed || room < 64 {
        return;
    }
    let counts = u128::MAX >> (128 - c.first.bits);
    let first = u128::from_be_bytes(c.first.block);
    let there = (first & !counts) | (first.wrapping_add(blocks) & counts);
    let begun = usize::try_from(c.offset % 16).expect("below 16");
    let masked = spec::ctr::apply(c.key.bytes(), there.to_be_bytes(), c.first.bits, &[0; 64]);
    let mut text = vec![0; 64 - begun];
    assert_eq!(ctr.apply(&mut text), Some(()));
    assert_eq!(text, masked[begun..]);
}

// req CTR-3
/// No counter block serves twice: the byte after the last is refused, and the text untouched.
pub fn ctr_ends_before_its_counter_has_gone_round(c: &CtrCase) {
    if c.first.bits != 32 {
        return; // 2⁶⁸ bytes are farther than `seek` goes.
    }
    let (end, len) = (1u64 << 36, c.text.0.len() as u64);
    let mut ctr = begin(c);
    assert_eq!(ctr.seek(end + 1), None);
    assert_eq!(apply(c, &mut ctr), apply(c, &mut begin(c)), "a refused seek moved");
    assert_eq!(ctr.seek(end - len), Some(()));
    let mut text = [&c.text.0[..], &[0]].concat();
    let before = text.clone();
    assert_eq!(ctr.apply(&mut text), None);
    assert_eq!(text, before, "a refused text was altered");
    assert_eq!(ctr.apply(&mut text[1..]), Some(()));
    assert_eq!(ctr.apply(&mut [0]), None);
    assert_eq!(ctr.apply(&mut []), Some(()));
}

fn begin(c: &CtrCase) -> Ctr {
    Ctr::new(&c.key.content(), c.first.block, c.first.width)
}

fn apply(c: &CtrCase, ctr: &mut Ctr) -> Vec<u8> {
    let mut text = c.text.0.clone();
    assert_eq!(ctr.apply(&mut text), Some(()));
    text
}

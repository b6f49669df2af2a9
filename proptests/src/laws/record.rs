//! The seal of a package's record.

use reelseal_core::Inauthentic;
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{record_check, record_seal};
use reelseal_spec as spec;

use super::Law;
use crate::cases::RecordCase;

/// The laws of this file.
pub const ALL: &[Law<RecordCase>] = &[
    Law { name: "record_agrees_with_spec", holds: record_agrees_with_spec },
    Law { name: "record_refuses_any_flipped_bit", holds: record_refuses_any_flipped_bit },
];

/// Core and model make the same seal, and it holds.
pub fn record_agrees_with_spec(c: &RecordCase) {
    let key = SegmentKey::new(c.key);
    let seal = record_seal(&key, &c.record.0);
    assert_eq!(seal.to_vec(), spec::segment::record_seal(&c.key, &c.record.0));
    assert_eq!(record_check(&key, &c.record.0, &seal), Ok(()));
}

/// A bit of the record, of the seal or of the key.
pub fn record_refuses_any_flipped_bit(c: &RecordCase) {
    let mut seal = record_seal(&SegmentKey::new(c.key), &c.record.0);
    let (mut key, mut record) = (c.key, c.record.0.clone());
    c.flip.apply(&mut [&mut key, &mut record, &mut seal]);
    assert_eq!(record_check(&SegmentKey::new(key), &record, &seal), Err(Inauthentic));
}

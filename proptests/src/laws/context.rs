//! The encryption context.

use reelseal_core::format::context::{Context, MAX_LEN};
use reelseal_spec as spec;

use super::Law;
use crate::cases::{ContextCase, Pairs};

/// The laws of this file.
pub const ALL: &[Law<ContextCase>] = &[
    Law { name: "context_agrees_with_spec", holds: context_agrees_with_spec },
    Law { name: "context_ignores_the_order_of_pairs", holds: context_ignores_the_order_of_pairs },
    Law { name: "context_prints_no_two_alike", holds: context_prints_no_two_alike },
    Law { name: "context_fits_or_is_not_printed", holds: context_fits_or_is_not_printed },
];

/// Core and model print the same bytes, or both refuse.
pub fn context_agrees_with_spec(c: &ContextCase) {
    assert_eq!(serialized(&c.pairs), spec::context::serialize(&c.pairs.owned()));
}

/// In whatever order the pairs come, they are printed in one.
pub fn context_ignores_the_order_of_pairs(c: &ContextCase) {
    let mut turned = c.pairs.clone();
    turned.0.rotate_left(usize::from(c.turn) % c.pairs.0.len().max(1));
    assert_eq!(serialized(&turned), serialized(&c.pairs));
    turned.0.reverse();
    assert_eq!(serialized(&turned), serialized(&c.pairs));
}

/// Two contexts that print alike have the same pairs.
pub fn context_prints_no_two_alike(c: &ContextCase) {
    if let (Some(one), Some(other)) = (serialized(&c.pairs), serialized(&c.other)) {
        assert_eq!(one == other, c.pairs.sorted() == c.other.sorted());
    }
}

/// With a byte less of room there is nothing, with more the same.
pub fn context_fits_or_is_not_printed(c: &ContextCase) {
    let mut pairs = c.pairs.borrowed();
    let Ok(context) = Context::new(&mut pairs) else { return };
    let mut room = vec![0xee; usize::from(c.room)];
    let fits = room.len() >= context.serialized_len();
    assert_eq!(context.serialize(&mut room).is_some(), fits);
    assert!(context.pairs().is_sorted_by_key(|(k, _)| k.as_bytes()));
    assert_eq!(context.pairs().len(), c.pairs.0.len());
}

fn serialized(pairs: &Pairs) -> Option<Vec<u8>> {
    let mut pairs = pairs.borrowed();
    let context = Context::new(&mut pairs).ok()?;
    let mut room = [0; MAX_LEN];
    let printed = context.serialize(&mut room).expect("no context is longer").to_vec();
    assert_eq!(printed.len(), context.serialized_len());
    Some(printed)
}

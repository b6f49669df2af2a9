//! The encryption context: sorted, each key once, and no two print alike.

use reelseal_core::format::context::{Context, MAX_LEN};
use reelseal_core::format::{Malformed, Rule};

fn print(pairs: &mut [(&str, &str)]) -> Result<Vec<u8>, Malformed> {
    let context = Context::new(pairs)?;
    let mut out = [0xff; MAX_LEN];
    let printed = context.serialize(&mut out).unwrap();
    assert_eq!(printed.len(), context.serialized_len());
    Ok(printed.to_vec())
}

#[test]
fn no_pairs_print_as_nothing() {
    assert_eq!(print(&mut []).unwrap(), []);
    assert_eq!(Context::EMPTY.serialized_len(), 0);
    assert_eq!(Context::new(&mut []).unwrap(), Context::EMPTY);
    assert_eq!(print(&mut [("", "")]).unwrap(), [0, 1, 0, 0, 0, 0]);
}

#[test]
fn pairs_print_in_the_order_of_their_keys() {
    let printed = b"\x00\x03\x00\x01a\x00\x011\x00\x02ab\x00\x00\x00\x01b\x00\x012";
    let pairs = [("a", "1"), ("ab", ""), ("b", "2")];
    for [i, j, k] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(print(&mut [pairs[i], pairs[j], pairs[k]]).unwrap(), printed);
    }
}

/// UTF-8 puts U+FF61 before U+10000; UTF-16, which Java sorts by, puts it after.
#[test]
fn keys_are_ordered_by_their_utf_8_bytes() {
    let mut pairs = [("\u{10000}", "2"), ("\u{ff61}", "1"), ("Z", "0"), ("a", "0")];
    let context = Context::new(&mut pairs).unwrap();
    let keys: Vec<_> = context.pairs().iter().map(|pair| pair.0).collect();
    assert_eq!(keys, ["Z", "a", "\u{ff61}", "\u{10000}"]);
}

// req KMS-CTX-2
#[test]
fn nothing_is_trimmed_folded_or_normalised() {
    let spellings = ["key", "Key", " key", "key ", "k\u{e9}y", "ke\u{301}y"];
    for a in spellings {
        for b in spellings.into_iter().filter(|&b| b != a) {
            assert_ne!(print(&mut [(a, "v")]), print(&mut [(b, "v")]));
            assert_ne!(print(&mut [("k", a)]), print(&mut [("k", b)]));
        }
    }
}

#[test]
fn a_pair_does_not_print_like_its_neighbours_joined() {
    assert_ne!(print(&mut [("ab", "c")]), print(&mut [("a", "bc")]));
    assert_ne!(print(&mut [("a", "b"), ("c", "d")]), print(&mut [("a", "bcd")]));
}

#[test]
fn a_key_given_twice_is_refused() {
    let repeated = Err(Malformed { field: "encryption context key", rule: Rule::Repeated });
    assert_eq!(print(&mut [("a", "1"), ("a", "1")]), repeated);
    assert_eq!(print(&mut [("b", "1"), ("a", ""), ("b", "2")]), repeated);
}

#[test]
fn more_than_8192_bytes_are_refused() {
    let too_long = Err(Malformed { field: "encryption context", rule: Rule::Length });
    let value = "v".repeat(MAX_LEN);
    assert_eq!(print(&mut [("k", &value[7..])]).unwrap().len(), MAX_LEN);
    assert_eq!(print(&mut [("k", &value[6..])]), too_long);
    let long = "v".repeat(70_000);
    assert_eq!(print(&mut [("k", &long)]), too_long);

    let keys: Vec<String> = (0..2048).rev().map(|i| format!("{i:04}")).collect();
    let mut pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), "")).collect();
    assert_eq!(print(&mut pairs), too_long);
    assert_eq!(print(&mut pairs[..1023]).unwrap().len(), 2 + 1023 * 8);
    assert!(pairs[..1023].is_sorted());
}

#[test]
fn a_context_that_does_not_fit_is_not_printed() {
    let mut pairs = [("a", "1")];
    let context = Context::new(&mut pairs).unwrap();
    assert_eq!(context.serialize(&mut [0; 7]), None);
    assert_eq!(context.serialize(&mut [0; 8]), Some(&b"\x00\x01\x00\x01a\x00\x011"[..]));
}

//! The reader, against an index into a slice.

use reelseal_core::format::reader::Reader;

use super::Law;
use crate::cases::{ReaderCase, Verb};

/// The laws of this file.
pub const ALL: &[Law<ReaderCase>] =
    &[Law { name: "reader_agrees_with_an_index", holds: reader_agrees_with_an_index }];

/// Every verb gives the bytes that are next, or nothing where too few are left.
pub fn reader_agrees_with_an_index(c: &ReaderCase) {
    let (mut reader, mut at) = (Reader::new(&c.bytes.0), 0);
    let number = |bytes: &[u8]| bytes.iter().fold(0, |n: u32, &b| (n << 8) | u32::from(b));
    for verb in &c.verbs {
        let len = match verb {
            Verb::Take(len) => usize::from(*len),
            Verb::U8 => 1,
            Verb::U16 => 2,
            Verb::U32 => 4,
        };
        let next = c.bytes.0.get(at..at + len);
        match verb {
            Verb::Take(len) => assert_eq!(reader.take(usize::from(*len)), next),
            Verb::U8 => assert_eq!(reader.u8().map(u32::from), next.map(number)),
            Verb::U16 => assert_eq!(reader.u16().map(u32::from), next.map(number)),
            Verb::U32 => assert_eq!(reader.u32(), next.map(number)),
        }
        at += next.map_or(0, <[u8]>::len);
        assert_eq!(reader.is_empty(), at == c.bytes.0.len());
    }
    assert_eq!(reader.rest(), &c.bytes.0[at..]);
}

//! What is left of a key when its owner has gone: read from the memory of this very process.
//!
//! Safe code cannot look at memory that it gave up, but it can read the file that shows it.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::unix::fs::FileExt;

use reelseal_core::modes::cbc;
use reelseal_core::secret::{BackingKey, ContentKey, Kek, MessageKey, SegmentKey};

/// A pattern that nothing else holds by chance.
const PATTERN: [u8; 32] = *b"\xd3\x1a\x9c\x47\xee\x05\x72\xb8\x61\xfd\x2b\x90\x3e\xc4\x58\xa7\
                            \x0f\x83\xd9\x36\x7b\xe1\x4c\x95\x28\xba\x64\xf2\x1d\x8e\x50\xc9";

/// Drops a secret in a place on the heap that stays ours, and looks at the place.
fn is_erased_on_drop<T>(secret: T, trace: &[u8]) {
    let mut place = vec![secret];
    let (address, len) = (place.as_ptr().addr(), size_of::<T>());
    assert!(holds(&memory(address, len), trace), "this test would not see a trace");
    place.clear(); // drops, and keeps the memory as it is
    assert!(!holds(&memory(address, len), trace), "a trace was left behind");
    drop(place);
}

fn memory(address: usize, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let memory = File::open("/proc/self/mem").unwrap();
    memory.read_exact_at(&mut bytes, address.try_into().unwrap()).unwrap();
    bytes
}

/// Half a trace is a trace.
fn holds(memory: &[u8], trace: &[u8]) -> bool {
    let (front, back) = trace.split_at(trace.len() / 2);
    [front, back].iter().any(|half| memory.windows(half.len()).any(|window| window == *half))
}

#[test]
fn keys_are_erased_on_drop() {
    let [short, _] = PATTERN.as_chunks::<16>().0 else { panic!() };
    let middle: [u8; 24] = *PATTERN.first_chunk().unwrap();
    is_erased_on_drop(Kek::new_128(*short), short);
    is_erased_on_drop(Kek::new_192(middle), &middle);
    is_erased_on_drop(Kek::new_256(PATTERN), &PATTERN);
    is_erased_on_drop(ContentKey::new_128(*short), short);
    is_erased_on_drop(ContentKey::new_192(middle), &middle);
    is_erased_on_drop(ContentKey::new_256(PATTERN), &PATTERN);
    is_erased_on_drop(BackingKey::new(PATTERN), &PATTERN);
    is_erased_on_drop(SegmentKey::new(*short), short);
    is_erased_on_drop(MessageKey::new(PATTERN), &PATTERN);
}

/// The round keys of AES are some hundred bytes, laid out as the backend likes them. Those of 256
/// bits fill the place; the chain starts as zeros; so what is left is which key size it was.
#[test]
fn round_keys_are_erased_on_drop() {
    let count = |memory: &[u8]| memory.iter().filter(|&&byte| byte != 0).count();
    let mut place = vec![cbc::Encryptor::new(&ContentKey::new_256(PATTERN), [0; 16])];
    let (address, len) = (place.as_ptr().addr(), size_of::<cbc::Encryptor>());
    assert!(count(&memory(address, len)) > 200, "this test would not see a trace");
    place.clear();
    assert!(count(&memory(address, len)) <= size_of::<usize>(), "a trace was left behind");
}

#[test]
fn the_tail_of_a_text_is_erased_on_drop() {
    let key = ContentKey::new_128([1; 16]);
    let tail: [u8; 14] = *PATTERN.first_chunk().unwrap();
    let last = cbc::Encryptor::new(&key, [2; 16]).finish(&tail).unwrap();
    is_erased_on_drop(cbc::Decryptor::new(&key, [2; 16]).finish(last).unwrap(), &tail);
}

#[test]
fn no_secret_prints_itself() {
    assert_eq!(format!("{:?}", Kek::new_128([65; 16])), "Kek(..)");
    assert_eq!(format!("{:?}", ContentKey::new_128([65; 16])), "ContentKey(..)");
    assert_eq!(format!("{:?}", BackingKey::new([65; 32])), "BackingKey(..)");
    assert_eq!(format!("{:?}", SegmentKey::new([65; 16])), "SegmentKey(..)");
    assert_eq!(format!("{:?}", MessageKey::new([65; 32])), "MessageKey(..)");
}

//! What is left of a key when its owner has gone: read from the memory of this very process.
//!
//! Safe code cannot look at memory that it gave up, but it can read the file that shows it.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;

use std::num::NonZeroU32;

use reelseal_core::envelope::esdk::{Body, FreshMessageId, Opener, Sealer, raw_aes};
use reelseal_core::envelope::{kms, transcoder};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::{Edk, Frame, Header};
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT};
use reelseal_core::hash::Sha256;
use reelseal_core::modes::cbc;
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::modes::lanes::Lanes;
use reelseal_core::secret::{BackingKey, ContentKey, Kek, MessageKey, SegmentKey};
use reelseal_core::segment;
use reelseal_core::wrap::{ecb, kw, kwp};
use zeroize::Zeroizing;

/// A pattern that nothing else holds by chance.
const PATTERN: [u8; 32] = *b"\xd3\x1a\x9c\x47\xee\x05\x72\xb8\x61\xfd\x2b\x90\x3e\xc4\x58\xa7\
                            \x0f\x83\xd9\x36\x7b\xe1\x4c\x95\x28\xba\x64\xf2\x1d\x8e\x50\xc9";

/// As much as the largest type here has. Erased, or the next place could be full of traces.
type Bytes = Zeroizing<[u8; 8192]>;

/// Drops a secret in a place on the heap that stays ours: the bytes that it held, and what is left
/// of them. What it did not write is zero in both: a place has been others' before.
fn drop_in_place<T>(make: impl FnOnce() -> T) -> (Bytes, Bytes) {
    let mut place: Vec<T> = Vec::with_capacity(1);
    // Whoever reads that file is not seen by the compiler, which has to think that all is read.
    let look = |place: &mut Vec<T>| memory(black_box(place).as_ptr().addr(), size_of::<T>());
    let before = look(&mut place);
    place.push(black_box(make())); // moved, with all that lies between its fields
    let held = look(&mut place);
    place.clear(); // drops, and keeps the memory as it is
    let left = look(&mut place);
    let written = |mut bytes: Bytes| {
        bytes.iter_mut().zip(before.iter()).filter(|(b, was)| b == was).for_each(|(b, _)| *b = 0);
        bytes
    };
    (written(held), written(left))
}

/// Drops a secret of which `trace` is a part, and looks for that.
fn is_erased_on_drop<T>(make: impl FnOnce() -> T, trace: &[u8]) {
    let (held, left) = drop_in_place(make);
    assert!(holds(&held[..], trace), "this test would not see a trace");
    assert!(!holds(&left[..], trace), "{}: a trace was left behind", std::any::type_name::<T>());
}

fn memory(address: usize, len: usize) -> Bytes {
    let mut bytes = Bytes::new([0; 8192]);
    let memory = File::open("/proc/self/mem").unwrap();
    memory.read_exact_at(&mut bytes[..len], address.try_into().unwrap()).unwrap();
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
    is_erased_on_drop(|| Kek::new_128(black_box(*short)), short);
    is_erased_on_drop(|| Kek::new_192(black_box(middle)), &middle);
    is_erased_on_drop(|| Kek::new_256(black_box(PATTERN)), &PATTERN);
    is_erased_on_drop(|| ContentKey::new_128(black_box(*short)), short);
    is_erased_on_drop(|| ContentKey::new_192(black_box(middle)), &middle);
    is_erased_on_drop(|| ContentKey::new_256(black_box(PATTERN)), &PATTERN);
    is_erased_on_drop(|| BackingKey::new(black_box(PATTERN)), &PATTERN);
    is_erased_on_drop(|| SegmentKey::new(black_box(*short)), short);
    is_erased_on_drop(|| MessageKey::new(black_box(PATTERN)), &PATTERN);
}

/// Round keys, subkeys and masks are some hundred bytes, laid out as the backend likes them. Those
/// of 256 bits fill the place; behind shorter ones lies what the stack had there before. All
/// that is public about `holder` was given as zeros: so what is not zero after the drop is a trace,
/// but for tags of enums, lengths, counters, and gaps between fields, in which lies what the stack
/// had there before: `rest_len` bytes at most.
fn expanded_keys_are_erased<T>(make: impl FnOnce() -> T, rest_len: usize) {
    let count = |memory: &[u8]| memory.iter().filter(|&&byte| byte != 0).count();
    let (held, left) = drop_in_place(make);
    let (held, left) = (count(&held[..]), count(&left[..]));
    assert!(held > 100, "{}: this test would not see a trace", std::any::type_name::<T>());
    assert!(left <= rest_len, "{}: {left} of {held} are left", std::any::type_name::<T>());
}

#[test]
fn whoever_holds_expanded_keys_erases_them_on_drop() {
    let (key, iv) = (ContentKey::new_256(PATTERN), Iv::Bytes12([0; 12]));
    expanded_keys_are_erased(|| cbc::Encryptor::new(&key, [0; 16]), 8);
    expanded_keys_are_erased(|| cbc::Decryptor::new(&key, [0; 16]), 8);
    expanded_keys_are_erased(|| Ctr::new(&key, [0; 16], Width::Bits128), 24);
    expanded_keys_are_erased(|| gcm::Encryptor::new(gcm::Key::new(&key), iv, &[]).unwrap(), 32);
    expanded_keys_are_erased(
        || gcm::Unverified::new(gcm::Key::new(&key), iv, &[], ()).unwrap(),
        32,
    );
    // With `accel`: its round keys, and the powers of H.
    expanded_keys_are_erased(|| gcm::Key::new(&key), 8);
    expanded_keys_are_erased(|| Lanes::new(&key), 24);
}

/// The message of the tests below: its header, and its one frame.
fn message(key: &MessageKey) -> (Vec<u8>, Vec<u8>) {
    let edks = [Edk { provider_id: "p", provider_info: b"i", ciphertext: b"c" }];
    let (id, frame_len) = (FreshMessageId::new([8; 32]), NonZeroU32::new(32).unwrap());
    let mut out = [0; 256];
    let begun = Sealer::new(key, id, &Context::EMPTY, &edks, frame_len, &mut out);
    let (sealer, header) = begun.unwrap();
    let (header, mut content) = (header.to_vec(), PATTERN);
    let (head, tag) = sealer.finish(&mut content).unwrap();
    (header, [&head[..], &content, &tag].concat())
}

fn framed(header: &[u8], key: &MessageKey) -> Opener {
    let header = Header::parse(header).unwrap().0;
    let Ok(Body::Framed(opener)) = Body::open(&header, key) else { panic!("it has frames") };
    opener
}

#[test]
fn derived_and_read_keys_are_erased_on_drop() {
    is_erased_on_drop(|| transcoder::DataKey::parse(black_box(&PATTERN)).unwrap(), &PATTERN);
    // The key of a message is derived: what two openers of it share is that key, and the id.
    let (header, _) = message(&MessageKey::new(PATTERN));
    let open = || framed(&header, &MessageKey::new(PATTERN));
    let (held, left) = drop_in_place(open);
    let changed = held.iter().zip(left.iter()).filter(|(held, left)| held != left).count();
    assert!(changed >= 24, "only {changed} bytes of the key were erased");
}

/// Beside the expanded key, which is another's here: the mask of the tag, the hash of what came so
/// far, and the pre-counter block, which is a hash where an IV has 16 bytes.
#[test]
fn what_a_text_of_gcm_has_of_its_own_is_erased_on_drop() {
    let key = gcm::Key::new(&ContentKey::new_256(PATTERN));
    let begin = || gcm::Encryptor::new(&key, Iv::Bytes16([1; 16]), &[&PATTERN, &PATTERN]).unwrap();
    let (held, left) = drop_in_place(begin);
    let changed = held.iter().zip(left.iter()).filter(|(held, left)| held != left).count();
    assert!(changed >= 46, "only {changed} bytes of three blocks were erased");
}

/// What each refusal leaves in the buffer of its caller: zeros.
#[test]
fn every_refusal_leaves_zeros() {
    let (key, kek) = (ContentKey::new_256(PATTERN), Kek::new_256(PATTERN));
    let mut buffer = [1; 40];
    assert!(kw::WrappedMut::parse(&mut buffer).unwrap().unwrap(&kek).is_err());
    assert_eq!(buffer, [0; 40], "kw");

    for len in [16, 40] {
        let mut buffer = vec![1; len];
        assert!(kwp::WrappedMut::parse(&mut buffer).unwrap().unwrap(&kek).is_err());
        assert_eq!(buffer, vec![0; len], "kwp");
    }

    for len in [15, 16, 64] {
        let mut buffer = vec![1; len];
        let decryptor = cbc::Decryptor::new(&key, [0; 16]);
        assert!(cbc::decrypt_in_place(decryptor, &mut buffer).is_err());
        assert_eq!(buffer, vec![0; len], "cbc");
        let mut buffer = vec![1; len];
        let iv = segment::Iv::MediaSequence(1);
        assert!(segment::decrypt_in_place(&SegmentKey::new([1; 16]), iv, &mut buffer).is_err());
        assert_eq!(buffer, vec![0; len], "segment");
        let mut buffer = vec![1; len];
        assert!(ecb::unwrap(&kek, &mut buffer).is_err());
        assert_eq!(buffer, vec![0; len], "ecb");
    }

    let iv = Iv::Bytes12([0; 12]);
    let mut buffer = [1; 40];
    assert!(gcm::open_in_place(&key, iv, &[], &mut buffer, &[0; 16]).is_err());
    assert_eq!(buffer, [0; 40], "gcm");

    let mut piece = PATTERN;
    let mut unverified = gcm::Unverified::new(gcm::Key::new(&key), iv, &[], ()).unwrap();
    unverified.update(&mut piece, |(), text| assert_ne!(text, PATTERN)).unwrap();
    assert_eq!(piece, [0; 32], "gcm in pieces");
    assert!(unverified.finish(&[0; 16]).is_err());

    let (mut room, mut out) = ([0; 200], [1; MAX_PLAINTEXT]);
    let (ours, nonce) = (BackingKey::new(PATTERN), kms::FreshNonce::new([0; 16], [0; 12]));
    let sealed = kms::seal(&ours, &[0; 16], 1, nonce, &Context::EMPTY, &PATTERN, &mut room);
    let blob = Blob::parse(sealed.unwrap()).unwrap();
    let another = BackingKey::new([9; 32]);
    assert!(kms::open(&blob, &another, &Context::EMPTY, &mut out).is_err());
    assert_eq!(out, [0; MAX_PLAINTEXT], "kms");

    let message_key = MessageKey::new(PATTERN);
    let (message_header, mut frame) = message(&message_key);
    let header = Header::parse(&message_header).unwrap().0;
    let mut opener = framed(&message_header, &message_key);
    frame[30] ^= 1;
    let frame_len = NonZeroU32::new(32).unwrap();
    assert!(opener.open(Frame::parse(&mut frame, frame_len).unwrap().0).is_err());
    assert_eq!(frame[24..56], [0; 32], "frame");
    let mut frame = message(&message_key).1;
    frame[30] ^= 1;
    assert!(opener.open_alone(Frame::parse(&mut frame, frame_len).unwrap().0).is_err());
    assert_eq!(frame[24..56], [0; 32], "a frame alone");

    let edk = Edk { provider_id: "p", provider_info: b"not a raw AES key", ciphertext: &[0; 48] };
    assert!(raw_aes::unwrap(&kek, &header, &edk).is_err(), "its buffer is its own");
}

#[test]
fn the_begun_block_of_a_hash_is_erased_on_drop() {
    let begun = || {
        let mut hash = Sha256::new();
        hash.update(black_box(&PATTERN));
        hash
    };
    is_erased_on_drop(begun, &PATTERN);
}

#[test]
fn the_tail_of_a_text_is_erased_on_drop() {
    let key = ContentKey::new_128([1; 16]);
    let tail: [u8; 14] = *PATTERN.first_chunk().unwrap();
    let last = cbc::Encryptor::new(&key, [2; 16]).finish(&tail).unwrap();
    is_erased_on_drop(|| cbc::Decryptor::new(&key, [2; 16]).finish(last).unwrap(), &tail);
}

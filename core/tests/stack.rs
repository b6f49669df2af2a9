//! What a call leaves below it on the stack, where nobody owns it any more: read by another thread
//! while the caller stands still, since to look is to write there.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;

use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::{cbc, gcm};
use reelseal_core::secret::{ContentKey, Kek, SegmentKey};
use reelseal_core::wrap::{kw, kwp};
use reelseal_core::{hash, segment};
use zeroize::zeroize_stack;

/// A pattern that nothing else holds by chance.
static PATTERN: [u8; 32] = *b"\x9b\x52\xe7\x0d\xc8\x31\xfa\x66\x14\xbd\x83\x4f\x78\xd5\x2e\xa1\
                              \x5c\xf0\x39\x8a\x07\xe4\x6b\xd2\x91\x1f\xce\x45\xb8\x73\x0a\xdf";

/// What is looked at, and what is erased: more than any call here takes.
const DEPTH: usize = 128 * 1024;

type Call = fn(&Keys);

/// A name, and a call that works with the pattern as its key.
const CALLS: &[(&str, Call)] = &[
    ("cbc encrypts", |keys| {
        black_box(cbc::Encryptor::new(&keys.content, [0; 16]).finish(b"text"));
    }),
    ("cbc decrypts", |keys| {
        let decryptor = cbc::Decryptor::new(&keys.content, [0; 16]);
        let _ = black_box(cbc::decrypt_in_place(decryptor, &mut [1; 64]));
    }),
    ("ctr", |keys| {
        black_box(Ctr::new(&keys.content, [0; 16], Width::Bits128).apply(&mut [1; 64]));
    }),
    ("gcm seals", |keys| {
        let iv = gcm::Iv::Bytes12([0; 12]);
        black_box(gcm::seal_in_place(&keys.content, iv, &[], &mut [1; 64]));
    }),
    ("gcm refuses", |keys| {
        let iv = gcm::Iv::Bytes12([0; 12]);
        let _ = black_box(gcm::open_in_place(&keys.content, iv, &[], &mut [1; 64], &[0; 16]));
    }),
    ("kw wraps", |keys| {
        black_box(kw::wrap(&keys.kek, &[1; 32], &mut [0; 40]));
    }),
    ("kw refuses", |keys| {
        let mut wrapped = [1; 40];
        let _ = black_box(kw::WrappedMut::parse(&mut wrapped).unwrap().unwrap(&keys.kek));
    }),
    ("kwp refuses", |keys| {
        let mut wrapped = [1; 40];
        let _ = black_box(kwp::WrappedMut::parse(&mut wrapped).unwrap().unwrap(&keys.kek));
    }),
    ("a segment", |keys| {
        let iv = segment::Iv::MediaSequence(1);
        black_box(segment::encrypt_in_place(&keys.segment, iv, &mut [1; 64], 60));
    }),
    ("the seal of a record", |keys| {
        black_box(segment::record_seal(&keys.segment, b"record"));
    }),
    ("hmac", |_| {
        black_box(hash::hmac_sha512(black_box(&PATTERN), &[b"text"]));
    }),
    ("hkdf", |_| {
        black_box(hash::hkdf_sha512(b"salt", black_box(&PATTERN), b"info", &mut [0; 32]));
    }),
];

struct Keys {
    content: ContentKey,
    kek: Kek,
    segment: SegmentKey,
}

/// On the heap, and made where nobody looks.
fn keys() -> Box<Keys> {
    Box::new(Keys {
        content: ContentKey::new_256(PATTERN),
        kek: Kek::new_256(PATTERN),
        segment: SegmentKey::new(*PATTERN.first_chunk().unwrap()),
    })
}

/// The key by halves, as it is and as HMAC pads it; the subkey of GCM, as GHASH and as POLYVAL has
/// it; the round keys, for AES of either direction: the blocks of what holds them.
fn traces() -> Vec<[u8; 16]> {
    let key = ContentKey::new_256(PATTERN);
    // RFC 2104 §2: ipad and opad.
    let padded = [0, 0x36, 0x5c].map(|pad| PATTERN.map(|byte| byte ^ pad));
    let mut found: Vec<[u8; 16]> = padded.as_flattened().as_chunks().0.to_vec();
    let mut subkey = [[0; 16]];
    cbc::Encryptor::new(&key, [0; 16]).update(&mut subkey);
    // RFC 8452, Appendix A: mulX_POLYVAL of the bytes backwards.
    let reversed = u128::from_be_bytes(subkey[0]);
    let reduced = (reversed >> 127) * ((0xc2 << 120) | 1);
    found.extend([subkey[0], ((reversed << 1) ^ reduced).to_le_bytes()]);
    let encryptor = Box::new(cbc::Encryptor::new(&key, [0; 16]));
    let decryptor = Box::new(cbc::Decryptor::new(&key, [0; 16]));
    let held = [
        memory(std::ptr::from_ref(&*encryptor).addr(), size_of_val(&*encryptor)),
        memory(std::ptr::from_ref(&*decryptor).addr(), size_of_val(&*decryptor)),
    ];
    for bytes in &held {
        let blocks = bytes.as_chunks::<16>().0.iter();
        found.extend(blocks.filter(|block| block.iter().filter(|byte| **byte == 0).count() < 3));
    }
    found
}

fn memory(address: usize, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    let memory = File::open("/proc/self/mem").unwrap();
    memory.read_exact_at(&mut bytes, address.try_into().unwrap()).unwrap();
    bytes
}

/// How many traces lie below the stack of a thread that made `call`, and how many when it erased
/// that.
fn left_by(call: Call, traces: &[[u8; 16]]) -> (usize, usize) {
    let keys = keys();
    let (stack, turn) = (AtomicUsize::new(0), AtomicU32::new(0));
    let look = |when| {
        while turn.load(Ordering::Acquire) != when {
            std::hint::spin_loop();
        }
        let top = stack.load(Ordering::Relaxed);
        let below = memory(top - DEPTH, DEPTH);
        turn.store(when + 1, Ordering::Release);
        below.windows(16).filter(|window| traces.iter().any(|trace| trace == window)).count()
    };
    thread::scope(|scope| {
        let big = thread::Builder::new().stack_size(4 * DEPTH);
        let worker = big.spawn_scoped(scope, || {
            let here = black_box(0u8);
            stack.store(std::ptr::from_ref(&here).addr(), Ordering::Relaxed);
            black_box(call)(&keys);
            stand_still(&turn, 1);
            zeroize_stack::<{ DEPTH + 4096 }>();
            stand_still(&turn, 3);
        });
        let counts = (look(1), look(3));
        worker.unwrap().join().unwrap();
        counts
    })
}

#[inline(never)]
fn stand_still(turn: &AtomicU32, when: u32) {
    turn.store(when, Ordering::Release);
    while turn.load(Ordering::Acquire) == when {
        std::hint::spin_loop();
    }
}

#[test]
fn a_caller_who_erases_the_stack_leaves_no_key_there() {
    let traces = traces();
    assert!(traces.len() >= 6 + 2 + 15, "this test would not know a trace: {}", traces.len());
    let planted = left_by(
        |_| {
            black_box(black_box(PATTERN).map(|byte| byte));
        },
        &traces,
    );
    assert!(planted.0 > 0, "this test would not see a trace");
    for (name, call) in CALLS {
        let (left, erased) = left_by(*call, &traces);
        println!("{name}: {left} copies of a key, or of what is as good, are left on the stack");
        assert_eq!(erased, 0, "{name}");
    }
}

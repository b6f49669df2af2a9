//! What the core must not look like: each of these leaks, and valgrind has to say so. A build in
//! which one of them is silent proves nothing of the cases.

use std::hint::black_box;

use crate::watch::secret;

pub const ALL: &[(&str, fn())] = &[
    ("unpad that stops at the first wrong byte", unpad),
    ("tag compared byte by byte", tag),
    ("commitment compared by ==", commitment),
    ("integrity check of kw compared as a number", kw),
    ("base64 by a table", base64),
    ("kdf that skips zero bytes", kdf),
    ("s-box by a table", s_box),
    ("kwp that looks at the padding only where the length is good", kwp),
    ("payload of oaep that ends at the length inside", oaep),
    ("seal of a record compared as text", record),
    ("counter block that carries where it has to", counter),
];

fn hidden<const N: usize>() -> [u8; N] {
    let mut bytes = [2; N];
    secret(&mut bytes);
    black_box(bytes)
}

fn unpad() {
    let last = hidden::<16>();
    let k = last[15];
    let mut good = (1..=16).contains(&k);
    for byte in last.iter().rev().take(usize::from(k.min(16))) {
        if *byte != k {
            good = false;
            break;
        }
    }
    black_box(good);
}

fn tag() {
    let (ours, theirs) = (hidden::<16>(), black_box([2; 16]));
    black_box(ours.iter().zip(&theirs).position(|(a, b)| black_box(a) != black_box(b)));
}

fn commitment() {
    let (ours, theirs) = (hidden::<32>(), black_box([2; 32]));
    if black_box(ours) == theirs {
        black_box(1);
    }
}

fn kw() {
    if u64::from_be_bytes(black_box(hidden::<8>())) == 0xA6A6_A6A6_A6A6_A6A6 {
        black_box(1);
    }
}

fn base64() {
    let table: [u8; 64] = black_box([7; 64]);
    black_box(hidden::<3>().map(|byte| table[usize::from(byte & 63)]));
}

fn kdf() {
    let mut sum = 0u8;
    for byte in hidden::<32>() {
        if black_box(byte) == 0 {
            black_box(&mut sum);
        }
    }
}

fn s_box() {
    let table: [u8; 256] = black_box([7; 256]);
    black_box(table[usize::from(hidden::<1>()[0])]);
}

fn kwp() {
    let aiv_and_key = hidden::<40>();
    let zeros = if black_box(aiv_and_key[7]) <= 32 { black_box(aiv_and_key[39]) } else { 1 };
    black_box(zeros);
}

fn oaep() {
    let payload = hidden::<50>();
    black_box(&payload[1..][..usize::from(payload[0])]);
}

fn record() {
    let ours = hidden::<32>().map(|byte| format!("{byte:02x}")).concat();
    black_box(ours == black_box("02".repeat(32)));
}

fn counter() {
    let mut counter = hidden::<16>();
    for byte in counter.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if black_box(*byte) != 0 {
            break;
        }
    }
    black_box(counter);
}

//! The local key service's ciphertext blob, under keys.

use reelseal_core::Inauthentic;
use reelseal_core::envelope::kms::{FreshNonce, open, seal};
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::secret::BackingKey;
use reelseal_spec as spec;

use super::{Law, assert_zero, raw};
use crate::cases::{KmsCase, Pair, Pairs, Raw};

/// The laws of this file.
pub const ALL: &[Law<KmsCase>] = &[
    Law { name: "kms_agrees_with_spec", holds: kms_agrees_with_spec },
    Law { name: "kms_open_inverts_seal", holds: kms_open_inverts_seal },
    Law {
        name: "kms_refuses_any_flipped_bit_and_leaves_zeros",
        holds: kms_refuses_any_flipped_bit_and_leaves_zeros,
    },
    Law {
        name: "kms_blob_of_any_parts_agrees_with_spec",
        holds: kms_blob_of_any_parts_agrees_with_spec,
    },
    Law { name: "kms_refuses_any_other_context", holds: kms_refuses_any_other_context },
    Law {
        name: "kms_refused_lengths_are_refused_before_any_key_is_used",
        holds: kms_refused_lengths_are_refused_before_any_key_is_used,
    },
];

// req GCM-6
/// Core and model seal to the same blob, or both refuse; what opens is sealed to the same again.
pub fn kms_agrees_with_spec(c: &KmsCase) {
    let pairs = c.context.owned();
    let nonce = (c.salt, c.iv);
    let blob = spec::kms::seal(&c.backing_key, c.key_id, c.version, nonce, &pairs, &c.plaintext.0);
    assert_eq!(sealed(c), blob);
}

/// What was sealed opens, under its context in any order.
pub fn kms_open_inverts_seal(c: &KmsCase) {
    if let Some(blob) = sealed(c) {
        let mut turned = c.context.clone();
        turned.0.reverse();
        assert_eq!(opened(c.backing_key, &turned, &blob).as_ref(), Some(&c.plaintext.0));
    }
}

/// A bit of the blob or of the key: it is no blob, or it does not open.
pub fn kms_refuses_any_flipped_bit_and_leaves_zeros(c: &KmsCase) {
    if let Some(mut blob) = sealed(c) {
        let mut other = c.backing_key;
        c.flip.apply(&mut [&mut other]);
        assert_eq!(opened(other, &c.context, &blob), None, "another key");
        c.flip.apply(&mut [&mut blob]);
        assert_eq!(opened(c.backing_key, &c.context, &blob), None, "a flipped bit");
        // The bytes of the header decide more than the others, and are fewer.
        c.flip.apply(&mut [&mut blob]);
        c.flip.apply(&mut [&mut blob[..53]]);
        assert_eq!(opened(c.backing_key, &c.context, &blob), None, "a flipped bit in front");
    }
}

/// Blobs that nobody sealed: of any version, 0 among them, and of any length, and cut by a byte.
pub fn kms_blob_of_any_parts_agrees_with_spec(c: &KmsCase) {
    let (key_id, salt, iv, tag) = (c.key_id, c.salt, c.iv, c.salt);
    for version in [c.version, c.version >> 31, 0] {
        let ciphertext = c.plaintext.0.clone();
        let blob = spec::kms::Blob { key_id, version, salt, iv, ciphertext, tag }.print();
        for bytes in [&blob[..], &blob[1..], &blob[..blob.len() - 1]] {
            raw::blob_of_any_bytes_agrees_with_spec(&Raw(bytes.to_vec()));
        }
    }
}

// req KMS-CTX-1
/// Only the context that sealed opens: neither another, nor none, nor one pair more or changed.
pub fn kms_refuses_any_other_context(c: &KmsCase) {
    let Some(blob) = sealed(c) else { return };
    let (mut more, mut fewer) = (c.context.clone(), c.context.clone());
    more.0.push(Pair("one more".to_owned(), String::new()));
    let mut contexts = vec![c.other.clone(), Pairs(vec![]), more];
    if let Some(Pair(key, value)) = fewer.0.pop() {
        let mut changed = fewer.clone();
        changed.0.push(Pair(key, format!("{value} ")));
        contexts.extend([fewer, changed]);
    }
    for other in contexts.iter().filter(|other| other.sorted() != c.context.sorted()) {
        assert_eq!(opened(c.backing_key, other, &blob), None, "{other:?}");
    }
}

// req KMS-1
/// Nothing, too much, no version, no room: all are refused, and `out` is not written.
pub fn kms_refused_lengths_are_refused_before_any_key_is_used(c: &KmsCase) {
    let too_long = vec![7; MAX_PLAINTEXT + 1];
    let len = c.plaintext.0.len();
    for (version, plaintext, room) in [
        (c.version.max(1), &[][..], OVERHEAD + 1),
        (c.version.max(1), &too_long, OVERHEAD + MAX_PLAINTEXT + 1),
        (0, &c.plaintext.0, OVERHEAD + len),
        (c.version.max(1), &c.plaintext.0, OVERHEAD + len - 1),
    ] {
        let mut out = vec![0xee; room];
        let key = BackingKey::new(c.backing_key);
        let nonce = FreshNonce::new(c.salt, c.iv);
        let empty = Context::EMPTY;
        assert_eq!(seal(&key, &c.key_id, version, nonce, &empty, plaintext, &mut out), None);
        assert!(out.iter().all(|&byte| byte == 0xee), "a refused buffer was altered");
    }
}

fn sealed(c: &KmsCase) -> Option<Vec<u8>> {
    let (key, nonce) = (BackingKey::new(c.backing_key), FreshNonce::new(c.salt, c.iv));
    let mut pairs = c.context.borrowed();
    let context = Context::new(&mut pairs).ok()?;
    // Some bytes more than needed: they have to stay as they are.
    let mut out = vec![0xee; c.plaintext.0.len() + OVERHEAD + 3];
    let blob = seal(&key, &c.key_id, c.version, nonce, &context, &c.plaintext.0, &mut out)?;
    let blob = blob.to_vec();
    assert_eq!(out[blob.len()..], [0xee; 3]);
    Some(blob)
}

fn opened(backing_key: [u8; 32], context: &Pairs, blob: &[u8]) -> Option<Vec<u8>> {
    let mut pairs = context.borrowed();
    let context = Context::new(&mut pairs).ok()?;
    let blob = Blob::parse(blob).ok()?;
    let mut out = [0xee; MAX_PLAINTEXT];
    match open(&blob, &BackingKey::new(backing_key), &context, &mut out).map(<[u8]>::to_vec) {
        Ok(plaintext) => {
            assert_zero(&out[plaintext.len()..]);
            Some(plaintext)
        }
        Err(Inauthentic) => {
            assert_zero(&out);
            None
        }
    }
}

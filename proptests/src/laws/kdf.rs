//! HMAC, HKDF and KBKDF.

use reelseal_core::hash::{hkdf_sha256, hkdf_sha512, hmac_sha256, hmac_sha512, kbkdf_hmac_sha256};
use reelseal_spec as spec;

use super::Law;
use crate::cases::KdfCase;

/// The laws of this file.
pub const ALL: &[Law<KdfCase>] = &[
    Law { name: "hmac_agrees_with_spec", holds: hmac_agrees_with_spec },
    Law { name: "hmac_any_parts_equal_their_whole", holds: hmac_any_parts_equal_their_whole },
    Law { name: "hmac_changes_with_any_flipped_bit", holds: hmac_changes_with_any_flipped_bit },
    Law { name: "hkdf_agrees_with_spec", holds: hkdf_agrees_with_spec },
    Law {
        name: "hkdf_gives_the_beginning_of_what_is_longer",
        holds: hkdf_gives_the_beginning_of_what_is_longer,
    },
    Law {
        name: "hkdf_refused_lengths_are_refused_before_any_key_is_used",
        holds: hkdf_refused_lengths_are_refused_before_any_key_is_used,
    },
    Law { name: "kbkdf_agrees_with_spec", holds: kbkdf_agrees_with_spec },
    Law { name: "kbkdf_binds_what_it_is_given", holds: kbkdf_binds_what_it_is_given },
];

// req HMAC-1
/// Core and model agree, with keys shorter and longer than a block of the hash.
pub fn hmac_agrees_with_spec(c: &KdfCase) {
    let (key, message) = (&c.key.0, &c.message.0);
    assert_eq!(hmac_sha256(key, &[message]).to_vec(), spec::hmac::hmac_sha256(key, message));
    assert_eq!(hmac_sha512(key, &[message]).to_vec(), spec::hmac::hmac_sha512(key, message));
}

/// Parts are one message.
pub fn hmac_any_parts_equal_their_whole(c: &KdfCase) {
    let (key, mut message) = (&c.key.0, c.message.0.clone());
    let parts: Vec<&[u8]> = c.chunking.cut(&mut message).into_iter().map(|part| &*part).collect();
    assert_eq!(hmac_sha256(key, &parts), hmac_sha256(key, &[&c.message.0]));
    assert_eq!(hmac_sha512(key, &parts), hmac_sha512(key, &[&c.message.0]));
}

/// Of the key or of the message.
pub fn hmac_changes_with_any_flipped_bit(c: &KdfCase) {
    let (mut key, mut message) = (c.key.0.clone(), c.message.0.clone());
    if key.len() + message.len() > 0 {
        c.flip.apply(&mut [&mut key, &mut message]);
        assert_ne!(hmac_sha256(&key, &[&message]), hmac_sha256(&c.key.0, &[&c.message.0]));
        assert_ne!(hmac_sha512(&key, &[&message]), hmac_sha512(&c.key.0, &[&c.message.0]));
    }
}

// req HKDF-1
/// Core and model derive the same bytes.
pub fn hkdf_agrees_with_spec(c: &KdfCase) {
    let (salt, ikm, info, len) = (&c.salt.0, &c.key.0, &c.info.0, usize::from(c.len));
    let mut out = vec![0xff; len];
    assert_eq!(hkdf_sha256(salt, ikm, info, &mut out), Some(()));
    assert_eq!(Some(&out), spec::hkdf::hkdf_sha256(ikm, salt, info, len).as_ref());
    assert_eq!(hkdf_sha512(salt, ikm, info, &mut out), Some(()));
    assert_eq!(Some(&out), spec::hkdf::hkdf_sha512(ikm, salt, info, len).as_ref());
}

/// RFC 5869 §2.3: the first L bytes of T.
pub fn hkdf_gives_the_beginning_of_what_is_longer(c: &KdfCase) {
    for hkdf in [hkdf_sha256, hkdf_sha512] {
        let (mut short, mut long) = (vec![0; usize::from(c.len)], [0; 300]);
        assert_eq!(hkdf(&c.salt.0, &c.key.0, &c.info.0, &mut short), Some(()));
        assert_eq!(hkdf(&c.salt.0, &c.key.0, &c.info.0, &mut long), Some(()));
        assert_eq!(short, long[..short.len()]);
    }
}

// req HKDF-2
/// RFC 5869 §2.3: L ≤ 255 · HashLen. KBKDF has no 0 bits.
pub fn hkdf_refused_lengths_are_refused_before_any_key_is_used(c: &KdfCase) {
    let mut out = vec![0xee; 255 * 64 + 1 + usize::from(c.len)];
    assert_eq!(hkdf_sha512(&c.salt.0, &c.key.0, &c.info.0, &mut out), None);
    assert_eq!(hkdf_sha256(&c.salt.0, &c.key.0, &c.info.0, &mut out[..255 * 32 + 1]), None);
    assert!(out.iter().all(|&byte| byte == 0xee), "a refused buffer was altered");
    assert_eq!(kbkdf_hmac_sha256(&c.key.0, &c.salt.0, &c.info.0, &mut []), None);
}

// req KDF-1
/// Core and model derive the same bytes, or both refuse the length.
pub fn kbkdf_agrees_with_spec(c: &KdfCase) {
    let mut out = vec![0xff; usize::from(c.len)];
    let derived = kbkdf_hmac_sha256(&c.key.0, &c.salt.0, &c.info.0, &mut out).map(|()| out);
    assert_eq!(derived, spec::kbkdf::kbkdf(&c.key.0, &c.salt.0, &c.info.0, usize::from(c.len)));
}

/// Another label, context or length makes another key: L is hashed, so that the shorter is not
/// the beginning of the longer (SP 800-108 §4.1).
pub fn kbkdf_binds_what_it_is_given(c: &KdfCase) {
    let derive = |label: &[u8], context: &[u8], out: &mut [u8]| {
        assert_eq!(kbkdf_hmac_sha256(&c.key.0, label, context, out), Some(()));
    };
    let [mut one, mut other, mut longer] = [vec![0; 32], vec![0; 32], vec![0; 33]];
    derive(&c.salt.0, &c.info.0, &mut one);
    derive(&c.salt.0, &c.info.0, &mut longer);
    assert_ne!(one, longer[..32], "L is not bound");
    let (mut label, mut context) = (c.salt.0.clone(), c.info.0.clone());
    if label.len() + context.len() > 0 {
        c.flip.apply(&mut [&mut label, &mut context]);
        derive(&label, &context, &mut other);
        assert_ne!(one, other, "label or context is not bound");
    }
}

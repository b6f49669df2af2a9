//! KW and KWP.

use reelseal_core::Inauthentic;
use reelseal_core::secret::Kek;
use reelseal_core::wrap::{kw, kwp};
use reelseal_spec as spec;

use super::{Law, assert_zero};
use crate::cases::{Key, WrapCase};

/// The laws of this file.
pub const ALL: &[Law<WrapCase>] = &[
    Law { name: "kw_agrees_with_spec", holds: kw_agrees_with_spec },
    Law { name: "kw_unwrap_inverts_wrap", holds: kw_unwrap_inverts_wrap },
    Law {
        name: "kw_refuses_any_flipped_bit_and_leaves_zeros",
        holds: kw_refuses_any_flipped_bit_and_leaves_zeros,
    },
    Law { name: "kw_opens_what_spec_opens", holds: kw_opens_what_spec_opens },
    Law {
        name: "kw_refused_lengths_are_refused_before_any_key_is_used",
        holds: kw_refused_lengths_are_refused_before_any_key_is_used,
    },
    Law { name: "kwp_agrees_with_spec", holds: kwp_agrees_with_spec },
    Law { name: "kwp_unwrap_inverts_wrap", holds: kwp_unwrap_inverts_wrap },
    Law {
        name: "kwp_refuses_any_flipped_bit_and_leaves_zeros",
        holds: kwp_refuses_any_flipped_bit_and_leaves_zeros,
    },
    Law { name: "kwp_opens_what_spec_opens", holds: kwp_opens_what_spec_opens },
    Law { name: "kwp_refuses_a_forged_check", holds: kwp_refuses_a_forged_check },
    Law {
        name: "kwp_refused_lengths_are_refused_before_any_key_is_used",
        holds: kwp_refused_lengths_are_refused_before_any_key_is_used,
    },
];

// req KW-1, KW-5
/// Core and model wrap to the same bytes, or both refuse the length.
pub fn kw_agrees_with_spec(c: &WrapCase) {
    assert_eq!(kw_wrap(&c.kek, &c.key.0), spec::kw::wrap(c.kek.bytes(), &c.key.0));
}

/// What was wrapped is unwrapped.
pub fn kw_unwrap_inverts_wrap(c: &WrapCase) {
    if let Some(wrapped) = kw_wrap(&c.kek, &c.key.0) {
        assert_eq!(kw_unwrap(&c.kek.kek(), &wrapped).as_ref(), Some(&c.key.0));
    }
}

// req KW-4
/// Neither an altered wrapped key opens, nor another key opens it.
pub fn kw_refuses_any_flipped_bit_and_leaves_zeros(c: &WrapCase) {
    if let Some(mut wrapped) = kw_wrap(&c.kek, &c.key.0) {
        assert_eq!(kw_unwrap(&c.kek.other(c.flip).kek(), &wrapped), None, "another key");
        c.flip.apply(&mut [&mut wrapped]);
        assert_eq!(kw_unwrap(&c.kek.kek(), &wrapped), None, "a flipped bit");
    }
}

// req KW-5
/// Core and model agree on bytes that nobody wrapped; what opens is wrapped to the same again.
pub fn kw_opens_what_spec_opens(c: &WrapCase) {
    let opened = kw_unwrap(&c.kek.kek(), &c.raw.0);
    assert_eq!(opened, spec::kw::unwrap(c.kek.bytes(), &c.raw.0));
    if let Some(key) = opened {
        assert_eq!(kw_wrap(&c.kek, &key).as_ref(), Some(&c.raw.0));
    }
}

/// No key is at hand in `parse`, and what it refuses is untouched.
pub fn kw_refused_lengths_are_refused_before_any_key_is_used(c: &WrapCase) {
    let mut bytes = c.raw.0.clone();
    let allowed = bytes.len() >= 24 && bytes.len().is_multiple_of(8);
    match kw::WrappedMut::parse(&mut bytes) {
        Some(wrapped) => assert!(allowed && wrapped.key_len() + 8 == c.raw.0.len()),
        None => assert!(!allowed),
    }
    assert_eq!(bytes, c.raw.0);
    let (kek, len) = (c.kek.kek(), c.key.0.len());
    for wrong in [0, len, len + 7, len + 9, len + 16] {
        assert_eq!(kw::wrap(&kek, &c.key.0, &mut vec![0; wrong]), None, "room for {wrong}");
    }
}

/// Core and model wrap to the same bytes, or both refuse the length.
pub fn kwp_agrees_with_spec(c: &WrapCase) {
    assert_eq!(kwp_wrap(&c.kek, &c.key.0), spec::kwp::wrap(c.kek.bytes(), &c.key.0));
}

/// What was wrapped is unwrapped.
pub fn kwp_unwrap_inverts_wrap(c: &WrapCase) {
    if let Some(wrapped) = kwp_wrap(&c.kek, &c.key.0) {
        assert_eq!(kwp_unwrap(&c.kek.kek(), &wrapped).as_ref(), Some(&c.key.0));
    }
}

/// Neither an altered wrapped key opens, nor another key opens it.
pub fn kwp_refuses_any_flipped_bit_and_leaves_zeros(c: &WrapCase) {
    if let Some(mut wrapped) = kwp_wrap(&c.kek, &c.key.0) {
        assert_eq!(kwp_unwrap(&c.kek.other(c.flip).kek(), &wrapped), None, "another key");
        c.flip.apply(&mut [&mut wrapped]);
        assert_eq!(kwp_unwrap(&c.kek.kek(), &wrapped), None, "a flipped bit");
    }
}

/// Core and model agree on bytes that nobody wrapped; what opens is wrapped to the same again.
pub fn kwp_opens_what_spec_opens(c: &WrapCase) {
    kwp_opens_as_spec_does(c, &c.raw.0);
}

// req KWP-2
/// Someone with the key, and another idea of the integrity check: constant, length, padding. A key
/// of zeros lets the length be another while the padding stays right.
pub fn kwp_refuses_a_forged_check(c: &WrapCase) {
    let len = u32::try_from(c.key.0.len()).expect("short");
    let constant = c.constant.or([0xA6, 0x59, 0x59, 0xA6]);
    let mli = len.wrapping_add_signed(i32::from(c.mli.or(0))).to_be_bytes();
    let padding = &c.padding.or([0; 7])[..c.key.0.len().next_multiple_of(8) - c.key.0.len()];
    let zeros = vec![0; c.key.0.len()];
    for (key, padding) in [(&c.key.0, padding), (&zeros, &[0; 7][..padding.len()])] {
        if !key.is_empty() {
            let plain = [&constant[..], &mli, key, padding].concat();
            kwp_opens_as_spec_does(c, &permute(&c.kek, &plain));
        }
    }
    if let Some(wrapped) = kwp_wrap(&c.kek, &c.key.0) {
        let right = [&[0xA6, 0x59, 0x59, 0xA6], &len.to_be_bytes()[..], &c.key.0].concat();
        let right = [&right[..], &vec![0; padding.len()]].concat();
        assert_eq!(permute(&c.kek, &right), wrapped, "the forger's tool is blunt");
    }
}

// req KWP-4
/// No key is at hand in `parse`, and what it refuses is untouched.
pub fn kwp_refused_lengths_are_refused_before_any_key_is_used(c: &WrapCase) {
    let mut bytes = c.raw.0.clone();
    let allowed = bytes.len() >= 16 && bytes.len().is_multiple_of(8);
    assert_eq!(kwp::WrappedMut::parse(&mut bytes).is_some(), allowed);
    assert_eq!(bytes, c.raw.0);
    let right = kwp::wrapped_len(c.key.0.len());
    assert_eq!(right.is_none(), c.key.0.is_empty());
    for wrong in (0..c.key.0.len() + 24).filter(|&len| Some(len) != right) {
        assert_eq!(kwp::wrap(&c.kek.kek(), &c.key.0, &mut vec![0; wrong]), None);
    }
}

fn kwp_opens_as_spec_does(c: &WrapCase, wrapped: &[u8]) {
    let opened = kwp_unwrap(&c.kek.kek(), wrapped);
    assert_eq!(opened, spec::kwp::unwrap(c.kek.bytes(), wrapped));
    if let Some(key) = opened {
        assert_eq!(kwp_wrap(&c.kek, &key).as_deref(), Some(wrapped));
    }
}

fn kw_wrap(kek: &Key, key: &[u8]) -> Option<Vec<u8>> {
    kw::wrap(&kek.kek(), key, &mut vec![0; key.len() + 8]).map(<[u8]>::to_vec)
}

fn kwp_wrap(kek: &Key, key: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0xff; kwp::wrapped_len(key.len())?];
    kwp::wrap(&kek.kek(), key, &mut out).map(<[u8]>::to_vec)
}

fn kw_unwrap(kek: &Kek, wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = wrapped.to_vec();
    let opened = kw::WrappedMut::parse(&mut buffer)?.unwrap(kek).map(|key| key.to_vec());
    opened.inspect_err(|Inauthentic| assert_zero(&buffer)).ok()
}

fn kwp_unwrap(kek: &Kek, wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = wrapped.to_vec();
    let opened = kwp::WrappedMut::parse(&mut buffer)?.unwrap(kek).map(|key| key.to_vec());
    opened.inspect_err(|Inauthentic| assert_zero(&buffer)).ok()
}

/// W of SP 800-38F on any semiblocks, or AES where there are but two: KWP without its checks.
fn permute(kek: &Key, plain: &[u8]) -> Vec<u8> {
    let aes = spec::aes::Aes::new(kek.bytes());
    let mut s = plain.to_vec();
    let semiblocks = s.len() / 8;
    let rounds = if semiblocks == 2 { 1 } else { 6 * (semiblocks - 1) };
    for t in 0..rounds {
        let i = 8 * (1 + t % (semiblocks - 1));
        let b = aes.encrypt([&s[..8], &s[i..i + 8]].concat().try_into().expect("a block"));
        s[..8].copy_from_slice(&b[..8]);
        s[i..i + 8].copy_from_slice(&b[8..]);
        if semiblocks > 2 {
            let t = u64::try_from(t + 1).expect("small").to_be_bytes();
            s[..8].iter_mut().zip(t).for_each(|(a, t)| *a ^= t);
        }
    }
    s
}

//! KW and KWP: what they wrap, what they refuse, and what they leave behind.

mod common;

use common::{hex, hex_array, text};
use reelseal_core::Inauthentic;
use reelseal_core::secret::Kek;
use reelseal_core::wrap::{ecb, kw, kwp};

const KEK: &str = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
const KEY: &str = "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F";

fn kek(bits: usize) -> Kek {
    match bits {
        128 => Kek::new_128(hex_array(&KEK[..32])),
        192 => Kek::new_192(hex_array(&KEK[..48])),
        _ => Kek::new_256(hex_array(KEK)),
    }
}

// req KW-1, KW-2
#[test]
fn kw_wraps_as_in_rfc_3394_4() {
    for (kek_bits, key_bits, wrapped) in [
        (128, 128, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"),
        (192, 128, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"),
        (256, 128, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"),
        (192, 192, "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"),
        (256, 192, "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"),
        (
            256,
            256,
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
        ),
    ] {
        let (key, wrapped) = (hex(&KEY[..key_bits / 4]), hex(wrapped));
        let mut buffer = vec![0; wrapped.len()];
        assert_eq!(kw::wrap(&kek(kek_bits), &key, &mut buffer).unwrap(), wrapped);
        let parsed = kw::WrappedMut::parse(&mut buffer).unwrap();
        assert_eq!(parsed.key_len(), key.len());
        assert_eq!(parsed.unwrap(&kek(kek_bits)).unwrap(), key);
        assert_eq!(buffer[..8], [0; 8], "the integrity check was left behind");
    }
}

// req KW-4
#[test]
fn kw_refuses_any_flipped_bit_and_leaves_zeros() {
    let mut wrapped = [0; 40];
    kw::wrap(&kek(256), &hex(KEY), &mut wrapped).unwrap();
    for bit in 0..320 {
        let mut buffer = wrapped;
        buffer[bit / 8] ^= 1 << (bit % 8);
        let parsed = kw::WrappedMut::parse(&mut buffer).unwrap();
        assert_eq!(parsed.unwrap(&kek(256)), Err(Inauthentic), "bit {bit}");
        assert_eq!(buffer, [0; 40], "a refused key was left behind");
    }
}

// req KW-3
#[test]
fn kw_has_no_other_lengths() {
    for len in 0..=100 {
        let fits = len % 8 == 0 && len >= 16;
        let mut out = vec![0; len + 8];
        assert_eq!(kw::wrap(&kek(128), &text(len), &mut out).is_some(), fits, "{len}");
        assert_eq!(kw::WrappedMut::parse(&mut out).is_some(), fits, "{len}");
    }
    assert!(kw::wrap(&kek(128), &[0; 16], &mut [0; 23]).is_none());
    assert!(kw::wrap(&kek(128), &[0; 16], &mut [0; 25]).is_none());
}

// req KW-3
#[test]
fn nobody_accepts_the_wrapped_empty_key() {
    assert!(kw::WrappedMut::parse(&mut [0xA6; 8]).is_none());
    assert!(kw::WrappedMut::parse(&mut [0xA6; 16]).is_none());
    assert!(kwp::WrappedMut::parse(&mut [0xA6; 8]).is_none());
    assert!(kwp::wrapped_len(0).is_none());
}

// req KWP-1
/// The second is computed with PyCA `cryptography`, under the KEK 40..5f.
#[test]
fn kwp_wraps_as_in_rfc_5649_6_and_as_others() {
    let rfc = Kek::new_192(hex_array("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"));
    let other = Kek::new_256(std::array::from_fn(|i| 0x40 + i as u8));
    for (kek, key, wrapped) in [
        (
            &rfc,
            "c37b7e6492584340bed12207808941155068f738",
            "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        ),
        (&rfc, "466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"),
        (&other, "68656c6c6f", "a858f220ca650de9ae40bd15e0caba3e"),
    ] {
        let (key, wrapped) = (hex(key), hex(wrapped));
        let mut buffer = vec![0; kwp::wrapped_len(key.len()).unwrap()];
        assert_eq!(kwp::wrap(kek, &key, &mut buffer).unwrap(), wrapped);
        assert_eq!(kwp::WrappedMut::parse(&mut buffer).unwrap().unwrap(kek).unwrap(), key);
    }
}

// req KWP-3
#[test]
fn kwp_wraps_keys_of_any_length() {
    for len in 1..=64 {
        let key = text(len);
        let mut buffer = vec![0xff; kwp::wrapped_len(len).unwrap()];
        kwp::wrap(&kek(128), &key, &mut buffer).unwrap();
        assert_eq!(kwp::WrappedMut::parse(&mut buffer).unwrap().unwrap(&kek(128)).unwrap(), key);
        assert!(kwp::wrap(&kek(128), &key, &mut vec![0; buffer.len() + 8]).is_none());
        assert!(kwp::wrap(&kek(128), &key, &mut vec![0; buffer.len() - 8]).is_none());
    }
}

// req KWP-2
#[test]
fn kwp_refuses_any_flipped_bit_and_leaves_zeros() {
    for key_len in [1, 8, 9, 31] {
        let mut wrapped = vec![0; kwp::wrapped_len(key_len).unwrap()];
        kwp::wrap(&kek(192), &text(key_len), &mut wrapped).unwrap();
        for bit in 0..wrapped.len() * 8 {
            let mut buffer = wrapped.clone();
            buffer[bit / 8] ^= 1 << (bit % 8);
            let parsed = kwp::WrappedMut::parse(&mut buffer).unwrap();
            assert_eq!(parsed.unwrap(&kek(192)), Err(Inauthentic), "bit {bit}");
            assert!(buffer.iter().all(|&byte| byte == 0), "a refused key was left behind");
        }
    }
}

#[test]
fn kw_and_kwp_do_not_accept_each_other() {
    let (mut from_kw, mut from_kwp) = ([0; 40], [0; 40]);
    kw::wrap(&kek(256), &hex(KEY), &mut from_kw).unwrap();
    kwp::wrap(&kek(256), &hex(KEY), &mut from_kwp).unwrap();
    let parsed = kwp::WrappedMut::parse(&mut from_kw).unwrap();
    assert_eq!(parsed.unwrap(&kek(256)), Err(Inauthentic));
    let parsed = kw::WrappedMut::parse(&mut from_kwp).unwrap();
    assert_eq!(parsed.unwrap(&kek(256)), Err(Inauthentic));
}

/// It says neither which check failed nor where.
#[test]
fn a_refusal_has_one_sentence() {
    assert_eq!(Inauthentic.to_string(), "the key is wrong, or the bytes were altered");
}

#[test]
fn ecb_takes_whole_blocks_and_one_at_least() {
    for len in [0, 1, 15, 17, 47] {
        let mut wrapped = vec![7; len];
        assert_eq!(ecb::unwrap(&kek(256), &mut wrapped).err(), Some(Inauthentic), "{len}");
        assert!(wrapped.iter().all(|&byte| byte == 0), "{len} bytes were left behind");
    }
}

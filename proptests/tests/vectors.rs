//! `reelseal-core` passes every vector that it has an interface for; `exceptions.toml` counts
//! and explains the others.

use reelseal_core::Inauthentic;
use reelseal_core::hash::{Sha256, hkdf_sha256, hkdf_sha512, hmac_sha256, hmac_sha512};
use reelseal_core::modes::cbc;
use reelseal_core::secret::{ContentKey, Kek};
use reelseal_core::wrap::{kw, kwp};
use reelseal_proptests::runner::{Answer, agrees, judge, monte_carlo, run};
use reelseal_vectors::case::{Direction, Hash, Padding, Wrap};
use reelseal_vectors::{Case, Expect, Vector};

mod modes;
mod own;

#[test]
fn the_core_passes_every_vector() {
    run("core", answer);
}

fn answer(vector: &Vector) -> Answer {
    let valid = vector.expect == Expect::Valid;
    match &vector.case {
        Case::Ecb { key, pt, ct } => ecb(key, pt, ct),
        Case::Cbc { key, iv, pt, ct, padding: Padding::None } => cbc_blocks(key, iv, pt, ct),
        Case::Cbc { key, iv, pt, ct, padding: Padding::Pkcs7 } => {
            let opened = cbc_open(key, iv, ct);
            both(opened, pt, valid, || cbc_seal(key, iv, pt) == *ct)
        }
        Case::CbcMonteCarlo { key, iv, pt, ct, direction } => {
            cbc_monte_carlo(key, iv, pt, ct, *direction)
        }
        Case::Wrap { wrap, kek, key, wrapped } => {
            let (opened, made) = match wrap {
                Wrap::Kw => (kw_open(kek, wrapped), kw_make(kek, key)),
                Wrap::Kwp => (kwp_open(kek, wrapped), kwp_make(kek, key)),
            };
            both(opened, key, valid, || made.as_ref() == Some(wrapped))
        }
        Case::Hmac { hash: Hash::Sha256, key, msg, tag } => {
            let seen = hmac_sha256(key, &[msg]);
            let (front, back) = msg.split_at(msg.len() / 3);
            assert_eq!(seen, hmac_sha256(key, &[front, b"", back]), "parts are one message");
            agrees((seen[..tag.len()] == tag[..]) == valid, "HMAC")
        }
        Case::Kbkdf { key, before, after, counter_bits, okm } => {
            kbkdf(key, before, after, *counter_bits, okm)
        }
        Case::Hmac { hash: Hash::Sha512, key, msg, tag } => {
            let seen = hmac_sha512(key, &[msg]);
            agrees((seen[..tag.len()] == tag[..]) == valid, "HMAC")
        }
        Case::Hkdf { hash, ikm, salt, info, okm_len, okm } => {
            let mut out = vec![0; *okm_len];
            let filled = match hash {
                Hash::Sha256 => hkdf_sha256(salt, ikm, info, &mut out),
                Hash::Sha512 => hkdf_sha512(salt, ikm, info, &mut out),
            };
            both(filled.map(|()| out), okm, valid, || true)
        }
        Case::Ctr { key, iv, pt, ct, counter_bits } => {
            let masked = modes::ctr(&content_key(key), block(iv), *counter_bits, pt);
            let back = modes::ctr(&content_key(key), block(iv), *counter_bits, ct);
            agrees(masked == *ct && back == *pt, "CTR")
        }
        Case::Gcm { key, iv, aad, pt, ct, tag } => {
            modes::gcm(&content_key(key), iv, aad, [pt, ct, tag], valid)
        }
        Case::Own(scenario) => judge(scenario, own::open(&scenario.input)),
        Case::Digest { hash: Hash::Sha256, msg, digest } => {
            let mut hash = Sha256::new();
            msg.chunks(100).for_each(|piece| hash.update(piece));
            agrees(hash.finish()[..] == digest[..], "SHA-256")
        }
        Case::Digest { .. } => Answer::Unsupported("bare-hash"),
    }
}

/// Opening gives `plain` and making gives the vector again, or, where invalid, opening refuses.
fn both(opened: Option<Vec<u8>>, plain: &[u8], valid: bool, made: impl FnOnce() -> bool) -> Answer {
    if !valid {
        return agrees(opened.is_none(), "opened what is to be refused");
    }
    match opened {
        Some(opened) if opened == plain => agrees(made(), "makes something else"),
        Some(_) => agrees(false, "opens to something else"),
        None => agrees(false, "refuses what is valid"),
    }
}

/// A single block is CBC under an IV of zeros.
fn ecb(key: &[u8], pt: &[u8], ct: &[u8]) -> Answer {
    let one = |p: &[u8], c: &[u8]| cbc_blocks(key, &[0; 16], p, c) == Answer::Agrees;
    agrees(pt.chunks(16).zip(ct.chunks(16)).all(|(p, c)| one(p, c)), "AES")
}

fn cbc_blocks(key: &[u8], iv: &[u8], pt: &[u8], ct: &[u8]) -> Answer {
    let (mut encrypted, mut decrypted) = (pt.to_vec(), ct.to_vec());
    cbc::Encryptor::new(&content_key(key), block(iv)).update(blocks(&mut encrypted));
    cbc::Decryptor::new(&content_key(key), block(iv)).update(blocks(&mut decrypted));
    agrees(encrypted == ct && decrypted == pt, "CBC")
}

fn cbc_open(key: &[u8], iv: &[u8], ct: &[u8]) -> Option<Vec<u8>> {
    let (mut buffer, decryptor) = (ct.to_vec(), cbc::Decryptor::new(&content_key(key), block(iv)));
    match cbc::decrypt_in_place(decryptor, &mut buffer) {
        Ok(text) => Some(text.to_vec()),
        Err(Inauthentic) => refused(&buffer),
    }
}

fn cbc_seal(key: &[u8], iv: &[u8], pt: &[u8]) -> Vec<u8> {
    let mut buffer = pt.to_vec();
    buffer.resize(cbc::encrypted_len(pt.len()).expect("short"), 0);
    let encryptor = cbc::Encryptor::new(&content_key(key), block(iv));
    cbc::encrypt_in_place(encryptor, &mut buffer, pt.len()).expect("lengths fit");
    buffer
}

fn cbc_monte_carlo(key: &[u8], iv: &[u8], pt: &[u8], ct: &[u8], direction: Direction) -> Answer {
    let (key, iv) = (content_key(key), block(iv));
    let (first, last) = match direction {
        Direction::Encrypt => (pt, ct),
        Direction::Decrypt => (ct, pt),
    };
    let mut encryptor = cbc::Encryptor::new(&key, iv);
    let mut decryptor = cbc::Decryptor::new(&key, iv);
    let seen = monte_carlo(block(first), iv, |mut one| {
        match direction {
            Direction::Encrypt => encryptor.update(std::slice::from_mut(&mut one)),
            Direction::Decrypt => decryptor.update(std::slice::from_mut(&mut one)),
        }
        one
    });
    agrees(seen[..] == last[..], "Monte Carlo")
}

fn kw_open(key: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = wrapped.to_vec();
    match kw::WrappedMut::parse(&mut buffer)?.unwrap(&kek(key)) {
        Ok(key) => Some(key.to_vec()),
        Err(Inauthentic) => refused(&buffer),
    }
}

fn kw_make(key: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; plain.len() + 8];
    kw::wrap(&kek(key), plain, &mut out).map(<[u8]>::to_vec)
}

fn kwp_open(key: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = wrapped.to_vec();
    match kwp::WrappedMut::parse(&mut buffer)?.unwrap(&kek(key)) {
        Ok(key) => Some(key.to_vec()),
        Err(Inauthentic) => refused(&buffer),
    }
}

fn kwp_make(key: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; kwp::wrapped_len(plain.len())?];
    kwp::wrap(&kek(key), plain, &mut out).map(<[u8]>::to_vec)
}

/// CAVP draws its fixed input at random, while ours is always label ‖ 00 ‖ context ‖ L: the
/// vectors run through the same PRF, part by part. Our form is a law's and `own/kms`'s business.
fn kbkdf(key: &[u8], before: &[u8], after: &[u8], counter_bits: u32, okm: &[u8]) -> Answer {
    let block = |i: u32| {
        let i = u64::from(i).to_be_bytes();
        hmac_sha256(key, &[before, &i[8 - counter_bits as usize / 8..], after])
    };
    let derived: Vec<u8> = (1..).flat_map(block).take(okm.len()).collect();
    agrees(derived == okm, "KBKDF")
}

/// What was refused leaves zeros behind.
fn refused(buffer: &[u8]) -> Option<Vec<u8>> {
    assert!(buffer.iter().all(|&byte| byte == 0), "a refused text was left behind");
    None
}

pub(crate) fn content_key(key: &[u8]) -> ContentKey {
    match key.len() {
        16 => ContentKey::new_128(key.try_into().expect("16 bytes")),
        24 => ContentKey::new_192(key.try_into().expect("24 bytes")),
        _ => ContentKey::new_256(key.try_into().expect("32 bytes")),
    }
}

fn kek(key: &[u8]) -> Kek {
    match key.len() {
        16 => Kek::new_128(key.try_into().expect("16 bytes")),
        24 => Kek::new_192(key.try_into().expect("24 bytes")),
        _ => Kek::new_256(key.try_into().expect("32 bytes")),
    }
}

fn block(bytes: &[u8]) -> [u8; 16] {
    bytes.try_into().expect("16 bytes")
}

fn blocks(bytes: &mut [u8]) -> &mut [[u8; 16]] {
    let (blocks, []) = bytes.as_chunks_mut() else { panic!("not whole blocks") };
    blocks
}

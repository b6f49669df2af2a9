//! The reference model passes every vector itself, without exception.

use reelseal_proptests::runner::{Answer, agrees, judge, monte_carlo, run};
use reelseal_spec::segment::Iv as SpecIv;
use reelseal_spec::{
    aes::Aes, base64, cbc, context, ctr, esdk, ext_x_key, gcm, hkdf, hmac, kbkdf, kms, kw, kwp,
    segment, sha2,
};
use reelseal_vectors::case::{Direction, Hash, Padding, Wrap};
use reelseal_vectors::own::{Input, Iv, Outcome, Scenario};
use reelseal_vectors::{Case, Expect, Vector};

#[test]
fn the_reference_model_passes_every_vector() {
    run("spec", answer);
}

fn answer(vector: &Vector) -> Answer {
    let valid = vector.expect == Expect::Valid;
    match &vector.case {
        Case::Ecb { key, pt, ct } => {
            let aes = Aes::new(key);
            let pairs = pt.chunks(16).zip(ct.chunks(16));
            let mut pairs = pairs.map(|(p, c)| (block(p), block(c)));
            agrees(pairs.all(|(p, c)| aes.encrypt(p) == c && aes.decrypt(c) == p), "AES")
        }
        Case::Cbc { key, iv, pt, ct, padding: Padding::None } => {
            let (encrypted, decrypted) =
                (cbc::encrypt(key, block(iv), pt), cbc::decrypt(key, block(iv), ct));
            agrees(encrypted == *ct && decrypted == *pt, "CBC")
        }
        Case::Cbc { key, iv, pt, ct, padding: Padding::Pkcs7 } => {
            let opened = cbc::decrypt_padded(key, block(iv), ct);
            let sealed = cbc::encrypt_padded(key, block(iv), pt);
            both(opened, pt, valid, || sealed == *ct)
        }
        Case::CbcMonteCarlo { key, iv, pt, ct, direction } => {
            let (first, last) = match direction {
                Direction::Encrypt => (pt, ct),
                Direction::Decrypt => (ct, pt),
            };
            let mut chain = block(iv);
            let step = |input: [u8; 16]| match direction {
                Direction::Encrypt => {
                    chain = block(&cbc::encrypt(key, chain, &input));
                    chain
                }
                Direction::Decrypt => {
                    let output = block(&cbc::decrypt(key, chain, &input));
                    chain = input;
                    output
                }
            };
            agrees(monte_carlo(block(first), block(iv), step)[..] == last[..], "Monte Carlo")
        }
        Case::Ctr { key, iv, pt, ct, counter_bits } => {
            let masked = ctr::apply(key, block(iv), *counter_bits, pt);
            let back = ctr::apply(key, block(iv), *counter_bits, ct);
            agrees(masked == *ct && back == *pt, "CTR")
        }
        Case::Gcm { key, iv, aad, pt, ct, tag } => {
            let opened = gcm::open(key, iv, aad, ct, tag);
            both(opened, pt, valid, || {
                let (sealed, full) = gcm::seal(key, iv, aad, pt);
                sealed == *ct && full[..tag.len()] == tag[..]
            })
        }
        Case::Wrap { wrap, kek, key, wrapped } => {
            let (opened, made) = match wrap {
                Wrap::Kw => (kw::unwrap(kek, wrapped), kw::wrap(kek, key)),
                Wrap::Kwp => (kwp::unwrap(kek, wrapped), kwp::wrap(kek, key)),
            };
            both(opened, key, valid, || made.as_ref() == Some(wrapped))
        }
        Case::Own(scenario) => judge(scenario, own(scenario)),
        hashing => hashes(hashing, valid),
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

fn hashes(case: &Case, valid: bool) -> Answer {
    match case {
        Case::Digest { hash, msg, digest } => {
            let seen = match hash {
                Hash::Sha256 => sha2::sha256(msg).to_vec(),
                Hash::Sha512 => sha2::sha512(msg).to_vec(),
            };
            agrees(seen == *digest, "digest")
        }
        Case::Hmac { hash, key, msg, tag } => {
            let seen = match hash {
                Hash::Sha256 => hmac::hmac_sha256(key, msg),
                Hash::Sha512 => hmac::hmac_sha512(key, msg),
            };
            agrees((seen[..tag.len()] == tag[..]) == valid, "HMAC")
        }
        Case::Hkdf { hash, ikm, salt, info, okm_len, okm } => {
            let seen = match hash {
                Hash::Sha256 => hkdf::hkdf_sha256(ikm, salt, info, *okm_len),
                Hash::Sha512 => hkdf::hkdf_sha512(ikm, salt, info, *okm_len),
            };
            both(seen, okm, valid, || true)
        }
        Case::Kbkdf { key, before, after, counter_bits, okm } => {
            let seen = kbkdf::counter_mode(key, before, after, *counter_bits, okm.len());
            both(seen, okm, valid, || true)
        }
        other => agrees(false, &format!("no such case: {other:?}")),
    }
}

fn own(scenario: &Scenario) -> Result<Vec<u8>, Outcome> {
    match &scenario.input {
        Input::Segment { key, iv, encrypted } => {
            let iv = match iv {
                Iv::Attribute(iv) => SpecIv::Attribute(*iv),
                Iv::MediaSequence(n) => SpecIv::MediaSequence(*n),
            };
            let clear = segment::decrypt(key, iv, encrypted).ok_or(Outcome::Inauthentic)?;
            assert_eq!(segment::encrypt(key, iv, &clear), *encrypted);
            Ok(clear)
        }
        Input::KmsBlob { backing_key, pairs, blob } => {
            let bytes = blob;
            let blob = kms::Blob::parse(bytes).ok_or(Outcome::Malformed)?;
            assert_eq!(blob.print(), *bytes);
            let plain = kms::open(&blob, backing_key, pairs).ok_or(Outcome::Inauthentic)?;
            let nonce = (blob.salt, blob.iv);
            let again = kms::seal(backing_key, blob.key_id, blob.version, nonce, pairs, &plain);
            assert_eq!(again.as_ref(), Some(bytes));
            Ok(plain)
        }
        Input::Esdk { kek, message } => {
            let header = esdk::Header::parse(message).ok_or(Outcome::Malformed)?;
            let keys = header.edks.iter();
            let key = keys.filter_map(|edk| esdk::unwrap(kek, edk, &header.context)).next();
            let key = key.ok_or(Outcome::Inauthentic)?;
            let whole = esdk::is_whole(message);
            let why = if whole { Outcome::Inauthentic } else { Outcome::Malformed };
            let opened = esdk::open(message, &key).ok_or(why)?;
            if opened.is_signed() { Ok(opened.clear) } else { Err(Outcome::Inauthentic) }
        }
        Input::Context { pairs } => context::serialize(pairs).ok_or(Outcome::Malformed),
        Input::Base64 { text } => {
            let text = std::str::from_utf8(text).expect("UTF-8");
            let bytes = base64::decode(text).ok_or(Outcome::Malformed)?;
            assert_eq!(base64::encode(&bytes), text);
            Ok(bytes)
        }
        Input::ExtXKey { list } => {
            let key = ext_x_key::parse(list).ok_or(Outcome::Malformed)?;
            let printed = ext_x_key::print(&key);
            assert_eq!(ext_x_key::parse(&printed), Some(key), "it prints what it does not read");
            Ok(printed.into_bytes())
        }
        Input::Ctr { key, first, counter_bits, message } => {
            Ok(ctr::apply(key, *first, *counter_bits, message))
        }
        Input::Record { key, record, seal } => {
            let right = segment::record_seal(key, record) == *seal;
            if right { Ok(record.clone()) } else { Err(Outcome::Inauthentic) }
        }
    }
}

fn block(bytes: &[u8]) -> [u8; 16] {
    bytes.try_into().expect("16 bytes")
}

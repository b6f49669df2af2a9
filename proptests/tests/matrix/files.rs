//! Files: mode × key size × IV × length × chunking × where the data key comes from × KMS key ×
//! encryption context.

use reelseal_core::envelope::kms;
use reelseal_core::format::base64;
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::{cbc, gcm};
use reelseal_core::secret::BackingKey;
use reelseal_proptests::cases::{Chunking, Key};
use reelseal_spec as spec;

use crate::{bytes, say};

/// A mode with an IV of a kind.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Cbc([u8; 16]),
    Ctr([u8; 16], Width, u32),
    Gcm12([u8; 12]),
    Gcm16([u8; 16]),
}

const RANDOM: [u8; 16] = *b"\x9f\x12\x34\x56\x78\x9a\xbc\xde\xf0\x11\x22\x33\x44\x55\x66\x77";
const WRAPS_32: [u8; 16] = *b"\x9f\x12\x34\x56\x78\x9a\xbc\xde\xf0\x11\x22\x33\xff\xff\xff\xfe";
const WRAPS_ALL: [u8; 16] = [0xff; 16];

const MODES: &[Mode] = &[
    Mode::Cbc(RANDOM),
    Mode::Cbc([0; 16]),
    Mode::Ctr(RANDOM, Width::Bits128, 128),
    Mode::Ctr(WRAPS_32, Width::Bits128, 128),
    Mode::Ctr(WRAPS_ALL, Width::Bits128, 128),
    Mode::Ctr(RANDOM, Width::Bits64, 64),
    Mode::Ctr(WRAPS_32, Width::Bits64, 64),
    Mode::Ctr(WRAPS_ALL, Width::Bits64, 64),
    Mode::Ctr(RANDOM, Width::Bits32, 32),
    Mode::Ctr(WRAPS_32, Width::Bits32, 32),
    Mode::Ctr(WRAPS_ALL, Width::Bits32, 32),
    Mode::Gcm12(*b"twelve bytes"),
    Mode::Gcm16(RANDOM),
];

const KEY_LENGTHS: &[usize] = &[16, 24, 32];

/// About a block, about a row of 8 blocks, about the 256 blocks of a byte of the counter.
const LENGTHS: &[usize] = &[0, 1, 15, 16, 17, 31, 32, 33, 127, 128, 129, 1024, 4095, 4096, 4113];

/// Bytes of each piece but the last, which is the rest.
const CHUNKINGS: &[&[u8]] = &[&[], &[1], &[16, 16, 16], &[7, 0, 9, 15, 17], &[255, 255, 1, 64]];

#[derive(Clone, Copy, Debug)]
enum DataKey {
    /// Comes wrapped, in base64, as a job has it.
    Given,
    /// Is new, and wrapped for the record.
    Generated,
}

const DATA_KEYS: &[DataKey] = &[DataKey::Given, DataKey::Generated];

/// Key id, version, backing key: the default key, and a customer's that has been rotated.
const KMS_KEYS: &[([u8; 16], u32, [u8; 32])] =
    &[([1; 16], 1, [0x11; 32]), ([2; 16], 3, [0x22; 32])];

/// Elastic Transcoder's, none, and a customer's.
const CONTEXTS: &[&[(&str, &str)]] = &[
    &[("service", "elastictranscoder.amazonaws.com")],
    &[],
    &[("title", "Wings"), ("reel", "1"), ("ä", "")],
];

#[test]
fn every_combination_for_files_holds() {
    let mut ran = 0;
    for mode in MODES {
        for key_len in KEY_LENGTHS {
            for (seed, len) in (0..).zip(LENGTHS) {
                let (key, text) = (Key::new(&bytes(*key_len, 7)), bytes(*len, seed));
                let expected = by_spec(*mode, key.bytes(), &text);
                for chunking in CHUNKINGS {
                    let chunking = Chunking::new(chunking);
                    ran += with_every_key(&key, &mut |given| {
                        let made = encrypt(*mode, given, &text, &chunking);
                        assert_eq!(made, expected, "{mode:?} {key_len} {len} {chunking:?}");
                        let back = decrypt(*mode, given, &made, &chunking);
                        assert_eq!(back.as_ref(), Some(&text), "{mode:?} {key_len} {len}");
                    });
                }
            }
        }
    }
    let axes = [
        ("mode and IV", MODES.len()),
        ("key size", KEY_LENGTHS.len()),
        ("length", LENGTHS.len()),
        ("chunking", CHUNKINGS.len()),
        ("data key", DATA_KEYS.len()),
        ("KMS key", KMS_KEYS.len()),
        ("context", CONTEXTS.len()),
    ];
    say("files", &axes, ran);
}

/// Runs `use_key` with the data key as it comes out of every way through the key service.
fn with_every_key(key: &Key, use_key: &mut dyn FnMut(&Key)) -> usize {
    let mut ran = 0;
    for data_key in DATA_KEYS {
        for (n, kms_key) in KMS_KEYS.iter().enumerate() {
            for (m, context) in CONTEXTS.iter().enumerate() {
                let wrapped = wrap(kms_key, context, key.bytes());
                let opened = unwrap(kms_key, context, &wrapped).map(|bytes| Key::new(&bytes));
                assert_eq!(opened.as_ref(), Some(key));
                let other = CONTEXTS[(m + 1) % CONTEXTS.len()];
                assert_eq!(unwrap(kms_key, other, &wrapped), None, "another context");
                let other = KMS_KEYS[(n + 1) % KMS_KEYS.len()];
                assert_eq!(unwrap(&other, context, &wrapped), None, "another KMS key");
                match (data_key, &opened) {
                    (DataKey::Given, Some(opened)) => use_key(opened),
                    (DataKey::Generated, _) => use_key(key),
                    (DataKey::Given, None) => unreachable!("asserted above"),
                }
                ran += 1;
            }
        }
    }
    ran
}

fn wrap(kms_key: &([u8; 16], u32, [u8; 32]), pairs: &[(&str, &str)], key: &[u8]) -> String {
    let (id, version, backing_key) = kms_key;
    let (mut pairs, mut out) = (pairs.to_vec(), vec![0; key.len() + OVERHEAD]);
    let context = Context::new(&mut pairs).expect("a context");
    let nonce = kms::FreshNonce::new([5; 16], [6; 12]);
    let backing_key = BackingKey::new(*backing_key);
    let blob = kms::seal(&backing_key, id, *version, nonce, &context, key, &mut out);
    let blob = blob.expect("a data key");
    let mut text = vec![0; base64::encoded_len(blob.len()).expect("short")];
    base64::encode(blob, &mut text).expect("room for it").to_owned()
}

fn unwrap(
    kms_key: &([u8; 16], u32, [u8; 32]),
    pairs: &[(&str, &str)],
    text: &str,
) -> Option<Vec<u8>> {
    let (mut pairs, mut room, mut out) = (pairs.to_vec(), vec![0; text.len()], [0; MAX_PLAINTEXT]);
    let context = Context::new(&mut pairs).expect("a context");
    let blob = Blob::parse(base64::decode(text, &mut room).expect("base64")).expect("a blob");
    let backing_key = BackingKey::new(kms_key.2);
    kms::open(&blob, &backing_key, &context, &mut out).ok().map(<[u8]>::to_vec)
}

fn by_spec(mode: Mode, key: &[u8], text: &[u8]) -> Vec<u8> {
    let sealed = |(text, tag): (Vec<u8>, [u8; 16])| [&text[..], &tag].concat();
    match mode {
        Mode::Cbc(iv) => spec::cbc::encrypt_padded(key, iv, text),
        Mode::Ctr(first, _, bits) => spec::ctr::apply(key, first, bits, text),
        Mode::Gcm12(iv) => sealed(spec::gcm::seal(key, &iv, b"", text)),
        Mode::Gcm16(iv) => sealed(spec::gcm::seal(key, &iv, b"", text)),
    }
}

fn encrypt(mode: Mode, key: &Key, text: &[u8], chunking: &Chunking) -> Vec<u8> {
    let (key, mut text) = (key.content(), text.to_vec());
    match mode {
        Mode::Cbc(iv) => {
            let mut encryptor = cbc::Encryptor::new(&key, iv);
            let (blocks, tail) = text.as_chunks_mut();
            chunking.cut(blocks).into_iter().for_each(|piece| encryptor.update(piece));
            let last = encryptor.finish(tail).expect("a tail");
            [blocks.as_flattened(), &last].concat()
        }
        Mode::Ctr(first, width, _) => {
            let mut ctr = Ctr::new(&key, first, width);
            chunking.cut(&mut text).into_iter().for_each(|piece| ctr.apply(piece).expect("short"));
            text
        }
        Mode::Gcm12(_) | Mode::Gcm16(_) => {
            let mut encryptor =
                gcm::Encryptor::new(gcm::Key::new(&key), gcm_iv(mode), &[]).expect("short");
            let pieces = chunking.cut(&mut text);
            pieces.into_iter().for_each(|piece| encryptor.update(piece).expect("short"));
            [&text[..], &encryptor.finish()].concat()
        }
    }
}

fn decrypt(mode: Mode, key: &Key, made: &[u8], chunking: &Chunking) -> Option<Vec<u8>> {
    let content_key = key.content();
    match mode {
        Mode::Cbc(iv) => {
            let mut buffer = made.to_vec();
            let (last, blocks) = buffer.as_chunks_mut().0.split_last_mut()?;
            let mut decryptor = cbc::Decryptor::new(&content_key, iv);
            chunking.cut(blocks).into_iter().for_each(|piece| decryptor.update(piece));
            let tail = decryptor.finish(*last).ok()?;
            Some([blocks.as_flattened(), &tail].concat())
        }
        Mode::Ctr(..) => Some(encrypt(mode, key, made, chunking)),
        Mode::Gcm12(_) | Mode::Gcm16(_) => {
            let (text, tag) = made.split_last_chunk()?;
            let (mut text, iv) = (text.to_vec(), gcm_iv(mode));
            let mut unverified =
                gcm::Unverified::new(gcm::Key::new(&content_key), iv, &[], vec![])?;
            for piece in chunking.cut(&mut text) {
                unverified.update(piece, |out: &mut Vec<u8>, p| out.extend_from_slice(p))?;
            }
            unverified.finish(tag).ok()
        }
    }
}

fn gcm_iv(mode: Mode) -> gcm::Iv {
    match mode {
        Mode::Gcm12(iv) => gcm::Iv::Bytes12(iv),
        Mode::Gcm16(iv) => gcm::Iv::Bytes16(iv),
        Mode::Cbc(_) | Mode::Ctr(..) => unreachable!("not GCM"),
    }
}

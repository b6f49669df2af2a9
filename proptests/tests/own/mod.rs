//! The core's answers to our own scenarios.

use reelseal_core::envelope::kms;
use reelseal_core::format::base64;
use reelseal_core::format::context::{Context, MAX_LEN};
use reelseal_core::format::hls::Key;
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::secret::{BackingKey, Kek, SegmentKey};
use reelseal_core::segment;
use reelseal_proptests::messages;
use reelseal_vectors::own::{Input, Iv, Outcome, Pairs};

use crate::{content_key, modes};

/// What comes of opening `input`.
pub(crate) fn open(input: &Input) -> Result<Vec<u8>, Outcome> {
    match input {
        Input::Segment { key, iv, encrypted } => open_segment(*key, *iv, encrypted),
        Input::KmsBlob { backing_key, pairs, blob } => open_blob(*backing_key, pairs, blob),
        Input::Esdk { kek, message } => open_message(kek, message),
        Input::Context { pairs } => with_context(pairs, |context| {
            let mut out = [0; MAX_LEN];
            context.serialize(&mut out).map(<[u8]>::to_vec).ok_or(Outcome::Malformed)
        }),
        Input::Base64 { text } => decode(std::str::from_utf8(text).expect("UTF-8")),
        Input::ExtXKey { list } => {
            Key::parse(list).map(|key| key.to_string().into_bytes()).map_err(|_| Outcome::Malformed)
        }
        Input::Record { key, record, seal } => {
            let key = SegmentKey::new(*key);
            segment::record_check(&key, record, seal)
                .map(|()| record.clone())
                .map_err(|_| Outcome::Inauthentic)
        }
        Input::Ctr { key, first, counter_bits, message } => {
            Ok(modes::ctr(&content_key(key), *first, *counter_bits, message))
        }
    }
}

fn open_segment(key: [u8; 16], iv: Iv, encrypted: &[u8]) -> Result<Vec<u8>, Outcome> {
    let key = SegmentKey::new(key);
    let iv = match iv {
        Iv::Attribute(iv) => segment::Iv::Attribute(iv),
        Iv::MediaSequence(n) => segment::Iv::MediaSequence(n),
    };
    let mut buffer = encrypted.to_vec();
    let Ok(clear) = segment::decrypt_in_place(&key, iv, &mut buffer).map(|clear| clear.to_vec())
    else {
        assert!(buffer.iter().all(|&byte| byte == 0), "a refused segment was left behind");
        return Err(Outcome::Inauthentic);
    };
    let mut again = clear.clone();
    again.resize(encrypted.len(), 0);
    segment::encrypt_in_place(&key, iv, &mut again, clear.len()).expect("lengths fit");
    assert_eq!(again, encrypted);
    Ok(clear)
}

fn open_blob(backing_key: [u8; 32], pairs: &Pairs, bytes: &[u8]) -> Result<Vec<u8>, Outcome> {
    let key = BackingKey::new(backing_key);
    let blob = Blob::parse(bytes).map_err(|_| Outcome::Malformed)?;
    with_context(pairs, |context| {
        let mut out = [0xff; MAX_PLAINTEXT];
        let opened = kms::open(&blob, &key, &context, &mut out).map(<[u8]>::to_vec);
        let Ok(plain) = opened else {
            assert_eq!(out, [0; MAX_PLAINTEXT], "a refused key was left behind");
            return Err(Outcome::Inauthentic);
        };
        let nonce = kms::FreshNonce::new(*blob.salt, *blob.iv);
        let mut again = vec![0; plain.len() + OVERHEAD];
        let (id, version) = (blob.key_id, blob.version);
        let sealed = kms::seal(&key, id, version, nonce, &context, &plain, &mut again);
        assert_eq!(sealed, Some(bytes));
        Ok(plain)
    })
}

fn open_message(kek: &[u8], message: &[u8]) -> Result<Vec<u8>, Outcome> {
    let kek = match kek.len() {
        16 => Kek::new_128(kek.try_into().expect("16 bytes")),
        24 => Kek::new_192(kek.try_into().expect("24 bytes")),
        _ => Kek::new_256(kek.try_into().expect("32 bytes")),
    };
    let mut released = vec![];
    messages::open(&kek, message, &mut released).map(|()| released)
}

fn with_context<T>(
    pairs: &Pairs,
    then: impl FnOnce(Context<'_>) -> Result<T, Outcome>,
) -> Result<T, Outcome> {
    let mut pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    then(Context::new(&mut pairs).map_err(|_| Outcome::Malformed)?)
}

fn decode(text: &str) -> Result<Vec<u8>, Outcome> {
    let mut out = vec![0xff; text.len()];
    let bytes = base64::decode(text, &mut out).map_err(|_| Outcome::Malformed)?.to_vec();
    let mut again = vec![0; text.len()];
    assert_eq!(base64::encode(&bytes, &mut again), Some(text));
    Ok(bytes)
}

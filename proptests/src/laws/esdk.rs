//! Messages of the AWS Encryption SDK, under keys.

use std::num::NonZeroU32;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::raw_aes::{self, FreshIv};
use reelseal_core::envelope::esdk::{FreshMessageId, Opener, Sealer};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::frame::MAX_OVERHEAD;
use reelseal_core::format::esdk::{Edk, Frame, Header, Kind, MAX_HEADER_LEN, Parts, RawAes};
use reelseal_core::secret::MessageKey;
use reelseal_spec as spec;

use super::{Law, assert_zero};
use crate::cases::EsdkCase;

/// The laws of this file.
pub const ALL: &[Law<EsdkCase>] = &[
    Law { name: "esdk_agrees_with_spec", holds: esdk_agrees_with_spec },
    Law { name: "esdk_open_inverts_seal", holds: esdk_open_inverts_seal },
    Law {
        name: "esdk_refuses_any_flipped_bit_and_leaves_zeros",
        holds: esdk_refuses_any_flipped_bit_and_leaves_zeros,
    },
    Law { name: "esdk_refuses_any_beginning", holds: esdk_refuses_any_beginning },
    Law { name: "esdk_refuses_moved_frames", holds: esdk_refuses_moved_frames },
    Law {
        name: "esdk_accepted_header_prints_back_identically",
        holds: esdk_accepted_header_prints_back_identically,
    },
];

/// Core and model seal to the same message, or both refuse.
pub fn esdk_agrees_with_spec(c: &EsdkCase) {
    let pairs = c.context.owned();
    let edk = spec::esdk::wrap(c.kek.bytes(), ("reelseal", &c.name.0), c.iv, &pairs, &c.key);
    let message = edk.and_then(|edk| {
        let commitment = spec::esdk::commitment(&c.key, &c.id);
        let (edks, frame_len) = (vec![edk; c.edks()], c.frame_len().get());
        let header = spec::esdk::Header { id: c.id, context: pairs, edks, frame_len, commitment };
        spec::esdk::seal(&c.key, &header, &c.frames())
    });
    assert_eq!(sealed(c), message);
}

/// What was sealed opens, by the core with the wrapping key and by the model with the data key.
pub fn esdk_open_inverts_seal(c: &EsdkCase) {
    if let Some(message) = sealed(c) {
        assert_eq!(opened(c, &message), Ok(c.text.0.clone()));
        assert_eq!(spec::esdk::open(&message, &c.key).as_ref(), Some(&c.text.0));
    }
}

/// A bit of the message or of the key: it does not open, and nothing wrong was released.
pub fn esdk_refuses_any_flipped_bit_and_leaves_zeros(c: &EsdkCase) {
    if let Some(mut message) = sealed(c) {
        let other = EsdkCase { kek: c.kek.other(c.flip), ..c.clone() };
        assert_eq!(opened(&other, &message), Err(vec![]), "another key");
        c.flip.apply(&mut [&mut message]);
        let first = Header::parse(&message).map(|(header, _)| header.edks.count());
        match opened(c, &message) {
            Ok(_) => panic!("a flipped bit"),
            Err(released) => assert!(c.text.0.starts_with(&released), "other bytes: {first:?}"),
        }
        assert_eq!(spec::esdk::open(&message, &c.key), None);
    }
}

/// A message that ends before its end does not open.
pub fn esdk_refuses_any_beginning(c: &EsdkCase) {
    if let Some(message) = sealed(c) {
        let len = usize::from(c.place) % message.len();
        for len in [len, message.len() - 1] {
            let released = opened(c, &message[..len]).expect_err("a beginning");
            assert!(c.text.0.starts_with(&released));
            assert_eq!(spec::esdk::open(&message[..len], &c.key), None);
        }
    }
}

/// A frame that is left out, or stands elsewhere, is refused.
pub fn esdk_refuses_moved_frames(c: &EsdkCase) {
    let (Some(message), frames) = (sealed(c), c.frames()) else { return };
    let Ok((header, _)) = Header::parse(&message) else { panic!("a header") };
    if frames.len() < 2 {
        return;
    }
    let frame_len = c.frames()[0].len() + 32;
    let start = header.bytes.len() + 16 + usize::from(c.place) % (frames.len() - 1) * frame_len;
    let (front, rest) = message.split_at(start);
    let (frame, rest) = rest.split_at(frame_len);
    for (altered, what) in [
        ([front, rest].concat(), "left out"),
        ([front, frame, frame, rest].concat(), "twice"),
        ([front, rest, frame].concat(), "moved to the end"),
    ] {
        let released = opened(c, &altered).expect_err(what);
        assert!(c.text.0.starts_with(&released), "{what}");
    }
}

/// As it was sealed, and with a bit flipped, where it is a header still.
pub fn esdk_accepted_header_prints_back_identically(c: &EsdkCase) {
    if let Some(mut message) = sealed(c) {
        assert!(header_agrees_with_spec(&message));
        c.flip.apply(&mut [&mut message]);
        header_agrees_with_spec(&message);
    }
}

/// Core and model take the same headers apart into the same fields, and the core prints what it
/// accepts. Whether it is one.
pub(super) fn header_agrees_with_spec(bytes: &[u8]) -> bool {
    let model = spec::esdk::Header::parse(bytes);
    let Ok((header, rest)) = Header::parse(bytes) else {
        assert_eq!(model, None);
        return false;
    };
    let mut pairs: Vec<(&str, &str)> = header.pairs().collect();
    let edks: Vec<Edk<'_>> = header.edks.clone().collect();
    let owned = |edk: &Edk<'_>| spec::esdk::Edk {
        provider_id: edk.provider_id.to_owned(),
        provider_info: edk.provider_info.to_vec(),
        ciphertext: edk.ciphertext.to_vec(),
    };
    let same = spec::esdk::Header {
        id: *header.message_id,
        context: pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect(),
        edks: edks.iter().map(owned).collect(),
        frame_len: header.frame_len.get(),
        commitment: *header.commitment,
    };
    assert_eq!(model, Some(same));
    let context = Context::new(&mut pairs).expect("a context that was accepted");
    let parts = Parts {
        message_id: header.message_id,
        context: &context,
        edks: &edks,
        frame_len: header.frame_len,
        commitment: header.commitment,
    };
    let mut out = vec![0xee; MAX_HEADER_LEN];
    assert_eq!(parts.print(&mut out).as_deref(), Some(header.bytes));
    assert_eq!([header.bytes, header.tag, rest].concat(), bytes, "bytes are lost");
    for info in edks.iter().map(|edk| edk.provider_info) {
        if let Ok(raw) = RawAes::parse(info) {
            assert_eq!(raw.print(&mut out), Some(info));
        }
    }
    true
}

/// A frame of any bytes is within them, and nothing is lost.
pub(super) fn frames_add_up(bytes: &[u8]) {
    for frame_len in [1, 5, 16].into_iter().filter_map(NonZeroU32::new) {
        let mut copy = bytes.to_vec();
        if let Ok((frame, rest)) = Frame::parse(&mut copy, frame_len) {
            let head = if frame.kind == Kind::Final { 24 } else { 16 };
            assert_eq!(head + frame.content.len() + 16 + rest.len(), bytes.len());
            assert!(frame.content.len() as u64 <= u64::from(frame_len.get()));
        }
    }
}

fn sealed(c: &EsdkCase) -> Option<Vec<u8>> {
    let mut pairs = c.context.borrowed();
    let context = Context::new(&mut pairs).ok()?;
    let (key, iv) = (MessageKey::new(c.key), FreshIv::new(c.iv));
    let mut room = [0; 128];
    let info = RawAes { key_name: &c.name.0, iv: iv.bytes() }.print(&mut room)?;
    let ciphertext = raw_aes::wrap(&c.kek.kek(), iv, &context, &key)?;
    let edk = Edk { provider_id: "reelseal", provider_info: info, ciphertext: &ciphertext };
    let (mut out, id) = (vec![0xee; MAX_HEADER_LEN], FreshMessageId::new(c.id));
    let edks = vec![edk; c.edks()];
    let (mut sealer, header) = Sealer::new(&key, id, &context, &edks, c.frame_len(), &mut out)?;
    let (mut message, mut frames) = (header.to_vec(), c.frames());
    let mut last = frames.pop()?;
    for frame in &mut frames {
        let (head, tag) = sealer.seal(frame)?;
        message.extend([&head[..], frame, &tag].concat());
    }
    let (head, tag) = sealer.finish(&mut last)?;
    message.extend([&head[..], &last, &tag].concat());
    Some(message)
}

/// The plaintext, or what was released before a refusal.
fn opened(c: &EsdkCase, message: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let mut released = vec![];
    match release(c, message, &mut released) {
        Some(()) => Ok(released),
        None => Err(released),
    }
}

/// Opens through a window that holds one frame at a time, as a reader of a long message does.
fn release(c: &EsdkCase, message: &[u8], released: &mut Vec<u8>) -> Option<()> {
    let (header, mut rest) = Header::parse(message).ok()?;
    let edk = header.edks.clone().next()?;
    let key = raw_aes::unwrap(&c.kek.kek(), &header, &edk).ok()?;
    let mut opener = Opener::new(&header, &key).ok()?;
    let window = usize::try_from(opener.frame_len().get()).ok()? + MAX_OVERHEAD;
    loop {
        let mut held = rest[..window.min(rest.len())].to_vec();
        let (frame, after) = Frame::parse(&mut held, opener.frame_len()).ok()?;
        let (kind, after, at) = (frame.kind, after.len(), frame.content.len() + after.len() + 16);
        let content = match opener.open(frame) {
            Ok(content) => content,
            Err(Inauthentic) => {
                let start = held.len() - at;
                assert_zero(&held[start..held.len() - after - 16]);
                return None;
            }
        };
        released.extend(content);
        rest = &rest[held.len() - after..];
        if kind == Kind::Final {
            return rest.is_empty().then(|| opener.finish().ok())?;
        }
    }
}

//! Messages of the AWS Encryption SDK, under keys.

use std::num::NonZeroU32;

use reelseal_core::envelope::esdk::raw_aes;
use reelseal_core::envelope::esdk::{Body, Opener};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::{
    Block, ContentType, Edk, Footer, Frame, Header, Kind, MAX_HEADER_LEN, Parts, RawAes,
};
use reelseal_spec as spec;

use super::Law;
use crate::cases::EsdkCase;
use crate::messages::{opened, sealed, theirs};

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
    Law { name: "esdk_opens_any_frame_alone", holds: esdk_opens_any_frame_alone },
    Law {
        name: "esdk_refuses_the_signature_of_another",
        holds: esdk_refuses_the_signature_of_another,
    },
    Law {
        name: "esdk_accepted_header_prints_back_identically",
        holds: esdk_accepted_header_prints_back_identically,
    },
];

/// Core and model seal to the same message, or both refuse.
pub fn esdk_agrees_with_spec(c: &EsdkCase) {
    let c = &EsdkCase { signer: None, block_iv: None, ..c.clone() };
    assert_eq!(sealed(c), theirs(c));
}

/// What was sealed opens, by the core with the wrapping key and by the model with the data key.
pub fn esdk_open_inverts_seal(c: &EsdkCase) {
    if let Some(message) = theirs(c) {
        assert_eq!(opened(c, &message), Ok(c.text.0.clone()));
        let spec = spec::esdk::open(&message, &c.key).expect("a message");
        assert_eq!(spec.clear, c.text.0);
        assert_eq!(spec.signature.is_some(), c.signer.is_some());
    }
}

/// A bit of the message or of the key: it does not open, and nothing wrong was released.
pub fn esdk_refuses_any_flipped_bit_and_leaves_zeros(c: &EsdkCase) {
    if let Some(mut message) = theirs(c) {
        let other = EsdkCase { kek: c.kek.other(c.flip), ..c.clone() };
        assert_eq!(opened(&other, &message), Err(vec![]), "another key");
        c.flip.apply(&mut [&mut message]);
        let first = Header::parse(&message).map(|(header, _)| header.edks.count());
        match opened(c, &message) {
            Ok(_) => panic!("a flipped bit"),
            Err(released) => assert!(c.text.0.starts_with(&released), "other bytes: {first:?}"),
        }
        if c.signer.is_none() {
            assert_eq!(spec::esdk::open(&message, &c.key), None);
        }
    }
}

// req ESDK-FRAME-2
/// A message that ends before its end does not open.
pub fn esdk_refuses_any_beginning(c: &EsdkCase) {
    if let Some(message) = theirs(c) {
        let len = usize::from(c.place) % message.len();
        for len in [len, message.len() - 1] {
            let released = opened(c, &message[..len]).expect_err("a beginning");
            assert!(c.text.0.starts_with(&released));
            assert_eq!(spec::esdk::open(&message[..len], &c.key), None);
        }
    }
}

// req ESDK-FRAME-1
/// A frame that is left out, or stands elsewhere, is refused.
pub fn esdk_refuses_moved_frames(c: &EsdkCase) {
    let c = &EsdkCase { block_iv: None, ..c.clone() };
    let (Some(message), frames) = (theirs(c), c.frames()) else { return };
    if frames.len() < 2 {
        return;
    }
    let frame_len = frames[0].len() + 32;
    let (front, rest) = message.split_at(frame_at(c, &message).0);
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

/// Where a frame that is not the last stands, and which it is.
fn frame_at(c: &EsdkCase, message: &[u8]) -> (usize, usize) {
    let Ok((header, _)) = Header::parse(message) else { panic!("a header") };
    let frames = c.frames();
    let number = usize::from(c.place) % (frames.len() - 1);
    (header.bytes.len() + 16 + number * (frames[0].len() + 32), number)
}

/// A frame opens by itself, and under no other number than its own.
pub fn esdk_opens_any_frame_alone(c: &EsdkCase) {
    let c = &EsdkCase { block_iv: None, ..c.clone() };
    let (Some(message), frames) = (theirs(c), c.frames()) else { return };
    if frames.len() < 2 {
        return;
    }
    let (at, number) = frame_at(c, &message);
    let opener = opener(c, &message).expect("a framed message");
    let open = |bytes: &mut [u8]| {
        let (frame, _) = Frame::parse(bytes, opener.frame_len()).expect("a frame");
        opener.open_alone(frame).map(<[u8]>::to_vec)
    };
    let mut frame = message[at..at + frames[0].len() + 32].to_vec();
    assert_eq!(open(&mut frame.clone()).as_ref(), Ok(&frames[number]));
    // Number and IV of the next: as if the frame had been moved there.
    let next = u32::try_from(number + 2).expect("few frames").to_be_bytes();
    frame[..4].copy_from_slice(&next);
    frame[12..16].copy_from_slice(&next);
    assert!(open(&mut frame).is_err(), "under another number");
}

fn opener(c: &EsdkCase, message: &[u8]) -> Option<Opener> {
    let (header, _) = Header::parse(message).ok()?;
    let key = raw_aes::unwrap(&c.kek.kek(), &header, &header.edks.clone().next()?).ok()?;
    match Body::open(&header, &key).ok()? {
        Body::Framed(opener) => Some(opener),
        Body::NonFramed(_) => None,
    }
}

/// Whoever has the data key and not the signer's key can make all of a message but its signature.
pub fn esdk_refuses_the_signature_of_another(c: &EsdkCase) {
    let (Some(_), Some(message)) = (c.signer, theirs(c)) else { return };
    let mut text = c.text.clone();
    match text.0.first_mut() {
        Some(first) => *first ^= 1,
        None => return,
    }
    let other = theirs(&EsdkCase { text, ..c.clone() }).expect("as long as the first");
    let own = spec::esdk::open(&message, &c.key).expect("a message");
    let other = spec::esdk::open(&other, &c.key).expect("a message");
    let (_, signature) = other.signature.expect("a signed one");
    let len = u16::try_from(signature.len()).expect("short").to_be_bytes();
    let mixed = [&own.signed[..], &len, &signature].concat();
    // Frames are authentic one by one, and a block is not before the end.
    let seen = if c.block_iv.is_some() { vec![] } else { c.text.0.clone() };
    assert_eq!(opened(c, &mixed), Err(seen));
}

// req ESDK-HEADER-1
/// As it was sealed, and with a bit flipped, where it is a header still.
pub fn esdk_accepted_header_prints_back_identically(c: &EsdkCase) {
    if let Some(mut message) = theirs(c) {
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
        signed: header.suite.is_signed(),
        id: *header.message_id,
        context: pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect(),
        edks: edks.iter().map(owned).collect(),
        frame_len: match header.content_type {
            ContentType::Framed(len) => len.get(),
            ContentType::NonFramed => 0,
        },
        commitment: *header.commitment,
    };
    assert_eq!(model, Some(same));
    let context = Context::new(&mut pairs).expect("a context that was accepted");
    let parts = Parts {
        suite: header.suite,
        message_id: header.message_id,
        context: &context,
        edks: &edks,
        content_type: header.content_type,
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

/// A footer and a block of any bytes are within them, and a block prints back.
pub(super) fn rest_adds_up(bytes: &[u8]) {
    if let Ok((footer, rest)) = Footer::parse(bytes) {
        assert_eq!(2 + footer.signature.len() + rest.len(), bytes.len());
    }
    if let Some(head) = bytes.first_chunk()
        && let Ok(block) = Block::parse(head)
    {
        assert_eq!(block.print(), *head);
    }
}

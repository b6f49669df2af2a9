//! The messages of the AWS Encryption SDK, under 0x0478 and 0x0578.

use std::num::NonZeroU32;

use reelseal_core::envelope::esdk::{Body, FreshMessageId, Opener, Sealer, raw_aes};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::frame::iv;
use reelseal_core::format::esdk::header::PUBLIC_KEY;
use reelseal_core::format::esdk::{Block, ContentType, Edk, Footer, Frame, Header, Parts, Suite};
use reelseal_core::hash;
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::secret::{ContentKey, Kek, MessageKey};

use super::{Case, hidden, shown};
use crate::watch::public;

pub const ALL: &[Case] = &[
    ("message key under a raw AES key", raw_aes_both_ways),
    ("message commitment", commitment),
    ("message in frames", frames),
    ("message in one block", one_block),
    ("signed message", signed),
];

const FRAME_LEN: NonZeroU32 = NonZeroU32::new(32).unwrap();

const EDKS: &[Edk<'_>] = &[Edk { provider_id: "p", provider_info: b"i", ciphertext: b"c" }];

fn key() -> MessageKey {
    MessageKey::new(hidden())
}

fn raw_aes_both_ways() {
    let kek = Kek::new_256(hidden());
    let iv = raw_aes::FreshIv::new([1; 12]);
    assert_eq!(iv.bytes(), &[1; 12]);
    let wrapped = raw_aes::wrap(&kek, iv, &Context::EMPTY, &key()).unwrap();
    public(&wrapped);
    let info = b"name\0\0\0\x80\0\0\0\x0c\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01";
    let edk = Edk { provider_id: "p", provider_info: info, ciphertext: &wrapped };
    let header = header(Suite::CommitKey, ContentType::Framed(FRAME_LEN), &Context::EMPTY);
    let (header, _) = Header::parse(&header).unwrap();
    let unwrapped = raw_aes::unwrap(&kek, &header, &edk).unwrap();
    assert!(Body::open(&header, &unwrapped).is_ok());
    assert!(raw_aes::unwrap(&Kek::new_256([9; 32]), &header, &edk).is_err());
}

/// The header of a message under `key()`, as others make them who can make more of them than we.
fn header(suite: Suite, content_type: ContentType, context: &Context<'_>) -> Vec<u8> {
    let (id, mut room) = ([8; 32], [0; 400]);
    let (mut commitment, mut derived) = ([0; 32], [0; 32]);
    let info = [&suite.id().to_be_bytes()[..], b"DERIVEKEY"].concat();
    hash::hkdf_sha512(&id, &hidden::<32>(), b"COMMITKEY", &mut commitment).unwrap();
    hash::hkdf_sha512(&id, &hidden::<32>(), &info, &mut derived).unwrap();
    public(&commitment);
    let parts = Parts {
        suite,
        message_id: &id,
        context,
        edks: EDKS,
        content_type,
        commitment: &commitment,
    };
    let bytes = parts.print(&mut room).unwrap();
    let nonce = Iv::Bytes12(iv(0));
    let tag = gcm::seal_in_place(&ContentKey::new_256(derived), nonce, &[bytes], &mut []);
    let header = [&bytes[..], &tag.unwrap()].concat();
    public(header.as_slice());
    header
}

fn commitment() {
    let header = header(Suite::CommitKey, ContentType::Framed(FRAME_LEN), &Context::EMPTY);
    let (header, _) = Header::parse(&header).unwrap();
    assert!(Body::open(&header, &key()).is_ok());
    assert!(Body::open(&header, &MessageKey::new([9; 32])).is_err());
}

fn opener(header: &[u8]) -> Opener {
    let (header, _) = Header::parse(header).unwrap();
    let Ok(Body::Framed(opener)) = Body::open(&header, &key()) else { panic!("it has frames") };
    opener
}

fn frames() {
    let (id, mut out) = (FreshMessageId::new([8; 32]), [0; 400]);
    let begun = Sealer::new(&key(), id, &Context::EMPTY, EDKS, FRAME_LEN, &mut out);
    let (mut sealer, header) = begun.unwrap();
    public(header);
    let (mut content, mut rest) = (hidden::<32>(), hidden::<7>());
    let (head, tag) = sealer.seal(&mut content).unwrap();
    let mut frame = [&head[..], &content, &tag].concat();
    let (head, tag) = sealer.finish(&mut rest).unwrap();
    let mut last = [&head[..], &rest, &tag].concat();
    (public(frame.as_slice()), public(last.as_slice()));

    let mut opener = opener(header);
    assert_eq!(opener.frame_len(), FRAME_LEN);
    let parse = |bytes| Frame::parse(bytes, FRAME_LEN).unwrap().0;
    let mut again = frame.clone();
    assert_eq!(shown(opener.open_alone(parse(&mut again)).unwrap())[..2], [3, 10]);
    assert_eq!(shown(opener.open(parse(&mut frame)).unwrap())[..2], [3, 10]);
    let mut altered = last.clone();
    altered[30] ^= 1;
    assert!(opener.open_alone(parse(&mut altered)).is_err());
    assert_eq!(opener.open(parse(&mut last)).unwrap().len(), 7);
    assert!(opener.finish(None).is_ok());
}

fn one_block() {
    let header = header(Suite::CommitKey, ContentType::NonFramed, &Context::EMPTY);
    let (header, _) = Header::parse(&header).unwrap();
    let Ok(Body::NonFramed(opener)) = Body::open(&header, &key()) else { panic!("it is a block") };
    let mut block = opener.begin(&Block { iv: [3; 12], len: 40 }, ()).unwrap();
    assert_eq!(block.left(), 40);
    block.update(&mut [1; 40], |(), _| ()).unwrap();
    assert!(block.finish(&[2; 16], None).is_err());
}

/// That the signature is none is seen when all else was found good.
fn signed() {
    // The base point of P-384, SEC 2 §2.5.1, compressed.
    let point = "A6qHyiK+iwU3jrHHHvMgrXRuHTtii6ebmFn3QeCCVCo4VQLyXb9VKWw6VF44cnYKtw==";
    let mut pairs = [(PUBLIC_KEY, point)];
    let context = Context::new(&mut pairs).unwrap();
    let header = header(Suite::CommitKeySigned, ContentType::Framed(FRAME_LEN), &context);
    let opener = opener(&header);
    let footer = [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01];
    assert!(opener.finish(Some(&Footer { signature: &footer })).is_err());
}

//! Messages of the AWS Encryption SDK: one of its own, ours, and what neither takes. More of its
//! own, signed and not framed, are among the vectors. The fields of headers are in
//! `esdk_header.rs`.

mod common;

use std::num::NonZeroU32;

use common::{hex, text};
use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::raw_aes::{self, FreshIv};
use reelseal_core::envelope::esdk::{Body, FreshMessageId, Opener, Sealer};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::frame::MAX_OVERHEAD;
use reelseal_core::format::esdk::{ContentType, Edk, Frame, Header, Kind, RawAes, Suite};
use reelseal_core::format::{Malformed, Rule};
use reelseal_core::secret::{Kek, MessageKey};

/// Made by `aws-encryption-sdk` 4.0.7 of PyPI with a raw AES keyring, the wrapping key being 32
/// times 2b, in frames of 128 bytes. The plaintext is the bytes 0 to 199.
const THEIRS: &str = "\
    020478e5a9eeb9c2f85c0219c6825a3de7fea157cb58fcf77ea53798dd156f51b82943002d0002000a6177733a\
    73333a61726e001761726e3a6177733a73333a3a3a6275636b65742f6b6579000162000132000100087265656c\
    7365616c001961206b6579000000800000000cb0b732ec013959bca17bee4f00305cc7598b62ccf8a13549d804\
    5b8af2f4fe9ad22ea17c2997399185aa192601be0156062c813924e0698e161606781493020000008059b3801e\
    dcab5e331bfd83a6b03d6217e227183f23c549fb8eaab0b74a5c43c90ca9fb6ad386fe4756af999f55afa48100\
    0000010000000000000000000000010e73b8b1116b8cc4cc58b948321a702448051aaa46d96209960325a4e02d\
    6e9cf2f67faf82bc191406bd9a28c1d65696401f684aaa1a2bf39b173f1365a7ad1747cfe0056fde991f6350c9\
    7e533ff3b13ee7830f4da34091bec55ed0a36e1012d3ac315efd2c0bb28e8f9ea1fa09d6a2c12cd648ca3c5691\
    3d5a3961b421872c2bc490be14ce42b7bf287c447afac8d5ffffffff0000000200000000000000000000000200\
    000048bfdd9fc0e520eb03919c4f7b645852cc82edc85cb876e35c48ceb6855349cf098f131a7baafe28230c0e\
    0e3b75ba654abb0c24f904584abe1e89c3b460dd652bbb8fd65947dcc4bc6a7f8972cddb8793dab7aa40e62ecf\
    2f\
";

const PAIRS: [(&str, &str); 2] = [("aws:s3:arn", "arn:aws:s3:::bucket/key"), ("b", "2")];

fn kek() -> Kek {
    Kek::new_256([0x2b; 32])
}

/// Opens a message whose first EDK is of a raw AES keyring; what was released by then, and why no
/// more was.
fn open(message: &[u8], kek: &Kek) -> (Vec<u8>, Result<(), String>) {
    let mut released = vec![];
    let done = try_open(message, kek, &mut released);
    (released, done)
}

fn try_open(message: &[u8], kek: &Kek, released: &mut Vec<u8>) -> Result<(), String> {
    let say = |error: Malformed| error.to_string();
    let (header, rest) = Header::parse(message).map_err(say)?;
    let edk = header.edks.clone().next().unwrap();
    let key = raw_aes::unwrap(kek, &header, &edk).map_err(|e| e.to_string())?;
    let mut opener = framed(&header, &key).map_err(|e| e.to_string())?;
    let mut rest = &mut rest.to_vec()[..];
    loop {
        let (frame, after) = Frame::parse(rest, opener.frame_len()).map_err(say)?;
        let kind = frame.kind;
        released.extend(opener.open(frame).map_err(|e| e.to_string())?);
        rest = after;
        if kind == Kind::Final {
            assert!(rest.is_empty(), "trailing");
            return opener.finish(None).map_err(|e| e.to_string());
        }
    }
}

fn framed(header: &Header<'_>, key: &MessageKey) -> Result<Opener, Inauthentic> {
    match Body::open(header, key)? {
        Body::Framed(opener) => Ok(opener),
        Body::NonFramed(_) => panic!("a message that is not framed"),
    }
}

fn seal(plaintext: &[u8], frame_len: u32) -> Vec<u8> {
    let mut pairs = PAIRS;
    let context = Context::new(&mut pairs).unwrap();
    let key = MessageKey::new([9; 32]);
    let iv = FreshIv::new([3; 12]);
    let mut info = [0; 64];
    let info = RawAes { key_name: b"a key", iv: iv.bytes() }.print(&mut info).unwrap();
    let wrapped = raw_aes::wrap(&kek(), iv, &context, &key).unwrap();
    let edk = Edk { provider_id: "reelseal", provider_info: info, ciphertext: &wrapped };
    let mut room = [0; 1024];
    let id = FreshMessageId::new([4; 32]);
    let frame_len = NonZeroU32::new(frame_len).unwrap();
    let (mut sealer, header) =
        Sealer::new(&key, id, &context, &[edk], frame_len, &mut room).unwrap();
    let mut message = header.to_vec();
    let mut rest = plaintext.to_vec();
    while rest.len() > frame_len.get() as usize {
        let after = rest.split_off(frame_len.get() as usize);
        let (head, tag) = sealer.seal(&mut rest).unwrap();
        message.extend([&head[..], &rest, &tag].concat());
        rest = after;
    }
    let (head, tag) = sealer.finish(&mut rest).unwrap();
    message.extend([&head[..], &rest, &tag].concat());
    message
}

// req ESDK-HEADER-1, ESDK-RAW-1
#[test]
fn a_message_of_the_sdk_opens() {
    let message = hex(THEIRS);
    let (header, _) = Header::parse(&message).unwrap();
    assert!(header.pairs().eq(PAIRS));
    assert_eq!(header.suite, Suite::CommitKey);
    assert_eq!(header.content_type, ContentType::Framed(NonZeroU32::new(128).unwrap()));
    let edk = header.edks.clone().next().unwrap();
    assert_eq!(edk.provider_id, "reelseal");
    assert_eq!(RawAes::parse(edk.provider_info).unwrap().key_name, b"a key");
    assert_eq!(header.edks.clone().count(), 1);
    let (released, done) = open(&message, &kek());
    assert_eq!(done, Ok(()));
    assert_eq!(released, (0..200).collect::<Vec<u8>>());
    let inauthentic = Err(Inauthentic.to_string());
    assert_eq!(open(&message, &Kek::new_256([0x2c; 32])), (vec![], inauthentic));
}

#[test]
fn what_was_sealed_opens() {
    for len in [0, 1, 15, 16, 17, 31, 32, 33, 100] {
        let plaintext = text(len);
        let message = seal(&plaintext, 16);
        assert_eq!(open(&message, &kek()), (plaintext, Ok(())), "{len}");
    }
}

/// In a message of theirs too: no bit of a message is idle.
#[test]
fn any_flipped_bit_is_refused_and_what_was_released_before_is_right() {
    for (message, clear) in [(hex(THEIRS), (0..200).collect()), (seal(&text(40), 16), text(40))] {
        for bit in 0..8 * message.len() {
            let mut altered = message.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let (released, done) = open(&altered, &kek());
            assert!(done.is_err(), "bit {bit}");
            assert!(clear.starts_with(&released), "bit {bit}: other bytes were released");
        }
    }
}

// req ESDK-FRAME-2
#[test]
fn no_beginning_of_a_message_is_a_message() {
    let message = seal(&text(40), 16);
    for len in 0..message.len() {
        let (released, done) = open(&message[..len], &kek());
        let error = done.unwrap_err();
        assert!(error.ends_with("does not have the right length"), "{len}: {error}");
        assert!(text(40).starts_with(&released), "{len}");
    }
}

// req ESDK-FRAME-1
#[test]
fn frames_are_neither_moved_nor_left_out_nor_repeated() {
    let message = seal(&text(48), 16);
    let (header, _) = Header::parse(&message).unwrap();
    let edk = header.edks.clone().next().unwrap();
    let key = raw_aes::unwrap(&kek(), &header, &edk).unwrap();
    let start = header.bytes.len() + 16;
    let frames: Vec<&[u8]> =
        vec![&message[start..][..48], &message[start + 48..][..48], &message[start + 96..]];
    for order in [&[1][..], &[2], &[0, 0], &[0, 2], &[0, 1, 1], &[0, 1, 2, 2], &[0, 1, 2, 0]] {
        let mut opener = framed(&header, &key).unwrap();
        let frame_len = opener.frame_len();
        let (last, first) = order.split_last().unwrap();
        for &at in first {
            let mut bytes = frames[at].to_vec();
            let (frame, _) = Frame::parse(&mut bytes, frame_len).unwrap();
            opener.open(frame).unwrap();
        }
        let mut bytes = frames[*last].to_vec();
        let (frame, _) = Frame::parse(&mut bytes, frame_len).unwrap();
        assert_eq!(opener.open(frame), Err(Inauthentic), "{order:?}");
        let content = if *last == 2 { &bytes[24..40] } else { &bytes[16..32] };
        assert_eq!(content, [0; 16], "{order:?}: left behind");
        let ended = first.contains(&2);
        assert_eq!(opener.finish(None).is_ok(), ended, "{order:?}");
    }
}

// req ESDK-COMMIT-1
/// One header, two data keys: the tag alone might be made to fit, the commitment cannot.
#[test]
fn a_data_key_that_was_not_committed_to_is_refused() {
    let message = hex(THEIRS);
    let (header, _) = Header::parse(&message).unwrap();
    assert!(Body::open(&header, &MessageKey::new([9; 32])).is_err());
}

// req ESDK-SUITE-1
#[test]
fn other_messages_are_refused_by_name() {
    let with = |at: usize, bytes: &[u8]| {
        let mut message = hex(THEIRS);
        message[at..at + bytes.len()].copy_from_slice(bytes);
        Header::parse(&message).map(|_| ()).unwrap_err().to_string()
    };
    let uncommitted = "does not commit to its key: such a message can open to different texts \
                       under different keys, and is not read";
    assert_eq!(with(0, &[1]), "message version 1 is not supported here");
    let old = "algorithm suite 0x0178, AES_256_GCM_HKDF_SHA256,";
    assert_eq!(with(0, &[1, 0x80, 1, 0x78]), format!("{old} {uncommitted}"));
    assert_eq!(with(1, &[1, 0x78]), format!("{old} {uncommitted}"));
    assert_eq!(with(0, &[3]), "message version is not a known value");
    assert_eq!(with(1, &[5, 0x78]), "aws-crypto-public-key is missing");
    assert_eq!(with(1, &[9, 0x78]), "algorithm suite is not a known value");
    assert_eq!(with(37, &[0, 0]), "encryption context is not written as its format demands");
    let message = hex(THEIRS);
    let at = Header::parse(&message).unwrap().0.bytes.len() - 37; // content type, length, commitment
    assert_eq!(with(at, &[1]), "frame length is out of range");
    assert_eq!(with(at, &[3]), "content type is not a known value");
    assert_eq!(with(at + 1, &[0; 4]), "frame length is out of range");
    assert_eq!(with(at + 1, &[1, 0, 0, 1]), "frame length is out of range");
}

// req ESDK-HEADER-2
#[test]
fn a_context_out_of_order_or_repeated_is_refused() {
    let message = hex(THEIRS);
    let swap = |a: &[u8], b: &[u8]| {
        let mut altered = message.clone();
        let at = altered.windows(a.len()).position(|window| window == a).unwrap();
        altered[at..at + a.len()].copy_from_slice(b);
        Header::parse(&altered).map(|_| ()).unwrap_err()
    };
    let order = Malformed { field: "order of the encryption context", rule: Rule::Syntax };
    assert_eq!(swap(b"aws:s3:arn", b"cws:s3:arn"), order);
    let twice = Malformed { field: "number of encrypted data keys", rule: Rule::Range };
    assert_eq!(swap(b"\0\x01\0\x08reelseal", b"\0\0\0\x08reelseal"), twice);
    assert_eq!(swap(b"\0\x01\0\x08reelseal", b"\0\x21\0\x08reelseal"), twice);
    let utf8 = Malformed { field: "key provider id", rule: Rule::Utf8 };
    assert_eq!(swap(b"reelseal", b"reelse\xff\xff"), utf8);
}

#[test]
fn a_frame_of_another_length_is_not_sealed() {
    let (key, frame_len) = (MessageKey::new([9; 32]), NonZeroU32::new(4).unwrap());
    let edk = Edk { provider_id: "p", provider_info: b"i", ciphertext: b"c" };
    let begin = |out: &mut [u8]| {
        let id = FreshMessageId::new([4; 32]);
        let begun = Sealer::new(&key, id, &Context::EMPTY, &[edk], frame_len, out);
        begun.map(|(sealer, header)| (sealer, header.len()))
    };
    let mut out = [0; 256];
    let (mut sealer, len) = begin(&mut out).unwrap();
    for content in [3, 5] {
        assert!(sealer.seal(&mut vec![0; content]).is_none(), "{content} bytes");
    }
    assert!(sealer.finish(&mut [0; 5]).is_none());
    for room in 0..len {
        assert!(begin(&mut out[..room]).is_none(), "{room} bytes of {len}");
    }
}

/// What a reader holds at a time is enough for every frame.
#[test]
fn a_frame_fits_into_its_length_and_the_overhead() {
    let message = seal(&text(16), 16);
    let (_, rest) = Header::parse(&message).unwrap();
    assert_eq!(rest.len(), 16 + MAX_OVERHEAD);
    assert!(Frame::parse(&mut rest.to_vec(), NonZeroU32::new(16).unwrap()).is_ok());
    let shorter = NonZeroU32::new(15).unwrap();
    let error = Frame::parse(&mut rest.to_vec(), shorter).unwrap_err();
    assert_eq!(error.field, "content length of the final frame");
}

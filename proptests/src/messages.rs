//! Messages of the AWS Encryption SDK: made by the core and by the model, opened by the core.

use p384::ecdsa::signature::Signer;
use p384::ecdsa::{DerSignature, SigningKey};
use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::raw_aes::{self, FreshIv};
use reelseal_core::envelope::esdk::{BlockOpener, Body, FreshMessageId, Opener, Sealer};
use reelseal_core::format::Malformed;
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::frame::MAX_OVERHEAD;
use reelseal_core::format::esdk::{
    Block, Edk, Footer, Frame, Header, Kind, MAX_HEADER_LEN, RawAes,
};
use reelseal_core::secret::{Kek, MessageKey};
use reelseal_spec as spec;
use reelseal_vectors::own::Outcome;

use crate::cases::EsdkCase;
use crate::laws::assert_zero;

/// The message of `c` by the core. `None` where a part of it is out of bounds.
pub(crate) fn sealed(c: &EsdkCase) -> Option<Vec<u8>> {
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

/// The message of `c` by the model, signed by `p384`.
pub(crate) fn theirs(c: &EsdkCase) -> Option<Vec<u8>> {
    // A scalar of 384 bits, far below the order of the curve.
    let signer = c.signer.map(|seed| [&[0; 15], &seed[..], &[1]].concat());
    let signer = signer.map(|scalar| SigningKey::from_slice(&scalar).expect("a scalar"));
    let mut pairs = c.context.owned();
    if let Some(signer) = &signer {
        let point = signer.verifying_key().to_sec1_point(true);
        let text = spec::base64::encode(point.as_bytes());
        pairs.retain(|(key, _)| key != "aws-crypto-public-key");
        pairs.push(("aws-crypto-public-key".to_owned(), text));
        pairs.sort();
    }
    let edk = spec::esdk::wrap(c.kek.bytes(), ("reelseal", &c.name.0), c.iv, &pairs, &c.key)?;
    let header = spec::esdk::Header {
        signed: signer.is_some(),
        id: c.id,
        context: pairs,
        edks: vec![edk; c.edks()],
        frame_len: c.block_iv.map_or_else(|| c.frame_len().get(), |_| 0),
        commitment: spec::esdk::commitment(&c.key, &c.id),
    };
    let body = match c.block_iv {
        Some(iv) => spec::esdk::Body::Block(iv, c.text.0.clone()),
        None => spec::esdk::Body::Frames(c.frames()),
    };
    let mut message = spec::esdk::seal(&c.key, &header, &body)?;
    if let Some(signer) = signer {
        let signature: DerSignature = signer.sign(&message);
        let len = u16::try_from(signature.as_bytes().len()).ok()?;
        message.extend([&len.to_be_bytes(), signature.as_bytes()].concat());
    }
    Some(message)
}

/// The plaintext, or what was found authentic before a refusal.
pub(crate) fn opened(c: &EsdkCase, message: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let mut released = vec![];
    match open(&c.kek.kek(), message, &mut released) {
        Ok(()) => Ok(released),
        Err(_) => Err(released),
    }
}

/// Opens `message` by the core, with the first of its wrapped keys that `kek` unwraps.
///
/// # Errors
///
/// Why it does not open; what was found authentic by then is in `released`.
pub fn open(kek: &Kek, message: &[u8], released: &mut Vec<u8>) -> Result<(), Outcome> {
    let (header, rest) = Header::parse(message).map_err(malformed)?;
    let key = header.edks.clone().find_map(|edk| raw_aes::unwrap(kek, &header, &edk).ok());
    let key = key.ok_or(Outcome::Inauthentic)?;
    match Body::open(&header, &key).map_err(inauthentic)? {
        Body::Framed(opener) => frames(opener, header.suite.is_signed(), rest, released),
        Body::NonFramed(opener) => block(opener, header.suite.is_signed(), rest, released),
    }
}

/// Opens through a window that holds one frame at a time, as a reader of a long message does.
fn frames(
    mut opener: Opener,
    signed: bool,
    mut rest: &[u8],
    released: &mut Vec<u8>,
) -> Result<(), Outcome> {
    let window = usize::try_from(opener.frame_len().get()).expect("32 bits") + MAX_OVERHEAD;
    loop {
        let mut held = rest[..window.min(rest.len())].to_vec();
        let (frame, after) = Frame::parse(&mut held, opener.frame_len()).map_err(malformed)?;
        let (kind, after, at) = (frame.kind, after.len(), frame.content.len() + after.len() + 16);
        match opener.open(frame) {
            Ok(content) => released.extend(content),
            Err(error) => {
                let start = held.len() - at;
                assert_zero(&held[start..held.len() - after - 16]);
                return Err(inauthentic(error));
            }
        }
        rest = &rest[held.len() - after..];
        if kind == Kind::Final {
            return opener.finish(footer(signed, rest)?.as_ref()).map_err(inauthentic);
        }
    }
}

/// Opens in two pieces.
fn block(
    opener: BlockOpener,
    signed: bool,
    rest: &[u8],
    released: &mut Vec<u8>,
) -> Result<(), Outcome> {
    let (head, rest) = rest.split_first_chunk().ok_or(Outcome::Malformed)?;
    let block = Block::parse(head).map_err(malformed)?;
    let len = usize::try_from(block.len).map_err(|_| Outcome::Malformed)?;
    let (content, rest) = rest.split_at_checked(len).ok_or(Outcome::Malformed)?;
    let (tag, rest) = rest.split_first_chunk().ok_or(Outcome::Malformed)?;
    let mut open = opener.begin(&block, vec![]).expect("as long as it was parsed");
    for piece in content.chunks(content.len() / 2 + 1) {
        let mut piece = piece.to_vec();
        let stored = open.update(&mut piece, |clear, text| clear.extend_from_slice(text));
        assert_eq!(stored, Some(()));
        assert_zero(&piece);
    }
    let clear = open.finish(tag, footer(signed, rest)?.as_ref()).map_err(inauthentic)?;
    released.extend(clear);
    Ok(())
}

/// The footer, where one is to be, and nothing behind it.
fn footer(signed: bool, rest: &[u8]) -> Result<Option<Footer<'_>>, Outcome> {
    let (footer, rest) = match signed {
        false => (None, rest),
        true => {
            let (footer, rest) = Footer::parse(rest).map_err(malformed)?;
            (Some(footer), rest)
        }
    };
    if rest.is_empty() { Ok(footer) } else { Err(Outcome::Malformed) }
}

fn malformed(_: Malformed) -> Outcome {
    Outcome::Malformed
}

fn inauthentic(_: Inauthentic) -> Outcome {
    Outcome::Inauthentic
}

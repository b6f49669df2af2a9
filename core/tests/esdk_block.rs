//! Messages of the AWS Encryption SDK that are one block: how long a block is, and where it ends.

mod common;

use common::text;
use reelseal_core::Inauthentic;
use reelseal_core::envelope::esdk::{BlockOpener, Body};
use reelseal_core::format::context::Context;
use reelseal_core::format::esdk::{Block, ContentType, Edk, Footer, Header, Parts, Suite};
use reelseal_core::format::{Malformed, Rule};
use reelseal_core::hash::hkdf_sha512;
use reelseal_core::modes::gcm::{self, Iv, Tag};
use reelseal_core::secret::{ContentKey, MessageKey};

const ID: [u8; 32] = [4; 32];

fn derived(info: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    hkdf_sha512(&ID, &[9; 32], info, &mut out).unwrap();
    out
}

fn key() -> ContentKey {
    ContentKey::new_256(derived(b"\x04\x78DERIVEKEY"))
}

/// What opens the block of a message, the header of which is authentic.
fn opener() -> BlockOpener {
    let edk = Edk { provider_id: "p", provider_info: b"i", ciphertext: b"c" };
    let parts = Parts {
        suite: Suite::CommitKey,
        message_id: &ID,
        context: &Context::EMPTY,
        edks: &[edk],
        content_type: ContentType::NonFramed,
        commitment: &derived(b"COMMITKEY"),
    };
    let mut room = [0; 256];
    let mut message = parts.print(&mut room).unwrap().to_vec();
    let tag = gcm::seal_in_place(&key(), Iv::Bytes12([0; 12]), &[&message], &mut []).unwrap();
    message.extend(tag);
    let header = Header::parse(&message).unwrap().0;
    match Body::open(&header, &MessageKey::new([9; 32])).unwrap() {
        Body::NonFramed(opener) => opener,
        Body::Framed(_) => panic!("it is one block"),
    }
}

/// A text that is sealed as one of `len` bytes, whether it has as many or not.
fn sealed(clear: &[u8], len: u64) -> (Vec<u8>, Tag) {
    let mut text = clear.to_vec();
    let aad: [&[u8]; 4] =
        [&ID, b"AWSKMSEncryptionClient Single Block", &[0, 0, 0, 1], &len.to_be_bytes()];
    let tag = gcm::seal_in_place(&key(), Iv::Bytes12([7; 12]), &aad, &mut text).unwrap();
    (text, tag)
}

#[test]
fn a_block_opens_in_pieces_and_says_what_is_left() {
    let (mut sealed, tag) = sealed(&text(40), 40);
    let mut block = opener().begin(&Block { iv: [7; 12], len: 40 }, vec![]).unwrap();
    assert_eq!(block.left(), 40);
    for (piece, left) in sealed.chunks_mut(16).zip([24, 8, 0]) {
        block.update(piece, |content: &mut Vec<u8>, clear| content.extend(clear)).unwrap();
        assert_eq!(block.left(), left);
    }
    assert!(block.update(&mut [0], |_, _| ()).is_none(), "longer than its length");
    assert_eq!(block.finish(&tag, None), Ok(text(40)));
}

/// Its writer has the key: the tag is right, and the length is not.
#[test]
fn a_block_that_is_shorter_than_it_says_is_refused() {
    let (mut sealed, tag) = sealed(&text(40), 41);
    let mut block = opener().begin(&Block { iv: [7; 12], len: 41 }, ()).unwrap();
    block.update(&mut sealed, |(), _| ()).unwrap();
    assert_eq!(block.finish(&tag, None), Err(Inauthentic));
}

#[test]
fn a_signature_where_none_is_wanted_is_refused() {
    let (_, tag) = sealed(&[], 0);
    let begin = || opener().begin(&Block { iv: [7; 12], len: 0 }, ()).unwrap();
    assert_eq!(begin().finish(&tag, None), Ok(()));
    let footer = Footer { signature: &[0; 8] };
    assert_eq!(begin().finish(&tag, Some(&footer)), Err(Inauthentic));
}

#[test]
fn a_block_has_as_many_bytes_as_gcm_encrypts() {
    let head = |len: u64| {
        let mut head = [3; 20];
        head[12..].copy_from_slice(&len.to_be_bytes());
        head
    };
    let most = 68_719_476_704; // 2³⁹ − 256 bits
    for len in [0, 1, most] {
        let block = Block::parse(&head(len)).unwrap();
        assert_eq!(block, Block { iv: [3; 12], len });
        assert_eq!(block.print(), head(len));
    }
    let refused = Err(Malformed { field: "content length", rule: Rule::Range });
    for len in [most + 1, most + 2, u64::MAX] {
        assert_eq!(Block::parse(&head(len)), refused);
    }
}

#[test]
fn a_footer_is_no_longer_than_a_signature() {
    let footer = |len: u16| [&len.to_be_bytes()[..], &[5; 200]].concat();
    for len in [0, 1, 103, 104] {
        let bytes = footer(len);
        let (footer, rest) = Footer::parse(&bytes).unwrap();
        assert_eq!(footer.signature, vec![5; usize::from(len)]);
        assert_eq!(rest.len(), 200 - usize::from(len));
    }
    let refused = Malformed { field: "signature", rule: Rule::Length };
    assert_eq!(Footer::parse(&footer(105)), Err(refused));
    assert_eq!(Footer::parse(&footer(104)[..105]), Err(refused), "cut short");
}

/// As the AWS Encryption SDK's specification registers them.
#[test]
fn suites_have_their_registered_names() {
    assert_eq!(Suite::CommitKey.name(), "AES_256_GCM_HKDF_SHA512_COMMIT_KEY");
    let signed = "AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384";
    assert_eq!(Suite::CommitKeySigned.name(), signed);
}

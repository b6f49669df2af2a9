//! The local key service's blob: what opens it, what does not, and what is left then.

mod common;

use common::{hex, text};
use reelseal_core::Inauthentic;
use reelseal_core::envelope::kms::{FreshNonce, open, seal};
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::{Blob, HEADER_LEN, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::format::{Malformed, Rule};
use reelseal_core::secret::BackingKey;

fn key() -> BackingKey {
    BackingKey::new(std::array::from_fn(|i| i as u8))
}

fn sealed(context: &Context<'_>, plaintext: &[u8]) -> Vec<u8> {
    let mut out = vec![0; plaintext.len() + OVERHEAD];
    let nonce = FreshNonce::new([0x51; 16], [0x1f; 12]);
    seal(&key(), &[0xee; 16], 7, nonce, context, plaintext, &mut out).unwrap().to_vec()
}

fn opens(blob: &[u8], context: &Context<'_>) -> Result<Vec<u8>, Inauthentic> {
    let mut out = [0xff; MAX_PLAINTEXT];
    let opened = open(&Blob::parse(blob).unwrap(), &key(), context, &mut out).map(<[u8]>::to_vec);
    assert!(opened.is_ok() || out == [0; MAX_PLAINTEXT], "a refused plaintext was left behind");
    opened
}

#[test]
fn a_blob_shows_its_fields() {
    let bytes = sealed(&Context::EMPTY, b"secret");
    let blob = Blob::parse(&bytes).unwrap();
    assert_eq!((blob.key_id, blob.version), (&[0xee; 16], 7));
    assert_eq!((blob.salt, blob.iv), (&[0x51; 16], &[0x1f; 12]));
    assert_eq!(blob.header[..], bytes[..HEADER_LEN]);
    assert_eq!(bytes[..21], [b"RSKM\x01".as_slice(), &[0xee; 16]].concat());
    assert_eq!((blob.ciphertext.len(), blob.tag), (6, bytes.last_chunk().unwrap()));
}

#[test]
fn a_blob_opens_at_every_length() {
    for len in [1, 15, 16, 17, 32, 1000, MAX_PLAINTEXT] {
        let plaintext = text(len);
        let blob = sealed(&Context::EMPTY, &plaintext);
        assert_eq!(opens(&blob, &Context::EMPTY), Ok(plaintext));
    }
}

// req KMS-CTX-1
#[test]
fn the_context_opens_it_whatever_the_order() {
    let mut pairs = [("b", "2"), ("a", "1")];
    let blob = sealed(&Context::new(&mut pairs).unwrap(), b"secret");
    let mut pairs = [("a", "1"), ("b", "2")];
    assert_eq!(opens(&blob, &Context::new(&mut pairs).unwrap()), Ok(b"secret".to_vec()));
}

#[test]
fn another_context_does_not_open_it() {
    let mut pairs = [("a", "1")];
    let blob = sealed(&Context::new(&mut pairs).unwrap(), b"secret");
    for mut pairs in [vec![], vec![("A", "1")], vec![("a", "1 ")], vec![("a", "1"), ("b", "")]] {
        let context = Context::new(&mut pairs).unwrap();
        assert_eq!(opens(&blob, &context), Err(Inauthentic));
    }
}

#[test]
fn another_key_does_not_open_it() {
    let bytes = sealed(&Context::EMPTY, b"secret");
    let blob = Blob::parse(&bytes).unwrap();
    let mut out = [0xff; MAX_PLAINTEXT];
    let other = BackingKey::new([0; 32]);
    assert_eq!(open(&blob, &other, &Context::EMPTY, &mut out), Err(Inauthentic));
    assert_eq!(out, [0; MAX_PLAINTEXT], "a refused plaintext was left behind");
}

#[test]
fn any_flipped_bit_is_malformed_or_inauthentic() {
    let bytes = sealed(&Context::EMPTY, &text(32));
    for bit in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        match bit / 8 {
            0..5 => assert!(Blob::parse(&altered).is_err(), "bit {bit}"),
            _ => assert_eq!(opens(&altered, &Context::EMPTY), Err(Inauthentic), "bit {bit}"),
        }
    }
}

#[test]
fn what_is_not_a_blob_is_malformed() {
    let bytes = sealed(&Context::EMPTY, b"x");
    for len in 0..bytes.len() {
        assert!(Blob::parse(&bytes[..len]).is_err(), "{len}");
    }
    let refused = |at: usize, with: u8| {
        let mut altered = bytes.clone();
        altered[at] = with;
        Blob::parse(&altered).map(|_| ()).unwrap_err()
    };
    assert_eq!(refused(0, b'X'), Malformed { field: "magic number", rule: Rule::Registered });
    assert_eq!(refused(4, 2), Malformed { field: "format version", rule: Rule::Registered });
    assert_eq!(refused(24, 0), Malformed { field: "key version", rule: Rule::Range });

    let longest = MAX_PLAINTEXT + OVERHEAD;
    let too_long = [&bytes[..HEADER_LEN], &vec![0; longest + 1 - HEADER_LEN]].concat();
    assert!(Blob::parse(&too_long[..longest]).is_ok());
    let length = Malformed { field: "ciphertext", rule: Rule::Length };
    assert_eq!(Blob::parse(&too_long), Err(length));
}

#[test]
fn what_cannot_be_sealed_is_refused() {
    let seal = |version, plaintext: &[u8], room: usize| {
        let nonce = FreshNonce::new([0; 16], [0; 12]);
        let mut out = vec![0; room];
        seal(&key(), &[0; 16], version, nonce, &Context::EMPTY, plaintext, &mut out).is_some()
    };
    assert!(seal(1, &[0; 4096], 4096 + OVERHEAD));
    assert!(!seal(1, &[0; 4097], 4097 + OVERHEAD));
    assert!(!seal(1, &[], OVERHEAD));
    assert!(!seal(0, &[0; 16], 16 + OVERHEAD));
    assert!(!seal(1, &[0; 16], 15 + OVERHEAD));
}

// req KMS-4
/// Made with PyCA `cryptography`: KBKDFHMAC and AESGCM over the layout in `kms_blob`.
#[test]
fn a_blob_made_by_others_opens() {
    let blob = hex(PYCA_BLOB);
    let mut pairs = [("service", "elastictranscoder.amazonaws.com"), ("job", "1")];
    let context = Context::new(&mut pairs).unwrap();
    assert_eq!(opens(&blob, &context), Ok(b"Elastic Transcoder".to_vec()));
    assert_eq!(sealed(&context, b"Elastic Transcoder"), blob);
}

const PYCA_BLOB: &str = "\
    52534b4d01eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee00000007515151515151515151515151515151511f1f1f\
    1f1f1f1f1f1f1f1f1ffcee39115d28a0a39a7901266e5486ac3eb1ac890d7fc45bd4354accbd9e0415b37a";

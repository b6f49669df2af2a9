//! The objects that the real clients wrote: each opens in the core, and the runner counts.

use reelseal_core::Inauthentic;
use reelseal_core::envelope::s3ec::{DataKey, Opened, Step, open, step};
use reelseal_core::format::context::Context;
use reelseal_core::format::s3ec::{Header, MAX_WRAPPED_LEN, Metadata};
use reelseal_core::policy::{Admitted, CommitmentPolicy, Extent, Gate, Policy};
use reelseal_core::secret::Kek;
use reelseal_spec as spec;
use reelseal_vectors::bytes;
use reelseal_vectors::s3ec::{Master, Object, objects, parse_fields};
use sha2::{Digest, Sha256};

const OPEN: Policy = Policy {
    commitment: CommitmentPolicy::RequireEncryptAllowDecrypt,
    legacy_wrapping: Gate::Open,
    legacy_unauthenticated: Gate::Open,
    rsa_v1_5: Gate::Open,
};

#[test]
fn every_object_of_the_real_clients_opens() {
    let (mut opened, mut by_format) = (0, std::collections::BTreeMap::<String, usize>::new());
    for object in objects() {
        with_admitted(&object, |admitted| {
            let key = data_key(&object, admitted).expect("the right key");
            let text = text(admitted, &key, &bytes(&object.file)).expect("an authentic object");
            assert_eq!(Sha256::digest(&text)[..], object.clear_sha256, "{}", object.name);
        });
        *by_format.entry(object.format).or_default() += 1;
        opened += 1;
    }
    println!("s3ec: {by_format:?}");
    assert_eq!(opened, 42);
}

#[test]
fn the_model_opens_every_object_under_an_aes_key() {
    let mut opened = 0;
    for object in objects() {
        let Master::Aes(kek) = &object.master else { continue };
        let whole = spec::s3ec::Object {
            metadata: object.metadata.clone(),
            file: file(&object),
            body: bytes(&object.file),
        };
        let text = spec::s3ec::open(&whole, kek).expect("an authentic object");
        assert_eq!(Sha256::digest(&text)[..], object.clear_sha256, "{}", object.name);
        opened += 1;
    }
    assert_eq!(opened, 16);
}

/// By the key that is known: of KMS and of RSA, what they answer.
fn data_key(object: &Object, admitted: &Admitted<'_>) -> Result<DataKey, Inauthentic> {
    match (step(admitted), &object.master) {
        (Step::Unwrap(unwrap), Master::Aes(kek)) => unwrap.unwrap(&match kek.len() {
            16 => Kek::new_128(kek[..].try_into().expect("16 bytes")),
            _ => Kek::new_256(kek[..].try_into().expect("32 bytes")),
        }),
        (Step::Kms(ask), Master::Kms) => {
            let text = admitted.header().description;
            let stored = parse_fields(text);
            let expected = object.context_fields();
            let pairs = |fields: &'static [(String, String)]| {
                fields.iter().map(|(k, v)| (&k[..], &v[..])).collect::<Vec<_>>()
            };
            let (mut stored, mut expected) = (pairs(stored.leak()), pairs(expected.leak()));
            let stored = Context::new(&mut stored).expect("a context");
            let expected = Context::new(&mut expected).expect("a context");
            ask.check_context(&stored, &expected).expect("it").complete(&object.data_key)
        }
        (Step::Rsa(ask), Master::Rsa) => {
            let suite = admitted.header().content.suite().as_str().as_bytes();
            let bound = admitted.header().wrap.as_str() == "RSA-OAEP-SHA1";
            let payload = if bound {
                [&[32], &object.data_key[..], suite].concat()
            } else {
                object.data_key.clone()
            };
            ask.complete(&payload)
        }
        (other, master) => panic!("{}: {other:?} under {master:?}", object.name),
    }
}

fn file(object: &Object) -> Option<Vec<(String, String)>> {
    let text = object.instruction_file.as_ref()?;
    Some(parse_fields(text))
}

fn with_admitted(object: &Object, with: impl FnOnce(&Admitted<'_>)) {
    let file = file(object);
    let borrowed = |fields: &'static [(String, String)]| {
        fields.iter().map(|(k, v)| (&k[..], &v[..])).collect::<Vec<_>>()
    };
    let metadata = borrowed(object.metadata.clone().leak());
    let file = file.map(|file| borrowed(file.leak()));
    let metadata = Metadata::new(&metadata).expect("metadata");
    let file = file.as_deref().map(|file| Metadata::new(file).expect("an instruction file"));
    assert_eq!(metadata.wants_instruction_file(), file.is_some(), "{}", object.name);
    let mut room = [0; MAX_WRAPPED_LEN];
    let header = Header::parse(&metadata, file.as_ref(), &mut room).expect("a header");
    assert_eq!(format!("{:?}", header.version), expected_version(object), "{}", object.name);
    with(&OPEN.admit(header, Extent::Whole).expect("an admitted header"));
}

/// The format is that of the wrapped key: the Ruby client's V1 wrote V2 where KMS wrapped.
fn expected_version(object: &Object) -> String {
    match object.master {
        Master::Kms if object.format == "V1" => "V2".to_owned(),
        _ => object.format.clone(),
    }
}

fn text(admitted: &Admitted<'_>, key: &DataKey, body: &[u8]) -> Result<Vec<u8>, Inauthentic> {
    match open(admitted, key)? {
        Opened::Gcm(mut content) => {
            let (text, tag) = body.split_last_chunk().ok_or(Inauthentic)?;
            let mut clear = vec![];
            content.update(&mut text.to_vec(), |(), text| clear.extend_from_slice(text));
            content.finish(tag).map(|()| clear)
        }
        Opened::Cbc(content) => {
            let mut body = body.to_vec();
            reelseal_core::modes::cbc::decrypt_in_place(content, &mut body).map(|t| t.to_vec())
        }
        Opened::Range(_) => panic!("a range"),
    }
}

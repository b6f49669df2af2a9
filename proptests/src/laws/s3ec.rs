//! Objects of the Amazon S3 Encryption Client, under keys.

use reelseal_core::Inauthentic;
use reelseal_core::envelope::s3ec::{
    DataKey, FreshIv, FreshMessageId, Nonce, Opened, Step, open, seal, step, wrap_aes_gcm,
};
use reelseal_core::format::s3ec::{
    Content, Header, MAX_WRAPPED_LEN, Metadata, Place, Suite, Version,
};
use reelseal_core::policy::{CommitmentPolicy, Extent, Gate, Policy};
use reelseal_spec as spec;
use reelseal_spec::s3ec::{Fields, Object};

use super::Law;
use crate::cases::{S3ecCase, S3ecFields, S3ecSuite, S3ecWrap};

/// The laws of this file.
pub const ALL: &[Law<S3ecCase>] = &[
    Law { name: "s3ec_agrees_with_spec", holds: s3ec_agrees_with_spec },
    Law { name: "s3ec_opens_what_spec_sealed", holds: s3ec_opens_what_spec_sealed },
    Law { name: "s3ec_reads_any_part", holds: s3ec_reads_any_part },
    Law { name: "s3ec_refuses_any_flipped_bit", holds: s3ec_refuses_any_flipped_bit },
    Law { name: "s3ec_refuses_moved_fields", holds: s3ec_refuses_moved_fields },
];

/// The parser, on any fields.
pub const RAW: &[Law<S3ecFields>] = &[Law {
    name: "s3ec_header_of_any_fields_agrees_with_spec",
    holds: s3ec_header_of_any_fields_agrees_with_spec,
}];

/// Core and model seal to the same object, byte for byte and field for field.
pub fn s3ec_agrees_with_spec(c: &S3ecCase) {
    if c.wrap != S3ecWrap::Gcm || c.key.bytes().len() != 32 || c.suite == S3ecSuite::Cbc {
        return;
    }
    let c = S3ecCase { says_len: false, ..c.clone() };
    assert_eq!(sealed(&c), c.object().map(sorted));
}

/// What was sealed opens, in the core and in the model, and its fields print back.
pub fn s3ec_opens_what_spec_sealed(c: &S3ecCase) {
    if let Some(object) = c.object() {
        assert_eq!(opened(c, &object), Ok(c.text.0.clone()));
        assert_eq!(spec::s3ec::open(&object, c.kek.bytes()).as_ref(), Some(&c.text.0));
        assert!(header_agrees_with_spec(&object.metadata, object.file.as_ref()));
    }
}

/// A part that is read without the rest is that part.
pub fn s3ec_reads_any_part(c: &S3ecCase) {
    let (Some(object), true) = (c.object(), c.suite != S3ecSuite::Cbc) else { return };
    let len = c.text.0.len();
    let from = usize::from(c.part.0) % (len + 1);
    let to = from + usize::from(c.part.1) % (len - from + 1);
    let part = with_opened(c, &object, Extent::Range, |opened| match opened {
        Opened::Range(mut range) => {
            let mut part = object.body[from..to].to_vec();
            range.seek(from as u64).and_then(|()| range.apply(&mut part)).expect("short");
            part
        }
        _ => panic!("not a range"),
    });
    assert_eq!(part.as_deref(), Ok(&c.text.0[from..to]));
}

/// A bit of the object, of a field that is authentic, or of the key: it does not open.
pub fn s3ec_refuses_any_flipped_bit(c: &S3ecCase) {
    let Some(object) = c.object() else { return };
    let other = S3ecCase { kek: c.kek.other(c.flip), ..c.clone() };
    // CBC has no tag: a wrong key may open it, to other bytes.
    let refused = |opened: Result<Vec<u8>, Inauthentic>, what: &str| match c.suite {
        S3ecSuite::Cbc if c.wrap == S3ecWrap::Ecb || what != "another key" => {}
        _ => assert_eq!(opened, Err(Inauthentic), "{what}"),
    };
    refused(opened(&other, &object), "another key");
    let mut altered = object.clone();
    c.flip.apply(&mut [&mut altered.body]);
    refused(opened(c, &altered), "the body");
    if c.suite != S3ecSuite::Cbc {
        assert_eq!(spec::s3ec::open(&altered, c.kek.bytes()), None);
    }

    let mut altered = object.clone();
    let field = pick(&mut altered, c.field);
    // What names a wrapping key is authentic to nobody; the length is for who has all of the text.
    let free =
        ["x-amz-matdesc", "x-amz-m", "x-amz-unencrypted-content-length"].contains(&&field.0[..]);
    let mut value = std::mem::take(&mut field.1).into_bytes();
    c.flip.apply(&mut [&mut value]);
    let Ok(value) = String::from_utf8(value) else { return };
    field.1 = value;
    if !free && c.suite != S3ecSuite::Cbc {
        assert_eq!(opened(c, &altered), Err(Inauthentic), "{altered:?}");
    }
    header_agrees_with_spec(&altered.metadata, altered.file.as_ref());
}

// req S3EC-TAMPER-1
/// A field that stands in the other place, or in both, is refused: it could be taken for another.
pub fn s3ec_refuses_moved_fields(c: &S3ecCase) {
    let Some(object) = c.object() else { return };
    let mut altered = object.clone();
    let field = pick(&mut altered, c.field).clone();
    let optional = ["x-amz-unencrypted-content-length", "x-amz-matdesc", "x-amz-m"];
    let file = altered.file.get_or_insert_default();
    let was_in_file = file.contains(&field);
    let to = if was_in_file { &mut altered.metadata } else { &mut *file };
    to.push(field.clone());
    if c.field.is_multiple_of(2) {
        let from = if was_in_file { file } else { &mut altered.metadata };
        from.retain(|other| *other != field);
    }
    if !optional.contains(&&field.0[..]) {
        assert_eq!(opened(c, &altered), Err(Inauthentic), "{altered:?}");
    }
    header_agrees_with_spec(&altered.metadata, altered.file.as_ref());
}

// req S3EC-FIELD-1
/// Core and model read the same fields, and what is accepted prints back.
pub fn s3ec_header_of_any_fields_agrees_with_spec(c: &S3ecFields) {
    header_agrees_with_spec(&c.metadata, c.file.as_ref());
}

/// A field of the object, of its metadata or its instruction file.
fn pick(object: &mut Object, nth: u8) -> &mut (String, String) {
    let file = object.file.as_mut().into_iter().flatten();
    let mut all: Vec<_> = object.metadata.iter_mut().chain(file).collect();
    let nth = usize::from(nth) % all.len();
    all.swap_remove(nth)
}

/// Core and model take the same fields apart; what the core accepts, it prints, and reads again as
/// the same. Whether it is accepted.
fn header_agrees_with_spec(metadata: &Fields, file: Option<&Fields>) -> bool {
    let model = spec::s3ec::Header::parse(metadata, file);
    let accepted = with_header(metadata, file, |header| {
        let read = Some(described(header));
        assert_eq!(read, model);
        let (mut metadata, mut file) = (vec![], vec![]);
        header
            .print(|place, name, value| {
                let field = (name.to_owned(), value.to_owned());
                match place {
                    Place::Metadata => metadata.push(field),
                    Place::InstructionFile => file.push(field),
                }
            })
            .expect("a header that prints");
        let file = (header.place == Place::InstructionFile).then_some(&file);
        let again = with_header(&metadata, file, |again| assert_eq!(again, header));
        assert!(again.is_some(), "a print that is not read: {metadata:?} {file:?}");
    });
    assert_eq!(accepted.is_some(), model.is_some(), "{model:?}");
    accepted.is_some()
}

fn described(header: &Header<'_>) -> spec::s3ec::Header {
    let (nonce, commitment) = match &header.content {
        Content::AesCbc { iv } => (iv.to_vec(), vec![]),
        Content::AesGcm { iv } => (iv.to_vec(), vec![]),
        Content::AesGcmCommit { message_id, commitment } => {
            (message_id.to_vec(), commitment.to_vec())
        }
    };
    spec::s3ec::Header {
        version: match header.version {
            Version::V1 => 1,
            Version::V2 => 2,
            Version::V3 => 3,
        },
        suite: header.content.suite().as_str().to_owned(),
        nonce,
        commitment,
        wrap: header.wrap.as_str().to_owned(),
        wrapped: header.wrapped.to_vec(),
        description: header.description.to_owned(),
        clear_len: header.clear_len,
        in_file: header.place == Place::InstructionFile,
    }
}

/// Runs `with` on the header of these fields, if they are one.
fn with_header<T>(
    metadata: &Fields,
    file: Option<&Fields>,
    with: impl FnOnce(&Header<'_>) -> T,
) -> Option<T> {
    let metadata = S3ecFields::borrowed(metadata);
    let file = file.map(|file| S3ecFields::borrowed(file));
    let object = Metadata::new(&metadata).ok()?;
    let file = file.as_deref().map(Metadata::new).transpose().ok()?;
    let mut room = [0; MAX_WRAPPED_LEN];
    Header::parse(&object, file.as_ref(), &mut room).ok().map(|header| with(&header))
}

/// Runs `with` on the object under its data key. Any refusal is one.
fn with_opened<T>(
    c: &S3ecCase,
    object: &Object,
    extent: Extent,
    with: impl FnOnce(Opened) -> T,
) -> Result<T, Inauthentic> {
    let policy = Policy {
        commitment: CommitmentPolicy::RequireEncryptAllowDecrypt,
        legacy_wrapping: Gate::Open,
        legacy_unauthenticated: Gate::Open,
        rsa_v1_5: Gate::Closed,
    };
    let opened = with_header(&object.metadata, object.file.as_ref(), |header| {
        let admitted = policy.admit(header.clone(), extent).map_err(|_| Inauthentic)?;
        let Step::Unwrap(unwrap) = step(&admitted) else { return Err(Inauthentic) };
        open(&admitted, &unwrap.unwrap(&c.kek.kek())?)
    });
    opened.unwrap_or(Err(Inauthentic)).map(with)
}

fn opened(c: &S3ecCase, object: &Object) -> Result<Vec<u8>, Inauthentic> {
    with_opened(c, object, Extent::Whole, |opened| match opened {
        Opened::Gcm(mut content) => {
            let (text, tag) = object.body.split_last_chunk().ok_or(Inauthentic)?;
            let mut clear = vec![];
            content.update(&mut text.to_vec(), |(), text| clear.extend_from_slice(text));
            content.finish(tag).map(|()| clear)
        }
        Opened::Cbc(mut content) => {
            let mut body = object.body.clone();
            let ([whole @ .., last], []) = body.as_chunks_mut() else { return Err(Inauthentic) };
            content.update(whole);
            let tail = content.finish(*last)?;
            Ok([whole.as_flattened(), &tail].concat())
        }
        Opened::Range(_) => panic!("a range"),
    })?
}

/// As the core seals it.
fn sealed(c: &S3ecCase) -> Option<Object> {
    let key = DataKey::new(c.key.bytes().try_into().expect("32 bytes"));
    let [iv @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = c.nonce;
    let (suite, commitment, nonce) = match c.suite {
        S3ecSuite::Commit => (
            Suite::AesGcmCommit,
            CommitmentPolicy::RequireEncryptRequireDecrypt,
            Nonce::MessageId(FreshMessageId::new(c.nonce)),
        ),
        _ => (
            Suite::AesGcm,
            CommitmentPolicy::ForbidEncryptAllowDecrypt,
            Nonce::Iv(FreshIv::new(iv)),
        ),
    };
    let policy = Policy { commitment, ..Policy::default() };
    let suite = policy.admit_suite(suite).expect("it is what the policy writes");
    let (mut encryptor, content) = seal(suite, &key, nonce)?;
    let mut body = c.text.0.clone();
    encryptor.update(&mut body)?;
    body.extend(encryptor.finish());
    let mut room = [0; 60];
    let (kek, iv) = (c.kek.kek(), FreshIv::new(c.iv));
    let wrapped = wrap_aes_gcm(&kek, iv, suite.suite(), &key, &mut room)?;
    let place = if c.in_file { Place::InstructionFile } else { Place::Metadata };
    let wrap = reelseal_core::format::s3ec::Wrap::AesGcm;
    let (mut metadata, mut file) = (vec![], vec![]);
    Header::new(content, wrap, wrapped, "{}", place)?.print(|place, name, value| {
        let fields = if place == Place::Metadata { &mut metadata } else { &mut file };
        fields.push((name.to_owned(), value.to_owned()));
    })?;
    Some(sorted(Object { metadata, file: c.in_file.then_some(file), body }))
}

/// The order of fields says nothing.
fn sorted(mut object: Object) -> Object {
    object.metadata.sort();
    object.file.iter_mut().for_each(|file| file.sort());
    object
}

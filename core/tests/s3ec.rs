//! Objects of the Amazon S3 Encryption Client: known answers, and the gates.

mod common;

use common::{hex, hex_array};
use reelseal_core::Inauthentic;
use reelseal_core::envelope::s3ec::{
    DataKey, FreshIv, FreshMessageId, Nonce, Opened, Step, WrongContext, oaep_payload, open, seal,
    step, wrap_aes_gcm,
};
use reelseal_core::format::context::Context;
use reelseal_core::format::s3ec::{Content, Header, Place, Suite, Wrap};
use reelseal_core::policy::{
    Admitted, AdmittedSuite, CommitmentPolicy, Extent, Gate, Policy, Refused,
};
use reelseal_core::secret::Kek;
use reelseal_core::wrap::kw;

/// Everything is admitted.
const OPEN: Policy = Policy {
    commitment: CommitmentPolicy::RequireEncryptAllowDecrypt,
    legacy_wrapping: Gate::Open,
    legacy_unauthenticated: Gate::Open,
    rsa_v1_5: Gate::Open,
};

/// Known answers that Python's `cryptography` 48 computed: the data key is 00 … 1f, the wrapping
/// key 40 … 5f, the IV of the wrapping 00 … 0b.
const WRAPPED: [(Wrap, Suite, &str); 4] = [
    (
        Wrap::AesGcm,
        Suite::AesGcmCommit,
        "000102030405060708090a0b3a046e7b738942a7ca1b8ac9b4e0c2b493d53f1a7859bb44f639f28d5dac7741\
         15bec703fb37691ac78a72c553e551fb",
    ),
    (
        Wrap::AesGcm,
        Suite::AesGcm,
        "000102030405060708090a0b3a046e7b738942a7ca1b8ac9b4e0c2b493d53f1a7859bb44f639f28d5dac7741\
         7380f02ed9b3e676626ab68abedd987f",
    ),
    (
        Wrap::AesWrap,
        Suite::AesGcm,
        "9ba74ec0a3394a43baa95548a2d07bd4ac4f6ead62c4dd166837dcc58680468653db29b899a7668d",
    ),
    (
        Wrap::AesEcb,
        Suite::AesCbc,
        "d05d67e003c8a374a589ef3596f3a1a48c5b77dfa6593649d2620ad83c244a88c9cb7b3859e1a550bcbf11b6\
         24022c56",
    ),
];

fn numbers<const N: usize>(first: u8) -> [u8; N] {
    core::array::from_fn(|i| first + i as u8)
}

fn kek() -> Kek {
    Kek::new_256(numbers(0x40))
}

fn content(suite: Suite) -> Content {
    match suite {
        Suite::AesCbc => Content::AesCbc { iv: numbers(0) },
        Suite::AesGcm => Content::AesGcm { iv: numbers(0) },
        Suite::AesGcmCommit => Content::AesGcmCommit {
            message_id: numbers(0x20),
            commitment: hex_array("568b09974ecf2201353e6fbe3708d7ac61bce5d3322415d9f0a8aee5"),
        },
    }
}

fn admitted(suite: Suite, wrap: Wrap, wrapped: &[u8], extent: Extent) -> Admitted<'_> {
    let header = Header::new(content(suite), wrap, wrapped, "{}", Place::Metadata).unwrap();
    OPEN.admit(header, extent).unwrap()
}

fn unwrapped(admitted: &Admitted<'_>, kek: &Kek) -> Result<DataKey, Inauthentic> {
    match step(admitted) {
        Step::Unwrap(unwrap) => unwrap.unwrap(kek),
        other => panic!("{other:?}"),
    }
}

/// A whole text of GCM, which was `body`.
fn text(admitted: &Admitted<'_>, key: &DataKey, body: &[u8]) -> Result<Vec<u8>, Inauthentic> {
    let Opened::Gcm(mut gcm) = open(admitted, key)? else { panic!("not GCM") };
    let (text, tag) = body.split_last_chunk().unwrap();
    let mut clear = vec![];
    gcm.update(&mut text.to_vec(), |(), text| clear.extend_from_slice(text)).unwrap();
    gcm.finish(tag).map(|()| clear)
}

fn sealed(suite: AdmittedSuite, nonce: Nonce, text: &[u8]) -> (Vec<u8>, Content) {
    let key = DataKey::new(numbers(0));
    let (mut encryptor, content) = seal(suite, &key, nonce).unwrap();
    let mut body = text.to_vec();
    encryptor.update(&mut body).unwrap();
    body.extend(encryptor.finish());
    (body, content)
}

#[test]
fn wrapped_keys_are_the_known_ones() {
    for (wrap, suite, known) in WRAPPED {
        let known = hex(known);
        let admitted = admitted(suite, wrap, &known, Extent::Whole);
        let key = unwrapped(&admitted, &kek()).unwrap();
        // The payload of OAEP shows what the key is.
        let (payload, len) = oaep_payload(Suite::AesGcm, &key).unwrap();
        assert_eq!((payload[0], &payload[1..33]), (32, &numbers::<32>(0)[..]), "{wrap:?}");
        assert_eq!(&payload[33..len], b"AES/GCM/NoPadding");
        if wrap == Wrap::AesGcm {
            let iv = FreshIv::new(numbers(0));
            let mut room = [0; 60];
            let ours = wrap_aes_gcm(&kek(), iv, suite, &DataKey::new(numbers(0)), &mut room);
            assert_eq!(ours, Some(&known[..]));
        }
    }
}

#[test]
fn data_keys_of_every_length_are_wrapped_but_only_256_bits_are_committed_to() {
    for len in [16, 24, 32] {
        let mut wrapped = vec![0; len + 8];
        kw::wrap(&kek(), &numbers::<32>(7)[..len], &mut wrapped).unwrap();
        let admitted = admitted(Suite::AesGcm, Wrap::AesWrap, &wrapped, Extent::Whole);
        let key = unwrapped(&admitted, &kek()).unwrap();
        let (payload, _) = oaep_payload(Suite::AesGcm, &key).unwrap();
        assert_eq!((usize::from(payload[0]), &payload[1..=len]), (len, &numbers::<32>(7)[..len]));
        let mut room = [0; 60];
        let iv = FreshIv::new(numbers(0));
        let again = wrap_aes_gcm(&kek(), iv, Suite::AesGcm, &key, &mut room).unwrap();
        assert_eq!(again.len(), len + 28);
        let commit = Policy::default().admit_suite(Suite::AesGcmCommit).unwrap();
        let nonce = Nonce::MessageId(FreshMessageId::new(numbers(0)));
        assert_eq!(seal(commit, &key, nonce).is_some(), len == 32);
    }
}

#[test]
fn contents_are_the_known_ones() {
    let forbid = Policy { commitment: CommitmentPolicy::ForbidEncryptAllowDecrypt, ..OPEN };
    let v2 = forbid.admit_suite(Suite::AesGcm).unwrap();
    let v3 = OPEN.admit_suite(Suite::AesGcmCommit).unwrap();
    let known = [
        (v2, Nonce::Iv(FreshIv::new(numbers(0))), "2f67ba77aa2797ff353b8a046d28236dcd9d057bbb"),
        (
            v3,
            Nonce::MessageId(FreshMessageId::new(numbers(0x20))),
            "93ccf3ebf3f5e7d74fc36ef59711416f7f9aeacedf",
        ),
    ];
    for (suite, nonce, known) in known {
        let (body, said) = sealed(suite, nonce, b"hello");
        assert_eq!((body, said), (hex(known), content(suite.suite())));
        let wrapped = [0; 40];
        let admitted = admitted(suite.suite(), Wrap::KmsContext, &wrapped, Extent::Whole);
        let key = DataKey::new(numbers(0));
        assert_eq!(text(&admitted, &key, &hex(known)), Ok(b"hello".to_vec()));
    }
}

// req S3EC-COMMIT-1
#[test]
fn another_data_key_breaks_the_commitment_before_anything_is_decrypted() {
    let admitted = admitted(Suite::AesGcmCommit, Wrap::KmsContext, &[0; 40], Extent::Whole);
    assert!(open(&admitted, &DataKey::new(numbers(0))).is_ok());
    assert!(open(&admitted, &DataKey::new(numbers(1))).is_err());
    let Step::Kms(ask) = step(&admitted) else { panic!("not KMS") };
    let mut pairs = [("aws:x-amz-cek-alg", "115")];
    let stored = Context::new(&mut pairs).unwrap();
    let request = ask.check_context(&stored, &Context::EMPTY).unwrap();
    // A key of another length has no commitment at all.
    assert!(open(&admitted, &request.complete(&numbers::<16>(0)).unwrap()).is_err());
}

// req S3EC-RANGE-1
#[test]
fn a_range_is_the_same_bytes_from_any_offset() {
    let v3 = OPEN.admit_suite(Suite::AesGcmCommit).unwrap();
    let clear: Vec<u8> = (0..100).collect();
    let nonce = Nonce::MessageId(FreshMessageId::new(numbers(0x20)));
    let (body, _) = sealed(v3, nonce, &clear);
    let admitted = admitted(Suite::AesGcmCommit, Wrap::KmsContext, &[0; 40], Extent::Range);
    for (from, to) in [(0, 100), (0, 1), (15, 17), (16, 32), (47, 100), (99, 100)] {
        let Ok(Opened::Range(mut range)) = open(&admitted, &DataKey::new(numbers(0))) else {
            panic!("not a range")
        };
        range.seek(from as u64).unwrap();
        let mut part = body[from..to].to_vec();
        range.apply(&mut part).unwrap();
        assert_eq!(part, clear[from..to]);
    }
}

// req S3EC-RANGE-1
#[test]
fn a_range_ends_where_gcm_does() {
    let admitted = admitted(Suite::AesGcmCommit, Wrap::KmsContext, &[0; 40], Extent::Range);
    let Ok(Opened::Range(mut range)) = open(&admitted, &DataKey::new(numbers(0))) else {
        panic!("not a range")
    };
    range.seek((1 << 36) - 32).unwrap();
    assert_eq!(range.seek((1 << 36) - 31), None);
    assert_eq!(range.apply(&mut [0; 17]), None);
}

// req S3EC-OAEP-1
#[test]
fn a_payload_of_oaep_is_bound_to_its_suite() {
    let payload = |suite| oaep_payload(suite, &DataKey::new(numbers(0))).unwrap();
    let wrapped = [7; 256];
    for (suite, other) in
        [(Suite::AesGcm, Suite::AesGcmCommit), (Suite::AesGcmCommit, Suite::AesGcm)]
    {
        let admitted = admitted(suite, Wrap::RsaOaepSha1, &wrapped, Extent::Whole);
        let complete = |bytes: &[u8]| match step(&admitted) {
            Step::Rsa(ask) => ask.complete(bytes).map(|_| ()),
            other => panic!("{other:?}"),
        };
        let (right, len) = payload(suite);
        assert_eq!(complete(&right[..len]), Ok(()));
        for i in 0..len {
            let mut altered = right[..len].to_vec();
            altered[i] ^= 1;
            // A bit of the key itself is for the content to notice.
            assert_eq!(complete(&altered).is_ok(), (1..33).contains(&i), "byte {i}");
        }
        for shorter in 0..len {
            assert_eq!(complete(&right[..shorter]), Err(Inauthentic), "{shorter} bytes");
        }
        let (wrong, len) = payload(other);
        assert_eq!(complete(&wrong[..len]), Err(Inauthentic));
    }
}

// req S3EC-CONTEXT-1
#[test]
fn an_encryption_context_is_the_expected_one_and_names_the_suite() {
    let check = |suite, wrap, stored: &[(&str, &str)], expected: &[(&str, &str)]| {
        let wrapped = [0; 40];
        let admitted = admitted(suite, wrap, &wrapped, Extent::Whole);
        let Step::Kms(ask) = step(&admitted) else { panic!("not KMS") };
        let (mut stored, mut expected) = (stored.to_vec(), expected.to_vec());
        let stored = Context::new(&mut stored).unwrap();
        ask.check_context(&stored, &Context::new(&mut expected).unwrap()).map(|_| ())
    };
    let (gcm, v3, ctx) = (Suite::AesGcm, Suite::AesGcmCommit, Wrap::KmsContext);
    let alg = ("aws:x-amz-cek-alg", "AES/GCM/NoPadding");
    let alg_v3 = ("aws:x-amz-cek-alg", "115");
    let id = ("kms_cmk_id", "k");
    assert_eq!(check(gcm, ctx, &[alg], &[]), Ok(()));
    assert_eq!(check(v3, ctx, &[alg_v3, ("a", "b"), id], &[("a", "b")]), Ok(()));
    assert_eq!(check(gcm, ctx, &[alg, ("a", "b")], &[]), Err(WrongContext::Pairs));
    assert_eq!(check(gcm, ctx, &[alg], &[("a", "b")]), Err(WrongContext::Pairs));
    assert_eq!(check(gcm, ctx, &[alg, ("a", "c")], &[("a", "b")]), Err(WrongContext::Pairs));
    assert_eq!(check(gcm, ctx, &[alg], &[alg]), Err(WrongContext::Reserved));
    assert_eq!(check(gcm, ctx, &[], &[]), Err(WrongContext::Suite));
    assert_eq!(check(gcm, ctx, &[alg_v3], &[]), Err(WrongContext::Suite));
    assert_eq!(check(Suite::AesCbc, ctx, &[alg], &[]), Err(WrongContext::Suite));
    assert_eq!(check(gcm, Wrap::Kms, &[id], &[]), Ok(()));
    assert_eq!(check(gcm, Wrap::Kms, &[id], &[("a", "b")]), Err(WrongContext::NotBound));
}

// req S3EC-LEGACY-1
#[test]
fn gates_are_closed_unless_opened() {
    let refused = |policy: Policy, suite, wrap: Wrap, extent| {
        let len = (24..100).find(|len| wrap.has_wrapped_len(*len)).unwrap();
        let wrapped = vec![1; len];
        let header = Header::new(content(suite), wrap, &wrapped, "{}", Place::Metadata).unwrap();
        policy.admit(header, extent).err()
    };
    let (closed, whole, range) = (Policy::default(), Extent::Whole, Extent::Range);
    let (cbc, gcm, v3) = (Suite::AesCbc, Suite::AesGcm, Suite::AesGcmCommit);
    let allow = Policy { commitment: CommitmentPolicy::RequireEncryptAllowDecrypt, ..closed };
    let forbid = Policy { commitment: CommitmentPolicy::ForbidEncryptAllowDecrypt, ..closed };
    assert_eq!(refused(closed, v3, Wrap::AesGcm, whole), None);
    assert_eq!(refused(closed, gcm, Wrap::AesGcm, whole), Some(Refused::NotCommitting(gcm)));
    for policy in [allow, forbid] {
        assert_eq!(refused(policy, gcm, Wrap::AesGcm, whole), None);
        assert_eq!(refused(policy, v3, Wrap::AesGcm, whole), None);
    }
    for wrap in Wrap::ALL {
        let legacy = wrap.is_legacy().then_some(Refused::LegacyWrapping(wrap));
        assert_eq!(refused(allow, gcm, wrap, whole), legacy);
        let policy = Policy { legacy_wrapping: Gate::Open, ..allow };
        let danger = (wrap == Wrap::RsaV15).then_some(Refused::RsaV15);
        assert_eq!(refused(policy, gcm, wrap, whole), danger);
        let cbc_refused = danger.or(Some(Refused::Unauthenticated(cbc, whole)));
        assert_eq!(refused(policy, cbc, wrap, whole), cbc_refused);
        assert_eq!(refused(OPEN, cbc, wrap, whole), None);
        assert_eq!(refused(OPEN, cbc, wrap, range), Some(Refused::RangeOfCbc));
    }
    let part = Some(Refused::Unauthenticated(v3, range));
    assert_eq!(refused(closed, v3, Wrap::AesGcm, range), part);
    assert_eq!(refused(OPEN, v3, Wrap::AesGcm, range), None);
}

// req S3EC-POLICY-1
#[test]
fn the_policy_says_what_is_written() {
    let policy = |commitment| Policy { commitment, ..OPEN };
    let (gcm, v3) = (Suite::AesGcm, Suite::AesGcmCommit);
    for commitment in [
        CommitmentPolicy::RequireEncryptAllowDecrypt,
        CommitmentPolicy::RequireEncryptRequireDecrypt,
    ] {
        assert_eq!(policy(commitment).admit_suite(v3).map(AdmittedSuite::suite), Ok(v3));
        let refused = policy(commitment).admit_suite(gcm);
        assert_eq!(refused, Err(Refused::NotCommitting(gcm)));
    }
    let forbid = policy(CommitmentPolicy::ForbidEncryptAllowDecrypt);
    assert_eq!(forbid.admit_suite(gcm).map(AdmittedSuite::suite), Ok(gcm));
    assert_eq!(forbid.admit_suite(v3), Err(Refused::Committing));
    assert!(forbid.admit_suite(Suite::AesCbc).is_err());
}

//! The objects of the S3 Encryption Client, of the suites and wraps that it has.

use reelseal_core::envelope::s3ec::{
    DataKey, FreshIv, FreshMessageId, Nonce, Opened, Step, oaep_payload, open, seal, step,
    wrap_aes_gcm,
};
use reelseal_core::format::context::Context;
use reelseal_core::format::s3ec::{CEK_ALG_CONTEXT, Content, Header, Place, Suite, Wrap};
use reelseal_core::policy::{Admitted, CommitmentPolicy, Extent, Gate, Policy};
use reelseal_core::secret::Kek;
use reelseal_core::wrap::kw;

use super::{Case, hidden, shown};
use crate::watch::public;

pub const ALL: &[Case] = &[
    ("data key of an object under AES-GCM", key_under_gcm),
    ("data key of an object under KW", key_under_kw),
    ("data key of an object under ECB", key_under_ecb),
    ("data key of an object from KMS", key_from_kms),
    ("data key of an object in OAEP", key_in_oaep),
    ("commitment of an object", commitment),
    ("object of version 3", version_3),
    ("object of version 2", version_2),
    ("object of version 1", version_1),
    ("a part of an object", range),
];

/// Open to all: the suites and the wraps of old too.
fn policy() -> Policy {
    Policy {
        commitment: CommitmentPolicy::ForbidEncryptAllowDecrypt,
        legacy_wrapping: Gate::Open,
        legacy_unauthenticated: Gate::Open,
        rsa_v1_5: Gate::Open,
    }
}

fn admitted<'a>(content: Content, wrap: Wrap, wrapped: &'a [u8], extent: Extent) -> Admitted<'a> {
    let header = Header::new(content, wrap, wrapped, "{}", Place::Metadata).unwrap();
    policy().admit(header, extent).unwrap()
}

const GCM: Content = Content::AesGcm { iv: [1; 12] };

fn unwrap(wrap: Wrap, wrapped: &[u8], kek: &Kek) -> Option<DataKey> {
    let admitted = admitted(GCM, wrap, wrapped, Extent::Whole);
    let Step::Unwrap(unwrap) = step(&admitted) else { panic!("it is done here") };
    unwrap.unwrap(kek).ok()
}

fn key() -> DataKey {
    DataKey::new(hidden())
}

fn is_ours(key: &DataKey) -> bool {
    shown(key.expose())[..2] == [3, 10]
}

fn key_under_gcm() {
    let (kek, mut room) = (Kek::new_256(hidden()), [0; 60]);
    let iv = FreshIv::new([1; 12]);
    let wrapped = wrap_aes_gcm(&kek, iv, Suite::AesGcm, &key(), &mut room).unwrap();
    public(wrapped);
    assert!(is_ours(&unwrap(Wrap::AesGcm, wrapped, &kek).unwrap()));
    assert!(unwrap(Wrap::AesGcm, wrapped, &Kek::new_256([9; 32])).is_none());
}

fn key_under_kw() {
    let (kek, mut room) = (Kek::new_128(hidden()), [0; 40]);
    let wrapped = kw::wrap(&kek, &hidden::<32>(), &mut room).unwrap();
    public(wrapped);
    assert!(is_ours(&unwrap(Wrap::AesWrap, wrapped, &kek).unwrap()));
}

fn key_under_ecb() {
    assert!(unwrap(Wrap::AesEcb, &[5; 48], &Kek::new_192(hidden())).is_none());
}

fn key_from_kms() {
    let admitted = admitted(GCM, Wrap::KmsContext, &[5; 60], Extent::Whole);
    let Step::Kms(ask) = step(&admitted) else { panic!("KMS is asked") };
    assert!(ask.has_context());
    let mut pairs = [(CEK_ALG_CONTEXT, Suite::AesGcm.as_str())];
    let stored = Context::new(&mut pairs).unwrap();
    let request = ask.check_context(&stored, &Context::EMPTY).unwrap();
    assert_eq!(request.ciphertext_blob(), [5; 60]);
    assert!(is_ours(&request.complete(&hidden::<32>()).unwrap()));
}

fn key_in_oaep() {
    let (payload, len) = oaep_payload(Suite::AesGcm, &key()).unwrap();
    let ask = |padding: Wrap, payload: &[u8]| {
        let admitted = admitted(GCM, padding, &[5; 256], Extent::Whole);
        let Step::Rsa(ask) = step(&admitted) else { panic!("the RSA key is asked") };
        (ask.ciphertext().len(), ask.padding(), ask.complete(payload)).2.ok()
    };
    assert!(is_ours(&ask(Wrap::RsaOaepSha1, &payload[..len]).unwrap()));
    assert!(ask(Wrap::RsaOaepSha1, &hidden::<50>()).is_none());
    assert!(is_ours(&ask(Wrap::RsaV15, &hidden::<32>()).unwrap()));
}

/// A new object of `suite`: its text of 40 bytes, its tag, and what its header says.
fn sealed(suite: Suite) -> ([u8; 40], [u8; 16], Content) {
    let (commitment, nonce) = match suite {
        Suite::AesGcmCommit => (
            CommitmentPolicy::RequireEncryptRequireDecrypt,
            Nonce::MessageId(FreshMessageId::new([6; 28])),
        ),
        _ => (CommitmentPolicy::ForbidEncryptAllowDecrypt, Nonce::Iv(FreshIv::new([6; 12]))),
    };
    let suite = Policy { commitment, ..policy() }.admit_suite(suite).unwrap();
    let (mut encryptor, content) = seal(suite, &key(), nonce).unwrap();
    let mut text = hidden();
    encryptor.update(&mut text).unwrap();
    let tag = encryptor.finish();
    (public(&tag), public(&text), public(&content));
    (text, tag, content)
}

fn commitment() {
    let (.., content) = sealed(Suite::AesGcmCommit);
    let admitted = admitted(content, Wrap::AesGcm, &[5; 60], Extent::Whole);
    assert!(open(&admitted, &key()).is_ok());
    assert!(open(&admitted, &DataKey::new([9; 32])).is_err());
}

fn opens(suite: Suite) {
    let (mut text, tag, content) = sealed(suite);
    let admitted = admitted(content, Wrap::AesGcm, &[5; 60], Extent::Whole);
    let Ok(Opened::Gcm(mut unverified)) = open(&admitted, &key()) else { panic!("it is GCM") };
    unverified.update(&mut text, |(), clear| assert_eq!(shown(clear)[..2], [3, 10])).unwrap();
    assert!(unverified.finish(&tag).is_ok());
}

fn version_3() {
    opens(Suite::AesGcmCommit);
}

fn version_2() {
    opens(Suite::AesGcm);
}

fn version_1() {
    let content = Content::AesCbc { iv: [7; 16] };
    let admitted = admitted(content, Wrap::AesWrap, &[5; 40], Extent::Whole);
    let Ok(Opened::Cbc(decryptor)) = open(&admitted, &key()) else { panic!("it is CBC") };
    assert!(decryptor.finish([1; 16]).is_err());
}

fn range() {
    let (mut text, _, content) = sealed(Suite::AesGcmCommit);
    let admitted = admitted(content, Wrap::AesGcm, &[5; 60], Extent::Range);
    let Ok(Opened::Range(mut range)) = open(&admitted, &key()) else { panic!("it is a part") };
    range.seek(32).unwrap();
    range.apply(&mut text[32..]).unwrap();
    assert_eq!(shown(&text[32..])[..2], [227, 234]);
}

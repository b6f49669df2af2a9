//! What a caller is asked and told of an object of the Amazon S3 Encryption Client: the questions
//! to AWS KMS and to the holder of an RSA key, names, lengths, and the sentences of refusals.

use reelseal_core::envelope::s3ec::{Padding, Step, WrongContext, step};
use reelseal_core::format::context::Context;
use reelseal_core::format::s3ec::{Content, Header, MAX_WRAPPED_LEN, Metadata, Place, Suite, Wrap};
use reelseal_core::policy::{Admitted, CommitmentPolicy, Extent, Gate, Policy, Refused};

const OPEN: Policy = Policy {
    commitment: CommitmentPolicy::RequireEncryptAllowDecrypt,
    legacy_wrapping: Gate::Open,
    legacy_unauthenticated: Gate::Open,
    rsa_v1_5: Gate::Open,
};

const WRAPPED: [u8; 256] = [7; 256];

fn header(wrap: Wrap, wrapped: &[u8]) -> Header<'_> {
    let content = Content::AesGcm { iv: [1; 12] };
    Header::new(content, wrap, wrapped, "{}", Place::Metadata).unwrap()
}

fn admitted(wrap: Wrap) -> Admitted<'static> {
    OPEN.admit(header(wrap, &WRAPPED), Extent::Whole).unwrap()
}

#[test]
fn kms_is_asked_for_the_wrapped_key_under_a_context_that_is_bound_or_none() {
    let mut pairs = [("aws:x-amz-cek-alg", "AES/GCM/NoPadding")];
    let stored = Context::new(&mut pairs).unwrap();
    for (wrap, bound) in [(Wrap::KmsContext, true), (Wrap::Kms, false)] {
        let admitted = admitted(wrap);
        let Step::Kms(ask) = step(&admitted) else { panic!("not KMS") };
        assert_eq!(ask.has_context(), bound);
        let request = ask.check_context(&stored, &Context::EMPTY).unwrap();
        assert_eq!(request.ciphertext_blob(), WRAPPED);
    }
}

#[test]
fn the_holder_of_an_rsa_key_is_asked_for_the_wrapped_key() {
    for (wrap, padding) in [
        (Wrap::RsaOaepSha1, Padding::OaepSha1),
        (Wrap::RsaOaepSha256, Padding::OaepSha256),
        (Wrap::RsaV15, Padding::Pkcs1V15),
    ] {
        let admitted = admitted(wrap);
        let Step::Rsa(ask) = step(&admitted) else { panic!("not RSA") };
        assert_eq!((ask.ciphertext(), ask.padding()), (&WRAPPED[..], padding));
    }
}

#[test]
fn the_longest_wrapped_key_is_printed() {
    let longest = [7; MAX_WRAPPED_LEN];
    let mut printed = vec![];
    let header = header(Wrap::KmsContext, &longest);
    header.print(|_, name, value| printed.push((name, value.len()))).unwrap();
    assert_eq!(printed[0], ("x-amz-key-v2", MAX_WRAPPED_LEN.div_ceil(3) * 4));
}

#[test]
fn an_object_is_of_the_client_if_it_has_one_of_its_fields() {
    let is_any = |fields: &[(&str, &str)]| Metadata::new(fields).unwrap().is_any();
    assert!(!is_any(&[]));
    assert!(!is_any(&[("content-type", "video/mp4"), ("x-amz", "")]));
    assert!(is_any(&[("content-type", "video/mp4"), ("x-amz-c", "115")]));
}

#[test]
fn a_key_that_kms_wrapped_is_not_empty() {
    for wrap in [Wrap::Kms, Wrap::KmsContext] {
        assert!(!wrap.has_wrapped_len(0));
        assert!(wrap.has_wrapped_len(1));
    }
}

#[test]
fn lengths_that_no_text_has_are_refused() {
    for len in 0..100 {
        assert_eq!(Suite::AesCbc.check_encrypted_len(len).is_ok(), len > 0 && len % 16 == 0);
        assert_eq!(Suite::AesGcm.check_encrypted_len(len).is_ok(), len >= 16);
        assert_eq!(Suite::AesGcmCommit.check_encrypted_len(len).is_ok(), len >= 16);
    }
}

#[test]
fn suites_have_the_names_of_the_client() {
    assert_eq!(
        Suite::ALL.map(Suite::name),
        [
            "ALG_AES_256_CBC_IV16_NO_KDF",
            "ALG_AES_256_GCM_IV12_TAG16_NO_KDF",
            "ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY",
        ]
    );
}

#[test]
fn a_refusal_says_what_is_refused() {
    let (cbc, gcm) = (Suite::AesCbc, Suite::AesGcm);
    for (refused, word) in [
        (Refused::NotCommitting(gcm), "ALG_AES_256_GCM_IV12_TAG16_NO_KDF has none"),
        (Refused::Committing, "forbids to write a commitment"),
        (Refused::LegacyWrapping(Wrap::AesWrap), "AESWrap is a legacy"),
        (Refused::RsaV15, "PKCS#1 v1.5"),
        (Refused::Unauthenticated(cbc, Extent::Whole), "ALG_AES_256_CBC_IV16_NO_KDF is not"),
        (Refused::Unauthenticated(gcm, Extent::Range), "a part of an object"),
        (Refused::RangeOfCbc, "no ranged reads"),
    ] {
        assert!(refused.to_string().contains(word), "{refused}");
    }
    for (wrong, word) in [
        (WrongContext::Reserved, "the client's own"),
        (WrongContext::Suite, "does not name the algorithm"),
        (WrongContext::Pairs, "not the expected one"),
        (WrongContext::NotBound, "has no encryption context"),
    ] {
        assert!(wrong.to_string().contains(word), "{wrong}");
    }
}

//! What others say: every mode of the core beside other implementations of it, on the same cases.
//!
//! The stock crates of RustCrypto and AWS-LC are always asked; OpenSSL with the feature `interop`,
//! because it is a library of the system. The answers are counted and printed: an opinion that
//! is never given fails.

use std::cell::RefCell;
use std::collections::BTreeMap;

use reelseal_proptests::cases::{CbcCase, CtrCase, GcmCase, KdfCase, WrapCase};

mod aws_lc;
#[path = "../common/mod.rs"]
mod common;
#[cfg(feature = "interop")]
mod openssl;
mod ours;
mod rustcrypto;

/// Cases for each mode and opinion.
const CASES: u32 = 256;

/// What an implementation says to a question.
#[derive(Debug, Eq, PartialEq)]
enum Said {
    /// It does not offer this mode, size or length.
    Nothing,
    /// It does not take this input: a wrong tag, a wrong padding.
    Refused,
    /// These are the bytes.
    Bytes(Vec<u8>),
}

/// The hash of HMAC and HKDF.
#[derive(Clone, Copy, Debug)]
enum Hash {
    Sha256,
    Sha512,
}

/// The questions. Lengths are those that the standards allow.
trait Opinion {
    fn cbc_encrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said;
    fn cbc_decrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said;
    fn ctr(&self, key: &[u8], first: [u8; 16], bits: u32, text: &[u8]) -> Said;
    /// Text and tag.
    fn gcm_seal(&self, key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> Said;
    fn gcm_open(&self, key: &[u8], iv: &[u8], aad: &[u8], sealed: &[u8]) -> Said;
    fn kw_wrap(&self, kek: &[u8], key: &[u8]) -> Said;
    fn kw_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said;
    fn kwp_wrap(&self, kek: &[u8], key: &[u8]) -> Said;
    fn kwp_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said;
    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Said;
    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], len: usize) -> Said;
    fn kbkdf(&self, key: &[u8], label: &[u8], context: &[u8], len: usize) -> Said;
}

/// Answers by question, where there was one.
#[derive(Default)]
struct Counts(RefCell<BTreeMap<&'static str, u32>>);

impl Counts {
    fn agree(&self, question: &'static str, theirs: Said, ours: impl FnOnce() -> Said) {
        if theirs != Said::Nothing {
            assert_eq!(ours(), theirs, "{question}: ours and theirs");
            *self.0.borrow_mut().entry(question).or_default() += 1;
        }
    }
}

/// Asks `them` all that we ask ourselves. `silent` is what they have no mode for.
fn ask(name: &str, them: &dyn Opinion, silent: &[&str]) {
    let counts = Counts::default();
    common::for_cases(CASES, name, |c: &CbcCase| cbc(them, c, &counts));
    common::for_cases(CASES, name, |c: &CtrCase| {
        let (key, first, bits) = (c.key.bytes(), c.first.block, c.first.bits);
        let question = match bits {
            128 => "ctr 128",
            64 => "ctr 64",
            _ => "ctr 32",
        };
        let theirs = them.ctr(key, first, bits, &c.text.0);
        counts.agree(question, theirs, || ours::Core.ctr(key, first, bits, &c.text.0));
    });
    common::for_cases(CASES, name, |c: &GcmCase| gcm(them, c, &counts));
    common::for_cases(CASES, name, |c: &WrapCase| wrap(them, c, &counts));
    common::for_cases(CASES, name, |c: &KdfCase| kdf(them, c, &counts));
    let counts = counts.0.into_inner();
    println!("{name}: {counts:?}");
    for question in QUESTIONS {
        assert_eq!(counts.contains_key(question), !silent.contains(question), "{name}: {question}");
    }
}

const QUESTIONS: &[&str] = &[
    "cbc", "ctr 128", "ctr 64", "ctr 32", "gcm 12", "gcm 16", "kw", "kwp", "hmac 256", "hmac 512",
    "hkdf 256", "hkdf 512", "kbkdf",
];

fn cbc(them: &dyn Opinion, c: &CbcCase, counts: &Counts) {
    let (key, iv) = (c.key.bytes(), c.iv);
    let theirs = them.cbc_encrypt(key, iv, &c.text.0);
    let Said::Bytes(mut encrypted) = ours::Core.cbc_encrypt(key, iv, &c.text.0) else {
        panic!("we encrypt any text");
    };
    counts.agree("cbc", theirs, || Said::Bytes(encrypted.clone()));
    for ciphertext in [&c.raw.0, &encrypted] {
        let theirs = them.cbc_decrypt(key, iv, ciphertext);
        counts.agree("cbc", theirs, || ours::Core.cbc_decrypt(key, iv, ciphertext));
    }
    c.flip.apply(&mut [&mut encrypted]);
    let theirs = them.cbc_decrypt(key, iv, &encrypted);
    counts.agree("cbc", theirs, || ours::Core.cbc_decrypt(key, iv, &encrypted));
}

fn gcm(them: &dyn Opinion, c: &GcmCase, counts: &Counts) {
    let (key, iv, aad) = (c.key.bytes(), c.iv.bytes(), &c.aad.0[..]);
    let question = if iv.len() == 12 { "gcm 12" } else { "gcm 16" };
    let Said::Bytes(mut sealed) = ours::Core.gcm_seal(key, iv, aad, &c.text.0) else {
        panic!("we seal any text");
    };
    let theirs = them.gcm_seal(key, iv, aad, &c.text.0);
    counts.agree(question, theirs, || Said::Bytes(sealed.clone()));
    let theirs = them.gcm_open(key, iv, aad, &sealed);
    counts.agree(question, theirs, || Said::Bytes(c.text.0.clone()));
    c.flip.apply(&mut [&mut sealed]);
    let theirs = them.gcm_open(key, iv, aad, &sealed);
    counts.agree(question, theirs, || ours::Core.gcm_open(key, iv, aad, &sealed));
}

fn wrap(them: &dyn Opinion, c: &WrapCase, counts: &Counts) {
    let (kek, key, ours) = (c.kek.bytes(), &c.key.0[..], ours::Core);
    let whole = &key[..key.len() / 8 * 8];
    // SP 800-38F §5.3.1: KW has two semiblocks and more, KWP a byte and more.
    if whole.len() >= 16 {
        let Said::Bytes(mut wrapped) = ours.kw_wrap(kek, whole) else { panic!("we wrap these") };
        counts.agree("kw", them.kw_wrap(kek, whole), || Said::Bytes(wrapped.clone()));
        counts.agree("kw", them.kw_unwrap(kek, &wrapped), || ours.kw_unwrap(kek, &wrapped));
        c.flip.apply(&mut [&mut wrapped]);
        counts.agree("kw", them.kw_unwrap(kek, &wrapped), || ours.kw_unwrap(kek, &wrapped));
    }
    if !key.is_empty() {
        let Said::Bytes(mut wrapped) = ours.kwp_wrap(kek, key) else { panic!("we wrap these") };
        counts.agree("kwp", them.kwp_wrap(kek, key), || Said::Bytes(wrapped.clone()));
        counts.agree("kwp", them.kwp_unwrap(kek, &wrapped), || ours.kwp_unwrap(kek, &wrapped));
        c.flip.apply(&mut [&mut wrapped]);
        counts.agree("kwp", them.kwp_unwrap(kek, &wrapped), || ours.kwp_unwrap(kek, &wrapped));
    }
}

fn kdf(them: &dyn Opinion, c: &KdfCase, counts: &Counts) {
    let (key, salt, info) = (&c.key.0[..], &c.salt.0[..], &c.info.0[..]);
    let (ours, len) = (ours::Core, usize::from(c.len).max(1));
    for (hash, hmac, hkdf) in
        [(Hash::Sha256, "hmac 256", "hkdf 256"), (Hash::Sha512, "hmac 512", "hkdf 512")]
    {
        let message = &c.message.0[..];
        counts.agree(hmac, them.hmac(hash, key, message), || ours.hmac(hash, key, message));
        let theirs = them.hkdf(hash, key, salt, info, len);
        counts.agree(hkdf, theirs, || ours.hkdf(hash, key, salt, info, len));
    }
    let theirs = them.kbkdf(key, salt, info, len);
    counts.agree("kbkdf", theirs, || ours.kbkdf(key, salt, info, len));
}

#[test]
fn the_stock_crates_agree() {
    ask("RustCrypto", &rustcrypto::RustCrypto, &["kbkdf"]);
}

#[test]
fn aws_lc_agrees() {
    ask("AWS-LC", &aws_lc::AwsLc, &["ctr 64", "ctr 32", "gcm 16"]);
}

#[cfg(feature = "interop")]
#[test]
fn openssl_agrees() {
    ask("OpenSSL", &openssl::OpenSsl, &["ctr 64", "ctr 32", "kbkdf"]);
}

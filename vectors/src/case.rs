//! What a vector says, whatever file it came from.

/// One vector: a case, and what must come of it.
#[derive(Clone, Debug)]
pub struct Vector {
    /// Where it stands in its file, for people: `[ENCRYPT] COUNT 3`, `tcId 12`.
    pub id: String,
    /// What must come of it.
    pub expect: Expect,
    /// The case.
    pub case: Case,
}

/// What must come of a vector.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expect {
    /// Both directions succeed, with exactly these bytes.
    Valid,
    /// Opening is refused. The case's own plaintext field means nothing.
    Refused,
    /// Its authors accept both. We refuse: each of these (Wycheproof's 8-byte keys under KW) is
    /// shorter than SP 800-38F §5.3.1 allows.
    Acceptable,
}

/// A hash function of FIPS 180-4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// Which way a Monte Carlo test runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From plaintext to ciphertext.
    Encrypt,
    /// From ciphertext to plaintext.
    Decrypt,
}

/// Whether CBC pads its message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Padding {
    /// Whole blocks, as they are.
    None,
    /// PKCS#7 (RFC 5652 §6.3).
    Pkcs7,
}

/// Which key wrapping.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wrap {
    /// RFC 3394.
    Kw,
    /// RFC 5649.
    Kwp,
}

/// The bytes of a case, by algorithm. Where a refusal is expected, plaintexts may be empty.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields bear the names of their standards")]
pub enum Case {
    /// AES on single blocks (ECB).
    Ecb { key: Vec<u8>, pt: Vec<u8>, ct: Vec<u8> },
    /// AES-CBC.
    Cbc { key: Vec<u8>, iv: Vec<u8>, pt: Vec<u8>, ct: Vec<u8>, padding: Padding },
    /// One outer round of the AES-CBC Monte Carlo test (AESAVS §6.4.2), 1000 inner ones.
    CbcMonteCarlo { key: Vec<u8>, iv: Vec<u8>, pt: Vec<u8>, ct: Vec<u8>, direction: Direction },
    /// AES-CTR. `iv` is the first counter block, of which the low `counter_bits` count.
    Ctr { key: Vec<u8>, iv: Vec<u8>, pt: Vec<u8>, ct: Vec<u8>, counter_bits: u32 },
    /// AES-GCM, with IVs and tags of any length.
    Gcm { key: Vec<u8>, iv: Vec<u8>, aad: Vec<u8>, pt: Vec<u8>, ct: Vec<u8>, tag: Vec<u8> },
    /// Key wrapping.
    Wrap { wrap: Wrap, kek: Vec<u8>, key: Vec<u8>, wrapped: Vec<u8> },
    /// A hash.
    Digest { hash: Hash, msg: Vec<u8>, digest: Vec<u8> },
    /// HMAC; `tag` may be truncated.
    Hmac { hash: Hash, key: Vec<u8>, msg: Vec<u8>, tag: Vec<u8> },
    /// HKDF. Where `okm_len` is beyond 255 hashes, `okm` is empty and refusal expected.
    Hkdf { hash: Hash, ikm: Vec<u8>, salt: Vec<u8>, info: Vec<u8>, okm_len: usize, okm: Vec<u8> },
    /// KBKDF in counter mode with HMAC-SHA-256: PRF input is `before ‖ i ‖ after`, where `i` is
    /// a big-endian counter of `counter_bits`.
    Kbkdf { key: Vec<u8>, before: Vec<u8>, after: Vec<u8>, counter_bits: u32, okm: Vec<u8> },
    /// A scenario of our own formats.
    Own(crate::own::Scenario),
}

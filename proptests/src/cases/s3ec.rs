//! Objects of the Amazon S3 Encryption Client, and fields that are almost theirs.

use arbitrary::{Arbitrary, Result, Unstructured};
use reelseal_spec as spec;

use super::bytes::{Flip, Key, Text};
use super::text::rarely;

/// How the content is encrypted.
#[derive(Arbitrary, Clone, Copy, Debug, Eq, PartialEq)]
pub enum S3ecSuite {
    /// CBC.
    Cbc,
    /// GCM.
    Gcm,
    /// GCM, and a commitment.
    Commit,
}

/// How the data key is wrapped.
#[derive(Arbitrary, Clone, Copy, Debug, Eq, PartialEq)]
pub enum S3ecWrap {
    /// `AES/GCM`.
    Gcm,
    /// `AESWrap`.
    Kw,
    /// ECB.
    Ecb,
}

/// An object under a data key, which an AES key wrapped.
#[derive(Arbitrary, Clone, Debug)]
pub struct S3ecCase {
    /// Of the content.
    pub suite: S3ecSuite,
    /// Of the data key.
    pub wrap: S3ecWrap,
    /// The data key.
    pub key: Key,
    /// What wraps it.
    pub kek: Key,
    /// Of the wrapping.
    pub iv: [u8; 12],
    /// The message id; its beginning is the IV of the content.
    pub nonce: [u8; 28],
    /// Whether the wrapped data key is in an instruction file.
    pub in_file: bool,
    /// Whether the length of the text is said.
    pub says_len: bool,
    /// One way to spoil.
    pub flip: Flip,
    /// Which field to spoil, or to move.
    pub field: u8,
    /// A part of the text.
    pub part: (u16, u16),
    /// The plaintext.
    pub text: Text,
}

impl S3ecCase {
    /// What the model is told of the object.
    pub fn header(&self) -> spec::s3ec::Header {
        let (suite, nonce_len) = match self.suite {
            S3ecSuite::Cbc => ("AES/CBC/PKCS5Padding", 16),
            S3ecSuite::Gcm => ("AES/GCM/NoPadding", 12),
            S3ecSuite::Commit => ("115", 28),
        };
        let wrap = match self.wrap {
            S3ecWrap::Gcm => "AES/GCM",
            S3ecWrap::Kw => "AESWrap",
            S3ecWrap::Ecb => "AES",
        };
        let version = match (self.suite, self.wrap) {
            (S3ecSuite::Commit, _) => 3,
            (S3ecSuite::Cbc, S3ecWrap::Ecb) => 1,
            _ => 2,
        };
        spec::s3ec::Header {
            version,
            suite: suite.to_owned(),
            nonce: self.nonce[..nonce_len].to_vec(),
            commitment: vec![],
            wrap: wrap.to_owned(),
            wrapped: vec![],
            description: "{}".to_owned(),
            clear_len: self.says_len.then_some(self.text.0.len() as u64),
            in_file: self.in_file,
        }
    }

    /// The object as the model seals it. `None` where the parts do not go together: V3 wraps by
    /// GCM alone and a key of 32 bytes, and a nonce of zeros is refused.
    pub fn object(&self) -> Option<spec::s3ec::Object> {
        let header = self.header();
        let v3 = self.suite == S3ecSuite::Commit;
        let possible = !v3 || (self.wrap == S3ecWrap::Gcm && self.key.bytes().len() == 32);
        let drawn = header.nonce.iter().any(|byte| *byte != 0);
        (possible && (drawn || self.suite == S3ecSuite::Cbc)).then_some(())?;
        let (kek, key) = (self.kek.bytes(), self.key.bytes());
        spec::s3ec::seal(&header, kek, &self.iv, key, &self.text.0)
    }
}

/// Fields of the metadata and of an instruction file: mostly of the client, in any place.
#[derive(Clone, Debug)]
pub struct S3ecFields {
    /// The metadata.
    pub metadata: Vec<(String, String)>,
    /// The instruction file.
    pub file: Option<Vec<(String, String)>>,
}

impl S3ecFields {
    /// Reads lines of `name=value`; those with `i:` in front are of the instruction file.
    pub fn parse(text: &str) -> Self {
        let (mut metadata, mut file) = (vec![], None);
        for line in text.lines() {
            let (fields, line) = match line.strip_prefix("i:") {
                Some(line) => (file.get_or_insert_with(Vec::new), line),
                None => (&mut metadata, line),
            };
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            fields.push((name.to_owned(), value.to_owned()));
        }
        Self { metadata, file }
    }

    /// As the core takes them.
    pub fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
        fields.iter().map(|(name, value)| (&name[..], &value[..])).collect()
    }
}

impl<'a> Arbitrary<'a> for S3ecFields {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        <&str>::arbitrary(u).map(Self::parse)
    }

    fn arbitrary_take_rest(mut u: Unstructured<'a>) -> Result<Self> {
        // Half of the cases are lines as they come; the others have the names given to them.
        if u.ratio(1, 2)? {
            return <&str>::arbitrary_take_rest(u).map(Self::parse);
        }
        let names = spec::s3ec::names();
        let mut lines = String::new();
        for _ in 0..u.int_in_range(0..=12)? {
            let place = if rarely(&mut u)? { "i:" } else { "" };
            let name = u.choose(&names)?;
            lines += &format!("{place}{name}={}\n", value(&mut u)?);
        }
        Ok(Self::parse(&lines))
    }
}

/// A value that some field has.
fn value(u: &mut Unstructured<'_>) -> Result<String> {
    const TEXTS: [&str; 14] = [
        "AES/CBC/PKCS5Padding",
        "AES/GCM/NoPadding",
        "115",
        "kms",
        "kms+context",
        "AES/GCM",
        "AESWrap",
        "RSA-OAEP-SHA1",
        "02",
        "12",
        "22",
        "128",
        "{}",
        "",
    ];
    if u.ratio(1, 3)? {
        return Ok((*u.choose(&TEXTS)?).to_owned());
    }
    let len = *u.choose(&[12, 16, 28, 32, 40, 48, 60, 256])?;
    let byte: u8 = u.arbitrary()?;
    Ok(spec::base64::encode(&vec![byte; len]))
}

//! Objects of the Amazon S3 Encryption Client, V1 to V3, under AES keys.
//!
//! Which fields may stand where is a table of shapes: an object is of the one that it fits. An
//! object is authentic if what it decrypts to, sealed again, is the object; no tag is compared.

use crate::aes::Aes;
use crate::{base64, cbc, ctr, gcm, hkdf, kw};

/// Names and values.
pub type Fields = Vec<(String, String)>;

/// An object with what says how to open it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Object {
    /// Its metadata.
    pub metadata: Fields,
    /// Its instruction file, if it has one.
    pub file: Option<Fields>,
    /// The object itself.
    pub body: Vec<u8>,
}

/// What the fields say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// 1, 2 or 3.
    pub version: u8,
    /// `x-amz-cek-alg` or `x-amz-c`.
    pub suite: String,
    /// `x-amz-iv` or `x-amz-i`.
    pub nonce: Vec<u8>,
    /// `x-amz-d`, in V3.
    pub commitment: Vec<u8>,
    /// `x-amz-wrap-alg`.
    pub wrap: String,
    /// The wrapped data key.
    pub wrapped: Vec<u8>,
    /// A JSON object.
    pub description: String,
    /// The length of the text, where it is said.
    pub clear_len: Option<u64>,
    /// Whether the wrapped data key is in an instruction file.
    pub in_file: bool,
}

/// Fields of one version, in one place or two: some have to be there, some may.
struct Shape {
    version: u8,
    object: (&'static [&'static str], &'static [&'static str]),
    file: Option<(&'static [&'static str], &'static [&'static str])>,
}

const LEN: &str = "x-amz-unencrypted-content-length";
const MARK: &str = "x-amz-crypto-instr-file";
const V1: &[&str] = &["x-amz-key", "x-amz-iv"];
const V1_MAY: &[&str] = &["x-amz-matdesc", "x-amz-cek-alg", "x-amz-wrap-alg", LEN, MARK];
const V2: &[&str] = &["x-amz-key-v2", "x-amz-iv", "x-amz-cek-alg", "x-amz-wrap-alg"];
const V2_MAY: &[&str] = &["x-amz-matdesc", "x-amz-tag-len", LEN, MARK];
const V3: &[&str] = &["x-amz-3", "x-amz-w", "x-amz-c", "x-amz-d", "x-amz-i"];
const V3_KEY: &[&str] = &["x-amz-3", "x-amz-w"];
const V3_CONTENT: &[&str] = &["x-amz-c", "x-amz-d", "x-amz-i"];
const V3_MAY: &[&str] = &["x-amz-m", "x-amz-t", LEN, MARK];

const SHAPES: [Shape; 6] = [
    Shape { version: 1, object: (V1, V1_MAY), file: None },
    Shape { version: 2, object: (V2, V2_MAY), file: None },
    Shape { version: 3, object: (V3, V3_MAY), file: None },
    Shape { version: 1, object: (&[], &[LEN]), file: Some((V1, V1_MAY)) },
    Shape { version: 2, object: (&[], &[LEN]), file: Some((V2, V2_MAY)) },
    Shape { version: 3, object: (V3_CONTENT, &[LEN]), file: Some((V3_KEY, V3_MAY)) },
];

/// Every name of the client.
pub fn names() -> Vec<&'static str> {
    let mut all = [V1, V1_MAY, V2, V2_MAY, V3, V3_MAY].concat();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether `fields` are of the client as `must` and `may` have it; names of the user are free.
fn fits(fields: &Fields, (must, may): (&[&str], &[&str])) -> bool {
    let known = names();
    let mut ours: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    ours.retain(|name| known.contains(name));
    let once = ours.iter().all(|name| ours.iter().filter(|other| *other == name).count() == 1);
    let there = must.iter().all(|name| ours.contains(name));
    once && there && ours.iter().all(|name| must.contains(name) || may.contains(name))
}

impl Header {
    /// Reads the fields: `None` where they are of no shape, or a value is not of its field.
    pub fn parse(metadata: &Fields, file: Option<&Fields>) -> Option<Self> {
        let shape = SHAPES.iter().find(|shape| match (&shape.file, file) {
            (None, None) => fits(metadata, shape.object),
            (Some(of_file), Some(file)) => fits(metadata, shape.object) && fits(file, *of_file),
            _ => false,
        })?;
        let all = [&metadata[..], file.map_or(&[], |file| &file[..])].concat();
        if file.is_none() && value(&all, MARK).is_some() {
            return None;
        }
        let clear_len = match value(&all, LEN) {
            Some(_) => {
                let said = all.iter().filter(|(name, _)| name == LEN);
                let lens: Option<Vec<u64>> = said.map(|(_, text)| decimal(text)).collect();
                Some(*lens?.first()?)
            }
            None => None,
        };
        let header = match shape.version {
            3 => Self::v3(&all)?,
            version => Self::v1_or_v2(version, &all)?,
        };
        let header = Self { clear_len, in_file: file.is_some(), ..header };
        wrapped_len_is_possible(&header).then_some(header)
    }

    fn v1_or_v2(version: u8, all: &Fields) -> Option<Self> {
        let key = value(all, if version == 1 { "x-amz-key" } else { "x-amz-key-v2" })?;
        let wrapped = base64::decode(key)?;
        let suite = value(all, "x-amz-cek-alg").unwrap_or("AES/CBC/PKCS5Padding");
        let inferred = if wrapped.len() > 48 { "RSA" } else { "AES" };
        let wrap = value(all, "x-amz-wrap-alg").unwrap_or(inferred);
        let nonce = base64::decode(value(all, "x-amz-iv")?)?;
        let tag_len = value(all, "x-amz-tag-len");
        let sound = match (version, suite) {
            (_, "AES/CBC/PKCS5Padding") => tag_len.is_none() && nonce.len() == 16,
            (2, "AES/GCM/NoPadding") => {
                tag_len == Some("128") && nonce.len() == 12 && nonce != [0; 12]
            }
            _ => false,
        };
        let known = ["AES", "RSA"].contains(&wrap) || version == 2;
        (sound && known).then(|| Self {
            version,
            suite: suite.to_owned(),
            nonce,
            commitment: vec![],
            wrap: wrap.to_owned(),
            wrapped,
            description: value(all, "x-amz-matdesc").unwrap_or("{}").to_owned(),
            clear_len: None,
            in_file: false,
        })
    }

    fn v3(all: &Fields) -> Option<Self> {
        let (wrap, description) = match value(all, "x-amz-w")? {
            "02" => ("AES/GCM", "x-amz-m"),
            "12" => ("kms+context", "x-amz-t"),
            "22" => ("RSA-OAEP-SHA1", "x-amz-m"),
            _ => return None,
        };
        let nonce = base64::decode(value(all, "x-amz-i")?)?;
        let commitment = base64::decode(value(all, "x-amz-d")?)?;
        let sound = value(all, "x-amz-c")? == "115"
            && (nonce.len(), commitment.len()) == (28, 28)
            && nonce != [0; 28];
        sound.then_some(())?;
        Some(Self {
            version: 3,
            suite: "115".to_owned(),
            nonce,
            commitment,
            wrap: wrap.to_owned(),
            wrapped: base64::decode(value(all, "x-amz-3")?)?,
            description: value(all, description).unwrap_or("{}").to_owned(),
            clear_len: None,
            in_file: false,
        })
    }

    /// The fields of the metadata, and of the instruction file.
    fn print(&self) -> (Fields, Option<Fields>) {
        let encode = |bytes: &[u8]| base64::encode(bytes);
        let (mut key, mut content) = (vec![], vec![]);
        match self.version {
            1 => {
                key.push(("x-amz-key", encode(&self.wrapped)));
                key.push(("x-amz-matdesc", self.description.clone()));
                key.push(("x-amz-iv", encode(&self.nonce)));
            }
            2 => {
                key.push(("x-amz-key-v2", encode(&self.wrapped)));
                key.push(("x-amz-wrap-alg", self.wrap.clone()));
                key.push(("x-amz-matdesc", self.description.clone()));
                key.push(("x-amz-cek-alg", self.suite.clone()));
                key.push(("x-amz-iv", encode(&self.nonce)));
                if self.suite == "AES/GCM/NoPadding" {
                    key.push(("x-amz-tag-len", "128".to_owned()));
                }
            }
            _ => {
                let (code, description) = match &self.wrap[..] {
                    "AES/GCM" => ("02", "x-amz-m"),
                    "kms+context" => ("12", "x-amz-t"),
                    _ => ("22", "x-amz-m"),
                };
                key.push(("x-amz-3", encode(&self.wrapped)));
                key.push(("x-amz-w", code.to_owned()));
                key.push((description, self.description.clone()));
                content.push(("x-amz-c", "115".to_owned()));
                content.push(("x-amz-d", encode(&self.commitment)));
                content.push(("x-amz-i", encode(&self.nonce)));
            }
        }
        if let Some(len) = self.clear_len {
            key.push((LEN, len.to_string()));
        }
        let owned = |fields: Vec<(&str, String)>| {
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        };
        match self.in_file {
            true => (owned(content), Some(owned(key))),
            false => (owned([key, content].concat()), None),
        }
    }
}

/// Seals a text. What `header` says of nonce, wrap and description is kept; wrapped key and
/// commitment are computed. `None` where the parts do not go together.
pub fn seal(header: &Header, kek: &[u8], iv: &[u8; 12], key: &[u8], text: &[u8]) -> Option<Object> {
    let mut header = header.clone();
    header.wrapped = match &header.wrap[..] {
        "AES/GCM" => {
            let (wrapped, tag) = gcm::seal(kek, iv, header.suite.as_bytes(), key);
            [&iv[..], &wrapped, &tag].concat()
        }
        "AESWrap" => kw::wrap(kek, key)?,
        "AES" => {
            let ecb = |block: &[u8]| Aes::new(kek).encrypt(block.try_into().expect("a block"));
            cbc::pad(key).chunks(16).flat_map(ecb).collect()
        }
        _ => return None,
    };
    let body = match &header.suite[..] {
        "AES/CBC/PKCS5Padding" => cbc::encrypt_padded(key, header.nonce[..].try_into().ok()?, text),
        "AES/GCM/NoPadding" => {
            let (body, tag) = gcm::seal(key, &header.nonce, &[], text);
            [&body[..], &tag].concat()
        }
        _ => {
            header.commitment = derive(key, &header.nonce, b"COMMITKEY", 28)?;
            let key = derive(key, &header.nonce, b"DERIVEKEY", 32)?;
            let (body, tag) = gcm::seal(&key, &[1; 12], &[0x00, 0x73], text);
            [&body[..], &tag].concat()
        }
    };
    let (metadata, file) = header.print();
    Some(Object { metadata, file, body })
}

/// Opens an object: `None` where `kek` is another key, or a byte was altered that is authentic.
pub fn open(object: &Object, kek: &[u8]) -> Option<Vec<u8>> {
    let header = Header::parse(&object.metadata, object.file.as_ref())?;
    let key = match &header.wrap[..] {
        "AES/GCM" => {
            let (iv, rest) = header.wrapped.split_first_chunk::<12>()?;
            let (wrapped, tag) = rest.split_last_chunk::<16>()?;
            gcm::open(kek, iv, header.suite.as_bytes(), wrapped, tag)?
        }
        "AESWrap" => kw::unwrap(kek, &header.wrapped)?,
        "AES" => {
            let ecb = |block: &[u8]| Aes::new(kek).decrypt(block.try_into().expect("a block"));
            cbc::unpad(&header.wrapped.chunks(16).flat_map(ecb).collect::<Vec<u8>>())?
        }
        _ => return None,
    };
    [16, 24, 32].contains(&key.len()).then_some(())?;
    let iv: [u8; 12] = header.wrapped[..12].try_into().ok()?;
    let text = match &header.suite[..] {
        "AES/CBC/PKCS5Padding" => {
            cbc::decrypt_padded(&key, header.nonce[..].try_into().ok()?, &object.body)?
        }
        "AES/GCM/NoPadding" => stream(&key, &header.nonce, &object.body)?,
        _ => stream(&derive(&key, &header.nonce, b"DERIVEKEY", 32)?, &[1; 12], &object.body)?,
    };
    let again = seal(&header, kek, &iv, &key, &text)?;
    let same = again.body == object.body
        && Header::parse(&again.metadata, again.file.as_ref())? == header
        && header.clear_len.is_none_or(|len| len == text.len() as u64);
    same.then_some(text)
}

/// The text of GCM without a look at its tag.
fn stream(key: &[u8], iv: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let (text, _) = body.split_last_chunk::<16>()?;
    let first = [iv, &[0, 0, 0, 2]].concat().try_into().ok()?;
    Some(ctr::apply(key, first, 32, text))
}

/// HKDF takes a key of 32 bytes here.
fn derive(key: &[u8], id: &[u8], label: &[u8], len: usize) -> Option<Vec<u8>> {
    (key.len() == 32).then_some(())?;
    hkdf::hkdf_sha512(key, id, &[&[0x00, 0x73], label].concat(), len)
}

fn wrapped_len_is_possible(header: &Header) -> bool {
    let len = header.wrapped.len();
    match &header.wrap[..] {
        "kms" | "kms+context" => (1..=6144).contains(&len),
        "AES/GCM" => [16, 24, 32].contains(&len.wrapping_sub(28)),
        "AESWrap" => [16, 24, 32].contains(&len.wrapping_sub(8)),
        "AES" => [32, 48].contains(&len),
        "RSA-OAEP-SHA1" | "RSA/ECB/OAEPWithSHA-256AndMGF1Padding" | "RSA" => {
            (64..=1024).contains(&len)
        }
        _ => false,
    }
}

fn value<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

fn decimal(text: &str) -> Option<u64> {
    let digits = text.chars().map(|c| c.to_digit(10).map(u64::from));
    (!text.is_empty()).then_some(())?;
    digits.into_iter().try_fold(0u64, |n, digit| n.checked_mul(10)?.checked_add(digit?))
}

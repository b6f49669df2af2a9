//! Vectors of one scenario a file: `name: value` lines, made by `gen/own` and `gen/esdk.py`.

use crate::case::{Case, Expect, Vector};
use crate::fields::unhex;

/// One scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What must come of opening it.
    pub outcome: Outcome,
    /// SHA-256 of every byte that is let out; of the empty string where nothing may be.
    pub released: [u8; 32],
    /// The rule it stands for, and what made it.
    pub origin: String,
    /// What is opened.
    pub input: Input,
}

/// What can come of opening something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It opens.
    Success,
    /// It is not of the format.
    Malformed,
    /// It is of the format, and policy forbids it.
    Refused,
    /// The key or the context is another, or a byte was altered.
    Inauthentic,
}

/// Pairs of an encryption context, in the order of the file.
pub type Pairs = Vec<(String, String)>;

/// What is opened. Where it opens, making it again must give the same bytes.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields bear the names of the format")]
pub enum Input {
    /// An encrypted HLS segment; what is released is the clear one.
    Segment { key: [u8; 16], iv: Iv, encrypted: Vec<u8> },
    /// A blob of the local key service; its plaintext is released.
    KmsBlob { backing_key: [u8; 32], pairs: Pairs, blob: Vec<u8> },
    /// A message of the AWS Encryption SDK, one of whose keys a raw AES keyring wrapped under
    /// `kek`; its plaintext is released.
    Esdk { kek: Vec<u8>, message: Vec<u8> },
    /// An encryption context to serialise.
    Context { pairs: Pairs },
    /// A base64 text to decode, which need not be UTF-8.
    Base64 { text: Vec<u8> },
    /// What follows `#EXT-X-KEY:`; what is released is how we print it.
    ExtXKey { list: String },
    /// CTR with a counter of `counter_bits`; what is released is the masked message.
    Ctr { key: Vec<u8>, first: [u8; 16], counter_bits: u32, message: Vec<u8> },
    /// The record of a package and its seal; what is released is the record.
    Record { key: [u8; 16], record: Vec<u8>, seal: [u8; 32] },
}

/// Where a segment's IV comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Iv {
    /// The IV attribute.
    Attribute([u8; 16]),
    /// The Media Sequence Number.
    MediaSequence(u64),
}

/// Reads the scenario of `file`.
pub(crate) fn load(file: &str) -> Vector {
    let text = crate::text(file);
    let mut fields = Fields { file, lines: text.lines().map(field).collect() };
    let outcome = match fields.one("expect").as_str() {
        "success" => Outcome::Success,
        "malformed" => Outcome::Malformed,
        "refused" => Outcome::Refused,
        "inauthentic" => Outcome::Inauthentic,
        other => panic!("{file}: expect: {other}"),
    };
    let released = fields.array("released");
    let origin = fields.one("origin");
    let input = input(&mut fields);
    assert!(fields.lines.is_empty(), "{file}: unread: {:?}", fields.lines);
    Vector {
        id: file.to_owned(),
        expect: if outcome == Outcome::Success { Expect::Valid } else { Expect::Refused },
        case: Case::Own(Scenario { outcome, released, origin, input }),
    }
}

fn input(fields: &mut Fields<'_>) -> Input {
    match fields.one("kind").as_str() {
        "segment" => Input::Segment {
            key: fields.array("key"),
            iv: match fields.take("sequence") {
                Some(n) => Iv::MediaSequence(n.parse().expect("sequence")),
                None => Iv::Attribute(fields.array("iv")),
            },
            encrypted: fields.hex("encrypted"),
        },
        "kms-blob" => Input::KmsBlob {
            backing_key: fields.array("backing-key"),
            pairs: fields.pairs(),
            blob: fields.hex("blob"),
        },
        "esdk" => Input::Esdk { kek: fields.hex("kek"), message: fields.hex("message") },
        "context" => Input::Context { pairs: fields.pairs() },
        "base64" => Input::Base64 { text: fields.hex("text-hex") },
        "ext-x-key" => Input::ExtXKey { list: fields.one("list") },
        "ctr" => Input::Ctr {
            key: fields.hex("key"),
            first: fields.array("first"),
            counter_bits: fields.one("counter-bits").parse().expect("counter-bits"),
            message: fields.hex("message"),
        },
        "record" => Input::Record {
            key: fields.array("key"),
            record: fields.hex("record"),
            seal: fields.array("seal"),
        },
        other => panic!("{}: kind: {other}", fields.file),
    }
}

struct Fields<'a> {
    file: &'a str,
    lines: Vec<(String, String)>,
}

/// `name: value`; the value is what follows one blank, to the last character.
fn field(line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("not understood: {line}"));
    (name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned())
}

impl Fields<'_> {
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.lines.iter().position(|(n, _)| n == name)?;
        Some(self.lines.remove(at).1)
    }

    fn one(&mut self, name: &str) -> String {
        self.take(name).unwrap_or_else(|| panic!("{}: no {name}", self.file))
    }

    fn hex(&mut self, name: &str) -> Vec<u8> {
        unhex(&self.one(name))
    }

    fn array<const N: usize>(&mut self, name: &str) -> [u8; N] {
        let bytes = self.hex(name);
        bytes.try_into().unwrap_or_else(|_| panic!("{}: {name} has another length", self.file))
    }

    fn pairs(&mut self) -> Pairs {
        let mut pairs = vec![];
        while let Some(pair) = self.take("pair") {
            let (key, value) = pair.split_once('=').expect("key=value");
            pairs.push((key.to_owned(), value.to_owned()));
        }
        pairs
    }
}

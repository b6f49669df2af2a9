//! A wrapped data key: the ciphertext blob of a key service.

use super::found::{Found, hex};
use super::sample::Sample;
use crate::keyservice::blob::{Aws, Blob};

/// A file that is a blob and nothing else.
pub(super) fn recognise(sample: &Sample<'_>) -> Option<Found> {
    blob(sample.all().filter(|bytes| bytes.len() <= MAX_LEN)?)
}

/// A ciphertext blob, by whoever made it.
pub(super) fn blob(bytes: &[u8]) -> Option<Found> {
    Some(match Blob::recognise(bytes)? {
        Blob::Own(blob) => {
            let key_id = uuid(blob.key_id);
            Found::new("reelseal-kms-blob", "a ciphertext blob of reelseal's own key service")
                .fact("keyId", key_id.as_str())
                .fact("keyVersion", blob.version)
                .fact("wrappedBytes", blob.ciphertext.len())
                .opens(format!(
                    "reelseal kms decrypt, with the keystore that holds the key {key_id} and the \
                     encryption context that it was wrapped under"
                ))
                .with_wrapped(Some(blob.ciphertext.len()))
        }
        Blob::OwnBroken(rule) => {
            Found::new("reelseal-kms-blob", "a broken ciphertext blob of reelseal's key service")
                .note(format!("nothing opens it: {rule}"))
        }
        Blob::Aws(aws) => of_aws(aws),
        Blob::Moto { key_id, wrapped_len } => {
            Found::new("moto-kms-blob", "a ciphertext blob of moto, which stands for AWS in tests")
                .fact("keyId", key_id)
                .fact("wrappedBytes", wrapped_len)
                .opens("the moto server that made it, while it runs: Decrypt, with the context")
                .with_wrapped(Some(wrapped_len))
        }
    })
}

fn of_aws(aws: Aws<'_>) -> Found {
    let found = Found::new("aws-kms-blob", "a ciphertext blob of AWS KMS")
        .fact("layout", aws.layout)
        .fact("keyMaterial", hex(aws.id))
        .fact("wrappedBytes", aws.wrapped_len)
        .opens(
            "Decrypt of AWS KMS, in the region and under the key that it was wrapped with, and \
             under the same encryption context: reelseal kms decrypt --kms aws. Only AWS KMS can \
             tell which key that was",
        );
    match aws.wrapped_len {
        Some(_) => found.with_wrapped(aws.wrapped_len),
        None => found.note("it is cut, altered, or of a layout that was not seen before"),
    }
}

impl Found {
    /// Says what so many wrapped bytes may be.
    // req ET-ENC-5: version 1 of the AWS CLI wrapped base64 text in place of the bytes
    fn with_wrapped(self, len: Option<usize>) -> Self {
        match len {
            Some(16 | 32) | None => self,
            Some(24) => self.note(
                "24 bytes are an AES key of 192 bits, or the base64 text of one of 128, which \
                 version 1 of the AWS CLI wrapped in place of the bytes; reelseal decrypt tries both",
            ),
            Some(44) => self.note(
                "44 bytes are the base64 text of a key of 256 bits, which version 1 of the AWS CLI \
                 wrapped in place of the bytes; reelseal decrypt reads it",
            ),
            Some(_) => self.note("that is the length of no AES key: 16, 24 or 32 bytes"),
        }
    }
}

/// RFC 9562 §4, as text.
fn uuid(bytes: &[u8; 16]) -> String {
    let digits = hex(bytes);
    let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    ends.map(|(from, to)| digits.get(from..to).unwrap_or_default()).join("-")
}

/// KMS API, Decrypt, CiphertextBlob.
const MAX_LEN: usize = 6144;

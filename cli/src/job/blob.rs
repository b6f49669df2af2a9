//! What a wrapped key shows without a key: how many bytes were wrapped.
//!
//! Ours says so by its length. That of AWS KMS is a CMS `EncryptedData` (RFC 5652 §8), whose
//! content is 27 bytes longer than the plaintext in every sample seen. Good for a hint, not for
//! trust.

use reelseal_core::format::kms_blob::OVERHEAD;

/// Bytes that were wrapped, where the blob tells.
pub(super) fn wrapped_len(blob: &[u8]) -> Option<usize> {
    if blob.starts_with(b"RSKM") {
        return blob.len().checked_sub(OVERHEAD).filter(|len| *len > 0);
    }
    if !is_aws(blob) {
        return None;
    }
    // INTEGER 16 (the tag's length), then [0] with all that is left: one byte of length serves.
    let start = blob.windows(4).rposition(|window| window == [0x02, 0x01, 0x10, 0x80])?;
    let (len, content) = blob.get(start + 4..)?.split_first()?;
    (usize::from(*len) == content.len()).then(|| content.len().checked_sub(AWS_OVERHEAD))?
}

/// Whether the blob begins as those of AWS KMS, new or old, or ours.
pub(super) fn is_known(blob: &[u8]) -> bool {
    blob.starts_with(b"RSKM") || is_aws(blob)
}

fn is_aws(blob: &[u8]) -> bool {
    matches!(blob, [1, 2, 2 | 3, 0, 0x78, ..] | [0x0A, 0x20, ..])
}

/// A tag of 16 bytes and 11 that nobody has explained.
const AWS_OVERHEAD: usize = 27;

#[cfg(test)]
mod tests {
    use super::{is_known, wrapped_len};

    #[test]
    fn both_kinds_of_blob_tell_the_length() {
        assert_eq!(wrapped_len(&[b"RSKM".as_slice(), &[1; 81]].concat()), Some(16));
        assert_eq!(wrapped_len(&[b"RSKM".as_slice(), &[1; 65]].concat()), None);
        for (len, wrapped) in [(43, 16), (51, 24), (59, 32)] {
            let head = [1, 2, 3, 0, 0x78, 9, 9, 2, 1, 0x10, 0x80, len];
            let blob = [head.as_slice(), &vec![7; usize::from(len)]].concat();
            assert_eq!(wrapped_len(&blob), Some(wrapped));
            assert_eq!(wrapped_len(blob.split_last().unwrap().1), None, "cut");
        }
    }

    #[test]
    fn other_blobs_tell_nothing() {
        assert_eq!(wrapped_len(b"0123456789"), None);
        assert!(!is_known(b"0123456789") && !is_known(b""));
    }
}

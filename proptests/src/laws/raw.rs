//! Parsers on bytes that were written for no format in particular.

use reelseal_core::format::kms_blob::Blob;
use reelseal_spec as spec;

use super::{Law, base64, esdk, hls_key, playlist};
use crate::cases::{Raw, RawText};

/// Base64.
pub const BASE64: &[Law<RawText>] = &[Law {
    name: "base64_reads_any_text_as_spec_does",
    holds: base64_reads_any_text_as_spec_does,
}];

/// The header of a message of the AWS Encryption SDK.
pub const ESDK: &[Law<Raw>] = &[
    Law {
        name: "esdk_header_of_any_bytes_agrees_with_spec",
        holds: esdk_header_of_any_bytes_agrees_with_spec,
    },
    Law {
        name: "esdk_frames_of_any_bytes_are_within_them",
        holds: esdk_frames_of_any_bytes_are_within_them,
    },
    Law {
        name: "esdk_footer_and_block_of_any_bytes_are_within_them",
        holds: esdk_footer_and_block_of_any_bytes_are_within_them,
    },
];

/// `EXT-X-KEY`.
pub const HLS_KEY: &[Law<RawText>] =
    &[Law { name: "key_of_any_text_agrees_with_spec", holds: key_of_any_text_agrees_with_spec }];

/// The ciphertext blob.
pub const KMS_BLOB: &[Law<Raw>] = &[
    Law { name: "blob_of_any_bytes_agrees_with_spec", holds: blob_of_any_bytes_agrees_with_spec },
    Law {
        name: "blob_that_is_accepted_prints_back_identically",
        holds: blob_that_is_accepted_prints_back_identically,
    },
];

/// Playlists.
pub const PLAYLIST: &[Law<Raw>] = &[
    Law { name: "lines_of_any_bytes_add_up", holds: lines_of_any_bytes_add_up },
    Law {
        name: "playlist_of_any_bytes_agrees_with_spec",
        holds: playlist_of_any_bytes_agrees_with_spec,
    },
];

/// Core and model agree, and what is accepted is canonical.
pub fn base64_reads_any_text_as_spec_does(c: &RawText) {
    base64::reads_as_spec(&c.0);
}

/// Core and model take the same headers, and what is accepted prints back.
pub fn esdk_header_of_any_bytes_agrees_with_spec(c: &Raw) {
    esdk::header_agrees_with_spec(&c.0);
}

/// A frame that is taken apart, and what follows it, are as long as the bytes.
pub fn esdk_frames_of_any_bytes_are_within_them(c: &Raw) {
    esdk::frames_add_up(&c.0);
}

/// A footer and what follows it are as long as the bytes, and a block prints back.
pub fn esdk_footer_and_block_of_any_bytes_are_within_them(c: &Raw) {
    esdk::rest_adds_up(&c.0);
}

/// Core and model agree on the list, on the key, and on its print.
pub fn key_of_any_text_agrees_with_spec(c: &RawText) {
    hls_key::attributes_agree_with_spec(&c.0);
    hls_key::key_agrees_with_spec(&c.0);
    hls_key::key_that_is_accepted_prints_back(&c.0);
}

/// Core and model take the same bytes apart into the same fields, or both refuse.
pub fn blob_of_any_bytes_agrees_with_spec(c: &Raw) {
    let read = Blob::parse(&c.0).ok().map(|blob| spec::kms::Blob {
        key_id: *blob.key_id,
        version: blob.version,
        salt: *blob.salt,
        iv: *blob.iv,
        ciphertext: blob.ciphertext.to_vec(),
        tag: *blob.tag,
    });
    assert_eq!(read, spec::kms::Blob::parse(&c.0));
}

/// Nothing is left out.
pub fn blob_that_is_accepted_prints_back_identically(c: &Raw) {
    if let Ok(blob) = Blob::parse(&c.0) {
        assert_eq!([blob.header, blob.ciphertext, blob.tag].concat(), c.0);
    }
}

/// Text and line ends together are the bytes.
pub fn lines_of_any_bytes_add_up(c: &Raw) {
    playlist::lines_add_up(&c.0);
}

/// Core and model agree on every line.
pub fn playlist_of_any_bytes_agrees_with_spec(c: &Raw) {
    playlist::agrees_with_spec(&c.0);
}

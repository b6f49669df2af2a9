//! What `proofs/source` proves of `reelseal-core`, as functions of bytes that may be any bytes.
//!
//! A claim is an assertion. The crate becomes wasm, the wasm C, and CBMC asks whether a trap can be
//! reached in it: an assertion that fails is one, and so is any panic of the core on the way. AES
//! is left open: see `aes/`.
#![no_std]

#[macro_use]
mod export;

mod esdk;
mod format;
mod hls;
mod modes;
mod s3ec;
mod wrap;

export! {
    format: base64_decode base64_encode context kms_blob reader;
    format: transcoder_iv transcoder_lengths transcoder_mode;
    esdk: esdk_block esdk_footer esdk_frame esdk_raw_aes;
    esdk: esdk_header esdk_header_fields esdk_header_front;
    hls: hls_byte_range hls_lines;
    s3ec: s3ec_algorithm s3ec_header_new s3ec_lengths s3ec_metadata s3ec_wrap;
    modes: cbc_lengths ctr_128 ctr_32 ctr_64 gcm_lengths media_sequence unpad;
    wrap: kw_lengths kw_unwrap kw_wrap kwp_lengths;
}

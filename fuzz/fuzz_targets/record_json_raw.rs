//! The tool's record, compiled by itself: the rest of the tool, with a database and an HTTP client
//! under it, takes a sanitizer a quarter of an hour to build, and none of it reads a record.
#![no_main]
#![allow(dead_code)] // What else these modules of the tool have.

use libfuzzer_sys::fuzz_target;

#[path = "../../cli/src/base64.rs"]
mod base64;
#[path = "../laws/error.rs"]
mod error;
#[path = "../../cli/src/hls"]
mod hls {
    pub mod layout;
    pub mod record;
}
#[path = "../laws/record_json.rs"]
mod record_json;

use hls::record::Record;

fuzz_target!(|bytes: &[u8]| record_json::what_is_read_prints_back_and_is_sealed(bytes));

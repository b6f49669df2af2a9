#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::Raw;
use reelseal_proptests::laws::{all, raw};

fuzz_target!(|case: Raw| all(raw::KMS_BLOB, &case));

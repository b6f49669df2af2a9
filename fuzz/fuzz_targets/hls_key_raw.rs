#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::RawText;
use reelseal_proptests::laws::{all, raw};

fuzz_target!(|case: RawText| all(raw::HLS_KEY, &case));

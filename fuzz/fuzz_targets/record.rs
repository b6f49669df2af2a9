#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::RecordCase;
use reelseal_proptests::laws::{all, record};

fuzz_target!(|case: RecordCase| all(record::ALL, &case));

#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::LanesCase;
use reelseal_proptests::laws::{all, lanes};

fuzz_target!(|case: LanesCase| all(lanes::ALL, &case));

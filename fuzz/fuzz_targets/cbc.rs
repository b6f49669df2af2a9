#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::CbcCase;
use reelseal_proptests::laws::{all, cbc};

fuzz_target!(|case: CbcCase| all(cbc::ALL, &case));

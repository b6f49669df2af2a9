#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::CtrCase;
use reelseal_proptests::laws::{all, ctr};

fuzz_target!(|case: CtrCase| all(ctr::ALL, &case));

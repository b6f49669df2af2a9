#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::EsdkCase;
use reelseal_proptests::laws::{all, esdk};

fuzz_target!(|case: EsdkCase| all(esdk::ALL, &case));

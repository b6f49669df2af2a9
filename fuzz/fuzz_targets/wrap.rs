#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::WrapCase;
use reelseal_proptests::laws::{all, wrap};

fuzz_target!(|case: WrapCase| all(wrap::ALL, &case));

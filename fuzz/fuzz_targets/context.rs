#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::ContextCase;
use reelseal_proptests::laws::{all, context};

fuzz_target!(|case: ContextCase| all(context::ALL, &case));

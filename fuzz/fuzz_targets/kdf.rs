#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::KdfCase;
use reelseal_proptests::laws::{all, kdf};

fuzz_target!(|case: KdfCase| all(kdf::ALL, &case));

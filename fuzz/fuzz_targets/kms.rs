#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::KmsCase;
use reelseal_proptests::laws::{all, kms};

fuzz_target!(|case: KmsCase| all(kms::ALL, &case));

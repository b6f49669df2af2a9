#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::GcmCase;
use reelseal_proptests::laws::{all, gcm};

fuzz_target!(|case: GcmCase| all(gcm::ALL, &case));

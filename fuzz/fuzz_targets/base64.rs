#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::Base64Case;
use reelseal_proptests::laws::{all, base64};

fuzz_target!(|case: Base64Case| all(base64::ALL, &case));

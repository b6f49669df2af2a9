#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::KeyTagCase;
use reelseal_proptests::laws::{all, hls_key};

fuzz_target!(|case: KeyTagCase| all(hls_key::ALL, &case));

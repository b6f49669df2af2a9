#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::ReaderCase;
use reelseal_proptests::laws::{all, reader};

fuzz_target!(|case: ReaderCase| all(reader::ALL, &case));

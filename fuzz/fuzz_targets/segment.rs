#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::SegmentCase;
use reelseal_proptests::laws::{all, segment};

fuzz_target!(|case: SegmentCase| all(segment::ALL, &case));

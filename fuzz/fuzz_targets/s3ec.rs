#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::S3ecCase;
use reelseal_proptests::laws::{all, s3ec};

fuzz_target!(|case: S3ecCase| all(s3ec::ALL, &case));

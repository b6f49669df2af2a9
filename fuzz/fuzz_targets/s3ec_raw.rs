#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::S3ecFields;
use reelseal_proptests::laws::{all, s3ec};

fuzz_target!(|case: S3ecFields| all(s3ec::RAW, &case));

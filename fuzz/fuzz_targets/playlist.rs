#![no_main]

use libfuzzer_sys::fuzz_target;
use reelseal_proptests::cases::PlaylistCase;
use reelseal_proptests::laws::{all, playlist};

fuzz_target!(|case: PlaylistCase| all(playlist::ALL, &case));

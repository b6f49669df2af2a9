//! Records that a fuzzer, or a thought, once found: each file of `fuzz/regressions` through the
//! law of its target, on the stable toolchain and without a fuzzer.

use std::fs;
use std::path::Path;

use reelseal::hls::record::Record;

#[path = "../../fuzz/laws/record_json.rs"]
mod record_json;

#[test]
fn every_record_prints_back_or_is_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions/record_json_raw");
    let mut replayed = 0;
    for file in fs::read_dir(folder).expect("the folder") {
        let bytes = fs::read(file.expect("an entry").path()).expect("a file");
        record_json::what_is_read_prints_back_and_is_sealed(&bytes);
        // Cut and altered, it is another record, or none.
        for len in 0..bytes.len() {
            record_json::what_is_read_prints_back_and_is_sealed(&bytes[..len]);
            let mut altered = bytes.clone();
            altered[len] ^= 1;
            record_json::what_is_read_prints_back_and_is_sealed(&altered);
        }
        replayed += 1;
    }
    assert!(replayed > 0, "nothing was kept");
}

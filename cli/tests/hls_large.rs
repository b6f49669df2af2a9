//! Long playlists: time grows with the lines, not with their square.

mod common;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::{Lab, Package, path};

/// What no run below may take on the slowest machine. A square would take hours.
const MOST: Duration = Duration::from_secs(120);

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = run();
    println!("{what}: {:.2} s", started.elapsed().as_secs_f64());
    assert!(started.elapsed() < MOST, "{what}");
    result
}

fn comes_back(lab: &Lab, clear: &Package, what: &str, options: &[&str]) -> PathBuf {
    let dir = lab.write(clear);
    let (out, _) = timed(&format!("{what}: protect"), || lab.protect(&dir, "i.m3u8", options));
    let playlist = path(&out.join("i.m3u8"));
    timed(&format!("{what}: verify"), || lab.ok(&["verify", &playlist]));
    let (back, _) = timed(&format!("{what}: unprotect"), || lab.unprotect(&out, "i.m3u8", &[]));
    clear.expect_same(&Package::read(&back, "i.m3u8"), what);
    out
}

fn opens_without_the_record(lab: &Lab, out: &Path, what: &str) {
    std::fs::remove_file(out.join("reelseal.json")).unwrap();
    let what = format!("{what}: unprotect without the record");
    timed(&what, || lab.unprotect(out, "i.m3u8", &[]));
}

#[test]
fn ten_thousand_files_come_back() {
    let mut package = Package::new("i.m3u8");
    let mut text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n".to_owned();
    for i in 0..10_000u32 {
        write!(text, "#EXTINF:1,\n{}/{i}.ts\n", i / 1000).unwrap();
        package = package.with(&format!("{}/{i}.ts", i / 1000), i.to_be_bytes());
    }
    comes_back(&Lab::new(), &package.with("i.m3u8", text), "10,000 files", &[]);
}

#[test]
fn a_hundred_thousand_ranges_come_back() {
    let mut text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n".to_owned();
    for i in 0..100_000 {
        let offset = if i == 0 { "@0" } else { "" };
        write!(text, "#EXTINF:1,\n#EXT-X-BYTERANGE:20{offset}\nall.ts\n").unwrap();
    }
    let package = Package::new("i.m3u8").with("i.m3u8", text).media(&[("all.ts", 2_000_000)]);
    let lab = Lab::new();
    let out = comes_back(&lab, &package, "100,000 ranges", &[]);
    opens_without_the_record(&lab, &out, "100,000 ranges");
}

#[test]
fn a_thousand_keys_open() {
    let mut package = Package::new("i.m3u8");
    let mut text = "#EXTM3U\n".to_owned();
    for i in 0..1000u32 {
        write!(text, "#EXTINF:1,\n{i}.ts\n").unwrap();
        package = package.with(&format!("{i}.ts"), i.to_be_bytes());
    }
    let package = package.with("i.m3u8", text);
    let lab = Lab::new();
    let out = comes_back(&lab, &package, "1,000 keys", &["--rotate-every", "1"]);
    opens_without_the_record(&lab, &out, "1,000 keys");
}

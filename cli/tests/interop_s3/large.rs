//! A large file goes up and comes down in bounded memory. `REELSEAL_LARGE_MIB` says how large.

use std::env;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bucket::Bucket;

#[test]
fn memory_does_not_grow_with_the_object() {
    let mib: u64 = env::var("REELSEAL_LARGE_MIB").map_or(96, |text| text.parse().unwrap());
    let bucket = Bucket::new();
    let (input, out) = (bucket.path("clear"), bucket.path("out"));
    // Zeros take no room on the disk.
    File::create(&input).unwrap().set_len(mib << 20).unwrap();
    run(&bucket, mib, &["encrypt", &input, "-o", "s3://reel/large", "--mode", "aes-gcm"]);
    let len = bucket.head("large")["ContentLength"].as_u64();
    assert_eq!(len, Some((mib << 20) + 16));
    run(&bucket, mib, &["decrypt", "s3://reel/large", "-o", &out]);
    let (mut left, mut buffer) = (mib << 20, vec![0; 1 << 20]);
    let mut opened = BufReader::new(File::open(&out).unwrap());
    while left > 0 {
        opened.read_exact(&mut buffer).unwrap();
        assert!(buffer.iter().all(|byte| *byte == 0));
        left -= 1 << 20;
    }
    assert_eq!(opened.read(&mut buffer).unwrap(), 0);
    fs::remove_file(out).unwrap();
    run(&bucket, mib, &["decrypt", "s3://reel/large", "-o", "s3://reel/clear"]);
    assert_eq!(bucket.head("clear")["ContentLength"], mib << 20);
    bucket.holds_only(&["clear", "large", "large.encryption.json"]);
}

/// Runs a command, and looks at the most memory that it has had.
fn run(bucket: &Bucket, mib: u64, args: &[&str]) {
    let began = Instant::now();
    let mut child = bucket.command_at(bucket.port(), &[&["-q"], args].concat()).spawn().unwrap();
    let (status, mut most) = (format!("/proc/{}/status", child.id()), 0);
    let done = loop {
        let now = fs::read_to_string(&status).unwrap_or_default();
        let peak = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
        most = most.max(peak.unwrap_or(0));
        if let Some(done) = child.try_wait().unwrap() {
            break done;
        }
        sleep(Duration::from_millis(10));
    };
    assert!(done.success(), "{args:?}");
    let seconds = began.elapsed().as_secs_f64();
    println!("{} of {mib} MiB: {seconds:.1} s, {} MiB of memory", args[0], most / 1024);
    assert!((1..200 << 10).contains(&most), "{args:?}: {most} KiB of memory");
}

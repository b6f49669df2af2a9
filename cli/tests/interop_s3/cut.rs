//! What a broken network and a signal leave behind: nothing.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::bucket::Bucket;
use crate::proxy::{Limits, Proxy};
use crate::signals::with_default_signals;
use crate::{bytes, home};

/// A package of one playlist and segments that are large for a broken network.
fn package(bucket: &Bucket) -> String {
    let dir = bucket.path("package");
    fs::create_dir(&dir).unwrap();
    let mut playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n".to_owned();
    for n in 0..4 {
        fs::write(format!("{dir}/{n}.ts"), bytes(5 << 20)).unwrap();
        playlist += &format!("#EXTINF:4,\n{n}.ts\n");
    }
    fs::write(format!("{dir}/main.m3u8"), playlist).unwrap();
    format!("{dir}/main.m3u8")
}

/// Everything below the folder of the keystore that is no part of it.
fn names(bucket: &Bucket) -> Vec<String> {
    let keystore = bucket.home.keystore();
    let entries = fs::read_dir(keystore.parent().unwrap()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "keystore");
    names.sort();
    names
}

#[test]
fn an_upload_that_is_cut_leaves_no_object() {
    let bucket = Bucket::new();
    let input = bucket.home.file("clear", &bytes(40 << 20));
    let playlist = package(&bucket);
    let before = names(&bucket);
    // No part gets through, all else does.
    let proxy = Proxy::new(bucket.port(), Limits { up: 1 << 20, ..Limits::NONE });
    let mode = ["--mode", "aes-gcm"];
    bucket.fails_at(
        proxy.port,
        7,
        &[&["encrypt", &input, "-o", "s3://reel/x"], &mode[..]].concat(),
    );
    bucket.holds_only(&[]);
    bucket.fails_at(proxy.port, 7, &["hls", "protect", &playlist, "-o", "s3://reel/p"]);
    bucket.holds_only(&[]);
    assert_eq!(names(&bucket), before);
}

#[test]
fn a_download_that_is_cut_leaves_no_file() {
    let bucket = Bucket::new();
    let input = bucket.home.file("clear", &bytes(40 << 20));
    for mode in ["aes-gcm", "aes-cbc-pkcs7", "aes-ctr"] {
        bucket.ok(&["--force", "encrypt", &input, "-o", "s3://reel/x", "--mode", mode]);
        let before = names(&bucket);
        let proxy = Proxy::new(bucket.port(), Limits { down: 1 << 20, ..Limits::NONE });
        let out = bucket.path("out");
        bucket.fails_at(proxy.port, 7, &["decrypt", "s3://reel/x", "-o", &out]);
        bucket.fails_at(proxy.port, 7, &["decrypt", "s3://reel/x", "-o", "s3://reel/clear"]);
        let piped = bucket.run_at(proxy.port, &["decrypt", "s3://reel/x", "-o", "-"]);
        assert_eq!(piped.status.code(), Some(7));
        assert!(mode == "aes-ctr" || piped.stdout.is_empty(), "clear bytes before the verdict");
        assert_eq!(names(&bucket), before, "{mode}");
        bucket.holds_only(&["x", "x.encryption.json"]);
    }
    bucket.ok(&["hls", "protect", &package(&bucket), "-o", "s3://reel/p"]);
    let before = names(&bucket);
    let proxy = Proxy::new(bucket.port(), Limits { down: 1 << 20, ..Limits::NONE });
    let out = bucket.path("out");
    bucket.fails_at(proxy.port, 7, &["hls", "unprotect", "s3://reel/p/main.m3u8", "-o", &out]);
    bucket.fails_at(
        proxy.port,
        7,
        &["hls", "unprotect", "s3://reel/p/main.m3u8", "-o", "s3://reel/q"],
    );
    assert_eq!(names(&bucket), before);
    assert_eq!(bucket.keys("q"), [""; 0]);
}

#[test]
fn a_network_that_breaks_now_and_then_does_no_harm() {
    let bucket = Bucket::new();
    let clear = bytes(40 << 20);
    let input = bucket.home.file("clear", &clear);
    // Two parts pass through a connection whole, and the third does not.
    let proxy = Proxy::new(bucket.port(), Limits { up: 20 << 20, down: 10 << 20, ..Limits::NONE });
    let seal = ["encrypt", &input, "-o", "s3://reel/x", "--mode", "aes-gcm"];
    let output = bucket.run_at(proxy.port, &seal);
    assert!(output.status.success(), "{}", home::text(&output.stderr));
    let open = ["decrypt", "s3://reel/x", "-o", &bucket.path("out")];
    let output = bucket.run_at(proxy.port, &open);
    assert!(output.status.success(), "{}", home::text(&output.stderr));
    assert!(fs::read(bucket.path("out")).unwrap() == clear);
}

#[test]
fn a_download_that_breaks_off_never_goes_on_in_another_version() {
    let bucket = Bucket::new();
    bucket.put("x", &bytes(40 << 20));
    let proxy = Proxy::new(bucket.port(), Limits { down: 20 << 20, slow: true, ..Limits::NONE });
    let seal = ["--json", "encrypt", "s3://reel/x", "-o", &bucket.path("out"), "--mode", "aes-ctr"];
    let child = bucket.command_at(proxy.port, &seal).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&proxy, "GET /reel/x");
    bucket.put("x", b"changed");
    let output = child.wait_with_output().unwrap();
    let error = home::text(&output.stderr);
    assert_eq!(output.status.code(), Some(7), "{error}");
    assert!(error.contains("cannot read s3://reel/x: it changed while it was read"), "{error}");
    assert!(!fs::exists(bucket.path("out")).unwrap());
}

#[test]
fn a_signal_half_way_leaves_nothing() {
    let bucket = Bucket::new();
    let proxy = Proxy::new(bucket.port(), Limits { slow: true, ..Limits::NONE });
    // Up, from a pipe that does not end.
    let seal = ["encrypt", "-", "-o", "s3://reel/x", "--mode", "aes-gcm"];
    let mut command = with_default_signals(&bucket.command_at(proxy.port, &seal));
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&bytes(20 << 20)).unwrap();
    wait_for(&proxy, "PUT /reel/x?");
    // A piece more may be what the command waits for.
    interrupt(child, || drop(stdin.write_all(&bytes(1 << 20))));
    bucket.holds_only(&[]);

    let playlist = package(&bucket);
    let protect = ["hls", "protect", &playlist, "-o", "s3://reel/p"];
    let mut command = with_default_signals(&bucket.command_at(proxy.port, &protect));
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&proxy, "PUT /reel/p/");
    interrupt(child, || ());
    bucket.holds_only(&[]);

    // Down.
    let input = bucket.home.file("clear", &bytes(40 << 20));
    bucket.ok(&["encrypt", &input, "-o", "s3://reel/y", "--mode", "aes-gcm"]);
    let before = names(&bucket);
    for out in [&bucket.path("out"), "s3://reel/clear", "-"] {
        let proxy = Proxy::new(bucket.port(), Limits { slow: true, ..Limits::NONE });
        let open = ["decrypt", "s3://reel/y", "-o", out];
        let mut command = with_default_signals(&bucket.command_at(proxy.port, &open));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        wait_for(&proxy, "GET /reel/y?");
        interrupt(child, || ());
        assert_eq!(names(&bucket), before, "{out}");
        bucket.holds_only(&["y", "y.encryption.json"]);
    }
}

fn wait_for(proxy: &Proxy, request: &str) {
    let began = Instant::now();
    while !proxy.requests().iter().any(|line| line.starts_with(request)) {
        assert!(began.elapsed() < Duration::from_secs(60), "{request}: {:?}", proxy.requests());
        sleep(Duration::from_millis(20));
    }
}

fn interrupt(child: Child, and: impl FnOnce()) {
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::INT).unwrap();
    and();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", home::text(&output.stderr));
    assert!(home::text(&output.stderr).contains("interrupted"));
}

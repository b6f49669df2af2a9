//! What is asked of `reelseal hls`: keys, policies, outputs, and runs that are cut short.

mod common;
mod signals;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Failure, Lab, Package, media, names, path};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use signals::with_default_signals;

/// A folder with real TS, and the path of its master playlist.
fn clear(lab: &Lab) -> PathBuf {
    lab.write(&media::clear("clear/ts")).join("master.m3u8")
}

#[test]
fn the_key_service_says_no_by_its_own_names() {
    let lab = Lab::new();
    let playlist = clear(&lab);
    let disabled = lab.home.key();
    lab.home.ok(&["key", "disable", &disabled]);
    let deleted = lab.home.key();
    lab.home.ok(&["key", "schedule-deletion", &deleted, "--days", "7"]);
    let unknown = "00000000-0000-4000-8000-000000000000";
    for (key, code) in [
        (disabled.as_str(), "DisabledException"),
        (deleted.as_str(), "KMSInvalidStateException"),
        (unknown, "NotFoundException"),
        ("alias/nobody", "NotFoundException"),
    ] {
        let error = lab.refuses("protect", &playlist, 6, &["--key-id", key]);
        assert_eq!((error.code(), error.transcoder_code()), (code, Some(4019)), "{key}");
    }
}

#[test]
fn a_key_that_went_away_keeps_its_package_shut() {
    let lab = Lab::new();
    let key = lab.home.key();
    let url = ["--key-id", &key, "--license-acquisition-url", "https://x.org/k"];
    let (out, _) = lab.protect(clear(&lab).parent().unwrap(), "master.m3u8", &url);
    lab.home.ok(&["key", "disable", &key]);
    let error = lab.refuses("unprotect", &out.join("master.m3u8"), 6, &[]);
    assert_eq!((error.code(), error.transcoder_code()), ("DisabledException", Some(4018)));
    lab.home.ok(&["key", "enable", &key]);
    lab.home.ok(&["key", "rotate", &key]);
    let (back, summary) = lab.unprotect(&out, "master.m3u8", &[]);
    assert_eq!(summary["keyServiceCalls"]["Decrypt"], 1);
    let clear = media::clear("clear/ts");
    clear.expect_same(&Package::read(&back, "master.m3u8"), "after a rotation of the key");
}

#[test]
fn a_data_key_is_used_as_it_was_given() {
    let lab = Lab::new();
    let playlist = clear(&lab);
    let dir = playlist.parent().unwrap();
    let wrapped = lab.home.wrap("alias/reelseal", b"0123456789abcdef");
    let file = format!("@{}", lab.home.file("wrapped", wrapped.as_bytes()));
    let blob = reelseal::base64::decode(&wrapped).unwrap().to_vec();
    let binary = format!("@{}", lab.home.file("blob", &blob));
    let of_blob = reelseal::hls::keys::key_md5(&blob).unwrap();
    let of_key = reelseal::hls::keys::key_md5(b"0123456789abcdef").unwrap();
    for (data_key, md5) in [
        (&wrapped, None),
        (&file, None),
        (&binary, None),
        (&wrapped, Some(&of_blob)),
        (&wrapped, Some(&of_key)),
    ] {
        let mut options = vec!["--data-key", data_key.as_str()];
        options.extend(md5.into_iter().flat_map(|md5| ["--key-md5", md5.as_str()]));
        let (out, summary) = lab.protect(dir, "master.m3u8", &options);
        let calls = &summary["keyServiceCalls"];
        assert_eq!((&calls["GenerateDataKey"], &calls["Decrypt"]), (&0.into(), &1.into()));
        assert_eq!(fs::read(out.join("reelseal.key")).unwrap(), b"0123456789abcdef");
        let record: Value =
            serde_json::from_slice(&fs::read(out.join("reelseal.json")).unwrap()).unwrap();
        assert_eq!(record["DataKeys"][0]["Key"], wrapped.as_str());
        assert_eq!(record["DataKeys"][0]["KeyMd5"], of_blob.as_str());
        let block = &record["Playlists"][1]["HlsContentProtection"];
        assert_eq!(block["Method"], "aes-128");
        assert_eq!(block["KeyMd5"], of_blob.as_str());
    }
    let wrong = ["--data-key", &wrapped, "--key-md5", "zG9MId7htnmIZEWCXXG5yg=="];
    let error = lab.refuses("protect", &playlist, 4, &wrong);
    assert_eq!(error.says(&["--key-md5"]).transcoder_code(), Some(4018));
}

#[test]
fn a_data_key_that_is_none_is_refused() {
    let lab = Lab::new();
    let playlist = clear(&lab);
    for len in [1, 15, 17, 24, 32] {
        let wrapped = lab.home.wrap("alias/reelseal", &vec![b'k'; len]);
        let error = lab.refuses("protect", &playlist, 4, &["--data-key", &wrapped]);
        error.says(&[&format!("holds {len} bytes"), "exactly 16"]);
        assert_eq!(error.transcoder_code(), Some(4020));
    }
    let wrapped = lab.home.wrap("alias/reelseal", b"0123456789abcdef");
    let other = ["--data-key", &wrapped, "--encryption-context", "service=other"];
    let error = lab.refuses("protect", &playlist, 6, &other);
    let answer = (error.code(), error.transcoder_code());
    assert_eq!(answer, ("InvalidCiphertextException", Some(4018)));
    let mut blob = reelseal::base64::decode(&wrapped).unwrap().to_vec();
    *blob.last_mut().unwrap() ^= 1;
    let altered = reelseal::base64::encode(&blob).unwrap().to_string();
    let error = lab.refuses("protect", &playlist, 6, &["--data-key", &altered]);
    assert_eq!(error.code(), "InvalidCiphertextException");
    let missing = format!("@{}", path(&lab.place("missing")));
    lab.refuses("protect", &playlist, 7, &["--data-key", &missing]).says(&["cannot read"]);
}

// req ET-CTX-1
#[test]
fn the_encryption_context_binds_the_package() {
    let lab = Lab::new();
    let playlist = clear(&lab);
    let dir = playlist.parent().unwrap();
    let options = ["--encryption-context", "title=7", "--license-acquisition-url", "https://x/k"];
    let (out, _) = lab.protect(dir, "master.m3u8", &options);
    // It is in the record: nobody has to remember it.
    let (back, _) = lab.unprotect(&out, "master.m3u8", &[]);
    media::clear("clear/ts").expect_same(&Package::read(&back, "master.m3u8"), "context");
    let record = fs::read_to_string(out.join("reelseal.json")).unwrap();
    fs::write(out.join("reelseal.json"), record.replace("\"title\": \"7\"", "\"title\": \"8\""))
        .unwrap();
    let error = lab.refuses("unprotect", &out.join("master.m3u8"), 6, &[]);
    assert_eq!(error.code(), "InvalidCiphertextException");
}

// req ET-HLS-6
#[test]
fn policies_that_contradict_themselves_are_usage() {
    let lab = Lab::new();
    let playlist = clear(&lab);
    let policy = "--key-storage-policy";
    let url = "--license-acquisition-url";
    let cases: [(&[&str], &[&str]); 8] = [
        (&[policy, "WithVariantPlaylists", url, "https://x.org/k"], &["WithVariantPlaylists"]),
        (&[policy, "NoStore"], &["NoStore", url]),
        (&["--rotate-every", "2", url, "https://x.org/k"], &["{key}", "--rotate-every"]),
        (&[url, "k.key"], &[url, "absolute URL"]),
        (&[url, "/k.key"], &[url, "absolute URL"]),
        (&[url, "https://x.org/\"k\""], &[url, "quotation"]),
        (&[url, "https://x.org/a b"], &[url, "printable"]),
        (&[url, "https://x.org/\nk"], &[url, "printable"]),
    ];
    for (options, says) in cases {
        lab.refuses("protect", &playlist, 2, options).says(says);
    }
    let long = format!("https://x.org/{}", "k".repeat(500));
    lab.refuses("protect", &playlist, 2, &[url, &long]).says(&["512 at most"]);
}

#[test]
fn an_output_that_is_in_the_way_is_left_alone() {
    let lab = Lab::new();
    let playlist = clear(&lab);
    let dir = playlist.parent().unwrap();
    let (from, around) = (path(&playlist), path(dir.parent().unwrap()));
    let before = Package::read(dir, "master.m3u8");
    for out in [path(dir), around] {
        for force in [&[][..], &["--force"]] {
            let args = [&["protect", from.as_str(), "-o", out.as_str()], force].concat();
            lab.fails(4, &args).says(&["is or holds the package that is read"]);
        }
    }
    before.expect_same(&Package::read(dir, "master.m3u8"), "the source");

    let (out, _) = lab.protect(dir, "master.m3u8", &[]);
    let first = Package::read(&out, "master.m3u8");
    let to = path(&out);
    let args = ["protect", &from, "-o", &to];
    lab.fails(4, &args).says(&["exists and is not empty", "--force"]);
    first.expect_same(&Package::read(&out, "master.m3u8"), "the first output");
    // The output of a run that fails does not replace the package that is there.
    let bad = [&args[..], &["--force", "--key-id", "alias/nobody"]].concat();
    lab.fails(6, &bad);
    first.expect_same(&Package::read(&out, "master.m3u8"), "the first output");
    lab.ok(&[&args[..], &["--force"]].concat());
    assert_ne!(first, Package::read(&out, "master.m3u8"), "--force replaces it");
    assert_eq!(names(out.parent().unwrap()), ["out"], "left behind");
}

/// A package of one sparse segment of `len` bytes.
fn sparse(lab: &Lab, len: u64) -> PathBuf {
    let dir = lab.write(&Package::new("i.m3u8").playlist("i.m3u8", &["#EXTINF:4,", "big.ts"]));
    fs::File::create(dir.join("big.ts")).unwrap().set_len(len).unwrap();
    dir.join("i.m3u8")
}

/// Starts to protect, and waits until bytes are being written.
fn half_way(lab: &Lab, playlist: &Path, out: &Path) -> Child {
    let args = ["protect", &path(playlist), "-o", &path(out)];
    let mut command = with_default_signals(&lab.command(&args));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while written(out.parent().unwrap()) < 1 << 20 {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing is written");
        sleep(Duration::from_millis(1));
    }
    child
}

fn written(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let len = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => written(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.flatten().map(len).sum()
}

#[test]
fn a_signal_half_way_leaves_nothing() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let lab = Lab::new();
        let playlist = sparse(&lab, 4 << 30);
        let out = lab.place("out");
        let child = half_way(&lab, &playlist, &out);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        Failure::of(&output, code, &[]).says(&["interrupted"]);
        assert_eq!(names(out.parent().unwrap()), [""; 0], "left behind");
    }
}

#[test]
fn what_sigkill_leaves_the_next_run_removes() {
    let lab = Lab::new();
    let playlist = sparse(&lab, 4 << 30);
    let out = lab.place("out");
    let mut child = half_way(&lab, &playlist, &out);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!out.exists(), "half a package is in its place");
    assert_ne!(names(out.parent().unwrap()), [""; 0], "it was killed too late to leave anything");

    fs::File::create(playlist.with_file_name("big.ts")).unwrap().set_len(1 << 20).unwrap();
    lab.ok(&["protect", &path(&playlist), "-o", &path(&out)]);
    assert_eq!(names(out.parent().unwrap()), ["out"], "left behind");
    assert_eq!(lab.ok(&["verify", &path(&out.join("i.m3u8"))])["proof"], "sha256");
}

#[test]
fn a_full_disk_leaves_nothing() {
    let lab = Lab::new();
    let playlist = sparse(&lab, 8 << 20);
    let out = lab.place("out");
    // A limit on the length of files, as a disk that is full; SIGXFSZ is ignored by the shell.
    let reelseal = lab.command(&["protect", &path(&playlist), "-o", &path(&out)]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$@\"", "sh"]);
    shell.arg(reelseal.get_program()).args(reelseal.get_args());
    shell.envs(reelseal.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let output = shell.output().unwrap();
    Failure::of(&output, 7, &[]).says(&["cannot write", "big.ts"]);
    assert_eq!(names(out.parent().unwrap()), [""; 0], "left behind");
}

#[test]
fn a_long_segment_streams() {
    // In a shell: `truncate -s 4G big.ts` and the same two commands show the same figure.
    const MOST_KIB: u64 = 100 * 1024;
    let lab = Lab::new();
    let playlist = sparse(&lab, 300 << 20);
    let out = lab.place("out");
    let used = peak_kib(&lab, &["protect", &path(&playlist), "-o", &path(&out)]);
    assert!(used < MOST_KIB, "protect took {used} KiB");
    let (playlist, back) = (out.join("i.m3u8"), lab.place("back"));
    let also = peak_kib(&lab, &["unprotect", &path(&playlist), "-o", &path(&back)]);
    assert!(also < MOST_KIB, "unprotect took {also} KiB");
    println!("300 MiB in one segment: {used} KiB to protect, {also} KiB to open");
    assert_eq!(fs::metadata(back.join("big.ts")).unwrap().len(), 300 << 20);
}

/// Peak resident memory of a run, sampled: VmHWM only grows.
fn peak_kib(lab: &Lab, args: &[&str]) -> u64 {
    let mut child = lab.command(args).stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success(), "{args:?}");
    assert_ne!(peak, 0, "the run was not seen");
    peak
}

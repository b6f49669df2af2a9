//! What signals, a full disk and SIGKILL leave behind. Each test starts itself as a child, which
//! does the work in a folder of the parent's.

mod signals;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, exit};
use std::thread::sleep;
use std::time::Duration;

use reelseal::error::Kind;
use reelseal::package::{Existing, PackagePath, Source, Staging, interrupt, write_atomic};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, setrlimit};
use signals::with_default_signals;
use tempfile::TempDir;

/// Names the folder to a child. Absent in the parent.
const CHILD: &str = "REELSEAL_TEST_CHILD";

fn child_folder() -> Option<PathBuf> {
    env::var_os(CHILD).map(PathBuf::from)
}

/// A folder with a package in it.
fn bench() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("pkg")).unwrap();
    fs::write(dir.path().join("pkg/master.m3u8"), "#EXTM3U\n").unwrap();
    dir
}

/// Starts the test `name` as a child, and waits until it says "ready".
fn start(name: &str, dir: &Path) -> (Child, impl BufRead) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture"]).env(CHILD, dir);
    let mut child = with_default_signals(&command).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("ready") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the child of {name} is gone");
    }
    (child, lines)
}

fn ready() {
    println!("ready");
    std::io::stdout().flush().unwrap();
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn staging(dir: &Path, existing: Existing) -> Staging {
    let (source, _) = Source::open(dir.join("pkg/master.m3u8")).unwrap();
    Staging::new(dir.join("out"), existing, &source).unwrap()
}

fn write(staging: &Staging, path: &str, text: &str) {
    let mut file = staging.create(&PackagePath::parse(path).unwrap()).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.finish().unwrap();
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_first_signal_stops_the_work_and_leaves_nothing() {
    if let Some(dir) = child_folder() {
        interrupt::install();
        let staging = staging(&dir, Existing::Keep);
        write(&staging, "a.ts", "segment");
        ready();
        let error = loop {
            match interrupt::check() {
                Ok(()) => sleep(Duration::from_millis(1)),
                Err(error) => break error,
            }
        };
        // Neither a new file nor a publication comes after it.
        assert!(staging.create(&PackagePath::parse("b.ts").unwrap()).is_err());
        assert!(staging.publish().is_err());
        exit(error.kind().exit_code().into());
    }
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let dir = bench();
        let (mut child, _lines) =
            start("the_first_signal_stops_the_work_and_leaves_nothing", dir.path());
        assert_eq!(names(dir.path()).len(), 2);
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert_eq!(names(dir.path()), ["pkg"]);
    }
}

#[test]
fn the_second_signal_ends_work_that_does_not_look_up() {
    if let Some(dir) = child_folder() {
        interrupt::install();
        let staging = staging(&dir, Existing::Keep);
        write(&staging, "v0/a.ts", "segment");
        ready();
        loop {
            sleep(Duration::from_secs(1));
        }
    }
    let dir = bench();
    let (mut child, _lines) =
        start("the_second_signal_ends_work_that_does_not_look_up", dir.path());
    send(&child, Signal::INT);
    sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "one signal is a request");
    send(&child, Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(names(dir.path()), ["pkg"]);
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    if child_folder().is_some() {
        interrupt::install();
        ready();
        sleep(Duration::from_millis(300));
        exit(if interrupt::check().is_ok() { 42 } else { 43 });
    }
    let dir = bench();
    // As nohup(1) does it.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "a_signal_that_was_ignored_at_the_start_stays_ignored", "--nocapture"])
        .env(CHILD, dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("ready")));
    send(&child, Signal::HUP);
    assert_eq!(child.wait().unwrap().code(), Some(42));
}

#[test]
fn a_full_disk_is_one_error_and_leaves_nothing() {
    if let Some(dir) = child_folder() {
        interrupt::install(); // SIGXFSZ becomes an error of write(2)
        let (source, playlist) = Source::open(dir.join("pkg/big.m3u8")).unwrap();
        let limit = Rlimit { current: Some(100_000), maximum: Some(100_000) };
        setrlimit(Resource::Fsize, limit).unwrap();
        let staging = staging(&dir, Existing::Replace);
        let path = PackagePath::parse("a.ts").unwrap();
        let mut file = staging.create(&path).unwrap();
        let error = file.write_all(&vec![7; 200_000]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        let error = file.error(&error);
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Io, "cannot write a.ts: File too large")
        );
        drop(file);
        let copied = staging.copy(&source, &playlist, &PackagePath::parse("b").unwrap());
        assert_eq!(copied.unwrap_err().kind(), Kind::Io);
        drop(staging);
        for existing in [Existing::Keep, Existing::Replace] {
            let file = dir.join(if existing == Existing::Keep { "new" } else { "record.json" });
            let written = write_atomic(&file, existing, |to| {
                to.write_all(&vec![7; 200_000])
                    .map_err(|error| reelseal::package::write_error(&file, &error))
            });
            assert_eq!(written.unwrap_err().kind(), Kind::Io);
        }
        ready();
        exit(42);
    }
    let dir = bench();
    fs::write(dir.path().join("pkg/big.m3u8"), vec![7; 200_000]).unwrap();
    fs::write(dir.path().join("record.json"), "old").unwrap();
    fs::create_dir(dir.path().join("out")).unwrap();
    fs::write(dir.path().join("out/master.m3u8"), "old").unwrap();
    let (mut child, _lines) = start("a_full_disk_is_one_error_and_leaves_nothing", dir.path());
    assert_eq!(child.wait().unwrap().code(), Some(42));
    assert_eq!(names(dir.path()), ["out", "pkg", "record.json"]);
    assert_eq!(fs::read_to_string(dir.path().join("out/master.m3u8")).unwrap(), "old");
    assert_eq!(fs::read_to_string(dir.path().join("record.json")).unwrap(), "old");
}

#[test]
fn what_a_killed_run_leaves_the_next_removes_and_a_living_one_keeps() {
    if let Some(dir) = child_folder() {
        let staging = staging(&dir, Existing::Keep);
        write(&staging, "v0/a.ts", "segment");
        ready();
        loop {
            sleep(Duration::from_secs(1));
        }
    }
    let dir = bench();
    let (mut child, _lines) =
        start("what_a_killed_run_leaves_the_next_removes_and_a_living_one_keeps", dir.path());
    // What looks alike is not touched: other names, links, files.
    let strangers =
        [".out.reelseal-0123", ".out2.reelseal-0123456789abcdef", ".out.reelseal-0123456789ABCDEF"];
    for name in strangers {
        fs::create_dir(dir.path().join(name)).unwrap();
    }
    fs::write(dir.path().join(".out.reelseal-00000000000000ff"), "a file").unwrap();
    let link = dir.path().join(".out.reelseal-00000000000000fe");
    std::os::unix::fs::symlink("pkg", link).unwrap();

    let before = names(dir.path());
    assert_eq!(before.len(), strangers.len() + 4);
    drop(staging(dir.path(), Existing::Keep));
    assert_eq!(names(dir.path()), before, "a living run lost its staging");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(dir.path()), before);
    drop(staging(dir.path(), Existing::Keep));
    assert_eq!(names(dir.path()).len(), before.len() - 1, "the killed run's staging is still here");
    assert_eq!(names(&dir.path().join("pkg")), ["master.m3u8"]);
}

#[test]
fn sigkill_at_any_moment_of_a_replacement_loses_no_package() {
    if let Some(dir) = child_folder() {
        ready();
        for i in 0u64.. {
            let staging = staging(&dir, Existing::Replace);
            for name in ["master.m3u8", "v0/a.ts", "v0/b.ts"] {
                write(&staging, name, &i.to_string());
            }
            assert!(staging.publish().unwrap().leftover.is_none());
        }
    }
    let dir = bench();
    let out = dir.path().join("out");
    fs::create_dir_all(out.join("v0")).unwrap();
    for name in ["master.m3u8", "v0/a.ts", "v0/b.ts"] {
        fs::write(out.join(name), "first").unwrap();
    }
    for round in 0..25u64 {
        let (mut child, _lines) =
            start("sigkill_at_any_moment_of_a_replacement_loses_no_package", dir.path());
        sleep(Duration::from_micros(2_000 + round * 1_713));
        child.kill().unwrap();
        child.wait().unwrap();
        let texts =
            ["master.m3u8", "v0/a.ts", "v0/b.ts"].map(|f| fs::read_to_string(out.join(f)).unwrap());
        assert!(texts[0] == texts[1] && texts[1] == texts[2], "parts of two packages: {texts:?}");
    }
    assert_ne!(fs::read_to_string(out.join("master.m3u8")).unwrap(), "first", "no round published");
    drop(staging(dir.path(), Existing::Replace));
    assert_eq!(names(dir.path()), ["out", "pkg"]);
}

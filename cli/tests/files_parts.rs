//! Large files, which all threads work on at once: the bytes are those of one thread, and so are
//! the errors.

mod home;
mod signals;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use home::{Home, text};
use rustix::process::{Pid, Signal, kill_process};

const MODES: [&str; 3] = ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"];

/// A file is worked in parts from 8 MiB on, each of 1 MiB.
const LARGE: usize = 8 << 20;
const PART: usize = 1 << 20;

fn folder(home: &Home) -> PathBuf {
    home.keystore().parent().unwrap().to_owned()
}

fn path(home: &Home, name: &str) -> String {
    folder(home).join(name).to_str().unwrap().to_owned()
}

fn names(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(folder(home)).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// No two blocks are the same.
fn clear(len: usize) -> Vec<u8> {
    (0..=len as u64 / 8).flat_map(u64::to_le_bytes).take(len).collect()
}

/// A file of zeros that takes a second or more.
fn long(home: &Home) -> String {
    let path = path(home, "clear");
    File::create(&path).unwrap().set_len(6 << 30).unwrap();
    path
}

/// Through pipes, where one thread does it all in order.
fn by_pipe(home: &Home, args: &[&str], input: &Path) -> Vec<u8> {
    let output = home.command(args).stdin(File::open(input).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    output.stdout
}

/// Waits until `child` has begun with its output.
fn until_it_writes(home: &Home, child: &mut Child) {
    while !names(home).iter().any(|name| name.starts_with(".sealed.reelseal-")) {
        assert!(child.try_wait().unwrap().is_none(), "it was done too soon");
        thread::sleep(Duration::from_millis(1));
    }
}

fn start(command: &Command) -> Child {
    signals::with_default_signals(command)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), text(&output.stderr))
}

#[test]
fn many_threads_give_what_one_gives_in_order() {
    let home = Home::new();
    let ends = [LARGE - 1, LARGE, LARGE + 1, LARGE + 15, LARGE + 16, LARGE + 17, LARGE + 32];
    let edges = [9 * PART - 16, 9 * PART, 9 * PART + 16, 11 * PART + 12_345];
    for len in ends.into_iter().chain(edges) {
        let clear = clear(len);
        let input = home.file("clear", &clear);
        for (mode, threads) in MODES.into_iter().zip(["1", "2", "5"].into_iter().cycle()) {
            let (sealed, opened) = (path(&home, "sealed"), path(&home, "opened"));
            let record = path(&home, "record.json");
            let with = ["--force", "--threads", threads];
            let seal = ["encrypt", &input, "-o", &sealed, "--mode", mode, "--record", &record];
            home.ok(&[&with[..], &seal].concat());
            let open = ["decrypt", "-", "-o", "-", "--record", &record];
            let back = by_pipe(&home, &open, Path::new(&sealed));
            assert!(back == clear, "{mode} of {len} by {threads}, opened in order");

            let seal = ["--force", "encrypt", "-", "-o", "-", "--mode", mode, "--record", &record];
            fs::write(&sealed, by_pipe(&home, &seal, Path::new(&input))).unwrap();
            let open = ["decrypt", &sealed, "-o", &opened, "--record", &record];
            let report = home.run(&[&with[..], &["--json"], &open].concat());
            assert!(report.status.success(), "{}", text(&report.stderr));
            assert!(fs::read(&opened).unwrap() == clear, "{mode} of {len}, by {threads}");
            // To a pipe, through a file without a name.
            let open = ["decrypt", &sealed, "-o", "-", "--record", &record];
            assert!(home.run(&open).stdout == clear, "{mode} of {len}, to a pipe");
        }
    }
}

#[test]
fn an_altered_byte_in_any_part_is_refused() {
    let home = Home::new();
    let input = home.file("clear", &clear(LARGE + PART + 5));
    let (sealed, opened) = (path(&home, "sealed"), path(&home, "opened"));
    home.ok(&["encrypt", &input, "-o", &sealed, "--mode", "aes-gcm"]);
    let whole = fs::read(&sealed).unwrap();
    let open = ["decrypt", &sealed, "-o", &opened];
    let left = names(&home);
    let mut said = Vec::new();
    for at in (0..whole.len()).step_by(PART).chain([whole.len() - 17, whole.len() - 1]) {
        let mut altered = whole.clone();
        altered[at] ^= 4;
        fs::write(&sealed, altered).unwrap();
        said.push(home.fails(5, &open));
    }
    for cut in [16, 17, PART, PART + 21] {
        fs::write(&sealed, &whole[..whole.len() - cut]).unwrap();
        said.push(home.fails(5, &open));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(names(&home), left);
}

#[test]
fn a_wrong_padding_behind_many_parts_is_refused() {
    let home = Home::new();
    let input = home.file("clear", &clear(LARGE + 160));
    let (sealed, opened) = (path(&home, "sealed"), path(&home, "opened"));
    home.ok(&["encrypt", &input, "-o", &sealed, "--mode", "aes-cbc-pkcs7"]);
    let whole = fs::read(&sealed).unwrap();
    let left = names(&home);
    let mut altered = whole.clone();
    // The padding is the last block, 16 bytes of 16; what is altered in front of it alters its last.
    altered[whole.len() - 17] ^= 1;
    fs::write(&sealed, altered).unwrap();
    home.fails(5, &["decrypt", &sealed, "-o", &opened]);
    fs::write(&sealed, &whole[..whole.len() - 5]).unwrap();
    home.fails(3, &["decrypt", &sealed, "-o", &opened]);
    assert_eq!(names(&home), left);
}

#[test]
fn a_full_disk_is_one_error_and_leaves_nothing() {
    let home = Home::new();
    home.ok(&["key", "list"]);
    let input = home.file("clear", &clear(LARGE + PART));
    let left = names(&home);
    for mode in MODES {
        let sealed = path(&home, "sealed");
        let reelseal = home.command(&["encrypt", &input, "-o", &sealed, "--mode", mode]);
        // A limit on the length of files, as a disk that is full.
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 8192; exec \"$@\"", "sh"]);
        shell.arg(reelseal.get_program()).args(reelseal.get_args());
        shell.envs(reelseal.get_envs().filter_map(|(key, value)| Some((key, value?))));
        let (code, said) = end(shell.stderr(Stdio::piped()).spawn().unwrap());
        assert_eq!(code, Some(7), "{said}");
        assert!(said.contains("cannot write") && said.contains(&sealed), "{said}");
        assert_eq!(names(&home), left, "{mode}");
    }
}

#[test]
fn a_signal_half_way_leaves_nothing() {
    let home = Home::new();
    home.ok(&["key", "list"]);
    let input = long(&home);
    let left = names(&home);
    for mode in MODES {
        let sealed = path(&home, "sealed");
        let mut child = start(&home.command(&["encrypt", &input, "-o", &sealed, "--mode", mode]));
        until_it_writes(&home, &mut child);
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let (code, said) = end(child);
        assert_eq!(code, Some(130), "{said}");
        assert_eq!(names(&home), left, "{mode}");
    }
}

#[test]
fn a_file_that_shrinks_meanwhile_is_an_error() {
    let home = Home::new();
    home.ok(&["key", "list"]);
    for mode in MODES {
        let input = long(&home);
        let left = names(&home);
        let sealed = path(&home, "sealed");
        let mut child = start(&home.command(&["encrypt", &input, "-o", &sealed, "--mode", mode]));
        until_it_writes(&home, &mut child);
        File::create(&input).unwrap().set_len(3 << 20).unwrap();
        let (code, said) = end(child);
        assert_eq!(code, Some(7), "{said}");
        assert!(said.contains("became shorter while it was read"), "{said}");
        assert_eq!(names(&home), left, "{mode}");
    }
}

#[test]
fn what_a_file_grows_by_meanwhile_is_in_the_output() {
    let home = Home::new();
    home.ok(&["key", "list"]);
    let (input, sealed) = (path(&home, "clear"), path(&home, "sealed"));
    File::create(&input).unwrap().set_len(300 << 20).unwrap();
    let seal = ["encrypt", &input, "-o", &sealed, "--mode", "aes-cbc-pkcs7"];
    let mut child = start(&home.command(&seal));
    until_it_writes(&home, &mut child);
    let mut more = OpenOptions::new().append(true).open(&input).unwrap();
    more.write_all(b"and this").unwrap();
    let (code, said) = end(child);
    assert_eq!(code, Some(0), "{said}");
    let opened = path(&home, "opened");
    home.run(&["decrypt", &sealed, "-o", &opened]);
    let same = Command::new("cmp").args([&input, &opened]).status().unwrap();
    assert!(same.success());
}

//! Pipes, long files in little memory, signals: nothing leaves before its verdict.

mod home;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use home::{Home, text};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const MODES: [&str; 3] = ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"];

fn path(home: &Home, name: &str) -> String {
    home.keystore().with_file_name(name).to_str().unwrap().to_owned()
}

/// Runs a command with `input` on its standard input.
fn pipe(home: &Home, args: &[&str], input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let mut child = home
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        // A run that refuses early does not read to the end.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    (output.status.code(), output.stdout, text(&output.stderr))
}

/// Text: a number and a word on each line.
fn clear(len: usize) -> Vec<u8> {
    let lines = (0..=len / 16).flat_map(|i| format!("{i:08} a line\n").into_bytes());
    lines.take(len).collect()
}

#[test]
fn every_mode_passes_through_pipes() {
    let home = Home::new();
    for mode in MODES {
        for len in [0, 1, 16, 700_001] {
            let clear = clear(len);
            let record = path(&home, "record.json");
            let seal = ["--force", "encrypt", "-", "-o", "-", "--mode", mode, "--record", &record];
            let (code, sealed, said) = pipe(&home, &seal, &clear);
            assert_eq!(code, Some(0), "{said}");
            assert!(said.contains("standard output: ") && said.contains(&record), "{said}");
            let open = ["--json", "decrypt", "-", "-o", "-", "--record", &record];
            let (code, opened, said) = pipe(&home, &open, &sealed);
            assert_eq!(code, Some(0), "{mode} {len}: {said}");
            assert!(opened == clear, "{mode} {len}");
            let report: Value = serde_json::from_str(&said).unwrap();
            assert_eq!(report["bytesWritten"], len, "{said}");
            // The block may come from a pipe as well, where the file does not.
            let (input, out) = (home.file("sealed", &sealed), path(&home, "opened"));
            let open = ["--force", "decrypt", &input, "-o", &out, "--record", "-"];
            let (code, _, said) = pipe(&home, &open, &fs::read(&record).unwrap());
            assert_eq!(code, Some(0), "{said}");
            assert!(fs::read(&out).unwrap() == clear);
        }
    }
}

#[test]
fn nothing_of_an_altered_gcm_file_reaches_a_pipe() {
    let home = Home::new();
    let record = path(&home, "record.json");
    let seal = ["encrypt", "-", "-o", "-", "--mode", "aes-gcm", "--record", &record];
    let (_, mut sealed, _) = pipe(&home, &seal, &clear(600_000));
    *sealed.last_mut().unwrap() ^= 1;
    let folder = path(&home, "tmp");
    fs::create_dir(&folder).unwrap();
    let open = ["decrypt", "-", "-o", "-", "--record", &record];
    let input = home.file("sealed", &sealed);
    let output = home
        .command(&open)
        .env("TMPDIR", &folder)
        .stdin(File::open(input).unwrap())
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(5), 0));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "a temporary file has a name");
}

#[test]
fn without_room_for_temporary_files_a_pipe_is_refused() {
    let home = Home::new();
    let record = path(&home, "record.json");
    let seal = ["encrypt", "-", "-o", "-", "--mode", "aes-gcm", "--record", &record];
    let (_, sealed, _) = pipe(&home, &seal, b"text");
    let input = home.file("sealed", &sealed);
    let open = ["decrypt", &input, "-o", "-", "--record", &record];
    let output = home.command(&open).env("TMPDIR", "/no/such/folder").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(7), 0));
    assert!(text(&output.stderr).contains("TMPDIR"));
}

#[test]
fn what_a_verdict_proves_is_said() {
    let home = Home::new();
    let input = home.file("clear", &clear(4000));
    for (mode, sentence) in [
        ("aes-gcm", "proved: the tag of every byte is right"),
        ("aes-cbc-pkcs7", "checked: padding, and the file begins as text does"),
        ("aes-ctr", "checked: the file begins as text does"),
    ] {
        let sealed = path(&home, mode);
        home.ok(&["encrypt", &input, "-o", &sealed, "--mode", mode]);
        let open = |options: &[&str]| {
            let out = path(&home, "opened");
            let args = [&["--force", "decrypt", &sealed, "-o", &out], options].concat();
            text(&home.run(&args).stderr)
        };
        let said = open(&[]);
        assert!(said.starts_with(sentence) && said.lines().count() == 1, "{said}");
        assert_eq!(open(&["-q"]), "");
    }
    let noise = home.file("noise", &[0x91; 100]);
    for (mode, sentence) in
        [("aes-cbc-pkcs7", "warning: checked: padding only"), ("aes-ctr", "warning: nothing is")]
    {
        let sealed = path(&home, &format!("noise-{mode}"));
        home.ok(&["encrypt", &noise, "-o", &sealed, "--mode", mode]);
        let out = path(&home, "opened");
        let said = text(&home.run(&["-q", "--force", "decrypt", &sealed, "-o", &out]).stderr);
        assert!(said.starts_with(sentence), "{said}");
    }
}

/// 96 MiB in an address space of 80 MiB more than the program has when it does nothing.
#[test]
fn long_files_pass_in_little_memory() {
    let home = Home::new();
    let len = 96 << 20;
    let input = path(&home, "clear");
    let mut file = File::create(&input).unwrap();
    for _ in 0..len / (1 << 20) {
        file.write_all(&clear(1 << 20)).unwrap();
    }
    home.ok(&["key", "list"]);
    let limited = |args: &[&str]| {
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 90000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_reelseal")])
            .args(args)
            .env("REELSEAL_HOME", home.keystore())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    for mode in MODES {
        let (sealed, opened) = (path(&home, mode), path(&home, "opened"));
        limited(&["encrypt", &input, "-o", &sealed, "--mode", mode]);
        limited(&["--force", "decrypt", &sealed, "-o", &opened]);
        let same = Command::new("cmp").args([&input, &opened]).status().unwrap();
        assert!(same.success(), "{mode}");
        fs::remove_file(sealed).unwrap();
    }
}

#[test]
fn a_signal_leaves_neither_output_nor_record() {
    let home = Home::new();
    home.ok(&["key", "list"]);
    let (out, record) = (path(&home, "sealed"), path(&home, "sealed.encryption.json"));
    let seal = ["encrypt", "-", "-o", &out, "--mode", "aes-ctr"];
    let mut child: Child =
        home.command(&seal).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&clear(3 << 20)).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    // The handler sets a flag, and the next piece sees it.
    thread::sleep(Duration::from_millis(300));
    let _ = stdin.write_all(&clear(3 << 20));
    drop(stdin);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143), "{said}");
    assert!(fs::metadata(&out).is_err() && fs::metadata(&record).is_err());
    let left = fs::read_dir(home.keystore().parent().unwrap()).unwrap().count();
    assert_eq!(left, 1, "only the keystore");
}

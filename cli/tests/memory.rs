//! What the system may do with the memory of the program: asked of the system, while it runs.
#![cfg(target_os = "linux")]

mod home;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use home::{Home, text};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

/// A user who is not root, for whom the system's rules hold: whoever runs the tests, or `nobody`.
fn as_a_user(command: &mut Command) -> &mut Command {
    if geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    command
}

/// A folder of that user's with the program in it, which may lie where only root looks.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_reelseal"), folder.path().join("reelseal")).unwrap();
    folder
}

/// The program, under shell's `limits`, at a point where it waits for its standard input.
fn waiting(folder: &Path, limits: &str) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits}; exec ./reelseal --json inspect -")]);
    command.current_dir(folder).env("REELSEAL_HOME", folder.join("keystore"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = as_a_user(&mut command).spawn().unwrap();
    // It sleeps when it has done all that it does at its start, and goes on sleeping.
    let (mut asleep, mut looks) = (0, 0);
    while asleep < 10 {
        let is_asleep = proc_file(&child, "comm") == "reelseal\n"
            && proc_file(&child, "status").contains("State:\tS");
        asleep = if is_asleep { asleep + 1 } else { 0 };
        looks += 1;
        if looks == 3000 {
            child.kill().unwrap();
            panic!("it never waits: {:?}", child.wait_with_output());
        }
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn proc_file(child: &Child, name: &str) -> String {
    fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap()
}

fn locked_kib(child: &Child) -> u64 {
    let status = proc_file(child, "status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmLck:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Whether another process of the user may look into `child`.
fn is_open(child: &Child) -> bool {
    let mut look = Command::new("cat");
    look.arg(format!("/proc/{}/environ", child.id())).stdout(Stdio::null()).stderr(Stdio::null());
    as_a_user(&mut look).status().unwrap().success()
}

fn ends_well(mut child: Child) {
    child.stdin.take().unwrap().write_all(b"#EXTM3U\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn another_process_of_the_user_cannot_look_into_it() {
    let folder = folder();
    let mut sleep = Command::new("sleep");
    let mut another = as_a_user(sleep.arg("60")).spawn().unwrap();
    let child = waiting(folder.path(), ":");
    assert!(is_open(&another), "this test would not see it");
    assert!(!is_open(&child));
    assert_eq!(fs::metadata(format!("/proc/{}/mem", child.id())).unwrap().uid(), 0);
    another.kill().unwrap();
    another.wait().unwrap();
    ends_well(child);
}

#[test]
fn a_crash_leaves_no_core_dump() {
    let folder = folder();
    let mut child = waiting(folder.path(), "ulimit -c $(ulimit -Hc)");
    let limits = proc_file(&child, "limits");
    let limit = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(limit.split_whitespace().nth(4), Some("0"), "{limit}");
    kill_process(Pid::from_child(&child), Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["reelseal"]);
}

/// 64 KiB are less than the program has: to lock some of it would be to fail at the next allocation.
#[test]
fn under_a_limit_nothing_is_locked_and_nothing_fails() {
    let folder = folder();
    let child = waiting(folder.path(), "ulimit -l 64");
    assert_eq!(locked_kib(&child), 0);
    ends_well(child);
}

#[test]
fn without_a_limit_all_of_it_is_locked() {
    let home = Home::new();
    let report = home.ok(&["selftest"]);
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let limit = limits.lines().find(|line| line.starts_with("Max locked memory")).unwrap();
    let unlimited = limit.split_whitespace().nth(4) == Some("unlimited");
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap();
    let capable = u64::from_str_radix(effective.trim(), 16).unwrap() >> 14 & 1 == 1;
    assert_eq!(report["machine"]["memoryLocked"], unlimited || capable, "{limit} {effective}");
}

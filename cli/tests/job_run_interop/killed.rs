//! A run that is stopped half-way leaves nothing, and the next one does all of it.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::home::text;
use crate::signals::with_default_signals;
use crate::studio::{Studio, names};
use crate::{assert_is_whole, film};

/// A film that takes a while: half-way is not missed.
const TIMES: u32 = 5;

/// Starts the job, and waits until ffmpeg is at the second output.
fn start(studio: &Studio, job: &Value) -> Child {
    let command = studio.command(job, &[]);
    let mut command = with_default_signals(&command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let tmp = studio.path("tmp");
    wait(|| names(&tmp).iter().any(|name| tmp.join(name).join("output-1").exists()));
    wait(|| !transcoders(&tmp).is_empty());
    child
}

fn wait(mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it takes too long");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The processes that work below `tmp`.
fn transcoders(tmp: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let commands = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    let commands = commands.map(|command| String::from_utf8_lossy(&command).replace('\0', " "));
    let here = tmp.to_str().unwrap().to_owned();
    commands.filter(|command| command.contains(&here) && command.contains("ffmpeg")).collect()
}

fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

#[test]
fn a_run_that_is_killed_takes_ffmpeg_along_and_is_run_again_as_if_new() {
    let studio = Studio::new();
    let request = film(&studio, TIMES);
    let tmp = studio.path("tmp");
    let mut child = start(&studio, &request);
    send(&child, Signal::KILL);
    child.wait().unwrap();
    wait(|| transcoders(&tmp).is_empty());
    let left = names(&tmp);
    assert_eq!(left.len(), 1, "clear bytes lie in one folder: {left:?}");
    assert_eq!(crate::home::mode(&tmp.join(&left[0])), 0o700);
    assert!(names(&studio.path("out")).iter().all(|name| name.starts_with('.')), "half an output");

    let job = studio.run(&request, &[]);
    assert_is_whole(&studio, &job, 12 * usize::try_from(TIMES).unwrap());
    assert_eq!(names(&tmp), [""; 0], "the killed run's clear bytes are there still");
}

#[test]
fn a_run_that_is_interrupted_cleans_up_and_says_so() {
    for signal in [Signal::INT, Signal::TERM] {
        let studio = Studio::new();
        let request = film(&studio, TIMES);
        let child = start(&studio, &request);
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(128 + signal.as_raw()));
        assert!(text(&output.stderr).contains("interrupted"), "{}", text(&output.stderr));
        assert_eq!(transcoders(&studio.path("tmp")), [""; 0], "ffmpeg goes on");
        studio.nothing_is_left();
        assert!(!studio.path("out").exists(), "the folder was not there before");
    }
}

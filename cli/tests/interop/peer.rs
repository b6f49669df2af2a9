//! Programs of others, and what they say.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a peer, which must be there and must succeed, and returns what it prints.
pub(crate) fn run<S: AsRef<OsStr>>(program: &str, folder: &Path, args: &[S]) -> Vec<u8> {
    let output = try_run(program, folder, args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {}: {said}", output.status);
    assert_eq!(said, "", "{program} complains");
    output.stdout
}

/// Runs a peer, which must be there.
pub(crate) fn try_run<S: AsRef<OsStr>>(program: &str, folder: &Path, args: &[S]) -> Output {
    command(program, folder, args).output().unwrap_or_else(|error| missing(program, &error))
}

pub(crate) fn command<S: AsRef<OsStr>>(program: &str, folder: &Path, args: &[S]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command
}

pub(crate) fn missing(program: &str, error: &std::io::Error) -> ! {
    match error.kind() {
        ErrorKind::NotFound => panic!("{program} is not installed: run .ci/install"),
        _ => panic!("{program}: {error}"),
    }
}

/// Every frame of a playlist, a path or a URL, as ffmpeg sees it: a line for each, with its MD5.
pub(crate) fn frames(playlist: &str, frames: Frames) -> Vec<String> {
    let output = run("ffmpeg", Path::new("."), &framemd5(playlist, frames));
    lines(&output)
}

/// The same, where ffmpeg may fail.
pub(crate) fn frames_if_any(playlist: &str) -> Vec<String> {
    let output = try_run("ffmpeg", Path::new("."), &framemd5(playlist, Frames::AsTheyAre));
    lines(&output.stdout)
}

/// Which frames.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Frames {
    /// The compressed ones: every byte counts.
    AsTheyAre,
    /// Pictures and sound.
    Decoded,
}

fn framemd5(playlist: &str, frames: Frames) -> Vec<String> {
    // ffmpeg 5.1 refuses a local key file named *.key unless all extensions are allowed.
    let before = "-nostdin -v error -allowed_extensions ALL \
                  -protocol_whitelist file,http,tcp,crypto -i";
    let after = match frames {
        Frames::AsTheyAre => "-map 0 -c copy -f framemd5 -",
        Frames::Decoded => "-map 0 -f framemd5 -",
    };
    let words = |text: &'static str| text.split_whitespace().map(str::to_owned);
    words(before).chain([playlist.to_owned()]).chain(words(after)).collect()
}

fn lines(output: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(output).lines().map(str::to_owned).collect()
}

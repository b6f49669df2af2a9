//! The bar is drawn on a terminal, and nowhere else.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread::{scope, sleep};
use std::time::Duration;

use reelseal::progress::{Progress, Show};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Says to a child whether the user wants a bar.
const CHILD: &str = "REELSEAL_TEST_SHOW";

/// Starts `name` again with `stderr`, as a child that shows a bar of 4 MB.
fn show_a_bar(name: &str, show: &str, stderr: Stdio) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture"]);
    command.env(CHILD, show).env("TERM", "xterm").stdout(Stdio::null()).stderr(stderr);
    command
}

fn child() -> bool {
    let Some(show) = env::var_os(CHILD) else { return false };
    let show = if show == "never" { Show::Never } else { Show::OnTerminal };
    let progress = Progress::bytes("protecting", 4_000_000, show);
    scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..10).for_each(|_| progress.add(100_000)));
        }
    });
    assert_eq!(progress.done(), 4_000_000);
    sleep(Duration::from_millis(300));
    progress.add(0);
    progress.finish();
    true
}

#[test]
fn a_pipe_stays_silent() {
    if child() {
        return;
    }
    let mut command = show_a_bar("a_pipe_stays_silent", "terminal", Stdio::piped());
    let output = command.output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_terminal_gets_a_bar_unless_the_user_wants_none() {
    if child() {
        return;
    }
    for (show, drawn) in [("terminal", true), ("never", false)] {
        let seen = on_a_terminal(show);
        assert_eq!(seen.contains("protecting"), drawn, "{show}: {seen:?}");
    }
}

/// What a child writes to a terminal that is its standard error.
fn on_a_terminal(show: &str) -> String {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let terminal = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let name = "a_terminal_gets_a_bar_unless_the_user_wants_none";
    let mut command = show_a_bar(name, show, Stdio::from(terminal));
    let mut child = command.spawn().unwrap();
    drop(command); // and with it our end of the terminal
    let mut seen = Vec::new();
    // At the end of the last writer, a terminal gives an error (EIO), not an end of file.
    let _ = File::from(master).read_to_end(&mut seen);
    assert!(child.wait().unwrap().success());
    String::from_utf8_lossy(&seen).into_owned()
}

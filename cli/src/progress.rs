//! A bar of bytes on a terminal, and silence everywhere else.

use std::borrow::Cow;
use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether the user wants to see a bar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Show {
    /// Where standard error is a terminal.
    OnTerminal,
    /// Never: `-q`, `--json`.
    Never,
}

/// How far a long run is. Threads may share it. Dropped, it leaves the terminal clean.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Starts a bar of `total` bytes behind the word `what`.
    pub fn bytes(what: &'static str, total: u64, show: Show) -> Self {
        Self::new(what.into(), total, show, TEMPLATE)
    }

    /// Starts a bar of `total` parts of something that has no bytes to be shown, behind `what`.
    pub fn parts(what: String, total: u64, show: Show) -> Self {
        Self::new(what.into(), total, show, "{msg} {wide_bar} {percent}% {eta}")
    }

    fn new(what: Cow<'static, str>, total: u64, show: Show, template: &str) -> Self {
        // A terminal that cannot move its cursor would fill with bars.
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let target = match show {
            Show::OnTerminal if io::stderr().is_terminal() && !dumb => ProgressDrawTarget::stderr(),
            _ => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self(bar)
    }

    /// `len` bytes more are done.
    pub fn add(&self, len: u64) {
        self.0.inc(len);
    }

    /// So many are done.
    pub fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// The bytes that are done.
    pub fn done(&self) -> u64 {
        self.0.position()
    }

    /// Runs `print`, which writes to the terminal, with the bar out of the way.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// Ends the bar and removes it: what was done is told by the result.
    pub fn finish(self) {
        self.0.finish_and_clear();
    }

    /// Ends the bar and leaves it as it is: how far the run came before it failed.
    pub fn abandon(self) {
        self.0.abandon();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.0.is_finished() {
            self.0.finish_and_clear();
        }
    }
}

const TEMPLATE: &str = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";

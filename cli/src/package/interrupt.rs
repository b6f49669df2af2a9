//! SIGINT, SIGTERM and SIGHUP: the first asks the work to stop, the second ends the process.
//!
//! Work polls [`check`]. Stopped by its error, it unwinds, and its staging is removed by `Drop`.
//! At the second signal the staging is removed from the signal thread, and the process exits.

use std::cell::Cell;
use std::fs;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Once};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::hidden;
use crate::error::Error;

/// Takes over the signals. Once a process; later calls do nothing.
///
/// A signal that the process was started to ignore (`nohup`, `&` in a script) stays ignored.
/// Where a handler cannot be set, the signal keeps its default, and ends the process.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A write beyond the file-size limit then fails with an error instead of killing us.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
        let ignored = ignored_signals();
        let asked = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
        let signals = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(asked);
        if let Ok(signals) = Signals::new(signals) {
            // A process that has no thread to spare still ends, by `check`, or by SIGKILL.
            let _ = thread::Builder::new().name("signals".into()).spawn(|| watch(signals));
        }
    });
}

/// Whether to go on.
///
/// # Errors
///
/// A signal came (exit code 128 + its number).
pub fn check() -> Result<(), Error> {
    match FIRST.load(Ordering::Relaxed) {
        _ if HELD.get() > 0 => Ok(()),
        0 => Ok(()),
        signal => Err(Error::interrupted(signal)),
    }
}

/// Runs `step` to its end, whatever signal comes: it puts things back, or in their place. The
/// second signal ends the process all the same.
pub fn hold<T>(step: impl FnOnce() -> T) -> T {
    struct Held;
    impl Drop for Held {
        fn drop(&mut self) {
            HELD.set(HELD.get() - 1);
        }
    }
    HELD.set(HELD.get() + 1);
    let _held = Held;
    step()
}

fn watch(mut signals: Signals) {
    for signal in signals.forever() {
        let signal = u8::try_from(signal).unwrap_or(u8::MAX);
        if FIRST.compare_exchange(0, signal, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            continue;
        }
        let _held = hidden::remove_all();
        process::exit(i32::from(signal.saturating_add(128)));
    }
}

/// The mask of signals that were ignored when the process started: bit n − 1 for signal n.
/// Systems without /proc say nothing, and nothing is taken as ignored.
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// The first signal that came; 0 is none.
static FIRST: AtomicU8 = AtomicU8::new(0);

thread_local! {
    /// How many times this thread is inside [`hold`].
    static HELD: Cell<u32> = const { Cell::new(0) };
}

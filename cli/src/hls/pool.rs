//! The threads of the work: twice as many as processors, since a thread that has written a file
//! waits for the disk to have it (fsync), and another can encrypt meanwhile.

use std::num::NonZero;
use std::thread::available_parallelism;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;

/// Threads for one piece of work. Each holds one buffer.
pub(super) fn pool() -> Result<ThreadPool, Error> {
    let processors = available_parallelism().map_or(1, NonZero::get);
    ThreadPoolBuilder::new()
        .num_threads(processors.saturating_mul(2))
        .build()
        .map_err(|error| Error::system(format!("cannot start threads: {error}")))
}

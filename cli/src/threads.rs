//! How many threads may compute at a time: `--threads`, else as many as there are processors.

use std::num::NonZero;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;

/// Sets the limit, before any work is done.
///
/// # Errors
///
/// The system has no such threads to give.
pub(crate) fn limit(count: NonZero<usize>) -> Result<(), Error> {
    let started = ThreadPoolBuilder::new().num_threads(count.get()).build_global();
    started.map_err(|error| Error::system(format!("cannot start {count} threads: {error}")))
}

/// The limit.
pub(crate) fn count() -> usize {
    rayon::current_num_threads()
}

/// Runs `work` on as many threads as there may be, `most` of them, and waits for all.
pub(crate) fn share(most: usize, work: impl Fn() + Sync) {
    match count().min(most) {
        0 | 1 => work(),
        many => rayon::scope(|scope| (0..many).for_each(|_| scope.spawn(|_| work()))),
    }
}

/// Threads for work on many objects of S3, which mostly wait for answers.
///
/// # Errors
///
/// The system has no such threads to give.
pub(crate) fn for_network() -> Result<ThreadPool, Error> {
    let started = ThreadPoolBuilder::new().num_threads(NETWORK).build();
    started.map_err(|error| Error::system(format!("cannot start {NETWORK} threads: {error}")))
}

/// Objects on their way at a time. Each takes up to 20 MiB.
pub(crate) const NETWORK: usize = 8;

//! The threads of the work: some compute, and some wait for the disk to have what was written.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope, ScopedJoinHandle};

use super::transform::{Done, Job};
use crate::error::Error;
use crate::package::StagedFile;

/// Threads that wait for the disk (fsync). They compute nothing.
const WAITING: usize = 4;

/// Files that are written and wait for one of those. More would only be open.
const WRITTEN: usize = 16;

/// A file that was worked on, by the number of its job, and what is to be made durable.
type Finished = (usize, Done, Option<StagedFile>);

/// The jobs that nobody has taken yet, as one thread sees them.
pub(super) struct Queue<'q, 'a> {
    jobs: &'a [Job],
    next: &'q AtomicUsize,
    failed: &'q AtomicBool,
    finished: SyncSender<Finished>,
}

/// Has `work` take all jobs, in `computing` threads, and gives what was done in the
/// order of the jobs.
///
/// # Errors
///
/// The first of `work`, after which no job is taken; or the system failed.
pub(super) fn all<'a>(
    jobs: &'a [Job],
    computing: usize,
    work: impl Fn(&Queue<'_, 'a>) -> Result<(), Error> + Sync,
) -> Result<Vec<Done>, Error> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = sync_channel(WRITTEN);
    let receiver = Mutex::new(receiver);
    let mut all = thread::scope(|scope| {
        let mut running = vec![];
        for _ in 0..computing.min(jobs.len()) {
            let finished = sender.clone();
            let queue = Queue { jobs, next: &next, failed: &failed, finished };
            let work = &work;
            running.push(spawn(scope, move || queue.noticed(work(&queue).map(|()| vec![])))?);
        }
        drop(sender);
        for _ in 0..WAITING.min(jobs.len()) {
            running.push(spawn(scope, || make_durable(&receiver, &failed))?);
        }
        let mut all = Ok(Vec::with_capacity(jobs.len()));
        for thread in running {
            let done = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            all = all.and_then(|mut all: Vec<_>| done.map(|done| all.extend(done)).map(|()| all));
        }
        all
    })?;
    all.sort_by_key(|(number, _)| *number);
    Ok(all.into_iter().map(|(_, done)| done).collect())
}

impl<'a> Queue<'_, 'a> {
    /// The next job and its number. `None` where there is none left, or another thread failed.
    pub(super) fn take(&self) -> Option<(usize, &'a Job)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.jobs.get(number).filter(|_| self.goes_on()).map(|job| (number, job))
    }

    /// Whether no thread has failed.
    pub(super) fn goes_on(&self) -> bool {
        !self.failed.load(Ordering::Relaxed)
    }

    /// Hands on what is written.
    pub(super) fn finish(
        &self,
        number: usize,
        (done, file): (Done, Option<StagedFile>),
    ) -> Result<(), Error> {
        let sent = self.finished.send((number, done, file));
        sent.map_err(|_| Error::bug("nobody waits for the disk"))
    }

    fn noticed<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.inspect_err(|_| self.failed.store(true, Ordering::Relaxed))
    }
}

/// Waits for the disk until nothing more comes. After an error, the rest is only closed.
fn make_durable(
    receiver: &Mutex<Receiver<Finished>>,
    failed: &AtomicBool,
) -> Result<Vec<(usize, Done)>, Error> {
    let mut all = Ok(vec![]);
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, done, file)) = next else { return all };
        if let Ok(list) = &mut all {
            match file.map_or(Ok(()), StagedFile::finish) {
                Ok(()) => list.push((number, done)),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    all = Err(error);
                }
            }
        }
    }
}

fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    run: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, Error> {
    let spawned = thread::Builder::new().spawn_scoped(scope, run);
    spawned.map_err(|error| Error::system(format!("cannot start threads: {error}")))
}

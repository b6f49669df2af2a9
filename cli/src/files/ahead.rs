//! A thread that reads the next pieces while this one works on the last.

use std::fs::File;
use std::io;
use std::mem;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use zeroize::Zeroizing;

use super::pieces::{Filler, Held, empty};

/// Pieces that may be read before they are asked for.
const MOST: usize = 4;

type Buffer = Zeroizing<Vec<u8>>;

/// The other thread. It ends with the stream, with an error, or when this is dropped.
pub(super) struct Ahead {
    /// Pieces that are read: the buffer, the length, and what is kept apart behind it.
    full: Option<Receiver<io::Result<(Buffer, usize, Held)>>>,
    /// Buffers that are used up.
    used: Option<Sender<Buffer>>,
    last: Held,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Starts to read.
    pub(super) fn start(mut filler: Filler<File>) -> io::Result<Self> {
        let (filled, full) = sync_channel(MOST);
        let (used, free) = channel::<Buffer>();
        for _ in 0..MOST {
            let _ = used.send(empty());
        }
        let thread = thread::Builder::new().spawn(move || read(&mut filler, &free, &filled))?;
        let (full, used, thread) = (Some(full), Some(used), Some(thread));
        Ok(Self { full, used, last: Held::default(), thread })
    }

    /// Exchanges `buffer` for one with the next piece and says how long that is: 0 at the end.
    pub(super) fn next(&mut self, buffer: &mut Buffer) -> io::Result<usize> {
        let next = self.full.as_ref().and_then(|full| full.recv().ok());
        let Some(next) = next else { return Ok(0) };
        let (piece, len, last) = next?;
        self.last = last;
        let before = mem::replace(buffer, piece);
        // Nobody takes it back from a stream that has ended.
        let _ = self.used.as_ref().map(|used| used.send(before));
        Ok(len)
    }

    /// What is kept apart behind the last piece.
    pub(super) fn last(&self) -> Held {
        self.last
    }
}

impl Drop for Ahead {
    /// The buffers are erased by the time that the stream is done with.
    fn drop(&mut self) {
        (self.full, self.used) = (None, None);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read(
    filler: &mut Filler<File>,
    free: &Receiver<Buffer>,
    filled: &SyncSender<io::Result<(Buffer, usize, Held)>>,
) {
    while let Ok(mut buffer) = free.recv() {
        let piece = filler.fill(&mut buffer).map(|len| (buffer, len, filler.last));
        let ended = !matches!(piece, Ok((_, 1.., _)));
        if filled.send(piece).is_err() || ended {
            return;
        }
    }
}

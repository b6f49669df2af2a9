//! A network that breaks: a TCP proxy in front of the server, which notes the requests and ends
//! connections after so many bytes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What goes wrong: bytes after which a connection is cut, in each direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) up: usize,
    pub(crate) down: usize,
    /// Whether bytes take their time: some 12 MB in a second.
    pub(crate) slow: bool,
}

impl Limits {
    pub(crate) const NONE: Self = Self { up: usize::MAX, down: usize::MAX, slow: false };
}

/// Ends with the test.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(crate) fn new(server: u16, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let noted = requests.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let noted = noted.clone();
                thread::spawn(move || {
                    pass(from, to, limits.up, limits.slow, |bytes| note(&noted, bytes));
                });
                thread::spawn(move || pass(server, client, limits.down, limits.slow, |_| ()));
            }
        });
        Self { port, requests }
    }

    /// The first lines of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut left: usize, slow: bool, note: impl Fn(&[u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(len @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..len.min(left)];
        note(bytes);
        if slow {
            thread::sleep(Duration::from_millis(5));
        }
        left -= bytes.len();
        if to.write_all(bytes).is_err() || left == 0 {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// A request begins in a piece of its own, as clients send one when the last was answered.
fn note(requests: &Mutex<Vec<String>>, bytes: &[u8]) {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    if let Some(line) = str::from_utf8(line).ok().filter(|line| line.ends_with(" HTTP/1.1")) {
        requests.lock().unwrap().push(line.trim_end_matches(" HTTP/1.1").to_owned());
    }
}

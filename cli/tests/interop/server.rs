//! An HTTP server on a loopback port: of packages, with ranges, and of keys.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::thread;

/// What is at a path, without its leading slash.
type Files = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

/// Serves until the test's process ends.
pub(crate) struct Server {
    port: u16,
    found: Receiver<String>,
}

impl Server {
    fn start(files: Arc<Files>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (send, found) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (files, send) = (Arc::clone(&files), send.clone());
                // A player that goes away in the middle of an answer ends this thread only.
                thread::spawn(move || answer(&stream.unwrap(), &*files, &send));
            }
        });
        Self { port, found }
    }

    /// Serves the folder of `playlist`.
    pub(crate) fn of_package(playlist: &Path) -> Self {
        let folder = playlist.parent().unwrap().to_owned();
        Self::start(Arc::new(move |path| fs::read(folder.join(path)).ok()))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// The paths that were asked for and found since the last question: sorted, each once.
    pub(crate) fn found(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.found.try_iter().collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }
}

/// A key server: what `NoStore` asks of others. Key `i` is at `key-i`.
pub(crate) struct KeyServer {
    pub(crate) server: Server,
    keys: Arc<OnceLock<Vec<Vec<u8>>>>,
}

impl KeyServer {
    pub(crate) fn start() -> Self {
        let keys = Arc::new(OnceLock::<Vec<Vec<u8>>>::new());
        let served = Arc::clone(&keys);
        let server = Server::start(Arc::new(move |path| {
            let number: usize = path.strip_prefix("key-")?.parse().ok()?;
            served.get()?.get(number).cloned()
        }));
        Self { server, keys }
    }

    /// From now on, these are the keys: they are made for a package that names the server.
    pub(crate) fn serve(&self, keys: Vec<Vec<u8>>) {
        self.keys.set(keys).unwrap();
    }
}

/// Answers one request; `None` where the other side goes away.
fn answer(mut stream: &TcpStream, files: &Files, found: &Sender<String>) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next()?.ok()?;
    let path = request.strip_prefix("GET /")?.split_once(' ')?.0;
    let mut range = None;
    while let Some(header) = lines.next()?.ok().filter(|header| !header.is_empty()) {
        let value = header.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("range"));
        range = value.map(|(_, value)| value.trim().to_owned()).or(range);
    }
    let Some(bytes) = files(path) else {
        let nothing = "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        return stream.write_all(nothing.as_bytes()).ok();
    };
    found.send(path.to_owned()).ok()?;
    let (status, bytes, more) = match range.as_deref().map(|range| cut(&bytes, range)) {
        None => ("200 OK", &*bytes, String::new()),
        Some((part, says)) => ("206 Partial Content", part, says),
    };
    let length = bytes.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nAccept-Ranges: bytes\r\n\
         Content-Length: {length}\r\n{more}\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(bytes).ok()
}

/// The bytes of `bytes=FIRST-` or `bytes=FIRST-LAST`, and the header that says so.
fn cut<'a>(bytes: &'a [u8], range: &str) -> (&'a [u8], String) {
    let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let first: usize = first.parse().unwrap();
    let end = last.parse().map_or(bytes.len(), |last: usize| bytes.len().min(last + 1));
    let says = format!("Content-Range: bytes {first}-{}/{}\r\n", end - 1, bytes.len());
    (&bytes[first..end], says)
}

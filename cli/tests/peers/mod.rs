//! The clients of AWS in the folder that `REELSEAL_PEERS` names, and moto, which stands for AWS. A
//! peer that is not there is a failure.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::env;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The program `name` of the peers.
pub(crate) fn peer(name: &str) -> PathBuf {
    let folder = env::var_os("REELSEAL_PEERS");
    let folder = folder.expect("REELSEAL_PEERS is not set: REELSEAL_PEERS=$(.ci/peers)");
    PathBuf::from(folder).join(name)
}

/// A running moto. Dropped, it is killed.
pub(crate) struct Moto {
    child: Child,
    pub(crate) port: u16,
    pub(crate) url: String,
}

impl Moto {
    pub(crate) fn start() -> Self {
        // Free a moment ago: nobody else is given it soon.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(peer("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the peers are not installed: .ci/peers");
        let moto = Self { child, port, url: format!("http://127.0.0.1:{port}") };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "moto does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        moto
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

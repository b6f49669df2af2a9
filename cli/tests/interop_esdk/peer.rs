//! The AWS Encryption SDK for Python, of the folder that `REELSEAL_PEERS` names, asked by lines.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A running SDK. Gone when it is dropped.
pub(crate) struct Sdk {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// The program `name` of the peers, which must be there.
pub(crate) fn peer(name: &str) -> PathBuf {
    let folder = env::var_os("REELSEAL_PEERS");
    let folder = folder.expect("REELSEAL_PEERS is not set: REELSEAL_PEERS=$(.ci/peers)");
    PathBuf::from(folder).join(name)
}

impl Sdk {
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop_esdk/sdk.py");
        let mut child = Command::new(peer("python"))
            .arg(script)
            .envs(CREDENTIALS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peers are not installed: .ci/peers");
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, requests, answers }
    }

    /// Its answer. It has none where it fails, and then its own words are on standard error.
    #[track_caller]
    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.requests.as_ref().unwrap(), "{request}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("the SDK failed: {request}"))
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.child.wait();
    }
}

/// What moto takes; nobody else is ever asked.
pub(crate) const CREDENTIALS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1")];

/// A KMS that is not AWS's: `moto_server`. Gone when it is dropped.
pub(crate) struct Moto {
    child: Child,
    pub(crate) endpoint: String,
}

impl Moto {
    pub(crate) fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(peer("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the peers are not installed: .ci/peers");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "moto_server does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        Self { child, endpoint: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A raw AES keyring.
pub(crate) fn raw(namespace: &str, name: &str, key: &[u8]) -> Value {
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "namespace": namespace, "name": name, "key": key })
}

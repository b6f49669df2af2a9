//! The AWS Encryption SDK for Python, of the folder that `REELSEAL_PEERS` names, asked by lines.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::peers::peer;

/// A running SDK. Gone when it is dropped.
pub(crate) struct Sdk {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
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

/// A raw AES keyring.
pub(crate) fn raw(namespace: &str, name: &str, key: &[u8]) -> Value {
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "namespace": namespace, "name": name, "key": key })
}

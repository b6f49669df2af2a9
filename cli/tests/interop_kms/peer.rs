//! The peers: boto3, asked by lines, and the AWS CLI.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::peers::peer;

/// Who signs: the id and the secret of an access key.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a>(pub(crate) &'a str, pub(crate) &'a str);

/// A client of AWS that knows of no AWS but what it is told.
fn client(name: &str, keys: Keys<'_>) -> Command {
    let mut command = Command::new(peer(name));
    for (variable, _) in env::vars_os() {
        if variable.to_string_lossy().starts_with("AWS_") {
            command.env_remove(variable);
        }
    }
    command.env("AWS_ACCESS_KEY_ID", keys.0).env("AWS_SECRET_ACCESS_KEY", keys.1);
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_DEFAULT_REGION", "eu-west-1");
    command
}

/// boto3 as a client of one endpoint. Gone when it is dropped.
pub(crate) struct Boto3 {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Boto3 {
    pub(crate) fn start(endpoint: &str, keys: Keys<'_>) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop_kms/boto.py");
        let mut child = client("python", keys)
            .args([script, endpoint])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peers are not installed: .ci/peers");
        let requests = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, requests, answers }
    }

    /// What it says to the operation: `answer`, or `error` and `status`; and `requestId`.
    #[track_caller]
    pub(crate) fn call(&mut self, operation: &str, params: Value) -> Value {
        let request = json!({ "operation": operation, "params": params });
        writeln!(self.requests.as_ref().unwrap(), "{request}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("boto3 failed: {request}"))
    }

    /// The answer to an operation that must be done.
    #[track_caller]
    pub(crate) fn ok(&mut self, operation: &str, params: Value) -> Value {
        let mut said = self.call(operation, params);
        assert!(said.get("answer").is_some(), "{operation}: {said}");
        said["answer"].take()
    }

    /// An operation that must be refused by `name`, as a fault of the client.
    #[track_caller]
    pub(crate) fn refuses(&mut self, name: &str, operation: &str, params: Value) {
        let said = self.call(operation, params.clone());
        assert_eq!(
            (&said["error"], &said["status"]),
            (&json!(name), &json!(400)),
            "{params}: {said}"
        );
    }
}

impl Drop for Boto3 {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.child.wait();
    }
}

/// `aws kms ARGS`.
pub(crate) fn aws_kms(endpoint: &str, keys: Keys<'_>, args: &[&str]) -> Output {
    let mut command = client("aws", keys);
    command.args(["--endpoint-url", endpoint, "--output", "json", "kms"]).args(args);
    command.output().expect("the peers are not installed: .ci/peers")
}

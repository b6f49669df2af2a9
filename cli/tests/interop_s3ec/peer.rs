//! The S3 Encryption Client for Python, and moto, of the folder that `REELSEAL_PEERS` names.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use reelseal::base64;
use serde_json::{Value, json};

use crate::peers::peer;

/// A running client, and the S3 and KMS that it talks to. Gone when it is dropped.
pub(crate) struct Client {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Where S3 and KMS are.
    pub(crate) endpoint: String,
}

impl Client {
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop_s3ec/client.py");
        let mut child = Command::new(peer("python"))
            .arg(script)
            .envs(CREDENTIALS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()) // the log of every request
            .spawn()
            .expect("the peers are not installed: .ci/peers");
        let requests = child.stdin.take();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        let endpoint = serde_json::from_str(&line).expect("moto did not start");
        Self { child, requests, answers, endpoint }
    }

    /// Its answer, or its own words.
    pub(crate) fn ask(&mut self, request: Value) -> Result<Value, String> {
        writeln!(self.requests.as_ref().unwrap(), "{request}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).expect("the client ended");
        match answer["error"].take() {
            Value::String(error) => Err(error),
            _ => Ok(answer["answer"].take()),
        }
    }

    pub(crate) fn create_key(&mut self) -> String {
        let arn = self.ask(json!({ "do": "create_key" })).unwrap();
        arn.as_str().unwrap().to_owned()
    }

    /// The text of an object, as the client reads it.
    pub(crate) fn get(&mut self, key: &str, version: &str, name: &str, context: &Value) -> Vec<u8> {
        let request = json!({ "do": "get", "key": key, "version": version, "name": name,
            "context": context });
        let text = self.ask(request).unwrap();
        base64::decode(text.as_str().unwrap()).unwrap().to_vec()
    }

    pub(crate) fn put(
        &mut self,
        key: &str,
        version: &str,
        name: &str,
        text: &[u8],
        context: &Value,
    ) {
        let body = base64::encode(text).unwrap();
        self.ask(json!({ "do": "put", "key": key, "version": version, "name": name,
            "body": *body, "context": context }))
            .unwrap();
    }

    /// The bytes and the metadata of an object, as they are.
    pub(crate) fn get_raw(&mut self, name: &str) -> (Vec<u8>, Value) {
        let mut answer = self.ask(json!({ "do": "get_raw", "name": name })).unwrap();
        let body = base64::decode(answer["body"].as_str().unwrap()).unwrap().to_vec();
        (body, answer["metadata"].take())
    }

    pub(crate) fn put_raw(&mut self, name: &str, body: &[u8], metadata: &Value) {
        let body = base64::encode(body).unwrap();
        self.ask(json!({ "do": "put_raw", "name": name, "body": *body, "metadata": metadata }))
            .unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.child.wait();
    }
}

/// What moto takes.
pub(crate) const CREDENTIALS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "us-east-1")];

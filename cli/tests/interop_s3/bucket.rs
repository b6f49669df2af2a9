//! A bucket of moto's, and boto3 to look into it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::home::{Home, text};
use crate::peers::{Moto, peer};

/// Calls methods of boto3's client by lines of JSON; bytes are base64.
const SCRIPT: &str = r#"
import base64, json, sys
import boto3, botocore

client = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1")
for line in sys.stdin:
    name, args = json.loads(line)
    if "Body" in args:
        args["Body"] = base64.b64decode(args["Body"])
    try:
        answer = getattr(client, name)(**args)
        if "Body" in answer:
            answer["Body"] = base64.b64encode(answer["Body"].read()).decode()
    except botocore.exceptions.ClientError as error:
        answer = {"Error": error.response["Error"]["Code"]}
    print(json.dumps(answer, default=str), flush=True)
"#;

/// A server with one bucket, `reel`, a keystore and a folder. Gone when it is dropped.
pub(crate) struct Bucket {
    pub(crate) home: Home,
    server: Moto,
    boto3: Child,
    asked: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    /// Where temporary files of the command would be.
    pub(crate) temp: TempDir,
}

fn with_credentials(command: &mut Command) -> &mut Command {
    for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        command.env_remove(name);
    }
    command.envs([
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
    ])
}

impl Bucket {
    pub(crate) fn new() -> Self {
        let server = Moto::start();
        let mut boto3 = with_credentials(&mut Command::new(peer("python")))
            .args(["-c", SCRIPT, &server.url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = boto3.stdin.take().unwrap();
        let answers = BufReader::new(boto3.stdout.take().unwrap());
        let (home, temp) = (Home::new(), TempDir::new().unwrap());
        let bucket = Self { home, server, boto3, asked: Mutex::new((requests, answers)), temp };
        bucket.ask("create_bucket", json!({}));
        bucket
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.port
    }

    /// What boto3 says of a call.
    fn boto3(&self, name: &str, mut args: Value) -> Value {
        args["Bucket"] = "reel".into();
        let mut asked = self.asked.lock().unwrap();
        writeln!(asked.0, "{}", json!([name, args])).unwrap();
        let mut answer = String::new();
        asked.1.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("boto3 failed: {name} {args}"))
    }

    /// What boto3 says of a call that must succeed.
    #[track_caller]
    pub(crate) fn ask(&self, name: &str, args: Value) -> Value {
        let answer = self.boto3(name, args.clone());
        assert!(answer.get("Error").is_none(), "{name} {args}: {answer}");
        answer
    }

    pub(crate) fn head(&self, key: &str) -> Value {
        self.ask("head_object", json!({ "Key": key }))
    }

    pub(crate) fn get(&self, key: &str) -> Vec<u8> {
        let answer = self.ask("get_object", json!({ "Key": key }));
        reelseal::base64::decode(answer["Body"].as_str().unwrap()).unwrap().to_vec()
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let body = reelseal::base64::encode(bytes).unwrap().to_string();
        self.ask("put_object", json!({ "Key": key, "Body": body }));
    }

    /// The keys under `prefix`.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let listed = self.ask("list_objects_v2", json!({ "Prefix": prefix }));
        let objects = listed["Contents"].as_array().cloned().unwrap_or_default();
        objects.iter().map(|object| object["Key"].as_str().unwrap().to_owned()).collect()
    }

    /// Nothing but `keys` is in the bucket, no upload is open, and no temporary file is left.
    #[track_caller]
    pub(crate) fn holds_only(&self, keys: &[&str]) {
        assert_eq!(self.keys(""), keys);
        let open = self.ask("list_multipart_uploads", json!({}));
        assert!(open.get("Uploads").is_none(), "an upload is left: {open}");
        let left: Vec<_> = fs::read_dir(self.temp.path()).unwrap().collect();
        assert!(left.is_empty(), "a temporary file is left: {left:?}");
    }

    /// `reelseal` with this bucket at `port`.
    pub(crate) fn command_at(&self, port: u16, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        with_credentials(&mut command)
            .env("REELSEAL_S3_ENDPOINT", format!("http://127.0.0.1:{port}"))
            .env("TMPDIR", self.temp.path());
        command
    }

    pub(crate) fn run_at(&self, port: u16, args: &[&str]) -> Output {
        self.command_at(port, &[&["--json"], args].concat()).output().unwrap()
    }

    /// Runs a command that must succeed; its answer.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> Value {
        let output = self.run_at(self.server.port, args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// Runs a command that must fail with `exit` and say why.
    #[track_caller]
    pub(crate) fn fails(&self, exit: i32, args: &[&str]) -> Value {
        self.fails_at(self.server.port, exit, args)
    }

    #[track_caller]
    pub(crate) fn fails_at(&self, port: u16, exit: i32, args: &[&str]) -> Value {
        let output = self.run_at(port, args);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {error}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
        serde_json::from_str::<Value>(&error).unwrap()["error"].clone()
    }

    /// A path beside the keystore.
    pub(crate) fn path(&self, name: &str) -> String {
        self.home.keystore().with_file_name(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.boto3.kill();
        let _ = self.boto3.wait();
    }
}

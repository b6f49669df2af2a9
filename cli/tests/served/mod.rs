//! A `kms serve` of its own for one test, and a client that sends what a test wants sent.

// Each test file uses a part of this.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::Value;

use crate::home::{Home, text};

/// A running server. Dropped, it is killed.
pub(crate) struct Served {
    pub(crate) child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// An access key that it knows, and its secret.
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Served {
    /// Serves the keystore of `home`, with `args` in front of the command.
    pub(crate) fn start(home: &Home, args: &[&str]) -> Self {
        let key = &home.ok(&["kms", "access-key", "create", "--user-name", "alice"])["AccessKey"];
        let serve = ["--json", "kms", "serve", "--listen", "127.0.0.1:0"];
        let mut child = home
            .command(&[args, &serve].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let endpoint: Value = serde_json::from_str(&line).unwrap();
        let member = |name: &str| key[name].as_str().unwrap().to_owned();
        Self {
            child,
            url: endpoint["Endpoint"].as_str().unwrap().to_owned(),
            id: member("AccessKeyId"),
            secret: member("SecretAccessKey"),
        }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Sends raw bytes on a connection of their own, and reads the first answer.
    pub(crate) fn send(&self, request: &[u8]) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        Reply::read(&mut BufReader::new(stream)).expect("an answer")
    }

    /// A request that this server answers, to be spoilt.
    pub(crate) fn request(&self, operation: &str, body: &str) -> Signed {
        Signed {
            id: self.id.clone(),
            secret: self.secret.clone(),
            time: SystemTime::now(),
            headers: vec![
                ("host".to_owned(), self.address().to_owned()),
                ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target".to_owned(), format!("TrentService.{operation}")),
            ],
            body: body.to_owned(),
        }
    }

    /// Asks for `operation`, signed.
    pub(crate) fn ask(&self, operation: &str, body: &str) -> Reply {
        self.send(&self.request(operation, body).bytes())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request before it is signed.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) time: SystemTime,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Signed {
    /// The request, signed, as it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let identity = Credentials::new(&self.id, &self.secret, None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name("kms")
            .time(self.time)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(self.body.as_bytes());
        let url = format!("http://{}/", self.headers[0].1);
        let request = SignableRequest::new("POST", url, headers, body).unwrap();
        let (instructions, _) = sign(request, &params).unwrap().into_parts();
        let mut head = "POST / HTTP/1.1\r\n".to_owned();
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        for (name, value) in instructions.headers() {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n{}", self.body.len(), self.body);
        head.into_bytes()
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) request_id: String,
    pub(crate) body: Value,
}

impl Reply {
    /// The next answer, or `None` where the server has closed the connection.
    pub(crate) fn read(stream: &mut BufReader<TcpStream>) -> Option<Self> {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|len| *len != 0)?;
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let (mut len, mut request_id) = (0, String::new());
        loop {
            line.clear();
            stream.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                None => break,
                Some(("content-length", value)) => len = value.parse().unwrap(),
                Some(("x-amzn-requestid", value)) => request_id = value.to_owned(),
                Some(_) => {}
            }
        }
        let mut body = vec![0; len];
        stream.read_exact(&mut body).unwrap();
        let body = text(&body);
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        Some(Self { status, request_id, body })
    }

    /// The name of the exception; empty where there is none.
    pub(crate) fn error(&self) -> &str {
        self.body["__type"].as_str().unwrap_or_default()
    }
}

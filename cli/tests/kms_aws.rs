//! `--kms aws` against a service that answers what a test wants: which failures are worth another
//! try, which are final, and which answers are not believed.

mod home;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::sync::mpsc;
use std::thread;

use home::{Home, text};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// Runs `args` against a service that gives `answers` in turn, and says how many it gave.
fn ask(home: &Home, answers: Vec<(u16, String)>, args: &[&str]) -> (Output, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (given, count) = mpsc::channel();
    // It ends with the test, if it was asked less often.
    thread::spawn(move || {
        for (status, body) in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut len = 0;
            for line in reader.by_ref().lines().map(Result::unwrap) {
                let header = line.to_ascii_lowercase();
                if let Some(value) = header.strip_prefix("content-length: ") {
                    len = value.parse().unwrap();
                }
                if line.is_empty() {
                    break;
                }
            }
            reader.by_ref().take(len).read_to_end(&mut vec![]).unwrap();
            given.send(()).unwrap();
            let head = format!(
                "HTTP/1.1 {status} x\r\nconnection: close\r\nx-amzn-requestid: id-of-the-call\r\n\
                 content-length: {}\r\n\r\n",
                body.len()
            );
            reader.get_mut().write_all((head + &body).as_bytes()).unwrap();
        }
    });
    let kms = ["--json", "--kms", "aws:eu-west-1", "--kms-endpoint", &url];
    let mut command = home.command(&[&kms, args].concat());
    command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    command.env_remove("AWS_SESSION_TOKEN").env_remove("AWS_PROFILE");
    let output = command.output().unwrap();
    (output, count.try_iter().count())
}

fn refusal(name: &str) -> (u16, String) {
    (400, json!({ "__type": name, "message": "no" }).to_string())
}

fn key(plaintext: &str) -> (u16, String) {
    let blob = "AQIDAA==";
    (200, json!({ "KeyId": ARN, "Plaintext": plaintext, "CiphertextBlob": blob }).to_string())
}

fn error(output: &Output) -> Value {
    assert_eq!(text(&output.stdout), "");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    error["error"].clone()
}

const MAKE: [&str; 6] =
    ["kms", "generate-data-key", "--key-id", "alias/a", "--key-spec", "AES_128"];
const OPEN: [&str; 4] = ["kms", "decrypt", "--ciphertext-blob", "AQIDAA=="];
const SIXTEEN: &str = "a2V5a2V5a2V5a2V5a2V5aw==";

#[test]
fn what_passes_is_tried_again() {
    let home = Home::new();
    let passing = [
        refusal("ThrottlingException"),
        (500, json!({ "__type": "KMSInternalException" }).to_string()),
        (500, json!({ "__type": "KeyUnavailableException" }).to_string()),
        (503, json!({ "__type": "DependencyTimeoutException" }).to_string()),
        (502, "<html>".to_owned()),
    ];
    for failure in passing {
        let answers = vec![failure.clone(), failure.clone(), key(SIXTEEN)];
        let (output, count) = ask(&home, answers, &MAKE);
        assert_eq!((output.status.code(), count), (Some(0), 3), "{failure:?}: {output:?}");
        let last = home.records().pop().unwrap();
        assert_eq!(last["requestID"], "id-of-the-call");
        assert_eq!(last["resources"][0]["ARN"], ARN);
        assert_eq!(last["recipientAccountId"], "111122223333");
    }
    let (output, count) = ask(&home, vec![refusal("ThrottlingException"); 9], &MAKE);
    assert_eq!((output.status.code(), count), (Some(6), 5));
    assert_eq!(error(&output)["code"], "ThrottlingException");
}

#[test]
fn a_refusal_is_final_and_keeps_its_name() {
    let home = Home::new();
    for name in [
        "InvalidCiphertextException",
        "IncorrectKeyException",
        "DisabledException",
        "NotFoundException",
        "KMSInvalidStateException",
        "AccessDeniedException",
        "UnrecognizedClientException",
        "ExpiredTokenException",
        "XksKeyNotFoundException",
        "ExceptionOfTheYear2030",
    ] {
        let (output, count) = ask(&home, vec![refusal(name); 3], &OPEN);
        assert_eq!((output.status.code(), count), (Some(6), 1), "{name}");
        assert_eq!(error(&output)["code"], name);
        let last = home.records().pop().unwrap();
        assert_eq!(
            (&last["errorCode"], &last["requestID"]),
            (&json!(name), &json!("id-of-the-call"))
        );
        assert_eq!(last["awsRegion"], "eu-west-1");
    }
    let named = json!({ "__type": "DisabledException", "message": format!("{ARN} is disabled.") });
    let (output, _) = ask(&home, vec![(400, named.to_string())], &OPEN);
    assert_eq!(output.status.code(), Some(6));
    assert_eq!(home.records().pop().unwrap()["resources"][0]["ARN"], ARN);
}

#[test]
fn an_answer_that_kms_does_not_give_is_not_believed() {
    let home = Home::new();
    let no = |body: Value| (200, body.to_string());
    let of = |key: &str| json!({ "KeyId": key, "Plaintext": SIXTEEN });
    let other = ARN.replace("1234abcd", "00000000");
    let cases = [
        (vec![key("AA==")], MAKE.to_vec()),
        (vec![key("")], MAKE.to_vec()),
        (vec![no(json!({ "KeyId": ARN, "Plaintext": SIXTEEN }))], MAKE.to_vec()),
        (vec![no(json!({ "Plaintext": SIXTEEN, "CiphertextBlob": "AA==" }))], MAKE.to_vec()),
        (vec![no(json!({}))], OPEN.to_vec()),
        (vec![no(of(&other))], [&OPEN[..], &["--key-id", ARN]].concat()),
        (vec![(200, "not JSON".to_owned())], OPEN.to_vec()),
        (vec![(404, "<html>".to_owned())], OPEN.to_vec()),
    ];
    for (answers, args) in cases {
        let (output, _) = ask(&home, answers.clone(), &args);
        assert_eq!(output.status.code(), Some(7), "{answers:?}: {output:?}");
        assert!(!text(&output.stderr).contains(SIXTEEN));
        assert_eq!(home.records().pop().unwrap()["errorCode"], "KMSInternalException");
    }
    let long = format!("\u{1b}[2J{}", "x".repeat(9999));
    let hostile = json!({ "__type": "Bad\u{1b}[31mName", "message": long });
    let (output, _) = ask(&home, vec![(400, hostile.to_string())], &OPEN);
    let error = error(&output);
    assert_eq!(error["code"], "Bad31mName");
    let message = error["message"].as_str().unwrap();
    assert!(!message.contains('\u{1b}') && message.len() <= 1000, "{message}");
    home.ok(&["audit", "verify"]);
}

#[test]
fn what_is_missing_is_said_with_the_next_step() {
    let home = Home::new();
    let run = |service: &str, variables: &[(&str, &str)]| {
        let mut command = home.command(&["--json", "--kms", service, "key", "list"]);
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_PROFILE",
        ] {
            command.env_remove(name);
        }
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        (output.status.code(), error(&output))
    };
    let (code, said) = run("aws", &[]);
    assert_eq!((code, said["message"].as_str()), (Some(2), Some("no AWS region is known")));
    let (code, said) = run("aws:eu-west-1", &[]);
    assert_eq!((code, said["message"].as_str()), (Some(2), Some("no AWS credentials were found")));
    assert!(said["hint"].as_str().unwrap().contains("AWS_PROFILE"));
    let keys = [
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("REELSEAL_KMS_ENDPOINT", "http://127.0.0.1:1"),
    ];
    let (code, said) = run("aws:eu-west-1", &keys);
    assert_eq!(code, Some(7));
    assert!(said["message"].as_str().unwrap().contains("refused"), "{said}");
    let (code, said) = run("local", &keys);
    assert_eq!(code, Some(2));
    assert!(said["message"].as_str().unwrap().contains("--kms aws"), "{said}");
    home.fails(2, &["--kms", "aws:eu-west-1", "key", "passphrase", "remove"]);
    home.fails(2, &["--kms", "aws:eu-west-1", "kms", "serve"]);
    for url in ["ftp://a", "localhost:1", "http://", ""] {
        home.fails(2, &["--kms", "aws", "--kms-endpoint", url, "key", "list"]);
    }
}

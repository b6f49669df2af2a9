//! Files under keys of KMS, which is moto's.

use std::fs;

use serde_json::{Value, json};

use crate::home::{Home, text};
use crate::peer::{CREDENTIALS, Sdk};
use crate::peers::Moto;
use crate::{bytes, path};

fn run(home: &Home, moto: &Moto, args: &[&str]) -> Value {
    let kms = ["--json", "--force", "--kms", "aws", "--kms-endpoint", &moto.url];
    let output = home.command(&[&kms[..], args].concat()).envs(CREDENTIALS).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn messages_under_keys_of_kms_pass_both_ways() {
    let (home, mut sdk, moto) = (Home::new(), Sdk::start(), Moto::start());
    let endpoint = &moto.url;
    let mut arn = || {
        let answer = sdk.ask(&json!({ "op": "key", "endpoint": endpoint }));
        answer["arn"].as_str().unwrap().to_owned()
    };
    let (first, second) = (arn(), arn());
    let (message, out) = (path(&home, "message"), path(&home, "opened"));
    let clear = bytes(10_000);
    let input = home.file("in", &clear);

    let seal = ["encrypt", &input, "-o", &message, "--mode", "esdk"];
    let keys = ["--key-id", &first, "--key-id", &second, "--encryption-context", "a=b"];
    let report = run(&home, &moto, &[&seal[..], &keys].concat());
    assert_eq!(report["wrappedBy"], json!([first, second]));
    for arn in [&first, &second] {
        let keys = [json!({ "arn": arn, "endpoint": endpoint })];
        let request = json!({ "op": "open", "keys": keys, "in": message, "out": out });
        assert_eq!(sdk.ask(&request)["context"], json!({ "a": "b" }));
        assert!(fs::read(&out).unwrap() == clear);
        let opened = run(&home, &moto, &["decrypt", &message, "-o", &out, "--key-id", arn]);
        assert_eq!(opened["key"], *arn);
    }

    let keys = [&first, &second].map(|arn| json!({ "arn": arn, "endpoint": endpoint }));
    sdk.ask(&json!({
        "op": "seal", "keys": keys, "context": { "a": "b" }, "in": input, "out": message,
    }));
    let id = second.rsplit('/').next().unwrap();
    // The SDK has its own order of the wrapped keys.
    for (options, keys) in [(&[][..], [&first, &second]), (&["--key-id", id], [&second; 2])] {
        let open = ["decrypt", &message, "-o", &out, "--required-context", "a=b"];
        let report = run(&home, &moto, &[&open[..], options].concat());
        assert!(fs::read(&out).unwrap() == clear);
        assert_eq!(report["proof"], "signature");
        assert!(keys.iter().any(|key| report["key"] == **key), "{report}");
    }
    let records = home.records();
    let mut contexts = records.iter().map(|r| &r["requestParameters"]["encryptionContext"]);
    // That of a signed message has its public key too.
    assert!(contexts.all(|context| context["a"] == "b"), "{records:?}");
}

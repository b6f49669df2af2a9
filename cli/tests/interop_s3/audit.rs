//! Logs in a bucket, where CloudTrail puts them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::bucket::Bucket;

#[test]
fn the_exports_of_cloudtrail_are_searched_in_the_bucket() {
    let bucket = Bucket::new();
    for n in 0..3 {
        let record = json!({ "eventName": "Decrypt", "eventID": n, "requestParameters": {
            "encryptionContext": { "service": "elastictranscoder.amazonaws.com" } } });
        let other = json!({ "eventName": "Encrypt", "eventID": n });
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        write!(gzip, "{}", json!({ "Records": [record, other] })).unwrap();
        let key = format!("AWSLogs/1/CloudTrail/us-east-1/2026/{n}.json.gz");
        bucket.put(&key, &gzip.finish().unwrap());
    }
    bucket.put("AWSLogs/1/CloudTrail-Digest/us-east-1/0.json.gz", b"no log");
    bucket.put("AWSLogs/1/", b"");
    let query = |place: &str, context: &[&str]| {
        let args = [&["--json", "audit", "query", place], context].concat();
        let output = bucket.command_at(bucket.port(), &args).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count()
    };
    let service = ["--context", "service=elastictranscoder.amazonaws.com"];
    assert_eq!(query("s3://reel/AWSLogs/", &[]), 6);
    assert_eq!(query("s3://reel/AWSLogs/", &service), 3);
    assert_eq!(query("s3://reel/AWSLogs/1/CloudTrail/us-east-1/2026/1.json.gz", &service), 1);
    bucket.fails(7, &["audit", "query", "s3://reel/AWSLogs/none.json"]);
}

#[test]
fn a_log_of_ours_is_checked_in_the_bucket() {
    let bucket = Bucket::new();
    bucket.home.key();
    bucket.home.wrap("alias/reelseal", b"k");
    let log = std::fs::read(bucket.home.log()).unwrap();
    bucket.put("audit.jsonl", &log);
    let verdict = bucket.ok(&["audit", "verify", "s3://reel/audit.jsonl"]);
    assert_eq!(verdict["lines"], log.split(|byte| *byte == b'\n').count() - 1);
    bucket.put("audit.jsonl", &log[1..]);
    bucket.fails(5, &["audit", "verify", "s3://reel/audit.jsonl"]);
}

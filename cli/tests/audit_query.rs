//! `reelseal audit`: the chain checked and the records found, in our log and in CloudTrail's.

mod home;

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use home::{Home, text};
use serde_json::{Value, json};

/// A home with seven uses of keys on record: one failed, two were for files.
fn used() -> Home {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    home.unwrap(&blob);
    home.refuses(
        "NotFoundException",
        &["kms", "decrypt", "--ciphertext-blob", &blob, "--key-id", "alias/no"],
    );
    let reencrypt =
        ["kms", "re-encrypt", "--ciphertext-blob", &blob, "--destination-key-id", "alias/aws/s3"];
    home.ok(&[
        &reencrypt[..],
        &["--destination-encryption-context", "service=mediaconvert.amazonaws.com"],
    ]
    .concat());
    let input = home.file("clear", b"text");
    let sealed = home.keystore().with_file_name("sealed.mp4").to_str().unwrap().to_owned();
    home.ok(&["encrypt", &input, "-o", &sealed, "--mode", "aes-gcm"]);
    let out = home.keystore().with_file_name("opened").to_str().unwrap().to_owned();
    home.ok(&["decrypt", &sealed, "-o", &out]);
    let context = ["--encryption-context", "a=b,c=d"];
    home.ok(&[
        &["kms", "generate-data-key", "--key-id", "alias/reelseal", "--key-spec", "AES_256"][..],
        &context,
    ]
    .concat());
    home
}

/// The records that `query` finds.
fn query(home: &Home, options: &[&str]) -> Vec<Value> {
    let output = home.run(&[&["--json", "audit", "query"], options].concat());
    assert!(output.status.success(), "{options:?}: {}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn events(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["eventName"].as_str().unwrap()).collect()
}

#[test]
fn a_query_finds_by_each_property() {
    let home = used();
    let all = query(&home, &[]);
    assert_eq!(all, home.records(), "a record was not printed as it stands");
    assert_eq!(all.len(), 7);
    let event = query(&home, &["--event", "Decrypt"]);
    assert_eq!(events(&event), ["Decrypt"; 3]);
    assert_eq!(query(&home, &["--error"]).len(), 1);
    assert_eq!(query(&home, &["--error=NotFoundException"]).len(), 1);
    assert_eq!(query(&home, &["--error=DisabledException"]).len(), 0);

    let arn = all[0]["resources"][0]["ARN"].as_str().unwrap();
    let id = arn.rsplit_once('/').unwrap().1;
    let by_arn = query(&home, &["--key", arn]);
    assert_eq!(events(&by_arn), ["Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey"]);
    assert_eq!(query(&home, &["--key", id]), by_arn);
    assert_eq!(query(&home, &["--key", "alias/no"]).len(), 1);
    assert_eq!(query(&home, &["--key", "alias/n"]).len(), 0);

    let service = |name: &str| format!("service={name}.amazonaws.com");
    assert_eq!(query(&home, &["--context", &service("elastictranscoder")]).len(), 6);
    assert_eq!(events(&query(&home, &["--context", &service("mediaconvert")])), ["ReEncrypt"]);
    for (context, count) in [("a=b", 1), ("c=d", 1), ("a=b,c=d", 1), ("a=c", 0), ("a=b,e=f", 0)] {
        assert_eq!(query(&home, &["--context", context]).len(), count, "{context}");
    }
    assert_eq!(events(&query(&home, &["--file", "sealed.mp4"])), ["Decrypt"]);
    assert_eq!(query(&home, &["--file", "ealed.mp4"]).len(), 0);
    let both = query(&home, &["--event", "Decrypt", "--file", "sealed.mp4", "--key", arn]);
    assert_eq!(both.len(), 0, "the file is under another key");
}

#[test]
fn a_query_finds_by_time() {
    let home = Home::new();
    let line = |day: u32| {
        let time = format!("2026-11-{day}T12:00:00Z");
        json!({ "eventName": "Decrypt", "eventTime": time })
    };
    let log: Vec<String> = (20..25).map(|day| line(day).to_string()).collect();
    let log = home.file("log", log.join("\n").as_bytes());
    for (since, until, count) in [
        ("2026-11-20", "2026-11-25", 5),
        ("2026-11-21", "2026-11-23", 2),
        ("2026-11-21T12:00:00Z", "2026-11-23T12:00:00Z", 2),
        ("2026-11-21T12:00:01Z", "2026-11-23T12:00:01Z", 2),
        ("2026-11-21T14:00:00+02:00", "2027-01-01", 4),
        ("2026-11-25", "2027-01-01", 0),
    ] {
        assert_eq!(
            query(&home, &[&log, "--since", since, "--until", until]).len(),
            count,
            "{since}"
        );
    }
    home.fails(2, &["audit", "query", &log, "--since", "yesterday"]);
}

#[test]
fn exports_of_cloudtrail_are_read_compressed_or_not() {
    let home = Home::new();
    let context = json!({ "service": "elastictranscoder.amazonaws.com" });
    let arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let export = json!({ "Records": [
        { "eventVersion": "1.02", "eventName": "Decrypt", "eventTime": "2014-11-05T20:51:18Z",
          "requestParameters": { "encryptionContext": context },
          "resources": [{ "ARN": arn, "accountId": "111122223333" }] },
        { "eventVersion": "1.08", "eventName": "PutObject", "eventSource": "s3.amazonaws.com",
          "requestParameters": { "bucketName": "b" } },
        { "eventName": "CreateJob", "requestParameters": null, "errorCode": "ValidationException" },
    ]})
    .to_string();
    let plain = home.file("export.json", export.as_bytes());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(export.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zipped = home.file("export.json.gz", &gzip);
    // Files of several members are one stream (RFC 1952 §2.2).
    let twice = home.file("twice.gz", &[gzip.clone(), gzip.clone()].concat());
    for (file, count) in [(&plain, 3), (&zipped, 3), (&twice, 6)] {
        assert_eq!(query(&home, &[file]).len(), count);
        let service = "service=elastictranscoder.amazonaws.com";
        assert_eq!(query(&home, &[file, "--context", service]).len(), count / 3);
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
        assert_eq!(query(&home, &[file, "--key", id]).len(), count / 3);
        assert_eq!(query(&home, &[file, "--error"]).len(), count / 3);
    }
    assert_eq!(query(&home, &[&plain, &zipped, "--event", "Decrypt"]).len(), 2);
    assert!(!home.keystore().exists(), "a query made a keystore");

    let cut = home.file("cut.gz", &gzip[..gzip.len() / 2]);
    let output = home.run(&["audit", "query", &cut]);
    assert!(matches!(output.status.code(), Some(3 | 7)), "{}", text(&output.stderr));
    for (name, log) in
        [("list", "[]"), ("object", "{\"a\":1}"), ("text", "hello"), ("torn", "{\"eventName\"")]
    {
        let file = home.file(name, log.as_bytes());
        let error = home.fails(3, &["audit", "query", &file]);
        assert!(error["message"].as_str().unwrap().contains(&file), "{error}");
    }
}

#[test]
fn a_table_escapes_what_would_steer_the_terminal() {
    let home = Home::new();
    let line = json!({ "eventName": "De\u{1b}[2Jcrypt\n", "eventTime": "2026-11-20T12:00:00Z" });
    let log = home.file("log", line.to_string().as_bytes());
    let output = home.run(&["audit", "query", &log]);
    let table = text(&output.stdout);
    assert!(table.starts_with("TIME ") && table.lines().count() == 2, "{table}");
    assert!(table.contains("De\\u{1b}[2Jcrypt\\u{a}") && !table.contains('\u{1b}'), "{table}");
    let none = home.run(&["audit", "query", &log, "--error"]);
    assert_eq!((none.status.code(), none.stdout.len()), (Some(0), 0));
}

#[test]
fn verify_prints_the_head_and_compares_it() {
    let home = used();
    let verdict = home.ok(&["audit", "verify"]);
    assert_eq!((&verdict["lines"], verdict["file"].as_str()), (&json!(7), home.log().to_str()));
    let head = verdict["head"].as_str().unwrap().to_owned();
    assert_eq!(head, format!("7:{}", verdict["sha256"].as_str().unwrap()));
    home.wrap("alias/reelseal", b"k");
    let log = home.log().to_str().unwrap().to_owned();
    assert_eq!(home.ok(&["audit", "verify", &log, "--head", &head])["lines"], 8);
    let shown = text(&home.run(&["audit", "verify"]).stdout);
    assert!(shown.contains("8 lines, unbroken\nhead: 8:"), "{shown}");

    let lines = fs::read_to_string(home.log()).unwrap();
    let cut: Vec<&str> = lines.lines().take(6).collect();
    fs::write(home.log(), cut.join("\n") + "\n").unwrap();
    home.ok(&["audit", "verify"]);
    home.fails(5, &["audit", "verify", "--head", &head]);
    fs::write(home.log(), lines.replacen("alias/reelseal", "alias/somebody", 1)).unwrap();
    let error = home.fails(5, &["audit", "verify"]);
    assert!(error["message"].as_str().unwrap().contains(": line 2: "), "{error}");
    for head in ["7", "7:", "x:00", "7:zz", &format!("7:{}", "0".repeat(63))] {
        home.fails(2, &["audit", "verify", "--head", head]);
    }
    home.fails(7, &["audit", "verify", "/no/such/log"]);
}

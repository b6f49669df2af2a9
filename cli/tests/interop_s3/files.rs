//! `encrypt`, `decrypt` and `store` from and to objects.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::bucket::Bucket;
use crate::bytes;

const MODES: [&str; 3] = ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"];

#[test]
fn a_file_goes_up_encrypted_and_comes_down_in_every_mode() {
    let bucket = Bucket::new();
    // Empty, short, one whole part, and one byte more.
    for (mode, len) in
        MODES.iter().flat_map(|mode| [0, 1000, 8 << 20, (8 << 20) + 1].map(|len| (mode, len)))
    {
        let clear = bytes(len);
        let input = bucket.home.file("clear", &clear);
        let (sealed, opened) = (format!("s3://reel/{mode}/{len}"), bucket.path("opened"));
        bucket.ok(&["encrypt", &input, "-o", &sealed, "--mode", mode]);
        let record = bucket.get(&format!("{mode}/{len}.encryption.json"));
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["Mode"], **mode);
        bucket.ok(&["--force", "decrypt", &sealed, "-o", &opened]);
        assert!(fs::read(&opened).unwrap() == clear, "{mode} {len}");
        // From object to object, and by an empty file system.
        let object = format!("s3://reel/clear/{mode}/{len}");
        bucket.ok(&["decrypt", &sealed, "-o", &object]);
        assert!(bucket.get(&format!("clear/{mode}/{len}")) == clear, "{mode} {len}");
        let again = format!("s3://reel/again/{mode}/{len}");
        bucket.ok(&[
            "encrypt",
            &object,
            "-o",
            &again,
            "--mode",
            mode,
            "--record",
            &bucket.path("r"),
            "--force",
        ]);
    }
}

#[test]
fn a_tag_in_front_is_found_in_an_object() {
    let bucket = Bucket::new();
    let clear = bytes((5 << 20) + 7);
    let input = bucket.home.file("clear", &clear);
    bucket.ok(&["encrypt", &input, "-o", "s3://reel/last", "--mode", "aes-gcm"]);
    let mut sealed = bucket.get("last");
    sealed.rotate_right(16);
    bucket.put("first", &sealed);
    let record = ["--record", "s3://reel/last.encryption.json"];
    let opened =
        bucket.ok(&[&["decrypt", "s3://reel/first", "-o", "s3://reel/c"], &record[..]].concat());
    assert_eq!(opened["layout"]["tag"], "first");
    assert!(bucket.get("c") == clear);
}

#[test]
fn an_object_is_read_and_written_by_pipes() {
    let bucket = Bucket::new();
    let clear = bytes(20 << 20);
    let mut child = bucket
        .command_at(
            bucket.port(),
            &["-q", "encrypt", "-", "-o", "s3://reel/piped", "--mode", "aes-gcm"],
        )
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&clear).unwrap();
    assert!(child.wait().unwrap().success());
    let output = bucket
        .command_at(bucket.port(), &["-q", "decrypt", "s3://reel/piped", "-o", "-"])
        .output()
        .unwrap();
    assert!(output.status.success() && output.stdout == clear);
    bucket.holds_only(&["piped", "piped.encryption.json"]);
}

#[test]
fn what_is_there_is_replaced_only_by_force() {
    let bucket = Bucket::new();
    let input = bucket.home.file("clear", b"new");
    bucket.put("there", b"old");
    let seal = ["encrypt", &input, "-o", "s3://reel/there", "--mode", "aes-ctr"];
    let error = bucket.fails(4, &seal);
    assert_eq!(error["message"], "s3://reel/there: the output exists");
    bucket.holds_only(&["there"]);
    bucket.put("new.encryption.json", b"old");
    bucket.fails(4, &["encrypt", &input, "-o", "s3://reel/new", "--mode", "aes-ctr"]);
    assert_eq!(bucket.get("new.encryption.json"), b"old");
    bucket.ok(&[&["--force"], &seal[..]].concat());
    assert_ne!(bucket.get("there"), b"old");
    bucket.ok(&["--force", "decrypt", "s3://reel/there", "-o", "s3://reel/there"]);
    assert_eq!(bucket.get("there"), b"new");
}

#[test]
fn an_object_that_comes_to_be_meanwhile_is_kept() {
    for len in [1000, 20 << 20] {
        let bucket = Bucket::new();
        let mut child = bucket
            .command_at(
                bucket.port(),
                &["encrypt", "-", "-o", "s3://reel/raced", "--mode", "aes-gcm"],
            )
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // More than a pipe holds: the command has looked at the place, and reads.
        stdin.write_all(&bytes(len.max(1 << 17))).unwrap();
        bucket.put("raced", b"somebody else's");
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        assert_eq!(bucket.get("raced"), b"somebody else's");
        bucket.holds_only(&["raced"]);
    }
}

#[test]
fn the_wrong_key_leaves_no_object() {
    let bucket = Bucket::new();
    let input = bucket.home.file("clear", &bytes(9 << 20));
    let wrapped = bucket.home.wrap("alias/reelseal", b"another key 1234");
    for mode in ["aes-cbc-pkcs7", "aes-gcm"] {
        let sealed = bucket.path(mode);
        bucket.ok(&["encrypt", &input, "-o", &sealed, "--mode", mode]);
        let mut altered = fs::read(&sealed).unwrap();
        *altered.last_mut().unwrap() ^= 0x80;
        fs::write(&sealed, altered).unwrap();
        let open = ["decrypt", &sealed, "-o", "s3://reel/opened"];
        bucket.fails(5, &open);
        let iv = "AAAAAAAAAAAAAAAAAAAAAA==";
        let with = ["--mode", mode, "--data-key", &wrapped, "--iv", iv];
        let context = ["--encryption-context", "service=elastictranscoder.amazonaws.com"];
        bucket.fails(5, &[&open[..], &with, &context].concat());
        bucket.holds_only(&[]);
    }
}

#[test]
fn s3_is_told_how_to_encrypt() {
    let bucket = Bucket::new();
    let (short, long) =
        (bucket.home.file("short", b"x"), bucket.home.file("long", &bytes(9 << 20)));
    for (name, input) in [("short", &short), ("long", &long)] {
        let out = format!("s3://reel/{name}");
        let seal = ["--force", "encrypt", input, "-o", &out, "--mode", "aes-gcm", "--sse"];
        bucket.ok(&[&seal[..], &["AES256"]].concat());
        assert_eq!(bucket.head(name)["ServerSideEncryption"], "AES256");
        let key = ["aws:kms", "--sse-kms-key-id", "1234abcd-12ab-34cd-56ef-1234567890ab"];
        bucket.ok(&[&seal[..], &key, &["--sse-bucket-key", "--sse-context", "film=reel"]].concat());
        for object in [name.to_owned(), format!("{name}.encryption.json")] {
            let head = bucket.head(&object);
            assert_eq!(head["ServerSideEncryption"], "aws:kms", "{object}");
            assert!(head["SSEKMSKeyId"].as_str().unwrap().contains("1234abcd"), "{head}");
        }
        for wrong in [
            &["AES256", "--sse-kms-key-id", "k"][..],
            &["AES256", "--sse-bucket-key"],
            &["aws:kms:dsse", "--sse-bucket-key"],
            &["aws:kms", "--sse-context", "aws:s3:arn=arn:aws:s3:::reel/other"],
        ] {
            bucket.fails(2, &[&seal[..], wrong].concat());
        }
        bucket.fails(
            2,
            &["encrypt", input, "-o", &bucket.path("x"), "--mode", "aes-gcm", "--sse", "AES256"],
        );
    }
}

#[test]
fn the_store_puts_and_gets_objects() {
    let bucket = Bucket::new();
    let clear = bytes(3 << 20);
    bucket.put("film", &clear);
    bucket.ok(&["store", "put", "s3://reel/film", "archive/film"]);
    bucket.ok(&["store", "get", "archive/film", "-o", "s3://reel/back"]);
    assert!(bucket.get("back") == clear);
    bucket.ok(&["store", "export", "archive/film", "-o", "s3://reel/message"]);
    assert!(bucket.get("message").len() > clear.len());
    bucket.fails(4, &["store", "get", "archive/film", "-o", "s3://reel/back"]);
}

#[test]
fn what_s3_says_no_to_is_said_in_one_sentence() {
    let bucket = Bucket::new();
    let out = bucket.path("out");
    let seal = |input: &str| bucket.fails(7, &["encrypt", input, "-o", &out, "--mode", "aes-ctr"]);
    let message = |error: serde_json::Value| error["message"].as_str().unwrap().to_owned();
    assert_eq!(
        message(seal("s3://reel/none")),
        "cannot read s3://reel/none: there is no such object"
    );
    assert_eq!(
        message(seal("s3://rele/none")),
        "cannot read s3://rele/none: there is no such bucket"
    );
    let prefix = bucket.fails(2, &["encrypt", "s3://reel/a/", "-o", &out, "--mode", "aes-ctr"]);
    assert_eq!(message(prefix), "s3://reel/a/: names no object");
    let output = bucket
        .command_at(
            bucket.port(),
            &["--json", "encrypt", "s3://reel/x", "-o", &out, "--mode", "aes-ctr"],
        )
        .env_remove("AWS_ACCESS_KEY_ID")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["message"], "cannot read s3://reel/x: no AWS credentials");
    assert_eq!(json!(output.status.code()), json!(7));
    let nobody =
        bucket.fails_at(9, 7, &["encrypt", "s3://reel/x", "-o", &out, "--mode", "aes-ctr"]);
    assert_eq!(message(nobody), "cannot read s3://reel/x: Connection refused");
}

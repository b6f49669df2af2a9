//! Messages of the AWS Encryption SDK by `encrypt` and `decrypt`: keys, contexts, frames, refusals.

mod home;

use std::fs;

use home::{Home, text};
use serde_json::{Value, json};

const CONTEXT: &str = "service=elastictranscoder.amazonaws.com";

fn path(home: &Home, name: &str) -> String {
    home.keystore().with_file_name(name).to_str().unwrap().to_owned()
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8)) as u8).collect()
}

/// A message of `clear`; its path, and the report.
fn seal(home: &Home, clear: &[u8], options: &[&str]) -> (String, Value) {
    let (input, message) = (home.file("in", clear), path(home, "message"));
    let seal = ["--force", "encrypt", &input, "-o", &message, "--mode", "esdk"];
    let report = home.ok(&[&seal[..], options].concat());
    (message, report)
}

#[track_caller]
fn opens(home: &Home, message: &str, clear: &[u8], options: &[&str]) -> Value {
    let out = path(home, "opened");
    let report = home.ok(&[&["--force", "decrypt", message, "-o", &out], options].concat());
    assert!(fs::read(&out).unwrap() == clear, "{options:?}");
    report
}

#[track_caller]
fn fails(home: &Home, exit: i32, message: &str, options: &[&str]) -> String {
    let out = path(home, "refused");
    let error = home.fails(exit, &[&["decrypt", message, "-o", &out], options].concat());
    assert!(fs::metadata(&out).is_err(), "something was released: {error}");
    format!("{}: {}: {}", error["code"], error["message"], error["hint"])
}

#[test]
fn a_message_opens_by_itself_and_is_known_by_its_first_bytes() {
    let home = Home::new();
    let clear = bytes(200_000);
    let (message, sealed) = seal(&home, &clear, &[]);
    assert!(fs::metadata(format!("{message}.encryption.json")).is_err(), "no block is needed");
    assert_eq!((&sealed["frameLength"], &sealed["bytes"]), (&json!(65_536), &json!(200_000)));
    assert_eq!(sealed["encryptionContext"]["service"], "elastictranscoder.amazonaws.com");
    let opened = opens(&home, &message, &clear, &[]);
    assert_eq!(json!([opened["key"]]), sealed["wrappedBy"]);
    opens(&home, &message, &clear, &["--mode", "esdk"]);
    let calls: Vec<_> = home.records().iter().map(|r| r["eventName"].clone()).collect();
    assert_eq!(calls, ["GenerateDataKey", "Decrypt", "Decrypt"]);
    let records = home.records();
    assert!(records.iter().all(|r| r["requestParameters"]["encryptionContext"]
        == json!({ "service": "elastictranscoder.amazonaws.com" })));
}

#[test]
fn each_key_opens_a_message_and_no_other_does() {
    let home = Home::new();
    let (first, second, other) = (home.key(), home.key(), home.key());
    let clear = bytes(1000);
    let own = home.file("own", &[7; 32]);
    let named = ["--key-namespace", "ns", "--key-name", "kn"];
    let keys = ["--key-id", &first, "--key-id", &second, "--wrapping-key", &own];
    let (message, sealed) = seal(&home, &clear, &[&keys[..], &named].concat());
    assert_eq!(sealed["wrappedBy"].as_array().unwrap().len(), 3);
    assert_eq!(sealed["wrappedBy"][2], "ns: kn");

    opens(&home, &message, &clear, &["--key-id", &second]);
    home.ok(&["key", "disable", &first]);
    let arn = opens(&home, &message, &clear, &[])["key"].as_str().unwrap().to_owned();
    assert!(arn.ends_with(&second), "the first is disabled: the second is tried: {arn}");
    opens(&home, &message, &clear, &["--key-id", &arn]);
    let before = home.records().len();
    opens(&home, &message, &clear, &["--wrapping-key", &own]);
    assert_eq!(home.records().len(), before, "no key service was asked");

    let said = fails(&home, 6, &message, &["--key-id", &first]);
    assert!(said.contains("DisabledException"), "{said}");
    let said = fails(&home, 4, &message, &["--key-id", &other]);
    assert!(said.contains(&first) && said.contains("ns: kn"), "{said}");
    let wrong = home.file("wrong", &[8; 32]);
    fails(&home, 5, &message, &["--wrapping-key", &wrong]);
    fails(&home, 4, &message, &["--wrapping-key", &own, "--key-name", "other"]);
    // Both are tried, in the order of the message.
    opens(&home, &message, &clear, &["--wrapping-key", &wrong, "--key-id", &second]);
    opens(&home, &message, &clear, &["--wrapping-key", &own, "--key-id", &first]);
}

#[test]
fn the_context_is_what_was_said_and_what_is_required() {
    let home = Home::new();
    for (context, shown) in [
        (CONTEXT, json!({ "service": "elastictranscoder.amazonaws.com" })),
        ("", json!({})),
        ("b=2,a=1", json!({ "a": "1", "b": "2" })),
    ] {
        let (message, sealed) = seal(&home, b"text", &["--encryption-context", context]);
        assert_eq!(sealed["encryptionContext"], shown);
        let opened = opens(&home, &message, b"text", &["--required-context", context]);
        assert_eq!(opened["encryptionContext"], shown);
        opens(&home, &message, b"text", &["--encryption-context", context]);
    }
    let (message, _) = seal(&home, b"text", &["--encryption-context", "a=1,b=2"]);
    opens(&home, &message, b"text", &["--required-context", "b=2"]);
    let before = home.records().len();
    for wrong in ["b=3", "c=2", "B=2", "a=1,b=2,c=3"] {
        for option in ["--required-context", "--encryption-context"] {
            let said = fails(&home, 4, &message, &[option, wrong]);
            assert!(said.contains("has no") && said.contains("a=1,b=2"), "{said}");
        }
    }
    assert_eq!(home.records().len(), before, "no key was used");
    let (input, out) = (home.file("in", b"text"), path(&home, "reserved"));
    let reserved = ["--encryption-context", "aws-crypto-public-key=x"];
    let seal = ["encrypt", &input, "-o", &out, "--mode", "esdk"];
    home.fails(2, &[&seal[..], &reserved].concat());
}

#[test]
fn frames_are_read_where_they_stand() {
    let home = Home::new();
    let clear = bytes(1050);
    let (message, _) = seal(&home, &clear, &["--frame-length", "100"]);
    for (frames, from, to) in [
        ("1", 0, 100),
        ("1..1", 0, 100),
        ("3..5", 200, 500),
        ("11", 1000, 1050),
        ("10..", 900, 1050),
        ("1..", 0, 1050),
        ("1..11", 0, 1050),
    ] {
        let report = opens(&home, &message, &clear[from..to], &["--frames", frames]);
        assert_eq!(report["proof"], "frames", "{frames}");
        assert!(report["proofText"].as_str().unwrap().contains("were not looked at"));
    }
    for (frames, exit) in [("12", 4), ("5..12", 4), ("400..", 4), ("0", 2), ("5..3", 2), ("", 2)] {
        fails(&home, exit, &message, &["--frames", frames]);
    }

    // An altered frame keeps no other closed, and a frame that was moved is none.
    let (stride, body) = (132, fs::metadata(&message).unwrap().len() as usize - 10 * 132 - 90);
    let sealed = fs::read(&message).unwrap();
    let mut altered = sealed.clone();
    altered[body + 4 * stride + 50] ^= 1;
    fs::write(&message, &altered).unwrap();
    opens(&home, &message, &clear[500..1050], &["--frames", "6.."]);
    opens(&home, &message, &clear[..400], &["--frames", "1..4"]);
    let said = fails(&home, 5, &message, &["--frames", "4..6"]);
    assert!(said.contains("frame 5"), "{said}");
    fails(&home, 5, &message, &[]);
    let mut moved = sealed.clone();
    moved.copy_within(body..body + stride, body + stride);
    fs::write(&message, &moved).unwrap();
    opens(&home, &message, &clear[..100], &["--frames", "1"]);
    let said = fails(&home, 5, &message, &["--frames", "2"]);
    assert!(said.contains("frame 2"), "{said}");
}

#[test]
fn what_is_cut_short_or_goes_on_is_refused_whole() {
    let home = Home::new();
    let (message, _) = seal(&home, &bytes(250), &["--frame-length", "100"]);
    let sealed = fs::read(&message).unwrap();
    for len in [0, 3, 4, 40, 200, sealed.len() - 91, sealed.len() - 90, sealed.len() - 1] {
        fs::write(&message, &sealed[..len]).unwrap();
        fails(&home, 3, &message, &["--mode", "esdk"]);
    }
    fs::write(&message, [&sealed[..], b"\0"].concat()).unwrap();
    let said = fails(&home, 3, &message, &[]);
    assert!(said.contains("bytes follow the end"), "{said}");
    let other = home.file("other", b"some other file, and long enough");
    let said = fails(&home, 3, &other, &["--mode", "esdk"]);
    assert!(said.contains("no message of the AWS Encryption SDK"), "{said}");
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let home = Home::new();
    let (input, out) = (home.file("in", b"text"), path(&home, "out"));
    let own = home.file("own", &[7; 32]);
    let seal = ["encrypt", &input, "-o", &out, "--mode"];
    for options in [
        &["esdk", "--data-key-bits", "128"][..],
        &["esdk", "--record", "r"],
        &["esdk", "--format", "mediaconvert"],
        &["esdk", "--wrapping-key", &own],
        &["esdk", "--wrapping-key", &own, "--key-namespace", "aws-kms", "--key-name", "k"],
        &["esdk", "--frame-length", "0"],
        &["esdk", "--frame-length", "16777217"],
        &["aes-gcm", "--frame-length", "16"],
        &["aes-gcm", "--key-id", "alias/a", "--key-id", "alias/b"],
    ] {
        home.fails(2, &[&seal[..], options].concat());
        assert!(fs::metadata(&out).is_err(), "{options:?}");
    }
    for options in [&["--mode", "aes-ctr"][..], &["--frames", "1"], &["--required-context", "a=b"]]
    {
        fails(&home, 2, &input, options);
    }
    let named = ["esdk", "--key-namespace", "n", "--key-name", "k", "--wrapping-key"];
    for len in [0, 15, 31, 33, 64] {
        let short = home.file("short", &vec![7; len]);
        home.fails(3, &[&seal[..], &named, &[&short]].concat());
    }
    home.fails(7, &[&seal[..], &named, &["/no/such/file"]].concat());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&own, fs::Permissions::from_mode(0o640)).unwrap();
        let error = home.fails(4, &[&seal[..], &named, &[&own]].concat());
        assert!(error["hint"].as_str().unwrap().contains("chmod 600"), "{error}");
    }
}

#[test]
fn messages_go_through_pipes() {
    let home = Home::new();
    let clear = bytes(300_000);
    let through = |args: &[&str], input: &[u8]| {
        let file = home.file("piped", input);
        let output = home.command(args).stdin(fs::File::open(file).unwrap()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        output.stdout
    };
    let sealed = through(&["encrypt", "-", "-o", "-", "--mode", "esdk"], &clear);
    assert!(through(&["decrypt", "-", "-o", "-"], &sealed) == clear);
    let some = through(&["decrypt", "-", "-o", "-", "--frames", "2..3"], &sealed);
    assert!(some == clear[65_536..3 * 65_536]);
}

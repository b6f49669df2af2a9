//! The audit log: what stands in it, that nothing is released without it, that its chain holds.

mod home;

use std::fs;

use home::{Home, text};
use reelseal::audit::{self, Head};
use serde_json::{Value, json};

const GENERATE: [&str; 6] =
    ["kms", "generate-data-key", "--key-id", "alias/reelseal", "--key-spec", "AES_128"];

/// A home whose log has `lines` lines.
fn used(lines: usize) -> Home {
    let home = Home::new();
    for _ in 0..lines {
        home.ok(&GENERATE);
    }
    home
}

/// The message of the fault that `verify` finds.
fn fault(home: &Home) -> String {
    let error = audit::verify(&home.log(), None).unwrap_err();
    assert_eq!(error.kind().exit_code(), 5);
    error.message().strip_prefix(&format!("{}: ", home.log().display())).unwrap().to_owned()
}

fn lines(home: &Home) -> Vec<String> {
    fs::read_to_string(home.log()).unwrap().lines().map(str::to_owned).collect()
}

fn write(home: &Home, lines: &[String]) {
    fs::write(home.log(), lines.join("\n") + "\n").unwrap();
}

#[test]
fn a_record_has_the_shape_of_cloudtrail() {
    let home = Home::new();
    let key = home.ok(&GENERATE);
    let record = home.records().pop().unwrap();
    let fields: Vec<_> = record.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "eventVersion userIdentity eventTime eventSource eventName awsRegion \
        sourceIPAddress userAgent requestParameters responseElements requestID eventID readOnly \
        resources eventType managementEvent recipientAccountId eventCategory reelseal";
    assert_eq!(fields, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(record["eventSource"], "kms.amazonaws.com");
    assert_eq!(record["eventName"], "GenerateDataKey");
    assert_eq!(record["userAgent"], concat!("reelseal/", env!("CARGO_PKG_VERSION")));
    assert_eq!(record["userIdentity"]["type"], "IAMUser");
    assert_eq!(record["readOnly"], true);
    let resource = &record["resources"][0];
    assert_eq!(resource["type"], "AWS::KMS::Key");
    assert_eq!(resource["ARN"], key["KeyId"]);
    let parameters = json!({
        "keyId": "alias/reelseal",
        "keySpec": "AES_128",
        "encryptionContext": { "service": "elastictranscoder.amazonaws.com" },
    });
    assert_eq!(record["requestParameters"], parameters);
    let own = json!({ "seq": 1, "previous": "0".repeat(64), "keyVersion": 1 });
    assert_eq!(record["reelseal"], own);
    let time = record["eventTime"].as_str().unwrap();
    assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
    for secret in ["Plaintext", "CiphertextBlob"] {
        assert!(!record.to_string().contains(key[secret].as_str().unwrap()), "{secret}");
    }
}

#[test]
fn each_operation_is_on_record_by_its_name() {
    let home = Home::new();
    let id = home.key();
    let blob = home.wrap(&id, b"k");
    home.unwrap(&blob);
    home.ok(&["kms", "re-encrypt", "--ciphertext-blob", &blob, "--destination-key-id", &id]);
    home.ok(&[&GENERATE[..], &["--without-plaintext"]].concat());
    home.ok(&["key", "rotate", &id]);
    home.ok(&["key", "disable", &id]);
    home.ok(&["key", "enable", &id]);
    home.ok(&["key", "alias", "alias/a", &id]);
    home.ok(&["key", "alias", "alias/a", "alias/reelseal", "--force"]);
    home.ok(&["key", "schedule-deletion", &id]);
    home.ok(&["key", "cancel-deletion", &id]);
    let records = home.records();
    let names: Vec<_> = records.iter().map(|r| r["eventName"].as_str().unwrap()).collect();
    let expected = "CreateKey Encrypt Decrypt ReEncrypt GenerateDataKeyWithoutPlaintext \
        RotateKeyOnDemand DisableKey EnableKey CreateAlias UpdateAlias ScheduleKeyDeletion \
        CancelKeyDeletion";
    assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    assert!(records.iter().all(|r| r["resources"][0]["ARN"].is_string()), "{records:?}");
    assert!(records.iter().all(|r| r.get("errorCode").is_none()));
    assert_eq!(records[0]["readOnly"], false);
    assert_eq!(records[3]["reelseal"]["sourceKeyVersion"], 1);
    assert_eq!(audit::verify(&home.log(), None).unwrap().lines, 12);
}

#[test]
fn a_refusal_is_on_record_with_its_name_and_key() {
    let home = Home::new();
    let blob = home.wrap("alias/reelseal", b"k");
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob, "--encryption-context", "a=1"];
    home.refuses("InvalidCiphertextException", &open);
    let [used, refused] = home.records().try_into().unwrap();
    assert_eq!(refused["resources"], used["resources"]);
    assert_eq!(refused["requestParameters"]["encryptionContext"], json!({ "a": "1" }));
}

#[test]
fn nothing_is_released_that_cannot_be_recorded() {
    let home = Home::new();
    let nowhere = home.keystore().join("no").join("log");
    let audit = ["--audit", nowhere.to_str().unwrap()];
    home.fails(7, &[&GENERATE[..], &audit].concat());
    let before = home.ok(&["key", "list"]);
    home.fails(7, &[&["key", "create"][..], &audit].concat());
    assert_eq!(home.ok(&["key", "list"]), before, "a change lasted that is not on record");
    home.fails(7, &[&GENERATE[..], &["--audit", home.keystore().to_str().unwrap()]].concat());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_releases_nothing() {
    let home = Home::new();
    // A device on which every write fails for want of space.
    home.fails(7, &[&GENERATE[..], &["--audit", "/dev/full"]].concat());
}

#[test]
fn the_log_can_lie_elsewhere() {
    let home = Home::new();
    let log = home.file("elsewhere", b"");
    home.ok(&[&GENERATE[..], &["--audit", &log]].concat());
    assert_eq!(audit::verify(log.as_ref(), None).unwrap().lines, 1);
    assert!(!home.log().exists());
}

#[test]
fn a_torn_last_line_is_dropped_by_the_next_record() {
    let home = used(2);
    let whole = fs::read(home.log()).unwrap();
    for torn in [&b"{"[..], &whole[..whole.len() / 4], b"\0\0\0"] {
        fs::write(home.log(), [&whole, torn].concat()).unwrap();
        assert!(fault(&home).starts_with("line 3: "), "{}", fault(&home));
        home.ok(&GENERATE);
        assert_eq!(audit::verify(&home.log(), None).unwrap().lines, 3);
    }
    fs::write(home.log(), b"{\"eventVersion\":\"1").unwrap();
    home.ok(&GENERATE);
    assert_eq!(audit::verify(&home.log(), None).unwrap().lines, 1);
}

#[test]
fn a_file_that_is_no_audit_log_is_not_written_to() {
    let home = used(1);
    let others = [
        "some text\n",
        "some text without an end",
        "\n",
        "{\"json\": true}\n",
        "{\"json\": true}",
        "{\"reelseal\":{\"seq\":1}}\n",
    ];
    for other in others {
        fs::write(home.log(), other).unwrap();
        let error = home.fails(7, &GENERATE);
        assert!(error["message"].as_str().unwrap().contains("audit log"), "{error}");
        assert_eq!(fs::read_to_string(home.log()).unwrap(), other);
    }
}

#[test]
fn long_lines_are_chained_too() {
    let home = Home::new();
    // 48 KiB of JSON: each of these characters takes six in it.
    let context = format!("a={}", "\u{1}".repeat(8000));
    for _ in 0..3 {
        home.ok(&[&GENERATE[..], &["--encryption-context", &context]].concat());
    }
    assert!(fs::metadata(home.log()).unwrap().len() > 3 * 48_000);
    assert_eq!(audit::verify(&home.log(), None).unwrap().lines, 3);
}

#[test]
fn an_altered_line_is_found() {
    let home = used(4);
    let good = lines(&home);
    for (at, line) in good.iter().enumerate().take(3) {
        let mut altered = good.clone();
        altered[at] = line.replace("alias/reelseal", "alias/somebody");
        assert_ne!(altered[at], *line);
        write(&home, &altered);
        let expected = format!("line {}: the line before this one was altered", at + 2);
        assert!(fault(&home).starts_with(&expected), "{}", fault(&home));
    }
    // The last line has no line after it: the head that was noted finds it.
    write(&home, &good);
    let head = audit::verify(&home.log(), None).unwrap();
    let mut altered = good.clone();
    altered[3] = good[3].replace("alias/reelseal", "alias/somebody");
    write(&home, &altered);
    assert!(audit::verify(&home.log(), None).is_ok());
    assert!(audit::verify(&home.log(), Some(&head)).is_err());
}

#[test]
fn a_removed_line_is_found() {
    let home = used(4);
    let good = lines(&home);
    let head = audit::verify(&home.log(), None).unwrap();
    for at in 0..3 {
        let mut fewer = good.clone();
        fewer.remove(at);
        write(&home, &fewer);
        let expected = format!("line {}: a line was removed", at + 1);
        assert!(fault(&home).starts_with(&expected), "{}", fault(&home));
    }
    for left in 1..4 {
        write(&home, &good[..left]);
        let error = audit::verify(&home.log(), Some(&head)).unwrap_err();
        assert!(error.message().contains("the head that was noted"), "{error}");
    }
}

#[test]
fn a_reordered_or_repeated_line_is_found() {
    let home = used(4);
    let good = lines(&home);
    for at in 0..3 {
        let mut swapped = good.clone();
        swapped.swap(at, at + 1);
        write(&home, &swapped);
        assert!(fault(&home).starts_with(&format!("line {}: a line was", at + 1)));
        let mut repeated = good.clone();
        repeated.insert(at, good[at].clone());
        write(&home, &repeated);
        assert!(fault(&home).starts_with(&format!("line {}: a line was", at + 2)));
    }
    // Renumbered, they still do not point back to each other.
    let mut renumbered = good.clone();
    renumbered[1] = good[2].replace("\"seq\":3", "\"seq\":2");
    renumbered[2] = good[1].replace("\"seq\":2", "\"seq\":3");
    write(&home, &renumbered);
    assert!(fault(&home).starts_with("line 2: the line before this one was altered"));
}

#[test]
fn a_log_that_has_grown_still_passes_its_noted_head() {
    let home = used(2);
    let head = audit::verify(&home.log(), None).unwrap();
    assert_eq!(audit::verify(&home.log(), Some(&head)).unwrap(), head);
    home.ok(&GENERATE);
    let grown = audit::verify(&home.log(), Some(&head)).unwrap();
    assert_eq!(grown.lines, 3);
    assert!(audit::verify(&home.log(), Some(&Head::start())).is_ok());
    let records = home.records();
    assert_eq!(records[2]["reelseal"]["previous"], Value::from(head.sha256));
}

#[test]
fn the_passphrase_of_a_keystore_stands_nowhere() {
    let home = used(1);
    let file = home.file("passphrase", b"correct horse\n");
    home.ok(&["key", "passphrase", "set", "--new-passphrase-file", &file]);
    let output = home.run(&[&GENERATE[..], &["--passphrase-file", &file, "-v"]].concat());
    assert!(output.status.success());
    for shown in [output.stdout, output.stderr, fs::read(home.log()).unwrap()] {
        assert!(!text(&shown).contains("correct horse"));
    }
}

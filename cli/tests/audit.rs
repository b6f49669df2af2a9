//! The audit log: what stands in it, and that nothing is released without it.

mod home;

use std::fs;
use std::sync::Arc;

use home::{Home, text};
use reelseal::audit::{self, AuditLog};
use reelseal::keyservice::{Audited, EncryptionContext, KeyService, Local, PassphraseSource};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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

fn sha256_of(blob: &Value) -> String {
    let blob = reelseal::base64::decode(blob.as_str().unwrap()).unwrap();
    Sha256::digest(&*blob).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_record_has_the_shape_of_cloudtrail() {
    let home = Home::new();
    let key = home.ok(&GENERATE);
    let record = home.records().pop().unwrap();
    let fields: Vec<_> = record.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "eventVersion userIdentity eventTime eventSource eventName awsRegion \
        sourceIPAddress userAgent requestParameters responseElements additionalEventData requestID \
        eventID readOnly resources eventType managementEvent recipientAccountId eventCategory \
        reelseal";
    assert_eq!(fields, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(record["eventSource"], "kms.amazonaws.com");
    assert_eq!(record["eventName"], "GenerateDataKey");
    assert_eq!(record["userAgent"], concat!("reelseal/", env!("CARGO_PKG_VERSION")));
    assert_eq!(record["userIdentity"]["type"], "IAMUser");
    assert_eq!(record["readOnly"], true);
    let material = json!({ "keyMaterialId": key["KeyMaterialId"] });
    assert_eq!(record["additionalEventData"], material);
    let resource = &record["resources"][0];
    assert_eq!(resource["type"], "AWS::KMS::Key");
    assert_eq!(resource["ARN"], key["KeyId"]);
    let parameters = json!({
        "keyId": "alias/reelseal",
        "keySpec": "AES_128",
        "encryptionContext": { "service": "elastictranscoder.amazonaws.com" },
    });
    assert_eq!(record["requestParameters"], parameters);
    let own = json!({
        "seq": 1,
        "previous": "0".repeat(64),
        "keyVersion": 1,
        "ciphertextSha256": sha256_of(&key["CiphertextBlob"]),
    });
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
    assert_eq!(audit::verify(home.log(), None).unwrap().lines, 12);
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
    assert_eq!(audit::verify(std::path::Path::new(&log), None).unwrap().lines, 1);
    assert!(!home.log().exists());
    // A relative path: its folder is the one that we are in.
    let mut here = home.command(&[&GENERATE[..], &["--audit", "here.jsonl"]].concat());
    assert!(here.current_dir(home.keystore()).output().unwrap().status.success());
    assert!(home.keystore().join("here.jsonl").exists());
}

#[test]
fn the_file_that_a_key_was_used_for_is_on_record() {
    let home = used(1);
    let local = Local::open(&home.keystore(), PassphraseSource::new(None)).unwrap();
    let kms = Audited::new(Arc::new(local), AuditLog::new(home.log())).for_file("master.m3u8");
    let context = EncryptionContext::empty();
    let key = kms.generate_data_key("alias/reelseal", 16, &context).unwrap();
    assert_eq!(*kms.decrypt(&key.wrapped, None, &context).unwrap().plaintext, *key.plaintext);
    assert_eq!(kms.describe("alias/reelseal").unwrap().arn, key.key.key_arn);
    let records = home.records();
    assert_eq!(records.len(), 3);
    assert_eq!(records[1]["reelseal"]["file"], "master.m3u8");
    assert_eq!(records[1]["requestParameters"].get("encryptionContext"), None);
    let blob = |n: usize| records[n]["reelseal"]["ciphertextSha256"].clone();
    assert_eq!(blob(1), blob(2));
    assert!(!format!("{key:?}").contains("plaintext"), "{key:?}");
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
fn the_passphrase_of_a_keystore_stands_nowhere() {
    let home = used(1);
    let file = home.file("passphrase", b"correct horse\n");
    home.ok(&["key", "passphrase", "set", "--new-passphrase-file", &file]);
    let output = home.run(&[&GENERATE[..], &["--passphrase-file", &file, "-v"]].concat());
    assert!(output.status.success());
    assert!(text(&output.stderr).starts_with("keystore "), "{}", text(&output.stderr));
    for shown in [output.stdout, output.stderr, fs::read(home.log()).unwrap()] {
        assert!(!text(&shown).contains("correct horse"));
    }
}

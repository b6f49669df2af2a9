//! `reelseal kms serve`: who is let in, what is refused and by which name, and what it holds under.

mod connections;
#[path = "../home/mod.rs"]
mod home;
mod operations;
#[path = "../served/mod.rs"]
mod served;
mod signatures;

use std::fs;
use std::process::{Command, Output};

use home::{Home, text};
use serde_json::Value;
use served::{Reply, Served};

/// Base64 of `keykeykeykeykeyk`.
const KEY: &str = "a2V5a2V5a2V5a2V5a2V5aw==";

fn refused(reply: &Reply, status: u16, name: &str) {
    assert_eq!((reply.status, reply.error()), (status, name), "{reply:?}");
    assert!(!reply.body["message"].as_str().unwrap().is_empty());
    assert_eq!(reply.request_id.len(), 36, "{reply:?}");
}

/// The program as a client of the server, with another folder of its own.
fn client(home: &Home, served: &Served, args: &[&str]) -> Command {
    let kms = ["--kms", "aws:eu-west-1", "--kms-endpoint", &served.url, "--json"];
    let mut command = home.command(&[&kms, args].concat());
    command.env("AWS_ACCESS_KEY_ID", &served.id).env("AWS_SECRET_ACCESS_KEY", &served.secret);
    command.env_remove("AWS_SESSION_TOKEN").env_remove("AWS_PROFILE");
    command
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn this_program_is_a_client_of_itself() {
    let (home, here) = (Home::new(), Home::new());
    let served = Served::start(&home, &[]);
    let ask = |args: &[&str]| answer(&client(&here, &served, args).output().unwrap());
    let key = ask(&["key", "create", "--alias", "alias/mine", "--description", "two words"]);
    let id = key["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let file = here.file("plaintext", b"keykeykeykeykeyk");
    let sealed = ask(&["kms", "encrypt", "--key-id", "alias/mine", "--plaintext", &file]);
    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    ask(&["key", "rotate", "alias/mine"]);
    let opened = ask(&["kms", "decrypt", "--ciphertext-blob", blob, "--key-id", "alias/mine"]);
    assert_eq!(opened["Plaintext"], KEY);
    assert_eq!(opened["KeyId"], key["KeyMetadata"]["Arn"]);
    assert_eq!(opened["KeyMaterialId"], key["KeyMetadata"]["CurrentKeyMaterialId"]);
    let make = ["kms", "generate-data-key", "--key-id", "alias/mine", "--number-of-bytes", "24"];
    let data_key = ask(&make);
    assert_eq!(home.unwrap(data_key["CiphertextBlob"].as_str().unwrap()), data_key["Plaintext"]);
    let bare = ask(&[&make[..], &["--without-plaintext"]].concat());
    assert_eq!(bare.get("Plaintext"), None);
    let anew = ["--destination-key-id", "alias/reelseal", "--destination-encryption-context", ""];
    let moved = ask(&[&["kms", "re-encrypt", "--ciphertext-blob", blob], &anew[..]].concat());
    assert_ne!(moved["KeyId"], moved["SourceKeyId"]);
    for (command, state) in [("disable", "Disabled"), ("enable", "Enabled")] {
        assert_eq!(ask(&["key", command, "alias/mine"])["KeyMetadata"]["KeyState"], state);
    }
    let gone = ask(&["key", "schedule-deletion", &id, "--days", "7"]);
    assert_eq!(gone["KeyMetadata"]["KeyState"], "PendingDeletion");
    assert_eq!(ask(&["key", "cancel-deletion", &id])["KeyMetadata"]["KeyState"], "Disabled");
    ask(&["key", "enable", &id]);
    ask(&["key", "alias", "alias/second", &id]);
    ask(&["key", "alias", "alias/second", "alias/reelseal", "--force"]);
    let mut shown = ask(&["key", "show", &id])["KeyMetadata"].clone();
    let mut local = home.ok(&["key", "show", &id])["KeyMetadata"].clone();
    assert_eq!(local["CurrentKeyVersion"], 2);
    for key in [&mut shown, &mut local] {
        key.as_object_mut().unwrap().remove("CurrentKeyVersion");
    }
    assert_eq!(shown, local, "the two tell of the key alike");
    assert_eq!(ask(&["key", "list"])["Keys"].as_array().unwrap().len(), 3);

    let theirs = here.records();
    assert!(!here.keystore().join("root.key").exists(), "a client of AWS needs no keystore");
    for record in theirs.iter().filter(|record| record.get("errorCode").is_none()) {
        let arn = record["resources"][0]["ARN"].as_str().unwrap_or_default();
        assert!(arn.starts_with("arn:aws:kms:local:000000000000:key/"), "{record}");
        let id = &record["requestID"];
        let same = |ours: &&Value| ours["requestID"] == *id;
        let ours = home.records().into_iter().find(|ours| same(&ours)).expect("the call, there");
        assert_eq!(
            (&ours["eventName"], &ours["resources"]),
            (&record["eventName"], &record["resources"])
        );
        assert_eq!(ours["userIdentity"]["accessKeyId"], served.id.as_str());
        assert_eq!(ours["userIdentity"]["userName"], "alice");
    }
    home.ok(&["audit", "verify"]);
    here.ok(&["audit", "verify"]);
}

#[test]
fn refusals_come_through_by_name_and_are_on_record_on_both_sides() {
    let (home, here) = (Home::new(), Home::new());
    let served = Served::start(&home, &[]);
    let blob = home.wrap("alias/reelseal", b"keykeykeykeykeyk");
    let id = home.key();
    home.ok(&["key", "disable", &id]);
    let file = here.file("plaintext", b"keykeykeykeykeyk");
    let open = ["kms", "decrypt", "--ciphertext-blob", &blob];
    let wrap = ["kms", "encrypt", "--plaintext", &file, "--key-id"];
    let refusals = [
        ("InvalidCiphertextException", [&open[..], &["--encryption-context", "a=1"]].concat()),
        ("IncorrectKeyException", [&open[..], &["--key-id", &id]].concat()),
        ("DisabledException", [&wrap[..], &[&id]].concat()),
        ("NotFoundException", [&wrap[..], &["alias/none"]].concat()),
        ("NotFoundException", vec!["key", "enable", "alias/none"]),
        ("AccessDeniedException", vec!["key", "disable", "alias/aws/s3"]),
        ("AlreadyExistsException", vec!["key", "alias", "alias/reelseal", &id]),
        ("InvalidAliasNameException", vec!["key", "alias", "alias/aws/x", &id]),
        ("KMSInvalidStateException", vec!["key", "cancel-deletion", &id]),
        ("ValidationException", vec!["key", "schedule-deletion", &id, "--days", "31"]),
    ];
    for (name, args) in refusals {
        let output = client(&here, &served, &args).output().unwrap();
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{args:?}: {error}");
        assert_eq!(error["error"]["code"], name, "{args:?}");
        assert_eq!(here.records().pop().unwrap()["errorCode"], name, "{args:?}");
    }
    let ours =
        home.records().into_iter().filter_map(|r| r["errorCode"].as_str().map(str::to_owned));
    assert!(ours.eq([
        "InvalidCiphertextException",
        "IncorrectKeyException",
        "DisabledException",
        "NotFoundException",
        "NotFoundException",
        "AccessDeniedException",
        "AlreadyExistsException",
        "InvalidAliasNameException",
        "KMSInvalidStateException",
        "ValidationException",
    ]));
}

#[test]
fn the_secret_of_an_access_key_is_shown_once_and_lies_sealed() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    assert_eq!((served.id.len(), served.secret.len()), (20, 40));
    assert!(served.id.starts_with("AKIA"));
    assert_eq!(served.ask("ListKeys", "{}").status, 200);
    let listed = home.ok(&["kms", "access-key", "list"]);
    assert_eq!(listed["AccessKeyMetadata"][0]["UserName"], "alice");
    let mut files = vec![listed.to_string().into_bytes()];
    for entry in fs::read_dir(home.keystore()).unwrap() {
        files.push(fs::read(entry.unwrap().path()).unwrap());
    }
    let raw = reelseal::base64::decode(&served.secret).unwrap();
    for secret in [served.secret.as_bytes(), &raw] {
        let found = files.iter().any(|file| file.windows(secret.len()).any(|part| part == secret));
        assert!(!found, "a secret lies in the clear");
    }
    let events = home.records();
    let made = events.iter().find(|event| event["eventName"] == "CreateAccessKey").unwrap();
    assert_eq!(made["eventSource"], "iam.amazonaws.com");
    let gone = home.fails(6, &["kms", "access-key", "delete", "AKIA"]);
    assert_eq!(gone["code"], "NotFoundException");
    let unnamed = home.fails(6, &["kms", "access-key", "create", "--user-name", "a b"]);
    assert_eq!(unnamed["code"], "ValidationException");

    let moved = home.ok(&["kms", "access-key", "create"])["AccessKey"].clone();
    let swap = "UPDATE access_keys SET user = 'mallory' WHERE id = ?1";
    home.database().execute(swap, [moved["AccessKeyId"].as_str().unwrap()]).unwrap();
    let mut request = served.request("ListKeys", "{}");
    request.id = moved["AccessKeyId"].as_str().unwrap().to_owned();
    request.secret = moved["SecretAccessKey"].as_str().unwrap().to_owned();
    refused(&served.send(&request.bytes()), 500, "KMSInternalException");
}

#[test]
fn data_keys_do_not_leave_this_machine_in_the_clear_unless_told_to() {
    let home = Home::new();
    let serve = ["kms", "serve", "--listen", "0.0.0.0:0"];
    let error = home.fails(4, &serve);
    assert!(error["hint"].as_str().unwrap().contains("--allow-plain-http"), "{error}");
    let ask = ["--kms", "aws:eu-west-1", "key", "list", "--kms-endpoint", "http://192.0.2.1:1"];
    let mut command = home.command(&[&["--json"], &ask[..]].concat());
    command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
    let other = ["--json", "--kms", "aws:eu-west-1", "key", "list"];
    let mut command = home.command(&other);
    command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    command.env("AWS_ENDPOINT_URL_KMS", "http://192.0.2.1:1");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
}

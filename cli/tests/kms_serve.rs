//! `reelseal kms serve`: who is let in, what is refused and by which name, and what it holds under.

mod home;
mod served;

use std::fs;
use std::io::{BufReader, Read, Write};
use std::process::{Command, Output};
use std::time::{Duration, Instant, SystemTime};

use home::{Home, text};
use rustix::process::Signal;
use serde_json::{Value, json};
use served::{Reply, Served, Signed};

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
fn what_is_not_signed_by_a_known_access_key_is_refused() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let good = served.request("ListKeys", "{}");
    assert_eq!(served.send(&good.bytes()).status, 200);
    let before = home.records().len();
    let change = |from: &str, to: &str| {
        let request = text(&good.bytes());
        assert!(request.contains(from), "{request}");
        served.send(request.replacen(from, to, 1).as_bytes())
    };
    let missing = "MissingAuthenticationTokenException";
    refused(&change("authorization: ", "x-authorization: "), 400, missing);
    let incomplete = "IncompleteSignatureException";
    refused(&change("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), 400, incomplete);
    refused(&change("AWS4-HMAC-SHA256", "Bearer"), 400, incomplete);
    refused(&change("Signature=", "Sig="), 400, incomplete);
    refused(&change("x-amz-date: ", "x-date: "), 400, incomplete);
    refused(&change(";x-amz-target", ""), 400, incomplete);
    refused(
        &change("SignedHeaders=content-type;host;", "SignedHeaders=content-type;"),
        400,
        incomplete,
    );
    refused(&change("\r\n\r\n", "\r\nx-amz-more: 1\r\n\r\n"), 400, incomplete);
    let invalid = "InvalidSignatureException";
    refused(&change("/kms/aws4_request", "/s3/aws4_request"), 400, invalid);
    refused(&change("/eu-west-1/", "/eu-west-2/"), 400, invalid);
    refused(&change("Signature=", "Signature=0"), 400, invalid);
    refused(&change("application/x-amz-json-1.1", "application/x-amz-json-1.0"), 400, invalid);
    refused(&change("TrentService.ListKeys", "TrentService.CreateKey"), 400, invalid);
    refused(&change("host: 127.0.0.1", "host: 127.0.0.2"), 400, invalid);
    refused(&change("\r\n\r\n{}", "\r\n\r\n[]"), 400, invalid);
    refused(&change(&served.id, &served.id.to_lowercase()), 400, "UnrecognizedClientException");

    let signed = |change: fn(&mut Signed)| {
        let mut request = good.clone();
        change(&mut request);
        served.send(&request.bytes())
    };
    let unknown = "UnrecognizedClientException";
    refused(&signed(|r| r.id = "AKIAIOSFODNN7EXAMPLE".into()), 400, unknown);
    refused(&signed(|r| r.secret.replace_range(..1, "?")), 400, invalid);
    let token = |r: &mut Signed| r.headers.push(("x-amz-security-token".into(), "t".into()));
    let reply = signed(token);
    refused(&reply, 400, unknown);
    assert!(reply.body["message"].as_str().unwrap().contains("token"));
    assert_eq!(home.records().len(), before, "strangers do not fill the log");

    home.ok(&["kms", "access-key", "delete", &served.id]);
    refused(&served.send(&good.bytes()), 400, unknown);
}

#[test]
fn no_flipped_bit_makes_another_request_of_a_signed_one() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let good = served.request("ListKeys", r#"{"Limit":1000}"#).bytes();
    let expected = served.send(&good).body;
    let mut refused = 0;
    for place in 0..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 1;
        let mut stream = served.connect();
        stream.write_all(&altered).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        match Reply::read(&mut BufReader::new(stream)) {
            // What is not signed decides nothing: the letters of `content-length`, say.
            Some(reply) if reply.status == 200 => assert_eq!(reply.body, expected, "{place}"),
            reply => {
                assert!(reply.is_none_or(|reply| (400..500).contains(&reply.status)), "{place}");
                refused += 1;
            }
        }
    }
    assert!(refused > good.len() * 9 / 10, "{refused} of {}", good.len());
    assert!(home.records().iter().all(|r| r["eventName"] != "CreateKey"));
}

#[test]
fn a_request_is_fresh_for_five_minutes() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let at = |time: SystemTime| {
        let mut request = served.request("ListKeys", "{}");
        request.time = time;
        served.send(&request.bytes())
    };
    let now = SystemTime::now();
    let minutes = |n: u64| Duration::from_secs(60 * n);
    for time in [now - minutes(4), now + minutes(4)] {
        assert_eq!(at(time).status, 200);
    }
    let times = [
        (now - minutes(6), "Signature expired"),
        (now - minutes(60 * 24 * 400), "Signature expired"),
        (now + minutes(6), "Signature not yet current"),
    ];
    for (time, message) in times {
        let reply = at(time);
        refused(&reply, 400, "InvalidSignatureException");
        assert!(reply.body["message"].as_str().unwrap().starts_with(message), "{reply:?}");
    }
}

#[test]
fn each_refusal_has_the_name_that_kms_has_for_it() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let key = |more: &str| format!(r#"{{"KeyId":"alias/reelseal"{more}}}"#);
    let blob = r#"{"CiphertextBlob":"UlNLTQ=="}"#;
    let long = key(&format!(r#","Plaintext":"{}""#, "A".repeat(5468)));
    let cases = [
        ("Encrypt", "", "SerializationException"),
        ("Encrypt", "{", "SerializationException"),
        ("Encrypt", "[]", "SerializationException"),
        ("Encrypt", r#"["alias/reelseal","AA=="]"#, "SerializationException"),
        ("Encrypt", r#"{"KeyId":1}"#, "SerializationException"),
        ("Encrypt", r#"{"KeyId":"a","KeyId":"b"}"#, "SerializationException"),
        ("Encrypt", &key(r#","Plaintext":"not base64""#), "SerializationException"),
        (
            "Encrypt",
            &key(r#","Plaintext":"AA==","EncryptionContext":{"a":1}"#),
            "SerializationException",
        ),
        ("Encrypt", &key(""), "ValidationException"),
        ("Encrypt", r#"{"Plaintext":"AA=="}"#, "ValidationException"),
        ("Encrypt", &key(r#","Plaintext":"""#), "ValidationException"),
        ("Encrypt", &long, "ValidationException"),
        ("Encrypt", r#"{"KeyId":"nobody","Plaintext":"AA=="}"#, "NotFoundException"),
        (
            "Encrypt",
            &key(r#","Plaintext":"AA==","GrantTokens":["t"]"#),
            "InvalidGrantTokenException",
        ),
        (
            "Encrypt",
            &key(r#","Plaintext":"AA==","EncryptionAlgorithm":"RSAES_OAEP_SHA_256""#),
            "InvalidKeyUsageException",
        ),
        ("Encrypt", &key(r#","Plaintext":"AA==","DryRun":true"#), "DryRunOperationException"),
        (
            "Encrypt",
            r#"{"KeyId":"alias/none","Plaintext":"AA==","DryRun":true}"#,
            "NotFoundException",
        ),
        ("Decrypt", "{}", "ValidationException"),
        ("Decrypt", r#"{"CiphertextBlob":""}"#, "ValidationException"),
        ("Decrypt", blob, "InvalidCiphertextException"),
        ("Decrypt", r#"{"CiphertextBlob":"AA==","Recipient":{}}"#, "UnsupportedOperationException"),
        (
            "Decrypt",
            r#"{"CiphertextBlob":"AA==","DryRunModifiers":["IGNORE_CIPHERTEXT"]}"#,
            "UnsupportedOperationException",
        ),
        ("GenerateDataKey", &key(""), "ValidationException"),
        ("GenerateDataKey", &key(r#","KeySpec":"AES_192""#), "ValidationException"),
        ("GenerateDataKey", &key(r#","NumberOfBytes":1025"#), "ValidationException"),
        ("GenerateDataKey", &key(r#","NumberOfBytes":-1"#), "ValidationException"),
        (
            "GenerateDataKey",
            &key(r#","NumberOfBytes":16,"KeySpec":"AES_128""#),
            "ValidationException",
        ),
        ("GenerateRandom", r#"{"NumberOfBytes":0}"#, "ValidationException"),
        ("ReEncrypt", blob, "ValidationException"),
        ("CreateKey", r#"{"KeySpec":"RSA_2048"}"#, "UnsupportedOperationException"),
        ("CreateKey", r#"{"Policy":"{}"}"#, "UnsupportedOperationException"),
        (
            "CreateKey",
            r#"{"Tags":[{"TagKey":"a","TagValue":"b"}]}"#,
            "UnsupportedOperationException",
        ),
        ("CreateKey", r#"{"MultiRegion":true}"#, "UnsupportedOperationException"),
        ("CreateAlias", r#"{"AliasName":"mine","TargetKeyId":"x"}"#, "InvalidAliasNameException"),
        ("UpdateAlias", r#"{"AliasName":"alias/none","TargetKeyId":"x"}"#, "NotFoundException"),
        ("DeleteAlias", r#"{"AliasName":"alias/none"}"#, "NotFoundException"),
        ("DeleteAlias", r#"{"AliasName":"alias/aws/s3"}"#, "InvalidAliasNameException"),
        ("EnableKey", &key(""), "NotFoundException"),
        (
            "DisableKey",
            r#"{"KeyId":"arn:aws:kms:local:000000000000:alias/reelseal"}"#,
            "InvalidArnException",
        ),
        ("ScheduleKeyDeletion", r#"{"KeyId":"x","PendingWindowInDays":6}"#, "ValidationException"),
        ("ListKeys", r#"{"Limit":0}"#, "ValidationException"),
        ("ListKeys", r#"{"Limit":1001}"#, "ValidationException"),
        ("ListKeys", r#"{"Marker":"?"}"#, "InvalidMarkerException"),
        ("ListAliases", r#"{"Limit":101}"#, "ValidationException"),
        ("ListKeyRotations", r#"{"KeyId":"x","IncludeKeyMaterial":"SOME"}"#, "ValidationException"),
        ("ListKeyRotations", r#"{"KeyId":"x","DryRun":true}"#, "ValidationException"),
    ];
    for (operation, body, name) in cases {
        let reply = served.ask(operation, body);
        refused(&reply, 400, name);
        let last = home.records().pop().unwrap();
        assert_eq!(
            (&last["errorCode"], &last["requestID"]),
            (&json!(name), &json!(reply.request_id))
        );
        assert_eq!(last["eventName"], operation);
    }
    let dry = home.records().into_iter().find(|r| r["errorCode"] == "DryRunOperationException");
    assert!(dry.unwrap()["resources"][0]["ARN"].is_string(), "a rehearsal names its key too");
    let before = home.records().len();
    for target in ["TrentService.Sign", "Encrypt", "trentservice.Encrypt", ""] {
        let mut request = served.request("", "{}");
        request.headers[2].1 = target.to_owned();
        refused(&served.send(&request.bytes()), 400, "UnknownOperationException");
    }
    for line in ["GET / HTTP/1.1", "POST /other HTTP/1.1", "POST /?a=b HTTP/1.1"] {
        let reply = served.send(format!("{line}\r\nhost: a\r\n\r\n").as_bytes());
        refused(&reply, 404, "UnknownOperationException");
    }
    assert_eq!(home.records().len(), before);
}

#[test]
fn lists_come_in_pages() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let id = home.key();
    for n in 0..5 {
        home.ok(&["key", "alias", &format!("alias/{n}"), &id]);
        home.ok(&["key", "rotate", &id]);
    }
    let pages = |operation: &str, member: &str, request: Value| {
        let (mut entries, mut request, mut count) = (vec![], request, 0);
        loop {
            let page = served.ask(operation, &request.to_string()).body;
            let shown = page[member].as_array().unwrap();
            assert!(shown.len() <= 2 && !shown.is_empty(), "{page}");
            entries.extend(shown.clone());
            count += 1;
            assert_eq!(page["Truncated"], json!(page.get("NextMarker").is_some()));
            match page.get("NextMarker") {
                Some(marker) => request["Marker"] = marker.clone(),
                None => return (entries, count),
            }
        }
    };
    let (keys, count) = pages("ListKeys", "Keys", json!({ "Limit": 2 }));
    assert_eq!((keys.len(), count), (3, 2));
    let (aliases, count) = pages("ListAliases", "Aliases", json!({ "Limit": 2, "KeyId": id }));
    let names: Vec<_> = aliases.iter().map(|alias| alias["AliasName"].as_str().unwrap()).collect();
    assert_eq!(names, ["alias/0", "alias/1", "alias/2", "alias/3", "alias/4"]);
    assert_eq!(count, 3);
    let request = json!({ "Limit": 2, "KeyId": id });
    let (rotations, _) = pages("ListKeyRotations", "Rotations", request);
    assert_eq!(rotations.len(), 5);
    let request = json!({ "Limit": 2, "KeyId": id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let (all, _) = pages("ListKeyRotations", "Rotations", request);
    let states: Vec<_> = all.iter().map(|v| v["KeyMaterialState"].as_str().unwrap()).collect();
    assert_eq!(states[5..], ["CURRENT"]);
    assert!(states[..5].iter().all(|state| *state == "NON_CURRENT"), "{states:?}");
}

#[test]
fn bodies_are_bounded() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let about = "é".repeat(8192);
    let longest = json!({ "Description": about }).to_string().replace('é', "\\u00e9");
    assert_eq!(served.ask("CreateKey", &longest).status, 200);
    refused(
        &served.ask("CreateKey", &json!({ "Description": about.clone() + "é" }).to_string()),
        400,
        "ValidationException",
    );
    let too_large = "RequestEntityTooLargeException";
    refused(
        &served.send(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 131073\r\n\r\n"),
        413,
        too_large,
    );
    let huge = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 18446744073709551615\r\n\r\n";
    let status = served.send(huge.as_bytes()).status;
    assert!((400..500).contains(&status), "{status}");
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    let chunked = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    refused(&served.send(format!("{chunked}{chunk}{chunk}1\r\na\r\n").as_bytes()), 413, too_large);
    refused(&served.send(format!("{chunked}zz\r\n").as_bytes()), 400, "SerializationException");
    let many = "a: b\r\n".repeat(100);
    assert_eq!(served.send(format!("POST / HTTP/1.1\r\n{many}\r\n").as_bytes()).status, 431);
    assert_eq!(served.ask("ListKeys", "{}").status, 200);
}

#[test]
fn garbage_ends_a_connection_and_nothing_else() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let good = served.request("ListKeys", "{}").bytes();
    let mut stream = served.connect();
    stream.write_all(&[&good[..], &good, b"\0\xFF garbage\r\n\r\n", &good].concat()).unwrap();
    let mut answers = BufReader::new(stream);
    assert_eq!(Reply::read(&mut answers).unwrap().status, 200);
    assert_eq!(Reply::read(&mut answers).unwrap().status, 200);
    assert_eq!(Reply::read(&mut answers).map(|reply| reply.status), Some(400));
    assert!(Reply::read(&mut answers).is_none(), "what follows garbage is not read");
    for garbage in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        let mut stream = served.connect();
        stream.write_all(garbage).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut vec![]).unwrap();
    }
    assert_eq!(served.ask("ListKeys", "{}").status, 200);
}

#[test]
fn who_sends_slowly_is_cut_off_and_keeps_nobody_waiting() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let began = Instant::now();
    let mut silent = served.connect();
    let mut header = served.connect();
    let mut body = served.connect();
    body.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{").unwrap();
    for _ in 0..4 {
        header.write_all(b"a").unwrap();
        assert_eq!(served.ask("ListKeys", "{}").status, 200);
        std::thread::sleep(Duration::from_millis(500));
    }
    refused(&Reply::read(&mut BufReader::new(body)).unwrap(), 408, "RequestTimeoutException");
    let mut rest = vec![];
    header.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", text(&rest));
    silent.read_to_end(&mut vec![]).unwrap();
    let took = began.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn nothing_is_answered_that_is_not_on_record() {
    let home = Home::new();
    let served = Served::start(&home, &["--audit", "/dev/full"]);
    let make = r#"{"KeyId":"alias/reelseal","KeySpec":"AES_128"}"#;
    for (operation, body) in [("GenerateDataKey", make), ("CreateKey", "{}"), ("ListKeys", "{}")] {
        let reply = served.ask(operation, body);
        refused(&reply, 500, "KMSInternalException");
        assert!(
            !reply.body.to_string().contains("/dev/full"),
            "a client learns no more: {reply:?}"
        );
    }
    assert_eq!(home.ok(&["key", "list"])["Keys"].as_array().unwrap().len(), 2);
}

#[test]
fn many_at_a_time_are_all_answered_and_all_on_record() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let before = home.records().len();
    let body = r#"{"KeyId":"alias/reelseal","KeySpec":"AES_256"}"#;
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(served.ask("GenerateDataKey", body).status, 200);
                }
            });
        }
    });
    assert_eq!(home.records().len(), before + 160);
    home.ok(&["audit", "verify"]);
}

#[test]
fn a_signal_ends_it_after_the_answers_that_have_begun() {
    for signal in [Signal::INT, Signal::TERM] {
        let home = Home::new();
        let mut served = Served::start(&home, &[]);
        let request = served.request("ListKeys", "{}").bytes();
        let (head, last) = request.split_at(request.len() - 1);
        let (mut begun, idle, address) =
            (served.connect(), served.connect(), served.address().to_owned());
        begun.write_all(head).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let pid = rustix::process::Pid::from_child(&served.child);
        rustix::process::kill_process(pid, signal).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        assert!(std::net::TcpStream::connect(&address).is_err(), "no new connection is taken");
        begun.write_all(last).unwrap();
        assert_eq!(Reply::read(&mut BufReader::new(begun)).unwrap().status, 200);
        drop(idle);
        assert_eq!(served.child.wait().unwrap().code(), Some(0));
    }
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

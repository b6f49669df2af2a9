//! What operations say, and by which name each refusal goes.

use serde_json::{Value, json};

use crate::home::Home;
use crate::refused;
use crate::served::Served;

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

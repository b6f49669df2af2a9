//! boto3 against `kms serve`: each operation, and each refusal by name and HTTP status.

use serde_json::{Value, json};

use crate::home::Home;
use crate::peer::{Boto3, Keys};
use crate::served::Served;

/// Base64 of `keykeykeykeykeyk`.
const KEY: &str = "a2V5a2V5a2V5a2V5a2V5aw==";

fn blob(base64: &Value) -> Value {
    json!({ "base64": base64 })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn boto3_uses_every_operation() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let mut kms = Boto3::start(&served.url, Keys(&served.id, &served.secret));
    let made =
        kms.ok("create_key", json!({ "Description": "für \u{1F511}" }))["KeyMetadata"].clone();
    let (id, arn) = (&made["KeyId"], &made["Arn"]);
    let shown = kms.ok("describe_key", json!({ "KeyId": arn }))["KeyMetadata"].clone();
    assert_eq!(shown, made);
    let mut ours = home.ok(&["key", "show", text(id)])["KeyMetadata"].clone();
    for member in ["CurrentKeyVersion", "Aliases"] {
        ours.as_object_mut().unwrap().remove(member).unwrap();
    }
    assert_eq!(shown, ours, "both doors tell of the key alike");

    kms.ok("create_alias", json!({ "AliasName": "alias/mine", "TargetKeyId": id }));
    let aliases = kms.ok("list_aliases", json!({ "KeyId": id }))["Aliases"].clone();
    assert_eq!((&aliases[0]["AliasName"], &aliases[0]["TargetKeyId"]), (&json!("alias/mine"), id));
    assert_eq!(kms.ok("list_aliases", json!({}))["Aliases"].as_array().unwrap().len(), 3);

    let context = json!({ "purpose": "t\u{EB}st", "": "" });
    let mut params = json!({ "KeyId": "alias/mine", "EncryptionContext": context });
    params["Plaintext"] = blob(&json!(KEY));
    let sealed = kms.ok("encrypt", params);
    assert_eq!(
        (&sealed["KeyId"], &sealed["EncryptionAlgorithm"]),
        (arn, &json!("SYMMETRIC_DEFAULT"))
    );
    let wrapped = blob(&sealed["CiphertextBlob"]);
    let open = json!({ "CiphertextBlob": wrapped, "EncryptionContext": context });
    let opened = kms.ok("decrypt", open.clone());
    assert_eq!((&opened["Plaintext"], &opened["KeyId"]), (&json!(KEY), arn));
    assert_eq!(opened["KeyMaterialId"], made["CurrentKeyMaterialId"]);
    let here =
        ["kms", "decrypt", "--encryption-context", &context.to_string(), "--ciphertext-blob"];
    let ours = home.ok(&[&here[..], &[text(&sealed["CiphertextBlob"])]].concat());
    assert_eq!(ours["Plaintext"], KEY, "what came in by one door goes out by the other");

    let sizes = [
        (json!({ "KeySpec": "AES_128" }), 24),
        (json!({ "KeySpec": "AES_256" }), 44),
        (json!({ "NumberOfBytes": 1024 }), 1368),
    ];
    for (mut params, len) in sizes {
        params["KeyId"] = id.clone();
        let key = kms.ok("generate_data_key", params.clone());
        assert_eq!(text(&key["Plaintext"]).len(), len);
        let opened = kms.ok("decrypt", json!({ "CiphertextBlob": blob(&key["CiphertextBlob"]) }));
        assert_eq!(opened["Plaintext"], key["Plaintext"]);
        let bare = kms.ok("generate_data_key_without_plaintext", params);
        assert_eq!((bare.get("Plaintext"), &bare["KeyId"]), (None, arn));
    }

    assert_eq!(kms.ok("rotate_key_on_demand", json!({ "KeyId": id }))["KeyId"], *arn);
    let all = json!({ "KeyId": id, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
    let versions = kms.ok("list_key_rotations", all)["Rotations"].clone();
    let states = |n: usize| text(&versions[n]["KeyMaterialState"]).to_owned();
    assert_eq!((states(0).as_str(), states(1).as_str()), ("NON_CURRENT", "CURRENT"));
    assert_eq!(versions[1]["RotationType"], "ON_DEMAND");
    let rotations = kms.ok("list_key_rotations", json!({ "KeyId": id }))["Rotations"].clone();
    assert_eq!(rotations, json!([versions[1]]));
    let params = json!({
        "CiphertextBlob": wrapped,
        "SourceEncryptionContext": context,
        "SourceKeyId": id,
        "DestinationKeyId": "alias/mine",
    });
    let anew = kms.ok("re_encrypt", params);
    assert_eq!(anew["SourceKeyMaterialId"], versions[0]["KeyMaterialId"]);
    assert_eq!(anew["DestinationKeyMaterialId"], versions[1]["KeyMaterialId"]);
    assert_eq!(kms.ok("decrypt", open)["Plaintext"], KEY, "older versions open still");

    kms.ok(
        "update_alias",
        json!({ "AliasName": "alias/mine", "TargetKeyId": ours_default(&home) }),
    );
    kms.ok("delete_alias", json!({ "AliasName": "alias/mine" }));
    for (operation, state) in [("disable_key", "Disabled"), ("enable_key", "Enabled")] {
        kms.ok(operation, json!({ "KeyId": id }));
        assert_eq!(
            kms.ok("describe_key", json!({ "KeyId": id }))["KeyMetadata"]["KeyState"],
            state
        );
    }
    let gone = kms.ok("schedule_key_deletion", json!({ "KeyId": id, "PendingWindowInDays": 7 }));
    assert_eq!((&gone["KeyState"], &gone["KeyId"]), (&json!("PendingDeletion"), arn));
    let shown = kms.ok("describe_key", json!({ "KeyId": id }))["KeyMetadata"].clone();
    assert_eq!(shown["DeletionDate"], gone["DeletionDate"]);
    assert_eq!(kms.ok("cancel_key_deletion", json!({ "KeyId": id }))["KeyId"], *arn);
    assert_eq!(kms.ok("list_keys", json!({ "Limit": 1000 }))["Keys"].as_array().unwrap().len(), 3);
    let random = |kms: &mut Boto3| kms.ok("generate_random", json!({ "NumberOfBytes": 32 }));
    assert_ne!(random(&mut kms), random(&mut kms));

    let last = kms.call("list_keys", json!({}));
    let record = home.records().pop().unwrap();
    assert_eq!(record["requestID"], last["requestId"]);
    assert_eq!(record["userIdentity"]["accessKeyId"], served.id.as_str());
    assert_eq!(record["sourceIPAddress"], "127.0.0.1");
    assert!(text(&record["userAgent"]).starts_with("Boto3/"), "{record}");
    home.ok(&["audit", "verify"]);
    let log = std::fs::read_to_string(home.log()).unwrap();
    assert!(!log.contains(KEY) && !log.contains(&served.secret));
}

#[test]
fn the_aws_encryption_sdk_keeps_its_keys_here() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let mut kms = Boto3::start(&served.url, Keys(&served.id, &served.secret));
    let arn = home.ok(&["key", "show", "alias/reelseal"])["KeyMetadata"]["Arn"].clone();
    let said = kms.ok("esdk", json!({ "KeyId": arn }));
    assert_eq!(said["clear"], "dGV4dA==");
    let used = home.records().into_iter().filter(|r| r["resources"][0]["ARN"] == arn);
    let used: Vec<String> = used.map(|record| text(&record["eventName"]).to_owned()).collect();
    assert_eq!(used, ["GenerateDataKey", "Decrypt"]);
}

/// The id of `alias/reelseal`.
fn ours_default(home: &Home) -> Value {
    home.ok(&["key", "show", "alias/reelseal"])["KeyMetadata"]["KeyId"].clone()
}

#[test]
fn boto3_is_refused_by_kms_s_own_names() {
    let home = Home::new();
    let served = Served::start(&home, &[]);
    let mut kms = Boto3::start(&served.url, Keys(&served.id, &served.secret));
    let wrapped = blob(&json!(home.wrap("alias/reelseal", b"keykeykeykeykeyk")));
    let [disabled, pending] = [(); 2].map(|()| home.key());
    home.ok(&["key", "disable", &disabled]);
    home.ok(&["key", "schedule-deletion", &pending]);
    let one = blob(&json!("AA=="));
    let wrap = |key: &str| json!({ "KeyId": key, "Plaintext": one });
    let own = json!({ "service": "elastictranscoder.amazonaws.com" });
    let cases = [
        ("InvalidCiphertextException", "decrypt", json!({ "CiphertextBlob": wrapped })),
        ("InvalidCiphertextException", "decrypt", json!({ "CiphertextBlob": one })),
        (
            "IncorrectKeyException",
            "decrypt",
            json!({ "CiphertextBlob": wrapped, "EncryptionContext": own, "KeyId": disabled }),
        ),
        ("ValidationException", "decrypt", json!({})),
        ("ValidationException", "encrypt", json!({ "KeyId": disabled })),
        ("ValidationException", "encrypt", json!({ "KeyId": "", "Plaintext": one })),
        ("ValidationException", "generate_data_key", json!({ "KeyId": disabled })),
        (
            "ValidationException",
            "generate_data_key",
            json!({ "KeyId": disabled, "NumberOfBytes": 0 }),
        ),
        ("ValidationException", "generate_random", json!({ "NumberOfBytes": 1025 })),
        ("DisabledException", "encrypt", wrap(&disabled)),
        (
            "DisabledException",
            "generate_data_key_without_plaintext",
            json!({ "KeyId": disabled, "NumberOfBytes": 1 }),
        ),
        ("DisabledException", "rotate_key_on_demand", json!({ "KeyId": disabled })),
        ("KMSInvalidStateException", "encrypt", wrap(&pending)),
        ("KMSInvalidStateException", "enable_key", json!({ "KeyId": pending })),
        ("KMSInvalidStateException", "schedule_key_deletion", json!({ "KeyId": pending })),
        ("KMSInvalidStateException", "cancel_key_deletion", json!({ "KeyId": disabled })),
        ("NotFoundException", "encrypt", wrap("alias/none")),
        (
            "NotFoundException",
            "encrypt",
            wrap("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        ),
        ("NotFoundException", "describe_key", json!({ "KeyId": "none" })),
        ("NotFoundException", "disable_key", json!({ "KeyId": "alias/reelseal" })),
        (
            "InvalidArnException",
            "enable_key",
            json!({ "KeyId": "arn:aws:kms:local:000000000000:alias/reelseal" }),
        ),
        (
            "AlreadyExistsException",
            "create_alias",
            json!({ "AliasName": "alias/reelseal", "TargetKeyId": disabled }),
        ),
        (
            "InvalidAliasNameException",
            "create_alias",
            json!({ "AliasName": "alias/aws/x", "TargetKeyId": disabled }),
        ),
        (
            "NotFoundException",
            "update_alias",
            json!({ "AliasName": "alias/none", "TargetKeyId": disabled }),
        ),
        ("NotFoundException", "delete_alias", json!({ "AliasName": "alias/none" })),
        ("InvalidMarkerException", "list_keys", json!({ "Marker": "?" })),
        (
            "UnsupportedOperationException",
            "create_key",
            json!({ "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY" }),
        ),
        (
            "InvalidGrantTokenException",
            "encrypt",
            json!({ "KeyId": disabled, "Plaintext": one, "GrantTokens": ["t"] }),
        ),
        (
            "InvalidKeyUsageException",
            "encrypt",
            json!({ "KeyId": disabled, "Plaintext": one, "EncryptionAlgorithm": "SM2PKE" }),
        ),
        (
            "DryRunOperationException",
            "decrypt",
            json!({ "CiphertextBlob": wrapped, "EncryptionContext": own, "DryRun": true }),
        ),
        ("SerializationException", "encrypt", json!({ "KeyId": { "a": "b" }, "Plaintext": one })),
        (
            "UnknownOperationException",
            "get_key_policy",
            json!({ "KeyId": disabled, "PolicyName": "default" }),
        ),
    ];
    for (name, operation, params) in cases {
        kms.refuses(name, operation, params);
    }
    let aws = home.ok(&["key", "show", "alias/aws/s3"])["KeyMetadata"]["KeyId"].clone();
    kms.refuses("AccessDeniedException", "disable_key", json!({ "KeyId": aws }));
    let keys = [
        (Keys("AKIAIOSFODNN7EXAMPLE", &served.secret), "UnrecognizedClientException"),
        (Keys(&served.id, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "InvalidSignatureException"),
    ];
    for (keys, name) in keys {
        Boto3::start(&served.url, keys).refuses(name, "list_keys", json!({}));
    }
}

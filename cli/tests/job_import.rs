//! `reelseal job import`: what old documents mention, and what the successor is told.

mod home;

use std::fs;
use std::path::Path;

use home::{Home, text};
use reelseal::base64;
use serde_json::{Value, json};

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/job").join(name);
    path.to_str().unwrap().to_owned()
}

fn document(name: &str) -> Value {
    serde_json::from_slice(&fs::read(data(name)).unwrap()).unwrap()
}

fn artefacts(home: &Home, args: &[&str]) -> Vec<Value> {
    let answer = home.ok(&[&["job", "import"], args].concat());
    answer["artefacts"].as_array().unwrap().clone()
}

/// What each is and its mode.
fn kinds(artefacts: &[Value]) -> Vec<(&str, &str)> {
    artefacts
        .iter()
        .map(|found| (found["what"].as_str().unwrap(), found["block"]["Mode"].as_str().unwrap()))
        .collect()
}

#[test]
fn every_kind_of_document_mentions_the_same_files() {
    let home = Home::new();
    let expected = [
        ("input", "aes-cbc-pkcs7"),
        ("caption source", "aes-ctr"),
        ("thumbnails", "aes-gcm"),
        ("output", "aes-gcm"),
        ("watermark", "aes-cbc-pkcs7"),
        ("artwork", "aes-cbc-pkcs7"),
        ("captions", "aes-cbc-pkcs7"),
        ("output", "s3-aws-kms"),
        ("HLS playlist", "aes-128"),
    ];
    let documents = ["request.json", "read_job.json", "notification.json", "trail.json"].map(data);
    for file in &documents {
        let found = artefacts(&home, &[file]);
        assert_eq!(kinds(&found), expected, "{file}");
        assert!(found.iter().all(|found| found["missing"] == json!([])), "{file}");
    }
    let all: Vec<&str> = documents.iter().map(String::as_str).collect();
    assert_eq!(kinds(&artefacts(&home, &all)), expected, "each is listed once");
    assert!(!home.keystore().exists(), "no key is needed to list");
}

#[test]
fn names_are_those_of_the_service_and_the_key_is_the_pipelines() {
    let home = Home::new();
    let pipeline = data("read_pipeline.json");
    let found = artefacts(&home, &[&data("request.json"), "--pipeline", &pipeline]);
    let names = |n: usize| found[n]["names"].clone();
    assert_eq!(names(0), json!(["masters/reel.mov.enc"]));
    assert_eq!(names(2), json!(["titles/7/thumbs/{count}.{extension}"]));
    assert_eq!(names(3), json!(["titles/7/reel.mp4.enc"]));
    let hls = [
        "titles/7/hls/master.m3u8",
        "titles/7/hls/2000k.m3u8",
        "titles/7/hls/2000k{segment}.ts",
        "titles/7/hls/600k.m3u8",
        "titles/7/hls/600k{segment}.ts",
    ];
    assert_eq!(names(8), json!(hls));
    let arn = &document("read_pipeline.json")["Pipeline"]["AwsKmsKeyArn"];
    assert!(found.iter().all(|found| found["block"]["KmsKeyArn"] == *arn));
    let asked = &document("request.json")["Inputs"][0]["Encryption"];
    for member in ["Mode", "Key", "KeyMd5", "InitializationVector"] {
        assert_eq!(found[0]["block"][member], asked[member]);
    }
}

#[test]
fn what_one_document_leaves_out_another_tells() {
    let home = Home::new();
    let mut request = document("request.json");
    request["Outputs"][2]["Encryption"] = json!({"Mode": "aes-gcm"});
    let hls = json!({"Method": "aes-128", "KeyStoragePolicy": "WithVariantPlaylists"});
    request["Playlists"][0]["HlsContentProtection"] = hls;
    let file = home.file("request", request.to_string().as_bytes());

    let alone = artefacts(&home, &[&file]);
    let missing = |found: &Value| found["missing"].to_string();
    assert!(missing(&alone[3]).contains("ReadJob"), "{}", alone[3]);
    assert!(missing(&alone[8]).contains("beside the variant playlists"), "{}", alone[8]);
    let both = artefacts(&home, &[&file, &data("read_job.json")]);
    assert_eq!((alone.len(), both.len()), (9, 9));
    assert!(both.iter().all(|found| found["missing"] == json!([])));
    let told = &document("read_job.json")["Job"]["Outputs"][2]["Encryption"]["Key"];
    assert_eq!(both[3]["block"]["Key"], *told);
}

#[test]
fn files_are_looked_for_under_the_root_and_nowhere_else() {
    let home = Home::new();
    let root = tempfile::tempdir().unwrap();
    let there = [
        "masters/reel.mov.enc",
        "titles/7/thumbs/00001.png",
        "titles/7/thumbs/00002.png",
        "titles/7/captions/reel-en.srt",
        "titles/7/hls/master.m3u8",
        "titles/7/hls/2000k00000.ts",
    ];
    for name in there {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
    let mut request = document("request.json");
    request["Outputs"][2]["Key"] = json!("../../../etc/passwd");
    let file = home.file("request", request.to_string().as_bytes());
    let found = artefacts(&home, &[&file, "--root", root.path().to_str().unwrap()]);
    let all: Vec<&Value> = found.iter().flat_map(|f| f["found"].as_array().unwrap()).collect();
    assert_eq!(all, there);
    let missing = "the file: it is not under the root";
    for n in [1, 3, 4, 5, 7] {
        assert_eq!(found[n]["missing"], json!([missing]), "{}", found[n]["what"]);
    }
}

#[test]
fn the_table_says_what_is_missing() {
    let home = Home::new();
    let mut request = document("request.json");
    request["Outputs"][2]["Encryption"] = json!({"Mode": "aes-gcm"});
    request["Playlists"][0] = json!({"Name": "s", "Format": "Smooth", "OutputKeys": [],
        "PlayReadyDrm": {"Format": "microsoft"}});
    let file = home.file("request", request.to_string().as_bytes());
    let output = home.run(&["job", "import", &file]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert_eq!(table.lines().count(), 10);
    for part in ["the wrapped key", "the store decrypts it", "no PlayReady"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let error = home.fails(3, &["job", "import", &home.file("other", b"{}")]);
    assert!(error["message"].as_str().unwrap().contains("no document of Elastic Transcoder"));
}

/// A request whose input and playlist have `key`, wrapped by the local key service.
fn wrapped(home: &Home, key: &[u8; 16]) -> String {
    let mut request = document("request.json");
    let blob = home.wrap("alias/reelseal", key);
    request["Inputs"][0]["Encryption"]["Key"] = json!(blob);
    request["Playlists"][0]["HlsContentProtection"]["Key"] = json!(blob);
    request["Playlists"][0]["HlsContentProtection"]["InitializationVector"] =
        json!("MTIzNDU2Nzg5MDEyMzQ1Ng==");
    home.file("request", request.to_string().as_bytes())
}

#[test]
fn the_successor_gets_the_same_key_under_its_own_context() {
    let home = Home::new();
    let file = wrapped(&home, b"keykeykeykeykeyk");
    let import = ["job", "import", &file, "--to-mediaconvert"];
    let settings = home.ok(&[&import[..], &["--key-id", "alias/reelseal"]].concat());
    let input = &settings["Inputs"][0];
    assert_eq!(input["FileInput"], "masters/reel.mov.enc");
    let decryption = &input["DecryptionSettings"];
    assert_eq!(decryption["DecryptionMode"], "AES_CBC");
    let asked = &document("request.json")["Inputs"][0]["Encryption"]["InitializationVector"];
    assert_eq!(decryption["InitializationVector"], *asked);
    let blob = decryption["EncryptedDecryptionKey"].as_str().unwrap();
    let open = ["kms", "decrypt", "--ciphertext-blob", blob];
    let context = ["--encryption-context", "service=mediaconvert.amazonaws.com"];
    let opened = home.ok(&[&open[..], &context].concat());
    let key = base64::encode(b"keykeykeykeykeyk").unwrap();
    assert_eq!(opened["Plaintext"], key.as_str());
    home.refuses("InvalidCiphertextException", &open);

    let calls: Vec<_> = home.records().iter().map(|r| r["eventName"].clone()).collect();
    assert_eq!(calls, ["Encrypt", "ReEncrypt", "Decrypt", "Decrypt"], "one call, for the input");
    let s3 = json!({"EncryptionType": "SERVER_SIDE_ENCRYPTION_KMS"});
    let groups = settings["OutputGroups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    let store = "/OutputGroupSettings/FileGroupSettings/DestinationSettings/S3Settings/Encryption";
    assert_eq!(groups[0].pointer(store), Some(&s3));
    assert_eq!(settings["Notes"].as_array().unwrap().len(), 7, "{}", settings["Notes"]);

    let error = home.fails(2, &import);
    assert!(error["message"].as_str().unwrap().contains("$.Inputs[0].Encryption"), "{error}");
}

#[test]
fn a_static_key_is_printed_on_request_only() {
    let home = Home::new();
    let file = wrapped(&home, b"keykeykeykeykeyk");
    let import =
        ["--json", "job", "import", &file, "--to-mediaconvert", "--key-id", "alias/reelseal"];
    let encryption = |more: &[&str]| {
        let output = home.run(&[&import[..], more].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        let settings: Value = serde_json::from_slice(&output.stdout).unwrap();
        let place = "/OutputGroups/1/OutputGroupSettings/HlsGroupSettings/Encryption";
        (settings.pointer(place).unwrap().clone(), text(&output.stderr))
    };
    let mut expected = json!({
        "EncryptionMethod": "AES128",
        "Type": "STATIC_KEY",
        "InitializationVectorInManifest": "INCLUDE",
        "ConstantInitializationVector": "31323334353637383930313233343536",
        "StaticKeyProvider": {
            "KeyFormat": "identity",
            "KeyFormatVersions": "1",
            "Url": "https://keys.example.com/title-7",
        },
    });
    assert_eq!(encryption(&[]), (expected.clone(), String::new()));
    expected["StaticKeyProvider"]["StaticKeyValue"] = json!("6b65796b65796b65796b65796b65796b");
    let (printed, warning) = encryption(&["--static-keys"]);
    assert_eq!(printed, expected);
    assert!(warning.contains("in the clear"), "{warning}");
    home.fails(2, &["job", "import", &file, "--static-keys"]);
}

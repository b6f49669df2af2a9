//! Every command with `--kms aws --kms-endpoint`, where moto stands for AWS KMS.
//!
//! moto 5.2.5 is not KMS in all things. What it gets wrong and a command could meet is pinned here
//! as it is, so that a moto that does better is noticed.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::home::{Home, text};
use crate::peer::{Boto3, Keys};
use crate::peers::Moto;

/// Any keys will do for moto.
const KEYS: Keys<'_> = Keys("test", "test");

/// A user who keeps keys at AWS, and has no keystore.
struct User {
    home: Home,
    moto: Moto,
}

impl User {
    fn new() -> Self {
        Self { home: Home::new(), moto: Moto::start() }
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String, String) {
        let kms = ["--kms", "aws:eu-west-1", "--kms-endpoint", &self.moto.url, "--json"];
        let mut command = self.home.command(&[&kms, args].concat());
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.env_remove("AWS_PROFILE").env_remove("AWS_SESSION_TOKEN");
        let output = command.output().unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    #[track_caller]
    fn ok(&self, args: &[&str]) -> Value {
        let (code, out, err) = self.run(args);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args:?}");
        serde_json::from_str(&out).unwrap_or(Value::Null)
    }

    #[track_caller]
    fn refuses(&self, name: &str, args: &[&str]) {
        let (code, out, err) = self.run(args);
        assert_eq!((code, out.as_str()), (Some(6), ""), "{args:?}: {err}");
        let error: Value = serde_json::from_str(&err).unwrap();
        assert_eq!(error["error"]["code"], name, "{args:?}");
        let last = self.home.records().pop().unwrap();
        assert_eq!(last["errorCode"], name, "{args:?}: {last}");
    }

    fn path(&self, name: &str) -> String {
        self.home.keystore().with_file_name(name).to_str().unwrap().to_owned()
    }
}

fn same_files(a: &Path, b: &Path) {
    for entry in fs::read_dir(a).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(fs::read(a.join(&name)).unwrap(), fs::read(b.join(&name)).unwrap(), "{name:?}");
    }
}

#[test]
fn every_command_finds_its_keys_in_aws_kms() {
    let user = User::new();
    let key = user.ok(&["key", "create", "--alias", "alias/mine"])["KeyMetadata"].clone();
    let (id, arn) = (key["KeyId"].as_str().unwrap(), key["Arn"].as_str().unwrap());
    assert!(arn.starts_with("arn:aws:kms:eu-west-1:123456789012:key/"), "{arn}");
    for name in [id, arn, "alias/mine"] {
        assert_eq!(user.ok(&["key", "show", name])["KeyMetadata"]["Arn"], arn);
    }
    user.ok(&["key", "rotate", "alias/mine"]);
    assert_eq!(user.ok(&["key", "disable", arn])["KeyMetadata"]["KeyState"], "Disabled");
    assert_eq!(user.ok(&["key", "enable", arn])["KeyMetadata"]["KeyState"], "Enabled");
    let other = user.ok(&["key", "create"])["KeyMetadata"]["KeyId"].clone();
    let other = other.as_str().unwrap();
    let gone = user.ok(&["key", "schedule-deletion", other, "--days", "7"]);
    assert_eq!(gone["KeyMetadata"]["KeyState"], "PendingDeletion");
    user.ok(&["key", "cancel-deletion", other]);
    user.ok(&["key", "enable", other]);
    user.ok(&["key", "alias", "alias/second", other]);
    user.refuses("AlreadyExistsException", &["key", "alias", "alias/second", id]);
    user.ok(&["key", "alias", "alias/second", id, "--force"]);
    assert_eq!(user.ok(&["key", "list"])["Keys"].as_array().unwrap().len(), 2);
    let shown = user.ok(&["key", "show", "alias/second"])["KeyMetadata"].clone();
    assert_eq!(shown["Aliases"], json!(["alias/mine", "alias/second"]));

    let file = user.home.file("plaintext", b"keykeykeykeykeyk");
    let sealed = user.ok(&["kms", "encrypt", "--key-id", "alias/mine", "--plaintext", &file]);
    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    assert_eq!(sealed["KeyId"], arn);
    let open = ["kms", "decrypt", "--ciphertext-blob", blob];
    assert_eq!(user.ok(&open)["Plaintext"], "a2V5a2V5a2V5a2V5a2V5aw==");
    let make = ["kms", "generate-data-key", "--key-id", "alias/mine"];
    for (size, len) in [("16", 24), ("24", 32), ("32", 44)] {
        let key = user.ok(&[&make[..], &["--number-of-bytes", size]].concat());
        assert_eq!(key["Plaintext"].as_str().unwrap().len(), len);
        user.ok(&[&make[..], &["--number-of-bytes", size, "--without-plaintext"]].concat());
    }
    let anew = ["kms", "re-encrypt", "--ciphertext-blob", blob, "--destination-key-id", other];
    assert_eq!(user.ok(&anew)["SourceKeyId"], arn);
    let mut boto3 = Boto3::start(&user.moto.url, KEYS);
    let context = json!({ "service": "elastictranscoder.amazonaws.com" });
    let wrapped = json!({ "base64": blob });
    let opened =
        boto3.ok("decrypt", json!({ "CiphertextBlob": wrapped, "EncryptionContext": context }));
    assert_eq!(opened["Plaintext"], "a2V5a2V5a2V5a2V5a2V5aw==", "boto3 opens what we wrapped");

    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/media/clear/ts");
    let master = media.join("master.m3u8");
    let (sealed, opened) = (user.path("sealed"), user.path("opened"));
    let master = master.to_str().unwrap();
    user.ok(&["hls", "protect", master, "-o", &sealed, "--key-id", "alias/mine"]);
    let sealed_master = format!("{sealed}/master.m3u8");
    user.ok(&["hls", "verify", &sealed_master]);
    user.ok(&["hls", "unprotect", &sealed_master, "-o", &opened]);
    same_files(&media, Path::new(&opened));
    let own = user.path("own");
    user.ok(&["hls", "protect", master, "-o", &own, "--data-key", blob]);

    for mode in ["aes-cbc-pkcs7", "aes-ctr", "aes-gcm"] {
        let (sealed, opened) = (user.path(mode), user.path(&format!("{mode}.clear")));
        user.ok(&["encrypt", &file, "-o", &sealed, "--mode", mode, "--key-id", "alias/mine"]);
        let block: Value =
            serde_json::from_slice(&fs::read(format!("{sealed}.encryption.json")).unwrap())
                .unwrap();
        assert_eq!(block["KmsKeyArn"], arn);
        user.ok(&["decrypt", &sealed, "-o", &opened]);
        assert_eq!(fs::read(&opened).unwrap(), b"keykeykeykeykeyk", "{mode}");
    }
    let object = "bucket/key";
    user.ok(&["store", "put", &file, object, "--mode", "s3-aws-kms", "--key-id", "alias/mine"]);
    user.ok(&["store", "re-wrap", object, "--key-id", other]);
    let got = user.path("got");
    user.ok(&["store", "get", object, "-o", &got]);
    assert_eq!(fs::read(&got).unwrap(), b"keykeykeykeykeyk");

    assert!(!user.home.keystore().join("root.key").exists(), "no keystore was made");
    user.ok(&["audit", "verify"]);
    for record in user.home.records().iter().filter(|record| record.get("errorCode").is_none()) {
        let named = record["resources"][0]["ARN"].as_str().unwrap_or_default();
        assert!(named.starts_with("arn:aws:kms:eu-west-1:123456789012:key/"), "{record}");
        assert_eq!(record["awsRegion"], "eu-west-1");
        assert_eq!(record["recipientAccountId"], "123456789012");
    }
}

#[test]
fn jobs_messages_and_objects_find_their_keys_there_too() {
    let user = User::new();
    let arn = user.ok(&["key", "create", "--alias", "alias/mine"])["KeyMetadata"]["Arn"].clone();
    let other = user.ok(&["key", "create"])["KeyMetadata"]["Arn"].clone();
    let (arn, other) = (arn.as_str().unwrap(), other.as_str().unwrap());
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/media/clear");
    let clip = [media.join("fmp4/init_0.mp4"), media.join("fmp4/v0_000.m4s")];
    let clear: Vec<u8> = clip.iter().flat_map(|part| fs::read(part).unwrap()).collect();
    let [root, out, job_out, sealed, other_keys, opened] =
        ["root", "out", "job-out", "sealed", "other-keys", "opened"].map(|name| user.path(name));
    fs::create_dir(&root).unwrap();
    fs::create_dir(&job_out).unwrap();
    let (file, input) = (user.home.file("clip.mp4", &clear), format!("{root}/clip.mp4"));

    for mode in ["esdk", "s3ec-v3"] {
        let (sealed, opened) = (user.path(mode), user.path(&format!("{mode}.clear")));
        user.ok(&["encrypt", &file, "-o", &sealed, "--mode", mode, "--key-id", arn]);
        user.ok(&["decrypt", &sealed, "-o", &opened, "--key-id", arn]);
        assert!(fs::read(&opened).unwrap() == clear, "{mode}");
    }

    user.ok(&["encrypt", &file, "-o", &input, "--mode", "aes-ctr", "--key-id", arn]);
    let block = fs::read(format!("{input}.encryption.json")).unwrap();
    let mut block: Value = serde_json::from_slice(&block).unwrap();
    let members = block.as_object_mut().unwrap();
    members.retain(|name, _| !matches!(name.as_str(), "KmsKeyArn" | "EncryptionContext"));
    let pipeline = json!({ "Pipeline": {
        "Id": "1111111111111-abcde1", "Name": "p", "InputBucket": "in", "OutputBucket": "out",
        "Role": "arn:aws:iam::123456789012:role/r", "AwsKmsKeyArn": arn,
    }});
    let job = json!({
        "PipelineId": "1111111111111-abcde1",
        "Input": { "Key": "clip.mp4", "Encryption": block },
        "Output": { "Key": "o.mp4", "PresetId": "copy", "Encryption": { "Mode": "aes-gcm" } },
    });
    let job = user.home.file("job.json", job.to_string().as_bytes());
    let pipeline = user.home.file("pipeline.json", pipeline.to_string().as_bytes());
    let import = ["job", "import", &job, "--pipeline", &pipeline, "--root", &root, "-o", &out];
    let (code, _, told) = user.run(&import); // That the output is not there is told.
    assert_eq!((code, told.lines().count()), (Some(0), 1), "{told}");
    assert!(fs::read(format!("{out}/clip.mp4")).unwrap() == clear);
    let successor = user.ok(&["job", "import", &job, "--pipeline", &pipeline, "--to-mediaconvert"]);
    let wrapped = &successor["Inputs"][0]["DecryptionSettings"]["EncryptedDecryptionKey"];
    let open = ["kms", "decrypt", "--ciphertext-blob", wrapped.as_str().unwrap()];
    let context = ["--encryption-context", "service=mediaconvert.amazonaws.com"];
    user.ok(&[&open[..], &context[..]].concat());
    let roots = ["--input-root", &root, "--output-root", &job_out];
    let done = user.ok(&[&["job", "run", &job, "--pipeline", &pipeline][..], &roots[..]].concat());
    let wrapped = done["Job"]["Output"]["Encryption"]["Key"].as_str().unwrap();
    user.ok(&["kms", "decrypt", "--ciphertext-blob", wrapped, "--key-id", arn]);

    let master = media.join("ts/master.m3u8");
    let master = master.to_str().unwrap();
    user.ok(&["hls", "protect", master, "-o", &sealed, "--key-id", arn]);
    let playlist = |folder: &str| format!("{folder}/master.m3u8");
    user.ok(&["hls", "rekey", &playlist(&sealed), "-o", &other_keys, "--key-id", other]);
    user.ok(&["hls", "unprotect", &playlist(&other_keys), "-o", &opened]);
    same_files(&media.join("ts"), Path::new(&opened));
}

#[test]
fn refusals_of_aws_kms_keep_their_names() {
    let user = User::new();
    let key = user.ok(&["key", "create"])["KeyMetadata"].clone();
    let id = key["KeyId"].as_str().unwrap();
    let file = user.home.file("plaintext", b"keykeykeykeykeyk");
    let wrap = |key| ["kms", "encrypt", "--plaintext", &file, "--key-id", key];
    let sealed = user.ok(&wrap(id));
    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    let open = ["kms", "decrypt", "--ciphertext-blob", blob];
    user.refuses(
        "InvalidCiphertextException",
        &[&open[..], &["--encryption-context", "a=1"]].concat(),
    );
    user.refuses("NotFoundException", &wrap("alias/none"));
    user.refuses("NotFoundException", &["key", "disable", "alias/none"]);
    let long = user.home.file("long", &[0; 4097]);
    user.refuses("ValidationException", &["kms", "encrypt", "--plaintext", &long, "--key-id", id]);
    let make = ["kms", "generate-data-key", "--key-id", id, "--number-of-bytes", "1025"];
    user.refuses("ValidationException", &make);
}

#[test]
fn what_moto_gets_wrong_is_known() {
    let user = User::new();
    let [one, other] = [(); 2].map(|()| {
        let key = user.ok(&["key", "create"])["KeyMetadata"].clone();
        assert_eq!(key["KeyUsage"], "Unknown", "KMS: ENCRYPT_DECRYPT");
        key["KeyId"].as_str().unwrap().to_owned()
    });
    let file = user.home.file("plaintext", b"keykeykeykeykeyk");
    let sealed = user.ok(&["kms", "encrypt", "--plaintext", &file, "--key-id", &one]);
    assert_eq!(sealed.get("KeyMaterialId"), None);
    let open = ["kms", "decrypt", "--ciphertext-blob", sealed["CiphertextBlob"].as_str().unwrap()];
    // KMS: IncorrectKeyException.
    user.refuses("AccessDeniedException", &[&open[..], &["--key-id", &other]].concat());
    user.ok(&["key", "disable", &one]);
    // KMS: DisabledException.
    user.ok(&open);
    // KMS: done. moto fails with HTTP status 500, and no error of KMS.
    let mut boto3 = Boto3::start(&user.moto.url, KEYS);
    let arn = user.ok(&["key", "show", &other])["KeyMetadata"]["Arn"].clone();
    let said = boto3.call("disable_key", json!({ "KeyId": arn }));
    assert_eq!(said["status"], 500, "{said}");
}

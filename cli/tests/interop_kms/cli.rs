//! The AWS CLI against `kms serve`: each operation, and what it says where it is refused.

use std::process::Output;

use serde_json::Value;

use crate::home::{Home, text};
use crate::peer::{Keys, aws_kms};
use crate::served::Served;

struct Cli(Served);

impl Cli {
    fn run(&self, args: &[&str]) -> Output {
        aws_kms(&self.0.url, Keys(&self.0.id, &self.0.secret), args)
    }

    #[track_caller]
    fn ok(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    #[track_caller]
    fn refuses(&self, name: &str, args: &[&str]) {
        let output = self.run(args);
        let said = text(&output.stderr);
        assert!(
            !output.status.success() && said.contains(&format!("({name})")),
            "{args:?}: {said}"
        );
    }
}

#[test]
fn the_aws_cli_uses_every_operation() {
    let home = Home::new();
    let cli = Cli(Served::start(&home, &[]));
    let made = cli.ok(&["create-key", "--description", "two words"]);
    let id = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    let arn = &made["KeyMetadata"]["Arn"];
    cli.ok(&["create-alias", "--alias-name", "alias/mine", "--target-key-id", id]);
    let file = format!("fileb://{}", home.file("plaintext", b"keykeykeykeykeyk"));
    let context = ["--encryption-context", "service=elastictranscoder.amazonaws.com"];
    let wrap = ["encrypt", "--key-id", "alias/mine", "--plaintext", &file];
    let sealed = cli.ok(&[&wrap[..], &context].concat());
    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    assert_eq!(home.unwrap(blob), "a2V5a2V5a2V5a2V5a2V5aw==");
    let raw = home.file("blob", &reelseal::base64::decode(blob).unwrap());
    let blob = format!("fileb://{raw}");
    let open = ["decrypt", "--ciphertext-blob", &blob];
    assert_eq!(cli.ok(&[&open[..], &context].concat())["Plaintext"], "a2V5a2V5a2V5a2V5a2V5aw==");
    cli.refuses("InvalidCiphertextException", &open);
    let key = cli.ok(&["generate-data-key", "--key-id", id, "--key-spec", "AES_256"]);
    assert_eq!(key["KeyId"], *arn);
    let bare = ["generate-data-key-without-plaintext", "--key-id", id, "--number-of-bytes", "24"];
    assert_eq!(cli.ok(&bare).get("Plaintext"), None);
    let from = ["--source-encryption-context", "service=elastictranscoder.amazonaws.com"];
    let anew = ["re-encrypt", "--ciphertext-blob", &blob, "--destination-key-id", "alias/reelseal"];
    assert_eq!(cli.ok(&[&anew[..], &from].concat())["SourceKeyId"], *arn);
    assert_eq!(cli.ok(&["rotate-key-on-demand", "--key-id", id])["KeyId"], *arn);
    let rotations = cli.ok(&["list-key-rotations", "--key-id", id]);
    assert_eq!(rotations["Rotations"][0]["RotationType"], "ON_DEMAND");
    let all = ["list-key-rotations", "--key-id", id, "--include-key-material", "ALL_KEY_MATERIAL"];
    assert_eq!(cli.ok(&all)["Rotations"].as_array().unwrap().len(), 2);
    let keys = cli.ok(&["list-keys", "--page-size", "1"]);
    assert_eq!(keys["Keys"].as_array().unwrap().len(), 3, "the CLI turns the pages");
    let aliases = cli.ok(&["list-aliases", "--page-size", "1"]);
    assert_eq!(aliases["Aliases"].as_array().unwrap().len(), 3);
    let other = home.key();
    cli.ok(&["update-alias", "--alias-name", "alias/mine", "--target-key-id", &other]);
    let shown = cli.ok(&["describe-key", "--key-id", "alias/mine"]);
    assert_eq!(shown["KeyMetadata"]["KeyId"], other.as_str());
    cli.ok(&["delete-alias", "--alias-name", "alias/mine"]);
    cli.ok(&["disable-key", "--key-id", id]);
    cli.ok(&["enable-key", "--key-id", id]);
    let gone = cli.ok(&["schedule-key-deletion", "--key-id", id, "--pending-window-in-days", "30"]);
    assert_eq!(gone["PendingWindowInDays"], 30);
    assert_eq!(cli.ok(&["cancel-key-deletion", "--key-id", id])["KeyId"], *arn);
    let random = cli.ok(&["generate-random", "--number-of-bytes", "3"]);
    assert_eq!(random["Plaintext"].as_str().unwrap().len(), 4);

    cli.refuses("DisabledException", &wrap_under(id, &file));
    cli.refuses("NotFoundException", &wrap_under("alias/none", &file));
    cli.refuses("KMSInvalidStateException", &["cancel-key-deletion", "--key-id", &other]);
    let dry = [&wrap_under(&other, &file)[..], &["--dry-run"]].concat();
    cli.refuses("DryRunOperationException", &dry);
    let listed = ["get-public-key", "--key-id", id];
    cli.refuses("UnknownOperationException", &listed);
    let stranger = aws_kms(&cli.0.url, Keys("AKIAIOSFODNN7EXAMPLE", "x"), &["list-keys"]);
    assert!(text(&stranger.stderr).contains("(UnrecognizedClientException)"));
    let agents = home
        .records()
        .into_iter()
        .filter(|record| record["userIdentity"].get("accessKeyId").is_some());
    assert!(agents.into_iter().all(|r| r["userAgent"].as_str().unwrap().starts_with("aws-cli/")));
    home.ok(&["audit", "verify"]);
}

fn wrap_under<'a>(key: &'a str, file: &'a str) -> [&'a str; 5] {
    ["encrypt", "--key-id", key, "--plaintext", file]
}

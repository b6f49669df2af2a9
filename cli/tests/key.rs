//! `reelseal key`: the life of a key.

mod home;

use home::{Home, text};
use serde_json::Value;

fn show(home: &Home, key: &str) -> Value {
    home.ok(&["key", "show", key])["KeyMetadata"].clone()
}

#[test]
fn the_first_use_makes_two_keys() {
    let home = Home::new();
    let list = home.ok(&["key", "list"]);
    let keys = list["Keys"].as_array().unwrap();
    let mut seen: Vec<_> = keys.iter().map(|k| (&k["Aliases"][0], &k["KeyManager"])).collect();
    seen.sort_by_key(|(alias, _)| alias.to_string());
    let (s3, own) = (Value::from("alias/aws/s3"), Value::from("alias/reelseal"));
    assert_eq!(seen, [(&s3, &"AWS".into()), (&own, &"CUSTOMER".into())]);
    assert_eq!(home.ok(&["key", "list"]), list);
}

#[test]
fn a_key_is_created_shown_and_listed() {
    let home = Home::new();
    let create = ["key", "create", "--alias", "alias/films", "--description", "for films"];
    let created = home.ok(&create)["KeyMetadata"].clone();
    assert_eq!(created["KeyState"], "Enabled");
    assert_eq!(created["KeyManager"], "CUSTOMER");
    assert_eq!(created["CurrentKeyVersion"], 1);
    assert_eq!(created["Description"], "for films");
    assert_eq!(created["Aliases"], serde_json::json!(["alias/films"]));
    assert_eq!(show(&home, "alias/films"), created);
    assert!(home.ok(&["key", "list"])["Keys"].as_array().unwrap().contains(&created));

    let table = text(&home.run(&["key", "list"]).stdout);
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.starts_with("KEY ID ") && table.contains("alias/films"), "{table}");
    let shown = text(&home.run(&["key", "show", "alias/films"]).stdout);
    assert!(shown.contains("Description  for films"), "{shown}");
}

#[test]
fn every_version_of_a_key_still_opens_what_it_wrapped() {
    let home = Home::new();
    let id = home.key();
    let mut blobs = vec![home.wrap(&id, b"1")];
    for version in 2..6 {
        let rotated = home.ok(&["key", "rotate", &id])["KeyMetadata"].clone();
        assert_eq!(rotated["CurrentKeyVersion"], version);
        blobs.push(home.wrap(&id, &[b'0' + version]));
    }
    let mut materials: Vec<String> = vec![];
    for (blob, plaintext) in blobs.iter().zip(["MQ==", "Mg==", "Mw==", "NA==", "NQ=="]) {
        let answer = home.ok(&["kms", "decrypt", "--ciphertext-blob", blob]);
        assert_eq!(answer["Plaintext"], plaintext);
        materials.push(answer["KeyMaterialId"].as_str().unwrap().to_owned());
    }
    materials.dedup();
    assert_eq!(materials.len(), 5, "each version has a name of its own");
    assert_eq!(show(&home, &id)["CurrentKeyMaterialId"], materials[4].as_str());
}

#[test]
fn a_key_that_aws_manages_is_not_ours_to_change() {
    let home = Home::new();
    let key = "alias/aws/s3";
    let before = show(&home, key);
    home.refuses("AccessDeniedException", &["key", "disable", key]);
    home.refuses("AccessDeniedException", &["key", "schedule-deletion", key, "--days", "7"]);
    home.refuses("AccessDeniedException", &["key", "alias", "alias/mine", key]);
    let take = ["key", "alias", key, "alias/reelseal", "--force"];
    home.refuses("InvalidAliasNameException", &take);
    home.refuses("InvalidAliasNameException", &["key", "create", "--alias", "alias/aws/mine"]);
    assert_eq!(show(&home, key), before);
    assert_eq!(home.unwrap(&home.wrap(key, b"k")), "aw==");
}

#[test]
fn an_alias_is_taken_from_another_key_only_by_force() {
    let home = Home::new();
    let (one, two) = (home.key(), home.key());
    home.ok(&["key", "alias", "alias/a", &one]);
    home.refuses("AlreadyExistsException", &["key", "alias", "alias/a", &two]);
    home.refuses("AlreadyExistsException", &["key", "create", "--alias", "alias/a"]);
    assert_eq!(show(&home, "alias/a")["KeyId"], one.as_str());
    home.ok(&["key", "alias", "alias/a", &two, "--force"]);
    assert_eq!(show(&home, "alias/a")["KeyId"], two.as_str());
    assert_eq!(show(&home, &one)["Aliases"], serde_json::json!([]));
    for name in ["a", "alias/", "alias/ä", "alias/a b", &format!("alias/{}", "a".repeat(251))] {
        home.refuses("InvalidAliasNameException", &["key", "alias", name, &one]);
    }
    home.refuses("NotFoundException", &["key", "alias", "alias/b", "alias/none"]);
}

#[test]
fn a_refused_creation_leaves_no_key() {
    let home = Home::new();
    let before = home.ok(&["key", "list"]);
    home.refuses("AlreadyExistsException", &["key", "create", "--alias", "alias/reelseal"]);
    home.refuses("InvalidAliasNameException", &["key", "create", "--alias", "reelseal2"]);
    let long = "d".repeat(8193);
    home.refuses("ValidationException", &["key", "create", "--description", &long]);
    assert_eq!(home.ok(&["key", "list"]), before);
}

#[test]
fn deletion_waits_seven_to_thirty_days_and_can_be_cancelled() {
    let home = Home::new();
    let id = home.key();
    for days in ["0", "6", "31"] {
        let schedule = ["key", "schedule-deletion", &id, "--days", days];
        home.refuses("ValidationException", &schedule);
    }
    home.refuses("KMSInvalidStateException", &["key", "cancel-deletion", &id]);
    let pending = home.ok(&["key", "schedule-deletion", &id])["KeyMetadata"].clone();
    assert_eq!(pending["KeyState"], "PendingDeletion");
    assert!(pending["DeletionDate"].as_str().unwrap() > pending["CreationDate"].as_str().unwrap());
    for change in ["enable", "disable", "schedule-deletion"] {
        home.refuses("KMSInvalidStateException", &["key", change, &id]);
    }
    home.refuses("KMSInvalidStateException", &["key", "alias", "alias/late", &id]);
    home.ok(&["key", "cancel-deletion", &id]);
    assert_eq!(show(&home, &id)["KeyState"], "Disabled");
    assert_eq!(show(&home, &id)["DeletionDate"], Value::Null);
}

#[test]
fn a_key_is_gone_when_its_deletion_date_has_passed() {
    let home = Home::new();
    let id = home.key();
    home.ok(&["key", "alias", "alias/old", &id]);
    let blob = home.wrap(&id, b"k");
    home.ok(&["key", "schedule-deletion", &id, "--days", "7"]);
    let query = "SELECT sealed FROM versions JOIN keys ON key = id WHERE deletion IS NOT NULL";
    let sealed: Vec<u8> = home.database().query_row(query, [], |row| row.get(0)).unwrap();
    let on_disk = || {
        let file = std::fs::read(home.keystore().join("keystore.sqlite3")).unwrap();
        file.windows(sealed.len()).any(|window| window == sealed)
    };
    assert!(on_disk());
    let passed = "UPDATE keys SET deletion = 1 WHERE deletion IS NOT NULL";
    assert_eq!(home.database().execute(passed, []).unwrap(), 1);

    home.refuses("NotFoundException", &["kms", "decrypt", "--ciphertext-blob", &blob]);
    for key in [id.as_str(), "alias/old"] {
        assert_eq!(home.fails(6, &["key", "show", key])["code"], "NotFoundException");
    }
    assert!(!on_disk(), "the backing key was not overwritten");
    let deleted = home.records().into_iter().find(|r| r["eventName"] == "DeleteKey").unwrap();
    assert!(deleted["resources"][0]["ARN"].as_str().unwrap().ends_with(&id));
}

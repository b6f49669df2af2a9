//! The keystore under load: many processes at a time, and processes killed at any moment.

mod home;

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use home::{Home, text};
use reelseal::audit;
use serde_json::Value;

const GENERATE: [&str; 6] =
    ["kms", "generate-data-key", "--key-id", "alias/reelseal", "--key-spec", "AES_128"];

fn ids(home: &Home) -> BTreeSet<String> {
    let list = home.ok(&["key", "list"]);
    let keys = list["Keys"].as_array().unwrap().iter();
    keys.map(|key| key["KeyId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn many_processes_that_create_at_once_end_with_one_keystore() {
    for _ in 0..5 {
        let home = Home::new();
        let children: Vec<_> = (0..8)
            .map(|_| {
                let mut command = home.command(&[&["--json"], &GENERATE[..]].concat());
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
            let key: Value = serde_json::from_slice(&output.stdout).unwrap();
            let blob = key["CiphertextBlob"].as_str().unwrap();
            assert_eq!(home.unwrap(blob), key["Plaintext"].as_str().unwrap());
        }
        assert_eq!(ids(&home).len(), 2);
        assert_eq!(audit::verify(home.log(), None).unwrap().lines, 16);
    }
}

#[test]
fn processes_at_a_time_lose_nothing() {
    let home = Home::new();
    let shared = home.key();
    thread::scope(|scope| {
        for worker in 0..4 {
            let (home, shared) = (&home, shared.as_str());
            scope.spawn(move || {
                for turn in 0..10 {
                    let blob = home.wrap_as(worker, shared);
                    home.ok(&["key", "rotate", shared]);
                    let id = home.key();
                    home.ok(&["key", "alias", &format!("alias/w{worker}-{turn}"), &id]);
                    assert_eq!(home.unwrap(&blob), "aw==");
                }
            });
        }
    });
    let key = home.ok(&["key", "show", &shared]);
    assert_eq!(key["KeyMetadata"]["CurrentKeyVersion"], 41, "a rotation was lost");
    assert_eq!(ids(&home).len(), 43, "a key was lost");
    for worker in 0..4 {
        for turn in 0..10 {
            home.ok(&["key", "show", &format!("alias/w{worker}-{turn}")]);
        }
    }
    // 1 + 4 · 10 · 5 changes and uses.
    assert_eq!(audit::verify(home.log(), None).unwrap().lines, 201);
}

/// What a killed process had printed: nothing, or its whole answer.
fn killed(home: &Home, args: &[&str], after: Duration) -> Option<Value> {
    let mut command = home.command(&[&["--json"], args].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(after);
    // SIGKILL on Unix. It may have ended by itself.
    let _ = child.kill();
    let mut printed = String::new();
    child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    child.wait().unwrap();
    printed.ends_with('\n').then(|| serde_json::from_str(&printed).unwrap())
}

/// Moments that sweep over a run of the program and a little beyond.
fn moments(home: &Home) -> impl Iterator<Item = Duration> + use<> {
    let start = Instant::now();
    home.key();
    let run = start.elapsed();
    (0..).map(move |n: u32| run * (n * 37 % 101) / 80)
}

#[test]
fn a_killed_process_loses_no_key_that_was_printed() {
    let home = Home::new();
    let rotated = home.key();
    let (mut blobs, mut keys, mut version, mut unprinted) = (vec![], vec![], 1, 0);
    let deadline = Instant::now() + Duration::from_secs(5);
    for (turn, moment) in (0..).zip(moments(&home)) {
        if Instant::now() > deadline {
            break;
        }
        let rotate = ["key", "rotate", &rotated];
        let commands: [&[&str]; 3] = [&GENERATE, &["key", "create"], &rotate];
        let Some(answer) = killed(&home, commands[turn % 3], moment) else {
            unprinted += 1;
            continue;
        };
        match turn % 3 {
            0 => blobs.push(answer),
            1 => keys.push(answer["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()),
            _ => version = answer["KeyMetadata"]["CurrentKeyVersion"].as_u64().unwrap(),
        }
    }
    // Else the moments missed what they were to hit.
    assert!(unprinted > 5 && blobs.len() > 2 && keys.len() > 2, "{unprinted} were killed");

    let left = ids(&home);
    assert!(keys.iter().all(|key| left.contains(key)), "a printed key was lost");
    let key = home.ok(&["key", "show", &rotated]);
    assert!(key["KeyMetadata"]["CurrentKeyVersion"].as_u64().unwrap() >= version);
    for key in &blobs {
        let blob = key["CiphertextBlob"].as_str().unwrap();
        assert_eq!(home.unwrap(blob), key["Plaintext"].as_str().unwrap());
    }
    audit::verify(home.log(), None).unwrap();
    let records = home.records();
    let generated = records.iter().filter(|r| r["eventName"] == "GenerateDataKey").count();
    assert!(generated >= blobs.len(), "a key was printed that is not on record");
    let check: String =
        home.database().pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

#[test]
fn a_process_killed_at_the_first_use_leaves_a_keystore_that_works() {
    let moments = moments(&Home::new());
    let deadline = Instant::now() + Duration::from_secs(4);
    for moment in moments.take_while(|_| Instant::now() < deadline) {
        let home = Home::new();
        let printed = killed(&home, &GENERATE, moment);
        assert_eq!(ids(&home).len(), 2);
        assert_eq!(home.unwrap(&home.wrap("alias/aws/s3", b"k")), "aw==");
        if let Some(key) = printed {
            let blob = key["CiphertextBlob"].as_str().unwrap();
            assert_eq!(home.unwrap(blob), key["Plaintext"].as_str().unwrap());
        }
        let names = std::fs::read_dir(home.keystore()).unwrap();
        assert_eq!(names.count(), 3, "a killed run left something behind");
    }
}

//! `reelseal job check`: what is recognised, and what is said.

#[path = "../home/mod.rs"]
mod home;
mod rules;

use std::fs;
use std::path::Path;

use home::{Home, text};
use reelseal::job::{self, Findings, Subject};
use serde_json::{Value, json};

/// Every document of `data/job`, and the subjects that are in it.
const DOCUMENTS: [(&str, &[&str]); 5] = [
    ("request.json", &["$ job request"]),
    ("read_job.json", &["$.Job job"]),
    ("notification.json", &["$.Message notification"]),
    (
        "trail.json",
        &["$.Records[1].requestParameters job request", "$.Records[1].responseElements.job job"],
    ),
    ("read_pipeline.json", &["$.Pipeline pipeline"]),
];

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/job").join(name);
    path.to_str().unwrap().to_owned()
}

fn document(name: &str) -> Value {
    serde_json::from_slice(&fs::read(data(name)).unwrap()).unwrap()
}

/// Everything that is found in `bytes`: subjects, faults, warnings.
fn findings(bytes: &[u8], pipeline: Option<&Subject>) -> (Vec<String>, Findings) {
    let mut findings = Findings::default();
    let subjects = job::recognise(bytes, &mut findings).unwrap_or_default();
    let names = subjects.iter().map(|s| format!("{} {}", s.path, s.kind.as_str())).collect();
    for subject in &subjects {
        job::check(subject, pipeline, &mut findings).unwrap();
    }
    (names, findings)
}

/// The faults as `PATH RULE`.
fn faults(document: &Value) -> Vec<String> {
    let (_, findings) = findings(document.to_string().as_bytes(), None);
    findings.faults().map(|f| format!("{} {}", f.path, f.rule)).collect()
}

/// `document` with `value` at `pointer`, or without what is there.
fn changed(document: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut document = document.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (document.pointer_mut(parent).unwrap(), value) {
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value)),
        (Value::Object(members), None) => drop(members.shift_remove(name).unwrap()),
        (other, _) => panic!("{pointer}: {other}"),
    }
    document
}

/// The path that `pointer` is.
fn path(pointer: &str) -> String {
    pointer.split('/').skip(1).fold("$".to_owned(), |path, part| match part.parse::<usize>() {
        Ok(n) => format!("{path}[{n}]"),
        Err(_) => format!("{path}.{part}"),
    })
}

// req ET-JOB-3
#[test]
fn what_the_service_wrote_is_recognised_and_has_no_fault() {
    for (name, subjects) in DOCUMENTS {
        let (found, findings) = findings(&fs::read(data(name)).unwrap(), None);
        assert_eq!(found, subjects, "{name}");
        let faults: Vec<_> = findings.faults().map(job::Finding::to_text).collect();
        let warnings: Vec<_> = findings.warnings().map(job::Finding::to_text).collect();
        assert_eq!((faults, warnings), (vec![], vec![]), "{name}");
    }
}

#[test]
fn a_name_counts_in_any_spelling() {
    fn renamed(value: &Value, name: &dyn Fn(&str) -> String) -> Value {
        match value {
            Value::Object(members) => members
                .iter()
                .map(|(own, value)| (name(own), renamed(value, name)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Array(items) => items.iter().map(|item| renamed(item, name)).collect(),
            other => other.clone(),
        }
    }
    let lower = |own: &str| own[..1].to_lowercase() + &own[1..];
    let snake = |own: &str| {
        let split = |c: char| if c.is_uppercase() { format!("_{c}") } else { c.to_string() };
        own.chars().map(split).collect::<String>().trim_start_matches('_').to_lowercase()
    };
    let request = changed(&document("request.json"), "/Outputs/2/Encryption/KeyMd5", None);
    let expected = ["$.outputs[2].encryption.KeyMd5 ET-ENC-1"];
    assert_eq!(faults(&renamed(&request, &lower)), expected);
    assert_eq!(faults(&renamed(&request, &snake)), expected);
}

// req ET-JOB-2
#[test]
fn a_member_given_twice_is_refused_by_letter_and_by_spelling() {
    let twice = br#"{"PipelineId":"1407191500001-pipe01","Inputs":[{"Key":"a","key":"b"}],
        "Outputs":[{"Key":"o","Key":"p","Unknown":{"a":1,"a":2}}],"pipeline_id":"x"}"#;
    let (_, findings) = findings(twice, None);
    let found: Vec<_> = findings.faults().map(|f| format!("{} {}", f.path, f.rule)).collect();
    let expected = [
        "$.Inputs[0].key ET-JOB-2",
        "$.Outputs[0].Key ET-JOB-2",
        "$.Outputs[0].Unknown.a ET-JOB-2",
        "$.pipeline_id ET-JOB-2",
    ];
    assert_eq!(found, expected);
    assert_eq!(findings.warnings().count(), 1, "an unknown member is warned of");
}

#[test]
fn what_is_no_document_of_the_service_is_refused() {
    for text in ["", "{", "7", "[]", "{}", "{\"Records\":[{}]}", "{\"Job\":7}", "\u{feff}{}"] {
        let (subjects, findings) = findings(text.as_bytes(), None);
        assert_eq!((subjects.len(), findings.faults().count()), (0, 1), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(findings(deep.as_bytes(), None).1.faults().count(), 1);
}

#[test]
fn the_command_names_all_faults_at_once() {
    let home = Home::new();
    let request = changed(&document("request.json"), "/Outputs/2/Encryption/KeyMd5", None);
    let request = changed(&request, "/Inputs/0/Encryption/Mode", Some(json!("aes-ecb")));
    let file = home.file("request", request.to_string().as_bytes());
    let good = data("read_job.json");

    let output = home.run(&["--json", "job", "check", &good, &file]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["documents"].as_array().unwrap().len(), 2);
    let faults = answer["faults"].as_array().unwrap();
    let places: Vec<_> = faults.iter().map(|f| (f["file"].clone(), f["path"].clone())).collect();
    let at = |path: &str| (json!(file), json!(path));
    let expected = [at("$.Inputs[0].Encryption.Mode"), at("$.Outputs[2].Encryption.KeyMd5")];
    assert_eq!(places, expected);
    assert_eq!(text(&output.stderr).lines().count(), 1);

    let output = home.run(&["job", "check", &file]);
    assert_eq!(output.status.code(), Some(3));
    for part in ["$.Inputs[0].Encryption.Mode", "$.Outputs[2].Encryption.KeyMd5", "2 faults"] {
        assert!(text(&output.stderr).contains(part), "{part}");
    }
    let pipeline = data("read_pipeline.json");
    let output = home.run(&["job", "check", &good, "--pipeline", &pipeline]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "2 jobs and pipelines, no fault\n");
    assert!(!home.keystore().exists(), "no key is needed to check a document");
}

//! Every rule, each broken once in a document that is else without fault.

use std::fs;

use reelseal::base64;
use reelseal::job::{self, Findings};
use serde_json::{Value, json};

use crate::{changed, data, document, faults, findings, path};

// req ET-ENC-1, ET-ENC-2, ET-ENC-4, ET-ENC-8
#[test]
fn each_fault_of_a_job_has_its_place_and_its_rule() {
    let request = document("request.json");
    let text = |text: &str| Some(json!(text));
    // What is at a place, and the rule that it breaks there.
    let cases = [
        ("/PipelineId", None, "ET-JOB-1"),
        ("/PipelineId", text("films"), "ET-JOB-1"),
        ("/PipelineId", Some(json!(7)), "ET-JOB-1"),
        ("/Outputs", text("all"), "ET-JOB-1"),
        ("/Inputs/0/Key", text(""), "ET-JOB-1"),
        ("/Inputs/0/Key", text(&"k".repeat(1025)), "ET-JOB-1"),
        ("/Outputs/1/Key", None, "/Playlists/0/OutputKeys/1 ET-HLS-8"),
        ("/Outputs/0/PresetId", text("hls"), "ET-JOB-1"),
        ("/Outputs/0/SegmentDuration", text("0.5"), "ET-JOB-1"),
        ("/Outputs/0/SegmentDuration", text("61"), "ET-JOB-1"),
        ("/Outputs/0/SegmentDuration", text("six"), "ET-JOB-1"),
        ("/Outputs/0/SegmentDuration", Some(json!(6)), "ET-JOB-1"),
        ("/Outputs/0/ThumbnailPattern", text("thumb"), "ET-JOB-1"),
        ("/Outputs/2/Captions/CaptionFormats/0/Pattern", text("captions"), "ET-JOB-1"),
        ("/Outputs/2/Captions/CaptionFormats/0/Format", text("sub"), "ET-JOB-1"),
        ("/Outputs/2/Watermarks/0/InputKey", text("logo.gif"), "ET-JOB-1"),
        ("/Outputs/2/Encryption/Mode", text("aes-xts"), "ET-JOB-1"),
        ("/Outputs/2/Encryption/Mode", None, "ET-ENC-1"),
        ("/Outputs/2/Encryption/Key", None, "ET-ENC-1"),
        ("/Outputs/2/Encryption/KeyMd5", text(""), "ET-ENC-1"),
        ("/Outputs/2/Encryption/InitializationVector", Some(Value::Null), "ET-ENC-1"),
        ("/Inputs/0/Encryption/KeyMd5", None, "ET-ENC-1"),
        ("/Outputs/2/Encryption/Key", text("a2V5a2V5a2V5a2V5a2V5aw=="), "ET-ENC-2"),
        ("/Outputs/2/Encryption/KeyMd5", text("AAAA"), "ET-ENC-3"),
        ("/Outputs/2/Encryption/KeyMd5", text("tNUOedzRVo2ZuD6uq6u6Xw=="), "ET-ENC-3"),
        ("/Outputs/2/Encryption/InitializationVector", text("MTIzNDU2Nzg5MDEy"), "ET-ENC-4"),
        ("/Inputs/0/Encryption/InitializationVector", text("1234567890123456"), "ET-ENC-4"),
        ("/Outputs/0/ThumbnailEncryption/InitializationVector", text("no base64"), "ET-ENC-4"),
        ("/Playlists/0/Format", text("HLSv5"), "ET-JOB-1"),
        ("/Playlists/0/Format", text("MPEG-DASH"), "/Playlists/0/HlsContentProtection ET-HLS-7"),
        ("/Playlists/0/OutputKeys/1", text("hls/700k"), "ET-HLS-8"),
        ("/Playlists/0/HlsContentProtection/Method", text("sample-aes"), "ET-JOB-1"),
        ("/Playlists/0/HlsContentProtection/Key", None, "ET-HLS-5"),
        ("/Playlists/0/HlsContentProtection/InitializationVector", text("AAAA"), "ET-ENC-4"),
        ("/Playlists/0/HlsContentProtection/LicenseAcquisitionUrl", None, "ET-HLS-6"),
        ("/Playlists/0/HlsContentProtection/LicenseAcquisitionUrl", text("/key"), "ET-HLS-6"),
        ("/Outputs/1/Encryption", Some(json!({"Mode": "aes-ctr"})), "ET-HLS-7"),
        ("/UserMetadata/title", text("Reel; 7"), "ET-JOB-1"),
        ("/UserMetadata/title", text(&"t".repeat(257)), "ET-JOB-1"),
        ("/Input", Some(json!({"Key": "masters/other.mov"})), "/Inputs ET-JOB-1"),
    ];
    let mut ran = 0;
    for (pointer, value, rule) in cases {
        let expected = match rule.split_once(' ') {
            Some((elsewhere, rule)) => format!("{} {rule}", path(elsewhere)),
            None => format!("{} {rule}", path(pointer)),
        };
        let found = faults(&changed(&request, pointer, value.clone()));
        // Another key than the checksum's breaks two rules, a type or a format may break more.
        assert!(found.contains(&expected), "{pointer} = {value:?}: {found:?}");
        let more = usize::from(expected.ends_with("Key ET-ENC-2"))
            + usize::from(value == text("AAAA") && pointer.ends_with("Md5"))
            + 2 * usize::from(pointer == "/Outputs")
            + usize::from(value == text("HLSv5"))
            + usize::from(value == text("six"));
        assert!(found.len() <= 1 + more, "{pointer} = {value:?}: {found:?}");
        ran += 1;
    }
    assert_eq!(ran, 40);
}

// req ET-JOB-1
#[test]
fn lists_have_the_lengths_of_the_model() {
    let request = document("request.json");
    for (pointer, max) in [
        ("/Inputs", 200),
        ("/Outputs", 30),
        ("/Playlists", 30),
        ("/Playlists/0/OutputKeys", 30),
        ("/Inputs/0/InputCaptions/CaptionSources", 20),
        ("/Outputs/2/Captions/CaptionFormats", 4),
    ] {
        let item = request.pointer(pointer).unwrap()[0].clone();
        let many = |n| changed(&request, pointer, Some(vec![item.clone(); n].into()));
        let fault = format!("{} ET-JOB-1", path(pointer));
        assert!(faults(&many(max + 1)).contains(&fault), "{pointer}");
        assert!(!faults(&many(max)).contains(&fault), "{pointer}");
    }
}

// req ET-HLS-5
#[test]
fn a_request_leaves_the_key_to_the_service_as_a_whole() {
    let request = document("request.json");
    let all = ["Key", "KeyMd5", "InitializationVector"];
    let without = |pointer: &str| {
        all.iter().fold(request.clone(), |document, name| {
            changed(&document, &format!("{pointer}/{name}"), None)
        })
    };
    assert_eq!(faults(&without("/Outputs/2/Encryption")), [""; 0]);
    assert_eq!(faults(&without("/Playlists/0/HlsContentProtection")), [""; 0]);
    let input = all.map(|name| format!("$.Inputs[0].Encryption.{name} ET-ENC-1"));
    assert_eq!(faults(&without("/Inputs/0/Encryption")), input, "an input has a key of its own");
}

// req ET-HLS-7
#[test]
fn content_protection_play_ready_and_encrypted_files_exclude_each_other() {
    let request = document("request.json");
    let play_ready = json!({
        "Format": "microsoft",
        "KeyId": "00112233-4455-6677-8899-aabbccddeeff",
        "InitializationVector": "MTIzNDU2Nzg=",
        "LicenseAcquisitionUrl": "https://keys.example.com/pr",
    });
    let both = changed(&request, "/Playlists/0/PlayReadyDrm", Some(play_ready.clone()));
    let expected =
        ["$.Playlists[0].PlayReadyDrm.Format ET-HLS-7", "$.Playlists[0].PlayReadyDrm ET-HLS-7"];
    assert_eq!(faults(&both), expected);

    let smooth = json!({"Name": "s", "Format": "Smooth", "OutputKeys": ["reel.mp4.enc"],
        "PlayReadyDrm": play_ready});
    let smooth = changed(&request, "/Playlists/0", Some(smooth));
    let expected = [
        "$.Outputs[2].Encryption ET-HLS-7",
        "$.Outputs[2].Captions.CaptionFormats[0].Encryption ET-HLS-7",
    ];
    assert_eq!(faults(&smooth), expected);
    let short = changed(
        &smooth,
        "/Playlists/0/PlayReadyDrm/InitializationVector",
        Some(json!("MTIzNDU2Nzg5MDEyMzQ1Ng==")),
    );
    let iv = "$.Playlists[0].PlayReadyDrm.InitializationVector ET-ENC-4".to_owned();
    assert!(faults(&short).contains(&iv), "PlayReady has an IV of 8 bytes");
}

// req ET-PIPE-1, ET-PIPE-2
#[test]
fn a_pipeline_has_one_bucket_or_two_and_a_key_of_its_region() {
    let pipeline = document("read_pipeline.json");
    let text = |text: &str| Some(json!(text));
    let us = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    for (pointer, value, fault) in [
        ("/Pipeline/OutputBucket", text("out"), "$.Pipeline.OutputBucket ET-PIPE-1"),
        ("/Pipeline/ContentConfig", None, "$.Pipeline.ContentConfig ET-PIPE-1"),
        ("/Pipeline/ThumbnailConfig", None, "$.Pipeline.ThumbnailConfig ET-PIPE-1"),
        ("/Pipeline/ContentConfig/Bucket", None, "$.Pipeline.ContentConfig.Bucket ET-PIPE-1"),
        ("/Pipeline/AwsKmsKeyArn", text(us), "$.Pipeline.AwsKmsKeyArn ET-PIPE-2"),
        ("/Pipeline/Role", text("transcoder"), "$.Pipeline.Role ET-JOB-1"),
        ("/Pipeline/InputBucket", text("in/a"), "$.Pipeline.InputBucket ET-JOB-1"),
        ("/Pipeline/Notifications/Error", text("me"), "$.Pipeline.Notifications.Error ET-JOB-1"),
        (
            "/Pipeline/ContentConfig/Permissions/0/Access/0",
            text("Write"),
            "$.Pipeline.ContentConfig.Permissions[0].Access[0] ET-JOB-1",
        ),
    ] {
        assert_eq!(faults(&changed(&pipeline, pointer, value)), [fault], "{pointer}");
    }
}

// req ET-PIPE-4
#[test]
fn a_job_is_checked_against_its_pipeline() {
    let pipeline = document("read_pipeline.json");
    let of = |document: &Value| {
        let bytes = document.to_string().into_bytes();
        job::recognise(&bytes, &mut Findings::default()).unwrap().remove(0)
    };
    let faults = |pipeline: &Value| {
        let request = fs::read(data("request.json")).unwrap();
        let (_, findings) = findings(&request, Some(&of(pipeline)));
        findings.faults().map(|f| format!("{} {}", f.path, f.rule)).collect::<Vec<_>>()
    };
    assert_eq!(faults(&pipeline), [""; 0]);
    let keyless = changed(&pipeline, "/Pipeline/AwsKmsKeyArn", Some(Value::Null));
    assert_eq!(faults(&keyless), ["$.Playlists[0].HlsContentProtection ET-PIPE-4"]);
    let other = changed(&pipeline, "/Pipeline/Id", Some(json!("1407191500001-other1")));
    assert_eq!(faults(&other), ["$.PipelineId ET-PIPE-3"]);
}

// req ET-ENC-5
#[test]
fn the_length_of_what_was_wrapped_is_seen_where_the_blob_tells() {
    let request = document("request.json");
    let wraps = |len: usize| {
        let mut blob = b"RSKM\x01".to_vec();
        blob.resize(69 + len, 7);
        Some(json!(*base64::encode(&blob).unwrap()))
    };
    for (pointer, fit, unfit) in [
        ("/Outputs/2/Encryption/Key", &[16, 24, 32][..], &[15, 20, 44][..]),
        ("/Playlists/0/HlsContentProtection/Key", &[16], &[17, 24, 32]),
    ] {
        let fault = format!("{} ET-ENC-5", path(pointer));
        let found = |len: &usize| faults(&changed(&request, pointer, wraps(*len)));
        assert!(fit.iter().all(|len| !found(len).contains(&fault)), "{pointer}");
        assert!(unfit.iter().all(|len| found(len).contains(&fault)), "{pointer}");
    }
}

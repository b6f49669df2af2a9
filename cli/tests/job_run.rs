//! `reelseal job run`: everything that is wrong with a request is said before anything is done.

mod home;

use std::fs;

use home::{Home, text};
use serde_json::{Value, json};

const PIPELINE: &str = r#"{ "Pipeline": { "Id": "1407191500001-pipe01", "Name": "films",
    "InputBucket": "in", "OutputBucket": "out", "Role": "arn:aws:iam::111122223333:role/r",
    "AwsKmsKeyArn": "arn:aws:kms:local:000000000000:alias/reelseal" } }"#;

/// The faults of a job: each with the service's number. Nothing is done of it.
fn faults(job: Value, options: &[&str]) -> Vec<(u64, String)> {
    let (home, dir) = (Home::new(), tempfile::tempdir().unwrap());
    let (input, out) = (dir.path().join("in"), dir.path().join("out"));
    fs::create_dir_all(&input).unwrap();
    fs::write(input.join("reel.mp4"), b"never read").unwrap();
    let mut job = job;
    job["PipelineId"] = json!("1407191500001-pipe01");
    let job = home.file("job.json", job.to_string().as_bytes());
    let pipeline = home.file("pipeline.json", PIPELINE.as_bytes());
    let (input, out) = (input.to_str().unwrap(), out.to_str().unwrap());
    let roots = ["--input-root", input, "--output-root", out];
    let run = ["--json", "job", "run", &job, "--pipeline", &pipeline];
    let output = home.run(&[&run, &roots[..], options].concat());
    assert!(!output.status.success());
    assert!(!fs::exists(out).unwrap(), "an output folder was made");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    let all = match serde_json::from_slice::<Value>(&output.stdout) {
        Ok(answer) => answer["faults"].as_array().unwrap().clone(),
        Err(_) => vec![error["error"].clone()],
    };
    let number = |fault: &Value| fault["transcoderCode"].as_u64().unwrap_or(0);
    all.iter().map(|f| (number(f), f["message"].as_str().unwrap().to_owned())).collect()
}

fn job(outputs: Value) -> Value {
    json!({ "Inputs": [{ "Key": "reel.mp4" }], "Outputs": outputs })
}

#[track_caller]
fn one_fault(job: Value, code: u64, parts: &[&str]) {
    let found = faults(job, &[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].0, code, "{found:?}");
    for part in parts {
        assert!(found[0].1.contains(part), "`{part}` is not in {found:?}");
    }
}

#[test]
fn all_faults_are_said_at_once() {
    let job = json!({
        "Inputs": [{ "Key": "gone.mp4" }, { "Key": "../reel.mp4" }],
        "Outputs": [
            { "Key": "o.mp4", "PresetId": "1111111111111-unkown" },
            { "Key": "s.mp4", "PresetId": "1351620000001-000040",
              "Encryption": { "Mode": "s3-aws-kms" } },
            { "Key": "c", "PresetId": "copy" },
            { "Key": "v", "PresetId": "1351620000001-200010", "SegmentDuration": "99" },
        ],
        "Playlists": [{ "Name": "m", "Format": "MPEG-DASH", "OutputKeys": ["v", "w"] }],
    });
    let found = faults(job, &[]);
    for (code, part) in [
        (3001, "gone.mp4"),
        (1000, "$.Inputs[1].Key"),
        (1000, "$.Outputs[0].PresetId"),
        (1000, "s3-aws-kms is done by a store"),
        (1000, "$.Outputs[2].Key"),
        (1000, "99 seconds"),
        (1000, "MPEG-DASH is not made here"),
        (1000, "\"w\" is the Key of no output"),
    ] {
        let said = found.iter().any(|(own, text)| *own == code && text.contains(part));
        assert!(said, "{code} {part}: {found:#?}");
    }
}

#[test]
fn what_cannot_be_made_is_refused_with_its_place() {
    let output = |more: Value| {
        let mut output = json!({ "Key": "o.mp4", "PresetId": "1351620000001-000040" });
        output.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        job(json!([output]))
    };
    let place = "$.Outputs[0].";
    one_fault(output(json!({ "SegmentDuration": "4" })), 1000, &[place, "is for the container ts"]);
    let mark = json!([{ "PresetWatermarkId": "x", "InputKey": "logo.png" }]);
    one_fault(output(json!({ "Watermarks": mark })), 1000, &[place, "no watermark of the preset"]);
    let two = json!([{ "TimeSpan": { "StartTime": "1" } }, { "TimeSpan": { "StartTime": "2" } }]);
    one_fault(output(json!({ "Composition": two })), 1000, &[place, "second clip"]);
    let when = json!([{ "TimeSpan": { "StartTime": "1:99" } }]);
    one_fault(output(json!({ "Composition": when })), 1000, &[place, "neither HH:mm:ss.SSS"]);
    one_fault(
        output(json!({ "Key": "../o.mp4" })),
        1000,
        &["$.Outputs[0]", "names no file below a folder"],
    );
}

#[test]
fn a_counter_mode_encrypts_no_two_segments() {
    let cut = json!({ "Key": "v", "PresetId": "copy", "SegmentDuration": "4",
                      "Encryption": { "Mode": "aes-ctr" } });
    one_fault(job(json!([cut])), 1000, &["$.Outputs[0].Encryption", "one key and one IV"]);
}

#[test]
fn two_files_of_one_name_are_refused() {
    let twice =
        json!([{ "Key": "o.mp4", "PresetId": "copy" }, { "Key": "o.mp4", "PresetId": "copy" }]);
    one_fault(job(twice), 1000, &["$.Outputs[1]", "$.Outputs[0]"]);
    let mut list = job(json!([{ "Key": "m", "PresetId": "copy", "SegmentDuration": "4" }]));
    list["Playlists"] = json!([{ "Name": "m", "Format": "HLSv3", "OutputKeys": ["m"] }]);
    one_fault(list, 1000, &["$.Playlists[0]", "\"m.m3u8\""]);
}

#[test]
fn a_key_is_stored_only_where_that_was_asked_for() {
    let mut request = job(json!([{ "Key": "v", "PresetId": "copy", "SegmentDuration": "4" }]));
    request["Playlists"] = json!([{ "Name": "m", "Format": "HLSv3", "OutputKeys": ["v"],
        "HlsContentProtection": { "Method": "aes-128" } }]);
    one_fault(request, 1000, &["KeyStoragePolicy", "is missing"]);
}

#[test]
fn an_answer_or_several_jobs_are_no_request() {
    let answer = json!({ "Id": "1418191500001-job001", "Status": "Complete",
                         "Outputs": [{ "Key": "o.mp4" }] });
    one_fault(answer, 1000, &["is not a job request"]);
}

#[test]
fn a_preset_that_cannot_be_done_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let preset = json!({ "Id": "1111111111111-abcdef", "Container": "mxf",
        "Audio": { "Codec": "AAC", "Channels": "2", "SampleRate": "44100", "BitRate": "64",
                   "CodecOptions": { "Profile": "HE-AAC" } },
        "Video": { "Codec": "mpeg2", "CodecOptions": { "InterlacedMode": "TopFirst" },
                   "BitRate": "2000" } });
    fs::write(dir.path().join("own.json"), preset.to_string()).unwrap();
    let presets = ["--presets", dir.path().to_str().unwrap()];
    let request = job(json!([{ "Key": "o.mxf", "PresetId": "1111111111111-abcdef" }]));
    let found = faults(request, &presets);
    for part in ["Audio:Codec \"AAC\" is none of pcm", "HE-AAC", "InterlacedMode \"TopFirst\""] {
        assert!(found.iter().any(|(_, text)| text.contains(part)), "{part}: {found:#?}");
    }
    fs::write(dir.path().join("other.json"), "{}").unwrap();
    let found = faults(job(json!([{ "Key": "o.mp4", "PresetId": "copy" }])), &presets);
    assert!(found[0].1.contains("other.json: is no preset: Id is missing"), "{found:?}");
}

#[test]
fn without_ffmpeg_the_next_step_is_said() {
    let request = job(json!([{ "Key": "o.mp4", "PresetId": "copy" }]));
    let found = faults(request, &["--ffmpeg", "/nowhere/ffmpeg"]);
    assert!(found[0].1.contains("/nowhere/ffmpeg is not there"), "{found:?}");
    let help = Home::new().run(&["job", "run", "--help"]);
    assert!(text(&help.stdout).contains("--ffmpeg"));
}

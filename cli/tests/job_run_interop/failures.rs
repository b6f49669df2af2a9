//! Jobs that the service failed by a number: so do we, and nothing is published.

use std::fs;

use serde_json::{Value, json};

use crate::home::text;
use crate::studio::Studio;

const PLAIN: &str = "1351620000001-000040";

fn request(input: Value, output: Value) -> Value {
    json!({ "Inputs": [input], "Outputs": [output] })
}

fn mp4() -> Value {
    json!({ "Key": "o.mp4", "PresetId": PLAIN })
}

/// The answer says which output failed, and by which number.
fn assert_detail(job: &Value, code: u64) {
    assert_eq!(job["Status"], "Error");
    assert_eq!(job["Outputs"][0]["Status"], "Error");
    let detail = job["Outputs"][0]["StatusDetail"].as_str().unwrap();
    assert!(detail.starts_with(&format!("{code}: ")), "{detail}");
}

#[test]
fn an_input_that_its_block_does_not_open_is_4016() {
    for (mode, exit) in [("aes-gcm", 5), ("aes-cbc-pkcs7", 5), ("aes-ctr", 5)] {
        let studio = Studio::new();
        studio.clip("in/reel.mp4", 1);
        studio.encrypt("reel.mp4", mode);
        let other = studio.given(json!({ "Mode": mode }), b"not the same key");
        let input = json!({ "Key": "reel.mp4", "Encryption": other });
        let (job, _) = studio.fails(exit, 4016, &request(input, mp4()));
        assert_detail(&job, 4016);
        // Of a failed job, the answer may be replaced.
        studio.clip("in/reel.mp4", 1);
        studio.run(&request(json!({ "Key": "reel.mp4" }), mp4()), &[]);
    }
}

#[test]
fn keys_of_a_wrong_length_and_keys_that_do_not_unwrap_have_their_numbers() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    let input = json!({ "Key": "reel.mp4" });
    let output = |block: Value| json!({ "Key": "o.mp4", "PresetId": PLAIN, "Encryption": block });
    // What the blob shows of its length, job check says before anything runs.
    let short = studio.given(json!({ "Mode": "aes-gcm" }), b"seventeen bytes..");
    let (job, message) = studio.fails(3, 1000, &request(input.clone(), output(short)));
    assert!(message.contains("4017"), "{message}");
    assert_eq!(job, Value::Null, "there was no job");

    let mut altered = studio.given(json!({ "Mode": "aes-gcm" }), b"keykeykeykeykeyk");
    let other = studio.home.wrap("alias/aws/s3", b"keykeykeykeykeyk");
    studio.home.ok(&["key", "disable", "alias/reelseal"]);
    let (job, message) = studio.fails(6, 4018, &request(input.clone(), output(altered.clone())));
    assert_detail(&job, 4018);
    assert!(message.contains("$.Outputs[0].Encryption"), "{message}");
    let made = output(json!({ "Mode": "aes-cbc-pkcs7" }));
    let (job, _) = studio.fails(6, 4019, &request(input.clone(), made));
    assert_detail(&job, 4019);
    studio.home.ok(&["key", "enable", "alias/reelseal"]);
    altered["Key"] = json!(other);
    let (_, message) = studio.fails(3, 1000, &request(input, output(altered)));
    assert!(message.contains("KeyMd5"), "{message}");
}

#[test]
fn an_hls_key_of_another_length_is_4020() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    let block = json!({ "Method": "aes-128", "KeyStoragePolicy": "WithVariantPlaylists" });
    let request = json!({
        "Inputs": [{ "Key": "reel.mp4" }],
        "Outputs": [{ "Key": "v", "PresetId": "copy", "SegmentDuration": "4" }],
        "Playlists": [{ "Name": "m", "Format": "HLSv3", "OutputKeys": ["v"],
            "HlsContentProtection": studio.given(block, &[7; 24]) }],
    });
    let (_, message) = studio.fails(3, 1000, &request);
    assert!(message.contains("4020"), "{message}");
}

/// Playlists and lists of files would have ffmpeg read others; devices would have it wait.
#[test]
fn a_hostile_input_has_ffmpeg_read_nothing_else() {
    let secret = "1\n00:00:01,000 --> 00:00:02,000\nthe-secret\n";
    let studio = Studio::new();
    let place = studio.write("secret.srt", secret.as_bytes());
    let place = place.to_str().unwrap();
    let clip = studio.clip("other.mp4", 1);
    let clip = clip.to_str().unwrap();
    for hostile in [
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{clip}\n#EXT-X-ENDLIST\n"),
        format!("#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n{place}"),
        format!("ffconcat version 1.0\nfile '{clip}'\n"),
        "ffconcat version 1.0\nfile input-0\n".to_owned(),
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"
            .to_owned(),
        format!(
            "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period>\
                 <BaseURL>file://{clip}</BaseURL></Period></MPD>"
        ),
        String::new(),
    ] {
        studio.write("in/reel.mp4", hostile.as_bytes());
        let (job, message) = studio.fails(3, 4000, &request(json!({ "Key": "reel.mp4" }), mp4()));
        assert_detail(&job, 4000);
        assert!(!message.contains(".reelseal-"), "a temporary name is told: {message}");
    }
    for name in ["../other.mp4", "/etc/passwd", "a/../../other.mp4"] {
        let (_, message) = studio.fails(3, 1000, &request(json!({ "Key": name }), mp4()));
        assert!(message.contains("names no file below a folder"), "{message}");
    }
    std::os::unix::fs::symlink(clip, studio.path("in/link.mp4")).unwrap();
    let (_, message) = studio.fails(4, 3001, &request(json!({ "Key": "link.mp4" }), mp4()));
    assert!(message.contains("a link leads out"), "{message}");
}

#[test]
fn inputs_and_presets_that_do_not_go_together_have_their_numbers() {
    let studio = Studio::new();
    let clip = studio.clip("in/reel.mp4", 1);
    let clip = clip.to_str().unwrap();
    let at = |name: &str| studio.path(&format!("in/{name}")).to_str().unwrap().to_owned();
    crate::studio::ffmpeg(&["-i", clip, "-vn", "-c", "copy", &at("sound.mp4")]);
    crate::studio::ffmpeg(&["-i", clip, "-an", "-c", "copy", &at("mute.mp4")]);
    let scaled = ["-vf", "scale=240:240", "-frames:v", "9", "-c:a", "copy", "-t", "0.4"];
    crate::studio::ffmpeg(&[&["-i", clip], &scaled[..], &[&at("square.mp4")]].concat());
    let sound = json!({ "Key": "sound.mp4" });
    studio.fails(3, 4008, &request(sound.clone(), mp4()));
    let with = json!({ "Key": "o.mp3", "PresetId": "1351620000001-300040", "ThumbnailPattern": "{count}" });
    studio.fails(3, 4008, &request(sound.clone(), with));
    let mp3 = json!({ "Key": "o.mp3", "PresetId": "1351620000001-300040" });
    studio.fails(3, 4008, &request(json!({ "Key": "mute.mp4" }), mp3));
    let late = json!({ "Key": "reel.mp4", "TimeSpan": { "StartTime": "00:01:00" } });
    studio.fails(3, 4014, &request(late, mp4()));
    for (other, code) in [("sound.mp4", 4025), ("mute.mp4", 4026), ("square.mp4", 4023)] {
        let inputs = json!([{ "Key": "reel.mp4" }, { "Key": other }]);
        studio.fails(3, code, &json!({ "Inputs": inputs, "Outputs": [mp4()] }));
    }
    let counted = json!({ "Key": "o.mp4", "PresetId": PLAIN, "ThumbnailPattern": "{count}",
                          "ThumbnailEncryption": { "Mode": "aes-gcm" } });
    studio.clip("in/long.mp4", 6);
    let (_, message) =
        studio.fails(4, 1000, &request(json!({ "Key": "long.mp4" }), counted.clone()));
    assert!(message.contains("every thumbnail"), "{message}");
    studio.run(&request(json!({ "Key": "reel.mp4" }), counted), &[]);
}

#[test]
fn an_output_that_cannot_be_written_costs_none_that_was_there() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    studio.write("out/v/keep", b"kept");
    // A file where a folder must be: known only when the outputs are put in place.
    studio.write("out/a", b"a file");
    let outputs = json!([{ "Key": "first.mp4", "PresetId": "copy" },
                         { "Key": "a/b.mp4", "PresetId": "copy" }]);
    let job = json!({ "Inputs": [{ "Key": "reel.mp4" }], "Outputs": outputs });
    let output = studio.try_run(&job, &[]);
    assert_eq!(output.status.code(), Some(7), "{}", text(&output.stderr));
    let left = crate::studio::tree(&studio.path("out"));
    assert_eq!(left, ["a", "job.response.json", "v/keep"]);
    assert_eq!(fs::read(studio.path("out/a")).unwrap(), b"a file");
}

#[test]
fn a_forced_run_that_fails_keeps_the_keys_of_what_is_there() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    let output = json!({ "Key": "o.mp4", "PresetId": "copy", "Encryption": { "Mode": "aes-gcm" } });
    let job = request(json!({ "Key": "reel.mp4" }), output);
    let done = studio.run(&job, &[]);
    let answer = fs::read(studio.path("out/job.response.json")).unwrap();
    studio.write("in/reel.mp4", b"no media any more");
    let failed = studio.try_run(&job, &["--force"]);
    assert_eq!(failed.status.code(), Some(3), "{}", text(&failed.stderr));
    assert_eq!(fs::read(studio.path("out/job.response.json")).unwrap(), answer);
    studio.open("o.mp4", &done["Outputs"][0]["Encryption"]);

    // An answer elsewhere is in place when the outputs are, and not before.
    studio.clip("in/reel.mp4", 1);
    let place = studio.path("elsewhere/answer.json");
    let mut command = studio.command(&job, &["--force"]);
    let elsewhere = command.args(["--response", place.to_str().unwrap()]).output().unwrap();
    assert!(elsewhere.status.success(), "{}", text(&elsewhere.stderr));
    let answer: Value = serde_json::from_slice(&fs::read(&place).unwrap()).unwrap();
    studio.open("o.mp4", &answer["Job"]["Outputs"][0]["Encryption"]);
    assert_eq!(crate::studio::names(&studio.path("elsewhere")), ["answer.json"]);
}

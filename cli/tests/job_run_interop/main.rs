//! `reelseal job run` with the real ffmpeg, on the real clip of `vectors/media`.

mod failures;
#[path = "../home/mod.rs"]
mod home;
mod killed;
#[path = "../signals/mod.rs"]
mod signals;
mod studio;

use std::fs;

use home::text;
use serde_json::{Value, json};
use studio::{Studio, frames, streams, tree};

/// An encrypted input, two protected variants with thumbnails, and an encrypted MP4.
fn film(studio: &Studio, times: u32) -> Value {
    studio.clip("in/masters/reel.mp4", times);
    let block = studio.encrypt("masters/reel.mp4", "aes-cbc-pkcs7");
    json!({
        "Inputs": [{ "Key": "masters/reel.mp4", "Encryption": block }],
        "OutputKeyPrefix": "titles/7/",
        "Outputs": [
            { "Key": "hls/400k", "PresetId": "1351620000001-200050", "SegmentDuration": "4",
              "ThumbnailPattern": "thumbs/{count}-{resolution}",
              "ThumbnailEncryption": { "Mode": "aes-cbc-pkcs7" } },
            { "Key": "hls/600k", "PresetId": "1351620000001-200040", "SegmentDuration": "4" },
            { "Key": "reel.mp4", "PresetId": "1351620000001-000040",
              "Encryption": { "Mode": "aes-gcm" } },
        ],
        "Playlists": [{
            "Name": "master", "Format": "HLSv3", "OutputKeys": ["hls/400k", "hls/600k"],
            "HlsContentProtection": {
                "Method": "aes-128", "KeyStoragePolicy": "WithVariantPlaylists" },
        }],
        "UserMetadata": { "title": "Reel 7" },
    })
}

/// What the film gives.
fn assert_is_whole(studio: &Studio, job: &Value, seconds: usize) {
    let names = tree(&studio.path("out"));
    let segments = (0..seconds.div_ceil(4))
        .flat_map(|n| ["400k", "600k"].map(|variant| format!("titles/7/hls/{variant}{n:05}.ts")));
    for name in segments.chain(["titles/7/master.m3u8".into(), "titles/7/hls/400k.m3u8".into()]) {
        assert!(names.contains(&name), "{name} is missing: {names:?}");
    }
    assert!(names.iter().all(|name| !name.contains(".reelseal-")), "{names:?}");

    for variant in ["400k", "600k"] {
        let list = studio.path(&format!("out/titles/7/hls/{variant}.m3u8"));
        let text = fs::read_to_string(&list).unwrap();
        assert_eq!(text.matches("METHOD=AES-128,URI=\"../master.key\",IV=0x").count(), 1, "{text}");
        let [pictures, sound] = frames(&list);
        assert!(pictures >= seconds * 25 - 2 && sound > seconds * 40, "{pictures} {sound}");
    }
    let segment = fs::read(studio.path("out/titles/7/hls/400k00000.ts")).unwrap();
    assert_ne!(segment[0], 0x47, "a segment is clear");
    assert_eq!(segment.len() % 16, 0);

    let outputs = job["Outputs"].as_array().unwrap();
    let reel = studio.open("titles/7/reel.mp4", &outputs[2]["Encryption"]);
    assert_eq!(streams(&reel), ["h264 320x180", "aac 44100"]);
    assert!(frames(&reel)[0] >= seconds * 29);
    let thumbnail = "titles/7/thumbs/00001-192x108.png";
    let opened = studio.open(thumbnail, &outputs[0]["ThumbnailEncryption"]);
    assert_eq!(streams(&opened), ["png 192x108"]);
}

#[test]
fn an_encrypted_film_becomes_a_protected_package_and_an_encrypted_file() {
    let studio = Studio::new();
    let request = film(&studio, 1);
    let job = studio.run(&request, &[]);
    assert_is_whole(&studio, &job, 12);
    assert_eq!(studio::names(&studio.path("tmp")), [""; 0]);

    assert_eq!(job["Output"], job["Outputs"][0]);
    assert_eq!(job["UserMetadata"], request["UserMetadata"]);
    assert_eq!(job["Inputs"][0]["DetectedProperties"]["Width"], 320);
    let len = |name: &str| fs::metadata(studio.path(&format!("out/{name}"))).unwrap().len();
    assert_eq!(job["Outputs"][2]["FileSize"], len("titles/7/reel.mp4"));
    let segments: u64 = (0..4).map(|n| len(&format!("titles/7/hls/600k{n:05}.ts"))).sum();
    assert_eq!(job["Outputs"][1]["FileSize"], segments);
    for output in job["Outputs"].as_array().unwrap() {
        assert_eq!((&output["Status"], &output["Duration"]), (&json!("Complete"), &json!(12)));
        assert_eq!((&output["Width"], &output["Height"]), (&json!(320), &json!(180)));
    }

    // The wrapped key of the answer is that of the package, and nothing else of it is there.
    let block = &job["Playlists"][0]["HlsContentProtection"];
    let key = studio.home.unwrap(block["Key"].as_str().unwrap());
    let stored = fs::read(studio.path("out/titles/7/master.key")).unwrap();
    let stored = text(&base64(&stored));
    assert_eq!(key, stored.trim());
    let answer = fs::read_to_string(studio.path("out/job.response.json")).unwrap();
    assert!(!answer.contains(&key), "a key is in the answer in the clear");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["Job"], job);

    // What is there is kept; with --force, all of it is replaced, and nothing of it is left.
    let (_, message) = fails_by_name(&studio, &request);
    assert!(message.contains("the output exists"), "{message}");
    fs::write(studio.path("out/titles/7/hls/400k00099.ts"), b"of a longer film").unwrap();
    let again = studio.run(&request, &["--force"]);
    assert_is_whole(&studio, &again, 12);
    assert!(!studio.path("out/titles/7/hls/400k00099.ts").exists());
    assert_ne!(again["Playlists"][0]["HlsContentProtection"], *block);
}

fn fails_by_name(studio: &Studio, request: &Value) -> (Value, String) {
    let output = studio.try_run(request, &[]);
    assert_eq!(output.status.code(), Some(4));
    let faults: Value = serde_json::from_slice(&output.stdout).unwrap();
    let faults = faults["faults"].as_array().unwrap().clone();
    assert!(faults.iter().all(|fault| fault["transcoderCode"] == 3002), "{faults:?}");
    (json!(faults), faults[0]["message"].as_str().unwrap().to_owned())
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child =
        Command::new("base64").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn hls_of_version_4_is_one_file_with_byte_ranges_and_i_frames() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    let protection = json!({ "Method": "aes-128", "KeyStoragePolicy": "NoStore",
                             "LicenseAcquisitionUrl": "https://keys.example.com/7" });
    let protection = studio.given(protection, b"keykeykeykeykeyk");
    for (playlist, name) in [(json!(null), "clear"), (protection, "protected")] {
        let request = json!({
            "Input": { "Key": "reel.mp4" },
            "OutputKeyPrefix": format!("{name}/"),
            "Outputs": [
                { "Key": "a/video", "PresetId": "1351620000001-200050", "SegmentDuration": "4" },
                { "Key": "sound", "PresetId": "1351620000001-200071", "SegmentDuration": "4" },
            ],
            "Playlists": [{ "Name": "lists/index", "Format": "HLSv4",
                "OutputKeys": ["a/video", "sound"], "HlsContentProtection": playlist }],
        });
        let job = studio.run(&request, &["--force"]);
        let at = |file: &str| studio.path(&format!("out/{name}/{file}"));
        let master = fs::read_to_string(at("lists/index.m3u8")).unwrap();
        for part in [
            "../a/video_v4.m3u8\n",
            "TYPE=AUDIO",
            "AUDIO=\"audio\"",
            "#EXT-X-I-FRAME-STREAM-INF:",
            "URI=\"../a/video_iframe.m3u8\"",
        ] {
            assert!(master.contains(part), "{part} is not in {master}");
        }
        let media = fs::read_to_string(at("a/video_v4.m3u8")).unwrap();
        let frames_list = fs::read_to_string(at("a/video_iframe.m3u8")).unwrap();
        assert_eq!(media.matches("#EXT-X-BYTERANGE:").count(), 4, "{media}");
        assert_eq!(frames_list.matches("#EXT-X-BYTERANGE:").count(), 4, "{frames_list}");
        assert!(!at("sound_iframe.m3u8").exists(), "sound has no pictures");
        assert!(frames_list.contains("#EXT-X-I-FRAMES-ONLY"));
        if name == "clear" {
            assert!(frames(&at("a/video_v4.m3u8"))[0] >= 298);
            assert_eq!(frames(&at("a/video_iframe.m3u8"))[0], 4, "pictures of I-frames");
            continue;
        }
        // ffmpeg 5.1 takes the block before a local range for its IV: our own reader does not.
        let key = studio.write("key", b"keykeykeykeykeyk");
        let opened = studio.path("opened-package");
        for list in [&media, &frames_list] {
            assert!(list.contains("URI=\"https://keys.example.com/7\",IV=0x3132333435363738"));
        }
        let root = studio.write("out/protected/root.m3u8", master.replace("../", "").as_bytes());
        let (from, to) = (root.to_str().unwrap(), opened.to_str().unwrap());
        let key = key.to_str().unwrap();
        studio.home.ok(&["hls", "unprotect", from, "-o", to, "--key-file", key]);
        assert!(frames(&opened.join("a/video_v4.m3u8"))[0] >= 298);
        assert_eq!(frames(&opened.join("a/video_iframe.m3u8"))[0], 4);
        assert!(frames(&opened.join("sound_v4.m3u8"))[1] > 500);
        let block = &job["Playlists"][0]["HlsContentProtection"];
        assert_eq!(block["InitializationVector"], "MTIzNDU2Nzg5MDEyMzQ1Ng==");
    }
}

#[test]
fn copies_clips_and_joined_inputs_are_what_was_asked_for() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    let request = json!({
        "Inputs": [{ "Key": "reel.mp4" }],
        "Outputs": [
            { "Key": "copy.mp4", "PresetId": "copy" },
            { "Key": "copied", "PresetId": "copy", "SegmentDuration": "4" },
            { "Key": "turned.mp4", "PresetId": "1351620000001-000040", "Rotate": "90",
              "Composition": [{ "TimeSpan": { "StartTime": "00:00:02.000", "Duration": "3" } }] },
            { "Key": "sound.mp3", "PresetId": "1351620000001-300040" },
        ],
    });
    let job = studio.run(&request, &[]);
    assert_eq!(streams(&studio.path("out/copy.mp4")), ["h264 320x180", "aac 48000"]);
    assert!(frames(&studio.path("out/copied.m3u8"))[0] == 300);
    assert_eq!(streams(&studio.path("out/turned.mp4"))[0], "h264 180x320");
    assert_eq!(job["Outputs"][2]["Duration"], 3);
    assert_eq!(streams(&studio.path("out/sound.mp3")), ["mp3 44100"]);
    assert_eq!(job["Outputs"][3].get("Width"), None);

    let joined = json!({
        "Inputs": [{ "Key": "reel.mp4", "TimeSpan": { "Duration": "2" } },
                   { "Key": "reel.mp4", "TimeSpan": { "StartTime": "5", "Duration": "3.5" } }],
        "Outputs": [{ "Key": "joined.mp4", "PresetId": "1351620000001-100070" }],
    });
    let job = studio.run(&joined, &["--force"]);
    let millis = job["Outputs"][0]["DurationMillis"].as_u64().unwrap();
    assert!((5400..=5700).contains(&millis), "{millis}");
    assert_eq!(job["Inputs"].as_array().unwrap().len(), 2);
}

#[test]
fn a_watermark_is_decrypted_and_seen() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    let logo = studio.path("in/logo.png");
    let white = "color=white:size=64x64:duration=0.04";
    let to = ["-frames:v", "1", "-f", "image2", logo.to_str().unwrap()];
    studio::ffmpeg(&[&["-f", "lavfi", "-i", white], &to[..]].concat());
    let block = studio.encrypt("logo.png", "aes-gcm");
    let preset = json!({ "Preset": {
        "Id": "1111111111111-abcdef", "Container": "mp4",
        "Video": { "Codec": "H.264", "CodecOptions": { "Profile": "main", "Level": "3" },
            "KeyframesMaxDist": "90", "FixedGOP": "false", "BitRate": "600", "FrameRate": "auto",
            "MaxWidth": "320", "MaxHeight": "180", "SizingPolicy": "Fit", "PaddingPolicy": "NoPad",
            "Watermarks": [{ "Id": "corner", "MaxWidth": "64px", "MaxHeight": "64px",
                "SizingPolicy": "ShrinkToFit", "HorizontalAlign": "Right",
                "HorizontalOffset": "0px", "VerticalAlign": "Top", "VerticalOffset": "0px",
                "Opacity": "100", "Target": "Content" }] },
    }});
    studio.write("presets/own.json", preset.to_string().as_bytes());
    let presets = studio.path("presets");
    let request = json!({
        "Inputs": [{ "Key": "reel.mp4" }],
        "Outputs": [{ "Key": "marked.mp4", "PresetId": "1111111111111-abcdef",
            "Watermarks": [{ "PresetWatermarkId": "corner", "InputKey": "logo.png",
                             "Encryption": block }] }],
    });
    let mut command = studio.command(&request, &["--json"]);
    let output = command.args(["--presets", presets.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let marked = studio.path("out/marked.mp4");
    let corner = "crop=32:32:272:16,scale=1:1,format=gray";
    let pixel = studio::ffmpeg(&[
        "-i",
        marked.to_str().unwrap(),
        "-vf",
        corner,
        "-frames:v",
        "1",
        "-f",
        "rawvideo",
        "-",
    ]);
    assert!(pixel[0] > 220, "the corner is not white: {pixel:?}");
    assert_eq!(streams(&marked), ["h264 320x180"], "the preset has no sound");
}

const SRT: &str = "1\n00:00:01,000 --> 00:00:02,000\nA caption\n";

#[test]
fn captions_are_decrypted_changed_and_encrypted_by_their_own_blocks() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    studio.write("in/en.srt", SRT.as_bytes());
    let block = studio.encrypt("en.srt", "aes-ctr");
    let sources = json!([{ "Key": "en.srt", "Language": "en", "Encryption": block,
                           "TimeOffset": "00:00:01.500" }]);
    let formats = json!([
        { "Format": "mov-text" },
        { "Format": "webvtt", "Pattern": "captions/reel-{language}" },
        { "Format": "srt", "Pattern": "captions/reel-{language}",
          "Encryption": { "Mode": "aes-cbc-pkcs7" } },
    ]);
    let request = json!({
        "Inputs": [{ "Key": "reel.mp4",
            "InputCaptions": { "MergePolicy": "MergeOverride", "CaptionSources": sources } }],
        "Outputs": [{ "Key": "reel.mp4", "PresetId": "1351620000001-000040",
            "Captions": { "CaptionFormats": formats } }],
    });
    let job = studio.run(&request, &[]);
    let text = fs::read_to_string(studio.path("out/captions/reel-en.vtt")).unwrap();
    assert!(
        text.starts_with("WEBVTT") && text.contains("00:02.500 --> 00:03.500\nA caption"),
        "{text}"
    );
    let formats = &job["Outputs"][0]["Captions"]["CaptionFormats"];
    let opened = studio.open("captions/reel-en.srt", &formats[2]["Encryption"]);
    assert!(fs::read_to_string(opened).unwrap().contains("00:00:02,500"), "another text");
    assert_eq!(streams(&studio.path("out/reel.mp4"))[2], "mov_text");

    // What is in that output is in an input now, and another language beside it.
    fs::copy(studio.path("out/reel.mp4"), studio.path("in/reel.mp4")).unwrap();
    studio.write("in/fr.srt", SRT.as_bytes());
    let request = json!({
        "Inputs": [{ "Key": "reel.mp4", "InputCaptions": { "MergePolicy": "MergeRetain",
            "CaptionSources": [{ "Key": "fr.srt", "Language": "fra" }] } }],
        "Outputs": [{ "Key": "two.mp4", "PresetId": "1351620000001-000040",
            "Captions": { "CaptionFormats": [{ "Format": "srt", "Pattern": "two-{language}" }] } }],
    });
    studio.run(&request, &["--force"]);
    for language in ["eng", "fra"] {
        let text = fs::read_to_string(studio.path(&format!("out/two-{language}.srt"))).unwrap();
        assert!(text.contains("A caption"), "{language}: {text}");
    }
    studio.write("in/fr.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\xff\xfe\n");
    let output = studio.try_run(&request, &["--force"]);
    let said = home::text(&output.stderr);
    assert!(said.contains("4102"), "{said}");
}

#[test]
fn album_art_is_decrypted_and_put_into_the_sound() {
    let studio = Studio::new();
    studio.clip("in/reel.mp4", 1);
    let cover = studio.path("in/cover.png");
    let to = ["-frames:v", "1", "-f", "image2", cover.to_str().unwrap()];
    let red = ["-f", "lavfi", "-i", "color=red:size=900x900:duration=0.04"];
    studio::ffmpeg(&[&red[..], &to[..]].concat());
    let block = studio.encrypt("cover.png", "aes-cbc-pkcs7");
    let art = json!({ "MergePolicy": "Replace", "Artwork": [{ "InputKey": "cover.png",
        "MaxWidth": "auto", "MaxHeight": "auto", "SizingPolicy": "ShrinkToFit",
        "PaddingPolicy": "NoPad", "AlbumArtFormat": "jpg", "Encryption": block }] });
    let request = json!({
        "Inputs": [{ "Key": "reel.mp4" }],
        "Outputs": [{ "Key": "song.mp3", "PresetId": "1351620000001-300040", "AlbumArt": art,
                      "Encryption": { "Mode": "aes-ctr" } }],
    });
    let job = studio.run(&request, &[]);
    let song = studio.open("song.mp3", &job["Outputs"][0]["Encryption"]);
    assert_eq!(streams(&song), ["mp3 44100", "mjpeg 600x600"]);
}

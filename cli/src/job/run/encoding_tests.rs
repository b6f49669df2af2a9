use super::*;
use crate::job::run::preset::{Preset, Presets};

fn encoding(json: serde_json::Value) -> Result<Encoding, Vec<String>> {
    Encoding::new(&Preset::parse(json.to_string().as_bytes()).unwrap())
}

fn faults(json: serde_json::Value) -> Vec<String> {
    encoding(json).unwrap_err()
}

#[test]
fn every_system_preset_can_be_done() {
    let presets = Presets::read(None).unwrap();
    assert_eq!(presets.ids().count(), 13);
    for id in presets.ids() {
        let encoding = presets.get(id).unwrap();
        assert!(encoding.is_ok(), "{id}: {encoding:?}");
        let is_hls = id.contains("-200");
        assert_eq!(encoding.unwrap().container.is_ts(), is_hls, "{id}");
    }
    assert!(presets.get("copy").is_none(), "copy is no preset");
}

#[test]
fn a_preset_becomes_arguments_of_ffmpeg() {
    let presets = Presets::read(None).unwrap();
    let encoding = presets.get("1351620000001-200030").unwrap().unwrap();
    let video = encoding.video.as_ref().unwrap();
    let expected = "-c:v libx264 -level:v 3 -refs:v 3 -profile:v main -pix_fmt yuv420p \
                    -maxrate 872k -bufsize 7848k -g 90 -keyint_min 90 -sc_threshold 0";
    assert_eq!(video.arguments.join(" "), expected);
    assert_eq!(
        (video.bit_rate, video.frame_rate, video.max_frame_rate),
        (Some(872), None, Some("60"))
    );
    let max = (640, 432);
    let sizing = Sizing::Within { max, policy: Policy::ShrinkToFit, pad: false };
    assert_eq!(video.sizing, sizing);
    let audio = encoding.audio.as_ref().unwrap();
    assert_eq!(audio.arguments.join(" "), "-c:a aac -b:a 128k");
    assert_eq!((audio.rate, audio.channels), (Some(44_100), Some(2)));
}

#[test]
fn old_presets_have_a_resolution() {
    let video = |resolution: &str| {
        let preset = serde_json::json!({ "Preset": { "Container": "mp4", "Video": {
            "Codec": "H.264", "CodecOptions": null, "BitRate": "auto", "FrameRate": "29.97",
            "Resolution": resolution, "AspectRatio": "auto" } } });
        encoding(preset).unwrap().video.unwrap()
    };
    assert_eq!(video("auto").sizing, Sizing::Original);
    let within = Sizing::Within { max: (640, 360), policy: Policy::Fit, pad: true };
    assert_eq!(video("640x360").sizing, within);
    assert_eq!(video("auto").frame_rate, Some("30000/1001"));
    assert_eq!(video("auto").bit_rate, None);
}

#[test]
fn no_sound_is_no_codec() {
    let preset = serde_json::json!({ "Container": "mp4", "Audio": { "Channels": "0" } });
    assert!(encoding(preset).unwrap().audio.is_none());
}

#[test]
fn what_cannot_be_done_is_named_all_at_once() {
    let found = faults(serde_json::json!({
        "Container": "mp4",
        "Video": { "Codec": "vp8", "CodecOptions": { "Profile": "4", "BufferSize": "x" },
            "KeyframesMaxDist": "0", "BitRate": "1", "FrameRate": "26", "MaxWidth": "12",
            "SizingPolicy": "Zoom", "PaddingPolicy": "Bars", "DisplayAspectRatio": "2:1" },
        "Audio": { "Codec": "mp2", "SampleRate": "8000", "BitRate": "x", "Channels": "6",
            "AudioPackingMode": "OneChannelPerTrack" },
        "Thumbnails": { "Format": "gif", "Interval": "0", "AspectRatio": "4:3" },
    }));
    for part in [
        "Video:Codec \"vp8\"",
        "BufferSize \"x\"",
        "KeyframesMaxDist \"0\"",
        "Video:BitRate \"1\"",
        "FrameRate \"26\"",
        "Video:MaxWidth \"12\"",
        "SizingPolicy \"Zoom\"",
        "PaddingPolicy \"Bars\"",
        "DisplayAspectRatio \"2:1\"",
        "Audio:Codec \"mp2\"",
        "SampleRate \"8000\"",
        "Audio:BitRate \"x\"",
        "Channels \"6\"",
        "AudioPackingMode",
        "Thumbnails:Format \"gif\"",
        "Interval \"0\"",
        "Thumbnails:AspectRatio",
    ] {
        assert!(found.iter().any(|fault| fault.starts_with(part)), "{part}: {found:#?}");
    }
    let unknown = faults(serde_json::json!({ "Container": "avi" }));
    assert_eq!(unknown, ["Container \"avi\" is none of the service's"]);
    let silent = faults(serde_json::json!({ "Container": "mp3", "Video": { "Codec": "H.264" } }));
    assert_eq!(silent, ["Video:Codec \"H.264\" is not for mp3"]);
}

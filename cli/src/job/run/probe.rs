//! What is in a file, as ffprobe tells it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::sizing::Size;

/// A media file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Probe {
    /// In seconds.
    pub(super) duration: f64,
    /// In bytes.
    pub(super) len: u64,
    /// In bits per second, of everything.
    pub(super) bit_rate: u64,
    pub(super) video: Option<Pictures>,
    pub(super) audio: Option<Sound>,
    /// Captions: the index of the stream, and its language.
    pub(super) captions: Vec<(usize, String)>,
    /// Covers: the indices of their streams.
    pub(super) artwork: Vec<usize>,
}

/// The first stream of pictures that is no cover.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pictures {
    /// As it is stored, its pixels made square.
    pub(super) size: Size,
    /// Whether the metadata turn it by a quarter, to the left or to the right.
    pub(super) turned: bool,
    /// Per second.
    pub(super) frame_rate: f64,
    /// In bits per second, where it is known.
    pub(super) bit_rate: Option<u64>,
    pub(super) is_interlaced: bool,
    /// `avc1.4D401F`, where it is known.
    pub(super) codec: Option<String>,
}

/// The first stream of sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sound {
    /// `mp4a.40.2`, where it is known.
    pub(super) codec: Option<String>,
}

impl Probe {
    /// Reads what `ffprobe -of json -show_format -show_streams` prints.
    pub(super) fn parse(json: &[u8]) -> Option<Self> {
        let Answer { format, streams } = serde_json::from_slice(json).ok()?;
        let of = |kind: &str| {
            let mut all = streams.iter().filter(|stream| stream.codec_type == kind);
            all.find(|stream| !stream.is_cover())
        };
        let texts = streams.iter().filter(|stream| stream.is_text());
        let covers = streams.iter().filter(|stream| stream.is_cover());
        let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        Some(Self {
            duration: number(&format.duration).unwrap_or(0.0),
            len: format.size.as_deref().and_then(|size| size.parse().ok()).unwrap_or(0),
            bit_rate: format.bit_rate.as_deref().and_then(|rate| rate.parse().ok()).unwrap_or(0),
            video: of("video").and_then(Stream::pictures),
            audio: of("audio").map(Stream::sound),
            captions: texts.map(|stream| (stream.index, stream.language())).collect(),
            artwork: covers.map(|stream| stream.index).collect(),
        })
    }
}

#[derive(Deserialize)]
struct Answer {
    format: Format,
    #[serde(default)]
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Format {
    duration: Option<String>,
    size: Option<String>,
    bit_rate: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    index: usize,
    #[serde(default)]
    codec_type: String,
    codec_name: Option<String>,
    profile: Option<String>,
    level: Option<i64>,
    width: Option<u32>,
    height: Option<u32>,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    r_frame_rate: Option<String>,
    bit_rate: Option<String>,
    field_order: Option<String>,
    #[serde(default)]
    disposition: Map<String, Value>,
    #[serde(default)]
    side_data_list: Vec<Map<String, Value>>,
    #[serde(default)]
    tags: Map<String, Value>,
}

impl Stream {
    fn is_cover(&self) -> bool {
        self.disposition.get("attached_pic") == Some(&Value::from(1))
    }

    /// Captions that are text, and not pictures of it.
    fn is_text(&self) -> bool {
        let known = ["mov_text", "subrip", "webvtt", "ass", "text"];
        self.codec_type == "subtitle" && known.contains(&self.codec_name.as_deref().unwrap_or(""))
    }

    fn language(&self) -> String {
        let said = self.tags.get("language").and_then(Value::as_str).unwrap_or_default();
        let plain = matches!(said.len(), 2 | 3) && said.bytes().all(|b| b.is_ascii_alphabetic());
        if plain { said.to_owned() } else { "und".to_owned() }
    }

    fn pictures(&self) -> Option<Pictures> {
        let (width, height) = (self.width?, self.height?);
        let aspect = self.sample_aspect_ratio.as_deref().and_then(|text| ratio(text, ':'));
        let width = aspect.filter(|(num, den)| num != den).map_or(Some(width), |(num, den)| {
            u32::try_from((u64::from(width) * num + den / 2) / den).ok()
        })?;
        let rates = [&self.avg_frame_rate, &self.r_frame_rate];
        let rate = rates.into_iter().flatten().find_map(|text| ratio(text, '/'));
        let float = |number: u64| u32::try_from(number).map_or(f64::from(u32::MAX), f64::from);
        let rotation = self.side_data_list.iter().find_map(|data| data.get("rotation")?.as_i64());
        let interlaced = ["tt", "bb", "tb", "bt"];
        Some(Pictures {
            size: (width, height),
            turned: rotation.is_some_and(|degrees| degrees.rem_euclid(180) == 90),
            frame_rate: rate.map_or(25.0, |(num, den)| float(num) / float(den)),
            bit_rate: self.bit_rate.as_deref().and_then(|rate| rate.parse().ok()),
            is_interlaced: self.field_order.as_deref().is_some_and(|o| interlaced.contains(&o)),
            codec: self.h264(),
        })
    }

    /// RFC 6381 §3.3, as x264 sets the bits of constraint: for other encoders they may differ.
    fn h264(&self) -> Option<String> {
        let profile = match (self.codec_name.as_deref()?, self.profile.as_deref()?) {
            ("h264", "Constrained Baseline") => "42C0",
            ("h264", "Main") => "4D40",
            ("h264", "High") => "6400",
            _ => return None,
        };
        Some(format!("avc1.{profile}{:02X}", u8::try_from(self.level?).ok()?))
    }

    fn sound(&self) -> Sound {
        let codec = match (self.codec_name.as_deref(), self.profile.as_deref()) {
            (Some("aac"), Some("LC")) => Some("mp4a.40.2".to_owned()),
            (Some("aac"), Some("HE-AAC")) => Some("mp4a.40.5".to_owned()),
            (Some("mp3"), _) => Some("mp4a.40.34".to_owned()),
            _ => None,
        };
        Sound { codec }
    }
}

/// Two numbers, neither of them zero.
fn ratio(text: &str, between: char) -> Option<(u64, u64)> {
    let (num, den) = text.split_once(between)?;
    let (num, den) = (num.parse().ok()?, den.parse().ok()?);
    (num > 0 && den > 0).then_some((num, den))
}

#[cfg(test)]
mod tests {
    use super::{Pictures, Probe, Sound};

    #[test]
    fn what_ffprobe_says_is_understood() {
        let json = br#"{"streams": [
            {"codec_type": "video", "codec_name": "png", "width": 9, "height": 9, "index": 5,
             "disposition": {"attached_pic": 1}},
            {"codec_type": "subtitle", "codec_name": "mov_text", "index": 6,
             "tags": {"language": "../x"}},
            {"codec_type": "video", "codec_name": "h264", "profile": "Main", "level": 31,
             "width": 720, "height": 576, "sample_aspect_ratio": "64:45",
             "avg_frame_rate": "25/1", "bit_rate": "800000", "field_order": "tt",
             "side_data_list": [{"side_data_type": "Display Matrix", "rotation": -90}]},
            {"codec_type": "audio", "codec_name": "aac", "profile": "LC"}
        ], "format": {"duration": "12.5", "size": "1000", "bit_rate": "900000"}}"#;
        let expected = Probe {
            duration: 12.5,
            len: 1000,
            bit_rate: 900_000,
            video: Some(Pictures {
                size: (1024, 576),
                turned: true,
                frame_rate: 25.0,
                bit_rate: Some(800_000),
                is_interlaced: true,
                codec: Some("avc1.4D401F".to_owned()),
            }),
            audio: Some(Sound { codec: Some("mp4a.40.2".to_owned()) }),
            captions: vec![(6, "und".to_owned())],
            artwork: vec![5],
        };
        assert_eq!(Probe::parse(json), Some(expected));
        let bare = br#"{"streams": [{"codec_type": "data"}], "format": {}}"#;
        assert_eq!(Probe::parse(bare), Some(Probe::default()));
        assert_eq!(Probe::parse(b"{}"), None);
    }
}

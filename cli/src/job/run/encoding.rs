//! A preset, understood: which container, which encoders, with which arguments of ffmpeg.
//!
//! What cannot be done as the preset says is named here, before anything is done.

use super::container::{self, Container};
use super::options::Options;
use super::preset::{Audio, Preset, SizeParameters, Thumbnails, Video};
use super::sizing::{Policy, Sizing};
use super::watermark::Place;

/// What becomes of an input.
#[derive(Clone, Debug)]
pub(super) struct Encoding {
    pub(super) container: Container,
    pub(super) video: Option<VideoEncoding>,
    pub(super) audio: Option<AudioEncoding>,
    pub(super) thumbnails: ThumbnailEncoding,
}

/// How pictures are encoded.
#[derive(Clone, Debug)]
pub(super) struct VideoEncoding {
    /// The encoder and its options.
    pub(super) arguments: Vec<String>,
    /// In kbit/s. `None`: that of the input.
    pub(super) bit_rate: Option<u32>,
    /// Frames per second. `None`: as many as the input has,
    pub(super) frame_rate: Option<&'static str>,
    /// but not more than these.
    pub(super) max_frame_rate: Option<&'static str>,
    pub(super) sizing: Sizing,
    /// `16:9`; `None` is that of the pictures.
    pub(super) aspect: Option<&'static str>,
    pub(super) watermarks: Vec<Place>,
}

/// How sound is encoded.
#[derive(Clone, Debug)]
pub(super) struct AudioEncoding {
    /// The encoder and its options.
    pub(super) arguments: Vec<String>,
    /// Samples per second. `None`: as many as the input has.
    pub(super) rate: Option<u32>,
    /// `None`: as many as the input has.
    pub(super) channels: Option<u8>,
}

/// How thumbnails are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThumbnailEncoding {
    /// `png` or `jpg`.
    pub(super) extension: &'static str,
    /// Seconds from one to the next.
    pub(super) interval: u32,
    pub(super) sizing: Sizing,
}

impl Encoding {
    /// Understands `preset`, or names everything in it that cannot be done.
    pub(super) fn new(preset: &Preset) -> Result<Self, Vec<String>> {
        let mut faults = Faults(Vec::new());
        let name = preset.container.as_deref();
        let container = name.and_then(Container::named).unwrap_or_else(|| {
            faults.add("Container", name, "is none of the service's");
            container::NONE
        });
        let video = preset.video.as_ref().map(|video| faults.video(video, &container));
        let audio = preset.audio.as_ref().and_then(|audio| faults.audio(audio, &container));
        let thumbnails = faults.thumbnails(preset.thumbnails.as_ref());
        if faults.0.is_empty() {
            Ok(Self { container, video: video.flatten(), audio, thumbnails })
        } else {
            Err(faults.0)
        }
    }
}

impl Default for ThumbnailEncoding {
    /// What the service's own presets have.
    fn default() -> Self {
        let sizing = Sizing::Within { max: (192, 108), policy: Policy::ShrinkToFit, pad: false };
        Self { extension: "png", interval: 60, sizing }
    }
}

/// What a preset asks for that cannot be done.
pub(super) struct Faults(Vec<String>);

impl Faults {
    pub(super) fn add(&mut self, name: &str, value: Option<&str>, why: &str) {
        self.0.push(match value {
            Some(value) => format!("{name} \"{}\" {why}", value.escape_debug()),
            None => format!("{name} is missing"),
        });
    }

    /// The number in `value`, which must be in `range`.
    pub(super) fn number(&mut self, name: &str, value: Option<&str>, range: (u32, u32)) -> u32 {
        let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.filter(digits).and_then(|text| text.parse().ok());
        number.filter(|number| (range.0..=range.1).contains(number)).unwrap_or_else(|| {
            self.add(name, value, &format!("is no number from {} to {}", range.0, range.1));
            range.0
        })
    }

    pub(super) fn one_of<'a>(
        &mut self,
        name: &str,
        value: Option<&'a str>,
        known: &[&str],
    ) -> &'a str {
        let value = value.unwrap_or_default();
        if !known.contains(&value) {
            self.add(name, Some(value), &format!("is none of {}", known.join(", ")));
        }
        value
    }

    fn video(&mut self, video: &Video, container: &Container) -> Option<VideoEncoding> {
        let codec = video.codec.as_deref();
        if container.video.is_empty() {
            self.add("Video:Codec", codec, &format!("is not for {}", container.name));
            return None;
        }
        let codec = self.one_of("Video:Codec", codec, container.video);
        let mut arguments = Vec::new();
        let mut give = |name: &str, value: &str| arguments.extend([name, value].map(str::to_owned));
        give("-c:v", VIDEO.iter().find(|(name, _)| *name == codec).map_or("", |(_, own)| own));
        if codec != "gif" {
            let options = Options::read(self, video, codec);
            options.arguments.iter().for_each(|(name, value)| give(name, value));
            let distance = video.keyframes_max_dist.as_deref();
            if distance.is_some() {
                let frames = self.number("KeyframesMaxDist", distance, (1, 100_000)).to_string();
                give("-g", &frames);
                if video.fixed_gop.as_deref() == Some("true") {
                    give("-keyint_min", &frames);
                    give("-sc_threshold", "0");
                }
            }
        }
        let bit_rate = match video.bit_rate.as_deref() {
            None | Some("auto") => None,
            rate => Some(self.number("Video:BitRate", rate, (10, 99_999))),
        };
        let frame_rate = self.frame_rate("FrameRate", video.frame_rate.as_deref());
        let max_frame_rate = self.frame_rate("MaxFrameRate", video.max_frame_rate.as_deref());
        let sizing = self.sizing("Video", &video.size);
        let aspect = self.aspect("DisplayAspectRatio", video.display_aspect_ratio.as_deref());
        let watermarks = video.watermarks.iter().flatten().filter_map(|watermark| {
            let place = Place::new(watermark);
            place.map_err(|fault| self.0.push(fault)).ok()
        });
        let watermarks = watermarks.collect();
        Some(VideoEncoding {
            arguments,
            bit_rate,
            frame_rate,
            max_frame_rate,
            sizing,
            aspect,
            watermarks,
        })
    }

    fn audio(&mut self, audio: &Audio, container: &Container) -> Option<AudioEncoding> {
        if audio.channels.as_deref() == Some("0") {
            return None;
        }
        let codec = audio.codec.as_deref();
        if container.audio.is_empty() {
            self.add("Audio:Codec", codec, &format!("is not for {}", container.name));
            return None;
        }
        let codec = self.one_of("Audio:Codec", codec, container.audio);
        let (profile, depth) = match &audio.codec_options {
            Some(options) => (options.profile.as_deref(), options.bit_depth.as_deref()),
            None => (None, None),
        };
        // ffmpeg's own AAC encoder makes no other; those that do are not free to ship.
        if codec == "AAC" && !matches!(profile, None | Some("auto" | "AAC-LC")) {
            self.add("Audio:CodecOptions:Profile", profile, "cannot be made here: AAC-LC can");
        }
        let mode = audio.audio_packing_mode.as_deref();
        if !matches!(mode, None | Some("SingleTrack")) {
            self.add("AudioPackingMode", mode, "cannot be made here: SingleTrack can");
        }
        let encoder = match (codec, depth) {
            ("pcm", Some("8")) => "pcm_u8",
            ("pcm", Some("24")) => "pcm_s24le",
            ("pcm", Some("32")) => "pcm_s32le",
            _ => AUDIO.iter().find(|(name, _)| *name == codec).map_or("", |(_, own)| own),
        };
        let mut arguments = vec!["-c:a".to_owned(), encoder.to_owned()];
        if codec == "flac" {
            let format = if depth == Some("24") { "s32" } else { "s16" };
            arguments.extend(["-sample_fmt".to_owned(), format.to_owned()]);
        } else if codec != "pcm" {
            let rate = self.number("Audio:BitRate", audio.bit_rate.as_deref(), (8, 999));
            arguments.extend(["-b:a".to_owned(), format!("{rate}k")]);
        }
        let rate = match audio.sample_rate.as_deref() {
            None | Some("auto") => None,
            rate => Some(self.number("SampleRate", rate, (22_050, 192_000))),
        };
        let channels = match self.one_of("Channels", audio.channels.as_deref(), CHANNELS) {
            "1" => Some(1),
            "2" => Some(2),
            _ => None,
        };
        Some(AudioEncoding { arguments, rate, channels })
    }

    fn thumbnails(&mut self, thumbnails: Option<&Thumbnails>) -> ThumbnailEncoding {
        let Some(thumbnails) = thumbnails else { return ThumbnailEncoding::default() };
        let format = self.one_of("Thumbnails:Format", thumbnails.format.as_deref(), IMAGES);
        let interval = self.number("Interval", thumbnails.interval.as_deref(), (1, 99_999));
        let sizing = self.sizing("Thumbnails", &thumbnails.size);
        let extension = if format == "jpg" { "jpg" } else { "png" };
        ThumbnailEncoding { extension, interval, sizing }
    }

    fn frame_rate(&mut self, name: &str, rate: Option<&str>) -> Option<&'static str> {
        let rate = rate.filter(|rate| *rate != "auto" && !rate.is_empty())?;
        let known = FRAME_RATES.iter().find(|(known, _)| *known == rate);
        if known.is_none() {
            self.add(name, Some(rate), "is none of the service's");
        }
        known.map(|(_, exact)| *exact)
    }

    fn aspect(&mut self, name: &str, aspect: Option<&str>) -> Option<&'static str> {
        let aspect = aspect.filter(|aspect| *aspect != "auto" && !aspect.is_empty())?;
        let known = ASPECTS.into_iter().find(|known| *known == aspect);
        if known.is_none() {
            self.add(name, Some(aspect), "is none of the service's");
        }
        known
    }

    /// Either `Resolution` and `AspectRatio`, of old, or the four others.
    fn sizing(&mut self, what: &str, size: &SizeParameters) -> Sizing {
        if !matches!(size.aspect_ratio.as_deref(), None | Some("auto" | "")) {
            let why = "is not done here: MaxWidth, MaxHeight, SizingPolicy and PaddingPolicy are";
            self.add(&format!("{what}:AspectRatio"), size.aspect_ratio.as_deref(), why);
        }
        match size.resolution.as_deref() {
            Some("auto") => return Sizing::Original,
            Some(text) => {
                let name = format!("{what}:Resolution");
                let (width, height) = text.split_once('x').unwrap_or((text, ""));
                let mut side = |text, max| self.number(&name, Some(text), (16, max)) / 2 * 2;
                let max = (side(width, 4096), side(height, 3072));
                return Sizing::Within { max, policy: Policy::Fit, pad: true };
            }
            None => {}
        }
        let mut side = |name: &str, value: Option<&str>, auto, max| match value {
            None | Some("auto") => auto,
            value => self.number(&format!("{what}:{name}"), value, (16, max)) / 2 * 2,
        };
        let width = side("MaxWidth", size.max_width.as_deref(), 1920, 4096);
        let height = side("MaxHeight", size.max_height.as_deref(), 1080, 3072);
        let policy = size.sizing_policy.as_deref().unwrap_or("ShrinkToFit");
        let policy = Policy::parse(policy).unwrap_or_else(|| {
            self.add("SizingPolicy", Some(policy), "is none of the service's");
            Policy::Fit
        });
        let padding = size.padding_policy.as_deref().unwrap_or("NoPad");
        let pad = self.one_of("PaddingPolicy", Some(padding), &["Pad", "NoPad"]) == "Pad";
        Sizing::Within { max: (width, height), policy, pad }
    }
}

const VIDEO: [(&str, &str); 5] = [
    ("H.264", "libx264"),
    ("vp8", "libvpx"),
    ("vp9", "libvpx-vp9"),
    ("mpeg2", "mpeg2video"),
    ("gif", "gif"),
];
const AUDIO: [(&str, &str); 6] = [
    ("AAC", "aac"),
    ("vorbis", "libvorbis"),
    ("mp3", "libmp3lame"),
    ("mp2", "mp2"),
    ("pcm", "pcm_s16le"),
    ("flac", "flac"),
];
const CHANNELS: &[&str] = &["auto", "1", "2"];
const IMAGES: &[&str] = &["png", "jpg"];
const ASPECTS: [&str; 4] = ["1:1", "4:3", "3:2", "16:9"];
const FRAME_RATES: [(&str, &str); 9] = [
    ("10", "10"),
    ("15", "15"),
    ("23.97", "24000/1001"),
    ("24", "24"),
    ("25", "25"),
    ("29.97", "30000/1001"),
    ("30", "30"),
    ("50", "50"),
    ("60", "60"),
];

#[cfg(test)]
#[path = "encoding_tests.rs"]
mod tests;

//! Presets, as ReadPreset answers them and CreatePreset takes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::encoding::Encoding;
use crate::error::Error;

/// `Preset` of the service's model.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Preset {
    pub(super) id: Option<String>,
    pub(super) container: Option<String>,
    pub(super) video: Option<Video>,
    pub(super) audio: Option<Audio>,
    pub(super) thumbnails: Option<Thumbnails>,
}

/// `VideoParameters`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Video {
    pub(super) codec: Option<String>,
    pub(super) codec_options: Option<BTreeMap<String, Option<String>>>,
    pub(super) keyframes_max_dist: Option<String>,
    #[serde(rename = "FixedGOP")]
    pub(super) fixed_gop: Option<String>,
    pub(super) bit_rate: Option<String>,
    pub(super) frame_rate: Option<String>,
    pub(super) max_frame_rate: Option<String>,
    pub(super) display_aspect_ratio: Option<String>,
    #[serde(flatten)]
    pub(super) size: SizeParameters,
    pub(super) watermarks: Option<Vec<Watermark>>,
}

/// What `VideoParameters` and `Thumbnails` say of sizes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SizeParameters {
    pub(super) resolution: Option<String>,
    pub(super) aspect_ratio: Option<String>,
    pub(super) max_width: Option<String>,
    pub(super) max_height: Option<String>,
    pub(super) sizing_policy: Option<String>,
    pub(super) padding_policy: Option<String>,
}

/// `AudioParameters`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Audio {
    pub(super) codec: Option<String>,
    pub(super) codec_options: Option<AudioCodecOptions>,
    pub(super) sample_rate: Option<String>,
    pub(super) bit_rate: Option<String>,
    pub(super) channels: Option<String>,
    pub(super) audio_packing_mode: Option<String>,
}

/// `AudioCodecOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AudioCodecOptions {
    pub(super) profile: Option<String>,
    pub(super) bit_depth: Option<String>,
}

/// `Thumbnails`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Thumbnails {
    pub(super) format: Option<String>,
    pub(super) interval: Option<String>,
    #[serde(flatten)]
    pub(super) size: SizeParameters,
}

/// `PresetWatermark`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Watermark {
    pub(super) id: Option<String>,
    pub(super) max_width: Option<String>,
    pub(super) max_height: Option<String>,
    pub(super) sizing_policy: Option<String>,
    pub(super) horizontal_align: Option<String>,
    pub(super) horizontal_offset: Option<String>,
    pub(super) vertical_align: Option<String>,
    pub(super) vertical_offset: Option<String>,
    pub(super) opacity: Option<String>,
    pub(super) target: Option<String>,
}

/// An answer has the preset in a member.
#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Answer {
        #[serde(rename = "Preset")]
        preset: Preset,
    },
    Bare(Preset),
}

impl Preset {
    /// Reads a document.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        match serde_json::from_slice(bytes).map_err(|error| error.to_string())? {
            Document::Answer { preset } | Document::Bare(preset) => Ok(preset),
        }
    }
}

/// The presets that a job can name.
pub(super) struct Presets(BTreeMap<String, Result<Encoding, Vec<String>>>);

impl Presets {
    /// The service's own, and those in the files `*.json` of `folder`, which go first.
    pub(super) fn read(folder: Option<&Path>) -> Result<Self, Error> {
        let mut presets = Self(BTreeMap::new());
        for text in SYSTEM {
            presets.add(text.as_bytes(), "a preset of reelseal's")?;
        }
        let Some(folder) = folder else { return Ok(presets) };
        let failed = |error| Error::io("cannot read", folder, &error);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let bytes = fs::read(&path).map_err(|e| Error::io("cannot read", &path, &e))?;
                presets.add(&bytes, &path.display().to_string())?;
            }
        }
        Ok(presets)
    }

    fn add(&mut self, bytes: &[u8], name: &str) -> Result<(), Error> {
        let malformed = |why: &str| {
            Error::malformed(format!("{name}: is no preset: {why}"))
                .hint("give what ReadPreset or CreatePreset answered")
        };
        let preset = Preset::parse(bytes).map_err(|error| malformed(&error))?;
        let id = preset.id.clone().ok_or_else(|| malformed("Id is missing"))?;
        self.0.insert(id, Encoding::new(&preset));
        Ok(())
    }

    /// The preset `id`; what it asks for that cannot be done; or `None` where it is not known.
    pub(super) fn get(&self, id: &str) -> Option<Result<&Encoding, &[String]>> {
        Some(self.0.get(id)?.as_ref().map_err(Vec::as_slice))
    }

    /// The ids that are known.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// System presets of the service, by its ids; their settings as far as they are known: the
/// service never published all of them in one place.
const SYSTEM: [&str; 13] = [
    include_str!("../../../presets/1351620000001-000001.json"),
    include_str!("../../../presets/1351620000001-000010.json"),
    include_str!("../../../presets/1351620000001-000020.json"),
    include_str!("../../../presets/1351620000001-000040.json"),
    include_str!("../../../presets/1351620000001-100070.json"),
    include_str!("../../../presets/1351620000001-200010.json"),
    include_str!("../../../presets/1351620000001-200020.json"),
    include_str!("../../../presets/1351620000001-200030.json"),
    include_str!("../../../presets/1351620000001-200040.json"),
    include_str!("../../../presets/1351620000001-200050.json"),
    include_str!("../../../presets/1351620000001-200060.json"),
    include_str!("../../../presets/1351620000001-200071.json"),
    include_str!("../../../presets/1351620000001-300040.json"),
];

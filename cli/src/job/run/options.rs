//! `CodecOptions` of pictures.

use super::encoding::Faults;
use super::preset::Video;

/// `CodecOptions` of pictures.
pub(super) struct Options {
    pub(super) arguments: Vec<(&'static str, String)>,
}

impl Options {
    pub(super) fn read(faults: &mut Faults, video: &Video, codec: &str) -> Self {
        let mut arguments = Vec::new();
        let mut rates = (None, None);
        for (name, value) in video.codec_options.iter().flatten() {
            let Some(value) = value.as_deref().filter(|value| !value.is_empty()) else { continue };
            match (name.as_str(), codec) {
                ("Profile", "H.264") => {
                    let known = ["baseline", "main", "high"];
                    arguments.push(("-profile:v", faults.one_of(name, Some(value), &known).into()));
                }
                ("Profile", _) => {
                    let profile = faults.number(name, Some(value), (0, 3));
                    arguments.push(("-profile:v", profile.to_string()));
                }
                ("Level", "H.264") => {
                    arguments.push(("-level:v", faults.one_of(name, Some(value), LEVELS).into()));
                }
                ("MaxReferenceFrames", "H.264") => {
                    let frames = faults.number(name, Some(value), (0, 16));
                    arguments.push(("-refs:v", frames.to_string()));
                }
                ("MaxBitRate", _) => rates.0 = Some(faults.number(name, Some(value), (16, 62_500))),
                ("BufferSize", _) => {
                    rates.1 = Some(faults.number(name, Some(value), (1, 9_999_999)))
                }
                ("ChromaSubsampling", _) => {
                    let known = ["yuv420p", "yuv422p"];
                    arguments.push(("-pix_fmt", faults.one_of(name, Some(value), &known).into()));
                }
                ("InterlacedMode", _) if value != "Progressive" => {
                    faults.add(name, Some(value), "cannot be made here: Progressive can");
                }
                ("ColorSpaceConversionMode", _) if value != "None" => {
                    faults.add(name, Some(value), "is not done here: None is");
                }
                _ => {}
            }
        }
        if !arguments.iter().any(|(name, _)| *name == "-pix_fmt") {
            arguments.push(("-pix_fmt", "yuv420p".to_owned()));
        }
        if let Some(max) = rates.0 {
            // The guide: without a BufferSize, ten times the MaxBitRate.
            let buffer = rates.1.unwrap_or(max.saturating_mul(10));
            arguments.push(("-maxrate", format!("{max}k")));
            arguments.push(("-bufsize", format!("{buffer}k")));
        }
        Self { arguments }
    }
}

const LEVELS: &[&str] =
    &["1", "1b", "1.1", "1.2", "1.3", "2", "2.1", "2.2", "3", "3.1", "3.2", "4", "4.1"];

//! Filters of ffmpeg, from the inputs to one stream of pictures and one of sound.

use super::arguments::{Clear, Graphic};
use super::encoding::{AudioEncoding, VideoEncoding};
use super::plan::Rotate;
use super::probe::Pictures;
use super::sizing::{Frame, Size};

/// The size that the pictures of `output` will have.
pub(super) fn frame(video: &VideoEncoding, pictures: &Pictures, rotate: Rotate) -> Frame {
    video.sizing.of(upright(pictures, rotate))
}

/// The size of pictures as they are shown, before they are brought to another one.
pub(super) fn upright(pictures: &Pictures, rotate: Rotate) -> Size {
    let (width, height) = pictures.size;
    let turned = match rotate {
        Rotate::None => false,
        Rotate::Auto | Rotate::By180 => pictures.turned,
        Rotate::By90 | Rotate::By270 => !pictures.turned,
    };
    if turned { (height, width) } else { (width, height) }
}

pub(super) fn turn(rotate: Rotate) -> &'static str {
    match rotate {
        Rotate::Auto | Rotate::None => "",
        Rotate::By90 => "transpose=clock,",
        Rotate::By180 => "hflip,vflip,",
        Rotate::By270 => "transpose=cclock,",
    }
}

/// Filters behind one another; `[v0]…[v1]…` joined where there are several.
pub(super) fn join(mut parts: Vec<String>, label: &str, count: usize) -> String {
    let ends: String = (0..count).map(|n| format!("[{label}{n}]")).collect();
    let (video, audio) = if label == "v" { (1, 0) } else { (0, 1) };
    match count {
        1 => parts.push(ends),
        _ => parts.push(format!("{ends}concat=n={count}:v={video}:a={audio},")),
    }
    parts.join(";")
}

/// Filters from the inputs to `[v]`.
pub(super) fn pictures(
    video: &VideoEncoding,
    rotate: Rotate,
    inputs: &[Clear],
    graphics: &[Graphic],
) -> String {
    let mut parts = Vec::new();
    for (n, input) in inputs.iter().enumerate() {
        let Some(pictures) = &input.probe.video else { continue };
        let mut filter = String::new();
        if pictures.is_interlaced {
            filter += "yadif=deint=interlaced,";
        }
        filter += turn(rotate);
        filter += &frame(video, pictures, rotate).filter();
        if let Some(rate) = rate(video, pictures, inputs) {
            filter += &format!(",fps={rate}");
        }
        parts.push(format!("[{n}:v:0]{filter}[v{n}]"));
    }
    let joined = join(parts, "v", inputs.len());
    let first = inputs.first().and_then(|input| input.probe.video.as_ref());
    let (Some(first), false) = (first, graphics.is_empty()) else { return joined + "null[v]" };
    let mut graph = joined + "null[p0]";
    for (n, graphic) in graphics.iter().enumerate() {
        let Some(place) = video.watermarks.get(graphic.place) else { continue };
        let at = place.on(graphic.size, frame(video, first, rotate));
        let ((width, height), index) = (at.size, inputs.len() + n);
        let next = if n + 1 == graphics.len() { "v".to_owned() } else { format!("p{}", n + 1) };
        graph += &format!(
            ";[{index}:v:0]scale={width}:{height},format=rgba,colorchannelmixer=aa={}[w{n}];\
             [p{n}][w{n}]overlay={}:{}[{next}]",
            at.opacity, at.left, at.top
        );
    }
    graph
}

/// The frame rate, where it is not that of the input. Inputs that are joined have one.
fn rate(video: &VideoEncoding, pictures: &Pictures, inputs: &[Clear]) -> Option<String> {
    if let Some(rate) = video.frame_rate {
        return Some(rate.to_owned());
    }
    let first = inputs.first().and_then(|input| input.probe.video.as_ref());
    let common = if inputs.len() > 1 { first? } else { pictures };
    let max = video.max_frame_rate.filter(|max| number(max) + 0.01 < common.frame_rate);
    match max {
        Some(max) => Some(max.to_owned()),
        None => (inputs.len() > 1).then(|| format!("{:.3}", common.frame_rate)),
    }
}

fn number(rate: &str) -> f64 {
    let (num, den) = rate.split_once('/').unwrap_or((rate, "1"));
    let parse = |text: &str| text.parse::<f64>().unwrap_or(1.0);
    parse(num) / parse(den)
}

/// Filters from the inputs to `[a]`.
pub(super) fn sound(audio: &AudioEncoding, inputs: &[Clear]) -> String {
    let rate = audio.rate.map(|rate| format!("sample_rates={rate}"));
    let layout = audio.channels.map(|channels| {
        format!("channel_layouts={}", if channels == 1 { "mono" } else { "stereo" })
    });
    let several = inputs.len() > 1;
    let rate = rate.or(several.then(|| "sample_rates=48000".to_owned()));
    let layout = layout.or(several.then(|| "channel_layouts=stereo".to_owned()));
    let format: Vec<String> = rate.into_iter().chain(layout).collect();
    let filter = match format.is_empty() {
        true => "anull".to_owned(),
        false => format!("aformat={}", format.join(":")),
    };
    let parts = (0..inputs.len()).map(|n| format!("[{n}:a:0]{filter}[a{n}]")).collect();
    join(parts, "a", inputs.len()) + "anull[a]"
}

//! From a plan to the arguments of ffmpeg. No file is touched here.

use std::path::{Path, PathBuf};

use super::captions::{CaptionKind, three_letters};
use super::encoding::{Encoding, VideoEncoding};
use super::ffmpeg::{READING, TEXTS};
use super::filters::{frame, join, pictures, sound, turn, upright};
use super::plan::{Clip, Form, Output, Recipe, Rotate, Thumbnails};
use super::probe::Probe;
use super::sizing::{Frame, Size};

/// An input, in the clear.
#[derive(Clone, Debug)]
pub(super) struct Clear {
    pub(super) path: PathBuf,
    pub(super) clip: Clip,
    pub(super) probe: Probe,
}

/// A track of captions.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) language: String,
    pub(super) from: From,
}

/// Where a track is.
#[derive(Clone, Debug)]
pub(super) enum From {
    /// In a file of its own, which comes so many seconds later.
    File(PathBuf, f64),
    /// In this stream of the input.
    Stream(usize),
}

/// A cover, in the clear.
#[derive(Clone, Debug)]
pub(super) enum Cover {
    File { path: PathBuf, frame: Frame, encoder: &'static str },
    Stream(usize),
}

/// What goes into an output beside pictures and sound.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    pub(super) graphics: Vec<Graphic>,
    pub(super) covers: Vec<Cover>,
    /// Those that are in the output itself.
    pub(super) tracks: Vec<Track>,
}

/// A graphic, in the clear.
#[derive(Clone, Debug)]
pub(super) struct Graphic {
    pub(super) path: PathBuf,
    pub(super) size: Size,
    /// Its place among those of the preset.
    pub(super) place: usize,
}

/// The names that are given to what ffmpeg writes; their final ones come later.
pub(super) const FILE: &str = "file";
pub(super) const PLAYLIST: &str = "list.m3u8";
pub(super) const SINGLE: &str = "all.ts";

/// What makes the output, in the folder where ffmpeg runs.
pub(super) fn output(output: &Output, inputs: &[Clear], extras: &Extras) -> Vec<String> {
    let mut all = Arguments::default();
    all.inputs(inputs, output);
    let mut next = inputs.len();
    for graphic in &extras.graphics {
        all.give(READING);
        all.file(&graphic.path);
        next += 1;
    }
    let covers = all.cover_files(&extras.covers, &mut next);
    let tracks = all.track_files(&extras.tracks, &mut next);
    match &output.recipe {
        Recipe::Copy(_) => {
            all.give(["-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy"]);
        }
        Recipe::Encode(encoding) => all.encode(encoding, output, inputs, &extras.graphics),
    }
    all.give(covers);
    all.give(tracks);
    all.give(["-map_chapters", "-1", "-dn"]);
    all.muxer(output);
    all.0
}

/// What makes thumbnails, `00001` and so on.
pub(super) fn thumbnails(output: &Output, own: &Thumbnails, inputs: &[Clear]) -> Vec<String> {
    let mut all = Arguments::default();
    all.inputs(inputs, output);
    // The first picture, and each that comes an interval after the last one; then one a second,
    // so that none is dropped or doubled on the way out.
    let interval = own.encoding.interval;
    let choice =
        format!("select='isnan(prev_selected_t)+gte(t-prev_selected_t,{interval})',setpts=N/TB");
    let pictures: Vec<String> = inputs
        .iter()
        .enumerate()
        .filter_map(|(n, input)| {
            let frame = own.encoding.sizing.of(upright(input.probe.video.as_ref()?, output.rotate));
            let turned = turn(output.rotate);
            Some(format!("[{n}:v:0]{turned}{}[v{n}]", frame.filter()))
        })
        .collect();
    let graph = join(pictures, "v", inputs.len()) + &format!("{choice}[v]");
    all.give(["-filter_complex", &graph, "-map", "[v]", "-r", "1"]);
    all.give(["-f", "image2", "-start_number", "1"]);
    if own.encoding.extension == "jpg" {
        all.give(["-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"]);
    }
    all.give([format!("%05d.{}", own.encoding.extension)]);
    all.0
}

/// What makes a file of captions, [`FILE`].
pub(super) fn captions(track: &Track, input: &Clear, kind: CaptionKind) -> Vec<String> {
    let mut all = Arguments::default();
    if let From::Stream(_) = track.from {
        all.give(READING);
        all.file(&input.path);
    }
    let from = all.track(track, 0);
    all.give(["-map", &from, "-f", kind.muxer(), FILE]);
    all.0
}

/// Whether the inputs, which are to be joined, give pictures of different sizes.
pub(super) fn sizes_differ(output: &Output, inputs: &[Clear]) -> bool {
    let Recipe::Encode(encoding) = &output.recipe else { return false };
    let Some(video) = &encoding.video else { return false };
    let size = |input: &Clear| {
        let pictures = input.probe.video.as_ref();
        pictures.map(|pictures| frame(video, pictures, output.rotate).padded)
    };
    inputs.iter().any(|input| size(input) != inputs.first().and_then(size))
}

/// The size of the thumbnails.
pub(super) fn thumbnail_size(output: &Output, own: &Thumbnails, inputs: &[Clear]) -> Size {
    let pictures = inputs.first().and_then(|input| input.probe.video.as_ref());
    let size = pictures.map(|pictures| upright(pictures, output.rotate)).unwrap_or_default();
    own.encoding.sizing.of(size).padded
}

#[derive(Default)]
struct Arguments(Vec<String>);

impl Arguments {
    fn give<S: Into<String>>(&mut self, words: impl IntoIterator<Item = S>) {
        self.0.extend(words.into_iter().map(Into::into));
    }

    fn inputs(&mut self, inputs: &[Clear], output: &Output) {
        for input in inputs {
            let clip = output.clip.unwrap_or(input.clip);
            if let Some(start) = clip.start {
                self.give(["-ss".to_owned(), format!("{start:.3}")]);
            }
            if let Some(duration) = clip.duration {
                self.give(["-t".to_owned(), format!("{duration:.3}")]);
            }
            if output.rotate == Rotate::None {
                self.give(["-noautorotate"]);
            }
            self.give(READING);
            self.file(&input.path);
        }
    }

    fn file(&mut self, path: &Path) {
        self.give(["-i".to_owned(), path.display().to_string()]);
    }

    /// Opens the files of covers, and returns what puts covers into the output.
    fn cover_files(&mut self, covers: &[Cover], next: &mut usize) -> Vec<String> {
        let mut after = Vec::new();
        for (n, cover) in covers.iter().enumerate() {
            let mut give = |name: String, value: String| after.extend([name, value]);
            match cover {
                Cover::Stream(index) => {
                    give("-map".to_owned(), format!("0:{index}"));
                    give(format!("-c:v:{n}"), "copy".to_owned());
                }
                Cover::File { path, frame, encoder } => {
                    self.give(READING);
                    self.file(path);
                    give("-map".to_owned(), format!("{next}:v:0"));
                    give(format!("-c:v:{n}"), (*encoder).to_owned());
                    give(format!("-filter:v:{n}"), frame.filter());
                    *next += 1;
                }
            }
            give(format!("-disposition:v:{n}"), "attached_pic".to_owned());
        }
        after
    }

    /// Opens the files of captions, and returns what puts captions into the output.
    fn track_files(&mut self, tracks: &[Track], next: &mut usize) -> Vec<String> {
        let mut after = Vec::new();
        for (n, track) in tracks.iter().enumerate() {
            let from = self.track(track, *next);
            *next += usize::from(matches!(track.from, From::File(..)));
            let language = three_letters(&track.language);
            after.extend(["-map".to_owned(), from, format!("-c:s:{n}"), "mov_text".to_owned()]);
            after.extend([format!("-metadata:s:s:{n}"), format!("language={language}")]);
        }
        if after.is_empty() { vec!["-sn".to_owned()] } else { after }
    }

    /// Opens the file of a track, if it has one, as input `next`; returns which stream it is.
    fn track(&mut self, track: &Track, next: usize) -> String {
        match &track.from {
            From::Stream(index) => format!("0:{index}"),
            From::File(path, offset) => {
                if *offset != 0.0 {
                    self.give(["-itsoffset".to_owned(), format!("{offset:.3}")]);
                }
                self.give(TEXTS);
                self.file(path);
                format!("{next}:s:0")
            }
        }
    }

    fn encode(
        &mut self,
        encoding: &Encoding,
        output: &Output,
        inputs: &[Clear],
        graphics: &[Graphic],
    ) {
        let mut graph = Vec::new();
        if let Some(video) = &encoding.video {
            graph.push(pictures(video, output.rotate, inputs, graphics));
        }
        let audio = encoding.audio.as_ref().filter(|_| inputs.iter().all(has_sound));
        if let Some(audio) = audio {
            graph.push(sound(audio, inputs));
        }
        self.give(["-filter_complex".to_owned(), graph.join(";")]);
        if let Some(video) = &encoding.video {
            self.video(video, output, inputs);
        }
        if let Some(audio) = audio {
            self.give(["-map", "[a]"]);
            self.give(audio.arguments.iter().cloned());
        }
    }

    fn video(&mut self, video: &VideoEncoding, output: &Output, inputs: &[Clear]) {
        self.give(["-map", "[v]"]);
        self.give(video.arguments.iter().cloned());
        let of_input = inputs.first().map(|input| &input.probe).and_then(|probe| {
            let own = probe.video.as_ref().and_then(|pictures| pictures.bit_rate);
            own.or(Some(probe.bit_rate).filter(|rate| *rate > 0))
        });
        let rate = video.bit_rate.map(|kilobits| format!("{kilobits}k"));
        if let Some(rate) = rate.or(of_input.map(|bits| bits.to_string())) {
            self.give(["-b:v".to_owned(), rate]);
        }
        if let Some(aspect) = video.aspect {
            self.give(["-aspect", aspect]);
        }
        if let Form::HlsV3(seconds) | Form::HlsV4(seconds) = output.form {
            let at = format!("expr:gte(t,n_forced*{seconds})");
            self.give(["-force_key_frames".to_owned(), at]);
        }
    }

    fn muxer(&mut self, output: &Output) {
        match output.form {
            Form::File => {
                self.give(["-f"]);
                self.give(output.recipe.container().muxer.iter().copied());
                self.give([FILE]);
            }
            Form::HlsV3(seconds) => self.hls(seconds, ["-hls_segment_filename", "%05d.ts"]),
            Form::HlsV4(seconds) => {
                self.give(["-hls_flags", "single_file"]);
                self.hls(seconds, ["-hls_segment_filename", SINGLE]);
            }
        }
    }

    fn hls(&mut self, seconds: f64, names: [&str; 2]) {
        self.give(["-f", "hls", "-hls_list_size", "0", "-hls_playlist_type", "vod"]);
        self.give(["-hls_segment_type", "mpegts", "-hls_time", &seconds.to_string()]);
        self.give(names);
        self.give([PLAYLIST]);
    }
}

pub(super) fn has_sound(input: &Clear) -> bool {
    input.probe.audio.is_some()
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;

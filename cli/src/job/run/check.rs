//! What must hold between a job and its inputs, now that they are known.

use std::fs;
use std::path::Path;

use zeroize::Zeroizing;

use super::arguments::{self, Clear, Track};
use super::code;
use super::plan::{By, Cipher, Input, Output, Recipe, Source};
use crate::error::Error;

/// The inputs go together.
pub(super) fn inputs(plan: &[Input], inputs: &[Clear]) -> Result<(), Error> {
    let first = inputs.first();
    let differs = |what: fn(&Clear) -> bool| {
        inputs.iter().position(|input| first.map(what) != Some(what(input)))
    };
    for (what, code, odd) in [
        ("pictures", code::PICTURES_DIFFER, differs(|input| input.probe.video.is_some())),
        ("sound", code::SOUND_DIFFERS, differs(|input| input.probe.audio.is_some())),
    ] {
        if let Some(input) = odd.and_then(|odd| plan.get(odd)) {
            let message = format!("{}: all inputs have {what}, or none", input.source.name);
            return Err(Error::malformed(message).transcoder_code(code));
        }
    }
    for (input, plan) in inputs.iter().zip(plan) {
        starts_inside(input.clip.start, input).map_err(|error| error.at(&plan.source.name))?;
    }
    Ok(())
}

/// The output can be made of them.
pub(super) fn output(output: &Output, inputs: &[Clear]) -> Result<(), Error> {
    if let (Some(clip), Some(input)) = (output.clip, inputs.first()) {
        starts_inside(clip.start, input)?;
    }
    let has_video = inputs.iter().all(|input| input.probe.video.is_some());
    let mismatch = |message| Err(Error::malformed(message).transcoder_code(code::MISMATCH));
    if let Recipe::Encode(encoding) = &output.recipe {
        let sound = encoding.audio.is_some() && inputs.iter().all(arguments::has_sound);
        if encoding.video.is_some() && !has_video {
            return mismatch("the preset has pictures, and the input has none");
        }
        if encoding.video.is_none() && !sound {
            return mismatch("nothing is left: the preset has no pictures, and there is no sound");
        }
    }
    if output.thumbnails.is_some() && !has_video {
        return mismatch("thumbnails are asked for, and the input has no pictures");
    }
    if arguments::sizes_differ(output, inputs) {
        let error = Error::malformed("the inputs give pictures of different sizes");
        let error = error.transcoder_code(code::SIZES_DIFFER);
        return Err(error.hint("a preset with PaddingPolicy Pad, or Stretch, gives one size"));
    }
    thumbnails(output, inputs)
}

// One block has one key and one IV. Under a counter mode they may serve one file.
fn thumbnails(output: &Output, inputs: &[Clear]) -> Result<(), Error> {
    let Some(own) = &output.thumbnails else { return Ok(()) };
    let Some(Cipher { path, by: By::Us { mode, .. } }) = &own.cipher else { return Ok(()) };
    let all: f64 = inputs.iter().map(seconds).sum();
    if !mode.counts() || all <= f64::from(own.encoding.interval) {
        return Ok(());
    }
    let mode = mode.as_str();
    let message = format!(
        "{path}: {mode} would encrypt every thumbnail with one key and one IV, which gives them \
         away"
    );
    let error = Error::refused(message).transcoder_code(code::VALIDATION);
    Err(error.hint("aes-cbc-pkcs7 does not, nor does an Interval as long as the film"))
}

/// There are captions, where there must be, and one key and one IV are enough for them.
pub(super) fn tracks(output: &Output, tracks: &[Track]) -> Result<(), Error> {
    if tracks.is_empty() {
        let message = "captions are asked for, and there are none, in the input or beside it";
        return Err(Error::malformed(message).transcoder_code(code::MISMATCH));
    }
    let twice = tracks
        .iter()
        .enumerate()
        .find(|(n, track)| tracks.iter().take(*n).any(|before| before.language == track.language));
    if let Some((_, track)) = twice {
        let message = format!("there are two tracks of captions in \"{}\"", track.language);
        return Err(Error::malformed(message).transcoder_code(code::BAD_CAPTIONS));
    }
    let given_away = output.caption_formats.iter().find_map(|own| own.gives_away(tracks.len()));
    given_away.map_or(Ok(()), |cipher| {
        let path = &cipher.path;
        let message =
            format!("{path}: captions in several languages would have one key and one IV");
        let error = Error::refused(message).transcoder_code(code::VALIDATION);
        Err(error.hint("a counter mode gives both away; aes-cbc-pkcs7 does not"))
    })
}

/// The guide: captions are UTF-8, or the job fails.
pub(super) fn is_utf_8(source: &Source, path: &Path) -> Result<(), Error> {
    let bytes = Zeroizing::new(
        fs::read(path).map_err(|error| Error::io("cannot read", source.name.as_path(), &error))?,
    );
    if std::str::from_utf8(&bytes).is_ok() {
        return Ok(());
    }
    let error = match source.document {
        None => Error::malformed(format!("{}: is not UTF-8", source.name)),
        Some(_) => {
            let message = format!("{}: what is in it is not UTF-8", source.name);
            Error::inauthentic(message).hint("the key, the IV or the mode may be another one")
        }
    };
    Err(error.transcoder_code(code::NOT_UTF_8))
}

fn starts_inside(start: Option<f64>, input: &Clear) -> Result<(), Error> {
    if start.is_some_and(|start| input.probe.duration > 0.0 && start >= input.probe.duration) {
        let message = format!(
            "the clip begins at {} seconds, and the input has {}",
            start.unwrap_or(0.0),
            input.probe.duration
        );
        return Err(Error::malformed(message).transcoder_code(code::NO_CLIP));
    }
    Ok(())
}

/// The seconds that are taken of an input.
pub(super) fn seconds(input: &Clear) -> f64 {
    let rest = (input.probe.duration - input.clip.start.unwrap_or(0.0)).max(0.0);
    input.clip.duration.map_or(rest, |duration| duration.min(rest))
}

//! What goes into an output beside pictures and sound, and what is made beside it: watermarks,
//! covers, captions, thumbnails, I-frames.

use std::path::{Path, PathBuf};

use super::arguments::{self, Clear, Cover, Extras, FILE, From, Graphic, PLAYLIST, SINGLE, Track};
use super::artwork::Art;
use super::captions::{CaptionFormat, CaptionKind};
use super::check;
use super::code;
use super::package::{self, Variant};
use super::plan::{Output, Source};
use super::sizing::Size;
use super::work::{Work, name};
use crate::error::Error;
use crate::package::PackagePath;

impl Work<'_, '_> {
    /// What goes into the output beside pictures and sound, in the clear.
    pub(super) fn extras(
        &self,
        n: usize,
        output: &Output,
        inputs: &[Clear],
        tracks: &[Track],
    ) -> Result<Extras, Error> {
        let mut extras = Extras::default();
        for (m, (place, source)) in output.watermarks.iter().enumerate() {
            let path = self.clear(source, &format!("graphic-{n}-{m}"))?;
            let size = self.image_size(source, &path)?;
            extras.graphics.push(Graphic { path, size, place: *place });
        }
        let art = output.art.as_ref().zip(inputs.first());
        for (m, art) in art.iter().flat_map(|(art, input)| art.of(&input.probe)).enumerate() {
            let given = |index: usize| output.art.as_ref().and_then(|art| art.artwork.get(index));
            let cover = match art {
                Art::Inside(index) => Cover::Stream(index),
                Art::Given(index) => {
                    let own = given(index).ok_or_else(|| Error::bug("a cover was lost"))?;
                    let path = self.clear(&own.source, &format!("cover-{n}-{m}"))?;
                    let size = self.image_size(&own.source, &path);
                    let size = size.map_err(|error| error.transcoder_code(code::BAD_ART))?;
                    Cover::File { path, frame: own.sizing.of(size), encoder: own.encoder }
                }
            };
            extras.covers.push(cover);
        }
        let embeds = |format: &CaptionFormat| format.kind == CaptionKind::MovText;
        if output.caption_formats.iter().any(embeds) {
            extras.tracks = tracks.to_vec();
        }
        Ok(extras)
    }

    fn image_size(&self, source: &Source, path: &Path) -> Result<Size, Error> {
        let probe = self.probe(source, path)?;
        let size = probe.video.map(|pictures| pictures.size);
        size.ok_or_else(|| Error::malformed(format!("{}: is no picture", source.name)))
    }

    /// The captions of an output, in the clear, where it has any.
    pub(super) fn tracks(
        &self,
        n: usize,
        output: &Output,
        inputs: &[Clear],
    ) -> Result<Vec<Track>, Error> {
        let (Some(plan), Some(input)) = (self.plan.inputs.first(), inputs.first()) else {
            return Ok(Vec::new());
        };
        if output.caption_formats.is_empty() {
            return Ok(Vec::new());
        }
        let captions = output.captions.as_ref().unwrap_or(&plan.captions);
        let inside: Vec<String> =
            input.probe.captions.iter().map(|(_, language)| language.clone()).collect();
        let mut tracks = Vec::new();
        for (m, track) in captions.merge(&inside).into_iter().enumerate() {
            match track {
                Ok(index) => {
                    let own = captions.sources.get(index);
                    let own = own.ok_or_else(|| Error::bug("captions were lost"))?;
                    let path = self.clear(&own.source, &format!("captions-{n}-{m}"))?;
                    check::is_utf_8(&own.source, &path)?;
                    let (language, offset) = (own.language.clone(), own.offset);
                    tracks.push(Track { language, from: From::File(path, offset) });
                }
                Err(index) => {
                    let own = input.probe.captions.get(index).cloned();
                    tracks.extend(
                        own.map(|(index, language)| Track { language, from: From::Stream(index) }),
                    );
                }
            }
        }
        check::tracks(output, &tracks)?;
        Ok(tracks)
    }

    /// The files of captions, of each format of the output.
    pub(super) fn captions(
        &self,
        n: usize,
        output: &Output,
        inputs: &[Clear],
        tracks: &[Track],
    ) -> Result<Vec<Vec<(PackagePath, PathBuf)>>, Error> {
        let mut all = Vec::new();
        for (m, format) in output.caption_formats.iter().enumerate() {
            let mut made = Vec::new();
            let (Some(pattern), Some(input)) = (&format.pattern, inputs.first()) else {
                all.push(made);
                continue;
            };
            for (k, track) in tracks.iter().enumerate() {
                let folder = self.make_folder(&format!("captions-{n}-{m}-{k}-made"))?;
                let arguments = arguments::captions(track, input, format.kind);
                self.ffmpeg(&format!("captions of {}", n + 1), &folder, &arguments, inputs)
                    .map_err(|error| error.transcoder_code(code::BAD_CAPTIONS))?;
                made.push((
                    name(&pattern.replace("{language}", &track.language))?,
                    folder.join(FILE),
                ));
            }
            all.push(made);
        }
        Ok(all)
    }

    pub(super) fn thumbnails(
        &self,
        n: usize,
        output: &Output,
        inputs: &[Clear],
    ) -> Result<Vec<(PackagePath, PathBuf)>, Error> {
        let Some(own) = &output.thumbnails else { return Ok(Vec::new()) };
        let folder = self.make_folder(&format!("thumbnails-{n}"))?;
        let arguments = arguments::thumbnails(output, own, inputs);
        self.ffmpeg(&format!("thumbnails of {}", n + 1), &folder, &arguments, inputs)?;
        let mut made = Vec::new();
        for count in 1.. {
            let path = folder.join(format!("{count:05}.{}", own.encoding.extension));
            if !path.exists() {
                break;
            }
            let size = arguments::thumbnail_size(output, own, inputs);
            let pattern = own.pattern.replace("{count}", &format!("{count:05}"));
            let pattern = pattern.replace("{resolution}", &format!("{}x{}", size.0, size.1));
            made.push((name(&pattern)?, path));
        }
        if made.is_empty() {
            return Err(Error::malformed("ffmpeg made no thumbnail"));
        }
        Ok(made)
    }

    /// Where each segment of a single file begins, and how many bytes its tables and its first
    /// picture take.
    pub(super) fn frames(&self, folder: &Path) -> Result<Vec<(u64, u64)>, Error> {
        let spans = Variant::spans(&package::read(&folder.join(PLAYLIST))?);
        let starts = self.transcoder.pictures(&folder.join(SINGLE))?;
        let frame = |(offset, len): &(u64, u64)| {
            let mut inside = starts.iter().filter(|at| (*offset..offset + len).contains(at));
            inside.next()?;
            Some((*offset, inside.next().map_or(*len, |next| next - offset)))
        };
        // Sound alone has no pictures, and no I-frame playlist.
        Ok(spans.iter().map(frame).collect::<Option<_>>().unwrap_or_default())
    }
}

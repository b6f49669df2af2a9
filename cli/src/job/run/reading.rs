//! From the document of a job to a plan. All that cannot be done is named here, at once.

use super::blocks::document;
use super::container::Container;
use super::encoding::ThumbnailEncoding;
use super::plan::{Clip, Form, Input, Output, Plan, Recipe, Rotate, Source, Thumbnails};
use super::preset::Presets;
use super::time::seconds;
use crate::error::Error;
use crate::job::blocks;
use crate::job::document::Subject;
use crate::job::finding::Findings;
use crate::job::node::Place;
use crate::job::scalar::quoted;
use crate::package::PackagePath;

impl Plan {
    /// Plans `job`, in which [`job::check`](crate::job::check) found no fault. `key_id` wraps the
    /// data keys that are made. What cannot be done is a finding.
    pub(super) fn new(
        job: &Subject,
        key_id: &str,
        presets: &Presets,
        findings: &mut Findings,
    ) -> Result<Self, Error> {
        let place = job.place();
        let prefix = place.text("OutputKeyPrefix").unwrap_or_default();
        let mut reading = Reading { prefix, key_id, presets, findings };
        let inputs = blocks::inputs(&place, true);
        let inputs = inputs.iter().filter_map(|place| reading.input(place).transpose());
        let inputs: Vec<Input> = inputs.collect::<Result<_, _>>()?;
        let playlists = place.list("Playlists");
        let mut outputs = Vec::new();
        for place in blocks::outputs(&place, true) {
            let lists: Vec<_> = playlists.iter().filter(|list| names(list, &place)).collect();
            outputs.extend(reading.output(&place, &lists, &inputs)?);
        }
        let playlists = playlists.iter().filter_map(|place| reading.playlist(place, &outputs));
        let playlists = playlists.collect();
        let plan = Self { inputs, outputs, playlists };
        reading.names(&plan);
        Ok(plan)
    }
}

/// Whether the playlist `list` has the output `output`.
fn names(list: &Place<'_>, output: &Place<'_>) -> bool {
    let key = output.text("Key");
    list.list("OutputKeys").iter().any(|name| name.node.text() == key)
}

/// A job being read.
pub(super) struct Reading<'a> {
    pub(super) prefix: &'a str,
    pub(super) key_id: &'a str,
    presets: &'a Presets,
    pub(super) findings: &'a mut Findings,
}

impl Reading<'_> {
    pub(super) fn fault(&mut self, path: &str, message: impl Into<String>) {
        self.findings.fault(path, RULE, message);
    }

    fn input(&mut self, place: &Place<'_>) -> Result<Option<Input>, Error> {
        let captions = place.member("InputCaptions").map(|own| self.captions(&own));
        let captions = captions.transpose()?.unwrap_or_default();
        let source = self.source(place, "Key")?;
        let clip = place.member("TimeSpan").map(|span| self.clip(&span)).unwrap_or_default();
        Ok(source.map(|source| Input { source, clip, captions }))
    }

    /// The file that the member `name` names, and the block beside it.
    pub(super) fn source(
        &mut self,
        place: &Place<'_>,
        name: &str,
    ) -> Result<Option<Source>, Error> {
        let at = place.at(name);
        let Some(key) = place.text(name) else {
            self.fault(&at, "is missing");
            return Ok(None);
        };
        let block = place
            .member("Encryption")
            .filter(|block| block.text("Mode").is_some_and(|mode| mode.starts_with("aes-")));
        let document = block.map(|block| document(&block)).transpose()?;
        match PackagePath::parse(key) {
            Ok(name) => Ok(Some(Source { name, document })),
            Err(_) => {
                self.fault(&at, format!("{} names no file below a folder", quoted(key)));
                Ok(None)
            }
        }
    }

    fn clip(&mut self, span: &Place<'_>) -> Clip {
        let mut time = |name| {
            let text = span.text(name)?;
            let time = seconds(text);
            if time.is_none() {
                let message = format!("{} is neither HH:mm:ss.SSS nor sssss.SSS", quoted(text));
                self.fault(&span.at(name), message);
            }
            time
        };
        Clip { start: time("StartTime"), duration: time("Duration") }
    }

    fn output(
        &mut self,
        place: &Place<'_>,
        playlists: &[&Place<'_>],
        inputs: &[Input],
    ) -> Result<Option<Output>, Error> {
        let Some(key) = place.text("Key") else {
            self.fault(&place.at("Key"), "is missing");
            return Ok(None);
        };
        let Some(recipe) = self.recipe(place, key) else { return Ok(None) };
        let form = self.form(place, &recipe, playlists);
        let cipher = self.cipher(place, "Encryption")?;
        self.one_file(cipher.as_ref(), form);
        let clip = self.composition(place, inputs.len());
        let thumbnails = self.thumbnails(place, &recipe)?;
        let watermarks = self.watermarks(place, &recipe)?;
        let art = self.album_art(place, &recipe)?;
        let captions =
            place.member("Captions").filter(|own| !own.list("CaptionSources").is_empty());
        let captions = captions.map(|own| self.captions(&own)).transpose()?;
        let whole = clip.is_none() && matches!(inputs, [only] if only.clip == Clip::default());
        let caption_formats = self.caption_formats(place, &recipe, form, whole)?;
        let rotate = match place.text("Rotate") {
            None | Some("auto") => Rotate::Auto,
            Some("90") => Rotate::By90,
            Some("180") => Rotate::By180,
            Some("270") => Rotate::By270,
            Some(_) => Rotate::None,
        };
        if let Recipe::Copy(_) = recipe {
            let cuts = clip.is_some() || inputs.iter().any(|own| own.clip != Clip::default());
            self.copy(place, inputs.len(), rotate, cuts);
        }
        let (path, key, name) = (place.path.clone(), key.to_owned(), self.name(key));
        Ok(Some(Output {
            path,
            key,
            name,
            recipe,
            form,
            rotate,
            clip,
            cipher,
            thumbnails,
            watermarks,
            art,
            captions,
            caption_formats,
        }))
    }

    pub(super) fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    fn recipe(&mut self, place: &Place<'_>, key: &str) -> Option<Recipe> {
        let at = place.at("PresetId");
        match place.text("PresetId") {
            None => self.fault(&at, "is missing"),
            Some(COPY) if place.text("SegmentDuration").is_some() => {
                return Some(Recipe::Copy(Container::ts()));
            }
            Some(COPY) => match Container::of_name(key) {
                Some(container) => return Some(Recipe::Copy(container)),
                None => {
                    let message = "the end of the Key says no container: .mp4, .ts, .webm, .mp3 …";
                    self.fault(&place.at("Key"), format!("PresetId is \"copy\", and {message}"));
                }
            },
            Some(id) => match self.presets.get(id) {
                Some(Ok(encoding)) => return Some(Recipe::Encode(Box::new(encoding.clone()))),
                Some(Err(faults)) => {
                    for fault in faults {
                        self.findings.fault(&at, RULE, format!("preset {id}: {fault}"));
                    }
                }
                None => {
                    let known: Vec<_> = self.presets.ids().collect();
                    let message = format!(
                        "{} is no preset that is known: put its ReadPreset answer into a folder \
                         and name that, --presets DIR (known: copy, {})",
                        quoted(id),
                        known.join(", ")
                    );
                    self.fault(&at, message);
                }
            },
        }
        None
    }

    fn form(&mut self, place: &Place<'_>, recipe: &Recipe, playlists: &[&Place<'_>]) -> Form {
        let at = place.at("SegmentDuration");
        let Some(text) = place.text("SegmentDuration") else {
            if !playlists.is_empty() {
                self.fault(&at, "is missing, and the output is in a playlist");
            }
            return Form::File;
        };
        if !recipe.container().is_ts() {
            let name = recipe.container().name;
            self.fault(&at, format!("is for the container ts; the preset's is {name}"));
        }
        let seconds = text.parse().unwrap_or(10.0);
        let v4 = |list: &&Place<'_>| list.text("Format") == Some("HLSv4");
        let protected = |list: &&Place<'_>| list.member("HlsContentProtection").is_some();
        if let [first, second, ..] = playlists
            && (v4(first) != v4(second) || playlists.iter().any(protected))
        {
            let message = "is in playlists of two formats, or in several of which one is \
                           protected: its segments can be one thing only";
            self.fault(&place.at("Key"), message);
        }
        if playlists.iter().any(v4) { Form::HlsV4(seconds) } else { Form::HlsV3(seconds) }
    }

    /// The guide: one clip. What it leaves out of one input, `TimeSpan` says better.
    fn composition(&mut self, place: &Place<'_>, inputs: usize) -> Option<Clip> {
        let clips = place.list("Composition");
        let [first, more @ ..] = &clips[..] else { return None };
        if let Some(second) = more.first() {
            self.fault(&second.path, "is a second clip; an output has one");
        }
        if inputs > 1 {
            self.fault(&first.path, "is not for several inputs: their TimeSpan is");
        }
        first.member("TimeSpan").map(|span| self.clip(&span))
    }

    fn thumbnails(
        &mut self,
        place: &Place<'_>,
        recipe: &Recipe,
    ) -> Result<Option<Thumbnails>, Error> {
        let Some(pattern) = place.text("ThumbnailPattern") else { return Ok(None) };
        let encoding = match recipe {
            Recipe::Copy(_) => ThumbnailEncoding::default(),
            Recipe::Encode(encoding) => encoding.thumbnails,
        };
        let pattern = format!("{}.{}", self.name(pattern), encoding.extension);
        let cipher = self.cipher(place, "ThumbnailEncryption")?;
        Ok(Some(Thumbnails { pattern, encoding, cipher }))
    }

    fn watermarks(
        &mut self,
        place: &Place<'_>,
        recipe: &Recipe,
    ) -> Result<Vec<(usize, Source)>, Error> {
        let mut found = Vec::new();
        let places = match recipe {
            Recipe::Encode(encoding) => encoding.video.as_ref().map(|video| &video.watermarks),
            Recipe::Copy(_) => None,
        };
        for watermark in place.list("Watermarks") {
            let id = watermark.text("PresetWatermarkId").unwrap_or_default();
            let known = places.and_then(|places| places.iter().position(|own| own.id == id));
            match known {
                Some(index) => {
                    found.extend(self.source(&watermark, "InputKey")?.map(|file| (index, file)));
                }
                None => {
                    let message = format!("{} is no watermark of the preset", quoted(id));
                    self.fault(&watermark.at("PresetWatermarkId"), message);
                }
            }
        }
        Ok(found)
    }

    fn copy(&mut self, place: &Place<'_>, inputs: usize, rotate: Rotate, cuts: bool) {
        let rotated = !matches!(rotate, Rotate::Auto | Rotate::None);
        for (cannot, member, what) in [
            (inputs > 1, "PresetId", "joins no inputs"),
            (rotated, "Rotate", "rotates nothing"),
            (cuts, "PresetId", "cuts nothing out"),
        ] {
            if cannot {
                self.fault(&place.at(member), format!("\"copy\" {what}: a preset does"));
            }
        }
    }
}

/// The preset that is none.
pub(super) const COPY: &str = "copy";
pub(super) const RULE: &str = "RUN-1";

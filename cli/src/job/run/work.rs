//! The work itself, step by step: keys, inputs, ffmpeg, encryption.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use reelseal_core::envelope::transcoder::CounterStart;
use reelseal_core::modes::ctr::Width;

use super::arguments::{self, Clear, FILE};
use super::check;
use super::code;
use super::ffmpeg::Transcoder;
use super::package::{self, Variant};
use super::plan::{By, Cipher, Form, Output, Plan, Source};
use super::probe::Probe;
use super::protect::PlaylistKey;
use super::request::{Run, Tools};
use super::response::Made;
use crate::error::Error;
use crate::files::{Decrypt, Format, KeyForm, Sealing};
use crate::package::{self as files, Existing, PackagePath};
use crate::progress::Progress;

/// Why a job failed, and, where one output is to blame, which.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) output: Option<usize>,
    pub(super) error: Error,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { output: None, error }
    }
}

/// Everything that the work needs and does not change.
pub(super) struct Work<'a, 't> {
    pub(super) run: &'a Run,
    pub(super) plan: &'a Plan,
    pub(super) transcoder: &'a dyn Transcoder,
    pub(super) tools: &'a Tools<'t>,
    /// For its owner alone: clear bytes lie here and nowhere else.
    pub(super) folder: &'a Path,
}

/// Every key that the job needs, open.
pub(super) struct Keys {
    /// By the place of their block.
    pub(super) files: BTreeMap<String, Sealing>,
    pub(super) playlists: Vec<Option<PlaylistKey>>,
}

/// What ffmpeg made of one output, in the clear.
pub(super) struct Transcoded {
    /// Final names, and where the files lie meanwhile: but for segments.
    pub(super) files: Vec<(PackagePath, PathBuf)>,
    pub(super) variant: Option<Variant>,
    pub(super) thumbnails: Vec<(PackagePath, PathBuf)>,
    /// Of each of the output's formats.
    pub(super) captions: Vec<Vec<(PackagePath, PathBuf)>>,
    pub(super) made: Made,
}

impl Work<'_, '_> {
    /// Has the key service make or unwrap every key: a job that it refuses fails at once.
    pub(super) fn keys(&self) -> Result<Keys, Failure> {
        let mut keys = Keys { files: BTreeMap::new(), playlists: Vec::new() };
        let context = &self.run.context;
        for (n, output) in self.plan.outputs.iter().enumerate() {
            let blame = |error: Error| Failure { output: Some(n), error };
            for Cipher { path, by } in output.ciphers() {
                let By::Us { mode, key } = by else { continue };
                let service = (self.tools.service)(&output.name);
                let sealing = service.get().and_then(|service| {
                    Sealing::open(*mode, Format::Transcoder, key, context, service)
                });
                let sealing = sealing.map_err(|error| blame(error.at(path)))?;
                keys.files.insert(path.clone(), sealing);
            }
        }
        for playlist in &self.plan.playlists {
            let key = playlist.protection.as_ref().map(|protection| {
                let service = (self.tools.service)(playlist.name.as_str());
                PlaylistKey::open(protection, self.run.key_id(), context, service.get()?)
                    .map_err(|error| error.at(&playlist.path))
            });
            keys.playlists.push(key.transpose()?);
        }
        Ok(keys)
    }

    /// Decrypts the inputs, and looks at them.
    pub(super) fn inputs(&self) -> Result<Vec<Clear>, Error> {
        let mut inputs = Vec::new();
        for (n, input) in self.plan.inputs.iter().enumerate() {
            let path = self.clear(&input.source, &format!("input-{n}"))?;
            let probe = self.probe(&input.source, &path)?;
            inputs.push(Clear { path, clip: input.clip, probe });
        }
        check::inputs(&self.plan.inputs, &inputs)?;
        Ok(inputs)
    }

    /// The file in the clear, under a name of ours.
    pub(super) fn clear(&self, source: &Source, name: &str) -> Result<PathBuf, Error> {
        let to = self.folder.join(name);
        let (root, _) = files::Source::open(self.run.input_root.join("x"))?;
        root.open_file(&source.name)?;
        let from = self.run.input_root.join(source.name.as_path());
        let Some(document) = &source.document else {
            let failed = |error: io::Error| Error::io("cannot read", &from, &error);
            // Its own name could be an option, a pattern or a protocol.
            symlink(fs::canonicalize(&from).map_err(failed)?, &to).map_err(failed)?;
            return Ok(to);
        };
        let decrypt = Decrypt {
            input: from.into(),
            out: to.clone().into(),
            existing: Existing::Keep,
            document: document.clone(),
            // The blob says which key it was; the pipeline may have had another since.
            key_id: None,
            context: self.run.context.clone(),
            key_form: KeyForm::Auto,
            width: Width::Bits128,
            start: CounterStart::Zero,
            show: self.run.show,
        };
        decrypt.run(&(self.tools.service)(source.name.as_str()))?;
        Ok(to)
    }

    pub(super) fn probe(&self, source: &Source, path: &Path) -> Result<Probe, Error> {
        let name = &source.name;
        match (self.transcoder.probe(path), &source.document) {
            (Ok(probe), _) if probe.video.is_some() || probe.audio.is_some() => Ok(probe),
            (Err(error), _) if error.transcoder_number().is_none() => Err(error),
            // CBC and CTR cannot tell a wrong key; the media can.
            (_, Some(_)) => Err(Error::inauthentic(format!("{name}: what is in it is no media"))
                .hint("the key, the IV or the mode is another one, or the bytes were altered")
                .transcoder_code(code::NOT_DECRYPTED)),
            (Err(error), None) => Err(error.at(name)),
            (Ok(_), None) => Err(Error::malformed(format!("{name}: has no pictures and no sound"))
                .transcoder_code(code::BAD_INPUT)),
        }
    }

    /// Has ffmpeg make every output, and names what it made.
    pub(super) fn transcode(&self, inputs: &[Clear]) -> Result<Vec<Transcoded>, Failure> {
        let mut all = Vec::new();
        for (n, output) in self.plan.outputs.iter().enumerate() {
            check::output(output, inputs).map_err(|error| self.blame(n, error))?;
        }
        for (n, output) in self.plan.outputs.iter().enumerate() {
            all.push(self.one(n, output, inputs).map_err(|error| self.blame(n, error))?);
        }
        let tree = self.tree();
        for playlist in &self.plan.playlists {
            let variants = playlist.outputs.iter().filter_map(|n| all.get(*n));
            let variants =
                variants.filter_map(|own| Some((own.variant.as_ref()?, &own.made.probe)));
            let text = package::master(playlist, &variants.collect::<Vec<_>>());
            package::write_master(&tree, &playlist.name, &text)?;
        }
        Ok(all)
    }

    pub(super) fn blame(&self, n: usize, error: Error) -> Failure {
        let key = self.plan.outputs.get(n).map(|output| output.key.as_str()).unwrap_or_default();
        Failure { output: Some(n), error: error.at(key.escape_debug()) }
    }

    /// Where segments lie in the clear, under their final names.
    pub(super) fn tree(&self) -> PathBuf {
        self.folder.join("tree")
    }

    fn one(&self, n: usize, output: &Output, inputs: &[Clear]) -> Result<Transcoded, Error> {
        let folder = self.make_folder(&format!("output-{n}"))?;
        let tracks = self.tracks(n, output, inputs)?;
        let extras = self.extras(n, output, inputs, &tracks)?;
        let arguments = arguments::output(output, inputs, &extras);
        self.ffmpeg(
            &format!("{} of {}", n + 1, self.plan.outputs.len()),
            &folder,
            &arguments,
            inputs,
        )?;
        let (mut own, mut variant) = (Vec::new(), None);
        let made = match output.form {
            Form::File => {
                let path = folder.join(FILE);
                let probe = self.transcoder.probe(&path)?;
                own.push((name(&output.name)?, path));
                Made { duration: probe.duration, probe, ..Made::default() }
            }
            Form::HlsV3(_) | Form::HlsV4(_) => {
                let frames = match output.form {
                    Form::HlsV4(_) => self.frames(&folder)?,
                    _ => Vec::new(),
                };
                let cut = package::variant(output, &folder, &self.tree(), &frames)?;
                let first = cut.files.first().map(|first| self.tree().join(first.as_path()));
                let first = first.ok_or_else(|| Error::malformed("ffmpeg made no segment"))?;
                let probe = self.transcoder.probe(&first)?;
                let duration = cut.seconds();
                variant = Some(cut);
                Made { duration, probe, ..Made::default() }
            }
        };
        let thumbnails = self.thumbnails(n, output, inputs)?;
        let captions = self.captions(n, output, inputs, &tracks)?;
        Ok(Transcoded { files: own, variant, thumbnails, captions, made })
    }

    pub(super) fn make_folder(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.folder.join(name);
        fs::create_dir(&folder).map_err(|error| Error::io("cannot create", &folder, &error))?;
        Ok(folder)
    }

    pub(super) fn ffmpeg(
        &self,
        what: &str,
        folder: &Path,
        arguments: &[String],
        inputs: &[Clear],
    ) -> Result<(), Error> {
        let seconds: f64 = inputs.iter().map(check::seconds).sum();
        let millis = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let total = u64::try_from(millis.as_millis()).unwrap_or(0);
        let progress = Progress::parts(format!("transcoding {what}"), total, self.run.show);
        self.transcoder.run(folder, arguments, &|done| progress.set(done.min(total)))
    }
}

pub(super) fn name(text: &str) -> Result<PackagePath, Error> {
    PackagePath::parse(text).map_err(|why| Error::bug(format!("{text}: {why}")))
}

//! A request to carry out a job: what is wrong with it, and what came of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::code;
use super::ffmpeg::{Ffmpeg, Transcoder};
use super::plan::{By, Plan};
use super::preset::Presets;
use super::protect;
use super::reading::COPY;
use super::response::Response;
use super::work::{Failure, Work};
use crate::error::{Error, Kind};
use crate::job::check;
use crate::job::document::{Kind as DocumentKind, Subject};
use crate::job::finding::{Finding, Findings};
use crate::job::naming;
use crate::keyservice::{EncryptionContext, LazyService, Ledger};
use crate::package::{Batch, Existing, PackagePath, Scratch, Source, write_atomic, write_error};
use crate::progress::Show;

/// What to do.
#[derive(Debug)]
pub struct Run {
    /// What CreateJob was asked.
    pub job: Subject,
    /// The pipeline.
    pub pipeline: Subject,
    /// The folder that stands for the bucket of the inputs.
    pub input_root: PathBuf,
    /// The folder that stands for the bucket of the outputs.
    pub output_root: PathBuf,
    /// Where the answer is written.
    pub response: PathBuf,
    /// A folder with presets.
    pub presets: Option<PathBuf>,
    /// The key that wraps the data keys; else the pipeline's.
    pub key_id: Option<String>,
    /// Whether outputs that are there may be replaced.
    pub existing: Existing,
    /// What data keys are bound to.
    pub context: EncryptionContext,
    /// Whether a bar is shown.
    pub show: Show,
}

/// What the work is done with.
pub struct Tools<'a> {
    /// Looks for the transcoder, once it is known that there is work for it.
    pub ffmpeg: &'a dyn Fn() -> Result<Ffmpeg, Error>,
    /// The key service, whose records name the file that a key is for.
    pub service: &'a dyn Fn(&str) -> LazyService<'a>,
    /// The ledger of counter blocks.
    pub ledger: &'a dyn Fn() -> Result<Ledger, Error>,
}

/// What came of a job.
#[derive(Debug)]
pub struct Outcome {
    /// What ReadJob would answer.
    pub response: Value,
    /// Why it failed, if it did.
    pub error: Option<Error>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Run {
    /// Carries the job out. Whether it is done or failed is in the [`Outcome`]; outputs appear
    /// all at once, or not at all.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the request; or a signal; then nothing is changed.
    pub fn run(&self, tools: &Tools<'_>) -> Result<Outcome, Vec<Error>> {
        let (plan, mut warnings) = self.plan()?;
        let one = |error: Error| vec![error];
        let response = Response::new(&self.job).map_err(one)?;
        let ffmpeg = (tools.ffmpeg)().map_err(one)?;
        let done = self.work(&plan, response, &ffmpeg, tools, &mut warnings);
        match done {
            Ok(response) => Ok(Outcome { response, error: None, warnings }),
            Err(Failure { error, .. }) if matches!(error.kind(), Kind::Interrupted(_)) => {
                Err(vec![error])
            }
            Err(Failure { output, error }) => {
                let response = Response::new(&self.job).map_err(one)?;
                let response = response.failed(output, &error, &warnings);
                // The answer to a job that was done has the keys of outputs that are there still.
                if !self.response.exists() || is_of_a_failure(&self.response) {
                    write(&self.response, &response).map_err(one)?;
                }
                Ok(Outcome { response, error: Some(error), warnings })
            }
        }
    }

    fn work(
        &self,
        plan: &Plan,
        mut response: Response,
        transcoder: &dyn Transcoder,
        tools: &Tools<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Value, Failure> {
        let mut batch = Batch::new(&self.output_root, self.existing)?;
        let scratch = Scratch::new("job")?;
        let work = Work { run: self, plan, transcoder, tools, folder: scratch.path() };
        let keys = work.keys()?;
        let inputs = work.inputs()?;
        inputs.iter().enumerate().for_each(|(n, input)| response.input(n, &input.probe));
        let made = work.transcode(&inputs)?;
        work.seal(made, &keys, &batch, &mut response, warnings)?;
        for path in self.obsolete(plan) {
            batch.remove(path);
        }
        let response = response.complete(warnings);
        self.publish(batch, &response)?;
        Ok(response)
    }

    /// No output is without its key: the answer appears with them, or, elsewhere, lies beside its
    /// place before they do.
    fn publish(&self, batch: Batch, response: &Value) -> Result<(), Error> {
        make_parent(&self.response)?;
        let place = absolute(&self.response)?;
        let below = place.strip_prefix(batch.path()).ok().and_then(Path::to_str);
        if let Some(name) = below.and_then(|name| PackagePath::parse(name).ok()) {
            if is_of_a_failure(&place) {
                fs::remove_file(&place).map_err(|e| Error::io("cannot remove", &place, &e))?;
            }
            protect::write(&batch, &name, text(response).as_bytes())?;
            return batch.publish();
        }
        let new = place.with_added_extension("new");
        write(&new, response)?;
        let published = batch.publish();
        let done = published.is_ok();
        let moved = if done { fs::rename(&new, &place) } else { fs::remove_file(&new) };
        published?;
        moved.map_err(|error| Error::io("cannot create", &place, &error))
    }

    /// Everything that is wrong with the request, or what is to be done, and the warnings.
    fn plan(&self) -> Result<(Plan, Vec<String>), Vec<Error>> {
        let mut findings = Findings::default();
        let one = |error: Error| vec![error];
        if self.job.kind != DocumentKind::JobRequest {
            let message = format!("{} is not a job request", self.job.path);
            let hint = "give what CreateJob was asked; a saved answer lists what became of it";
            return Err(vec![self.fault(Error::malformed(message).hint(hint))]);
        }
        check(&self.pipeline, None, &mut findings).map_err(one)?;
        check(&self.job, Some(&self.pipeline), &mut findings).map_err(one)?;
        let known = findings.clone();
        let presets = Presets::read(self.presets.as_deref()).map_err(one)?;
        let plan = Plan::new(&self.job, self.key_id(), &presets, &mut findings);
        let ours = |finding: &&Finding| !is_copy(finding);
        let mut faults: Vec<Error> =
            findings.faults().filter(ours).map(|f| self.error(f)).collect();
        let plan = match plan {
            Ok(plan) => plan,
            // What a fault that is named already led to.
            Err(_) if !faults.is_empty() => return Err(faults),
            Err(error) => return Err(vec![error]),
        };
        faults.extend(self.missing(&plan).map_err(one)?);
        faults.extend(self.taken(&plan));
        faults.extend(self.stored(&plan));
        let warnings = known.warnings().map(Finding::to_text).collect();
        if faults.is_empty() { Ok((plan, warnings)) } else { Err(faults) }
    }

    /// The key that wraps data keys, where the request has none.
    pub(super) fn key_id(&self) -> &str {
        let own = self.pipeline.node.member("AwsKmsKeyArn").and_then(|arn| arn.text());
        let own = own.filter(|arn| !arn.is_empty());
        self.key_id.as_deref().or(own).unwrap_or("alias/aws/s3")
    }

    fn error(&self, finding: &Finding) -> Error {
        self.fault(Error::malformed(finding.to_text()))
    }

    fn fault(&self, error: Error) -> Error {
        error.transcoder_code(code::VALIDATION)
    }

    /// The inputs that are not there.
    fn missing(&self, plan: &Plan) -> Result<Vec<Error>, Error> {
        let (root, _) = Source::open(self.input_root.join("x"))?;
        let mut faults = Vec::new();
        let inputs = plan.inputs.iter().flat_map(|input| {
            let captions = input.captions.sources.iter().map(|captions| &captions.source);
            std::iter::once(&input.source).chain(captions)
        });
        for source in inputs.chain(plan.outputs.iter().flat_map(|output| output.sources())) {
            match root.exists(&source.name) {
                Ok(true) => {}
                Ok(false) => {
                    let message = format!("{}: the input does not exist", source.name);
                    let error = Error::system(message).transcoder_code(code::NO_INPUT);
                    faults.push(error.hint("it is looked for below --input-root"));
                }
                Err(error) => faults.push(error.transcoder_code(code::NO_INPUT)),
            }
        }
        Ok(faults)
    }

    /// The outputs that are there.
    fn taken(&self, plan: &Plan) -> Vec<Error> {
        if self.existing == Existing::Replace {
            return Vec::new();
        }
        // Of a thousand segments, one says it all.
        let found = targets(plan).filter_map(|name| self.found(&name).into_iter().next());
        let exists = |name: String| {
            let message = format!("{name}: the output exists");
            Error::refused(message).transcoder_code(code::OUTPUT_EXISTS).hint("--force replaces it")
        };
        let mut faults: Vec<Error> = found.map(exists).collect();
        if self.response.exists() && !is_of_a_failure(&self.response) {
            faults.push(exists(self.response.display().to_string()));
        }
        faults
    }

    /// The files of the name `pattern` below the output root, which may not be there yet.
    fn found(&self, pattern: &str) -> Vec<String> {
        let root = Source::at(self.output_root.as_path());
        root.map(|root| naming::found(&root, pattern)).unwrap_or_default()
    }

    /// The outputs of a former run that this one does not replace: with `--force`, they go.
    fn obsolete(&self, plan: &Plan) -> Vec<PackagePath> {
        if self.existing == Existing::Keep {
            return Vec::new();
        }
        let found = targets(plan).flat_map(|name| self.found(&name));
        found.filter_map(|name| PackagePath::parse(&name).ok()).collect()
    }

    /// The outputs that a store should encrypt.
    fn stored(&self, plan: &Plan) -> Vec<Error> {
        let ciphers = plan.outputs.iter().flat_map(|output| output.ciphers());
        let stored = ciphers.filter_map(|cipher| match cipher.by {
            By::Store(mode) => Some((&cipher.path, mode.as_str())),
            By::Us { .. } => None,
        });
        stored
            .map(|(path, mode)| {
                let message = format!("{path}: {mode} is done by a store, and a folder is none");
                self.fault(Error::refused(message)).hint(
                    "leave it out and put the output into one: reelseal store put; or name an \
                     aes- mode",
                )
            })
            .collect()
    }
}

/// Writes an answer over that of a job that failed, or where none is.
fn write(place: &Path, response: &Value) -> Result<(), Error> {
    make_parent(place)?;
    write_atomic(place, Existing::Replace, |to| {
        to.write_all(text(response).as_bytes()).map_err(|error| write_error(place, &error))
    })
}

fn text(response: &Value) -> String {
    format!("{response:#}\n")
}

fn make_parent(place: &Path) -> Result<(), Error> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Error::io("cannot create", folder, &error))
}

fn targets(plan: &Plan) -> impl Iterator<Item = String> {
    let outputs = plan.outputs.iter().flat_map(|output| output.targets());
    outputs.chain(plan.playlists.iter().flat_map(|list| list.targets()))
}

/// The file's place without links; it need not be there.
fn absolute(path: &Path) -> Result<PathBuf, Error> {
    let failed = |error| Error::io("cannot open", path, &error);
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    Ok(folder.join(path.file_name().unwrap_or_default()))
}

/// The service knew no preset of that name: we do.
fn is_copy(finding: &Finding) -> bool {
    finding.rule == "ET-JOB-1"
        && finding.path.to_ascii_lowercase().ends_with("id")
        && finding.message.starts_with(&format!("\"{COPY}\""))
}

/// Whether the file is the answer to a job that failed: no key of anything is in it.
fn is_of_a_failure(path: &Path) -> bool {
    // A pipe would have us wait.
    let answer = path.is_file().then(|| fs::read(path).ok()).flatten();
    let answer = answer.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    answer.is_some_and(|answer| answer["Job"]["Status"] == "Error")
}

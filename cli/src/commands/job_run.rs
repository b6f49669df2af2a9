//! `reelseal job run`: carry out a job of Elastic Transcoder.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::decrypt::show;
use super::job::read_pipeline;
use crate::args::Globals;
use crate::error::Error;
use crate::job::{self, Ffmpeg, Findings, Outcome, Run, Subject, Tools};
use crate::keyservice::{self, LazyService, Ledger};
use crate::output;
use crate::package::{Existing, interrupt};

/// The arguments of `reelseal job run`.
#[derive(Args, Debug)]
#[command(after_help = NOTES)]
pub struct RunArgs {
    /// The job: what CreateJob was asked; - is standard input
    job: PathBuf,
    /// The pipeline of the job: it names the key
    #[arg(long, value_name = "FILE")]
    pipeline: PathBuf,
    /// The folder that stands for the bucket of the inputs
    #[arg(long, value_name = "DIR")]
    input_root: PathBuf,
    /// The folder that stands for the bucket of the outputs
    #[arg(long, value_name = "DIR")]
    output_root: PathBuf,
    /// Where to write what ReadJob would answer, with the wrapped keys
    /// [default: JOB.response.json below the output root]
    #[arg(long, value_name = "FILE")]
    response: Option<PathBuf>,
    /// A folder of presets, *.json: what ReadPreset or CreatePreset answered
    #[arg(long, value_name = "DIR")]
    presets: Option<PathBuf>,
    /// The key that wraps the data keys that are made [default: the pipeline's AwsKmsKeyArn]
    #[arg(long, value_name = "KEY")]
    key_id: Option<String>,
    /// The transcoder: ffmpeg, with ffprobe beside it
    #[arg(long, value_name = "FILE", env = "REELSEAL_FFMPEG", default_value = "ffmpeg")]
    ffmpeg: PathBuf,
}

const NOTES: &str = "\
PresetId is \"copy\" (streams as they are; the container by the end of Key, or ts with a
SegmentDuration), an id from --presets, or a system preset of the service; of those, the settings
are as far as they are known.

HlsContentProtection has one key and one IV for all segments of all variants, as the service had:
the job's, or, where it gives none, made here and shown in the response, the key only wrapped.
KeyStoragePolicy WithVariantPlaylists writes the key to NAME.key beside the master playlist
NAME.m3u8; the service's own name for it is not known.

All outputs appear at once, or none. What is clear meanwhile lies in a folder below TMPDIR for you
alone; it is removed at the end and, after a kill, by the next run.";

/// Does what the arguments say.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: &RunArgs) -> Result<(), Error> {
    interrupt::install();
    let request = Run {
        job: read_job(&args.job)?,
        pipeline: read_pipeline(args.pipeline.as_path())?,
        input_root: args.input_root.clone(),
        output_root: args.output_root.clone(),
        response: args.response.clone().unwrap_or_else(|| args.default_response()),
        presets: args.presets.clone(),
        key_id: args.key_id.clone(),
        existing: Existing::from_force(globals.force),
        context: globals.encryption_context.clone(),
        show: show(globals),
    };
    let service = |file: &str| {
        let file = file.to_owned();
        LazyService::new(move || Ok(Box::new(keyservice::open(globals)?.for_file(file.as_str()))))
    };
    let ledger = || Ledger::open(globals);
    let ffmpeg = || Ffmpeg::find(&args.ffmpeg);
    let tools = Tools { ffmpeg: &ffmpeg, service: &service, ledger: &ledger };
    match request.run(&tools) {
        Ok(outcome) => print(globals, &request, outcome),
        Err(faults) => Err(print_faults(globals, &faults)?),
    }
}

impl RunArgs {
    fn default_response(&self) -> PathBuf {
        let stem = self.job.file_stem().filter(|_| self.job != Path::new("-"));
        let stem = stem.unwrap_or("job".as_ref());
        self.output_root.join(Path::new(stem).with_added_extension("response.json"))
    }
}

/// The one job in `path`.
fn read_job(path: &Path) -> Result<Subject, Error> {
    let mut findings = Findings::default();
    let found = job::recognise(&job::read(path)?, &mut findings);
    if let Some(fault) = findings.faults().next() {
        return Err(Error::malformed(fault.to_text()).at(path.display()));
    }
    let jobs = found.unwrap_or_default().into_iter().filter(|found| !found.kind.is_pipeline());
    <[Subject; 1]>::try_from(jobs.collect::<Vec<_>>()).map(|[job]| job).map_err(|jobs| {
        let message =
            format!("{}: holds {} jobs; one is run at a time", path.display(), jobs.len());
        Error::malformed(message)
    })
}

fn print(globals: &Globals, request: &Run, outcome: Outcome) -> Result<(), Error> {
    let Outcome { response, error, warnings } = outcome;
    if globals.json {
        output::print_json(&response, true)?;
    } else {
        warnings.iter().for_each(|warning| output::print_warning(warning));
    }
    match error {
        Some(error) => Err(error),
        None if globals.json || globals.quiet => Ok(()),
        None => {
            let count = response["Job"]["Outputs"].as_array().map_or(0, Vec::len);
            let (root, place) = (request.output_root.display(), request.response.display());
            let outputs = if count == 1 { "output" } else { "outputs" };
            output::print_line(&format!("{root}: {count} {outputs}\nresponse: {place}"))
        }
    }
}

/// Prints all faults of the request but the one that the caller prints.
fn print_faults(globals: &Globals, faults: &[Error]) -> Result<Error, Error> {
    let Some(first) = faults.first() else { return Err(Error::bug("a refusal without a fault")) };
    if globals.json && faults.len() > 1 {
        let all: serde_json::Value =
            faults.iter().map(|fault| fault.to_json()["error"].clone()).collect();
        output::print_json(&json!({ "faults": all }), true)?;
    }
    if globals.json || faults.len() == 1 {
        return Ok(first.clone());
    }
    faults.iter().for_each(|fault| output::print_error(fault, false));
    Ok(first.clone().at(format!("{} faults, the first", faults.len())))
}

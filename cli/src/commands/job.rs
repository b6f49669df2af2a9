//! `reelseal job`: read the documents of Elastic Transcoder.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::decrypt::show;
use super::job_run::{self, RunArgs};
use crate::args::Globals;
use crate::error::Error;
use crate::job::{self, Artefact, Finding, Findings, StaticKeys, Subject, Successor, Tree};
use crate::keyservice::{self, LazyService};
use crate::objects::{Location, Place, Sse};
use crate::output;
use crate::package::{Existing, Source, interrupt};

/// The arguments of `reelseal job`.
#[derive(Args, Debug)]
pub struct JobArgs {
    /// What to do with the documents.
    #[command(subcommand)]
    pub command: JobCommand,
}

/// What to do with the documents of jobs and pipelines.
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Name every fault of job requests, jobs, pipelines, notifications and CloudTrail records
    Check(CheckArgs),
    /// List each encrypted file that the documents mention, and what is missing to open it
    Import(ImportArgs),
    /// Carry a job out over folders: decrypt, transcode with ffmpeg, encrypt, protect
    Run(RunArgs),
}

/// The arguments of `reelseal job check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The documents: paths, s3://bucket/key, or - for standard input
    #[arg(required = true)]
    files: Vec<Location>,
    /// The pipeline of the jobs: a document of its own
    #[arg(long, value_name = "FILE")]
    pipeline: Option<Location>,
}

/// The arguments of `reelseal job import`.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// The documents: paths, s3://bucket/key, or - for standard input. What one leaves out,
    /// another may tell
    #[arg(required = true)]
    files: Vec<Location>,
    /// The pipeline of the jobs: it names the key
    #[arg(long, value_name = "FILE")]
    pipeline: Option<Location>,
    /// Where the files are, under the names that they had in the bucket: the bucket itself,
    /// s3://bucket/, or the folder that they were fetched into
    #[arg(long, value_name = "DIR")]
    root: Option<Location>,
    /// Open the files and HLS packages, into this folder or s3://bucket/prefix/, under the same
    /// names
    #[arg(short, long = "output", value_name = "DIR", requires = "root")]
    output: Option<Location>,
    /// Print the settings that MediaConvert, the successor, needs instead, keys wrapped anew for it
    #[arg(long, conflicts_with = "root")]
    to_mediaconvert: bool,
    /// The key to wrap them under [default: the pipeline's]
    #[arg(long, value_name = "KEY", requires = "to_mediaconvert")]
    key_id: Option<String>,
    /// Print the keys of HLS playlists IN THE CLEAR: MediaConvert takes them in no other way
    #[arg(long, requires = "to_mediaconvert")]
    static_keys: bool,
    #[command(flatten)]
    sse: Sse,
}

/// Does what the arguments say.
///
/// # Errors
///
/// What the command says; see [`crate::error::Kind`].
pub fn run(globals: &Globals, args: JobArgs) -> Result<(), Error> {
    match args.command {
        JobCommand::Check(args) => check(globals, &args),
        JobCommand::Import(args) => import(globals, &args),
        JobCommand::Run(args) => job_run::run(globals, &args),
    }
}

fn check(globals: &Globals, args: &CheckArgs) -> Result<(), Error> {
    let objects = globals.objects();
    let place = |location: &Location| objects.place(location.clone());
    let pipeline = args.pipeline.as_ref().map(place).map(read_pipeline).transpose()?;
    let mut report = Report::default();
    for location in args.pipeline.iter().chain(&args.files) {
        let file = location.to_string();
        let mut findings = Findings::default();
        for subject in
            job::recognise(&job::read(place(location))?, &mut findings).unwrap_or_default()
        {
            job::check(&subject, pipeline.as_ref(), &mut findings)?;
            report.add(&file, &subject);
        }
        report.say(&file, &findings);
    }
    report.print(globals)
}

fn import(globals: &Globals, args: &ImportArgs) -> Result<(), Error> {
    let objects = globals.objects_with(&args.sse);
    let place = |location: &Location| objects.place(location.clone());
    let pipeline = args.pipeline.as_ref().map(place).map(read_pipeline).transpose()?;
    let mut all: Vec<(String, Artefact)> = Vec::new();
    for location in &args.files {
        let file = location.to_string();
        let mut findings = Findings::default();
        let subjects = job::recognise(&job::read(place(location))?, &mut findings);
        if let Some(fault) = findings.faults().next() {
            return Err(error(&file, fault));
        }
        for subject in subjects.iter().flatten().filter(|subject| !subject.kind.is_pipeline()) {
            for artefact in job::artefacts(subject, pipeline.as_ref()) {
                match all.iter_mut().find(|(_, known)| known.is_same(&artefact)) {
                    Some((_, known)) => known.learn(artefact),
                    None => all.push((file.clone(), artefact)),
                }
            }
        }
    }
    if args.to_mediaconvert {
        return to_mediaconvert(globals, args, &all);
    }
    if let Some(root) = &args.root {
        let root = Source::at(place(root))?;
        all.iter_mut().for_each(|(_, artefact)| artefact.look(&root));
    }
    if let (Some(root), Some(out)) = (&args.root, &args.output) {
        return open(globals, place(root), objects.output(out.clone())?, &all);
    }
    let looked = args.root.is_some();
    if globals.json {
        let artefacts: Value =
            all.iter().map(|(file, found)| found.to_json(file, looked)).collect();
        return output::print_json(&json!({ "artefacts": artefacts }), true);
    }
    if all.is_empty() {
        return output::print_line("no encrypted file is mentioned");
    }
    let head = ["WHAT", "NAME", "MODE", "MISSING"].map(str::to_owned);
    let rows = all.iter().map(|(_, artefact)| artefact.to_row(looked));
    output::print_table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

/// Opens what can be opened, and says what cannot: the first error is the command's.
fn open(
    globals: &Globals,
    root: Place,
    out: Place,
    all: &[(String, Artefact)],
) -> Result<(), Error> {
    interrupt::install();
    let (existing, context) = (Existing::from_force(globals.force), &globals.encryption_context);
    let tree = Tree::new(root, out, existing, context, show(globals))?;
    let (mut opened, mut errors) = (Vec::new(), Vec::new());
    for (file, artefact) in all {
        let service =
            LazyService::new(|| Ok(Box::new(keyservice::open(globals)?.for_file(file.as_str()))));
        match tree.open(artefact, &service) {
            Some(done) => done.into_iter().for_each(|done| match done {
                Ok(report) => opened.push(report),
                Err(error) => errors.push(error),
            }),
            None if artefact.is_stores() => {}
            None => output::print_warning(&format!("not opened: {}", artefact.to_text())),
        }
    }
    if globals.json {
        let reports: Value = opened.iter().map(|report| report.to_json()).collect();
        let failed: Value = errors.iter().map(|error| error.to_json()["error"].clone()).collect();
        output::print_json(&json!({ "opened": reports, "errors": failed }), true)?;
    } else {
        for report in &opened {
            let text = (!globals.quiet).then(|| report.to_text());
            output::print_report(globals, false, &Value::Null, report.warnings(), text.as_deref())?;
        }
    }
    match &errors[..] {
        [] => Ok(()),
        [only] => Err(only.clone()),
        [first, ..] if globals.json => Err(first.clone()),
        [first, ..] => {
            errors.iter().for_each(|error| output::print_error(error, false));
            Err(first.clone().at(format!("{} files not opened, the first", errors.len())))
        }
    }
}

/// What the successor needs to be told.
fn to_mediaconvert(
    globals: &Globals,
    args: &ImportArgs,
    all: &[(String, Artefact)],
) -> Result<(), Error> {
    let static_keys = if args.static_keys { StaticKeys::Print } else { StaticKeys::LeaveOut };
    let mut successor = Successor::default();
    for (file, artefact) in all {
        let service =
            LazyService::new(|| Ok(Box::new(keyservice::open(globals)?.for_file(file.as_str()))));
        let (key_id, context) = (args.key_id.as_deref(), &globals.encryption_context);
        successor
            .add(artefact, key_id, static_keys, &service, context)
            .map_err(|error| error.at(file))?;
    }
    if args.static_keys {
        output::print_warning("the output holds keys in the clear");
    }
    output::print_json(&successor, globals.json)
}

/// The one pipeline in `place`.
pub(super) fn read_pipeline(place: impl Into<Place>) -> Result<Subject, Error> {
    let place = place.into();
    let found = job::recognise(&job::read(&place)?, &mut Findings::default()).unwrap_or_default();
    match <[Subject; 1]>::try_from(found) {
        Ok([subject]) if subject.kind.is_pipeline() => Ok(subject),
        _ => Err(Error::malformed(format!("{place}: is not one pipeline"))
            .hint("give what ReadPipeline or CreatePipeline answered")),
    }
}

/// What was read, and what is wrong with it.
#[derive(Default)]
struct Report {
    documents: Vec<Value>,
    faults: Vec<(String, Finding)>,
    warnings: Vec<(String, Finding)>,
}

impl Report {
    fn add(&mut self, file: &str, subject: &Subject) {
        self.documents.push(json!({
            "file": file,
            "path": subject.path,
            "kind": subject.kind.as_str(),
            "id": subject.id(),
        }));
    }

    fn say(&mut self, file: &str, findings: &Findings) {
        let of_file = |finding: &Finding| (file.to_owned(), finding.clone());
        self.faults.extend(findings.faults().map(of_file));
        self.warnings.extend(findings.warnings().map(of_file));
    }

    fn print(&self, globals: &Globals) -> Result<(), Error> {
        let errors: Vec<Error> = self.faults.iter().map(|(file, f)| error(file, f)).collect();
        if globals.json {
            let all = |findings: &[(String, Finding)]| -> Value {
                findings.iter().map(|(file, finding)| finding.to_json(file)).collect()
            };
            output::print_json(
                &json!({
                    "documents": self.documents,
                    "faults": all(&self.faults),
                    "warnings": all(&self.warnings),
                }),
                true,
            )?;
        } else {
            for (file, warning) in &self.warnings {
                output::print_warning(&format!("{file}: {}", warning.to_text()));
            }
        }
        match &errors[..] {
            [] if globals.json || globals.quiet => Ok(()),
            [] => output::print_line(&self.summary()),
            [only] => Err(only.clone()),
            [first, ..] if globals.json => Err(first.clone()),
            [first, ..] => {
                errors.iter().for_each(|error| output::print_error(error, false));
                // The caller prints this one.
                Err(first.clone().at(format!("{} faults, the first", errors.len())))
            }
        }
    }

    fn summary(&self) -> String {
        match self.documents.len() {
            0 => "nothing of Elastic Transcoder is in the documents".to_owned(),
            1 => "1 job or pipeline, no fault".to_owned(),
            n => format!("{n} jobs and pipelines, no fault"),
        }
    }
}

fn error(file: &str, finding: &Finding) -> Error {
    Error::malformed(finding.to_text()).at(file)
}

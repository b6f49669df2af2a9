//! `reelseal audit`: is the log whole, and who used which key for what.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use crate::args::Globals;
use crate::audit::{self, ErrorFilter, Head, Query};
use crate::error::Error;
use crate::keyservice::{self, EncryptionContext};
use crate::objects::{Depth, Location, Place};
use crate::output;

/// The arguments of `reelseal audit`.
#[derive(Args, Debug)]
pub struct AuditArgs {
    /// What to do with the log.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What to do with an audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that no line was altered, removed, added or moved; print the head of the chain
    Verify(VerifyArgs),
    /// Find records: in our own log, or in what AWS CloudTrail exported, gzip or not
    Query(Box<QueryArgs>),
}

/// The arguments of `reelseal audit verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The log [default: the one that --audit names, else the keystore's]
    file: Option<Location>,
    /// A head that was noted earlier: the log must have passed through it. Without one, lines
    /// cut off at the end do not show
    #[arg(long, value_name = "SEQ:DIGEST", value_parser = head)]
    head: Option<Head>,
}

/// The arguments of `reelseal audit query`.
#[derive(Args, Debug)]
pub struct QueryArgs {
    /// Logs and exports: paths, s3://bucket/key, s3://bucket/prefix/ for all that CloudTrail put
    /// under it, or - for standard input [default: the one that --audit names, else the
    /// keystore's]
    files: Vec<Location>,
    /// About this key: id, ARN or alias, as the record has it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// With all these pairs in the encryption context
    #[arg(long, value_name = "K=V[,K=V]")]
    context: Option<EncryptionContext>,
    /// For this file: its path, or the end of it
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// From this time on: 2026-11-23 (UTC) or 2026-11-23T10:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// Failed; with =NAME, by this name
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "")]
    error: Option<String>,
    /// Of this operation: Decrypt, GenerateDataKey …
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
}

/// Does what the arguments say.
///
/// # Errors
///
/// The chain is broken (exit code 5), a log cannot be read, or is none.
pub fn run(globals: &Globals, args: AuditArgs) -> Result<(), Error> {
    match args.command {
        AuditCommand::Verify(args) => verify(globals, args),
        AuditCommand::Query(args) => query(globals, *args),
    }
}

fn verify(globals: &Globals, args: VerifyArgs) -> Result<(), Error> {
    let file = match args.file {
        Some(file) => globals.objects().place(file),
        None => keyservice::audit_path(globals)?.into(),
    };
    let head = audit::verify(&file, args.head.as_ref())?;
    let noted = format!("{}:{}", head.lines, head.sha256);
    if globals.json {
        let verdict = json!({
            "file": file.to_string(),
            "lines": head.lines,
            "sha256": head.sha256,
            "head": noted,
        });
        return output::print_json(&verdict, true);
    }
    let lines = if head.lines == 1 { "line" } else { "lines" };
    output::print_line(&format!("{file}: {} {lines}, unbroken\nhead: {noted}", head.lines))
}

fn query(globals: &Globals, args: QueryArgs) -> Result<(), Error> {
    let files = match args.files.as_slice() {
        [] => vec![keyservice::audit_path(globals)?.into()],
        files => places(globals, files)?,
    };
    let query = Query {
        key: args.key,
        context: args.context,
        file: args.file,
        since: args.since,
        until: args.until,
        error: args.error.map(|name| match name.as_str() {
            "" => ErrorFilter::Any,
            _ => ErrorFilter::Named(name),
        }),
        event: args.event,
    };
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    let searched = search(globals, &query, &files, &mut rows);
    if !globals.json && rows.len() > 1 {
        output::print_table(&rows)?;
    }
    searched
}

/// Prints each record as a line of JSON, or puts its row into `rows`.
fn search(
    globals: &Globals,
    query: &Query,
    files: &[Place],
    rows: &mut Vec<[String; 6]>,
) -> Result<(), Error> {
    for file in files {
        query.run(file, &mut |found| {
            if globals.json {
                return output::print_json(&found.to_json(), true);
            }
            rows.push(found.row());
            Ok(())
        })?;
    }
    Ok(())
}

/// The files, and in the place of a prefix the objects under it, by key. CloudTrail's digests of
/// its own files, which lie beside them, are no logs.
fn places(globals: &Globals, files: &[Location]) -> Result<Vec<Place>, Error> {
    let objects = globals.objects();
    let mut places = Vec::new();
    for file in files {
        match file {
            Location::S3(url) if url.is_prefix() => {
                let listed = objects.list(url, Depth::All, MAX_FILES)?.objects.into_iter();
                let urls = listed.map(|object| object.url().clone());
                let logs = urls.filter(|url| !url.is_prefix() && !url.key().contains(DIGESTS));
                places.extend(logs.map(|url| objects.place(Location::S3(url))));
            }
            _ => places.push(objects.place(file.clone())),
        }
    }
    Ok(places)
}

/// A year of CloudTrail has some 100,000 files in a region.
const MAX_FILES: usize = 10_000_000;

/// Where CloudTrail puts its digests.
const DIGESTS: &str = "/CloudTrail-Digest/";

/// `SEQ:DIGEST`, as `verify` prints it.
fn head(text: &str) -> Result<Head, String> {
    let parsed = text.split_once(':').and_then(|(lines, sha256)| {
        let digits = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
        let sha256 = sha256.to_ascii_lowercase();
        digits.then_some(Head { lines: lines.parse().ok()?, sha256 })
    });
    parsed.ok_or_else(|| "a head is a number, a colon and 64 hexadecimal digits".to_owned())
}

/// A day, which begins at midnight UTC, or a moment.
fn time(text: &str) -> Result<Timestamp, String> {
    let midnight = || format!("{text}T00:00:00Z").parse::<Timestamp>();
    text.parse::<Timestamp>().or_else(|_| midnight()).map_err(|_| {
        "a time is a day like 2026-11-23, or a moment like 2026-11-23T10:00:00Z".to_owned()
    })
}

const COLUMNS: [&str; 6] = ["TIME", "EVENT", "KEY", "CONTEXT", "FILE", "ERROR"];

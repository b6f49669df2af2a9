//! What a document is: a request, an answer, a notification, a record of CloudTrail.

use super::finding::Findings;
use super::node::{Node, Place, join, same_name};
use super::shape::twice;
use crate::error::Error;
use crate::objects;

/// What a document, or a part of one, is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// What CreateJob was asked.
    JobRequest,
    /// A job as the service told it: CreateJob, ReadJob, ListJobs.
    Job,
    /// The message of a notification of SNS.
    Notification,
    /// What CreatePipeline was asked.
    PipelineRequest,
    /// A pipeline as the service told it.
    Pipeline,
}

impl Kind {
    /// Whether the user wrote it, and the service read it.
    pub fn is_request(self) -> bool {
        matches!(self, Self::JobRequest | Self::PipelineRequest)
    }

    /// Whether it is about a pipeline, not a job.
    pub fn is_pipeline(self) -> bool {
        matches!(self, Self::Pipeline | Self::PipelineRequest)
    }

    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JobRequest => "job request",
            Self::Job => "job",
            Self::Notification => "notification",
            Self::PipelineRequest => "pipeline request",
            Self::Pipeline => "pipeline",
        }
    }
}

/// A job or a pipeline in a document.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is.
    pub kind: Kind,
    /// Where in the document it is: a JSON path.
    pub path: String,
    /// The job or the pipeline.
    pub node: Node,
}

impl Subject {
    /// The subject and where it stands.
    pub fn place(&self) -> Place<'_> {
        Place { node: &self.node, path: self.path.clone() }
    }

    /// The id of the job or the pipeline, where the document tells.
    pub fn id(&self) -> Option<&str> {
        let name = if self.kind == Kind::Notification { "jobId" } else { "Id" };
        self.node.member(name).and_then(Node::text)
    }
}

/// Reads the document in `place`.
///
/// # Errors
///
/// It cannot be read, or is longer than 64 MiB.
pub fn read(place: impl Into<objects::Place>) -> Result<Vec<u8>, Error> {
    let place: objects::Place = place.into();
    let bytes = place.read(MAX_LEN)?;
    match u64::try_from(bytes.len()) {
        Ok(len) if len <= MAX_LEN => Ok(bytes.to_vec()),
        _ => Err(Error::malformed(format!("{place}: longer than 64 MiB"))),
    }
}

/// Finds every job and pipeline in a document; `None` where it is none of the service's.
pub fn recognise(bytes: &[u8], findings: &mut Findings) -> Option<Vec<Subject>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match Node::parse(bytes) {
        Ok(node) => {
            let mut found = Vec::new();
            let known = subjects(node, "$", findings, &mut found);
            if !known {
                findings.fault("$", RULE, UNKNOWN);
            }
            known.then_some(found)
        }
        Err(error) => {
            findings.fault("$", RULE, format!("is not JSON: {error}"));
            None
        }
    }
}

/// Looks for subjects from `node` down, through what documents are wrapped in.
// req ET-JOB-3: a document is known by its members, whoever wrapped it
fn subjects(node: Node, path: &str, findings: &mut Findings, found: &mut Vec<Subject>) -> bool {
    let has = |name| node.member(name).is_some();
    if has("eventSource") && has("eventName") {
        return record(node, path, findings, found);
    }
    for wrapper in WRAPPERS {
        if has(wrapper) {
            twice_here(&node, path, findings);
            return inside(node, wrapper, path, findings, found);
        }
    }
    if has("TopicArn") && has("Message") {
        return message(&node, path, findings, found);
    }
    let kind = if has("jobId") && has("state") {
        Kind::Notification
    } else if has("PipelineId") && (has("Status") || has("Id")) {
        Kind::Job
    } else if has("PipelineId") || has("Outputs") || has("Playlists") {
        Kind::JobRequest
    } else if has("Role") || has("InputBucket") {
        if has("Id") { Kind::Pipeline } else { Kind::PipelineRequest }
    } else {
        return false;
    };
    found.push(Subject { kind, path: path.to_owned(), node });
    true
}

/// The subjects in the member `wrapper`, or in each of its items.
fn inside(
    node: Node,
    wrapper: &str,
    path: &str,
    findings: &mut Findings,
    found: &mut Vec<Subject>,
) -> bool {
    let Node::Object(members) = node else { return false };
    let Some((name, inner)) = members.into_iter().find(|(name, _)| same_name(name, wrapper)) else {
        return false;
    };
    let at = join(path, &name);
    let Node::List(items) = inner else { return subjects(inner, &at, findings, found) };
    let mut known = items.is_empty();
    for (n, item) in items.into_iter().enumerate() {
        known |= subjects(item, &format!("{at}[{n}]"), findings, found);
    }
    known
}

/// A notification of SNS: its message is JSON in a string.
fn message(node: &Node, path: &str, findings: &mut Findings, found: &mut Vec<Subject>) -> bool {
    twice_here(node, path, findings);
    let place = Place { node, path: path.to_owned() };
    let at = place.at("Message");
    match Node::parse(place.text("Message").unwrap_or_default().as_bytes()) {
        Ok(inner) => subjects(inner, &at, findings, found),
        Err(error) => {
            findings.fault(&at, RULE, format!("is not JSON: {error}"));
            true
        }
    }
}

/// A record of CloudTrail: what was asked, and what was answered. Other services' are passed over.
fn record(node: Node, path: &str, findings: &mut Findings, found: &mut Vec<Subject>) -> bool {
    let is = |name, value| node.member(name).and_then(Node::text) == Some(value);
    if !is("eventSource", "elastictranscoder.amazonaws.com") {
        return true;
    }
    twice_here(&node, path, findings);
    let kind = match () {
        () if is("eventName", "CreateJob") => Some(Kind::JobRequest),
        () if is("eventName", "CreatePipeline") => Some(Kind::PipelineRequest),
        () => None,
    };
    let Node::Object(members) = node else { return true };
    for (name, inner) in members {
        let at = join(path, &name);
        match (name.as_str(), kind) {
            ("requestParameters", Some(kind)) if inner != Node::Null => {
                found.push(Subject { kind, path: at, node: inner });
            }
            ("responseElements", _) => {
                subjects(inner, &at, findings, found);
            }
            _ => {}
        }
    }
    true
}

/// Members of a wrapper given twice.
fn twice_here(node: &Node, path: &str, findings: &mut Findings) {
    let members = node.members().iter().map(|(name, _)| (name.clone(), Node::Null)).collect();
    twice(&Node::Object(members), path, findings);
}

/// What answers, exports and Lambda events wrap their content in.
const WRAPPERS: [&str; 6] = ["Job", "Jobs", "Pipeline", "Pipelines", "Records", "Sns"];
const RULE: &str = "ET-JOB-3";
const UNKNOWN: &str = "is no document of Elastic Transcoder: neither a job request, a job, a \
                       pipeline, a notification nor a CloudTrail record";

/// An export of CloudTrail has 50 MB at most.
const MAX_LEN: u64 = 64 << 20;

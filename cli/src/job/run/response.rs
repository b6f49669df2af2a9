//! What ReadJob would answer: the request, and what became of it.

use serde_json::{Map, Value, json};

use super::probe::Probe;
use crate::clock;
use crate::error::Error;
use crate::job::document::Subject;
use crate::job::node::Node;
use crate::random;

/// The answer, as it grows. Only what was asked and what is wrapped is in it, never a key.
#[derive(Debug)]
pub(super) struct Response {
    job: Map<String, Value>,
    submitted: i64,
}

/// What is to be said of one output.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    /// In seconds.
    pub(super) duration: f64,
    /// In bytes, as it lies on the disk.
    pub(super) len: u64,
    pub(super) probe: Probe,
    /// The blocks of its files: the member's name, and the block.
    pub(super) blocks: Vec<(&'static str, Value)>,
    /// Of each format of captions.
    pub(super) captions: Vec<(usize, Value)>,
}

impl Response {
    /// Begins the answer to `request`.
    pub(super) fn new(request: &Subject) -> Result<Self, Error> {
        let submitted = clock::now_millis();
        let suffix = random::fresh_key::<3>()?;
        let suffix: String = suffix.iter().map(|byte| format!("{byte:02x}")).collect();
        let id = format!("{submitted:013}-{suffix}");
        let mut job = Map::new();
        job.insert("Id".to_owned(), json!(id));
        let arn = format!("arn:aws:elastictranscoder:local:000000000000:job/{id}");
        job.insert("Arn".to_owned(), json!(arn));
        if let Value::Object(members) = value(&request.node) {
            job.extend(members.into_iter().filter(|(name, _)| !ANSWERED.contains(&name.as_str())));
        }
        // An answer has a list of outputs, and the first of them once more by itself.
        let first = job.shift_remove("Output");
        let rest = match job.shift_remove("Outputs") {
            Some(Value::Array(rest)) => rest,
            _ => Vec::new(),
        };
        job.insert("Outputs".to_owned(), first.into_iter().chain(rest).collect());
        let mut response = Self { job, submitted };
        for (n, output) in response.list("Outputs").iter_mut().enumerate() {
            output["Id"] = json!((n + 1).to_string());
        }
        Ok(response)
    }

    /// What was found in input `n`.
    pub(super) fn input(&mut self, n: usize, probe: &Probe) {
        let mut found = json!({
            "FileSize": probe.len,
            "DurationMillis": millis(probe.duration),
        });
        if let Some(pictures) = &probe.video {
            found["Width"] = json!(pictures.size.0);
            found["Height"] = json!(pictures.size.1);
            found["FrameRate"] = json!(frame_rate(pictures.frame_rate));
        }
        let input = match self.job.contains_key("Inputs") {
            true => self.list("Inputs").get_mut(n),
            false => self.job.get_mut("Input"),
        };
        if let Some(input) = input {
            input["DetectedProperties"] = found;
        }
    }

    /// Output `n` is made.
    pub(super) fn output(&mut self, n: usize, made: &Made) {
        let Some(output) = self.list("Outputs").get_mut(n) else { return };
        output["Status"] = json!("Complete");
        output["StatusDetail"] = json!("");
        let millis = millis(made.duration);
        output["Duration"] = json!((millis + 500) / 1000);
        output["DurationMillis"] = json!(millis);
        if let Some(pictures) = &made.probe.video {
            output["Width"] = json!(pictures.size.0);
            output["Height"] = json!(pictures.size.1);
            output["FrameRate"] = json!(frame_rate(pictures.frame_rate));
        }
        output["FileSize"] = json!(made.len);
        for (name, block) in &made.blocks {
            output[*name] = block.clone();
        }
        for (n, block) in &made.captions {
            output["Captions"]["CaptionFormats"][*n]["Encryption"] = block.clone();
        }
    }

    /// Playlist `n` is made; `block` opens it, where it is protected.
    pub(super) fn playlist(&mut self, n: usize, block: Option<Value>) {
        let Some(playlist) = self.list("Playlists").get_mut(n) else { return };
        playlist["Status"] = json!("Complete");
        playlist["StatusDetail"] = json!("");
        if let Some(block) = block {
            playlist["HlsContentProtection"] = block;
        }
    }

    /// The whole answer, of a job that is done.
    pub(super) fn complete(self, warnings: &[String]) -> Value {
        self.end("Complete", warnings)
    }

    /// The whole answer, of a job that failed: nothing of it is published. Where one output is to
    /// blame, the others are called off.
    pub(super) fn failed(
        mut self,
        output: Option<usize>,
        error: &Error,
        warnings: &[String],
    ) -> Value {
        let detail = match error.transcoder_number() {
            Some(code) => format!("{code}: {error}"),
            None => error.to_string(),
        };
        for (n, own) in self.list("Outputs").iter_mut().enumerate() {
            let blamed = output.is_none_or(|output| output == n);
            own["Status"] = json!(if blamed { "Error" } else { "Canceled" });
            own["StatusDetail"] = json!(if blamed { &detail } else { CALLED_OFF });
        }
        // 1001: a playlist depends on its outputs.
        for own in self.list("Playlists") {
            own["Status"] = json!("Error");
            own["StatusDetail"] = json!("1001: an output of the job failed");
        }
        self.end("Error", warnings)
    }

    fn end(mut self, status: &str, warnings: &[String]) -> Value {
        let first = self.list("Outputs").first().cloned();
        let mut job = self.job;
        job.extend(first.map(|first| ("Output".to_owned(), first)));
        job.insert("Status".to_owned(), json!(status));
        let timing = json!({
            "SubmitTimeMillis": self.submitted,
            "StartTimeMillis": self.submitted,
            "FinishTimeMillis": clock::now_millis(),
        });
        job.insert("Timing".to_owned(), timing);
        let mut answer = json!({ "Job": job });
        if !warnings.is_empty() {
            let warning = |text: &String| json!({ "Code": "", "Message": text });
            answer["Warnings"] = warnings.iter().map(warning).collect();
        }
        answer
    }

    fn list(&mut self, name: &str) -> &mut [Value] {
        match self.job.get_mut(name) {
            Some(Value::Array(list)) => list,
            _ => &mut [],
        }
    }
}

/// A node as JSON, its members under the names of the API.
fn value(node: &Node) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(own) => json!(own),
        Node::Number(own) => Value::Number(own.clone()),
        Node::Text(own) => json!(own),
        Node::List(items) => items.iter().map(value).collect(),
        Node::Object(members) => {
            let member = |(name, node): &(String, Node)| {
                let name = api_name(name);
                // The user's own names are the user's.
                let value = match (name.as_str(), node) {
                    ("UserMetadata", Node::Object(own)) => {
                        let own = own.iter().map(|(name, node)| (name.clone(), value(node)));
                        Value::Object(own.collect())
                    }
                    _ => value(node),
                };
                (name, value)
            };
            Value::Object(members.iter().map(member).collect())
        }
    }
}

/// `KeyMd5` of `keyMd5` and `key_md5`.
fn api_name(name: &str) -> String {
    let parts = name.split('_').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    parts.collect()
}

fn millis(seconds: f64) -> u64 {
    let duration = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// `FloatString` of the model: two digits behind the dot at most.
fn frame_rate(rate: f64) -> String {
    let text = format!("{rate:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What is ours to say.
const ANSWERED: [&str; 4] = ["Id", "Arn", "Status", "Timing"];
const CALLED_OFF: &str = "not published: another output of the job failed";

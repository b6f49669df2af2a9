//! What is wrong with a document, and where.

use serde_json::{Value, json};

/// Whether a finding makes a document wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// The service refused such a document, or could not have carried it out.
    Fault,
    /// Worth knowing; the service took it.
    Warning,
}

/// One thing to say about one place of a document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Whether it makes the document wrong.
    pub severity: Severity,
    /// The place, as a JSON path in the document's own spelling: `$.Outputs[1].Encryption.Key`.
    pub path: String,
    /// The id of the rule, which stands beside the code that checks it.
    pub rule: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Finding {
    /// The finding for machines.
    pub fn to_json(&self, file: &str) -> Value {
        json!({ "file": file, "path": self.path, "rule": self.rule, "message": self.message })
    }

    /// The finding on one line.
    pub fn to_text(&self) -> String {
        format!("{}: {} [{}]", self.path, self.message, self.rule)
    }
}

/// Every finding of one document, in its order.
#[derive(Clone, Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a fault.
    pub fn fault(&mut self, path: &str, rule: &'static str, message: impl Into<String>) {
        self.add(Severity::Fault, path, rule, message.into());
    }

    /// Adds a warning.
    pub fn warn(&mut self, path: &str, rule: &'static str, message: impl Into<String>) {
        self.add(Severity::Warning, path, rule, message.into());
    }

    /// Adds a finding.
    pub fn add(&mut self, severity: Severity, path: &str, rule: &'static str, message: String) {
        self.0.push(Finding { severity, path: path.to_owned(), rule, message });
    }

    /// The findings that make the document wrong.
    pub fn faults(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter(|finding| finding.severity == Severity::Fault)
    }

    /// The others.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter(|finding| finding.severity == Severity::Warning)
    }
}

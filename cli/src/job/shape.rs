//! The shape of a document against the service's model: members, types, patterns, counts.

use super::document::Kind;
use super::finding::Findings;
use super::node::{Node, join, same_name};
use super::scalar::{Scalar, quoted};

/// What stands at a place of a document.
pub(super) enum Shape {
    /// A string. In requests, numbers and booleans are strings too.
    Text(Scalar),
    /// A whole number: answers only.
    Whole,
    /// An array of one shape, of so many items at most.
    List(&'static Shape, usize),
    /// An object with members that the model knows.
    Object(&'static [Field]),
    /// An object with members of the user's: so many at most, their names, their values.
    Map(usize, Scalar, Scalar),
}

/// A member of an object.
pub(super) struct Field {
    name: &'static str,
    shape: &'static Shape,
    required: bool,
    answers_only: bool,
}

/// A member that may be there.
pub(super) const fn field(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, shape, required: false, answers_only: false }
}

/// A member that must be there.
pub(super) const fn required(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, shape, required: true, answers_only: false }
}

/// A member of answers, which a request has no use for.
pub(super) const fn answered(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, shape, required: false, answers_only: true }
}

impl Shape {
    /// Names every way in which `node`, at `path` of a `kind` of document, is not of this shape.
    // req ET-JOB-1: patterns, bounds and counts of the model
    pub(super) fn check(&self, kind: Kind, node: &Node, path: &str, findings: &mut Findings) {
        match (self, node) {
            // SDKs print members that are not there as null.
            (_, Node::Null) => {}
            (Self::Text(scalar), Node::Text(text)) => {
                if let Some(fault) = scalar.fault(text) {
                    findings.fault(path, RULE, fault);
                }
            }
            // Notifications and CloudTrail have numbers where the API has strings.
            (Self::Text(_), Node::Number(_) | Node::Bool(_)) if !kind.is_request() => {}
            (Self::Whole, Node::Number(number)) if number.is_u64() => {}
            (Self::List(item, max), Node::List(items)) => {
                if items.len() > *max {
                    let len = items.len();
                    findings.fault(path, RULE, format!("has {len} items; {max} are allowed"));
                }
                for (n, node) in items.iter().enumerate() {
                    item.check(kind, node, &format!("{path}[{n}]"), findings);
                }
            }
            (Self::Object(fields), Node::Object(members)) => {
                object(fields, kind, members, path, findings);
            }
            (Self::Map(max, name, value), Node::Object(members)) => {
                map((*max, *name, *value), members, path, findings);
            }
            (shape, node) => {
                let (wanted, found) = (shape.name(), node.kind());
                findings.fault(path, RULE, format!("is {found}; {wanted} is expected"));
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Whole => "a whole number",
            Self::List(..) => "an array",
            Self::Object(_) | Self::Map(..) => "an object",
        }
    }
}

fn object(
    fields: &[Field],
    kind: Kind,
    members: &[(String, Node)],
    path: &str,
    findings: &mut Findings,
) {
    for (n, (name, node)) in members.iter().enumerate() {
        let at = join(path, name);
        let mut before = members.iter().take(n);
        if let Some((other, _)) = before.find(|(other, _)| same_name(other, name)) {
            findings.fault(&at, TWICE, format!("is given twice: {} too", quoted(other)));
            continue;
        }
        let known = |field: &&Field| same_name(field.name, name);
        match fields.iter().find(|field| known(field) && !(field.answers_only && kind.is_request()))
        {
            Some(field) => field.shape.check(kind, node, &at, findings),
            None if fields.iter().any(|field| known(&field)) => {
                findings.warn(&at, RULE, "is a member of answers, not of requests");
            }
            None => {
                findings.warn(&at, RULE, "is not known: the service's model has no such member");
                twice(node, &at, findings);
            }
        }
    }
    let missing = |field: &&Field| {
        field.required && !members.iter().any(|(name, _)| same_name(name, field.name))
    };
    for field in fields.iter().filter(missing) {
        findings.fault(&join(path, field.name), RULE, "is missing");
    }
}

/// The characters of user metadata: the guide, "UserMetadata".
fn map(
    (max, name, value): (usize, Scalar, Scalar),
    members: &[(String, Node)],
    path: &str,
    findings: &mut Findings,
) {
    if members.len() > max {
        let len = members.len();
        findings.fault(path, RULE, format!("has {len} pairs; {max} are allowed"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.:/=+-%@ ".contains(c);
    for (n, (own, node)) in members.iter().enumerate() {
        let at = join(path, own);
        if members.iter().take(n).any(|(other, _)| other == own) {
            findings.fault(&at, TWICE, "is given twice");
        }
        let text = match node {
            Node::Text(text) => text,
            other => {
                let found = other.kind();
                findings.fault(&at, RULE, format!("is {found}; a string is expected"));
                continue;
            }
        };
        for (what, fault) in [("its name", name.fault(own)), ("its value", value.fault(text))] {
            if let Some(fault) = fault {
                findings.fault(&at, RULE, format!("{what} {fault}"));
            }
        }
        if !own.chars().chain(text.chars()).all(allowed) {
            let message = "has other characters than letters, digits, space and _.:/=+-%@";
            findings.fault(&at, RULE, message);
        }
    }
}

/// Members given twice, by the letter, anywhere below `node`.
// req ET-JOB-2: JSON readers differ in which of two members they take
pub(super) fn twice(node: &Node, path: &str, findings: &mut Findings) {
    for (n, (name, inner)) in node.members().iter().enumerate() {
        let at = join(path, name);
        if node.members().iter().take(n).any(|(other, _)| other == name) {
            findings.fault(&at, TWICE, "is given twice");
        }
        twice(inner, &at, findings);
    }
    for (n, item) in node.items().iter().enumerate() {
        twice(item, &format!("{path}[{n}]"), findings);
    }
}

const RULE: &str = "ET-JOB-1";
const TWICE: &str = "ET-JOB-2";

//! What was recognised: a kind, facts, and what would open it. It holds no secret: what may be a
//! key is named and never kept.

use serde_json::{Map, Value, json};

/// What some bytes are.
#[derive(Clone, Debug)]
pub struct Found {
    /// The name for machines: `aws-kms-blob`, `hls-media-playlist` …
    pub kind: &'static str,
    /// The same in words.
    pub what: String,
    /// Whether the bytes only allow it, and do not say it.
    pub is_guess: bool,
    /// What can be told, in order; names are in lowerCamel.
    pub facts: Vec<(&'static str, Value)>,
    /// What would be needed to open it.
    pub opens: Option<String>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// What is inside: the bytes that base64 stands for, the wrapped keys of a message.
    pub inside: Vec<Found>,
}

impl Found {
    /// Something that says what it is.
    pub(super) fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            is_guess: false,
            facts: Vec::new(),
            opens: None,
            notes: Vec::new(),
            inside: Vec::new(),
        }
    }

    /// Something that could be this.
    pub(super) fn guess(kind: &'static str, what: impl Into<String>) -> Self {
        Self { is_guess: true, ..Self::new(kind, what) }
    }

    /// Adds a fact; one without a value is left out.
    #[must_use]
    pub(super) fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.facts.push((name, value));
        }
        self
    }

    /// Says what would open it.
    #[must_use]
    pub(super) fn opens(mut self, opens: impl Into<String>) -> Self {
        self.opens = Some(opens.into());
        self
    }

    /// Adds what the user should know.
    #[must_use]
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what is inside.
    #[must_use]
    pub(super) fn holds(mut self, inner: Found) -> Self {
        self.inside.push(inner);
        self
    }

    /// The facts and notes alone, where what is around says what opens it.
    #[must_use]
    pub(super) fn bare(self) -> Self {
        Self { opens: None, ..self }
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        let facts = self.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        json!({
            "kind": self.kind,
            "what": self.what,
            "guess": self.is_guess,
            "facts": facts.collect::<Map<String, Value>>(),
            "opens": self.opens,
            "notes": self.notes,
            "inside": self.inside.iter().map(Self::to_json).collect::<Value>(),
        })
    }

    /// For eyes: what it is, then a line for each fact. What comes from the file is escaped.
    pub fn to_text(&self, name: &str, len: Option<u64>) -> String {
        let told = |len: &u64| !self.what.starts_with(&format!("{len} bytes"));
        let size = len.filter(told).map(|len| format!(" ({len} bytes)")).unwrap_or_default();
        let mut text = format!("{}: {}{size}\n", escaped(name), escaped(&self.what));
        self.lines(1, &mut text);
        text.truncate(text.trim_end().len());
        text
    }

    fn lines(&self, depth: usize, text: &mut String) {
        let indent = "  ".repeat(depth);
        for (name, value) in &self.facts {
            *text += &format!("{indent}{}: {}\n", words(name), shown(value));
        }
        if let Some(opens) = &self.opens {
            *text += &format!("{indent}to open it: {}\n", escaped(opens));
        }
        for note in &self.notes {
            *text += &format!("{indent}note: {}\n", escaped(note));
        }
        for inner in &self.inside {
            *text += &format!("{indent}inside: {}\n", escaped(&inner.what));
            inner.lines(depth + 1, text);
        }
    }
}

/// `keyArn` as `key arn`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// A value on one line, harmless on a terminal.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => escaped(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            let comma = items.iter().any(|item| item.contains(", "));
            items.join(if comma { "; " } else { ", " })
        }
        Value::Object(members) if members.is_empty() => "(none)".to_owned(),
        Value::Object(members) => {
            let pair =
                |(name, value): (&String, &Value)| format!("{}={}", escaped(name), shown(value));
            members.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

/// Control characters, and what turns text about, as escapes; quotation marks stay.
fn escaped(text: &str) -> String {
    let plain = |c: char| matches!(c, '"' | '\'' | '\\');
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if plain(c) { out.push(c) } else { out.extend(c.escape_debug()) }
    }
    out
}

/// The first of `all`, so many at most, and how many there are beside them.
pub(super) fn some<T: Into<Value>>(all: impl IntoIterator<Item = T>) -> Value {
    let mut all = all.into_iter();
    let mut shown: Vec<Value> = all.by_ref().take(MOST_SHOWN).map(Into::into).collect();
    match all.count() {
        0 => {}
        more => shown.push(format!("and {more} more").into()),
    }
    shown.into()
}

/// A text of the file's, not too long to be shown.
pub(super) fn brief(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Items of a list that are shown: a page of a terminal. The number of all is told beside them.
const MOST_SHOWN: usize = 20;

/// Characters of a text of the file's. An ARN has fewer than 200; no line of ours is pages long.
const MOST_CHARACTERS: usize = 512;

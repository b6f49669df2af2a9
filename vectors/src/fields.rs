//! Records of `name = value` lines, as CAVS, the RFC files and our own vectors have them.

use std::collections::BTreeMap;

/// A record: one case, with the settings of the sections above it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    file: String,
    /// `[name = value]` and bare `[ENCRYPT]` (as `section`), carried on until replaced.
    pub(crate) settings: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
}

/// Reads the records of `file`; each begins with a field named `first` (lower case).
///
/// `#` begins a comment. Tab-indented lines are CAVS's intermediate values and are skipped.
/// `FAIL`, alone on a line, becomes a field with an empty value.
pub(crate) fn records(file: &str, first: &str) -> Vec<Record> {
    let mut current = Record { file: file.to_owned(), ..Record::default() };
    let mut records = vec![];
    for line in crate::text(file).lines() {
        let outer = line.trim();
        if outer.is_empty() || outer.starts_with('#') || line.starts_with('\t') {
            continue;
        }
        if let Some(setting) = outer.strip_prefix('[').and_then(|s| s.strip_suffix(']')) {
            flush(&mut current, &mut records);
            let (name, value) = pair(setting).unwrap_or(("section".to_owned(), setting.to_owned()));
            current.settings.insert(name, value);
            continue;
        }
        let (name, value) = match outer {
            "FAIL" => ("fail".to_owned(), String::new()),
            _ => pair(outer).unwrap_or_else(|| panic!("{file}: not understood: {line}")),
        };
        if name == first {
            flush(&mut current, &mut records);
        }
        let repeated = current.fields.insert(name, value);
        assert!(repeated.is_none(), "{file}: a field is repeated: {line}");
    }
    flush(&mut current, &mut records);
    records
}

fn flush(current: &mut Record, records: &mut Vec<Record>) {
    if !current.fields.is_empty() {
        records.push(current.clone());
        current.fields.clear();
    }
}

fn pair(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    Some((name.trim().to_lowercase(), value.trim().to_owned()))
}

impl Record {
    /// Takes a field out, if it is there.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.fields.remove(name)
    }

    /// Takes out a field that must be there.
    pub(crate) fn text(&mut self, name: &str) -> String {
        self.take(name).unwrap_or_else(|| panic!("{}: no {name} in {:?}", self.file, self.fields))
    }

    /// Takes out a field of hexadecimal digits.
    pub(crate) fn hex(&mut self, name: &str) -> Vec<u8> {
        unhex(&self.text(name))
    }

    /// Takes out a field that is absent where the case is refused.
    pub(crate) fn hex_or_empty(&mut self, name: &str) -> Vec<u8> {
        self.take(name).map_or(vec![], |v| unhex(&v))
    }

    /// Takes out a decimal number.
    pub(crate) fn number(&mut self, name: &str) -> usize {
        let text = self.text(name);
        text.parse().unwrap_or_else(|e| panic!("{}: {name} = {text}: {e}", self.file))
    }

    /// The setting of a section above.
    pub(crate) fn setting(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }

    /// Ends the record: nothing in it may be left unread.
    pub(crate) fn done(self) {
        assert!(self.fields.is_empty(), "{}: unread: {:?}", self.file, self.fields);
    }
}

/// Bytes from hexadecimal digits of either case.
///
/// # Panics
///
/// If `text` is anything else.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "odd number of hexadecimal digits: {text}");
    let byte = |i: usize| u8::from_str_radix(&text[i..i + 2], 16);
    let bytes = (0..text.len()).step_by(2).map(byte).collect::<Result<Vec<u8>, _>>();
    bytes.unwrap_or_else(|e| panic!("{text}: {e}"))
}

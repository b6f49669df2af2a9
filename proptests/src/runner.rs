//! The vector runner: every case of every file, and no case passed over in silence.
//!
//! Ran + skipped = declared, file by file. Skipped is what the implementation under test has no
//! interface for, and only where `exceptions.toml` lists it with its number and its reason: one
//! skip too many fails, and so does one too few, an unexpected success.

use std::collections::BTreeMap;
use std::io::Write;

use reelseal_spec::sha2::sha256;
use reelseal_vectors::own::{Outcome, Scenario};
use reelseal_vectors::{Vector, load, manifest};

/// How an implementation does on one vector.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// As expected.
    Agrees,
    /// Otherwise: what was seen.
    Disagrees(String),
    /// It has no interface for such a case. The name is that of the entry in `exceptions.toml`.
    Unsupported(&'static str),
}

/// [`Answer::Agrees`] if `seen` holds.
pub fn agrees(seen: bool, what: &str) -> Answer {
    if seen { Answer::Agrees } else { Answer::Disagrees(what.to_owned()) }
}

/// Compares what came of a scenario with what it expects, and what was let out.
pub fn judge(scenario: &Scenario, seen: Result<Vec<u8>, Outcome>) -> Answer {
    let (outcome, released) = match seen {
        Ok(released) => (Outcome::Success, released),
        Err(outcome) => (outcome, vec![]),
    };
    if outcome != scenario.outcome {
        return Answer::Disagrees(format!("{outcome:?}, not {:?}", scenario.outcome));
    }
    agrees(sha256(&released) == scenario.released, "other bytes were released")
}

/// Runs `answer` on every vector of every listed file and prints `file: ran/declared, skipped n`,
/// for scenarios, of which a file holds one, in a line per folder.
///
/// `under_test` is the name of the table in `exceptions.toml`.
///
/// # Panics
///
/// On a wrong answer, on a count that is not the declared one, on a skip that is not listed, and
/// on a listed one that did not happen.
pub fn run(under_test: &str, answer: impl Fn(&Vector) -> Answer) {
    let mut excused = exceptions(under_test);
    let (mut all, mut folders) = (Tally::default(), BTreeMap::<String, Tally>::new());
    for listed in manifest::listed() {
        let Some(declared) = listed.cases else { continue };
        let answers = load(&listed.file).into_iter().map(|v| (answer(&v), v.id));
        let excuse = excused.remove(&listed.file).unwrap_or_default();
        let tally = tally(&listed.file, declared, answers, &excuse);
        match listed.file.rsplit_once('/') {
            Some((folder, _)) if folder.starts_with("own/") || folder == "esdk" => {
                folders.entry(folder.to_owned()).or_default().add(&tally);
            }
            _ => say(&listed.file, &tally),
        }
        all.add(&tally);
    }
    folders.iter().for_each(|(folder, tally)| say(folder, tally));
    say(under_test, &all);
    all.wrong.extend(excused.keys().map(|file| format!("{file}: listed, but no such file")));
    assert!(all.wrong.is_empty(), "{} wrong:\n{}", all.wrong.len(), all.wrong.join("\n"));
}

/// What became of the vectors of a file.
#[derive(Debug, Default)]
struct Tally {
    ran: usize,
    skipped: usize,
    declared: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.ran += other.ran;
        self.skipped += other.skipped;
        self.declared += other.declared;
        self.wrong.extend(other.wrong.iter().cloned());
    }
}

/// Counts the answers of `file` and compares with what is declared and excused.
fn tally(
    file: &str,
    declared: usize,
    answers: impl Iterator<Item = (Answer, String)>,
    excused: &BTreeMap<String, usize>,
) -> Tally {
    let mut tally = Tally { declared, ..Tally::default() };
    let mut skipped = BTreeMap::<String, usize>::new();
    for (answer, id) in answers {
        match answer {
            Answer::Agrees => tally.ran += 1,
            Answer::Unsupported(what) => *skipped.entry(what.to_owned()).or_default() += 1,
            Answer::Disagrees(seen) => {
                tally.ran += 1;
                tally.wrong.push(format!("{file}: {id}: {seen}"));
            }
        }
    }
    tally.skipped = skipped.values().sum();
    if skipped != *excused {
        tally.wrong.push(format!("{file}: skipped {skipped:?}, listed {excused:?}"));
    }
    if tally.ran + tally.skipped != declared {
        let (ran, skips) = (tally.ran, tally.skipped);
        tally.wrong.push(format!("{file}: ran {ran} + skipped {skips}, declared {declared}"));
    }
    tally
}

/// What `exceptions.toml` lists for `under_test`: file, kind of skip, number.
fn exceptions(under_test: &str) -> BTreeMap<String, BTreeMap<String, usize>> {
    let table: toml::Table = include_str!("../exceptions.toml").parse().expect("exceptions.toml");
    let entries = table.get(under_test).and_then(|entries| entries.as_array());
    let mut listed = BTreeMap::<String, BTreeMap<String, usize>>::new();
    for entry in entries.into_iter().flatten() {
        let text = |name: &str| entry.get(name).and_then(|t| t.as_str()).expect("a text");
        assert!(!text("reason").is_empty(), "an exception without a reason");
        let files = entry.get("files").and_then(|f| f.as_table()).expect("files");
        for (file, count) in files {
            let count = count.as_integer().and_then(|n| usize::try_from(n).ok()).expect("a count");
            let again =
                listed.entry(file.clone()).or_default().insert(text("what").to_owned(), count);
            assert!(again.is_none(), "{file}: listed twice");
        }
    }
    listed
}

/// Prints past libtest's capture: the counts are a result, wanted from a run that passes.
fn say(name: &str, tally: &Tally) {
    let Tally { ran, skipped, declared, .. } = tally;
    writeln!(std::io::stdout(), "{name}: {ran}/{declared}, skipped {skipped}").expect("stdout");
}

/// The inner loop of the AES-CBC Monte Carlo test (AESAVS §6.4.2): 1000 blocks through `step`,
/// which chains them, each input being the output before the last, or the IV.
pub fn monte_carlo(
    first: [u8; 16],
    iv: [u8; 16],
    mut step: impl FnMut([u8; 16]) -> [u8; 16],
) -> [u8; 16] {
    let (mut input, mut before) = (first, iv);
    for _ in 0..1000 {
        let output = step(input);
        (input, before) = (before, output);
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(answers: &[Answer], declared: usize, excused: &[(&str, usize)]) -> usize {
        let answers = answers.iter().map(|answer| (answer.clone(), "case".to_owned()));
        let excused = excused.iter().map(|(what, n)| ((*what).to_owned(), *n)).collect();
        tally("file", declared, answers, &excused).wrong.len()
    }

    #[test]
    fn only_the_declared_and_the_excused_pass() {
        use Answer::{Agrees, Unsupported};
        let (bad, skip) = (Answer::Disagrees("bytes".to_owned()), Unsupported("mode"));
        assert_eq!(wrong(&[Agrees, Agrees], 2, &[]), 0);
        assert_eq!(wrong(&[Agrees, skip.clone()], 2, &[("mode", 1)]), 0);
        assert_eq!(wrong(&[Agrees, bad], 2, &[]), 1, "a wrong answer");
        assert_eq!(wrong(&[Agrees], 2, &[]), 1, "a case is missing");
        assert_eq!(wrong(&[Agrees, Agrees, Agrees], 2, &[]), 1, "a case too many");
        assert_eq!(wrong(&[Agrees, skip], 2, &[]), 1, "a skip that is not listed");
        assert_eq!(wrong(&[Agrees, Agrees], 2, &[("mode", 1)]), 1, "an unexpected success");
    }
}

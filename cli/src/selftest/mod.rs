//! `reelseal selftest`: does this build, on this processor, compute what the standards say?
//!
//! The answers were computed by others and are compiled in. What they show is this run, on this
//! machine; the vectors and laws of the repository show more.

mod compute;
mod forgeries;
mod machine;
mod table;

pub use machine::Machine;
pub use table::Answer;

use serde_json::{Value, json};

use compute::unhex;
use forgeries::FORGERIES;
use table::ANSWERS;

use crate::error::Error;

/// What came of every check.
#[derive(Debug)]
pub struct Report {
    /// The processor and what is used of it.
    pub machine: Machine,
    /// Name, origin, and whether it holds.
    answers: Vec<(&'static str, &'static str, bool)>,
    /// Name, and whether it was refused.
    forgeries: Vec<(&'static str, bool)>,
}

/// Checks everything.
pub fn run() -> Report {
    let forgeries = FORGERIES.iter().map(|(name, refused)| (*name, refused() == Some(true)));
    Report { machine: Machine::detect(), answers: check(ANSWERS), forgeries: forgeries.collect() }
}

fn check(answers: &[Answer]) -> Vec<(&'static str, &'static str, bool)> {
    let holds = |answer: &Answer| {
        let computed = (answer.compute)();
        computed.is_some() && computed == unhex(answer.expected)
    };
    answers.iter().map(|answer| (answer.name, answer.origin, holds(answer))).collect()
}

impl Report {
    /// Whether all is well.
    ///
    /// # Errors
    ///
    /// It is not: the names of what failed. The exit code is that of a bug.
    pub fn verdict(&self) -> Result<(), Error> {
        let failed: Vec<&str> = self.failed().collect();
        if failed.is_empty() {
            return Ok(());
        }
        let count = failed.len();
        Err(Error::bug(format!("selftest: {count} checks failed: {}", failed.join("; ")))
            .hint("this build does not compute what it must on this machine: use no key with it"))
    }

    fn failed(&self) -> impl Iterator<Item = &'static str> {
        let answers = self.answers.iter().filter(|(.., holds)| !holds).map(|(name, ..)| *name);
        let forgeries = self.forgeries.iter().filter(|(_, refused)| !refused);
        answers.chain(forgeries.map(|(name, _)| *name))
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        let answer = |(name, origin, passed): &(&str, &str, bool)| json!({ "name": name, "origin": origin, "passed": passed });
        let forgery = |(name, refused): &(&str, bool)| json!({ "name": name, "refused": refused });
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "passed": self.failed().next().is_none(),
            "failed": self.failed().collect::<Value>(),
            "knownAnswers": self.answers.iter().map(answer).collect::<Value>(),
            "forgeries": self.forgeries.iter().map(forgery).collect::<Value>(),
            "machine": self.machine.to_json(),
        })
    }

    /// For eyes: one line for each check that was made.
    pub fn to_text(&self) -> String {
        let word = |well: bool, good: &'static str| if well { good } else { "FAILED" };
        let mut text = String::new();
        for (name, origin, holds) in &self.answers {
            text += &format!("{:7}  {name} ({origin})\n", word(*holds, "ok"));
        }
        for (name, refused) in &self.forgeries {
            text += &format!("{:7}  {name}\n", word(*refused, "refused"));
        }
        let failed = self.failed().count();
        let made = self.answers.len() + self.forgeries.len();
        text += &self.machine.to_text();
        text += &format!(
            "reelseal {}: {} known answers, {} forgeries; {}",
            env!("CARGO_PKG_VERSION"),
            self.answers.len(),
            self.forgeries.len(),
            if failed == 0 {
                "all is well".to_owned()
            } else {
                format!("{failed} of {made} FAILED")
            }
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::table::{ANSWERS, Answer};
    use super::{Machine, Report, check, run};

    fn report(answers: &[Answer]) -> Report {
        Report { machine: Machine::detect(), answers: check(answers), forgeries: Vec::new() }
    }

    #[test]
    fn every_answer_holds_and_every_forgery_is_refused() {
        let report = run();
        assert_eq!(report.failed().count(), 0, "{}", report.to_text());
        assert!(report.verdict().is_ok());
        assert_eq!(report.to_json()["passed"], true);
    }

    #[test]
    fn an_answer_with_one_altered_digit_fails_the_run() {
        for altered in 0..ANSWERS.len() {
            let mut answers = ANSWERS.to_vec();
            let expected = answers[altered].expected;
            let last = if expected.ends_with('0') { '1' } else { '0' };
            let wrong = format!("{}{last}", &expected[..expected.len() - 1]);
            answers[altered].expected = Box::leak(wrong.into_boxed_str());
            let report = report(&answers);
            let name = ANSWERS[altered].name;
            assert_eq!(report.failed().collect::<Vec<_>>(), [name]);
            let error = report.verdict().unwrap_err();
            assert_eq!(error.kind().exit_code(), 1);
            assert!(error.message().contains(name), "{error}");
            assert_eq!(report.to_json()["passed"], false);
            assert!(report.to_text().contains("1 of"), "{}", report.to_text());
        }
    }

    #[test]
    fn a_computation_that_gives_nothing_fails_the_run() {
        let broken = Answer { compute: || None, expected: "", ..ANSWERS[0] };
        assert_eq!(report(&[broken]).failed().count(), 1);
    }

    #[test]
    fn a_forgery_that_opens_fails_the_run() {
        let mut report = report(ANSWERS);
        report.forgeries.push(("a forgery", false));
        assert_eq!(report.verdict().unwrap_err().kind().exit_code(), 1);
    }
}

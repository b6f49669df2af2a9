//! The chain of the audit log: crashes mend it, and what was done to it afterwards is found.

mod home;

use std::fs;

use home::Home;
use reelseal::audit::{self, Head};
use serde_json::Value;

const GENERATE: [&str; 6] =
    ["kms", "generate-data-key", "--key-id", "alias/reelseal", "--key-spec", "AES_128"];

/// A home whose log has `lines` lines.
fn used(lines: usize) -> Home {
    let home = Home::new();
    for _ in 0..lines {
        home.ok(&GENERATE);
    }
    home
}

/// The message of the fault that `verify` finds.
fn fault(home: &Home) -> String {
    let error = audit::verify(home.log(), None).unwrap_err();
    assert_eq!(error.kind().exit_code(), 5);
    error.message().strip_prefix(&format!("{}: ", home.log().display())).unwrap().to_owned()
}

fn lines(home: &Home) -> Vec<String> {
    fs::read_to_string(home.log()).unwrap().lines().map(str::to_owned).collect()
}

fn write(home: &Home, lines: &[String]) {
    fs::write(home.log(), lines.join("\n") + "\n").unwrap();
}

#[test]
fn a_torn_last_line_is_dropped_by_the_next_record() {
    let home = used(2);
    let whole = fs::read(home.log()).unwrap();
    for torn in [&b"{"[..], &whole[..whole.len() / 4], b"\0\0\0"] {
        fs::write(home.log(), [&whole, torn].concat()).unwrap();
        assert!(fault(&home).starts_with("line 3: "), "{}", fault(&home));
        home.ok(&GENERATE);
        assert_eq!(audit::verify(home.log(), None).unwrap().lines, 3);
    }
    fs::write(home.log(), b"{\"eventVersion\":\"1").unwrap();
    home.ok(&GENERATE);
    assert_eq!(audit::verify(home.log(), None).unwrap().lines, 1);
}

#[test]
fn long_lines_are_chained_too() {
    let home = Home::new();
    // 48 KiB of JSON: each of these characters takes six in it.
    let context = format!("a={}", "\u{1}".repeat(8000));
    for _ in 0..3 {
        home.ok(&[&GENERATE[..], &["--encryption-context", &context]].concat());
    }
    assert!(fs::metadata(home.log()).unwrap().len() > 3 * 48_000);
    assert_eq!(audit::verify(home.log(), None).unwrap().lines, 3);
}

#[test]
fn an_altered_line_is_found() {
    let home = used(4);
    let good = lines(&home);
    for (at, line) in good.iter().enumerate().take(3) {
        let mut altered = good.clone();
        altered[at] = line.replace("alias/reelseal", "alias/somebody");
        assert_ne!(altered[at], *line);
        write(&home, &altered);
        let expected = format!("line {}: the line before this one was altered", at + 2);
        assert!(fault(&home).starts_with(&expected), "{}", fault(&home));
    }
    // The last line has no line after it: the head that was noted finds it.
    write(&home, &good);
    let head = audit::verify(home.log(), None).unwrap();
    let mut altered = good.clone();
    altered[3] = good[3].replace("alias/reelseal", "alias/somebody");
    write(&home, &altered);
    assert!(audit::verify(home.log(), None).is_ok());
    assert!(audit::verify(home.log(), Some(&head)).is_err());
}

#[test]
fn a_removed_line_is_found() {
    let home = used(4);
    let good = lines(&home);
    let head = audit::verify(home.log(), None).unwrap();
    for at in 0..3 {
        let mut fewer = good.clone();
        fewer.remove(at);
        write(&home, &fewer);
        let expected = format!("line {}: a line was removed", at + 1);
        assert!(fault(&home).starts_with(&expected), "{}", fault(&home));
    }
    for left in 1..4 {
        write(&home, &good[..left]);
        let error = audit::verify(home.log(), Some(&head)).unwrap_err();
        assert!(error.message().contains("the head that was noted"), "{error}");
    }
}

#[test]
fn a_reordered_or_repeated_line_is_found() {
    let home = used(4);
    let good = lines(&home);
    for at in 0..3 {
        let mut swapped = good.clone();
        swapped.swap(at, at + 1);
        write(&home, &swapped);
        assert!(fault(&home).starts_with(&format!("line {}: a line was", at + 1)));
        let mut repeated = good.clone();
        repeated.insert(at, good[at].clone());
        write(&home, &repeated);
        assert!(fault(&home).starts_with(&format!("line {}: a line was", at + 2)));
    }
    // Renumbered, they still do not point back to each other.
    let mut renumbered = good.clone();
    renumbered[1] = good[2].replace("\"seq\":3", "\"seq\":2");
    renumbered[2] = good[1].replace("\"seq\":2", "\"seq\":3");
    write(&home, &renumbered);
    assert!(fault(&home).starts_with("line 2: the line before this one was altered"));
}

#[test]
fn a_log_that_has_grown_still_passes_its_noted_head() {
    let home = used(2);
    let head = audit::verify(home.log(), None).unwrap();
    assert_eq!(audit::verify(home.log(), Some(&head)).unwrap(), head);
    home.ok(&GENERATE);
    let grown = audit::verify(home.log(), Some(&head)).unwrap();
    assert_eq!(grown.lines, 3);
    assert!(audit::verify(home.log(), Some(&Head::start())).is_ok());
    let records = home.records();
    assert_eq!(records[2]["reelseal"]["previous"], Value::from(head.sha256));
}

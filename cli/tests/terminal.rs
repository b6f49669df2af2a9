//! The command line itself: help, errors, completions, manual pages.

mod home;

use home::{Home, text};

#[test]
fn usage_errors_are_one_line_of_json_too() {
    let home = Home::new();
    for args in [&["kms"][..], &["nonsense"], &["key", "show"], &["key", "list", "--nonsense"], &[]]
    {
        let error = home.fails(2, args);
        assert_eq!(error["code"], "Usage");
        assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "{args:?}: {error}");
        assert_eq!(home.run(args).status.code(), Some(2));
    }
    assert!(!home.keystore().exists(), "a usage error made a keystore");
}

#[test]
fn an_error_is_a_sentence_and_a_hint() {
    let home = Home::new();
    let output = home.run(&["key", "show", "alias/none"]);
    assert_eq!(output.status.code(), Some(6));
    let expected = "error: NotFoundException: Alias arn:aws:kms:local:000000000000:alias/none is \
                    not found.\n  hint: `reelseal key list` shows the keys\n";
    assert_eq!(text(&output.stderr), expected);
    let error = home.fails(6, &["key", "show", "alias/none"]);
    let fields: Vec<_> = error.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["code", "message", "hint", "transcoderCode"]);
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = text(&home.run(&["completions", shell]).stdout);
        assert!(script.contains("generate-data-key"), "{shell}");
    }
    let page = text(&home.run(&["man"]).stdout);
    assert!(page.contains(".TH reelseal 1"), "{page}");
    let dir = home.keystore().parent().unwrap().join("man");
    std::fs::create_dir(&dir).unwrap();
    assert!(home.run(&["man", dir.to_str().unwrap()]).status.success());
    for page in ["reelseal.1", "reelseal-key-rotate.1", "reelseal-kms-generate-data-key.1"] {
        assert!(dir.join(page).exists(), "{page}");
    }
    home.fails(7, &["man", "/nowhere/at/all"]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_printed_is_an_error() {
    let home = Home::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = home.command(&["key", "list"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert!(text(&output.stderr).starts_with("error: cannot write to standard output: "));
}

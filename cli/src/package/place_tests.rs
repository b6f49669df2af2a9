//! The exchange in two renames, for file systems that cannot do it in one.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::hidden::Hidden;
use super::{Existing, Place, exchange_names, hidden};

fn package(folder: &Path, text: &str) {
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("master.m3u8"), text).unwrap();
}

fn text(folder: &Path) -> String {
    fs::read_to_string(folder.join("master.m3u8")).unwrap()
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into()).collect();
    names.sort();
    names
}

#[test]
fn both_exchanges_leave_the_old_package_where_the_new_one_was() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    package(&out, "old");
    let place = Place::new(&out, Existing::Replace, None).unwrap();
    let hidden = Hidden::beside(place.path()).unwrap();
    let folder = hidden.path().join("package");
    package(&folder, "new");

    place.exchange_in_two(&folder).unwrap();
    assert_eq!((text(&out).as_str(), text(&folder).as_str()), ("new", "old"));
    exchange_names(&folder, &out).unwrap();
    assert_eq!((text(&out).as_str(), text(&folder).as_str()), ("old", "new"));
    assert_eq!(names(dir.path()).len(), 2, "a third name was left behind");
}

#[test]
fn an_exchange_that_fails_takes_the_old_package_back() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    package(&out, "old");
    let place = Place::new(&out, Existing::Replace, None).unwrap();
    place.exchange_in_two(&dir.path().join("absent")).unwrap_err();
    assert_eq!(text(&out), "old");
    assert_eq!(names(dir.path()), [Path::new("out")]);
}

#[test]
fn the_next_run_ends_an_exchange_that_was_killed() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    // Killed after the first rename: the old package comes back.
    package(&hidden::former_name(&out).unwrap(), "old");
    Place::new(&out, Existing::Replace, None).unwrap();
    assert_eq!(text(&out), "old");
    // Killed after the second: the new one stays, the old one goes.
    package(&hidden::former_name(&out).unwrap(), "older");
    Place::new(&out, Existing::Replace, None).unwrap();
    assert_eq!(text(&out), "old");
    assert_eq!(names(dir.path()), [Path::new("out")]);
}

#[test]
fn an_exchange_that_goes_on_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let former = hidden::former_name(&out).unwrap();
    package(&former, "old");
    let hidden::Lock::Held(lock) = hidden::lock(&former).unwrap() else {
        panic!("not locked");
    };
    Place::new(&out, Existing::Replace, None).unwrap();
    assert_eq!(text(&former), "old");
    drop(lock);
    Place::new(&out, Existing::Replace, None).unwrap();
    assert_eq!(text(&out), "old");
}

#[test]
fn the_former_package_is_never_removed_for_what_is_no_package() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let former = hidden::former_name(&out).unwrap();
    package(&former, "old");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    Place::new(&out, Existing::Replace, None).unwrap_err();
    assert_eq!(text(&former), "old");
    assert_eq!(fs::read_to_string(out.join("notes.txt")).unwrap(), "mine");
}

//! One file, whole or not at all.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use reelseal::error::{Error, Kind};
use reelseal::package::{Existing, write_atomic, write_error};

fn put(out: &Path, existing: Existing, text: &str) -> Result<(), Error> {
    write_atomic(out, existing, |to| {
        to.write_all(text.as_bytes()).map_err(|error| write_error(out, &error))
    })
}

fn count(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}

#[test]
fn a_file_appears_and_is_replaced_by_force_only() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("record.json");
    put(&out, Existing::Keep, "one").unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o640)).unwrap();
    let error = put(&out, Existing::Keep, "two").unwrap_err();
    assert_eq!((error.kind(), error.next_step()), (Kind::Refused, Some("--force replaces it")));
    assert_eq!(fs::read_to_string(&out).unwrap(), "one");
    put(&out, Existing::Replace, "three").unwrap();
    assert_eq!(fs::read_to_string(&out).unwrap(), "three");
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o7777, 0o640);
    assert_eq!(count(dir.path()), 1);
}

#[test]
fn a_failed_write_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    for text in [None, Some("old")] {
        text.iter().for_each(|text| fs::write(&out, text).unwrap());
        let written = write_atomic(&out, Existing::Replace, |to| {
            to.write_all(b"half").map_err(|error| write_error(&out, &error))?;
            Err(Error::inauthentic("wrong key"))
        });
        assert_eq!(written.unwrap_err().kind(), Kind::Inauthentic);
        assert_eq!(fs::read_to_string(&out).ok().as_deref(), text);
    }
    assert_eq!(count(dir.path()), 1);
}

#[test]
fn a_file_that_came_meanwhile_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let written = write_atomic(&out, Existing::Keep, |_| {
        fs::write(&out, "theirs").unwrap();
        Ok(())
    });
    assert_eq!(written.unwrap_err().kind(), Kind::Refused);
    assert_eq!(fs::read_to_string(&out).unwrap(), "theirs");
    assert_eq!(count(dir.path()), 1);
}

#[test]
fn what_is_no_file_is_refused_or_written_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(put(dir.path(), Existing::Replace, "x").unwrap_err().kind(), Kind::Refused);
    put(Path::new("/dev/null"), Existing::Keep, "x").unwrap();
    let nowhere = dir.path().join("no/such");
    assert_eq!(put(&nowhere, Existing::Keep, "x").unwrap_err().kind(), Kind::Io);
    // A link to a file is written through, not replaced.
    fs::write(dir.path().join("file"), "old").unwrap();
    symlink("file", dir.path().join("link")).unwrap();
    put(&dir.path().join("link"), Existing::Replace, "new").unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("file")).unwrap(), "new");
    assert!(fs::symlink_metadata(dir.path().join("link")).unwrap().is_symlink());
}

#[test]
fn a_name_as_long_as_names_can_be_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("é".repeat(127));
    put(&out, Existing::Keep, "x").unwrap();
    assert_eq!(fs::read_to_string(&out).unwrap(), "x");
    let longer = dir.path().join("a".repeat(256));
    assert_eq!(put(&longer, Existing::Keep, "x").unwrap_err().kind(), Kind::Io);
    assert_eq!(count(dir.path()), 1);
}

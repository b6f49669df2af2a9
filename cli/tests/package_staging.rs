//! A package appears whole or not at all, and nothing that was there is lost.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use reelseal::error::Kind;
use reelseal::package::{Existing, PackagePath, Source, Staging};
use tempfile::TempDir;

struct Bench {
    dir: TempDir,
    source: Source,
    out: PathBuf,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let pkg = dir.path().join("pkg");
    fs::create_dir(&pkg).unwrap();
    fs::write(pkg.join("master.m3u8"), "#EXTM3U\n").unwrap();
    let (source, _) = Source::open(pkg.join("master.m3u8")).unwrap();
    let out = dir.path().join("out");
    Bench { dir, source, out }
}

fn at(path: &str) -> PackagePath {
    PackagePath::parse(path).unwrap()
}

fn write(staging: &Staging, path: &str, text: &str) {
    let mut file = staging.create(&at(path)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.finish().unwrap();
}

/// Names in `dir`, sorted.
fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn publish(bench: &Bench, existing: Existing, text: &str) {
    let staging = Staging::new(&bench.out, existing, &bench.source).unwrap();
    write(&staging, "master.m3u8", text);
    write(&staging, "v0/a.ts", text);
    let published = staging.publish().unwrap();
    assert!(published.leftover.is_none());
}

#[test]
fn nothing_is_in_place_before_publish_and_all_of_it_after() {
    let bench = bench();
    let staging = Staging::new(&bench.out, Existing::Keep, &bench.source).unwrap();
    write(&staging, "v0/deep/a.ts", "segment");
    let mut file = staging.create(&at("master.m3u8")).unwrap();
    file.write_all(b"#EXTM3U\n").unwrap();
    file.finish().unwrap();
    let copied = staging.copy(&bench.source, &at("master.m3u8"), &at("copy.m3u8")).unwrap();
    assert_eq!(copied, 8);

    let hidden = names(bench.dir.path()).remove(0);
    assert!(hidden.starts_with(".out.reelseal-"), "{hidden}");
    let mode = fs::metadata(bench.dir.path().join(&hidden)).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);
    assert!(!bench.out.exists());

    let published = staging.publish().unwrap();
    assert_eq!(published.out.path().unwrap(), bench.out.canonicalize().unwrap());
    assert_eq!(names(bench.dir.path()), ["out", "pkg"]);
    assert_eq!(names(&bench.out), ["copy.m3u8", "master.m3u8", "v0"]);
    assert_eq!(fs::read(bench.out.join("master.m3u8")).unwrap(), b"#EXTM3U\n");
    assert_eq!(fs::read(bench.out.join("copy.m3u8")).unwrap(), b"#EXTM3U\n");
    assert_eq!(fs::read(bench.out.join("v0/deep/a.ts")).unwrap(), b"segment");
    // Ordinary modes: those that mkdir(1) would give here.
    fs::create_dir(bench.dir.path().join("ordinary")).unwrap();
    let ordinary = fs::metadata(bench.dir.path().join("ordinary")).unwrap().mode();
    assert_eq!(fs::metadata(&bench.out).unwrap().mode(), ordinary);
}

#[test]
fn dropped_it_leaves_nothing_behind() {
    let bench = bench();
    let staging = Staging::new(&bench.out, Existing::Keep, &bench.source).unwrap();
    write(&staging, "v0/a.ts", "segment");
    let open = staging.create(&at("v0/b.ts")).unwrap();
    drop(staging);
    drop(open);
    assert_eq!(names(bench.dir.path()), ["pkg"]);
}

#[test]
fn no_name_is_given_twice() {
    let bench = bench();
    let staging = Staging::new(&bench.out, Existing::Keep, &bench.source).unwrap();
    write(&staging, "a", "1");
    write(&staging, "b/c", "1");
    for path in ["a", "a/b", "b"] {
        let error = staging.create(&at(path)).unwrap_err();
        assert_eq!(error.kind(), Kind::Refused, "{path}: {error}");
        assert_eq!(error.message(), format!("{path}: two outputs would have this name"));
    }
    // Many threads make the same folders at once.
    thread::scope(|scope| {
        for i in 0..8 {
            let staging = &staging;
            scope.spawn(move || (0..50).for_each(|j| write(staging, &format!("x/{j}/{i}"), "1")));
        }
    });
    let _ = staging.publish().unwrap();
    assert_eq!(names(&bench.out.join("x")).len(), 50);
    assert_eq!(names(&bench.out.join("x/49")).len(), 8);
}

#[test]
fn an_empty_folder_is_taken_and_keeps_its_mode() {
    let bench = bench();
    fs::create_dir(&bench.out).unwrap();
    fs::set_permissions(&bench.out, fs::Permissions::from_mode(0o750)).unwrap();
    publish(&bench, Existing::Keep, "new");
    assert_eq!(fs::metadata(&bench.out).unwrap().mode() & 0o7777, 0o750);
    publish(&bench, Existing::Replace, "newer");
    assert_eq!(fs::metadata(&bench.out).unwrap().mode() & 0o7777, 0o750);
    assert_eq!(fs::read_to_string(bench.out.join("v0/a.ts")).unwrap(), "newer");
    assert_eq!(names(bench.dir.path()), ["out", "pkg"]);
}

#[test]
fn a_package_that_exists_is_replaced_by_force_only() {
    let bench = bench();
    publish(&bench, Existing::Keep, "old");
    fs::write(bench.out.join("extra"), "").unwrap();
    let error = Staging::new(&bench.out, Existing::Keep, &bench.source).unwrap_err();
    assert_eq!((error.kind(), error.next_step()), (Kind::Refused, Some("--force replaces it")));
    assert_eq!(names(bench.dir.path()), ["out", "pkg"]);
    publish(&bench, Existing::Replace, "new");
    assert_eq!(names(&bench.out), ["master.m3u8", "v0"]);
    assert_eq!(names(bench.dir.path()), ["out", "pkg"]);
}

#[test]
fn force_does_not_replace_what_is_no_package() {
    let bench = bench();
    fs::create_dir(&bench.out).unwrap();
    fs::write(bench.out.join("thesis.tex"), "mine").unwrap();
    let error = Staging::new(&bench.out, Existing::Replace, &bench.source).unwrap_err();
    assert_eq!(error.kind(), Kind::Refused);
    let file = bench.dir.path().join("file");
    fs::write(&file, "mine").unwrap();
    let error = Staging::new(&file, Existing::Replace, &bench.source).unwrap_err();
    assert!(error.message().ends_with("the output is not a folder"), "{error}");
    let link = bench.dir.path().join("link");
    symlink("nowhere", &link).unwrap();
    let error = Staging::new(&link, Existing::Replace, &bench.source).unwrap_err();
    assert!(error.message().ends_with("a link that leads nowhere"), "{error}");
    let error = Staging::new(Path::new("/"), Existing::Replace, &bench.source).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    let error = Staging::new(file.join("such"), Existing::Replace, &bench.source).unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    assert_eq!(fs::read_to_string(bench.out.join("thesis.tex")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
}

#[test]
fn folders_around_the_output_are_made_and_go_with_it() {
    let mut bench = bench();
    bench.out = bench.dir.path().join("no/such/out");
    drop(Staging::new(&bench.out, Existing::Keep, &bench.source).unwrap());
    assert_eq!(names(bench.dir.path()), ["pkg"]);
    publish(&bench, Existing::Keep, "new");
    assert_eq!(names(&bench.dir.path().join("no/such")), ["out"]);
}

#[test]
fn the_source_is_never_replaced() {
    let bench = bench();
    let pkg = bench.dir.path().join("pkg");
    fs::create_dir(pkg.join("v0")).unwrap();
    fs::write(pkg.join("v0/v0.m3u8"), "").unwrap();
    // So that the folder around it looks like a package too.
    fs::write(bench.dir.path().join("index.m3u8"), "").unwrap();
    symlink("pkg", bench.dir.path().join("link")).unwrap();
    let places = ["pkg", "pkg/.", "pkg/v0/..", "link", "link/v0", "pkg/v0", ".", ""];
    for place in places {
        for existing in [Existing::Keep, Existing::Replace] {
            let out = bench.dir.path().join(place);
            let error = Staging::new(&out, existing, &bench.source).unwrap_err();
            assert_eq!(error.kind(), Kind::Refused, "{place}: {error}");
        }
    }
    assert_eq!(names(bench.dir.path()), ["index.m3u8", "link", "pkg"]);
    assert_eq!(names(&pkg), ["master.m3u8", "v0"]);
    // A new folder inside it is welcome, and its staging is no part of the package.
    let staging = Staging::new(pkg.join("out"), Existing::Keep, &bench.source).unwrap();
    write(&staging, "master.m3u8", "");
    let listed = bench.source.files().unwrap();
    assert_eq!((listed.files.len(), listed.others.len()), (2, 0));
    let _ = staging.publish().unwrap();
    assert_eq!(names(&pkg), ["master.m3u8", "out", "v0"]);
}

#[test]
fn of_two_stagings_at_once_the_second_is_refused_or_replaces_the_first() {
    let bench = bench();
    let stage = |existing, text| {
        let staging = Staging::new(&bench.out, existing, &bench.source).unwrap();
        write(&staging, "master.m3u8", text);
        staging
    };
    let first = stage(Existing::Keep, "first");
    let second = stage(Existing::Keep, "second");
    let third = stage(Existing::Replace, "third");
    let _ = first.publish().unwrap();
    let error = second.publish().unwrap_err();
    assert_eq!((error.kind(), error.next_step()), (Kind::Refused, Some("--force replaces it")));
    assert_eq!(fs::read_to_string(bench.out.join("master.m3u8")).unwrap(), "first");
    let _ = third.publish().unwrap();
    assert_eq!(fs::read_to_string(bench.out.join("master.m3u8")).unwrap(), "third");
    assert_eq!(names(bench.dir.path()), ["out", "pkg"]);
}

#[test]
fn a_place_that_was_filled_meanwhile_is_left_alone() {
    let bench = bench();
    let staging = Staging::new(&bench.out, Existing::Replace, &bench.source).unwrap();
    write(&staging, "master.m3u8", "");
    fs::create_dir(&bench.out).unwrap();
    fs::write(bench.out.join("thesis.tex"), "mine").unwrap();
    assert_eq!(staging.publish().unwrap_err().kind(), Kind::Refused);
    assert_eq!(names(&bench.out), ["thesis.tex"]);
    assert_eq!(names(bench.dir.path()), ["out", "pkg"]);
}

#[test]
fn at_every_moment_of_a_replacement_one_of_the_two_is_in_place() {
    let bench = bench();
    publish(&bench, Existing::Keep, "0");
    let done = AtomicBool::new(false);
    let looks = thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut looks = 0u32;
            while !done.load(Ordering::Relaxed) {
                assert!(fs::metadata(&bench.out).is_ok(), "the package was gone for a moment");
                looks += 1;
            }
            looks
        });
        (1..=100).for_each(|i| publish(&bench, Existing::Replace, &i.to_string()));
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    });
    assert!(looks > 100, "{looks} looks are no test");
    assert_eq!(fs::read_to_string(bench.out.join("v0/a.ts")).unwrap(), "100");
    assert_eq!(names(bench.dir.path()), ["out", "pkg"]);
}

//! What may be read: regular files below the package's folder, and nothing else.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use reelseal::error::Kind;
use reelseal::package::{PackagePath, Source};
use tempfile::TempDir;

/// `pkg/` with a playlist and a segment, and a secret beside it.
fn package() -> (TempDir, Source, PackagePath) {
    let dir = tempfile::tempdir().unwrap();
    let pkg = dir.path().join("pkg");
    fs::create_dir_all(pkg.join("v0")).unwrap();
    fs::write(pkg.join("master.m3u8"), "#EXTM3U\n").unwrap();
    fs::write(pkg.join("v0/a.ts"), [7; 188]).unwrap();
    fs::write(dir.path().join("secret"), "secret").unwrap();
    let (source, playlist) = Source::open(pkg.join("master.m3u8")).unwrap();
    (dir, source, playlist)
}

fn at(path: &str) -> PackagePath {
    PackagePath::parse(path).unwrap()
}

#[test]
fn a_file_of_the_package_is_read() {
    let (_dir, source, playlist) = package();
    assert_eq!(playlist.as_str(), "master.m3u8");
    let segment = source.resolve(&playlist, "v0/a.ts").unwrap();
    let mut bytes = Vec::new();
    source.open_file(&segment).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, [7; 188]);
    assert_eq!(source.regular_len(&segment).unwrap(), 188);
    assert_eq!(source.read(&segment, 188).unwrap(), bytes);
    let error = source.read(&segment, 187).unwrap_err();
    assert_eq!(error.kind(), Kind::Malformed);
    assert_eq!(error.message(), "v0/a.ts: longer than the limit of 187 bytes");
}

#[test]
fn absence_is_told_from_presence() {
    let (_dir, source, _) = package();
    assert!(source.exists(&at("v0/a.ts")).unwrap());
    assert!(!source.exists(&at("v0/b.ts")).unwrap());
    assert!(!source.exists(&at("v0/a.ts/b")).unwrap());
    assert_eq!(source.open_file(&at("v0/b.ts")).unwrap_err().kind(), Kind::Io);
}

#[test]
fn links_are_followed_inside_the_package_only() {
    let (dir, source, _) = package();
    let pkg = dir.path().join("pkg");
    let outside = dir.path().join("secret");
    symlink("a.ts", pkg.join("v0/inside.ts")).unwrap();
    symlink("v0", pkg.join("v1")).unwrap();
    symlink("../pkg/v0/a.ts", pkg.join("out_and_in.ts")).unwrap();
    symlink("../secret", pkg.join("out")).unwrap();
    symlink(&outside, pkg.join("absolute")).unwrap();
    symlink(pkg.join("v0/a.ts"), pkg.join("absolute_inside")).unwrap();
    symlink("..", pkg.join("up")).unwrap();
    symlink("/proc/self/root", pkg.join("magic")).unwrap();
    symlink("out", pkg.join("link_to_link")).unwrap();
    symlink("loop", pkg.join("loop")).unwrap();

    for inside in ["v0/inside.ts", "v1/a.ts"] {
        assert_eq!(source.read(&at(inside), 1000).unwrap(), [7; 188], "{inside}");
    }
    let refused = [
        "out_and_in.ts",
        "out",
        "absolute",
        "absolute_inside",
        "up/secret",
        "magic/etc/passwd",
        "link_to_link",
    ];
    for path in refused {
        let error = source.open_file(&at(path)).unwrap_err();
        assert_eq!(error.kind(), Kind::Refused, "{path}: {error}");
        let want = format!("{path}: a link leads out of the package's folder");
        assert_eq!(error.message(), want);
        assert_eq!(source.regular_len(&at(path)).unwrap_err().kind(), Kind::Refused, "{path}");
        assert_eq!(source.exists(&at(path)).unwrap_err().kind(), Kind::Refused, "{path}");
    }
    assert_eq!(source.open_file(&at("loop")).unwrap_err().kind(), Kind::Io);
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting() {
    let (dir, source, _) = package();
    let pkg = dir.path().join("pkg");
    let made = Command::new("mkfifo").arg(pkg.join("fifo")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(pkg.join("socket")).unwrap();
    let started = Instant::now();
    for path in ["fifo", "socket", "v0"] {
        let error = source.open_file(&at(path)).unwrap_err();
        assert_eq!(error.kind(), Kind::Refused, "{path}");
        assert_eq!(error.message(), format!("{path}: not a regular file"));
    }
    assert!(started.elapsed() < Duration::from_secs(5));
    // A device: /dev itself taken for a package.
    let (dev, _) = Source::open(Path::new("/dev/master.m3u8")).unwrap();
    for path in ["null", "zero"] {
        assert_eq!(dev.open_file(&at(path)).unwrap_err().kind(), Kind::Refused, "{path}");
    }
}

/// The moment between a look and an open, used by someone who exchanges the file for a link.
#[test]
fn a_link_that_comes_and_goes_never_lets_the_secret_out() {
    let (dir, source, _) = package();
    let pkg = dir.path().join("pkg");
    let done = AtomicBool::new(false);
    let (mut read, mut refused) = (0, 0);
    thread::scope(|scope| {
        scope.spawn(|| {
            fs::write(pkg.join("file"), "public").unwrap();
            symlink("../secret", pkg.join("link")).unwrap();
            while !done.load(Ordering::Relaxed) {
                for name in ["file", "link"] {
                    fs::remove_file(pkg.join("next")).ok();
                    match name {
                        "file" => fs::hard_link(pkg.join("file"), pkg.join("next")).unwrap(),
                        _ => symlink("../secret", pkg.join("next")).unwrap(),
                    }
                    fs::rename(pkg.join("next"), pkg.join("target")).unwrap();
                }
            }
        });
        let started = Instant::now();
        while (read < 100 || refused < 100) && started.elapsed() < Duration::from_secs(20) {
            match source.read(&at("target"), 100) {
                Ok(bytes) => {
                    assert_eq!(bytes, b"public");
                    read += 1;
                }
                Err(error) if error.kind() == Kind::Refused => refused += 1,
                Err(_) => {}
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(read >= 100 && refused >= 100, "{read} read, {refused} refused: nothing was tried");
}

#[test]
fn a_listing_names_every_file_once_and_what_is_strange_apart() {
    let (dir, source, _) = package();
    let pkg = dir.path().join("pkg");
    symlink("a.ts", pkg.join("v0/inside.ts")).unwrap();
    symlink("v0", pkg.join("v1")).unwrap();
    symlink("../secret", pkg.join("out")).unwrap();
    symlink("nowhere", pkg.join("dangling")).unwrap();
    fs::write(pkg.join("back\\slash"), "").unwrap();
    fs::write(pkg.join("new\nline"), "").unwrap();
    fs::create_dir(pkg.join(".out.reelseal-0123456789abcdef")).unwrap();
    fs::write(pkg.join(".out.reelseal-0123456789abcdef/x.ts"), "").unwrap();
    let listing = source.files().unwrap();
    let files: Vec<&str> = listing.files.iter().map(PackagePath::as_str).collect();
    assert_eq!(files, ["master.m3u8", "v0/a.ts", "v0/inside.ts"]);
    assert_eq!(listing.others, ["back\\\\slash", "dangling", "new\\nline", "out"]);
}

#[test]
fn a_playlist_in_the_current_folder_or_nowhere() {
    let (source, playlist) = Source::open(Path::new("Cargo.toml")).unwrap();
    assert_eq!((source.root().path(), playlist.as_str()), (Some(Path::new(".")), "Cargo.toml"));
    assert!(source.regular_len(&playlist).unwrap() > 0);
    assert_eq!(Source::open(Path::new("no/such/x.m3u8")).unwrap_err().kind(), Kind::Io);
    assert_eq!(Source::open(Path::new("..")).unwrap_err().kind(), Kind::Usage);
}

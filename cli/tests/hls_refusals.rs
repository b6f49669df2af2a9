//! Bad packages: each is refused with its exit code and one sentence that names file, line and
//! rule, and leaves nothing behind. What the command line asks wrongly is in `hls_requests.rs`.

mod common;

use std::fs;
use std::os::unix::fs::symlink;

use common::{Lab, Package};
use rustix::fs::{CWD, Mode, mkfifoat};

/// A playlist of one file of 100 bytes, `a.ts`; `lines` come before it.
fn package(lines: &str) -> Package {
    let text = format!("#EXTM3U\n{lines}\n#EXTINF:4,\na.ts\n");
    Package::new("i.m3u8").with("i.m3u8", text).media(&[("a.ts", 100)])
}

/// A playlist as it stands, with `a.ts` beside it.
fn raw(text: &[u8]) -> Package {
    Package::new("i.m3u8").with("i.m3u8", text).media(&[("a.ts", 100)])
}

/// Exit code, what the sentence holds, and the package.
type Case = (i32, &'static [&'static str], Package);

fn refused(cases: Vec<Case>) {
    let lab = Lab::new();
    let count = cases.len();
    for (exit, says, package) in cases {
        let dir = lab.write(&package);
        lab.refuses("protect", &dir.join("i.m3u8"), exit, &[]).says(says);
        package.expect_same(&Package::read(&dir, "i.m3u8"), "the source is left alone");
    }
    println!("{count} packages refused");
    assert!(!lab.home.keystore().join("keystore.sqlite3").exists(), "no key was asked for");
}

#[test]
fn malformed_playlists_are_named_by_file_line_and_rule() {
    let line = |text: &'static str| package(text);
    let key = |list: &str| package(&format!("#EXT-X-KEY:{list}"));
    refused(vec![
        (3, &["i.m3u8: line 1", "EXTM3U"], raw(b"")),
        (3, &["i.m3u8: line 1", "EXTM3U"], raw(b"#EXTINF:4,\na.ts\n")),
        (3, &["i.m3u8: line 1", "EXTM3U"], raw(b"\n#EXTM3U\n#EXTINF:4,\na.ts\n")),
        (3, &["i.m3u8: line 1", "EXTM3U"], raw(b"#EXTM3U\r#EXTINF:4,\ra.ts\r")),
        (
            3,
            &["i.m3u8: line 1", "byte order mark"],
            raw(b"\xEF\xBB\xBF#EXTM3U\n#EXTINF:4,\na.ts\n"),
        ),
        (3, &["i.m3u8: line 2", "UTF-8"], raw(b"#EXTM3U\n#EXTINF:4,\xFF\na.ts\n")),
        (3, &["i.m3u8: line 3", "UTF-8"], raw(b"#EXTM3U\n#EXTINF:4,\na\xFF.ts\n")),
        (3, &["i.m3u8: line 2", "EXTINF"], raw(b"#EXTM3U\na.ts\n")),
        (3, &["i.m3u8: line 4", "EXTINF"], raw(b"#EXTM3U\n#EXTINF:4,\na.ts\na.ts\n")),
        (3, &["i.m3u8", "names no segment"], raw(b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n")),
        (3, &["i.m3u8: line 4"], line("#EXT-X-TARGETDURATION:4\n\n#EXT-X-STREAM-INF:BANDWIDTH=1")),
        (3, &["i.m3u8: line 2", "EXT-X-VERSION"], line("#EXT-X-VERSION:three")),
        (3, &["i.m3u8: line 2", "EXT-X-VERSION"], line("#EXT-X-VERSION")),
        (3, &["i.m3u8: line 2", "EXT-X-MEDIA-SEQUENCE"], line("#EXT-X-MEDIA-SEQUENCE:-1")),
        (3, &["i.m3u8: line 2", "EXT-X-MEDIA-SEQUENCE"], {
            line("#EXT-X-MEDIA-SEQUENCE:18446744073709551616")
        }),
        (3, &["i.m3u8: line 6", "EXT-X-MEDIA-SEQUENCE"], {
            line("#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n#EXTINF:4,\na.ts")
        }),
        (3, &["i.m3u8: line 4", "EXT-X-MEDIA-SEQUENCE"], {
            line("#EXTINF:4,\na.ts\n#EXT-X-MEDIA-SEQUENCE:7")
        }),
        (3, &["i.m3u8: line 2", "EXT-X-BYTERANGE"], line("#EXT-X-BYTERANGE:ten@0")),
        (3, &["i.m3u8: line 4", "EXT-X-BYTERANGE"], line("#EXT-X-BYTERANGE:10")),
        (3, &["i.m3u8: line 4", "EXT-X-BYTERANGE"], {
            line("#EXT-X-BYTERANGE:18446744073709551615@1")
        }),
        (3, &["i.m3u8: line 4", "a.ts, which has 100"], line("#EXT-X-BYTERANGE:50@51")),
        (3, &["i.m3u8: line 4", "a.ts, which has 100"], line("#EXT-X-BYTERANGE:0@7")),
        (3, &["i.m3u8: line 2", "METHOD"], key("URI=\"k\"")),
        (3, &["i.m3u8: line 2", "URI"], key("METHOD=AES-128")),
        (3, &["i.m3u8: line 2", "METHOD=NONE"], key("METHOD=NONE,URI=\"k\"")),
        (3, &["i.m3u8: line 2", "IV"], key("METHOD=AES-128,URI=\"k\",IV=0x1234")),
        (3, &["i.m3u8: line 2", "IV"], {
            key("METHOD=AES-128,URI=\"k\",IV=00000000000000000000000000000001")
        }),
        (3, &["i.m3u8: line 2"], key("METHOD=AES-128,METHOD=NONE")),
        (3, &["i.m3u8: line 2"], key("METHOD=AES-128,URI=\"k")),
        (3, &["i.m3u8: line 2", "URI"], line("#EXT-X-MAP:BYTERANGE=\"1@0\"")),
        (3, &["i.m3u8: line 2", "a.ts, which has 100"], {
            line("#EXT-X-MAP:URI=\"a.ts\",BYTERANGE=\"101@0\"")
        }),
    ]);
}

#[test]
fn names_that_lead_outside_are_refused_and_not_repaired() {
    let uri = |uri: &str| raw(format!("#EXTM3U\n#EXTINF:4,\n{uri}\n").as_bytes());
    let mut cases: Vec<Case> = Vec::new();
    for (rule, uris) in [
        (
            &["i.m3u8: line 3", "leaves the package's folder"][..],
            &["../a.ts", "%2e%2e/a.ts", "x/../../a.ts", ".%2E/a.ts"][..],
        ),
        (&["i.m3u8: line 3", "absolute"], &["/etc/passwd", "/a.ts"]),
        (&["i.m3u8: line 3", "host"], &["//host/a.ts"]),
        (
            &["i.m3u8: line 3", "scheme"],
            &["http://x.org/a.ts", "file:///etc/passwd", "data:,x", "C:a.ts"],
        ),
        (&["i.m3u8: line 3", "backslash"], &["..\\a.ts", "\\\\host\\a.ts"]),
        (
            &["i.m3u8: line 3", "encodes a separator"],
            &["..%2fa.ts", "a%00.ts", "%2e%2e%5Ca.ts", "%0a.ts"],
        ),
        (&["i.m3u8: line 3", "two hexadecimal digits"], &["a%.ts", "a%2", "a%+1.ts"]),
        (&["i.m3u8: line 3", "not UTF-8"], &["a%FF.ts", "%C0%AE%C0%AE/a.ts"]),
        (&["i.m3u8: line 3", "folder"], &["./", ".", "sub/", "sub/.."]),
        (&["i.m3u8: line 3", "empty"], &["?a.ts"]),
        (&["i.m3u8: line 3", "control character"], &["a\u{7f}.ts", "a\u{85}.ts"]),
    ] {
        cases.extend(uris.iter().map(|name| (4, rule, uri(name))));
    }
    refused(cases);
}

#[test]
fn every_tag_that_names_a_file_is_held_to_the_rules() {
    let master = |line: &str| {
        let text = format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n{line}\n");
        raw(text.as_bytes()).with("v.m3u8", "#EXTM3U\n#EXTINF:4,\na.ts\n")
    };
    refused(vec![
        (4, &["i.m3u8: line 4", "../x", "leaves"], {
            master("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",URI=\"../x\"")
        }),
        (4, &["i.m3u8: line 4", "../x", "leaves"], {
            master("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"../x\"")
        }),
        (4, &["i.m3u8: line 4", "../x", "leaves"], {
            master("#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI=\"../x\"")
        }),
        (4, &["i.m3u8: line 4", "../x", "leaves"], {
            master("#EXT-X-SESSION-DATA:DATA-ID=\"d\",URI=\"../x\"")
        }),
        (4, &["i.m3u8: line 5", "../x", "leaves"], {
            master("#EXT-X-STREAM-INF:BANDWIDTH=1\n../x")
        }),
        (4, &["i.m3u8: line 2", "../x", "leaves"], package("#EXT-X-MAP:URI=\"../x\"")),
        (3, &["i.m3u8: line 4", "EXT-X-STREAM-INF"], master("other.m3u8")),
        (3, &["v2.m3u8", "named by another"], {
            let inner = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n";
            master("#EXT-X-STREAM-INF:BANDWIDTH=1\nv2.m3u8").with("v2.m3u8", inner)
        }),
        (4, &["v.m3u8 is named as a segment and is a playlist"], {
            master("#EXT-X-STREAM-INF:BANDWIDTH=1\nw.m3u8")
                .with("w.m3u8", "#EXTM3U\n#EXTINF:4,\nv.m3u8\n")
        }),
        (4, &["i.m3u8: line 3", "i.m3u8 is named as a segment and is a playlist"], {
            package("#EXTINF:4,\ni.m3u8")
        }),
    ]);
}

#[test]
fn what_cannot_be_encrypted_in_its_place_is_refused() {
    refused(vec![
        (4, &["i.m3u8: line 7", "overlap"], {
            package("#EXT-X-BYTERANGE:60@0\n#EXTINF:4,\na.ts\n#EXT-X-BYTERANGE:60@40")
        }),
        (4, &["i.m3u8: line 6", "overlap"], package("#EXT-X-BYTERANGE:60@0\n#EXTINF:4,\na.ts")),
        (4, &["i.m3u8: line 4", "a.ts", "clear"], package("#EXT-X-MAP:URI=\"a.ts\"")),
        (4, &["i.m3u8: line 4", "already encrypted", "hls unprotect"], {
            package("#EXT-X-KEY:METHOD=AES-128,URI=\"k.key\"")
        }),
        (4, &["i.m3u8: line 4", "already encrypted"], {
            package("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",KEYFORMAT=\"com.apple\"")
        }),
        (4, &["i.m3u8: line 2", "EXT-X-PART", "live"], {
            package("#EXT-X-PART:DURATION=0.3,URI=\"a.ts\"")
        }),
        (3, &["i.m3u8: line 4", "EXT-X-DEFINE"], {
            raw(b"#EXTM3U\n#EXT-X-DEFINE:NAME=\"p\",VALUE=\"a\"\n#EXTINF:4,\n{$p}.ts\n")
        }),
        (4, &["i.m3u8: line 6", "not inside one segment"], {
            let map = "#EXT-X-MAP:URI=\"a.ts\",BYTERANGE=\"9@0\"";
            package(&format!("#EXT-X-I-FRAMES-ONLY\n{map}\n#EXT-X-BYTERANGE:9@9"))
        }),
        (4, &["reelseal.key", "has a file of this name"], {
            package("#EXTINF:4,\nreelseal.key").with("reelseal.key", "x")
        }),
        (4, &["reelseal.json", "has a file of this name"], {
            package("#EXTINF:4,\nreelseal.json").with("reelseal.json", "{}")
        }),
    ]);
}

#[test]
fn links_pipes_and_folders_are_no_segments() {
    let lab = Lab::new();
    let new = || lab.write(&package("#EXTINF:4,\nsub/x.ts").with("sub/y.ts", "y"));
    let refused = |dir: &std::path::Path, exit, says: &[&str]| {
        lab.refuses("protect", &dir.join("i.m3u8"), exit, &[]).says(says);
    };
    let outside = lab.place("secret.ts");
    fs::write(&outside, "secret").unwrap();

    let dir = new();
    symlink(&outside, dir.join("sub/x.ts")).unwrap();
    refused(&dir, 4, &["i.m3u8: line 3", "sub/x.ts", "a link leads out"]);

    let dir = new();
    symlink("../../../secret.ts", dir.join("sub/x.ts")).unwrap();
    refused(&dir, 4, &["i.m3u8: line 3", "sub/x.ts", "a link leads out"]);

    let dir = new();
    fs::remove_dir_all(dir.join("sub")).unwrap();
    fs::rename(&outside, outside.with_file_name("x.ts")).unwrap();
    symlink(outside.parent().unwrap(), dir.join("sub")).unwrap();
    refused(&dir, 4, &["i.m3u8: line 3", "sub/x.ts", "a link leads out"]);

    let dir = new();
    mkfifoat(CWD, dir.join("sub/x.ts"), Mode::RUSR | Mode::WUSR).unwrap();
    refused(&dir, 4, &["i.m3u8: line 3", "sub/x.ts", "not a regular file"]);

    let dir = new();
    fs::create_dir(dir.join("sub/x.ts")).unwrap();
    refused(&dir, 4, &["i.m3u8: line 3", "sub/x.ts", "not a regular file"]);

    let dir = new();
    refused(&dir, 3, &["i.m3u8: line 3", "sub/x.ts is missing"]);

    // A link that stays inside is a file like any other.
    let dir = new();
    symlink("y.ts", dir.join("sub/x.ts")).unwrap();
    let (out, _) = lab.protect(&dir, "i.m3u8", &[]);
    let (back, _) = lab.unprotect(&out, "i.m3u8", &[]);
    assert_eq!(fs::read(back.join("sub/x.ts")).unwrap(), b"y");
}

#[test]
fn a_playlist_beyond_its_limits_is_refused() {
    let lab = Lab::new();
    let dir = lab.write(&raw("#EXTM3U\n#\n".repeat(500_001).as_bytes()));
    let error = lab.refuses("protect", &dir.join("i.m3u8"), 3, &[]);
    error.says(&["i.m3u8: line 1000000"]);
    let dir = lab.write(&package(""));
    fs::File::options()
        .write(true)
        .open(dir.join("i.m3u8"))
        .unwrap()
        .set_len((64 << 20) + 1)
        .unwrap();
    let error = lab.refuses("protect", &dir.join("i.m3u8"), 3, &[]);
    error.says(&["i.m3u8", "longer than the limit of 67108864 bytes"]);
}

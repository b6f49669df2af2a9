//! `hls verify` names the fault: each kind alone, several at once, with and without the record.

mod common;

use std::fs;
use std::path::Path;

use common::patient::{Patient, With, expect};
use common::{Lab, Package, media, path, text};
use serde_json::Value;

const BOTH: [With; 2] = [With::Record, With::Playlists];

/// An IV for all segments: they can be told apart by their numbers only.
const CONSTANT: [&str; 2] = ["--iv", "00000000000000000000000000000100"];

#[test]
fn a_package_that_is_well_has_no_fault() {
    for options in [&[][..], &["--iv", "sequence"], &["--rotate-every", "2"]] {
        let patient = Patient::new(With::Record, options);
        let verdict = patient.is_well(&[]);
        assert_eq!(verdict["proof"], "sha256");
        assert_eq!((&verdict["segments"], &verdict["playlists"]), (&9.into(), &4.into()));
        assert_eq!(verdict["warnings"], Value::Array(vec![]));
        patient.remove("reelseal.json");
        assert_eq!(patient.is_well(&[])["proof"], "container");
    }
    for url in ["https://example.com/key", "urn:key:1", "skd://key"] {
        let patient = Patient::new(With::Record, &["--license-acquisition-url", url]);
        assert_eq!(patient.is_well(&[])["proof"], "sha256", "{url}");
    }
}

#[test]
fn another_key_is_a_wrong_key() {
    let other = |key: &mut Vec<u8>| key[0] ^= 1;
    let patient = Patient::new(With::Playlists, &[]);
    patient.edit("reelseal.key", other).fault(5, &["reelseal.key", "wrong key", "--key-file"]);
    let patient = Patient::new(With::Record, &[]);
    patient.edit("reelseal.key", other).fault(5, &["reelseal.key", "not the key of the package"]);

    // The same by --key-file; the package's own is well.
    let patient = Patient::new(With::Playlists, &[]);
    let key = patient.lab.home.file("other", &[9; 16]);
    let faults = patient.faults(5, &["--key-file", &key]);
    expect(&faults, &["wrong key"]);
    let right = path(&patient.dir.join("reelseal.key"));
    assert_eq!(patient.is_well(&["--key-file", &right])["proof"], "container");
    let patient = Patient::new(With::Record, &[]);
    let faults = patient.faults(5, &["--key-file", &key]);
    expect(&faults, &["reelseal.json", "seal"]);
}

#[test]
fn a_key_file_with_a_newline_is_named_so() {
    for with in BOTH {
        let patient = Patient::new(with, &[]);
        patient.edit("reelseal.key", |key| key.push(b'\n'));
        // A key may end in a newline; with 17 bytes it is the 17th that does.
        patient.fault(3, &["reelseal.key", "17 bytes, the last a newline", "exactly 16"]);
    }
}

#[test]
fn a_key_that_is_not_there_is_named() {
    for with in BOTH {
        let patient = Patient::new(with, &[]);
        patient.remove("reelseal.key").fault(3, &["reelseal.key is missing"]);
    }
    let patient = Patient::new(With::Playlists, &["--license-acquisition-url", "https://x.org/k"]);
    patient.fault(4, &["https://x.org/k", "not in the package", "--key-file"]);
}

#[test]
fn an_iv_that_is_off_is_named_with_the_right_one() {
    for with in BOTH {
        let number = "#EXT-X-MEDIA-SEQUENCE:0";
        for (by, off) in [("1", "off by one"), ("3", "off by 3")] {
            let patient = Patient::new(with, &["--iv", "sequence"]);
            patient.replace("v1.m3u8", number, &format!("#EXT-X-MEDIA-SEQUENCE:{by}"));
            let faults = patient.faults(5, &[]);
            assert_eq!(faults.len(), 3, "{faults:#?}");
            for segment in ["v1_000.ts", "v1_001.ts", "v1_002.ts"] {
                expect(&faults, &["v1.m3u8: line ", segment, off, "EXT-X-MEDIA-SEQUENCE"]);
            }
        }
        let patient = Patient::new(with, &CONSTANT);
        let (right, wrong) = (format!("0x{:032x}", 0x100), format!("0x{:032x}", 0x101));
        patient.replace("v2.m3u8", &right, &wrong);
        let faults = patient.faults(5, &[]);
        assert_eq!(faults.len(), 3, "{faults:#?}");
        expect(&faults, &["v2.m3u8: line ", "v2_000.ts", &wrong, &right, "off by one"]);
    }
}

#[test]
fn a_truncated_segment_is_named() {
    for (len, whole) in [(16 * 1000, true), (16 * 1000 + 1, false), (0, false)] {
        let cut = |bytes: &mut Vec<u8>| bytes.truncate(len);
        let patient = Patient::new(With::Record, &[]);
        let says = format!("{len} bytes, where reelseal.json has 52832");
        patient.edit("v0_000.ts", cut).fault(5, &["v0_000.ts", &says, "truncated"]);
        let patient = Patient::new(With::Playlists, &[]);
        patient.edit("v0_000.ts", cut);
        match whole {
            true => patient.fault(5, &["v0_000.ts", "does not open"]),
            false => patient.fault(3, &["v0_000.ts", "not whole blocks of 16", "truncated"]),
        }
    }
}

#[test]
fn a_segment_that_grew_is_named() {
    let patient = Patient::new(With::Record, &[]);
    let grow = |bytes: &mut Vec<u8>| bytes.extend([0; 16]);
    patient.edit("v0_000.ts", grow).fault(5, &["v0_000.ts", "52848", "52832", "added"]);
}

#[test]
fn a_missing_segment_is_named_with_its_line() {
    for with in BOTH {
        let patient = Patient::new(with, &[]);
        patient.remove("v1_001.ts").fault(3, &["v1.m3u8: line ", "v1_001.ts is missing"]);
        let patient = Patient::new(with, &[]);
        patient.remove("v1.m3u8").fault(3, &["master.m3u8: line ", "v1.m3u8 is missing"]);
    }
}

#[test]
fn a_name_outside_the_package_is_named_with_its_rule() {
    for with in BOTH {
        for (uri, rule) in [
            ("../v1_001.ts", "leaves the package's folder"),
            ("/etc/passwd", "absolute"),
            ("http://example.com/a.ts", "scheme"),
        ] {
            let patient = Patient::new(with, &[]);
            patient.replace("v1.m3u8", "v1_001.ts", uri);
            let faults = patient.faults(4, &[]);
            assert_eq!(faults.len(), 1, "{faults:#?}");
            expect(&faults, &["v1.m3u8: line ", uri, rule]);
        }
    }
}

#[test]
fn an_altered_byte_is_found_by_the_record() {
    for at in [0, 15, 16, 30_000, 52_831] {
        let patient = Patient::new(With::Record, &[]);
        patient.edit("v0_000.ts", |bytes| bytes[at] ^= 0x40);
        let faults = patient.faults(5, &[]);
        assert_eq!(faults.len(), 1, "{faults:#?}");
        expect(&faults, &["v0_000.ts"]);
        // And what was altered is not given out as the original.
        let error = patient.lab.refuses("unprotect", &patient.dir.join("master.m3u8"), 5, &[]);
        error.says(&["v0_000.ts"]);
    }
}

#[test]
fn an_altered_record_breaks_its_seal() {
    let digit = |bytes: &mut Vec<u8>, field: &str| {
        let at = text(bytes).find(field).unwrap() + field.len();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    };
    for field in ["\"ClearSha256\": \"", "\"IV\": \"0x", "\"Seal\": \"", "\"Generator\": \""] {
        let patient = Patient::new(With::Record, &[]);
        patient.edit("reelseal.json", |bytes| digit(bytes, field));
        let faults = patient.faults(5, &[]);
        expect(&faults, &["reelseal.json", "seal"]);
        let error = patient.lab.refuses("unprotect", &patient.dir.join("master.m3u8"), 5, &[]);
        error.says(&["reelseal.json", "seal"]);
    }
    let patient = Patient::new(With::Record, &[]);
    patient.replace("reelseal.json", "\"FormatVersion\": 1", "\"FormatVersion\": 2");
    patient.fault(3, &["reelseal.json", "FormatVersion 2", "newer"]);
    let patient = Patient::new(With::Record, &[]);
    patient.edit("reelseal.json", |bytes| bytes.truncate(1000)).fault(3, &["reelseal.json"]);
    let patient = Patient::new(With::Record, &[]);
    patient.replace("reelseal.json", "\"Generator\"", "\"Unknown\": 1, \"Generator\"");
    patient.fault(3, &["reelseal.json", "Unknown"]);
}

#[test]
fn an_edited_playlist_is_a_warning() {
    let patient = Patient::new(With::Record, &[]);
    patient.replace("v0.m3u8", "#EXTINF:4.000000,\n", "#EXTINF:4.0,\n# edited\n");
    let verdict = patient.is_well(&[]);
    let warnings = verdict["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].as_str().unwrap().contains("v0.m3u8: the playlist was edited"));
    // Unprotecting gives back the playlist as it was.
    let (out, _) = patient.lab.unprotect(&patient.dir, "master.m3u8", &[]);
    media::clear("clear/ts").expect_same(&Package::read(&out, "master.m3u8"), "edited");
}

#[test]
fn a_key_tag_that_is_gone_is_named() {
    let patient = Patient::new(With::Record, &CONSTANT);
    patient.edit("v0.m3u8", |bytes| {
        let keyless = text(bytes)
            .lines()
            .filter(|line| !line.contains("EXT-X-KEY"))
            .fold(String::new(), |text, line| text + line + "\n");
        *bytes = keyless.into_bytes();
    });
    let faults = patient.faults(5, &[]);
    expect(&faults, &["v0.m3u8: line ", "v0_000.ts", "says that it is clear", "EXT-X-KEY"]);
}

#[test]
fn several_faults_are_all_named() {
    for with in BOTH {
        let patient = Patient::new(with, &["--iv", "sequence"]);
        patient
            .replace("v1.m3u8", "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-MEDIA-SEQUENCE:1")
            .replace("v2.m3u8", "v2_002.ts", "../v2_002.ts")
            .edit("v0_000.ts", |bytes| bytes.truncate(1000))
            .remove("v0_002.ts");
        let faults = patient.faults(3, &[]);
        assert_eq!(faults.len(), 6, "{with:?}: {faults:#?}");
        expect(&faults, &["v0.m3u8: line ", "v0_002.ts is missing"]);
        expect(&faults, &["v2.m3u8: line ", "../v2_002.ts", "leaves"]);
        expect(&faults, &["v0_000.ts", "1000 bytes", "truncated"]);
        expect(&faults, &["v1.m3u8: line ", "v1_000.ts", "off by one"]);
        expect(&faults, &["v1.m3u8: line ", "v1_002.ts", "off by one"]);
    }
}

#[test]
fn eyes_see_each_fault_on_a_line_and_the_exit_code_is_the_firsts() {
    let patient = Patient::new(With::Record, &[]);
    patient.remove("v0_002.ts").edit("v1_000.ts", |bytes| bytes[99] ^= 1);
    let playlist = path(&patient.dir.join("master.m3u8"));
    let output = patient.lab.home.run(&["hls", "verify", &playlist]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(text(&output.stdout), "");
    let stderr = text(&output.stderr);
    let errors: Vec<_> = stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 3, "{stderr}");
    assert!(errors[0].contains("v0_002.ts") && errors[1].contains("v1_000.ts"), "{stderr}");
    assert!(errors[2].starts_with("error: 2 faults, the first: v0.m3u8: line "), "{stderr}");
}

#[test]
fn a_clear_package_is_well_and_says_so() {
    let lab = Lab::new();
    let dir = lab.write(&media::clear("clear/ts"));
    let verdict = lab.ok(&["verify", &path(&dir.join("master.m3u8"))]);
    let warnings = verdict["warnings"].to_string();
    assert!(warnings.contains("no segment of the package is encrypted"), "{warnings}");
    assert_eq!(verdict["proof"], Value::Null);
    assert!(!lab.home.keystore().join("keystore.sqlite3").exists(), "no key was needed");
}

#[test]
fn a_record_elsewhere_serves() {
    let patient = Patient::new(With::Record, &["--license-acquisition-url", "https://x.org/k"]);
    let record: &Path = &patient.lab.place("record.json");
    fs::rename(patient.dir.join("reelseal.json"), record).unwrap();
    let record = path(record);
    assert_eq!(patient.is_well(&["--record", &record])["proof"], "sha256");
    let (out, _) = patient.lab.unprotect(&patient.dir, "master.m3u8", &["--record", &record]);
    media::clear("clear/ts").expect_same(&Package::read(&out, "master.m3u8"), "record elsewhere");
}

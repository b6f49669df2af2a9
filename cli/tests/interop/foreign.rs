//! Reelseal opens what ffmpeg and openssl encrypt, to the byte.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::clear;
use crate::desk::Desk;
use crate::openssl::{enc, hex};
use crate::peer;

const SEGMENTS: [&str; 3] = ["s000.ts", "s001.ts", "s002.ts"];
const NAMES: &str = "-hls_segment_filename s%03d.ts index.m3u8";
const KEY: [u8; 16] = *b"keykeykeykeykeyk";
const IV: &str = "31323334353637383930313233343536";

/// The segments that ffmpeg writes when it does not encrypt.
fn clear_twin(desk: &Desk) -> PathBuf {
    clear::by_ffmpeg(desk, "clear", NAMES)
}

fn assert_opens_to(desk: &Desk, playlist: &Path, options: &[&str], twin: &Path) {
    let opened = desk.unprotect(playlist, options);
    for name in SEGMENTS {
        let encrypted = fs::read(playlist.with_file_name(name)).unwrap();
        let (opened, clear) = (fs::read(opened.join(name)), fs::read(twin.join(name)));
        let (opened, clear) = (opened.unwrap(), clear.unwrap());
        assert!(opened == clear, "{name}: other bytes");
        assert!(encrypted != clear, "{name} was never encrypted");
    }
}

/// A folder with keys, and the file that tells ffmpeg of key `i`.
fn key_info(desk: &Desk, name: &str, keys: u8, iv: Option<&str>) -> PathBuf {
    let folder = desk.folder(name);
    for i in 0..keys {
        fs::write(folder.join(format!("k{i}.key")), [b'A' + i; 16]).unwrap();
        let iv = iv.map(|iv| format!("{iv}\n")).unwrap_or_default();
        let info = format!("k{i}.key\nk{i}.key\n{iv}");
        fs::write(folder.join(format!("info{i}")), info).unwrap();
    }
    fs::copy(folder.join("info0"), folder.join("info")).unwrap();
    folder
}

#[test]
fn a_package_of_ffmpeg_opens_with_the_iv_it_was_given() {
    let desk = Desk::new();
    let folder = key_info(&desk, "sealed", 1, Some(IV));
    let options = format!("-hls_key_info_file info {NAMES}");
    peer::run("ffmpeg", &folder, &clear::hls_muxer(&options));
    let playlist = folder.join("index.m3u8");
    let text = fs::read_to_string(&playlist).unwrap();
    assert!(text.contains(&format!("IV=0x{IV}")), "{text}");
    assert_opens_to(&desk, &playlist, &[], &clear_twin(&desk));
}

#[test]
fn a_package_of_ffmpeg_opens_without_an_iv_and_with_the_key_apart() {
    let desk = Desk::new();
    let folder = key_info(&desk, "sealed", 1, None);
    let options = format!("-hls_key_info_file info {NAMES}");
    peer::run("ffmpeg", &folder, &clear::hls_muxer(&options));
    let key = desk.path("apart.key");
    fs::rename(folder.join("k0.key"), &key).unwrap();
    let given = ["--key-file", key.to_str().unwrap()];
    assert_opens_to(&desk, &folder.join("index.m3u8"), &given, &clear_twin(&desk));
}

#[test]
fn a_package_of_ffmpeg_whose_keys_change_opens() {
    let desk = Desk::new();
    let folder = key_info(&desk, "sealed", 3, None);
    let options = format!("-hls_flags periodic_rekey -hls_key_info_file info {NAMES}");
    let mut ffmpeg = peer::command("ffmpeg", &folder, &clear::hls_muxer(&options))
        .spawn()
        .unwrap_or_else(|error| peer::missing("ffmpeg", &error));
    // ffmpeg reads the file anew for each segment. At eight times the speed of playing, half a
    // second is left to put the next one in place.
    for (i, name) in ["s000.ts", "s001.ts"].iter().enumerate() {
        wait_for(&folder.join(name));
        fs::rename(folder.join(format!("info{}", i + 1)), folder.join("info")).unwrap();
    }
    assert!(ffmpeg.wait().unwrap().success());
    let text = fs::read_to_string(folder.join("index.m3u8")).unwrap();
    let keys: BTreeSet<&str> = text.lines().filter(|line| line.contains("URI=")).collect();
    assert_eq!(keys.len(), 3, "{text}");
    assert_opens_to(&desk, &folder.join("index.m3u8"), &[], &clear_twin(&desk));
}

fn wait_for(path: &Path) {
    let begun = Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{path:?} does not appear");
        thread::sleep(Duration::from_millis(5));
    }
}

/// What a shell script does: one key, and the number of each segment as its IV.
#[test]
fn a_package_of_openssl_opens() {
    let desk = Desk::new();
    let twin = clear_twin(&desk);
    let folder = desk.folder("sealed");
    fs::write(folder.join("k.key"), KEY).unwrap();
    let mut text = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:254\n\
                    #EXT-X-KEY:METHOD=AES-128,URI=\"k.key\"\n"
        .to_owned();
    for (name, sequence) in SEGMENTS.iter().zip(254_u128..) {
        let sealed = enc("-e", &twin.join(name), &hex(&KEY), &format!("{sequence:032x}"));
        fs::write(folder.join(name), sealed).unwrap();
        text += &format!("#EXTINF:4.0,\n{name}\n");
    }
    fs::write(folder.join("index.m3u8"), text + "#EXT-X-ENDLIST\n").unwrap();
    assert_opens_to(&desk, &folder.join("index.m3u8"), &[], &twin);
}

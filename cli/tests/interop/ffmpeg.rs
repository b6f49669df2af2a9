//! ffmpeg plays what reelseal writes, frame by frame as it plays the clear package.

use std::fs;
use std::path::Path;

use crate::clear::{self, Offsets};
use crate::desk::{Desk, record};
use crate::openssl;
use crate::peer::{Frames, frames, frames_if_any};
use crate::server::{KeyServer, Server};

const CONSTANT: &str = "0x31323334353637383930313233343536";

/// Every choice of IV, alone and with keys that change.
const CHOICES: [&[&str]; 7] = [
    &["--iv", "random"],
    &["--iv", "sequence"],
    &["--iv", CONSTANT],
    &["--iv", "random", "--rotate-every", "1"],
    &["--iv", "random", "--rotate-every", "2"],
    &["--iv", "sequence", "--rotate-every", "1"],
    &["--iv", CONSTANT, "--rotate-every", "2"],
];

/// Protects `clear` in every way and compares what ffmpeg makes of it.
fn plays_as(desk: &Desk, clear: &Path, more: &[&str]) {
    let seen = all_frames(clear);
    assert!(seen.iter().all(|frames| frames.len() > 250), "{clear:?}: hardly a frame");
    for choice in CHOICES {
        let protected = desk.protect(clear, &[choice, more].concat());
        assert!(all_frames(&protected) == seen, "{choice:?} {more:?}: other frames");
    }
}

/// The same for byte ranges, from a server. In a local file, ffmpeg 5.1 takes the 16 bytes
/// before a range for its IV, whatever `EXT-X-KEY` says; TS survives that, fMP4 does not. The
/// keys are local files nevertheless: of a server, ffmpeg asks the segment's range of the key.
fn ranges_play_as(desk: &Desk, clear: &Path, more: &[&str]) {
    let seen = served_frames(clear);
    let keys = desk.folder("keys");
    let url = format!("file://{}/key-{{key}}", keys.display());
    let no_store = ["--license-acquisition-url", &url];
    for choice in CHOICES {
        let protected = desk.protect(clear, &[choice, more, &no_store].concat());
        for (i, key) in data_keys(desk, &protected).iter().enumerate() {
            fs::write(keys.join(format!("key-{i}")), key).unwrap();
        }
        assert!(served_frames(&protected) == seen, "{choice:?} {more:?}: other frames");
    }
}

/// What ffmpeg sees of a package in a folder.
fn all_frames(playlist: &Path) -> [Vec<String>; 2] {
    all_frames_at(playlist.to_str().unwrap())
}

/// What ffmpeg sees of a package on a server.
fn served_frames(playlist: &Path) -> [Vec<String>; 2] {
    let server = Server::of_package(playlist);
    all_frames_at(&server.url(playlist.file_name().unwrap().to_str().unwrap()))
}

fn all_frames_at(playlist: &str) -> [Vec<String>; 2] {
    [frames(playlist, Frames::AsTheyAre), frames(playlist, Frames::Decoded)]
}

#[test]
fn every_variant_of_a_ts_package_plays() {
    plays_as(&Desk::new(), &clear::ts(), &[]);
}

#[test]
fn a_package_with_folders_plays() {
    let desk = Desk::new();
    plays_as(&desk, &clear::folders(&desk), &[]);
}

#[test]
fn a_single_ts_file_plays_with_and_without_written_offsets() {
    for offsets in [Offsets::Written, Offsets::Implied] {
        let desk = Desk::new();
        let clear = clear::single_ts(&desk, offsets);
        plays_as(&desk, &clear, &[]);
        ranges_play_as(&desk, &clear, &[]);
    }
}

#[test]
fn fmp4_plays_with_a_clear_initialization_section() {
    plays_as(&Desk::new(), &clear::fmp4(), &["--init", "clear"]);
}

#[test]
fn fmp4_plays_with_an_encrypted_initialization_section() {
    plays_as(&Desk::new(), &clear::fmp4(), &["--init", "encrypted"]);
}

#[test]
fn a_single_fmp4_file_plays() {
    for init in ["clear", "encrypted"] {
        let desk = Desk::new();
        ranges_play_as(&desk, &clear::single_fmp4(&desk), &["--init", init]);
    }
}

#[test]
fn a_single_file_that_ffmpeg_cut_plays() {
    let desk = Desk::new();
    let single = clear::by_ffmpeg(&desk, "single", "-hls_flags single_file index.m3u8");
    ranges_play_as(&desk, &single.join("index.m3u8"), &[]);
}

#[test]
fn a_rendition_of_sound_plays_beside_its_variant() {
    let desk = Desk::new();
    plays_as(&desk, &clear::sound_apart(&desk), &[]);
}

#[test]
fn a_package_whose_keys_are_not_stored_plays_with_a_key_server() {
    for (rotation, keys) in [(None, 1), (Some("1"), 3), (Some("2"), 2)] {
        let desk = Desk::new();
        let server = KeyServer::start();
        let url = server.server.url("key-{key}");
        let mut options = vec!["--key-storage-policy", "NoStore"];
        options.extend(["--license-acquisition-url", url.as_str()]);
        options.extend(rotation.iter().flat_map(|n| ["--rotate-every", *n]));
        let protected = desk.protect(&clear::ts(), &options);

        server.serve(data_keys(&desk, &protected));
        assert!(all_frames(&protected) == all_frames(&clear::ts()), "{options:?}");
        let expected: Vec<String> = (0..keys).map(|i| format!("key-{i}")).collect();
        assert_eq!(server.server.found(), expected, "{options:?}");
        for entry in fs::read_dir(protected.parent().unwrap()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.ends_with(".key"), "{name} was stored");
        }
    }
}

/// The keys of a package, as a key server has them: its record, and leave to use the KMS key.
fn data_keys(desk: &Desk, playlist: &Path) -> Vec<Vec<u8>> {
    let record = record(playlist);
    let wrapped = record["DataKeys"].as_array().unwrap();
    let open = |key: &serde_json::Value| desk.open_data_key(key["Key"].as_str().unwrap());
    wrapped.iter().map(open).map(|text| openssl::base64(&text)).collect()
}

/// The comparisons above can fail: without the key, ffmpeg sees other frames or none.
#[test]
fn another_key_does_not_play() {
    let desk = Desk::new();
    let protected = desk.protect(&clear::ts(), &[]);
    let key = protected.with_file_name("reelseal.key");
    let mut bytes = fs::read(&key).unwrap();
    bytes[0] ^= 1;
    fs::write(&key, bytes).unwrap();
    let [protected, clear] = [protected, clear::ts()].map(|path| path.display().to_string());
    assert!(frames_if_any(&protected) != frames(&clear, Frames::AsTheyAre));
}

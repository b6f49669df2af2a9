//! GStreamer's `hlsdemux` gives back every byte of a TS package that reelseal wrote.
//!
//! Of fMP4 it decrypts the initialization section with the IV of the first segment, whatever the
//! `EXT-X-KEY` tag before the `EXT-X-MAP` says (1.22): such packages are left to ffmpeg.

use std::fs;
use std::path::Path;

use crate::clear;
use crate::desk::Desk;
use crate::peer;

/// What leaves `hlsdemux`: the clear segments, one after the other.
fn demuxed(desk: &Desk, playlist: &Path) -> Vec<u8> {
    let out = desk.path("demuxed");
    let [from, to] = [playlist, &out].map(|path| format!("location={}", path.display()));
    let pipeline = ["-q", "filesrc", &from, "!", "hlsdemux", "!", "filesink", &to];
    peer::run("gst-launch-1.0", Path::new("."), &pipeline);
    fs::read(out).unwrap()
}

#[test]
fn gstreamer_gives_back_every_byte_of_a_ts_package() {
    for variant in ["v0", "v1", "v2"] {
        let desk = Desk::new();
        let names = ["_000.ts", "_001.ts", "_002.ts"].map(|end| format!("{variant}{end}"));
        let parts = names.map(|name| fs::read(clear::media("ts").join(name)).unwrap());
        let playlist = clear::media("ts").join(format!("{variant}.m3u8"));
        for options in [
            &["--iv", "random"][..],
            &["--iv", "sequence"],
            &["--iv", "31323334353637383930313233343536"],
            &["--rotate-every", "1"],
            &["--rotate-every", "2", "--iv", "sequence"],
        ] {
            let protected = desk.protect(&playlist, options);
            assert!(demuxed(&desk, &protected) == parts.concat(), "{variant} {options:?}");
        }
    }
}

//! What a playlist has to declare of itself for what protection puts into it.

mod common;

use common::{Lab, Package};

// req HLS-VERSION-1
#[test]
fn an_iv_that_is_written_raises_the_version() {
    let lab = Lab::new();
    let package = Package::new("index.m3u8")
        .playlist("index.m3u8", &["#EXTINF:4,", "a.ts", "#EXT-X-ENDLIST"])
        .media(&[("a.ts", 500)]);
    let dir = lab.write(&package);
    let (out, _) = lab.protect(&dir, "index.m3u8", &["--iv", "random"]);
    let protected = Package::read(&out, "index.m3u8");
    assert!(protected.text("index.m3u8").contains("#EXT-X-VERSION:2\n"));

    let (out, _) = lab.protect(&dir, "index.m3u8", &["--iv", "sequence"]);
    let protected = Package::read(&out, "index.m3u8");
    assert!(!protected.text("index.m3u8").contains("#EXT-X-VERSION"), "nothing asks for it");
}

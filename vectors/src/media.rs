//! The media packages below `media/`: clear ones, and those that others encrypted.

use std::path::PathBuf;

use serde_json::Value;

use crate::fields::unhex;

/// The clear packages: 12 s of H.264 and AAC at three bitrates.
pub const CLEAR: [&str; 2] = ["clear/ts", "clear/fmp4"];

/// The encrypted packages, each with an `EXPECT.json`.
pub const ENCRYPTED: [&str; 7] = [
    "hls-ffmpeg/ts-iv",
    "hls-ffmpeg/ts-rekey-iv",
    "hls-openssl/byterange",
    "hls-openssl/fmp4-init-encrypted",
    "hls-openssl/implicit-seq1",
    "hls-openssl/rotate-implicit",
    "hls-openssl/sizes-not-media",
];

/// What a playlist makes of an item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The initialization section of `EXT-X-MAP`.
    Map,
    /// A media segment.
    Segment,
}

/// One item of an encrypted package, as `EXPECT.json` describes it decrypted.
#[derive(Clone, Debug)]
pub struct Item {
    /// What the playlist makes of it.
    pub kind: Kind,
    /// Its URI in the playlist, relative to the package.
    pub uri: String,
    /// Its media sequence number; an initialization section has none.
    pub sequence: Option<u64>,
    /// The bytes of the file that hold it (offset, length); `None` for the whole file.
    pub range: Option<(u64, u64)>,
    /// SHA-256 of the clear bytes.
    pub clear_sha256: [u8; 32],
    /// Number of clear bytes.
    pub clear_len: u64,
}

/// The folder of a package: `media::package("hls-openssl/byterange")`.
pub fn package(name: &str) -> PathBuf {
    crate::path("media").join(name)
}

/// What `EXPECT.json` of an encrypted package says, in the order of the playlist.
///
/// # Panics
///
/// If there is no such file, or it is not understood.
pub fn expect(name: &str) -> Vec<Item> {
    let text = crate::text(&format!("media/{name}/EXPECT.json"));
    let items: Value = serde_json::from_str(&text).expect("EXPECT.json is JSON");
    items.as_array().expect("EXPECT.json is a list").iter().map(item).collect()
}

fn item(value: &Value) -> Item {
    let text = |field: &str| value[field].as_str().map(str::to_owned).expect("a string");
    let number = |value: &Value| value.as_u64().expect("a number");
    Item {
        kind: match text("kind").as_str() {
            "map" => Kind::Map,
            "seg" => Kind::Segment,
            other => panic!("EXPECT.json: kind {other}"),
        },
        uri: text("uri"),
        sequence: value["seq"].as_u64(),
        range: value["range"].as_array().map(|r| (number(&r[0]), number(&r[1]))),
        clear_sha256: unhex(&text("clear_sha256")).try_into().expect("32 bytes"),
        clear_len: number(&value["clear_size"]),
    }
}

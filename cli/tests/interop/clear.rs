//! Clear packages of every shape, from the media in `vectors/media/clear`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::desk::Desk;
use crate::peer;

/// The real packages: three variants of 12 seconds, three segments each.
pub(crate) fn media(package: &str) -> PathBuf {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/media/clear");
    vectors.join(package).canonicalize().unwrap()
}

pub(crate) fn ts() -> PathBuf {
    media("ts").join("master.m3u8")
}

pub(crate) fn fmp4() -> PathBuf {
    media("fmp4").join("master.m3u8")
}

/// The TS package with a folder for each variant.
pub(crate) fn folders(desk: &Desk) -> PathBuf {
    let folder = desk.folder("folders");
    let mut master = fs::read_to_string(ts()).unwrap();
    for variant in ["v0", "v1", "v2"] {
        let names = ["_000.ts", "_001.ts", "_002.ts", ".m3u8"];
        fs::create_dir(folder.join(variant)).unwrap();
        for name in names.map(|end| format!("{variant}{end}")) {
            fs::copy(media("ts").join(&name), folder.join(variant).join(&name)).unwrap();
        }
        master = master.replace(&format!("{variant}.m3u8"), &format!("{variant}/{variant}.m3u8"));
    }
    write(folder.join("master.m3u8"), &master)
}

/// Whether `EXT-X-BYTERANGE` tags say where their range begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Offsets {
    Written,
    Implied,
}

/// One TS file, cut by byte ranges.
pub(crate) fn single_ts(desk: &Desk, offsets: Offsets) -> PathBuf {
    let folder = desk.folder(&format!("single-ts-{offsets:?}"));
    let mut text = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:4\n".to_owned();
    let segments = ["v1_000.ts", "v1_001.ts", "v1_002.ts"];
    let parts = segments.map(|name| fs::read(media("ts").join(name)).unwrap());
    ranges(&mut text, &parts, 0, offsets, "all.ts");
    fs::write(folder.join("all.ts"), parts.concat()).unwrap();
    write(folder.join("index.m3u8"), &text)
}

/// One fMP4 file, whose initialization section and segments are byte ranges.
pub(crate) fn single_fmp4(desk: &Desk) -> PathBuf {
    let folder = desk.folder("single-fmp4");
    let read = |name| fs::read(media("fmp4").join(name)).unwrap();
    let init = read("init_2.mp4");
    let parts = ["v2_000.m4s", "v2_001.m4s", "v2_002.m4s"].map(read);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n\
         #EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"{}@0\"\n",
        init.len()
    );
    ranges(&mut text, &parts, init.len(), Offsets::Written, "all.mp4");
    fs::write(folder.join("all.mp4"), [init, parts.concat()].concat()).unwrap();
    write(folder.join("index.m3u8"), &text)
}

fn ranges(text: &mut String, parts: &[Vec<u8>], from: usize, offsets: Offsets, file: &str) {
    let mut at = from;
    for (i, part) in parts.iter().enumerate() {
        let offset = match offsets {
            Offsets::Implied if i > 0 => String::new(),
            _ => format!("@{at}"),
        };
        let length = part.len();
        writeln!(text, "#EXTINF:4.0,\n#EXT-X-BYTERANGE:{length}{offset}\n{file}").unwrap();
        at += length;
    }
    text.push_str("#EXT-X-ENDLIST\n");
}

/// A package that ffmpeg writes from the variant `v2`, with more options.
pub(crate) fn by_ffmpeg(desk: &Desk, name: &str, options: &str) -> PathBuf {
    let folder = desk.folder(name);
    peer::run("ffmpeg", &folder, &hls_muxer(options));
    folder
}

/// The arguments that have ffmpeg cut `v2` anew. The same options give the same bytes.
pub(crate) fn hls_muxer(options: &str) -> Vec<String> {
    let input = media("ts").join("v2.m3u8");
    let fixed = "-c copy -fflags +bitexact -f hls -hls_time 4 -hls_list_size 0";
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    // Slow enough that a key can be changed between two segments.
    let before = words("-nostdin -v error -readrate 8 -i");
    [before, vec![input.to_str().unwrap().to_owned()], words(fixed), words(options)].concat()
}

/// A package in which picture and sound have playlists of their own.
pub(crate) fn sound_apart(desk: &Desk) -> PathBuf {
    let folder = by_ffmpeg(desk, "renditions", "-map 0:v picture.m3u8");
    by_ffmpeg(desk, "renditions", "-map 0:a sound.m3u8");
    let master = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"sound.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=200000,AUDIO=\"a\"\npicture.m3u8\n";
    write(folder.join("master.m3u8"), master)
}

fn write(path: PathBuf, text: &str) -> PathBuf {
    fs::write(&path, text).unwrap();
    path
}

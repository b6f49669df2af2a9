//! The shapes that packages have in the wild, each as small as it can be.

use super::Package;

/// A package, and what is special about it.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) package: Package,
    /// A segment has several numbers: `--iv sequence` refuses.
    pub(crate) several_numbers: bool,
}

impl Shape {
    fn new(name: &'static str, package: Package) -> Self {
        Self { name, package, several_numbers: false }
    }

    fn several_numbers(self) -> Self {
        Self { several_numbers: true, ..self }
    }
}

/// Every shape. Their names differ.
pub(crate) fn all() -> Vec<Shape> {
    [
        super::media::shapes(),
        whole_files(),
        ranges(),
        maps(),
        i_frames(),
        shared(),
        texts(),
        names(),
    ]
    .concat()
}

/// The body of a media playlist: `lines`, then the segments.
fn list(lines: &[&str], segments: &[&str]) -> String {
    let mut text = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n".to_owned();
    for line in lines {
        text += &format!("{line}\n");
    }
    for segment in segments {
        text += &format!("#EXTINF:4.0,\n{segment}\n");
    }
    text + "#EXT-X-ENDLIST\n"
}

fn media_playlist(lines: &[&str], segments: &[(&str, usize)]) -> Package {
    let uris: Vec<_> = segments.iter().map(|(uri, _)| *uri).collect();
    Package::new("index.m3u8").with("index.m3u8", list(lines, &uris)).media(segments)
}

/// A playlist of `ranges` of one file of `len` bytes.
fn one_file(ranges: &[&str], len: usize) -> Package {
    let segments: Vec<_> =
        ranges.iter().map(|range| format!("#EXT-X-BYTERANGE:{range}\nall.ts")).collect();
    let segments: Vec<_> = segments.iter().map(String::as_str).collect();
    Package::new("index.m3u8").with("index.m3u8", list(&[], &segments)).media(&[("all.ts", len)])
}

const STREAM: &str = "#EXT-X-STREAM-INF:BANDWIDTH=1";

fn whole_files() -> Vec<Shape> {
    let sizes = [("0.ts", 0), ("1.ts", 1), ("15.ts", 15), ("16.ts", 16), ("17.ts", 17)];
    let variants = Package::new("master.m3u8")
        .playlist("master.m3u8", &[STREAM, "low/v.m3u8", STREAM, "high/deep/index.m3u8"])
        .with("low/v.m3u8", list(&[], &["a.ts", "b.ts", "c.ts"]))
        .with("high/deep/index.m3u8", list(&[], &["../a.ts", "b.ts", "c.ts"]))
        .media(&[("low/a.ts", 1000), ("low/b.ts", 160), ("low/c.ts", 33)])
        .media(&[("high/a.ts", 5000), ("high/deep/b.ts", 4096), ("high/deep/c.ts", 31)]);
    let renditions = Package::new("master.m3u8")
        .playlist(
            "master.m3u8",
            &[
                "#EXT-X-SESSION-DATA:DATA-ID=\"com.example.title\",VALUE=\"A title\"",
                "#EXT-X-SESSION-DATA:DATA-ID=\"com.example.cast\",URI=\"data/cast.json\"",
                "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",URI=\"audio/en.m3u8\"",
                "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"en\",URI=\"text/en.m3u8\"",
                "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"en\",INSTREAM-ID=\"CC1\"",
                "#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\",SUBTITLES=\"s\",CLOSED-CAPTIONS=\"c\"",
                "video.m3u8",
            ],
        )
        .with("data/cast.json", "{\"lead\":\"nobody\"}")
        .with("audio/en.m3u8", list(&[], &["a.aac", "b.aac"]))
        .with("text/en.m3u8", list(&[], &["a.vtt", "b.vtt"]))
        .with("text/a.vtt", "WEBVTT\n\n00:00.000 --> 00:04.000\nA line.\n")
        .with("text/b.vtt", "WEBVTT\n")
        .with("video.m3u8", list(&[], &["a.ts", "b.ts"]))
        .media(&[("audio/a.aac", 700), ("audio/b.aac", 704), ("a.ts", 1880), ("b.ts", 188)]);
    let gaps = ["a.ts", "#EXT-X-GAP\nmissing.ts", "b.ts"];
    let gaps = Package::new("index.m3u8").with("index.m3u8", list(&[], &gaps));
    vec![
        Shape::new("sizes", media_playlist(&[], &sizes)),
        Shape::new("variants in folders", variants),
        Shape::new("renditions", renditions),
        Shape::new("gap", gaps.media(&[("a.ts", 100), ("b.ts", 50)])),
    ]
}

fn ranges() -> Vec<Shape> {
    let gap = ["100@0", "7\n#EXT-X-GAP", "50"];
    vec![
        Shape::new("ranges with offsets", one_file(&["100@0", "16@100", "17@116"], 133)),
        Shape::new("ranges without offsets", one_file(&["100@0", "16", "17"], 133)),
        Shape::new("ranges with gaps", one_file(&["100@3", "16@140", "1"], 200)),
        Shape::new("ranges out of order", one_file(&["20@80", "20", "33@7", "40"], 120)),
        Shape::new("a range of another file between", {
            let segments = ["#EXT-X-BYTERANGE:9@0\nall.ts", "b.ts", "#EXT-X-BYTERANGE:9@9\nall.ts"];
            Package::new("index.m3u8")
                .with("index.m3u8", list(&[], &segments))
                .media(&[("all.ts", 18), ("b.ts", 5)])
        }),
        Shape::new("range in a gap", one_file(&gap, 157)),
        Shape::new("a range before its EXTINF", {
            let text = "#EXTM3U\n#EXT-X-BYTERANGE:5@0\n#EXTINF:1,\na.ts\n\
                        #EXT-X-BYTERANGE:6\n#EXTINF:1,\na.ts\n";
            Package::new("i.m3u8").with("i.m3u8", text).media(&[("a.ts", 11)])
        }),
    ]
}

fn maps() -> Vec<Shape> {
    let map = "#EXT-X-MAP:URI=\"init.mp4\"";
    let segments = ["a.m4s", "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init.mp4\"\nb.m4s"];
    let again = list(&[map], &segments);
    let other = list(&[map], &["a.m4s", "#EXT-X-MAP:URI=\"other.mp4\"\nb.m4s", "c.m4s"]);
    let ranged = "#EXT-X-BYTERANGE:100@50\nall.mp4";
    let one_file = |map: &str| {
        let text = list(&[map], &[ranged, "#EXT-X-BYTERANGE:83\nall.mp4"]);
        Package::new("index.m3u8").with("index.m3u8", text).media(&[("all.mp4", 233)])
    };
    vec![
        Shape::new("map again after a discontinuity", {
            let package = Package::new("index.m3u8").with("index.m3u8", again);
            package.media(&[("init.mp4", 77), ("a.m4s", 1000), ("b.m4s", 64)])
        }),
        Shape::new("two maps", {
            let package = Package::new("index.m3u8").with("index.m3u8", other);
            package
                .media(&[("init.mp4", 77), ("other.mp4", 80), ("a.m4s", 9)])
                .media(&[("b.m4s", 64), ("c.m4s", 3)])
        }),
        Shape::new("map in the same file", {
            one_file("#EXT-X-MAP:BYTERANGE=\"50@0\",URI=\"all.mp4\",X-OWN=1")
        }),
        Shape::new("map without an offset", {
            one_file("#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"48\"")
        }),
        Shape::new("map after the segments", {
            let map = "#EXT-X-MAP:URI=\"all.mp4\", BYTERANGE=\"33@150\"";
            let text = list(&[map], &[ranged, "#EXT-X-BYTERANGE:50@0\nall.mp4"]);
            Package::new("index.m3u8").with("index.m3u8", text).media(&[("all.mp4", 233)])
        }),
    ]
}

fn i_frames() -> Vec<Shape> {
    let master = |package: Package| {
        let i_frames = "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"iframes.m3u8\"";
        package.playlist("master.m3u8", &[STREAM, "v.m3u8", i_frames])
    };
    let i_frame_list = |frames: &[&str]| list(&["#EXT-X-I-FRAMES-ONLY"], frames);
    let from_files = [
        "#EXT-X-BYTERANGE:40@0\na.ts",
        "#EXT-X-BYTERANGE:100@188\na.ts",
        "#EXT-X-BYTERANGE:60@16\nb.ts",
        "#EXT-X-BYTERANGE:1@499\nb.ts",
    ];
    let from_one = [
        "#EXT-X-BYTERANGE:30@16\nall.ts",
        "#EXT-X-BYTERANGE:54\nall.ts",
        "#EXT-X-BYTERANGE:70@130\nall.ts",
        // Goes on in the next segment: after the padding, no longer where the last one ended.
        "#EXT-X-BYTERANGE:60\nall.ts",
        "#EXT-X-BYTERANGE:10@290\nall.ts",
    ];
    let ranged = ["100@0", "100", "100"].map(|range| format!("#EXT-X-BYTERANGE:{range}\nall.ts"));
    let ranged: Vec<_> = ranged.iter().map(String::as_str).collect();
    let files = [("a.ts", 1000), ("b.ts", 500)];
    let plain = Package::new("master.m3u8").with("v.m3u8", list(&[], &["a.ts", "b.ts"]));
    let plain = master(plain.media(&files));
    let own = ["#EXT-X-BYTERANGE:99@0\nown.ts", "#EXT-X-BYTERANGE:51\nown.ts"];
    vec![
        Shape::new("i-frames of segment files", {
            plain.clone().with("iframes.m3u8", i_frame_list(&from_files))
        }),
        Shape::new("i-frames of one file", {
            let package = Package::new("master.m3u8").with("v.m3u8", list(&[], &ranged));
            master(package.with("iframes.m3u8", i_frame_list(&from_one)).media(&[("all.ts", 300)]))
        }),
        Shape::new("i-frames in files", {
            let frames = i_frame_list(&["f0.ts", "f1.ts"]);
            plain.clone().with("iframes.m3u8", frames).media(&[("f0.ts", 188), ("f1.ts", 64)])
        }),
        Shape::new("i-frames in a file of their own", {
            plain.with("iframes.m3u8", i_frame_list(&own)).media(&[("own.ts", 160)])
        }),
        Shape::new("i-frames beside a map", {
            let map = "#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"40@0\"";
            let segments = ["#EXT-X-BYTERANGE:200@40\nall.mp4", "#EXT-X-BYTERANGE:60\nall.mp4"];
            let frames = ["#EXT-X-BYTERANGE:90@100\nall.mp4"];
            let frames = list(&["#EXT-X-I-FRAMES-ONLY", map], &frames);
            let package = Package::new("master.m3u8").with("v.m3u8", list(&[map], &segments));
            master(package.with("iframes.m3u8", frames).media(&[("all.mp4", 300)]))
        }),
    ]
}

fn shared() -> Vec<Shape> {
    let two = |first: &str, second: &str| {
        Package::new("master.m3u8")
            .playlist("master.m3u8", &[STREAM, "v0.m3u8", STREAM, "v1.m3u8"])
            .with("v0.m3u8", list(&[first], &["a.ts", "b.ts"]))
            .with("v1.m3u8", list(&[second], &["a.ts", "b.ts"]))
            .media(&[("a.ts", 100), ("b.ts", 48)])
    };
    let from = |number: &str| format!("#EXT-X-MEDIA-SEQUENCE:{number}");
    let counted = |number: &str, names: &[(&str, usize)]| media_playlist(&[&from(number)], names);
    let three = [("a.ts", 10), ("b.ts", 20), ("c.ts", 30)];
    vec![
        Shape::new("shared with the same numbers", two(&from("7"), &from("7"))),
        Shape::new("shared with other numbers", two(&from("7"), &from("8"))).several_numbers(),
        Shape::new("the same segment twice", {
            let text = list(&[], &["a.ts", "b.ts", "a.ts"]);
            let package = Package::new("index.m3u8").with("index.m3u8", text);
            package.media(&[("a.ts", 188), ("b.ts", 5)])
        })
        .several_numbers(),
        Shape::new("number 2^63", counted("9223372036854775808", &three)),
        Shape::new("numbers up to 2^64-1", counted("18446744073709551613", &three)),
    ]
}

fn texts() -> Vec<Shape> {
    let text = |name, text: &[u8]| {
        let package = Package::new("index.m3u8").with("index.m3u8", text);
        Shape::new(name, package.media(&[("a.ts", 100), ("b.ts", 16)]))
    };
    let mixed = b"#EXTM3U\r\n#EXT-X-VERSION:3\n#EXTINF:4,\r\na.ts\n\r\n#EXTINF:4,\nb.ts\r\n";
    let odd = b"#EXTM3U  \n#EXT-X-VERSION:3 \t\n\n# a comment\n## \xE9t\xE9 in Latin-1\n\
        #EXT-X-OWN-TAG:A=\"b,c\",D=0x1F\n#EXT\n#\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z\n\
        #EXTINF:4.004,a title, with commas \xC3\xA9\n   \na.ts   \n#EXT-X-DISCONTINUITY\n\
        #EXT-X-DATERANGE:ID=\"1\",START-DATE=\"2026-01-01T00:00:00Z\"\n#EXTINF:4\nb.ts\n# end\n\n\n";
    let keys = b"#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\na.ts\n\
        #EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nb.ts\n#EXT-X-KEY:METHOD=NONE\n";
    vec![
        text("CRLF", b"#EXTM3U\r\n#EXTINF:4,\r\na.ts\r\n#EXTINF:4,\r\nb.ts\r\n#EXT-X-ENDLIST\r\n"),
        text("mixed line ends", mixed),
        text("no final newline", b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts"),
        text("no version", b"#EXTM3U\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n"),
        text("version 1", b"#EXTM3U\n#EXT-X-VERSION:1\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n"),
        text("late version", b"#EXTM3U\n#EXTINF:4,\na.ts\n#EXT-X-VERSION:1\n#EXTINF:4,\nb.ts\n"),
        text("odd lines", odd),
        text("METHOD=NONE", keys),
        text("tags between EXTINF and URI", {
            b"#EXTM3U\n#EXTINF:4,\n#EXT-X-KEY:METHOD=NONE\n# x\na.ts\n#EXTINF:4,\n\nb.ts\n"
        }),
    ]
}

fn names() -> Vec<Shape> {
    let uris = [
        "with%20blank.ts",
        "with blank too.ts",
        "%C3%A9t%C3%A9.ts",
        "日本語/セグメント.ts",
        "query.ts?start=0&end=%2F..",
        "fragment.ts#t=1",
        "./dot.ts",
        "sub/../up.ts",
        "sub//two.ts",
        "100%25.ts",
        "percent%2541.ts",
        ".hidden.ts",
        "+~!$&'()*,;=@.ts",
    ];
    let files = [
        ("with blank.ts", 9),
        ("with blank too.ts", 9),
        ("été.ts", 9),
        ("日本語/セグメント.ts", 9),
        ("query.ts", 9),
        ("fragment.ts", 9),
        ("dot.ts", 9),
        ("up.ts", 9),
        ("sub/two.ts", 9),
        ("100%.ts", 9),
        ("percent%41.ts", 9),
        (".hidden.ts", 9),
        ("+~!$&'()*,;=@.ts", 9),
    ];
    let package = Package::new("été 1.m3u8").with("été 1.m3u8", list(&[], &uris));
    vec![Shape::new("names", package.media(&files))]
}

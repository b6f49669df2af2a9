//! Packages that nobody thought of: the round trip, the player and `m3u8-rs` agree on each.

mod common;

use std::fmt::Write;

use common::player::{self, Keys};
use common::{Lab, Package, oracle};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

/// A package in a few words.
#[derive(Clone, Debug)]
struct Description {
    /// Whether all segments lie in one file, with as many bytes between them.
    one_file: Option<Vec<usize>>,
    segments: Vec<Segment>,
    map: bool,
    version: Option<u8>,
    sequence: u64,
    end: &'static str,
    last_end: bool,
    options: Vec<&'static str>,
}

#[derive(Clone, Debug)]
struct Segment {
    len: usize,
    /// Whether a range that could do without an offset has one.
    offset: bool,
    tags: Vec<&'static str>,
    title: &'static str,
}

fn descriptions() -> impl Strategy<Value = Description> {
    let segments = prop::collection::vec(segment(), 1..12);
    let between =
        prop::option::of(prop::collection::vec(select(vec![0usize, 0, 0, 1, 16, 40]), 12));
    let version = prop::option::of(1u8..10);
    let sequence = prop_oneof![0u64..10, Just((1 << 63) - 3), Just(u64::MAX - 20)];
    let ends = select(vec!["\n", "\r\n"]);
    (between, segments, any::<bool>(), version, sequence, ends, any::<bool>(), options()).prop_map(
        |(one_file, segments, map, version, sequence, end, last_end, options)| Description {
            one_file,
            segments,
            map,
            version,
            sequence,
            end,
            last_end,
            options,
        },
    )
}

fn segment() -> impl Strategy<Value = Segment> {
    let len = prop_oneof![1usize..40, 1000usize..1040, Just(16), Just(70_000)];
    let tags = vec![
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-OWN:A=\"b,c\",D=0x1F",
        "#EXT-X-KEY:METHOD=NONE",
        "#EXT-X-BITRATE:800",
    ];
    let tags = prop::sample::subsequence(tags, 0..3);
    // No comma: m3u8-rs would read on behind it as if it were the URI.
    let titles = select(vec!["", "a title", "été"]);
    (len, any::<bool>(), tags, titles).prop_map(|(len, offset, tags, title)| Segment {
        len,
        offset,
        tags,
        title,
    })
}

fn options() -> impl Strategy<Value = Vec<&'static str>> {
    let iv = select(vec!["random", "sequence", "0xffffffffffffffffffffffffffffffff"]);
    let rotate = select(vec!["1", "2", "3", "1000"]);
    let init = select(vec!["clear", "encrypted"]);
    (iv, rotate, init)
        .prop_map(|(iv, every, init)| vec!["--iv", iv, "--rotate-every", every, "--init", init])
}

impl Description {
    fn package(&self) -> Package {
        let mut lines = vec!["#EXTM3U".to_owned()];
        lines.extend(self.version.map(|version| format!("#EXT-X-VERSION:{version}")));
        lines.push("#EXT-X-TARGETDURATION:4".to_owned());
        lines.push(format!("#EXT-X-MEDIA-SEQUENCE:{}", self.sequence));
        let mut package = Package::new("i.m3u8");
        let mut at = 0;
        if self.map {
            let range = self.one_file.as_ref().map_or("", |_| ",BYTERANGE=\"50@0\"");
            let file = if self.one_file.is_some() { "all.ts" } else { "init.ts" };
            lines.push(format!("#EXT-X-MAP:URI=\"{file}\"{range}"));
            at = 50;
            if self.one_file.is_none() {
                package = package.media(&[("init.ts", 50)]);
            }
        }
        for (i, segment) in self.segments.iter().enumerate() {
            lines.extend(segment.tags.iter().map(|tag| (*tag).to_owned()));
            lines.push(format!("#EXTINF:4.004,{}", segment.title));
            let Some(between) = &self.one_file else {
                let name = format!("{i}.ts");
                package = package.media(&[(&name, segment.len)]);
                lines.push(name);
                continue;
            };
            at += between[i];
            let mut range = format!("#EXT-X-BYTERANGE:{}", segment.len);
            if i == 0 || between[i] > 0 || segment.offset {
                write!(range, "@{at}").unwrap();
            }
            at += segment.len;
            lines.extend([range, "all.ts".to_owned()]);
        }
        if self.one_file.is_some() {
            package = package.media(&[("all.ts", at + 7)]);
        }
        let last = if self.last_end { self.end } else { "" };
        package.with("i.m3u8", lines.join(self.end) + last)
    }
}

#[test]
fn packages_that_nobody_thought_of_come_back() {
    let lab = Lab::new();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&descriptions(), |description| {
        let clear = description.package();
        let (out, _) = lab.protect(&lab.write(&clear), "i.m3u8", &description.options);
        let protected = Package::read(&out, "i.m3u8");
        let (back, _) = lab.unprotect(&out, "i.m3u8", &[]);
        clear.expect_same(&Package::read(&back, "i.m3u8"), "back");

        let implicit = description.options[1] == "sequence";
        oracle::agrees(&clear, &protected, "i.m3u8", implicit);
        let played = |package| {
            let mut played = player::play(package, &Keys::new()).remove("i.m3u8").unwrap();
            played.iter_mut().for_each(|played| played.line = 0);
            played
        };
        prop_assert!(played(&clear) == played(&protected), "a player sees other bytes");
        // Every line that was there is there still, in its order.
        let lines = protected.text("i.m3u8").lines().map(str::to_owned).collect::<Vec<_>>();
        let mut rest = lines.iter();
        for line in clear.text("i.m3u8").lines().filter(|line| is_kept(line)) {
            prop_assert!(rest.any(|kept| kept == line), "lost: {}", line);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// All but what ranges and keys change.
fn is_kept(line: &str) -> bool {
    let changed = ["#EXT-X-KEY", "#EXT-X-BYTERANGE", "#EXT-X-MAP", "#EXT-X-VERSION"];
    !changed.iter().any(|tag| line.starts_with(tag))
}

//! Every tag that bears on keys and bytes is told from the others, and what a playlist and its
//! lists may hold has an end.

use reelseal_core::format::hls::{
    AttributeList, ByteRange, Fault, Item, Key, MAX_ATTRIBUTE_LIST_LEN, MAX_ATTRIBUTES, MAX_LINES,
    MAX_PLAYLIST_LEN, Playlist, Tag,
};
use reelseal_core::format::{Malformed, Rule};

#[test]
fn every_tag_has_its_meaning() {
    let key = Key::parse("METHOD=AES-128,URI=\"k\"").unwrap();
    let range = ByteRange::parse("7@1").unwrap();
    for (line, tag) in [
        ("#EXTM3U", Tag::ExtM3u),
        ("#EXTINF:4,", Tag::ExtInf),
        ("#EXT-X-VERSION:7", Tag::Version(7)),
        ("#EXT-X-BYTERANGE: 7@1\t", Tag::ByteRange(range)),
        ("#EXT-X-KEY:METHOD=AES-128,URI=\"k\"", Tag::Key(key)),
        ("#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"", Tag::SessionKey(key)),
        ("#EXT-X-MAP:URI=\"i\"", Tag::Map { uri: "i", range: None }),
        ("#EXT-X-MAP:URI=\"i\",BYTERANGE=\"7@1\"", Tag::Map { uri: "i", range: Some(range) }),
        ("#EXT-X-MEDIA-SEQUENCE:5", Tag::MediaSequence(5)),
        ("#EXT-X-I-FRAMES-ONLY", Tag::IFramesOnly),
        ("#EXT-X-MEDIA:TYPE=AUDIO,URI=\"a\"", Tag::Media(Some("a"))),
        ("#EXT-X-MEDIA:TYPE=AUDIO", Tag::Media(None)),
        ("#EXT-X-STREAM-INF:BANDWIDTH=1", Tag::StreamInf),
        ("#EXT-X-I-FRAME-STREAM-INF:URI=\"f\"", Tag::IFrameStreamInf("f")),
        ("#EXT-X-SESSION-DATA:DATA-ID=\"d\",URI=\"j\"", Tag::SessionData(Some("j"))),
        ("#EXT-X-SESSION-DATA:DATA-ID=\"d\"", Tag::SessionData(None)),
        ("#EXT-X-GAP", Tag::Gap),
        ("#EXT-X-DEFINE:NAME=\"n\",VALUE=\"v\"", Tag::Define),
        ("#EXT-X-PART:URI=\"p\"", Tag::LowLatency("EXT-X-PART")),
        ("#EXT-X-PRELOAD-HINT:TYPE=PART", Tag::LowLatency("EXT-X-PRELOAD-HINT")),
        ("#EXT-X-SKIP:SKIPPED-SEGMENTS=1", Tag::LowLatency("EXT-X-SKIP")),
        ("#EXT-X-IMAGE-STREAM-INF:URI=\"p\"", Tag::Images("p")),
        ("#EXT-X-DISCONTINUITY", Tag::Other),
        ("# a comment: of two words", Tag::Other),
    ] {
        assert_eq!(Tag::parse(line), Ok(tag), "{line}");
    }
}

#[test]
fn a_tag_without_what_it_needs_is_refused() {
    for (line, field, rule) in [
        ("#EXT-X-KEY", "EXT-X-KEY", Rule::Required),
        ("#EXT-X-MAP:BYTERANGE=\"7@1\"", "URI", Rule::Required),
        ("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1", "URI", Rule::Required),
        ("#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1", "URI", Rule::Required),
        ("#EXT-X-VERSION:", "EXT-X-VERSION", Rule::Syntax),
        ("#EXT-X-VERSION:-1", "EXT-X-VERSION", Rule::Syntax),
        ("#EXT-X-VERSION:000000000000000000001", "EXT-X-VERSION", Rule::Syntax), // 21 digits
        ("#EXT-X-VERSION:18446744073709551616", "EXT-X-VERSION", Rule::Range),
    ] {
        assert_eq!(Tag::parse(line), Err(Malformed { field, rule }), "{line}");
    }
}

#[test]
fn the_tags_of_a_live_edge_are_named_among_the_items() {
    let text = "#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXT-X-PART:URI=\"p\"\n";
    let Ok(Playlist::Media { items, .. }) = Playlist::parse(text.as_bytes()) else { panic!() };
    let items: Vec<_> = items.iter().map(|item| item.unwrap().1).collect();
    let named = ["EXT-X-SKIP", "EXT-X-PART"].map(Item::LowLatency);
    assert_eq!(items, [Item::Text, named[0], named[1]]);
}

#[test]
fn an_attribute_list_ends_at_64_kib_and_128_attributes() {
    assert_eq!((MAX_ATTRIBUTE_LIST_LEN, MAX_ATTRIBUTES), (65_536, 128));
    let too_long = Err(Malformed { field: "attribute list", rule: Rule::Length });
    let of_len = |len: usize| AttributeList::parse(&"A=".repeat(len)[..len]).map(|_| ());
    let text = |len: usize| format!("A={}", "x".repeat(len - 2));
    assert!(AttributeList::parse(&text(MAX_ATTRIBUTE_LIST_LEN)).is_ok());
    assert_eq!(of_len(MAX_ATTRIBUTE_LIST_LEN + 1), too_long);
    assert_eq!(of_len(2 * MAX_ATTRIBUTE_LIST_LEN), too_long);
    let of_count = |count: usize| {
        let all: Vec<_> = (0..count).map(|n| format!("A{n}=1")).collect();
        AttributeList::parse(&all.join(",")).map(|_| ())
    };
    assert_eq!(of_count(MAX_ATTRIBUTES), Ok(()));
    assert_eq!(of_count(MAX_ATTRIBUTES + 1), too_long);
}

#[test]
fn a_playlist_ends_at_64_mib_and_a_million_lines() {
    assert_eq!((MAX_PLAYLIST_LEN, MAX_LINES), (67_108_864, 1_000_000));
    let too_long =
        |line| Err(Fault { line, malformed: Malformed { field: "playlist", rule: Rule::Length } });
    let mut bytes = b"#EXTM3U\n#".to_vec();
    for (len, expected) in [
        (MAX_PLAYLIST_LEN, Ok(())),
        (MAX_PLAYLIST_LEN + 1, too_long(0)),
        (MAX_PLAYLIST_LEN + 2, too_long(0)),
    ] {
        bytes.resize(len, b'x');
        assert_eq!(Playlist::parse(&bytes).map(|_| ()), expected, "{len} bytes");
    }
    let of_lines = |lines: usize| {
        let text = format!("#EXTM3U{}", "\n#".repeat(lines - 1));
        Playlist::parse(text.as_bytes()).map(|_| ())
    };
    assert_eq!(of_lines(MAX_LINES - 1), Ok(()));
    assert_eq!(of_lines(MAX_LINES), too_long(MAX_LINES));
}

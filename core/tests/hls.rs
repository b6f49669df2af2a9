//! Playlists are read as RFC 8216 §4 says, and given back as they were.

use std::fmt::{self, Write};

use reelseal_core::format::hls::{
    AttributeList, ByteRange, Fault, Item, Key, Lines, Method, Playlist, Span, Value,
};
use reelseal_core::format::{Malformed, Rule};

fn key_refused(list: &str, field: &'static str, rule: Rule) {
    assert_eq!(Key::parse(list), Err(Malformed { field, rule }), "{list}");
}

/// What each line of a playlist says, or the fault that ends it.
fn items(playlist: &str) -> Result<Vec<Item<'_>>, Fault> {
    let (Playlist::Multivariant(items) | Playlist::Media { items, .. }) =
        Playlist::parse(playlist.as_bytes())?;
    items.iter().map(|item| item.map(|(_, item)| item)).collect()
}

type Seen = (u64, Option<Span>, Option<[u8; 16]>, bool);

/// Each segment: its number, its range, its IV, and whether it is clear.
fn segments(playlist: &str) -> Vec<Seen> {
    items(playlist)
        .unwrap()
        .into_iter()
        .filter_map(|item| match item {
            Item::Segment { resource, sequence, .. } => {
                let iv = resource.keys.identity.and_then(|key| key.iv);
                Some((sequence, resource.range, iv, resource.keys.is_clear()))
            }
            _ => None,
        })
        .collect()
}

fn fault(playlist: &str) -> (usize, &'static str, Rule) {
    let fault = items(playlist).unwrap_err();
    (fault.line, fault.malformed.field, fault.malformed.rule)
}

#[test]
fn lines_add_up_to_the_file() {
    for file in ["", "\n", "a", "a\r\nb\n\nc", "\r\n\r\n", "a\rb\n", "#EXTM3U\r\n\r"] {
        let all: Vec<u8> =
            Lines::new(file.as_bytes()).flat_map(|l| [l.text, l.end].concat()).collect();
        assert_eq!(all, file.as_bytes());
    }
}

#[test]
fn an_attribute_list_is_read_in_order() {
    let list = AttributeList::parse("METHOD=AES-128, URI=\"a,b=c\",IV=0x1,X-9=\"\"").unwrap();
    let all: Vec<_> = list.iter().collect();
    assert_eq!(
        all,
        [
            ("METHOD", Value::Bare("AES-128")),
            ("URI", Value::Quoted("a,b=c")),
            ("IV", Value::Bare("0x1")),
            ("X-9", Value::Quoted("")),
        ]
    );
    assert_eq!(list.get("IV"), Some(Value::Bare("0x1")));
    assert_eq!(list.get("URL"), None);
}

// req HLS-LIST-1
#[test]
fn an_attribute_list_that_breaks_the_grammar_is_refused() {
    for list in
        ["", "A", "A=", "=1", "a=1", "A=1,", "A=1,,B=2", "A=\"", "A=\"x\"y", "A=x\"y", "A=1 2"]
    {
        let refused = AttributeList::parse(list).unwrap_err();
        assert_eq!(refused.rule, Rule::Syntax, "{list}");
    }
    let repeated = AttributeList::parse("A=1,B=2,A=3").unwrap_err();
    assert_eq!(repeated, Malformed { field: "attribute name", rule: Rule::Repeated });
}

#[test]
fn one_value_is_replaced_and_nothing_else() {
    for (list, expected) in [
        ("URI=\"i\",BYTERANGE=\"7@0\"", "URI=\"i\",BYTERANGE=\"16@0\""),
        ("BYTERANGE=\"7@0\" , URI=\"xBYTERANGE=\"", "BYTERANGE=\"16@0\" , URI=\"xBYTERANGE=\""),
        ("URI=\"i\"", "URI=\"i\""),
    ] {
        let list = AttributeList::parse(list).unwrap();
        assert_eq!(list.with_quoted("BYTERANGE", "16@0").to_string(), expected);
    }
}

#[test]
fn a_key_is_read_and_printed() {
    let text = "METHOD=AES-128,URI=\"k.key\",IV=0x000102030405060708090a0b0c0d0e0f,\
                KEYFORMAT=\"com.example\",KEYFORMATVERSIONS=\"1/2\"";
    let key = Key::parse(text).unwrap();
    assert_eq!(key.method, Method::Aes128);
    assert_eq!(key.uri, Some("k.key"));
    assert_eq!(key.iv, Some(core::array::from_fn(|i| i as u8)));
    assert_eq!((key.key_format, key.key_format_versions), ("com.example", Some("1/2")));
    assert_eq!(key.to_string(), text);
    assert_eq!(Key::parse("METHOD=NONE").unwrap().to_string(), "METHOD=NONE");
}

#[test]
fn the_method_of_the_old_service_is_understood() {
    let key = Key::parse("METHOD=aes-128,URI=\"k\"").unwrap();
    assert_eq!((key.method, key.is_identity()), (Method::Aes128, true));
    assert_eq!(key.to_string(), "METHOD=AES-128,URI=\"k\"");
}

// req HLS-KEY-1, HLS-KEY-2, HLS-KEY-3
#[test]
fn keys_that_break_the_standard_are_refused() {
    key_refused("URI=\"k\"", "METHOD", Rule::Required);
    key_refused("METHOD=\"AES-128\",URI=\"k\"", "METHOD", Rule::Syntax);
    key_refused("METHOD=AES-128", "URI", Rule::Required);
    key_refused("METHOD=AES-128,URI=k", "URI", Rule::Syntax);
    key_refused("METHOD=A,URI=\"k\",KEYFORMAT=f", "KEYFORMAT", Rule::Syntax);
    key_refused("METHOD=A,URI=\"k\",KEYFORMATVERSIONS=1", "KEYFORMATVERSIONS", Rule::Syntax);
    key_refused("METHOD=NONE,IV=0x00000000000000000000000000000000", "METHOD=NONE", Rule::Alone);
    key_refused("METHOD=NONE,URI=\"k\"", "METHOD=NONE", Rule::Alone);
}

#[test]
fn a_tag_without_what_it_must_have_is_refused() {
    for name in [
        "EXT-X-VERSION",
        "EXT-X-BYTERANGE",
        "EXT-X-KEY",
        "EXT-X-MAP",
        "EXT-X-MEDIA-SEQUENCE",
        "EXT-X-MEDIA",
        "EXT-X-I-FRAME-STREAM-INF",
        "EXT-X-IMAGE-STREAM-INF",
        "EXT-X-SESSION-DATA",
        "EXT-X-SESSION-KEY",
    ] {
        assert_eq!(fault(&format!("#EXTM3U\n#{name}\n")), (2, name, Rule::Required));
        let (line, _, rule) = fault(&format!("#EXTM3U\n#{name}:\u{e9}\n"));
        assert_eq!((line, rule), (2, Rule::Syntax), "{name}");
    }
    for name in ["EXT-X-MAP", "EXT-X-I-FRAME-STREAM-INF", "EXT-X-IMAGE-STREAM-INF"] {
        assert_eq!(fault(&format!("#EXTM3U\n#{name}:A=1\n")), (2, "URI", Rule::Required));
        assert_eq!(fault(&format!("#EXTM3U\n#{name}:URI=u\n")), (2, "URI", Rule::Syntax));
    }
    let map = "#EXTM3U\n#EXT-X-MAP:URI=\"u\",BYTERANGE=";
    assert_eq!(fault(&format!("{map}1\n")), (2, "BYTERANGE", Rule::Syntax));
    assert_eq!(fault(&format!("{map}\"18446744073709551615@1\"\n")).2, Rule::Range);
}

#[test]
fn a_variable_is_refused_wherever_a_uri_stands() {
    let defined = "#EXTM3U\n#EXT-X-DEFINE:NAME=\"n\",VALUE=\"v\"\n";
    for line in [
        "#EXT-X-MAP:URI=\"{$n}\"",
        "#EXT-X-MEDIA:URI=\"{$n}\"",
        "#EXT-X-I-FRAME-STREAM-INF:URI=\"{$n}\"",
        "#EXT-X-IMAGE-STREAM-INF:URI=\"{$n}\"",
        "#EXT-X-SESSION-DATA:URI=\"{$n}\"",
    ] {
        let refused = fault(&format!("{defined}{line}\n"));
        assert_eq!(refused, (3, "EXT-X-DEFINE", Rule::Unsupported), "{line}");
    }
}

/// Takes so many bytes, and then no more.
struct Room(usize);

impl Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[test]
fn who_has_no_room_for_a_print_is_told() {
    let text = "METHOD=AES-128,URI=\"k\",IV=0x000102030405060708090a0b0c0d0e0f,KEYFORMAT=\"f\",\
                KEYFORMATVERSIONS=\"1/2\"";
    let key = Key::parse(text).unwrap();
    let list = AttributeList::parse(text).unwrap();
    let refusal = Malformed { field: "METHOD", rule: Rule::Required };
    for (len, print) in [
        (text.len(), &key as &dyn fmt::Display),
        (text.len(), &list.with_quoted("URI", "k")),
        ("METHOD is missing".len(), &refusal),
    ] {
        for room in 0..len {
            assert!(write!(Room(room), "{print}").is_err(), "{room} bytes of {len}");
        }
        assert!(write!(Room(len), "{print}").is_ok());
    }
}

#[test]
fn a_refusal_is_a_sentence() {
    for (field, rule, sentence) in [
        ("METHOD=NONE", Rule::Alone, "METHOD=NONE has other attributes beside it"),
        ("EXT-X-MEDIA-SEQUENCE", Rule::Order, "EXT-X-MEDIA-SEQUENCE comes too late"),
        ("playlist", Rule::Mixed, "playlist has both segments and other playlists"),
    ] {
        assert_eq!(Malformed { field, rule }.to_string(), sentence);
    }
}

// req HLS-KEY-4
#[test]
fn an_iv_is_never_shortened_and_never_padded() {
    let key = |iv: &str| Key::parse(&format!("METHOD=AES-128,URI=\"k\",IV={iv}")).map(|k| k.iv);
    assert_eq!(key(&format!("0X{}", "fF".repeat(16))), Ok(Some([0xFF; 16])));
    for digits in [0, 1, 2, 30, 31, 33, 34] {
        let refused = key(&format!("0x{}", "0".repeat(digits))).unwrap_err();
        assert_eq!((refused.field, refused.rule), ("IV", Rule::Length), "{digits} digits");
    }
    for iv in [
        "00000000000000000000000000000000",
        "0x+0000000000000000000000000000000",
        "0xg0000000000000000000000000000000",
    ] {
        assert_eq!(key(iv).unwrap_err().rule, Rule::Syntax, "{iv}");
    }
}

#[test]
fn byte_ranges_are_read_and_printed() {
    for text in ["7@0", "7", "18446744073709551615@0"] {
        assert_eq!(ByteRange::parse(text).unwrap().to_string(), text);
    }
    for text in ["", "@", "7@", "@7", "+7@0", "7@-1", "7@0@0", "0x7", "18446744073709551616", " 7"]
    {
        assert!(ByteRange::parse(text).is_err(), "{text}");
    }
    let far = ByteRange::parse("2@18446744073709551614").unwrap();
    assert_eq!(far.resolve(None).unwrap_err().rule, Rule::Range);
}

#[test]
fn every_line_is_given_back() {
    let file = "#EXTM3U\r\n#EXT-X-NEW:a=b\r\n# r\u{e9}mark\n\n#EXTINF:4,title, with commas\ns.ts";
    let Ok(Playlist::Media { items, .. }) = Playlist::parse(file.as_bytes()) else { panic!() };
    let all: Vec<u8> = items
        .iter()
        .flat_map(|item| item.map(|(l, _)| [l.text, l.end].concat()).unwrap())
        .collect();
    assert_eq!(all, file.as_bytes());
}

// req HLS-SEQUENCE-1
#[test]
fn segments_are_numbered_from_the_media_sequence() {
    let list = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:9223372036854775807\n#EXTINF:1,\na\n\
                #EXT-X-DISCONTINUITY\n#EXTINF:1,\nb\n";
    let numbers: Vec<_> = segments(list).into_iter().map(|segment| segment.0).collect();
    assert_eq!(numbers, [(1 << 63) - 1, 1 << 63]);
    let last = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n#EXTINF:1,\na\n";
    assert_eq!(segments(last)[0].0, u64::MAX);
    let over = format!("{last}#EXTINF:1,\nb\n");
    assert_eq!(fault(&over), (6, "EXT-X-MEDIA-SEQUENCE", Rule::Range));
    let late = "#EXTM3U\n#EXTINF:1,\na\n#EXT-X-MEDIA-SEQUENCE:1\n";
    assert_eq!(fault(late), (4, "EXT-X-MEDIA-SEQUENCE", Rule::Order));
}

// req HLS-RANGE-1
#[test]
fn a_range_without_an_offset_follows_the_one_before() {
    let list = "#EXTM3U\n#EXTINF:1,\n#EXT-X-BYTERANGE:10@5\na\n#EXTINF:1,\n#EXT-X-BYTERANGE:7\na\n";
    let ranges: Vec<_> = segments(list).into_iter().map(|segment| segment.1).collect();
    let span = |offset, length| Some(Span { offset, length });
    assert_eq!(ranges, [span(5, 10), span(15, 7)]);
    let other = list.replace("7\na", "7\nb");
    assert_eq!(fault(&other), (7, "EXT-X-BYTERANGE", Rule::Required));
}

// req HLS-KEY-5
#[test]
fn a_key_holds_until_the_next_of_its_format() {
    let iv = |n: u8| [n; 16];
    let tag = |n: u8| {
        format!("#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x{}\n", format!("{n:02x}").repeat(16))
    };
    let segment = "#EXTINF:1,\ns.ts\n";
    let list = format!(
        "#EXTM3U\n{segment}{}{segment}{segment}#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://k\",\
         KEYFORMAT=\"com.apple.streamingkeydelivery\"\n{segment}{}{segment}#EXT-X-KEY:METHOD=NONE\n{segment}",
        tag(1),
        tag(2)
    );
    let keys: Vec<_> = segments(&list).into_iter().map(|segment| (segment.2, segment.3)).collect();
    let enc = |n| (Some(iv(n)), false);
    assert_eq!(keys, [(None, true), enc(1), enc(1), enc(1), enc(2), (None, true)]);
}

// req HLS-PLAYLIST-1, HLS-PLAYLIST-2, HLS-PLAYLIST-3
#[test]
fn playlists_that_break_the_standard_are_refused() {
    assert_eq!(fault(""), (1, "EXTM3U", Rule::Required));
    assert_eq!(fault("#EXTINF:1,\na\n"), (1, "EXTM3U", Rule::Required));
    assert_eq!(fault("\u{feff}#EXTM3U\n"), (1, "byte order mark", Rule::Forbidden));
    assert_eq!(fault("#EXTM3U\na\n"), (2, "EXTINF", Rule::Required));
    let mixed = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n#EXTINF:1,\nb\n";
    assert_eq!(fault(mixed), (4, "playlist", Rule::Mixed));
    let stray = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\"\nb.m3u8\n";
    assert_eq!(fault(stray), (3, "EXT-X-STREAM-INF", Rule::Required));
    let variable = "#EXTM3U\n#EXT-X-DEFINE:NAME=\"d\",VALUE=\"..\"\n#EXTINF:1,\n{$d}/a.ts\n";
    assert_eq!(fault(variable), (4, "EXT-X-DEFINE", Rule::Unsupported));
}

// req HLS-PLAYLIST-1
#[test]
fn a_comment_in_another_encoding_is_kept_and_a_uri_is_not() {
    let latin1 = b"#EXTM3U\n# caf\xe9\n#EXTINF:1,\ns.ts\n";
    let Ok(Playlist::Media { items, .. }) = Playlist::parse(latin1) else { panic!() };
    assert!(items.iter().all(|item| item.is_ok()));
    let uri = b"#EXTM3U\n#EXTINF:1,\ncaf\xe9.ts\n";
    let Ok(Playlist::Media { items, .. }) = Playlist::parse(uri) else { panic!() };
    let fault = items.iter().find_map(Result::err).unwrap();
    assert_eq!((fault.line, fault.malformed.rule), (3, Rule::Utf8));
}

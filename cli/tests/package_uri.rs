//! Which URIs name a file of a package, and which rule refuses the others.

use reelseal::package::{PackagePath, UriRefused};

#[test]
fn relative_references_resolve_as_in_rfc_3986() {
    let cases = [
        ("master.m3u8", "v0.m3u8", "v0.m3u8"),
        ("master.m3u8", "./v0.m3u8", "v0.m3u8"),
        ("master.m3u8", "v0/a.ts?x=1#y", "v0/a.ts"),
        ("master.m3u8", "a#b/../../c", "a"),
        ("v0/index.m3u8", "a.ts", "v0/a.ts"),
        ("v0/index.m3u8", "../v1/a.ts", "v1/a.ts"),
        ("a/b/c.m3u8", "../../d.ts", "d.ts"),
        ("a/b/c.m3u8", "x/../y/./z.ts", "a/b/y/z.ts"),
        ("m.m3u8", "%61%2Ets", "a.ts"),
        ("m.m3u8", "a%20b.ts", "a b.ts"),
        ("m.m3u8", "a b.ts", "a b.ts"),
        ("m.m3u8", "%C3%A9.ts", "é.ts"),
        ("m.m3u8", "é.ts", "é.ts"),
        ("m.m3u8", "a//b.ts", "a/b.ts"),
        ("m.m3u8", "x/%2e%2e/b.ts", "b.ts"),
        ("m.m3u8", "x/%2E./b.ts", "b.ts"),
        ("m.m3u8", "%252e%252e/b.ts", "%2e%2e/b.ts"),
        ("m.m3u8", "...", "..."),
        ("m.m3u8", "./a:b.ts", "a:b.ts"),
        ("m.m3u8", "a%3Ab.ts", "a:b.ts"),
        ("m.m3u8", "a.ts?file:///etc/passwd", "a.ts"),
    ];
    for (from, uri, want) in cases {
        let from = PackagePath::parse(from).unwrap();
        assert_eq!(from.resolve(uri).as_ref().map(PackagePath::as_str), Ok(want), "{uri}");
    }
}

#[test]
fn every_way_out_is_refused_by_its_rule() {
    use UriRefused::*;
    let cases = [
        ("", Empty),
        ("?a", Empty),
        ("#a", Empty),
        ("http://host/a.ts", Scheme),
        ("HTTPS:a.ts", Scheme),
        ("file:///etc/passwd", Scheme),
        ("data:text/plain,a", Scheme),
        ("skd://key", Scheme),
        ("C:a.ts", Scheme),
        ("1:2.ts", Scheme),
        (":a", Scheme),
        ("//host/a.ts", Host),
        ("///etc/passwd", Host),
        ("/etc/passwd", Absolute),
        ("..\\a.ts", Backslash),
        ("a\\b.ts", Backslash),
        ("\\\\host\\a", Backslash),
        ("a\0.ts", Control),
        ("a\n.ts", Control),
        ("a.ts?\u{1b}[2J", Control),
        ("a\u{7f}.ts", Control),
        ("a\u{85}.ts", Control),
        ("a%", PercentEncoding),
        ("a%4", PercentEncoding),
        ("a%zz", PercentEncoding),
        ("a%+1", PercentEncoding),
        ("a%é.ts", PercentEncoding),
        ("a%2Fb", EncodedSeparator),
        ("..%2fb", EncodedSeparator),
        ("..%5Cb", EncodedSeparator),
        ("a%00.ts", EncodedSeparator),
        ("a%0A.ts", EncodedSeparator),
        ("a%7f.ts", EncodedSeparator),
        ("a%C2%85.ts", EncodedSeparator),
        ("%C0%AE%C0%AE/a", NotUtf8), // over-long dots
        ("..%C0%AFa", NotUtf8),      // an over-long slash
        ("%FF.ts", NotUtf8),
        ("%ED%A0%80.ts", NotUtf8), // a surrogate
        (".", Folder),
        ("a/", Folder),
        ("a/.", Folder),
        ("a/b/..", Folder),
        ("a/%2e", Folder),
        ("../../a.ts", Leaves),
        ("../x/../../a.ts", Leaves),
        ("%2e%2e/%2e%2e/a.ts", Leaves),
        (".%2e/..", Leaves),
        ("../..", Leaves),
    ];
    let from = PackagePath::parse("v0/index.m3u8").unwrap();
    let from_top = PackagePath::parse("index.m3u8").unwrap();
    for (uri, want) in cases {
        assert_eq!(from.resolve(uri), Err(want), "{uri:?}");
        assert!(from_top.resolve(uri).is_err(), "{uri:?}");
    }
    assert_eq!(from_top.resolve("../a.ts"), Err(Leaves));
    // The sibling folder whose name starts alike.
    assert_eq!(from_top.resolve("../index.m3u8-other/a.ts"), Err(Leaves));
}

#[test]
fn a_name_that_no_file_system_has_is_refused() {
    let from = PackagePath::parse("m.m3u8").unwrap();
    assert!(from.resolve(&"a".repeat(255)).is_ok());
    assert_eq!(from.resolve(&"a".repeat(256)), Err(UriRefused::TooLong));
    assert_eq!(from.resolve(&"%61".repeat(256)), Err(UriRefused::TooLong));
    assert_eq!(from.resolve(&"a/".repeat(2048)), Err(UriRefused::Folder));
    assert!(from.resolve(&format!("{}a", "a/".repeat(2047))).is_ok());
    assert_eq!(from.resolve(&format!("{}a", "a/".repeat(2048))), Err(UriRefused::TooLong));
    // What is long on the way and short at the end is short.
    assert!(from.resolve(&format!("{}b", "a/../".repeat(5000))).is_ok());
}

#[test]
fn a_parsed_name_is_taken_as_it_is_or_refused() {
    for name in ["a", "a/b.ts", "%2e%2e/b", "a:b", "a b", "..."] {
        assert_eq!(PackagePath::parse(name).unwrap().as_str(), name);
    }
    let refused = [
        ("", UriRefused::Empty),
        ("/", UriRefused::Absolute),
        ("/a", UriRefused::Absolute),
        ("a//b", UriRefused::Folder),
        ("a/", UriRefused::Folder),
        ("./a", UriRefused::Folder),
        ("../a", UriRefused::Leaves),
        ("a/../b", UriRefused::Leaves),
        ("a\\b", UriRefused::Backslash),
        ("a\nb", UriRefused::Control),
    ];
    for (name, want) in refused {
        assert_eq!(PackagePath::parse(name), Err(want), "{name:?}");
    }
}

#[test]
fn every_rule_has_a_sentence_of_its_own() {
    use UriRefused::*;
    let rules = [
        Empty,
        Scheme,
        Host,
        Absolute,
        Backslash,
        Control,
        PercentEncoding,
        EncodedSeparator,
        NotUtf8,
        Folder,
        Leaves,
        TooLong,
    ];
    let sentences: std::collections::BTreeSet<String> = rules.map(|r| r.to_string()).into();
    assert_eq!(sentences.len(), rules.len());
    assert!(sentences.iter().all(|sentence| sentence.starts_with("the URI")));
}

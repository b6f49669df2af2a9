//! Playlists, and texts that are almost playlists.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::text::{edited, key_tag};

/// A playlist of either kind, line by line from what playlists are made of.
#[derive(Clone)]
pub struct PlaylistCase(pub String);

impl std::fmt::Debug for PlaylistCase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<'a> Arbitrary<'a> for PlaylistCase {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let end = *u.choose(&["\n", "\n", "\r\n", " \n"])?;
        let multivariant = u.ratio(1, 4)?;
        let mut text = String::new();
        if u.ratio(31, 32)? {
            text += "#EXTM3U";
            text += end;
        }
        if !multivariant && u.ratio(1, 2)? {
            text += &format!("#EXT-X-MEDIA-SEQUENCE:{}{end}", number(u)?);
        }
        while !u.is_empty() && text.len() < 4096 {
            // A tag of the other kind makes the whole refused, so there are few.
            let lines = if multivariant != u.ratio(1, 64)? { of_variants(u)? } else { media(u)? };
            for line in lines {
                text += &line;
                text += if u.ratio(1, 32)? { "\n" } else { end };
            }
        }
        if u.ratio(1, 8)? {
            text.truncate(text.trim_end().len());
        }
        if u.ratio(1, 4)? {
            text = edited(text, u)?;
        }
        Ok(Self(text))
    }
}

/// Lines of a media playlist: RFC 8216 §4.3.2, §4.3.3.
fn media(u: &mut Unstructured<'_>) -> Result<Vec<String>> {
    Ok(match u.int_in_range(0..=15)? {
        0..=3 => vec!["#EXTINF:6.0,title".to_owned(), uri(u)?],
        4..=6 => {
            let range = range(u)?;
            vec!["#EXTINF:6,".to_owned(), format!("#EXT-X-BYTERANGE:{range}"), uri(u)?]
        }
        7..=10 => vec![format!("#EXT-X-KEY:{}", key_tag(u)?)],
        11 => vec![format!("#EXT-X-MAP:URI=\"{}\"", uri(u)?)],
        12 => vec![format!("#EXT-X-MAP:URI=\"{}\",BYTERANGE=\"{}\"", uri(u)?, range(u)?)],
        13 => vec![format!("#EXT-X-MEDIA-SEQUENCE:{}", number(u)?)],
        _ => vec![other(u)?],
    })
}

/// Lines of a multivariant playlist: §4.3.4.
fn of_variants(u: &mut Unstructured<'_>) -> Result<Vec<String>> {
    Ok(match u.int_in_range(0..=9)? {
        0..=3 => vec!["#EXT-X-STREAM-INF:BANDWIDTH=1280000".to_owned(), uri(u)?],
        4 => vec![format!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",URI=\"{}\"", uri(u)?)],
        5 => vec!["#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\"".to_owned()],
        6 => vec![format!("#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"{}\"", uri(u)?)],
        7 => vec![format!("#EXT-X-SESSION-DATA:DATA-ID=\"i\",URI=\"{}\"", uri(u)?)],
        8 => vec![format!("#EXT-X-SESSION-KEY:{}", key_tag(u)?)],
        _ => vec![other(u)?],
    })
}

/// Lines that either kind may have, and some that neither should.
fn other(u: &mut Unstructured<'_>) -> Result<String> {
    let lines = [
        "#EXT-X-VERSION:3",
        "#EXT-X-VERSION:",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-GAP",
        "#EXT-X-ENDLIST",
        "#EXT-X-I-FRAMES-ONLY",
        "#EXT-X-DEFINE:NAME=\"n\",VALUE=\"v\"",
        "#EXT-X-PART:DURATION=1,URI=\"p\"",
        "#EXT-X-KEY",
        "#EXTINF",
        "# a comment: with a colon",
        "#EXTM3U",
        "",
        "a line out of place",
    ];
    Ok((*u.choose(&lines)?).to_owned())
}

/// Few names, so that sub-ranges of one resource meet.
fn uri(u: &mut Unstructured<'_>) -> Result<String> {
    let names = ["a.ts", "a.ts", "a.ts", "b.ts", "sub/ä b.ts", "{$n}.ts", "https://example.com/c"];
    Ok((*u.choose(&names)?).to_owned())
}

fn range(u: &mut Unstructured<'_>) -> Result<String> {
    let length = number(u)?;
    if u.ratio(1, 2)? { Ok(length) } else { Ok(format!("{length}@{}", number(u)?)) }
}

/// Mostly small, sometimes about the ends of the integers of §4.2.
fn number(u: &mut Unstructured<'_>) -> Result<String> {
    let edges = ["9223372036854775808", "18446744073709551615", "18446744073709551616", "-1", ""];
    Ok(match u.int_in_range(0..=7)? {
        0 => (*u.choose(&edges)?).to_owned(),
        1 => (u64::MAX - u64::from(u8::arbitrary(u)? % 4)).to_string(),
        _ => u8::arbitrary(u)?.to_string(),
    })
}

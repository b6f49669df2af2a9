//! Playlists, and texts that are almost playlists.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::text::{Edit, key_tag, rarely};

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
        // What is drawn once is drawn first: the lines use up all that is left.
        let end = *u.choose(&["\n", "\n", "\r\n", " \n"])?;
        let multivariant = !u.ratio(3, 4)?;
        let headless = rarely(u)?;
        let unended = !u.ratio(7, 8)?;
        let edit = if u.ratio(3, 4)? { None } else { Some(Edit::arbitrary(u)?) };
        let mut text = String::new();
        if !headless {
            text += "#EXTM3U";
            text += end;
        }
        if !multivariant && u.ratio(1, 2)? {
            let first = if u.ratio(3, 4)? { number(u)? } else { near_the_last(u)? };
            text += &format!("#EXT-X-MEDIA-SEQUENCE:{first}{end}");
        }
        while !u.is_empty() && text.len() < 4096 {
            // A tag of the other kind makes the whole refused, so there are few.
            let lines = if rarely(u)? && rarely(u)? {
                other(u)?
            } else if multivariant {
                of_variants(u)?
            } else {
                media(u)?
            };
            for line in lines {
                text += &line;
                text += if rarely(u)? { "\n" } else { end };
            }
        }
        if unended {
            text.truncate(text.trim_end().len());
        }
        if let Some(edit) = edit {
            text = edit.apply(&text);
        }
        Ok(Self(text))
    }
}

/// Lines of a media playlist: RFC 8216 §4.3.2, §4.3.3.
fn media(u: &mut Unstructured<'_>) -> Result<Vec<String>> {
    Ok(match u.int_in_range(0..=15)? {
        0..=3 => vec!["#EXTINF:6.0,title".to_owned(), uri(u)?],
        4..=6 => pieces(u)?,
        7..=10 => vec![format!("#EXT-X-KEY:{}", key_tag(u)?)],
        11 => vec![format!("#EXT-X-MAP:URI=\"{}\"", uri(u)?)],
        12 => vec![format!("#EXT-X-MAP:URI=\"{}\",BYTERANGE=\"{}\"", uri(u)?, range(u)?)],
        13 | 14 => vec![harmless(u)?],
        _ if rarely(u)? => vec![format!("#EXT-X-MEDIA-SEQUENCE:{}", number(u)?)],
        _ => vec!["#EXT-X-GAP".to_owned()],
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
        _ => vec![harmless(u)?],
    })
}

/// Lines that either kind may have.
fn harmless(u: &mut Unstructured<'_>) -> Result<String> {
    let lines = ["#EXT-X-VERSION:3", "#EXT-X-DISCONTINUITY", "# a comment: with a colon", ""];
    Ok((*u.choose(&lines)?).to_owned())
}

/// Lines that change what the others mean, and lines out of place.
fn other(u: &mut Unstructured<'_>) -> Result<Vec<String>> {
    let lines = [
        "#EXT-X-VERSION:",
        "#EXT-X-ENDLIST",
        "#EXT-X-I-FRAMES-ONLY",
        "#EXT-X-IMAGES-ONLY",
        "#EXT-X-DEFINE:NAME=\"n\",VALUE=\"v\"",
        "#EXT-X-PART:DURATION=1,URI=\"p\"",
        "#EXT-X-STREAM-INF:BANDWIDTH=1",
        "#EXT-X-KEY",
        "#EXTINF",
        "#EXTINF:6",
        "#EXTM3U",
        "a line out of place",
    ];
    Ok(vec![(*u.choose(&lines)?).to_owned()])
}

/// Few names, so that sub-ranges of one resource meet.
fn uri(u: &mut Unstructured<'_>) -> Result<String> {
    let names = ["a.ts", "a.ts", "a.ts", "b.ts", "sub/ä b.ts", "{$n}.ts", "https://example.com/c"];
    Ok((*u.choose(&names)?).to_owned())
}

/// Sub-ranges of one file: the first says where it begins, the others go on.
fn pieces(u: &mut Unstructured<'_>) -> Result<Vec<String>> {
    let uri = uri(u)?;
    let mut lines = vec![];
    for piece in 0..=u.int_in_range(0..=3)? {
        let range = if (piece == 0) == rarely(u)? { number(u)? } else { range(u)? };
        lines.extend(["#EXTINF:6,".to_owned(), format!("#EXT-X-BYTERANGE:{range}"), uri.clone()]);
    }
    Ok(lines)
}

fn range(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(format!("{}@{}", number(u)?, number(u)?))
}

/// Mostly small, sometimes about the ends of the integers of §4.2.
fn number(u: &mut Unstructured<'_>) -> Result<String> {
    if !rarely(u)? {
        return Ok(u8::arbitrary(u)?.to_string());
    }
    let edges = ["9223372036854775808", "18446744073709551615", "18446744073709551616", "-1", ""];
    if u.ratio(1, 2)? { near_the_last(u) } else { Ok((*u.choose(&edges)?).to_owned()) }
}

/// So near to 2⁶⁴ − 1 that a few segments more have no number.
fn near_the_last(u: &mut Unstructured<'_>) -> Result<String> {
    Ok((u64::MAX - u64::from(u8::arbitrary(u)? % 4)).to_string())
}

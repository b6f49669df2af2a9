//! What another parser (`m3u8-rs`) sees in a protected playlist.

use m3u8_rs::{ExtTag, Key, KeyMethod, MediaPlaylist, MediaSegment, parse_media_playlist_res};
use serde_json::Value;

use super::Package;
use super::player::resolve;

/// Some bytes of a file: offset and length.
type Span = (u64, u64);

/// Compares a media playlist before and after: all is as it was, but that the keys, IVs and
/// ranges of the record came in. `implicit` IVs are in no attribute.
pub(crate) fn agrees(clear: &Package, protected: &Package, playlist: &str, implicit: bool) {
    let before = parse(&clear.files[playlist]);
    let after = parse(&protected.files[playlist]);
    let record: Value = serde_json::from_slice(&protected.files["reelseal.json"]).unwrap();

    assert_eq!(before.media_sequence, after.media_sequence, "{playlist}");
    assert_eq!(before.target_duration, after.target_duration, "{playlist}");
    assert_eq!(before.segments.len(), after.segments.len(), "{playlist}");
    assert_eq!(before.end_list, after.end_list, "{playlist}");
    let needed = if implicit { 1 } else { 2 };
    assert!(after.version.unwrap_or(1) >= needed, "{playlist}: {:?}", after.version);

    let (old, new) = (spans(&before), spans(&after));
    let first = u128::from(before.media_sequence);
    let mut in_force: Option<Key> = None;
    for (i, (before, after)) in before.segments.iter().zip(&after.segments).enumerate() {
        let case = format!("{playlist}: segment {i}");
        assert_eq!(before.uri, after.uri, "{case}");
        assert_eq!(before.duration, after.duration, "{case}");
        assert_eq!(before.title, after.title, "{case}");
        assert_eq!(before.discontinuity, after.discontinuity, "{case}");
        assert_eq!(unknown_tags(before), unknown_tags(after), "{case}");
        in_force = after.key.clone().or(in_force);
        let key = in_force.as_ref().expect("a segment without a key");
        assert_eq!(key.method, KeyMethod::AES128, "{case}");

        let file = resolve(playlist, &before.uri);
        let piece = recorded(&record, &file, old[i]);
        assert_eq!(new[i], old[i].map(|_| piece.span), "{case}: range");
        let uri = &record["DataKeys"][piece.key]["Uri"];
        assert_eq!(resolve(playlist, key.uri.as_ref().unwrap()), uri.as_str().unwrap(), "{case}");
        let number = first + i as u128;
        let iv = key.iv.clone().unwrap_or_else(|| format!("0x{number:032x}"));
        assert_eq!(iv, piece.iv, "{case}");
        assert_eq!(key.iv.is_none(), implicit, "{case}");
    }
}

fn parse(bytes: &[u8]) -> MediaPlaylist {
    parse_media_playlist_res(bytes).expect("m3u8-rs reads it")
}

/// The tags that m3u8-rs does not know. It takes `EXT-X-KEY:METHOD=NONE` for one of them.
fn unknown_tags(segment: &MediaSegment) -> Vec<&ExtTag> {
    segment.unknown_tags.iter().filter(|tag| tag.tag != "X-KEY").collect()
}

/// The ranges, those without an offset resolved.
fn spans(playlist: &MediaPlaylist) -> Vec<Option<Span>> {
    let mut next = 0;
    let mut span = |segment: &MediaSegment| {
        let range = segment.byte_range.as_ref()?;
        let offset = range.offset.unwrap_or(next);
        next = offset + range.length;
        Some((offset, range.length))
    };
    playlist.segments.iter().map(&mut span).collect()
}

/// What the record says of a segment.
struct Recorded {
    span: Span,
    key: usize,
    iv: String,
}

/// The piece of `file` whose clear bytes are at `span`, or are all of the file.
fn recorded(record: &Value, file: &str, span: Option<Span>) -> Recorded {
    let files = record["Files"].as_array().unwrap();
    let entry = files.iter().find(|entry| entry["Path"] == file);
    let entry = entry.unwrap_or_else(|| panic!("{file}: not in the record"));
    let (mut offset, mut clear_offset) = (0, 0);
    for piece in entry["Segments"].as_array().unwrap() {
        let len = piece["Bytes"].as_u64().unwrap();
        let clear_len = piece["ClearBytes"].as_u64().unwrap_or(len);
        if span.is_none() || span == Some((clear_offset, clear_len)) {
            let key = usize::try_from(piece["DataKey"].as_u64().unwrap()).unwrap();
            return Recorded {
                span: (offset, len),
                key,
                iv: piece["IV"].as_str().unwrap().to_owned(),
            };
        }
        offset += len;
        clear_offset += clear_len;
    }
    panic!("{file}: nothing is recorded at {span:?}");
}

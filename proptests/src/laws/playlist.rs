//! Whole playlists.

use reelseal_core::format::hls::{Item, Keys, Line, Lines, Method, Playlist, Resource};
use reelseal_spec::playlist as spec;

use super::Law;
use super::hls_key::owned;
use crate::cases::PlaylistCase;

/// The laws of this file.
pub const ALL: &[Law<PlaylistCase>] = &[
    Law { name: "playlist_lines_add_up", holds: playlist_lines_add_up },
    Law { name: "playlist_agrees_with_spec", holds: playlist_agrees_with_spec },
    Law { name: "playlist_counts_its_segments", holds: playlist_counts_its_segments },
];

/// Every byte is in a line, also of a playlist that is refused.
pub fn playlist_lines_add_up(c: &PlaylistCase) {
    lines_add_up(c.0.as_bytes());
}

// req HLS-LIST-2
/// Core and model agree on kind, on what each line says, and on where it is refused.
pub fn playlist_agrees_with_spec(c: &PlaylistCase) {
    agrees_with_spec(c.0.as_bytes());
}

/// Numbers go up by one, and a key holds until a tag of its kind changes it.
pub fn playlist_counts_its_segments(c: &PlaylistCase) {
    let Ok(Playlist::Media { items, .. }) = Playlist::parse(c.0.as_bytes()) else { return };
    let (mut next, mut keys) = (None, Keys::default());
    for (_, item) in items.iter().filter_map(Result::ok) {
        match item {
            Item::Segment { resource, sequence, .. } => {
                assert_eq!(*next.get_or_insert(sequence), sequence);
                next = sequence.checked_add(1);
                assert_eq!(resource.keys, keys);
                assert_eq!(resource.keys.is_clear(), keys == Keys::default());
            }
            Item::Key(key) if key.method == Method::None => keys = Keys::default(),
            Item::Key(key) if key.is_identity() => keys.identity = Some(key),
            Item::Key(key) => keys.other = Some(key),
            _ => (),
        }
    }
}

/// The lines of `bytes` are those of the model, and together they are `bytes`.
pub(super) fn lines_add_up(bytes: &[u8]) {
    let lines: Vec<Line<'_>> = Lines::new(bytes).collect();
    let parts: Vec<_> = lines.iter().map(|line| (line.text, line.end)).collect();
    assert_eq!(parts, spec::lines(bytes));
    let together: Vec<u8> =
        parts.iter().flat_map(|(text, end)| [*text, *end]).flatten().copied().collect();
    assert_eq!(together, bytes);
    assert!(lines.iter().zip(1..).all(|(line, number)| line.number == number));
}

/// Core and model agree on every line, and on the first that is refused.
pub(super) fn agrees_with_spec(bytes: &[u8]) {
    let (read, expected) = (Playlist::parse(bytes), spec::read(bytes));
    let (read, expected) = match (read, expected) {
        (Ok(read), Some(expected)) => (read, expected),
        (Err(_), None) => return,
        (Ok(_), None) => panic!("the model refuses the playlist"),
        (Err(fault), Some(_)) => panic!("the core refuses the playlist: {fault:?}"),
    };
    let (items, kind) = match read {
        Playlist::Multivariant(items) => (items, spec::Kind::Multivariant),
        Playlist::Media { items, i_frames_only, images_only } => {
            (items, spec::Kind::Media { i_frames_only, images_only })
        }
    };
    assert_eq!(kind, expected.kind);
    let (mut said, mut fault) = (vec![], None);
    for (item, line) in items.iter().zip(Lines::new(bytes)) {
        assert_eq!(fault, None, "lines after a fault");
        match item {
            Ok((at, item)) => {
                assert_eq!(at, line);
                said.push(says(item));
            }
            Err(found) => {
                assert_eq!(found.line, line.number);
                fault = Some(found);
            }
        }
    }
    assert_eq!(said, expected.lines, "{fault:?}");
    assert_eq!(fault.is_some(), expected.refused, "{fault:?}");
}

/// As the model would say it.
fn says(item: Item<'_>) -> spec::Says {
    match item {
        Item::Text => spec::Says::Text,
        Item::Version(version) => spec::Says::Version(version),
        Item::ExtInf => spec::Says::ExtInf,
        Item::ByteRange(range) => spec::Says::ByteRange(range.length, range.offset),
        Item::Key(key) => spec::Says::Key(owned(key)),
        Item::Map(map) => spec::Says::Map(resource(map)),
        Item::Segment { resource: named, sequence, gap } => {
            spec::Says::Segment(resource(named), sequence, gap)
        }
        Item::Playlist(uri) => spec::Says::Playlist(uri.to_owned()),
        Item::SessionData(uri) => spec::Says::SessionData(uri.to_owned()),
        Item::SessionKey(key) => spec::Says::SessionKey(owned(key)),
        Item::LowLatency(name) => spec::Says::LowLatency(name.to_owned()),
    }
}

fn resource(resource: Resource<'_>) -> spec::Resource {
    spec::Resource {
        uri: resource.uri.to_owned(),
        range: resource.range.map(|span| (span.offset, span.length)),
        identity: resource.keys.identity.map(owned),
        other: resource.keys.other.map(owned),
    }
}

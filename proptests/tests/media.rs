//! The packages that ffmpeg and openssl encrypted open, item by item, to what they expect:
//! playlists by the core, segments by the core and by the reference model.

use std::fs;

use reelseal_core::format::hls::{Item, Key, Playlist, Resource};
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment;
use reelseal_spec::segment as spec;
use reelseal_spec::sha2::sha256;
use reelseal_vectors::media::{self, Kind};

#[test]
fn every_package_of_others_opens_to_its_expectation() {
    for name in media::ENCRYPTED {
        let playlist = fs::read(media::package(name).join("index.m3u8")).expect("playlist");
        let Ok(Playlist::Media { items, .. }) = Playlist::parse(&playlist) else {
            panic!("{name}: not a media playlist");
        };
        let mut expected = media::expect(name).into_iter();
        for item in items.iter() {
            let (kind, resource, sequence) = match item.expect(name).1 {
                Item::Map(resource) => (Kind::Map, resource, None),
                Item::Segment { resource, sequence, .. } => {
                    (Kind::Segment, resource, Some(sequence))
                }
                _ => continue,
            };
            let expect = expected.next().unwrap_or_else(|| panic!("{name}: one item too many"));
            assert_eq!(
                (kind, resource.uri, sequence),
                (expect.kind, &*expect.uri, expect.sequence)
            );
            let clear = open(name, &resource, sequence);
            assert_eq!(u64::try_from(clear.len()), Ok(expect.clear_len), "{name}: {}", expect.uri);
            assert_eq!(sha256(&clear), expect.clear_sha256, "{name}: {}", expect.uri);
        }
        assert_eq!(expected.count(), 0, "{name}: items are missing");
    }
}

fn open(name: &str, resource: &Resource<'_>, sequence: Option<u64>) -> Vec<u8> {
    let bytes = fs::read(media::package(name).join(resource.uri)).expect("a segment");
    let bytes = match resource.range {
        Some(span) => {
            let place = |n: u64| usize::try_from(n).expect("a small file");
            bytes[place(span.offset)..place(span.end())].to_vec()
        }
        None => bytes,
    };
    let key: Key<'_> = resource.keys.identity.expect("encrypted");
    let uri = key.uri.expect("a key's URI");
    let key_bytes = fs::read(media::package(name).join(uri)).expect("a key file");
    let key_bytes: [u8; 16] = key_bytes.try_into().expect("16 bytes");
    let (iv, spec_iv) = match (key.iv, sequence) {
        (Some(iv), _) => (segment::Iv::Attribute(iv), spec::Iv::Attribute(iv)),
        (None, Some(n)) => (segment::Iv::MediaSequence(n), spec::Iv::MediaSequence(n)),
        (None, None) => panic!("{name}: an initialization section without an IV"),
    };
    let mut buffer = bytes.clone();
    let clear = segment::decrypt_in_place(&SegmentKey::new(key_bytes), iv, &mut buffer);
    let clear = clear.expect("opens").to_vec();
    assert_eq!(spec::decrypt(&key_bytes, spec_iv, &bytes).as_ref(), Some(&clear));
    clear
}

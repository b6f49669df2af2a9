//! Segments, playlists and their keys.

use reelseal_core::Inauthentic;
use reelseal_core::format::hls::{Item, Key, Playlist, Resource};
use reelseal_core::format::{Malformed, Rule};
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{self, Iv, record_check, record_seal};

use crate::KEY;

/// gpac/gpac #1149: a constant IV of 15 bytes was encrypted with as one of zeros, in silence.
#[test]
fn an_iv_of_15_bytes_is_refused() {
    for digits in [0, 2, 16, 30, 31, 33, 34] {
        let list = format!("METHOD=AES-128,URI=\"k\",IV=0x{}", "1".repeat(digits));
        let length = Malformed { field: "IV", rule: Rule::Length };
        assert_eq!(Key::parse(&list), Err(length), "{digits} digits");
    }
}

// req CBC-4
/// gpac/gpac #155: the IV was not counted on while its first byte was zero, and two samples
/// running had the same. An implicit IV of ours is zero in its first 8 bytes always.
#[test]
fn no_iv_is_stuck_from_segment_to_segment() {
    let numbers = [0, 1, 254, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 32, u64::MAX];
    let mut blocks = numbers.map(|n| Iv::MediaSequence(n).block());
    for (n, block) in numbers.iter().zip(blocks) {
        assert_eq!(u128::from_be_bytes(block), u128::from(*n));
    }
    blocks.sort_unstable();
    assert!(blocks.array_windows().all(|[a, b]| a != b));
    // And a new segment does not go on from the one before it.
    let text = [0x47; 32];
    assert_eq!(encrypted(Iv::MediaSequence(5), &text), encrypted(Iv::MediaSequence(5), &text));
    assert_ne!(encrypted(Iv::MediaSequence(5), &text), encrypted(Iv::MediaSequence(6), &text));
}

/// kaltura/nginx-vod-module #616: the IV is the segment's index where no other is given, which
/// is RFC 8216's Media Sequence Number only if both are counted from the same place.
/// `cli/tests/hls_verify.rs` shows that `verify` names it.
#[test]
fn an_iv_that_is_one_off_spoils_the_first_block() {
    let playlist = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n\
                    #EXTINF:1,\na\n#EXTINF:1,\nb\n";
    let numbers: Vec<u64> = segments(playlist).iter().map(|(_, n)| *n).collect();
    assert_eq!(numbers, [7, 8], "the first segment has the number of the tag");

    let text = [0x47; 188];
    for wrong in [6, 8] {
        let mut buffer = encrypted(Iv::MediaSequence(7), &text);
        let iv = Iv::MediaSequence(wrong);
        let clear = segment::decrypt_in_place(&SegmentKey::new(KEY), iv, &mut buffer).unwrap();
        assert_ne!(clear[..16], text[..16]);
        assert_eq!(clear[16..], text[16..], "the padding does not tell");
    }
}

/// A constant IV is an attribute of each tag: where keys rotate and only the first tag has it, the
/// later segments are meant to have their numbers (RFC 8216 §4.3.2.4). Packagers that print it once
/// make packages which players cannot open. `cli/tests/hls_roundtrip.rs` rotates under `--iv HEX`.
#[test]
fn an_iv_does_not_outlive_its_key() {
    let playlist = "#EXTM3U\n\
                    #EXT-X-KEY:METHOD=AES-128,URI=\"1\",IV=0x000102030405060708090a0b0c0d0e0f\n\
                    #EXTINF:1,\na\n#EXTINF:1,\nb\n\
                    #EXT-X-KEY:METHOD=AES-128,URI=\"2\"\n#EXTINF:1,\nc\n";
    let ivs: Vec<_> =
        segments(playlist).iter().map(|(s, _)| s.keys.identity.unwrap().iv.is_some()).collect();
    assert_eq!(ivs, [true, true, false]);
}

/// axiomatic-systems/Bento4 #127: `mp4hls` encrypted one file as a whole and cut it into ranges
/// afterwards, which no player opens: RFC 8216 §4.3.2.4 pads every segment.
/// `cli/tests/hls_roundtrip.rs` protects packages in one file.
#[test]
fn every_byte_range_is_padded_by_itself() {
    let (a, b) = ([1; 100], [2; 60]);
    let (first, second) =
        (encrypted(Iv::MediaSequence(0), &a), encrypted(Iv::MediaSequence(1), &b));
    assert_eq!((first.len(), second.len()), (112, 64));
    let playlist = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\n\
                    #EXT-X-BYTERANGE:112@0\nall\n#EXTINF:1,\n#EXT-X-BYTERANGE:64\nall\n";
    let all = [first, second].concat();
    for ((resource, number), clear) in segments(playlist).into_iter().zip([&a[..], &b]) {
        let span = resource.range.unwrap();
        let [from, to] = [span.offset, span.end()].map(|n| usize::try_from(n).unwrap());
        let mut range = all[from..to].to_vec();
        let (key, iv) = (SegmentKey::new(KEY), Iv::MediaSequence(number));
        let opened = segment::decrypt_in_place(&key, iv, &mut range).map(|text| text.to_vec());
        assert_eq!(opened.as_deref(), Ok(clear));
    }
}

/// RFC 8216 §4.3.2.4 has METHOD=NONE alone; parsers that took the IV or URI beside it decrypted
/// clear segments. `cli/tests/hls_refusals.rs` refuses such packages.
#[test]
fn none_has_no_attributes() {
    for more in ["URI=\"k\"", "IV=0x00000000000000000000000000000000", "KEYFORMAT=\"identity\""] {
        let alone = Malformed { field: "METHOD=NONE", rule: Rule::Alone };
        assert_eq!(Key::parse(&format!("METHOD=NONE,{more}")), Err(alone));
        assert_eq!(Key::parse(&format!("{more},METHOD=none")), Err(alone));
    }
    let playlist = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\na\n\
                    #EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\nb\n";
    let clear: Vec<bool> = segments(playlist).iter().map(|(s, _)| s.keys.is_clear()).collect();
    assert_eq!(clear, [false, true]);
}

/// streamlink/streamlink #4554: a server sent the key with a newline, 17 bytes. There is no segment
/// key of 17 bytes; `cli/tests/hls_verify.rs` shows that the newline is named.
#[test]
fn a_key_has_16_bytes() {
    let file = b"0123456789abcdef\n";
    assert!(<[u8; 16]>::try_from(&file[..]).is_err(), "`SegmentKey::new` takes 16 by its type");
    assert!(<[u8; 16]>::try_from(&file[..15]).is_err());
}

/// video-dev/hls.js #5250: a wrong key raised no error. CBC cannot tell in one case of 256, when
/// the padding happens to be right: the seal of the record tells in all of them.
/// `cli/tests/hls_verify.rs` has the whole package.
#[test]
fn a_wrong_key_raises_an_error() {
    let (mut silent, wrong_keys) = (0, 4096);
    let record = b"the hashes of the segments";
    let seal = record_seal(&SegmentKey::new(KEY), record);
    for n in 0..wrong_keys {
        let mut key = KEY;
        key[..4].copy_from_slice(&u32::to_be_bytes(n));
        let key = SegmentKey::new(key);
        let mut buffer = encrypted(Iv::MediaSequence(0), &[0x47; 188]);
        match segment::decrypt_in_place(&key, Iv::MediaSequence(0), &mut buffer) {
            Ok(_) => silent += 1,
            Err(Inauthentic) => assert!(buffer.iter().all(|&byte| byte == 0)),
        }
        assert_eq!(record_check(&key, record, &seal), Err(Inauthentic));
    }
    assert!((8..32).contains(&silent), "{silent} of {wrong_keys}: one in 256 is to be expected");
}

fn encrypted(iv: Iv, clear: &[u8]) -> Vec<u8> {
    let mut buffer = clear.to_vec();
    buffer.resize(segment::encrypted_len(clear.len()).unwrap(), 0);
    segment::encrypt_in_place(&SegmentKey::new(KEY), iv, &mut buffer, clear.len()).unwrap();
    buffer
}

fn segments(playlist: &str) -> Vec<(Resource<'_>, u64)> {
    let Ok(Playlist::Media { items, .. }) = Playlist::parse(playlist.as_bytes()) else {
        panic!("refused: {playlist}");
    };
    let items = items.iter().map(|item| item.unwrap().1);
    items
        .filter_map(|item| match item {
            Item::Segment { resource, sequence, .. } => Some((resource, sequence)),
            _ => None,
        })
        .collect()
}

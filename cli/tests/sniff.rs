//! What can be told of a segment from its first bytes, and what cannot.

use std::fs;
use std::path::{Path, PathBuf};

use reelseal::sniff::{Container, FirstBlock, container, first_block};

fn clear(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/media/clear").join(folder);
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ext| ext != "m3u8"));
    found.sort();
    assert!(!found.is_empty());
    found.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn file(path: &str) -> Vec<u8> {
    let media = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/media/clear");
    fs::read(media.join(path)).unwrap()
}

/// `segment` as decrypted with the Media Sequence Number `wrong` where `right` was meant:
/// P₁ ⊕ right ⊕ wrong.
fn off(segment: &[u8], right: u128, wrong: u128) -> Vec<u8> {
    let mut bytes = segment.to_vec();
    for (byte, delta) in bytes.iter_mut().zip((right ^ wrong).to_be_bytes()) {
        *byte ^= delta;
    }
    bytes
}

/// For which sequence numbers from 0 to 15 an IV one too high goes unseen.
fn unseen(segment: &[u8]) -> Vec<u128> {
    (0..16).filter(|n| first_block(&off(segment, *n, n + 1)) != FirstBlock::Implausible).collect()
}

#[test]
fn every_transport_stream_is_proven_and_every_iv_off_by_one_seen() {
    for (path, segment) in clear("ts") {
        for head in [&segment[..], &segment[..4096]] {
            assert_eq!(container(head), Container::MpegTs, "{path:?}");
            assert_eq!(first_block(head), FirstBlock::Proven, "{path:?}");
            assert_eq!(unseen(head), [0u128; 0], "{path:?}");
        }
    }
}

#[test]
fn every_fragment_is_plausible_and_every_iv_off_by_one_seen() {
    for (path, segment) in clear("fmp4") {
        let want = if path.extension().unwrap() == "m4s" {
            Container::Fmp4Segment
        } else {
            Container::Fmp4Init
        };
        for head in [&segment[..], &segment[..segment.len().min(4096)]] {
            assert_eq!(container(head), want, "{path:?}");
            assert_eq!(first_block(head), FirstBlock::Plausible, "{path:?}");
            assert_eq!(unseen(head), [0u128; 0], "{path:?}");
        }
    }
}

#[test]
fn a_wholly_wrong_iv_is_seen_and_hides_no_container() {
    for (path, segment) in clear("ts").into_iter().chain(clear("fmp4")) {
        let right = container(&segment);
        for iv in [u128::MAX, 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210, 0x55 << 120] {
            let wrong = off(&segment, 0, iv);
            assert_eq!(container(&wrong[..4096.min(wrong.len())]), right, "{path:?}");
            assert_eq!(first_block(&wrong), FirstBlock::Implausible, "{path:?}");
        }
    }
}

#[test]
fn the_first_packet_decides_for_a_transport_stream() {
    let stream = file("ts/v0_000.ts");
    // Behind the SDT: the PAT, the PMT, then the first PES packet, whose stream_id is byte 15.
    assert_eq!(first_block(&stream[188..]), FirstBlock::Proven);
    assert_eq!(first_block(&stream[376..]), FirstBlock::Proven);
    assert_eq!(unseen(&stream[188..]), [0u128; 0]);
    assert_eq!(unseen(&stream[376..]), [0u128; 0]);
    let pes = &stream[564..];
    assert_eq!((&pes[12..15], pes[15]), (&[0, 0, 1][..], 0xE0));
    assert_eq!(first_block(pes), FirstBlock::Plausible);
    // Seen where the PID's second PES packet is in the head, and else not.
    assert_eq!(unseen(pes), [0u128; 0]);
    assert_eq!(unseen(&pes[..188 * 3]).len(), 15, "0xE0 ^ 31 is no stream_id of a PES header");
    // Payload that goes on from a packet before: nothing can be told.
    let middle = stream.chunks_exact(188).position(|p| p[1] & 0x40 == 0 && p[3] >> 4 & 3 == 1);
    let middle = &stream[188 * middle.unwrap()..];
    assert_eq!(first_block(middle), FirstBlock::Plausible);
    assert_eq!(unseen(middle).len(), 16);
}

#[test]
fn a_section_over_two_packets_is_checked_too() {
    let mut section = vec![0x42, 0xF0, 0, 0, 1, 0xC1, 0, 0];
    section.extend((0..300u16).map(|i| i.to_le_bytes()[0]));
    let len = u16::try_from(section.len() + 4 - 3).unwrap().to_be_bytes();
    section[1..3].copy_from_slice(&[0xF0 | len[0], len[1]]);
    section.extend(crc32_mpeg2(&section).to_be_bytes());
    let mut stream = vec![0x47, 0x40, 0x11, 0x10, 0];
    stream.extend(&section[..183]);
    stream.extend([0x47, 0x00, 0x11, 0x11]);
    stream.extend(&section[183..]);
    stream.resize(376, 0xFF);
    stream.extend(file("ts/v0_000.ts"));
    assert_eq!(first_block(&stream), FirstBlock::Proven);
    assert_eq!(unseen(&stream), [0u128; 0]);
}

/// ISO/IEC 13818-1 Annex A, bit by bit over a message with 32 zeros behind it.
fn crc32_mpeg2(message: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for bit in message.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1)) {
        let out = (register >> 31) ^ u32::from(bit);
        register = (register << 1) ^ (out * 0x04C1_1DB7);
    }
    register
}

#[test]
fn a_fragment_may_start_with_its_index_or_with_moof() {
    let segment = file("fmp4/v0_000.m4s");
    // `styp` is 24 bytes, each `sidx` 52. The tracks are 1 and 2.
    let cases = [
        (24, b"sidx", FirstBlock::Plausible, &[][..]),
        (76, b"sidx", FirstBlock::Plausible, &[1, 5, 9, 13]), // 2 ^ 3 is the other track
        (128, b"moof", FirstBlock::Proven, &[]),
    ];
    for (at, kind, verdict, hidden) in cases {
        let head = &segment[at..];
        assert_eq!(&head[4..8], kind);
        assert_eq!(container(head), Container::Fmp4Segment);
        assert_eq!(first_block(head), verdict);
        assert_eq!(unseen(head), hidden);
    }
    // With one track, its number is the proof.
    let mut one = segment[24..].to_vec();
    let second = one.windows(4).rposition(|window| window == b"tfhd").unwrap();
    one[second..second + 4].copy_from_slice(b"free");
    assert_eq!(first_block(&one), FirstBlock::Proven);
    assert_eq!(unseen(&one), [0u128; 0]);
    // Without the `moof` that names the tracks, only track 0 is known to be none.
    let alone = &segment[24..76];
    assert_eq!(first_block(alone), FirstBlock::Plausible);
    assert_eq!(unseen(alone).len(), 8);
}

#[test]
fn a_minor_version_that_another_packager_writes_goes_unseen() {
    let mut init = file("fmp4/init_0.mp4");
    init[12..16].copy_from_slice(&0u32.to_be_bytes());
    assert_eq!(first_block(&init), FirstBlock::Plausible);
    // 0 becomes 1, which GPAC and Apple write; any other change is seen.
    assert_eq!(unseen(&init), [0, 2, 4, 6, 8, 10, 12, 14]);
}

#[test]
fn packed_audio_behind_id3_is_proven() {
    // RFC 8216 §3.4: one PRIV frame with the timestamp, then ADTS.
    let owner = b"com.apple.streaming.transportStreamTimestamp\0";
    let priv_len = u8::try_from(owner.len() + 8).unwrap();
    let mut head = vec![b'I', b'D', b'3', 4, 0, 0, 0, 0, 0, priv_len + 10];
    head.extend(*b"PRIV");
    head.extend([0, 0, 0, priv_len, 0, 0]);
    head.extend(owner);
    head.extend(900_000u64.to_be_bytes());
    for _ in 0..5 {
        head.extend(adts_frame());
    }
    assert_eq!(container(&head), Container::Id3);
    assert_eq!(first_block(&head), FirstBlock::Proven);
    assert_eq!(unseen(&head), [0u128; 0]);
    let wrong = off(&head, 0, u128::MAX);
    assert_eq!(container(&wrong), Container::Adts);
    assert_eq!(first_block(&wrong), FirstBlock::Implausible);
}

/// AAC-LC, 48 kHz, stereo; 107 bytes.
fn adts_frame() -> Vec<u8> {
    let mut frame = vec![0xFF, 0xF1, 0x4C, 0x80, 107 >> 3, (107 & 7) << 5 | 0x1F, 0xFC];
    frame.resize(107, 0x21);
    frame
}

#[test]
fn bare_frames_of_adts_and_mp3_tell_nothing_of_byte_15() {
    let adts = adts_frame().repeat(5);
    // MPEG-1 Layer III, 128 kbit/s, 44.1 kHz: 417 bytes.
    let mut mp3 = vec![0xFF, 0xFB, 0x90, 0x00];
    mp3.resize(417, 0x55);
    let mp3 = mp3.repeat(5);
    for (head, want) in [(adts, Container::Adts), (mp3, Container::Mp3)] {
        assert_eq!(container(&head), want);
        assert_eq!(first_block(&head), FirstBlock::Plausible);
        assert_eq!(unseen(&head).len(), 16);
        let wrong = off(&head, 0, u128::MAX);
        assert_eq!((container(&wrong), first_block(&wrong)), (want, FirstBlock::Implausible));
    }
}

#[test]
fn ac3_frames_are_proven_by_their_crc() {
    // AC-3, 48 kHz, 192 kbit/s: 768 bytes. E-AC-3: frmsiz 383, 768 bytes. The last two bytes
    // make the CRC-16 over all behind the syncword 0.
    for start in [[0x0B, 0x77, 0, 0, 0x14, 0x40], [0x0B, 0x77, 0x01, 0x7F, 0x3F, 0x80]] {
        let mut frame = start.to_vec();
        frame.extend((6..766u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0]));
        frame.extend(crc16(&frame[2..]).to_be_bytes());
        let head = frame.repeat(4);
        assert_eq!(container(&head), Container::Ac3);
        assert_eq!(first_block(&head), FirstBlock::Proven);
        assert_eq!(unseen(&head), [0u128; 0]);
        assert_eq!(container(&off(&head, 0, u128::MAX)), Container::Ac3);
    }
}

/// ETSI TS 102 366 §4.4.4.1: x¹⁶ + x¹⁵ + x² + 1, bit by bit.
fn crc16(message: &[u8]) -> u16 {
    let mut register = 0u16;
    for bit in message.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1)) {
        let out = (register >> 15) ^ u16::from(bit);
        register = (register << 1) ^ (out * 0x8005);
    }
    register
}

#[test]
fn webvtt_shows_a_wrong_header_and_hides_a_wrong_digit() {
    let mapped = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n\
                  00:00:01.000 --> 00:00:02.000\nHello\n";
    let plain = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n";
    let crlf = mapped.replace('\n', "\r\n");
    let with_bom = format!("\u{feff}{mapped}");
    for text in [mapped, &crlf, &with_bom] {
        assert_eq!(container(text.as_bytes()), Container::WebVtt);
        assert_eq!(first_block(text.as_bytes()), FirstBlock::Plausible, "{text:?}");
        assert_eq!(unseen(text.as_bytes()), [0u128; 0], "{text:?}");
    }
    // Byte 15 is the seconds' last digit: 1 becomes 0, 2 or 6, or, at 7 and 15, no digit.
    assert_eq!(first_block(plain.as_bytes()), FirstBlock::Plausible);
    assert_eq!(unseen(plain.as_bytes()), [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]);
    for text in [mapped, plain] {
        let wrong = off(text.as_bytes(), 0, u128::MAX);
        assert_eq!(container(&wrong), Container::WebVtt);
        assert_eq!(first_block(&wrong), FirstBlock::Implausible);
    }
    // Segments without a cue, and headers that other tools write.
    for text in ["WEBVTT", "WEBVTT\n", "WEBVTT - a title\n\n", "WEBVTT\nKind: captions\n\n1\n"] {
        assert_eq!(first_block(text.as_bytes()), FirstBlock::Plausible, "{text:?}");
    }
}

#[test]
fn ttml_shows_in_its_declaration() {
    let text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\"/>";
    assert_eq!(container(text.as_bytes()), Container::Ttml);
    assert_eq!(first_block(text.as_bytes()), FirstBlock::Plausible);
    assert_eq!(unseen(text.as_bytes()), [0u128; 0]);
}

#[test]
fn what_is_not_known_is_not_judged() {
    let noise: Vec<u8> =
        (0..4096u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    for head in [&b""[..], b"G", b"hello", b"{\"json\":true}", &[0; 4096], &[0xFF; 4096], &noise] {
        assert_eq!(container(head), Container::Unknown, "{:?}", head.get(..16));
        assert_eq!(first_block(head), FirstBlock::Plausible);
    }
}

#[test]
fn no_head_is_too_short_or_too_strange() {
    let all = clear("ts").into_iter().chain(clear("fmp4")).map(|(_, bytes)| bytes);
    for segment in all.chain([adts_frame().repeat(5)]) {
        for len in (0..600).chain([1000, 1365, 2000, 4095]) {
            let head = &segment[..len.min(segment.len())];
            let _ = (container(head), first_block(head));
            for at in (0..head.len()).step_by(7) {
                let mut altered = head.to_vec();
                altered[at] ^= 0xFF;
                let _ = (container(&altered), first_block(&altered));
            }
        }
    }
}

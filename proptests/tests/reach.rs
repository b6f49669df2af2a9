//! The cases reach what the laws are about: a law over cases that never meet its branch would
//! hold and say nothing. Each class is counted over the same 4000 cases, printed, and has a floor.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use reelseal_core::envelope::kms;
use reelseal_core::format::Rule;
use reelseal_core::format::context::Context;
use reelseal_core::format::hls::{Item, Key, Method, Playlist};
use reelseal_core::format::kms_blob::OVERHEAD;
use reelseal_core::secret::BackingKey;
use reelseal_proptests::cases::*;
use reelseal_spec as spec;

const CASES: u64 = 4000;

/// So many cases from the bytes of a splitmix generator, counted by the classes they are in.
fn reach<C: for<'a> Arbitrary<'a>>(
    subject: &str,
    classes: impl Fn(&C) -> Vec<(&'static str, bool)>,
    least: u64,
) {
    let mut counts = BTreeMap::<&str, u64>::new();
    let mut state = 0x5EA1u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    for _ in 0..CASES {
        let len = usize::try_from(next() % 75).expect("short");
        let bytes: Vec<u8> = (0..len).flat_map(|_| next().to_be_bytes()).collect();
        let case = C::arbitrary_take_rest(Unstructured::new(&bytes)).expect("a case");
        for (class, is_in) in classes(&case) {
            *counts.entry(class).or_default() += u64::from(is_in);
        }
    }
    println!("{subject}: {counts:?} of {CASES}");
    for (class, count) in counts {
        assert!(count >= least, "{subject}: {class} in {count} of {CASES} cases");
    }
}

#[test]
fn texts_end_before_in_and_after_blocks_and_rows() {
    let classes = |c: &Text| {
        let len = c.0.len();
        vec![
            ("empty", len == 0),
            ("15 over a block", len % 16 == 15),
            ("whole blocks", len.is_multiple_of(16) && len > 0),
            ("1 over a block", len % 16 == 1),
            ("a row of 8 blocks", len >= 128),
            ("a row of 64 blocks", len >= 1024),
            ("a round of 256 blocks", len > 4096),
        ]
    };
    reach("Text", classes, 20);
}

#[test]
fn counters_wrap_within_their_texts() {
    let classes = |c: &CtrCase| {
        let blocks = c.text.0.len().div_ceil(16) as u128;
        let first = u128::from_be_bytes(c.first.block);
        let wraps = |bits: u32| {
            let counts = u128::MAX >> (128 - bits);
            (first & counts) + blocks.saturating_sub(1) > counts
        };
        let is = |bits| c.first.bits == bits;
        vec![
            ("32 bits wrap", is(32) && wraps(32)),
            ("64 bits wrap", is(64) && wraps(64)),
            ("128 bits wrap", is(128) && first.checked_add(blocks).is_none()),
            ("32 bits wrap under a wider counter", !is(32) && wraps(32)),
            ("cut", c.chunking.cut(&mut c.text.0.clone()).len() > 2),
            ("offset beyond 32 bits", is(32) && c.offset > 1 << 36),
        ]
    };
    reach("CtrCase", classes, 20);
}

#[test]
fn paddings_are_right_and_almost_right() {
    let classes = |c: &CbcCase| {
        vec![
            ("likely pad", matches!(c.pad, Part::Other(_))),
            ("raw whole blocks", !c.raw.0.is_empty() && c.raw.0.len().is_multiple_of(16)),
            ("raw of another length", !c.raw.0.len().is_multiple_of(16)),
        ]
    };
    reach("CbcCase", classes, 20);
}

#[test]
fn batches_are_wider_and_narrower_than_the_lanes() {
    let classes = |c: &LanesCase| {
        let long = c.texts.iter().filter(|text| text.text.0.len() >= 64).count();
        vec![
            ("no text", c.texts.is_empty()),
            ("fewer texts than lanes", (1..8).contains(&long)),
            ("as many as the narrow lanes", (8..16).contains(&long)),
            ("as many as the wide lanes", long > 16),
            ("under two keys", c.texts.iter().any(|text| text.second_key)),
        ]
    };
    reach("LanesCase", classes, 20);
}

#[test]
fn wrapped_keys_have_lengths_that_open() {
    let classes = |c: &WrapCase| {
        let (key, raw) = (c.key.0.len(), c.raw.0.len());
        vec![
            ("KW can wrap", key >= 16 && key.is_multiple_of(8)),
            ("KW cannot wrap", key < 16 || !key.is_multiple_of(8)),
            ("KWP in one block", (1..=8).contains(&key)),
            ("raw of a length that KW has", raw >= 24 && raw.is_multiple_of(8)),
            ("right check", matches!((c.constant, c.mli), (Part::Right, Part::Right))),
            ("another length", matches!((c.constant, c.mli), (Part::Right, Part::Other(_)))),
        ]
    };
    reach("WrapCase", classes, 20);
}

#[test]
fn data_keys_are_sealed_and_refused() {
    let classes = |c: &KmsCase| {
        let mut pairs = c.context.borrowed();
        let context = Context::new(&mut pairs);
        let sealed = context.is_ok_and(|context| {
            let key = BackingKey::new(c.backing_key);
            let nonce = kms::FreshNonce::new(c.salt, c.iv);
            let mut out = vec![0; c.plaintext.0.len() + OVERHEAD];
            let (id, text) = (&c.key_id, &c.plaintext.0);
            kms::seal(&key, id, c.version, nonce, &context, text, &mut out).is_some()
        });
        vec![
            ("sealed", sealed),
            ("sealed with a context", sealed && !c.context.0.is_empty()),
            ("sealed without", sealed && c.context.0.is_empty()),
            ("refused", !sealed),
            ("context refused", context.is_err()),
        ]
    };
    reach("KmsCase", classes, 20);
}

#[test]
fn contexts_are_at_their_limits() {
    let classes = |c: &ContextCase| {
        let pairs = c.pairs.owned();
        let printed = spec::context::serialize(&pairs);
        let one_key = |(k, _): &(String, String)| pairs.iter().filter(|p| p.0 == *k).count() > 1;
        vec![
            ("printed", printed.is_some()),
            ("two pairs and more", printed.as_ref().is_some_and(|_| pairs.len() > 1)),
            ("a key twice", pairs.iter().any(one_key)),
            ("no pairs", pairs.is_empty()),
            ("long", printed.as_ref().is_some_and(|p| p.len() > 8000)),
            ("too long", printed.is_none() && !pairs.iter().any(one_key)),
        ]
    };
    reach("ContextCase", classes, 20);
}

#[test]
fn keys_of_segments_are_read_and_refused() {
    let classes = |c: &KeyTagCase| {
        let key = Key::parse(&c.list);
        let is = |method| key.is_ok_and(|key| key.method == method);
        vec![
            ("AES-128", is(Method::Aes128)),
            ("NONE", is(Method::None)),
            ("with an IV", key.is_ok_and(|key| key.iv.is_some())),
            ("of another KEYFORMAT", key.is_ok_and(|key| !key.is_identity())),
            ("refused", key.is_err()),
        ]
    };
    reach("KeyTagCase", classes, 200);
}

#[test]
fn playlists_have_all_that_playlists_have() {
    let classes = |c: &PlaylistCase| {
        let playlist = Playlist::parse(c.0.as_bytes());
        let items: Vec<_> = match playlist {
            Ok(Playlist::Media { items, .. } | Playlist::Multivariant(items)) => {
                items.iter().collect()
            }
            Err(_) => vec![],
        };
        let has = |of: &dyn Fn(&Item<'_>) -> bool| items.iter().flatten().any(|(_, i)| of(i));
        let segment =
            |of: &dyn Fn(&reelseal_core::format::hls::Resource<'_>, u64, bool) -> bool| {
                has(&|item| match item {
                    Item::Segment { resource, sequence, gap } => of(resource, *sequence, *gap),
                    _ => false,
                })
            };
        vec![
            ("refused as a whole", playlist.is_err()),
            ("multivariant", matches!(playlist, Ok(Playlist::Multivariant(_)))),
            ("refused at a line", items.iter().any(Result::is_err)),
            ("read to the end", !items.is_empty() && items.iter().all(Result::is_ok)),
            ("segment under a key", segment(&|s, _, _| s.keys.identity.is_some())),
            ("segment under two keys", {
                segment(&|s, _, _| s.keys.identity.is_some() && s.keys.other.is_some())
            }),
            ("range", segment(&|s, _, _| s.range.is_some())),
            (
                "range that goes on",
                c.0.contains("BYTERANGE") && {
                    let implicit = has(&|i| matches!(i, Item::ByteRange(r) if r.offset.is_none()));
                    implicit && segment(&|s, _, _| s.range.is_some_and(|r| r.offset > 255))
                },
            ),
            ("gap", segment(&|_, _, gap| gap)),
            ("a number near the last", segment(&|_, n, _| n > u64::MAX - 8)),
            (
                "no number left",
                items.iter().any(|item| {
                    item.is_err_and(|fault| {
                        fault.malformed.rule == Rule::Range
                            && fault.malformed.field == "EXT-X-MEDIA-SEQUENCE"
                            && c.0
                                .lines()
                                .nth(fault.line - 1)
                                .is_some_and(|line| !line.starts_with('#'))
                    })
                }),
            ),
            ("map", has(&|item| matches!(item, Item::Map(_)))),
        ]
    };
    reach("PlaylistCase", classes, 10);
}

#[test]
fn objects_of_the_s3_encryption_client_are_of_every_version_and_in_both_places() {
    let classes = |c: &S3ecCase| {
        let (object, header) = (c.object(), c.header());
        let is = |class: bool| class && object.is_some();
        vec![
            ("V1", is(header.version == 1)),
            ("V2 of CBC", is(header.version == 2 && c.suite == S3ecSuite::Cbc)),
            ("V2 of GCM", is(header.version == 2 && c.suite == S3ecSuite::Gcm)),
            ("V3", is(header.version == 3)),
            ("with an instruction file", is(c.in_file)),
            ("that says its length", is(c.says_len)),
        ]
    };
    reach("S3ecCase", classes, 50);
    let classes = |c: &S3ecFields| {
        let header = spec::s3ec::Header::parse(&c.metadata, c.file.as_ref());
        let some = !c.metadata.is_empty() || c.file.is_some();
        vec![("fields that are no object's", some && header.is_none())]
    };
    reach("S3ecFields", classes, 1000);
}

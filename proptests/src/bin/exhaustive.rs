//! The laws of the parsers that CBMC cannot take, on every input of a small scope.
//!
//! `proofs/source` proves what has pieces of bounded length. Where a text is searched for the end
//! of each piece, or the shortest input that is taken is too long to be left free, the core and the
//! model meet every sequence of what the parser tells apart, up to a length, and every neighbour
//! of what it takes. They have to agree on each, and no byte may get lost.
//!
//! ```text
//! exhaustive [SCOPE …]
//! ```
//! runs the scopes side by side and prints how many inputs each had.

use std::process::ExitCode;
use std::thread;

use reelseal_proptests::cases::{Raw, RawText, S3ecFields};
use reelseal_proptests::laws::{raw, s3ec};
use reelseal_spec as spec;

/// A name, and what runs its inputs and counts them. A law that is broken panics.
type Scope = (&'static str, fn() -> usize);

const SCOPES: [Scope; 6] = [
    ("attribute-lists", attribute_lists),
    ("keys", keys),
    ("tags", tags),
    ("playlists", playlists),
    ("esdk-headers", esdk_headers),
    ("s3ec-headers", s3ec_headers),
];

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let chosen: Vec<_> = SCOPES
        .into_iter()
        .filter(|(scope, _)| names.is_empty() || names.iter().any(|name| name == scope))
        .collect();
    if chosen.len() < names.len().max(1) {
        eprintln!("exhaustive: the scopes are {}", SCOPES.map(|(scope, _)| scope).join(", "));
        return ExitCode::from(2);
    }
    let running: Vec<_> =
        chosen.into_iter().map(|(scope, run)| (scope, thread::spawn(run))).collect();
    let mut total = 0;
    for (scope, thread) in running {
        let Ok(count) = thread.join() else { return ExitCode::FAILURE };
        println!("exhaustive: {scope}: {count}");
        total += count;
    }
    println!("exhaustive: {total} inputs");
    ExitCode::SUCCESS
}

/// Runs `law` on every sequence of at most `most` of `letters`; their number.
fn sequences(letters: &[&str], most: u32, law: impl Fn(String)) -> usize {
    let mut count = 0;
    for len in 0..=most {
        for number in 0..letters.len().pow(len) {
            let letter = |place| letters[number / letters.len().pow(place) % letters.len()];
            law((0..len).map(letter).collect());
            count += 1;
        }
    }
    count
}

/// Runs `law` on every beginning of `bytes`, and on all that one byte makes of them: left out,
/// put in, or another; their number.
fn neighbours(bytes: &[u8], law: impl Fn(Vec<u8>)) -> usize {
    for at in 0..=bytes.len() {
        let (front, back) = bytes.split_at(at);
        law(front.to_vec());
        for byte in 0..=u8::MAX {
            law([front, &[byte], back].concat());
        }
        if let [_, back @ ..] = back {
            law([front, back].concat());
            for byte in 0..=u8::MAX {
                law([front, &[byte], back].concat());
            }
        }
    }
    (bytes.len() + 1) * 257 + bytes.len() * 257
}

/// An attribute list, and what of `EXT-X-KEY` it may be.
fn key(text: String) {
    raw::key_of_any_text_agrees_with_spec(&RawText(text));
}

/// The lines of a playlist, whether it is one or not.
fn playlist(bytes: Vec<u8>) {
    let bytes = Raw(bytes);
    raw::lines_of_any_bytes_add_up(&bytes);
    raw::playlist_of_any_bytes_agrees_with_spec(&bytes);
}

fn attribute_lists() -> usize {
    let ascii: Vec<String> = (0..=0x7f_u8).map(|byte| char::from(byte).to_string()).collect();
    let ascii: Vec<&str> = ascii.iter().map(String::as_str).collect();
    let mut count = sequences(&ascii, 3, key);
    count += sequences(&["A", "a", "=", "\"", ",", " ", "é"], 7, key);
    count += sequences(&["A=1", "B=\"1\"", "Z-9=", ",", "\"", " ", "\t", "\n", "\r"], 6, key);
    count
}

fn keys() -> usize {
    const NAMES: [&str; 6] = ["METHOD", "URI", "IV", "KEYFORMAT", "KEYFORMATVERSIONS", "OTHER"];
    const IV: &str = "0x000102030405060708090a0b0c0d0e0F";
    let (long, signed) = (format!("{IV}0"), IV.replacen("00", "+0", 1));
    let values = [
        "NONE",
        "aes-128",
        "SAMPLE-AES",
        "\"\"",
        "\"u\"",
        "\"identity\"",
        "\"1/2\"",
        IV,
        &long,
        &signed,
        "",
    ];
    let attributes: Vec<String> = NAMES
        .iter()
        .flat_map(|name| values.map(|value| format!("{name}={value},")))
        .chain([String::new()])
        .collect();
    let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
    // All that are taken have a method.
    let list =
        |more: String| key(format!("METHOD=AES-128,{more}").trim_end_matches(',').to_owned());
    let mut count = sequences(&attributes, 3, list);
    count += sequences(&attributes, 2, |more| key(more.trim_end_matches(',').to_owned()));
    let whole = format!("METHOD=AES-128,URI=\"u\",IV={IV},KEYFORMAT=\"k\"");
    count += neighbours(whole.as_bytes(), |bytes| {
        key(String::from_utf8_lossy(&bytes).into_owned());
    });
    count
}

fn tags() -> usize {
    const NAMES: [&str; 20] = [
        "M3U",
        "INF",
        "-X-VERSION",
        "-X-BYTERANGE",
        "-X-KEY",
        "-X-SESSION-KEY",
        "-X-MAP",
        "-X-MEDIA-SEQUENCE",
        "-X-I-FRAMES-ONLY",
        "-X-IMAGES-ONLY",
        "-X-MEDIA",
        "-X-STREAM-INF",
        "-X-I-FRAME-STREAM-INF",
        "-X-SESSION-DATA",
        "-X-GAP",
        "-X-DEFINE",
        "-X-PART",
        "-X-PRELOAD-HINT",
        "-X-SKIP",
        "-X-IMAGE-STREAM-INF",
    ];
    const VALUES: [&str; 11] = [
        ":",
        "0",
        "18446744073709551615",
        "@",
        " ",
        "\r",
        "METHOD=NONE",
        "URI=\"{$n}\"",
        ",",
        "BYTERANGE=\"1\"",
        "é",
    ];
    let of = |name: &str| {
        sequences(&VALUES, 4, |value| playlist(format!("#EXTM3U\n#EXT{name}{value}").into_bytes()))
    };
    NAMES.into_iter().map(of).sum()
}

fn playlists() -> usize {
    const LINES: [&str; 20] = [
        "\n",
        "a.ts\n",
        "b.ts \r\n",
        "{$n}\n",
        "#EXTINF:6,\n",
        "#EXT-X-BYTERANGE:5\n",
        "#EXT-X-BYTERANGE:18446744073709551615@0\n",
        "#EXT-X-BYTERANGE:7@3\n",
        "#EXT-X-KEY:METHOD=NONE\n",
        "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\r\n",
        "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\",KEYFORMAT=\"f\"\n",
        "#EXT-X-MAP:URI=\"a.ts\",BYTERANGE=\"9\"\n",
        "#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n",
        "#EXT-X-GAP\n",
        "#EXT-X-DEFINE:NAME=\"n\",VALUE=\"v\"\n",
        "#EXT-X-I-FRAMES-ONLY\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=1\n",
        "#EXT-X-MEDIA:URI=\"m\"\n",
        "#EXT-X-PART:URI=\"p\"\n",
        "#EXTM3U\n",
    ];
    let media = &LINES[1..14];
    let whole = |lines: String| playlist(format!("#EXTM3U\n{lines}").into_bytes());
    let mut count = sequences(&LINES, 4, whole) + sequences(media, 5, whole);
    count += sequences(&LINES, 2, |lines| playlist(lines.into_bytes()));
    count += neighbours(["#EXTM3U\n", &LINES[4..15].concat()].concat().as_bytes(), playlist);
    count
}

fn esdk_headers() -> usize {
    let law = |bytes| raw::esdk_header_of_any_bytes_agrees_with_spec(&Raw(bytes));
    let edk = |provider: &str, info: &[u8]| spec::esdk::Edk {
        provider_id: provider.to_owned(),
        provider_info: info.to_vec(),
        ciphertext: b"wrapped".to_vec(),
    };
    let point = spec::base64::encode(&[2; 49]);
    let mut count = 0;
    for key in [None, Some(("aws-crypto-public-key", &point[..]))] {
        for pairs in [&[][..], &[("k", "v")], &[("a", ""), ("é", "w")]] {
            for edks in [vec![edk("", b"")], vec![edk("aws-kms", b"arn"), edk("p", b"")]] {
                for frame_len in [0, 1 << 24] {
                    let mut context = [pairs, key.as_slice()].concat();
                    context.sort_unstable();
                    let header = spec::esdk::Header {
                        signed: key.is_some(),
                        id: [7; 32],
                        context: context.iter().map(|&(k, v)| (k.into(), v.into())).collect(),
                        edks: edks.clone(),
                        frame_len,
                        commitment: [9; 32],
                    };
                    let header = header.print().expect("within bounds");
                    let whole = [&header[..], &[5; 16]].concat();
                    count += neighbours(&whole, law);
                    if key.is_none() && frame_len == 0 {
                        // All but message id and commitment, which are taken as they come.
                        count += numbers(&whole, (0..2).chain(35..header.len() - 33), law);
                    }
                }
            }
        }
    }
    count += edk_counts(law);
    count
}

/// Headers of none to 40 wrapped data keys, each with every count to 40.
fn edk_counts(law: impl Fn(Vec<u8>)) -> usize {
    let header = spec::esdk::Header {
        signed: false,
        id: [7; 32],
        context: vec![],
        edks: vec![spec::esdk::Edk {
            provider_id: String::new(),
            provider_info: vec![],
            ciphertext: vec![],
        }],
        frame_len: 1,
        commitment: [9; 32],
    };
    let header = header.print().expect("within bounds");
    // 02 ‖ suite[2] ‖ message id[32] ‖ 00 00 │ count[2] ‖ EDK[6] │ …
    let (front, back) = (&header[..37], &header[45..]);
    for edks in 0..=40 {
        for count in 0..=40 {
            law([front, &[0, count], &[0; 6].repeat(edks), back, &[5; 16]].concat());
        }
    }
    41 * 41
}

/// Runs `law` on `bytes` with every number in the two bytes at each of `places`; how many.
fn numbers(bytes: &[u8], places: impl Iterator<Item = usize>, law: impl Fn(Vec<u8>)) -> usize {
    let mut count = 0;
    for at in places {
        for number in 0..=u16::MAX {
            let mut altered = bytes.to_vec();
            altered[at..at + 2].copy_from_slice(&number.to_be_bytes());
            law(altered);
            count += 1;
        }
    }
    count
}

fn s3ec_headers() -> usize {
    let of_len = |len: usize| spec::base64::encode(&vec![1; len]);
    let [b12, b16, b28, b40, b48, b60] = [12, 16, 28, 40, 48, 60].map(of_len);
    let (zeros, rsa) = (spec::base64::encode(&[0; 28]), of_len(256));
    let headers = [
        format!("x-amz-key={b48}\nx-amz-iv={b16}"),
        format!("i:x-amz-key={b48}\ni:x-amz-iv={b16}"),
        format!(
            "x-amz-key-v2={b40}\nx-amz-iv={b12}\nx-amz-cek-alg=AES/GCM/NoPadding\n\
                 x-amz-wrap-alg=AESWrap\nx-amz-tag-len=128\nx-amz-matdesc={{}}"
        ),
        format!(
            "i:x-amz-key-v2={b60}\ni:x-amz-iv={b16}\ni:x-amz-cek-alg=AES/CBC/PKCS5Padding\n\
                 i:x-amz-wrap-alg=AES/GCM\nx-amz-unencrypted-content-length=5"
        ),
        format!("x-amz-3={b60}\nx-amz-w=02\nx-amz-c=115\nx-amz-d={b28}\nx-amz-i={b28}"),
        format!("i:x-amz-3={rsa}\ni:x-amz-w=22\nx-amz-c=115\nx-amz-d={b28}\nx-amz-i={b28}"),
    ];
    let values = [
        "",
        "{}",
        "5",
        "18446744073709551616",
        "02",
        "12",
        "22",
        "115",
        "128",
        "AES",
        "RSA",
        "kms",
        "kms+context",
        "AES/GCM",
        "AESWrap",
        "AES/CBC/PKCS5Padding",
        "AES/GCM/NoPadding",
        "RSA-OAEP-SHA1",
        &zeros,
        &b12,
        &b16,
        &b28,
        &b40,
        &b48,
        &b60,
        &rsa,
    ];
    // Gone from a place, or there with a value: whatever stood there before.
    let places = spec::s3ec::names().into_iter().flat_map(|name| [(name, ""), (name, "i:")]);
    let changes: Vec<(&str, &str, Option<&str>)> = places
        .flat_map(|(name, place)| {
            let values = values.iter().copied().map(Some).chain([None]);
            values.map(move |value| (name, place, value))
        })
        .collect();
    let mut count = 0;
    for header in headers {
        let header = S3ecFields::parse(&header);
        for first in &changes {
            let once = changed(&header, first);
            for second in &changes {
                s3ec::s3ec_header_of_any_fields_agrees_with_spec(&changed(&once, second));
                count += 1;
            }
        }
    }
    count
}

fn changed(header: &S3ecFields, (name, place, value): &(&str, &str, Option<&str>)) -> S3ecFields {
    let mut header = header.clone();
    let fields = match *place {
        "" => &mut header.metadata,
        _ => header.file.get_or_insert_default(),
    };
    fields.retain(|(other, _)| other != name);
    fields.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
    header
}

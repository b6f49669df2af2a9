//! Seeds for the fuzzers, made from the vectors: `cargo run -p reelseal-proptests --example seeds
//! -- fuzz/corpus`. One file for each vector, in a folder for each target.
//!
//! Raw targets take the bytes of a vector as they are. Structured ones take bytes of which their
//! case is made: those written here are read back, and have to hold the vector.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arbitrary::{Arbitrary, Unstructured};
use reelseal_proptests::cases::{CbcCase, S3ecFields, SegmentCase, SegmentIv, WrapCase};
use reelseal_vectors::own::{Input, Iv};
use reelseal_vectors::s3ec::Object;
use reelseal_vectors::{Case, bytes, load, manifest, s3ec};

/// Longer ones make a fuzzer slow, and a thousand of a kind teach it nothing.
const MAX_LEN: usize = 512;
const MAX_OF_A_FILE: usize = 60;

fn main() -> Result<(), std::io::Error> {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    let mut seeds = BTreeMap::<&str, Vec<Vec<u8>>>::new();
    for listed in manifest::listed() {
        if listed.file.ends_with(".m3u8") {
            seeds.entry("playlist_raw").or_default().push(bytes(&listed.file));
        }
        let vectors = if listed.cases.is_some() { load(&listed.file) } else { vec![] };
        let of_file = vectors.iter().flat_map(|vector| seeds_of(&vector.case));
        for (target, seed) in of_file.filter(|(_, s)| s.len() <= MAX_LEN).take(MAX_OF_A_FILE) {
            seeds.entry(target).or_default().push(seed);
        }
    }
    seeds.insert("s3ec_raw", s3ec::objects().iter().map(s3ec_fields).collect());
    // The tool's recognisers take whatever the parsers take.
    let parsed = ["kms_blob_raw", "playlist_raw", "s3ec_raw"];
    let parsed = parsed.iter().filter_map(|target| seeds.get(target)).flatten().cloned().collect();
    seeds.insert("inspect_raw", parsed);
    for (target, seeds) in &seeds {
        write(&folder.join(target), seeds)?;
        println!("{target}: {} seeds", seeds.len());
    }
    Ok(())
}

fn write(folder: &Path, seeds: &[Vec<u8>]) -> Result<(), std::io::Error> {
    std::fs::create_dir_all(folder)?;
    for (i, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("vector-{i:05}")), seed)?;
    }
    Ok(())
}

fn seeds_of(case: &Case) -> Vec<(&'static str, Vec<u8>)> {
    match case {
        Case::Wrap { kek, wrapped, .. } => vec![("wrap", wrap(kek, wrapped))],
        Case::Cbc { key, iv, ct, .. } => vec![("cbc", cbc(key, iv, ct))],
        Case::Own(scenario) => match &scenario.input {
            Input::Segment { key, iv, encrypted } => {
                vec![("segment", segment(key, *iv, encrypted))]
            }
            Input::KmsBlob { blob, .. } => vec![("kms_blob_raw", blob.clone())],
            Input::Esdk { message, .. } => vec![("esdk_raw", message.clone())],
            Input::Base64 { text } => vec![("base64_raw", text.clone())],
            Input::ExtXKey { list } => vec![
                ("hls_key_raw", list.clone().into_bytes()),
                ("playlist_raw", format!("#EXTM3U\n#EXT-X-KEY:{list}\n").into_bytes()),
            ],
            _ => vec![],
        },
        _ => vec![],
    }
}

/// The fields of an object, one on a line.
fn s3ec_fields(object: &Object) -> Vec<u8> {
    let lines = |place: &str, fields: &[(String, String)]| {
        fields.iter().map(|(name, value)| format!("{place}{name}={value}\n")).collect::<String>()
    };
    let file = object.instruction_file.as_deref().map(s3ec::parse_fields);
    let text = lines("", &object.metadata) + &lines("i:", &file.unwrap_or_default());
    // Whether these are lines as they come is a coin, tossed first.
    let seed = [&[0], text.as_bytes()].concat();
    let case = read::<S3ecFields>(&seed);
    assert_eq!(
        (case.metadata, case.file.is_some()),
        (object.metadata.clone(), object.instruction_file.is_some())
    );
    seed
}

fn wrap(kek: &[u8], wrapped: &[u8]) -> Vec<u8> {
    // Key, text of no length and of no seed, flip, three times `Part::Right`, and the rest.
    let seed = [&key(kek)[..], &[0; 1 + 8 + 3 + 3 * 4], wrapped].concat();
    let case = read::<WrapCase>(&seed);
    assert_eq!((case.kek.bytes(), &case.raw.0[..]), (kek, wrapped));
    seed
}

fn cbc(key_bytes: &[u8], iv: &[u8], ct: &[u8]) -> Vec<u8> {
    // Key, IV, last block, `Part::Right`, no cuts, flip, a text of a class, a length and a seed.
    let seed = [&key(key_bytes)[..], iv, &[0; 16 + 4 + 1 + 3 + 1 + 1 + 8], ct].concat();
    let case = read::<CbcCase>(&seed);
    assert_eq!((case.key.bytes(), &case.iv[..], &case.raw.0[..]), (key_bytes, iv, ct));
    seed
}

fn segment(key: &[u8; 16], iv: Iv, encrypted: &[u8]) -> Vec<u8> {
    // Which of two variants is a fraction of 32 bits.
    let iv = match iv {
        Iv::Attribute(iv) => [&[0; 4][..], &iv].concat(),
        Iv::MediaSequence(n) => [&[0xff; 4][..], &n.to_le_bytes()].concat(),
    };
    let seed = [&key[..], &iv, &[0; 1 + 3 + 1 + 1 + 8], encrypted].concat();
    let case = read::<SegmentCase>(&seed);
    assert_eq!((&case.key, &case.raw.0[..]), (key, encrypted));
    let attribute = matches!(case.iv, SegmentIv::Attribute(_));
    assert_eq!(attribute, iv.len() == 20);
    seed
}

/// Which of 16, 24 and 32 bytes, and the bytes.
fn key(bytes: &[u8]) -> Vec<u8> {
    let size = u8::try_from(bytes.len() / 8 - 2).expect("an AES key");
    [&[size], bytes].concat()
}

fn read<C: for<'a> Arbitrary<'a>>(seed: &[u8]) -> C {
    C::arbitrary_take_rest(Unstructured::new(seed)).expect("any bytes make a case")
}

//! HLS: container × IV × storage policy × rotation × init × byte ranges × first number.
//!
//! Each combination is a small package in memory. It is made with the core's segments and keys,
//! and played by the core's own reading of its playlist, and each segment by the reference model.

use std::collections::BTreeMap;

use reelseal_core::format::hls::{Item, Key, Method, Playlist, Resource};
use reelseal_core::secret::SegmentKey;
use reelseal_core::segment::{self, Iv};
use reelseal_spec::segment as spec;

use crate::{bytes, choices, say};

/// Lengths of three segments: whole packets of TS, any bytes of fragmented MP4, texts.
const CONTAINERS: &[(&str, [usize; 3])] =
    &[("TS", [188 * 4, 188 * 16, 188]), ("fMP4", [1000, 16, 4096]), ("WebVTT", [17, 0, 15])];

#[derive(Clone, Copy, Debug, PartialEq)]
enum IvMode {
    Random,
    Sequence,
    Constant,
}

const IVS: &[IvMode] = &[IvMode::Random, IvMode::Sequence, IvMode::Constant];

/// Where a player gets the key: beside the playlist, or from a service.
const POLICIES: &[(&str, &str)] =
    &[("WithVariantPlaylists", "keys/"), ("NoStore", "https://example.com/license?id=")];

/// A new key after so many segments; 0 is never.
const ROTATIONS: &[usize] = &[0, 1, 2];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Init {
    Without,
    Clear,
    Encrypted,
}

const INITS: &[Init] = &[Init::Without, Init::Clear, Init::Encrypted];

/// A file for each segment, or one file and sub-ranges of it, with or without offsets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Files {
    Many,
    Offsets,
    GoesOn,
}

const FILES: &[Files] = &[Files::Many, Files::Offsets, Files::GoesOn];

const FIRST: &[u64] = &[0, 7, 1 << 63, u64::MAX - 2];

#[test]
fn every_combination_for_hls_holds() {
    let axes = [
        ("container", CONTAINERS.len()),
        ("IV", IVS.len()),
        ("policy", POLICIES.len()),
        ("rotation", ROTATIONS.len()),
        ("init", INITS.len()),
        ("files", FILES.len()),
        ("first number", FIRST.len()),
    ];
    let mut ran = 0;
    for [container, iv, policy, rotation, init, files, first] in choices(axes.map(|(_, len)| len)) {
        let ((container, lengths), (policy, uri)) = (CONTAINERS[container], POLICIES[policy]);
        let keys = (IVS[iv], uri, ROTATIONS[rotation]);
        let shape = (INITS[init], FILES[files], FIRST[first]);
        let mut clear: Vec<_> = lengths.iter().zip(1..).map(|(len, n)| bytes(*len, n)).collect();
        let package = Package::make(&clear, keys, shape);
        if shape.0 != Init::Without {
            clear.insert(0, INIT.to_vec());
        }
        assert_eq!(package.play(), clear, "{container} {policy} {keys:?} {shape:?}");
        ran += 1;
    }
    say("HLS", &axes, ran);
}

const INIT: &[u8] = b"ftyp and moov, say";

/// Files by name, keys by URI, and the playlist.
struct Package {
    files: BTreeMap<String, Vec<u8>>,
    keys: BTreeMap<String, [u8; 16]>,
    playlist: String,
}

impl Package {
    fn make(
        clear: &[Vec<u8>],
        (iv, uri, rotation): (IvMode, &str, usize),
        (init, files, first): (Init, Files, u64),
    ) -> Self {
        let playlist = format!("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
        let mut package = Self { files: BTreeMap::new(), keys: BTreeMap::new(), playlist };
        if init == Init::Clear {
            package.add("init.mp4", INIT);
            package.line("#EXT-X-MAP:URI=\"init.mp4\"");
        }
        for (n, clear) in clear.iter().enumerate() {
            let turn = n.checked_div(rotation).unwrap_or(0);
            let key = [u8::try_from(0x40 + turn).expect("few"); 16];
            let key_uri = format!("{uri}{turn}");
            package.keys.insert(key_uri.clone(), key);
            if n == 0 && init == Init::Encrypted {
                // A section has no number: its IV has to be an attribute (RFC 8216 §4.3.2.5).
                package.key(&key_uri, Some([0x1F; 16]));
                package.add("init.mp4", &encrypted(key, Iv::Attribute([0x1F; 16]), INIT));
                package.line("#EXT-X-MAP:URI=\"init.mp4\"");
            }
            let number = first + u64::try_from(n).expect("few");
            let iv = match iv {
                IvMode::Random => Iv::Attribute([u8::try_from(0xA0 + n).expect("few"); 16]),
                IvMode::Sequence => Iv::MediaSequence(number),
                IvMode::Constant => Iv::Attribute([0xC0; 16]),
            };
            package.key(&key_uri, if let Iv::Attribute(iv) = iv { Some(iv) } else { None });
            package.segment(n, &encrypted(key, iv, clear), files);
        }
        package
    }

    fn line(&mut self, line: &str) {
        self.playlist += line;
        self.playlist += "\n";
    }

    fn add(&mut self, name: &str, bytes: &[u8]) {
        self.files.entry(name.to_owned()).or_default().extend(bytes);
    }

    fn key(&mut self, uri: &str, iv: Option<[u8; 16]>) {
        let key = Key {
            method: Method::Aes128,
            uri: Some(uri),
            iv,
            key_format: "identity",
            key_format_versions: None,
        };
        self.line(&format!("#EXT-X-KEY:{key}"));
    }

    fn segment(&mut self, n: usize, encrypted: &[u8], files: Files) {
        self.line("#EXTINF:6,");
        let (len, name) = (encrypted.len(), format!("{n}.ts"));
        let offset = self.files.get("all.ts").map_or(0, Vec::len);
        match files {
            Files::Many => {}
            Files::GoesOn if n > 0 => self.line(&format!("#EXT-X-BYTERANGE:{len}")),
            Files::Offsets | Files::GoesOn => {
                self.line(&format!("#EXT-X-BYTERANGE:{len}@{offset}"))
            }
        }
        let name = if files == Files::Many { &name } else { "all.ts" };
        self.line(name);
        self.add(name, encrypted);
    }

    /// The clear bytes that a player sees, section and segments in the order of the playlist.
    fn play(&self) -> Vec<Vec<u8>> {
        let Ok(Playlist::Media { items, .. }) = Playlist::parse(self.playlist.as_bytes()) else {
            panic!("refused:\n{}", self.playlist);
        };
        let items = items.iter().map(|item| item.expect("well formed").1);
        items
            .filter_map(|item| match item {
                Item::Map(resource) => Some(self.open(&resource, None)),
                Item::Segment { resource, sequence, .. } => {
                    Some(self.open(&resource, Some(sequence)))
                }
                _ => None,
            })
            .collect()
    }

    fn open(&self, resource: &Resource<'_>, sequence: Option<u64>) -> Vec<u8> {
        let file = &self.files[resource.uri];
        let place = |n: u64| usize::try_from(n).expect("small");
        let bytes = match resource.range {
            Some(span) => &file[place(span.offset)..place(span.end())],
            None => file,
        };
        let Some(tag) = resource.keys.identity else { return bytes.to_vec() };
        let key = self.keys[tag.uri.expect("a URI")];
        let (iv, spec_iv) = match (tag.iv, sequence) {
            (Some(iv), _) => (Iv::Attribute(iv), spec::Iv::Attribute(iv)),
            (None, Some(n)) => (Iv::MediaSequence(n), spec::Iv::MediaSequence(n)),
            (None, None) => panic!("a section without an IV"),
        };
        let mut buffer = bytes.to_vec();
        let clear = segment::decrypt_in_place(&SegmentKey::new(key), iv, &mut buffer);
        let clear = clear.expect("opens").to_vec();
        assert_eq!(spec::decrypt(&key, spec_iv, bytes).as_ref(), Some(&clear));
        clear
    }
}

fn encrypted(key: [u8; 16], iv: Iv, clear: &[u8]) -> Vec<u8> {
    let mut buffer = clear.to_vec();
    buffer.resize(segment::encrypted_len(clear.len()).expect("short"), 0);
    let key = SegmentKey::new(key);
    segment::encrypt_in_place(&key, iv, &mut buffer, clear.len()).expect("lengths fit");
    buffer
}

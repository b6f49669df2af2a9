//! ISO base media files (ISO/IEC 14496-12) and Common Encryption in them (ISO/IEC 23001-7).
//!
//! ```text
//! moov ─ trak ─ mdia ─ minf ─ stbl ─ stsd ─ encv|enca|enct ─ sinf ─ frma, schm, schi ─ tenc
//! moof ─ traf ─ senc            pssh in either
//! ```

use std::collections::BTreeSet;

use reelseal_core::format::reader::Reader;
use serde_json::Value;

use super::found::{Found, hex, some};
use super::sample::Sample;

/// A box: its type, and its bytes as far as they are known.
type Box<'a> = ([u8; 4], &'a [u8]);

/// What the boxes say.
#[derive(Default)]
struct Movie {
    is_fragmented: bool,
    fragments: u64,
    encrypted_fragments: u64,
    has_index: bool,
    tracks: Vec<String>,
    schemes: BTreeSet<String>,
    kids: BTreeSet<String>,
    systems: BTreeSet<String>,
    /// Whether a box begins where nothing was read.
    is_partly_read: bool,
}

/// A file whose first bytes are boxes.
pub(super) fn described(sample: &Sample<'_>) -> Found {
    let movie = Movie::read(sample);
    let (kind, what) = match (movie.has_index, movie.is_fragmented, movie.fragments) {
        (true, true, 0) => ("fmp4-init", "an initialization section of fragmented MP4"),
        (true, true, _) => ("fmp4", "a fragmented MP4 file"),
        (false, _, 1..) => ("fmp4-segment", "a segment of fragmented MP4"),
        _ => ("mp4", "an MP4 file (ISO/IEC 14496-12)"),
    };
    let found = Found::new(kind, what)
        .fact("tracks", list(&movie.tracks))
        .fact("fragments", (movie.fragments > 0).then_some(movie.fragments));
    let found = match movie.is_partly_read && !movie.has_index && movie.fragments == 0 {
        true => found.note("its index (moov) lies where it was not read"),
        false => found,
    };
    if movie.schemes.is_empty() && movie.encrypted_fragments == 0 && movie.systems.is_empty() {
        return found.fact("encryption", "none that shows");
    }
    let schemes: Vec<String> = movie.schemes.iter().map(|scheme| named_scheme(scheme)).collect();
    found
        .fact("encryption", "samples are encrypted (Common Encryption)")
        .fact("schemes", list(&schemes))
        .fact("keyIds", list(&movie.kids))
        .fact("drmSystems", list(&movie.systems))
        .fact("encryptedFragments", Some(movie.encrypted_fragments).filter(|n| *n > 0))
        .opens(
            "the content keys of its key ids, from whoever packaged it or a licence server; \
             reelseal does not open Common Encryption",
        )
}

impl Movie {
    fn read(sample: &Sample<'_>) -> Self {
        let mut movie = Self::default();
        let mut offset = 0u64;
        for _ in 0..MOST_BOXES {
            if sample.len.is_some_and(|len| offset >= len) {
                return movie;
            }
            let Some((len, (kind, body))) = sample.from(offset).and_then(next) else { break };
            movie.top(kind, body);
            match offset.checked_add(len) {
                Some(next) => offset = next,
                None => return movie,
            }
        }
        movie.is_partly_read = true;
        movie
    }

    fn top(&mut self, kind: [u8; 4], body: &[u8]) {
        match &kind {
            b"moov" => {
                self.has_index = true;
                for (kind, body) in boxes(body) {
                    match &kind {
                        b"trak" => self.track(body),
                        b"mvex" => self.is_fragmented = true,
                        _ => self.system(kind, body),
                    }
                }
            }
            b"moof" => {
                self.fragments += 1;
                let mut encrypted = false;
                for (kind, body) in boxes(body) {
                    encrypted |= &kind == b"traf" && boxes(body).any(is_sample_encryption);
                    self.system(kind, body);
                }
                self.encrypted_fragments += u64::from(encrypted);
            }
            _ => self.system(kind, body),
        }
    }

    fn track(&mut self, trak: &[u8]) {
        let entries = [b"mdia", b"minf", b"stbl", b"stsd"]
            .iter()
            .try_fold(trak, |body, kind| boxes(body).find(|(own, _)| own == *kind).map(|b| b.1))
            .and_then(|stsd| stsd.get(8..)) // version, flags, number of entries
            .unwrap_or_default();
        for (kind, entry) in boxes(entries) {
            if self.tracks.len() < MOST_TRACKS {
                let track = self.entry(kind, entry);
                self.tracks.push(track);
            }
        }
    }

    /// One sample entry. `sinf` stands behind fields that differ by the kind of media.
    fn entry(&mut self, kind: [u8; 4], entry: &[u8]) -> String {
        let name = fourcc(&kind);
        let at = entry.windows(4).position(|window| window == b"sinf");
        let sinf = at.and_then(|at| entry.get(at.checked_sub(4)?..)).and_then(next);
        let Some((_, (_, sinf))) = sinf else { return name };
        let child = |body, kind: &[u8; 4]| boxes(body).find(|(own, _)| own == kind).map(|b| b.1);
        let original = child(sinf, b"frma").and_then(|frma| frma.first_chunk()).map(fourcc);
        let scheme = child(sinf, b"schm").and_then(|schm| schm.get(4..)?.first_chunk()).map(fourcc);
        let tenc = child(sinf, b"schi").and_then(|schi| child(schi, b"tenc"));
        let pattern = tenc.and_then(|tenc| self.track_encryption(tenc)).unwrap_or_default();
        let scheme = scheme.unwrap_or_else(|| "????".to_owned());
        self.schemes.insert(scheme.clone());
        format!("{} under {scheme}{pattern}", original.unwrap_or(name))
    }

    /// `tenc`: version, flags, 00, pattern, isProtected, size of IVs, KID.
    fn track_encryption(&mut self, tenc: &[u8]) -> Option<String> {
        let mut reader = Reader::new(tenc);
        let version = reader.u8()?;
        reader.take(4)?;
        let pattern = reader.u8()?;
        let is_protected = reader.u8()? == 1;
        let iv_len = reader.u8()?;
        let kid = uuid(reader.array()?);
        if is_protected {
            self.kids.insert(kid);
        }
        let (crypt, skip) = (pattern >> 4, pattern & 0x0F);
        let pattern = match version > 0 && crypt > 0 {
            true => format!(", pattern {crypt}:{skip}"),
            false => String::new(),
        };
        Some(match iv_len {
            0 => format!("{pattern}, constant IV"),
            len => format!("{pattern}, IVs of {len} bytes"),
        })
    }

    /// `pssh`, or its predecessor in PIFF.
    fn system(&mut self, kind: [u8; 4], body: &[u8]) {
        let mut reader = Reader::new(body);
        let is_system = match &kind {
            b"pssh" => true,
            b"uuid" => reader.array() == Some(&PIFF_PSSH),
            _ => false,
        };
        let Some(id) = is_system.then(|| reader.take(4).and_then(|_| reader.array())).flatten()
        else {
            return;
        };
        let id = uuid(id);
        let name = SYSTEMS.iter().find(|(known, _)| *known == id).map(|(_, name)| *name);
        self.systems.insert(name.map_or(id, str::to_owned));
    }
}

/// `senc` of Common Encryption, or of PIFF.
fn is_sample_encryption((kind, body): Box<'_>) -> bool {
    &kind == b"senc" || (&kind == b"uuid" && body.starts_with(&PIFF_SENC))
}

/// The boxes in `bytes`; the last one may be cut.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = Box<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (len, found) = next(rest)?;
        rest = usize::try_from(len).ok().and_then(|len| rest.get(len..)).unwrap_or_default();
        Some(found)
    })
}

/// §4.2: the first box of `bytes` and its length, which may reach beyond them.
fn next(bytes: &[u8]) -> Option<(u64, Box<'_>)> {
    let mut reader = Reader::new(bytes);
    let size = reader.u32()?;
    let kind = *reader.array()?;
    let len = match size {
        0 => u64::MAX, // to the end of the file
        1 => u64::from_be_bytes(*reader.array()?),
        size => size.into(),
    };
    let header = u64::try_from(bytes.len() - reader.len()).ok()?;
    let body_len = usize::try_from(len.checked_sub(header)?).unwrap_or(usize::MAX);
    let body = reader.rest();
    Some((len, (kind, body.get(..body_len).unwrap_or(body))))
}

fn fourcc(kind: &[u8; 4]) -> String {
    String::from_utf8_lossy(kind).trim_end().to_owned()
}

/// 16 bytes as RFC 9562 §4 writes them.
fn uuid(bytes: &[u8; 16]) -> String {
    let digits = hex(bytes);
    let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    ends.map(|(from, to)| digits.get(from..to).unwrap_or_default()).join("-")
}

fn named_scheme(scheme: &str) -> String {
    let how = match scheme {
        "cenc" => "AES-CTR; METHOD=SAMPLE-AES-CTR in HLS",
        "cbcs" => "AES-CBC in a pattern; METHOD=SAMPLE-AES in HLS",
        "cens" => "AES-CTR in a pattern",
        "cbc1" => "AES-CBC",
        "piff" => "AES-CTR; Smooth Streaming",
        _ => return scheme.to_owned(),
    };
    format!("{scheme} ({how})")
}

fn list<'a>(items: impl IntoIterator<Item = &'a String, IntoIter: ExactSizeIterator>) -> Value {
    let items = items.into_iter();
    if items.len() == 0 { Value::Null } else { some(items.cloned()) }
}

/// DASH-IF's registry of content protection systems.
const SYSTEMS: [(&str, &str); 4] = [
    ("1077efec-c0b2-4d02-ace3-3c1e52e2fb4b", "W3C common"),
    ("edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "Widevine"),
    ("9a04f079-9840-4286-ab92-e65be0885f95", "PlayReady"),
    ("94ce86fb-07ff-4f43-adb8-93d2fa968ca2", "FairPlay"),
];

/// PIFF 1.1: the `uuid` boxes that became `senc` and `pssh`.
const PIFF_SENC: [u8; 16] = 0xA2394F52_5A9B_4F14_A244_6C427C648DF4u128.to_be_bytes();
const PIFF_PSSH: [u8; 16] = 0xD08A4F18_10F3_4A82_B6C8_32D8ABA183D3u128.to_be_bytes();

/// Boxes at the top of a file that are looked at: an hour of fragments of a second has 7,200.
const MOST_BOXES: u32 = 100_000;

/// Tracks that are described.
const MOST_TRACKS: usize = 64;

//! One layer after the other: gzip, base64 and hexadecimal digits may lie around anything.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use zeroize::Zeroizing;

use super::found::Found;
use super::sample::{GZIP, Sample, TEXT_LEN, is_text};
use super::{binary, keys, media, opaque, text};

/// Says what `sample` is. `None`: nothing that Reelseal knows.
pub fn recognise(sample: &Sample<'_>) -> Option<Found> {
    within(sample, MOST_LAYERS)
}

/// What `sample` is, with so many layers of text and compression around it.
fn within(sample: &Sample<'_>, layers: u32) -> Option<Found> {
    if sample.head.is_empty() {
        return None;
    }
    if sample.head.starts_with(GZIP) {
        return gzip(sample, layers);
    }
    binary::recognise(sample)
        .or_else(|| is_text(sample.head).then(|| text::recognise(sample, layers)).flatten())
        .or_else(|| media::recognise(sample))
        .or_else(|| keys::recognise(sample))
        // The bytes of any word read as base64 are without structure too.
        .or_else(|| (layers == MOST_LAYERS).then(|| opaque::recognise(sample)).flatten())
}

/// Bytes that gzip compressed (RFC 1952), as far as they were read.
fn gzip(sample: &Sample<'_>, layers: u32) -> Option<Found> {
    let found = Found::new("gzip", "compressed by gzip");
    let mut bytes = Zeroizing::new(Vec::new());
    let limit = u64::try_from(TEXT_LEN).unwrap_or(u64::MAX);
    let mut decoder = MultiGzDecoder::new(sample.head).take(limit);
    let read = decoder.read_to_end(&mut bytes);
    let ended = read.is_ok() && decoder.limit() > 0;
    let len = if ended { u64::try_from(bytes.len()).ok() } else { None };
    let found = match (&read, sample.is_whole()) {
        (Err(error), true) => found.note(format!("it is cut or altered: {error}")),
        _ => found.fact("uncompressedBytes", len),
    };
    let name = sample.name.strip_suffix(".gz").unwrap_or(sample.name);
    let inner = Sample { name, head: &bytes, tail: &[], len };
    match inside(&inner, layers) {
        Some(inner) => Some(found.holds(inner)),
        None => Some(found.note("what is inside is nothing that Reelseal knows")),
    }
}

/// What lies one layer deeper.
pub(super) fn inside(sample: &Sample<'_>, layers: u32) -> Option<Found> {
    within(sample, layers.checked_sub(1)?)
}

/// Layers of gzip, base64 and hexadecimal digits: more are an attack on whoever unwraps them.
const MOST_LAYERS: u32 = 4;

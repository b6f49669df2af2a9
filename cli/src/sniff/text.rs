//! Subtitles: WebVTT (W3C) §4 and TTML (W3C) in XML 1.0 §2.8.

use super::bytes::contains;
use super::{Container, FirstBlock};

/// The container, where the text starts as it must.
pub(super) fn intact(head: &[u8]) -> Option<Container> {
    let text = without_bom(head);
    if text.starts_with(b"WEBVTT") {
        return Some(Container::WebVtt);
    }
    let xml = text.starts_with(b"<?xml") || text.starts_with(b"<tt");
    (xml && contains(text, TTML_NAMESPACE)).then_some(Container::Ttml)
}

/// The container, where the first 16 bytes say nothing: by an arrow or a namespace after them.
pub(super) fn spoiled(head: &[u8]) -> Option<Container> {
    let rest = head.get(16..)?;
    if std::str::from_utf8(rest).is_err_and(|e| e.error_len().is_some()) {
        return None;
    }
    if contains(rest, TTML_NAMESPACE) {
        return Some(Container::Ttml);
    }
    contains(rest, b" --> ").then_some(Container::WebVtt)
}

pub(super) fn first_block(head: &[u8]) -> FirstBlock {
    let text = without_bom(head);
    let sound = match intact(head) {
        Some(Container::WebVtt) => webvtt(text),
        Some(_) => !text.starts_with(b"<?xml") || text.starts_with(b"<?xml version=\"1."),
        None => false,
    };
    if sound { FirstBlock::Plausible } else { FirstBlock::Implausible }
}

/// The signature's line and the line behind it, which is where byte 15 lies.
fn webvtt(text: &[u8]) -> bool {
    let mut lines =
        text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let signature = lines.next().and_then(|line| line.strip_prefix(b"WEBVTT"));
    // A comment may follow the signature, behind a space or a tab.
    let signed =
        signature.is_some_and(|rest| rest.first().is_none_or(|byte| b" \t".contains(byte)));
    let header = lines.next().unwrap_or_default();
    let body = lines.find(|line| !line.is_empty()).unwrap_or_default();
    signed && is_text(header) && is_text(body) && header_is_known(header) && !arrow_is_broken(body)
}

/// Either empty, or what HLS (RFC 8216 §3.5) and WebVTT's own writers put behind the signature.
fn header_is_known(line: &[u8]) -> bool {
    let known: [&[u8]; 6] =
        [b"X-TIMESTAMP-MAP=", b"Kind:", b"Language:", b"Region:", b"NOTE", b"STYLE"];
    line.is_empty() || contains(line, b" --> ") || known.iter().any(|known| line.starts_with(known))
}

/// WebVTT §4.2: before an arrow stands a time, `MM:SS.mmm` or `H…H:MM:SS.mmm`.
fn arrow_is_broken(line: &[u8]) -> bool {
    let Some(at) = line.windows(5).position(|window| window == b" --> ") else { return false };
    let time = line.get(..at).unwrap_or_default().trim_ascii();
    let mut parts = time.rsplit(|byte| *byte == b':');
    let seconds = parts.next().unwrap_or_default();
    let shape: Vec<u8> =
        seconds.iter().map(|b| if b.is_ascii_digit() { b'0' } else { *b }).collect();
    let (mut count, mut digits) = (0, true);
    for part in parts {
        count += 1;
        digits &= part.len() >= 2 && part.iter().all(u8::is_ascii_digit);
    }
    shape != b"00.000" || !digits || !(1..=2).contains(&count)
}

fn is_text(line: &[u8]) -> bool {
    line.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\t')
}

fn without_bom(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head)
}

const TTML_NAMESPACE: &[u8] = b"http://www.w3.org/ns/ttml";

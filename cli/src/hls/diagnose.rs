//! From what was seen to what is wrong: wrong key, wrong IV, or altered bytes.

use reelseal_core::format::hls::Span;

use super::layout::{Piece, holding};
use super::model::{self, KeyUri, Model};
use super::rewrite::DoneFiles;
use super::summary::{Proof, Summary};
use super::transform::Job;
use crate::error::{Error, Kind};
use crate::package::PackagePath;
use crate::sniff::{self, Container, FirstBlock};

/// How far a Media Sequence Number is looked for: a window of a live playlist.
const NEAR: i128 = 16;

/// What a piece that opened looks like.
pub struct Finding {
    container: Container,
    fault: Option<Error>,
}

impl Finding {
    /// Looks at the first clear bytes of a piece.
    pub fn of(model: &Model, path: &PackagePath, piece: &Piece, head: &[u8]) -> Self {
        let container = sniff::container(head);
        let played = piece.cipher.map(|cipher| cipher.iv.block()).unwrap_or_default();
        let fault = match sniff::first_block(head) {
            FirstBlock::Implausible => {
                let better = better_iv(head, played);
                Some(other_iv(&place(model, path, piece.span), Some(played), better))
            }
            FirstBlock::Plausible | FirstBlock::Proven => None,
        };
        Self { container, fault }
    }
}

/// The IV near `played`, or 0, under which the first block is what it should be.
fn better_iv(head: &[u8], played: [u8; 16]) -> Option<[u8; 16]> {
    let number = u128::from_be_bytes(played);
    let near = (1..=NEAR).flat_map(|step| [step, -step]);
    let candidates = near.map(|step| number.wrapping_add_signed(step)).chain([0]);
    let mut head = head.get(..head.len().min(2048))?.to_vec();
    let first: [u8; 16] = *head.first_chunk()?;
    let plain = u128::from_be_bytes(first) ^ number;
    let mut best = (FirstBlock::Implausible, None);
    for candidate in candidates {
        *head.first_chunk_mut()? = (plain ^ candidate).to_be_bytes();
        let verdict = sniff::first_block(&head);
        // The nearest of the best: a later one must be better.
        if verdict > best.0 {
            best = (verdict, Some(candidate.to_be_bytes()));
        }
    }
    best.1
}

/// The line that names some bytes: file and line, and the bytes.
pub fn place(model: &Model, path: &PackagePath, span: Span) -> String {
    for playlist in &model.playlists {
        let used = playlist.uses.iter().find(|used| used.path == *path && used.span == span);
        if let Some(used) = used {
            return format!("{}: line {}: {path}", playlist.path, used.line);
        }
    }
    path.to_string()
}

/// The fault of a segment that players open with another IV than the right one.
pub fn other_iv(place: &str, played: Option<[u8; 16]>, right: Option<[u8; 16]>) -> Error {
    let (Some(played), Some(right)) = (played, right) else {
        return match (played, right) {
            (Some(played), None) => Error::inauthentic(format!(
                "{place}: the first 16 bytes are wrong under the IV {}",
                iv(played)
            ))
            .hint("the IV is another one, or the first block was altered"),
            _ => Error::inauthentic(format!("{place}: the playlist says that it is clear"))
                .hint("an EXT-X-KEY tag was removed or moved"),
        };
    };
    let off = u128::from_be_bytes(right).wrapping_sub(u128::from_be_bytes(played)).cast_signed();
    let how = match off {
        1 | -1 => " (off by one)".to_owned(),
        _ if off.unsigned_abs() < 1 << 32 => format!(" (off by {})", off.unsigned_abs()),
        _ => String::new(),
    };
    Error::inauthentic(format!(
        "{place}: the playlist gives the IV {}, the segment has {}{how}",
        iv(played),
        iv(right)
    ))
    .hint("check EXT-X-MEDIA-SEQUENCE and the IV attribute of EXT-X-KEY")
}

fn iv(block: [u8; 16]) -> String {
    format!("0x{:032x}", u128::from_be_bytes(block))
}

/// Joins what was seen: a key under which nothing looks right is a wrong key, and said once.
pub fn conclude(
    model: &Model,
    jobs: &[Job],
    findings: Vec<Finding>,
    refused: Vec<Error>,
    summary: &mut Summary,
    faults: &mut Vec<Error>,
) -> Proof {
    let recognised = |f: &&Finding| f.container != Container::Unknown;
    let known = findings.iter().filter(recognised).count();
    let does_not_open = |error: &&Error| error.kind() == Kind::Inauthentic;
    let closed = refused.iter().filter(does_not_open).count();
    let wrong_key = closed > 0 && known == 0;
    if wrong_key {
        let opened = findings.len();
        let uri = match model.key_uris.first() {
            Some(KeyUri::File(path)) if model.key_uris.len() == 1 => format!("{path}: "),
            _ => String::new(),
        };
        faults.push(
            Error::inauthentic(format!(
                "{uri}wrong key: {closed} of {} files do not open, and nothing in the others \
                 looks like media",
                jobs.len()
            ))
            .hint("find the key with which the package was made: --key-file FILE"),
        );
        faults.extend(refused.into_iter().filter(|error| error.kind() != Kind::Inauthentic));
        summary.segments = opened as u64;
        return Proof::Padding;
    }
    faults.extend(refused);
    let all_known = known == findings.len();
    if !all_known {
        summary.warnings.push(format!(
            "{} of {} segments do not begin as known media does; only their padding was checked",
            findings.len() - known,
            findings.len()
        ));
    }
    faults.extend(findings.into_iter().filter_map(|finding| finding.fault));
    if all_known { Proof::Container } else { Proof::Padding }
}

/// RFC 8216 §6.3.6 lets a player read the block before an I-frame as its IV. At the beginning
/// of a segment inside a file, that block is of another segment.
pub(super) fn warn_of_cut_frames(model: &Model, files: &DoneFiles, summary: &mut Summary) {
    let of_frames = |playlist: &&model::PlaylistFile| playlist.kind == model::Kind::IFrames;
    for playlist in model.playlists.iter().filter(of_frames) {
        let hidden = playlist.uses.iter().filter(|used| used.ranged).filter(|used| {
            let pieces = files.get(&used.path).map(Vec::as_slice).unwrap_or_default();
            holding(pieces, used.span).is_some_and(|piece| {
                let first_block = used.span.offset - piece.from.offset < 16;
                !piece.to.offset.is_multiple_of(16) || (piece.to.offset > 0 && first_block)
            })
        });
        let count = hidden.count();
        if count > 0 {
            summary.warnings.push(format!(
                "{}: {count} I-frames begin where their segment begins inside a file; players \
                 that take the block before them as IV (RFC 8216 §6.3.6) cannot show them",
                playlist.path
            ));
        }
    }
}

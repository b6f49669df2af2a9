//! Every mode beside its peers, by turns in one process, as ratios.
//!
//! Each round gives every candidate its turn, and the best round of each counts: what slows the
//! machine for a while slows nobody's best.

mod candidates;
mod check;
mod gcm;
#[cfg(feature = "ipsec-mb")]
mod ipsec_mb;
mod small;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use candidates::Mode;

/// The block cipher alone, many blocks at a time: what a mode without a chain can hope for.
pub(crate) const BOUND: &str = "encrypt_blocks";

/// Texts that are encrypted side by side.
pub(crate) const STREAMS: usize = 32;

/// Bytes of all texts at once.
const MOST: usize = 8 << 20;

/// Bytes of a turn, unless one text is more: so short that most turns are not interrupted.
const TURN: usize = 1_000_000;

/// One way to do the work.
pub(crate) struct Candidate {
    pub(crate) name: &'static str,
    pub(crate) run: Box<Work>,
}

/// Does the work once, and says how long that took.
pub(crate) type Work = dyn FnMut(&mut Vec<u8>) -> Duration;

/// What came out.
pub(crate) struct Figure {
    pub(crate) mode: &'static str,
    pub(crate) bits: usize,
    pub(crate) len: usize,
    pub(crate) name: &'static str,
    /// Bytes a nanosecond, in the best round.
    pub(crate) best: f64,
    /// To the best of [`BOUND`].
    pub(crate) ratio: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let short = has("--short");
    let named: Vec<Mode> = Mode::ALL.into_iter().filter(|mode| has(mode.name())).collect();
    let (lengths, rounds): (&[usize], _) = if short {
        (&[16 << 10, 1 << 20], 9)
    } else {
        (&[1 << 10, 16 << 10, 1 << 20, 8 << 20], 15)
    };
    let mut figures = vec![];
    println!("mode\tbits\tbytes\tcandidate\tGB/s\tratio");
    let modes = if named.is_empty() { Mode::ALL.to_vec() } else { named };
    for mode in modes {
        for bits in [128, 192, 256].into_iter().filter(|bits| !short || *bits != 192) {
            for &len in lengths.iter().filter(|len| **len * mode.streams() <= MOST) {
                let measured = measure(mode, bits, len, rounds);
                measured.iter().for_each(print);
                figures.extend(measured);
            }
        }
    }
    if !short {
        small::run(rounds * 4);
    }
    if short { check::check(&figures, has("--record")) } else { ExitCode::SUCCESS }
}

fn print(figure: &Figure) {
    let Figure { mode, bits, len, name, best, ratio } = figure;
    println!("{mode}\t{bits}\t{len}\t{name}\t{best:.2}\t{ratio:.3}");
    let _ = std::io::stdout().flush();
}

/// Gives every candidate its turn in each round. The first round warms up.
fn measure(mode: Mode, bits: usize, len: usize, rounds: usize) -> Vec<Figure> {
    let mut candidates = mode.candidates(bits);
    let total = len * mode.streams();
    let mut text: Vec<u8> = (0..=250u8).cycle().take(total).collect();
    text.reserve(64);
    let times = (TURN / total).max(1);
    let mut best = vec![0.0; candidates.len()];
    for round in 0..=rounds {
        for (candidate, best) in candidates.iter_mut().zip(&mut best) {
            let took: Duration = (0..times).map(|_| (candidate.run)(&mut text)).sum();
            assert_eq!(text.len(), total, "{} changed the length", candidate.name);
            if round > 0 {
                *best = f64::max(*best, (total * times) as f64 / took.as_nanos() as f64);
            }
        }
    }
    let bound = candidates.iter().zip(&best).find(|(candidate, _)| candidate.name == BOUND);
    let bound = bound.map_or(f64::NAN, |(_, best)| *best);
    let mode = mode.name();
    let figure = |(candidate, best): (Candidate, f64)| Figure {
        mode,
        bits,
        len,
        name: candidate.name,
        best,
        ratio: best / bound,
    };
    candidates.into_iter().zip(best).map(figure).collect()
}

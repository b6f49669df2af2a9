//! Every mode beside its peers, by turns in one process, as ratios.
//!
//! Each round gives every candidate its turn, and the best round of each counts: what slows the
//! machine for a while slows nobody's best.

mod check;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use reelseal_benches::peers::{Mode, small};
use reelseal_benches::{BOUND, Candidate, LENGTHS, MOST, text};

/// Bytes of a turn, unless one text is more: so short that most turns are not interrupted.
const TURN: usize = 1_000_000;

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
    let (lengths, rounds): (&[usize], _) =
        if short { (&[16 << 10, 1 << 20], 9) } else { (&LENGTHS, 15) };
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
        run_small(rounds * 4);
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
    let mut text = text(total);
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

/// What is small, by turns, in nanoseconds.
fn run_small(rounds: usize) {
    println!("\nwork\tcandidate\tns\ttimes ours");
    for (work, mut candidates) in small::all() {
        let mut best = vec![f64::MAX; candidates.len()];
        for _ in 0..rounds {
            for ((_, candidate), best) in candidates.iter_mut().zip(&mut best) {
                let started = Instant::now();
                (0..2000).for_each(|_| candidate());
                *best = f64::min(*best, started.elapsed().as_nanos() as f64 / 2000.0);
            }
        }
        let ours = best.first().copied().unwrap_or(f64::NAN);
        for ((name, _), best) in candidates.iter().zip(best) {
            println!("{work}\t{name}\t{best:.0}\t{:.2}", best / ours);
        }
    }
}

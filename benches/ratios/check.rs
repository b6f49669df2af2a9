//! The floor under each mode: a change of code or compiler that costs a third of it is found.

use std::process::ExitCode;

use reelseal_benches::BOUND;

use crate::Figure;

/// What each mode reached of [`BOUND`]: mode, bits, bytes, ratio.
const REACHED: &str = include_str!("reached.tsv");

/// Fails where a mode has fallen by a third. With `record`, prints what is reached instead.
///
/// The figures are those of a processor with VAES. To what others have, the bound is another.
pub(crate) fn check(figures: &[Figure], record: bool) -> ExitCode {
    if !cfg!(feature = "accel") || reelseal_accel::Cipher::new(&[0; 16]).is_none() {
        eprintln!("ratios: no floor is known for this processor and these features");
        return ExitCode::SUCCESS;
    }
    let ours = figures.iter().filter(|figure| figure.name == "reelseal");
    let mut red = 0;
    for Figure { mode, bits, len, ratio, .. } in ours {
        let place = format!("{mode}\t{bits}\t{len}\t");
        if record {
            println!("{place}{ratio:.2}");
            continue;
        }
        let line = REACHED.lines().find_map(|line| line.strip_prefix(&place));
        let reached: f64 = line.and_then(|ratio| ratio.parse().ok()).unwrap_or(f64::INFINITY);
        if *ratio < reached * 2.0 / 3.0 {
            eprintln!("{mode}, {bits} bits, {len} bytes: {ratio:.2} of {BOUND}, it was {reached}");
            red += 1;
        }
    }
    if red == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! Every combination of what a user can choose, enumerated: none is sampled, all are counted.
//!
//! Here they run over the core alone; `cli/tests` runs its own matrix over the whole tool.

mod files;
mod hls;

use std::io::Write;

/// Prints past libtest's capture: the count is a result, wanted from a run that passes.
fn say(name: &str, axes: &[(&str, usize)], ran: usize) {
    let all: usize = axes.iter().map(|(_, len)| len).product();
    let text: Vec<String> = axes.iter().map(|(axis, len)| format!("{axis} {len}")).collect();
    let line = format!("{name}: {ran} combinations of {}", text.join(" × "));
    writeln!(std::io::stdout(), "{line}").expect("stdout");
    assert_eq!(ran, all, "{name}: combinations that did not run");
}

/// Every choice of one index below each of `lens`, the last axis turning fastest.
fn choices<const N: usize>(lens: [usize; N]) -> impl Iterator<Item = [usize; N]> {
    (0..lens.iter().product()).map(move |mut n: usize| {
        let mut choice = [0; N];
        for (index, len) in choice.iter_mut().zip(lens).rev() {
            (*index, n) = (n % len, n / len);
        }
        choice
    })
}

/// Bytes that repeat nowhere within a test: a counter, multiplied.
fn bytes(len: usize, seed: u8) -> Vec<u8> {
    let mix = |i: usize| ((i + 1) * (2 * usize::from(seed) + 179)).to_le_bytes();
    (0..len).map(|i| mix(i)[1] ^ mix(i)[0] ^ seed).collect()
}

//! Every mode, key and length beside its peers, with criterion's statistics.
//!
//! Criterion measures one candidate after the other: for ratios, `ratios` takes turns.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use reelseal_benches::peers::{Mode, small};
use reelseal_benches::{LENGTHS, MOST, text};

fn modes(c: &mut Criterion) {
    for (mode, bits) in Mode::ALL.into_iter().flat_map(|mode| [(mode, 128), (mode, 256)]) {
        let mut group = c.benchmark_group(format!("{}-{bits}", mode.name()));
        for len in LENGTHS.into_iter().filter(|len| len * mode.streams() <= MOST) {
            let total = len * mode.streams();
            group.throughput(Throughput::Bytes(u64::try_from(total).unwrap_or(0)));
            let mut text = text(total);
            for mut candidate in mode.candidates(bits) {
                group.bench_function(BenchmarkId::new(candidate.name, len), |b| {
                    b.iter_custom(|times| (0..times).map(|_| (candidate.run)(&mut text)).sum());
                });
            }
        }
        group.finish();
    }
}

fn small_works(c: &mut Criterion) {
    for (work, candidates) in small::all() {
        let mut group = c.benchmark_group(work);
        for (name, mut candidate) in candidates {
            group.bench_function(name, |b| b.iter(&mut candidate));
        }
        group.finish();
    }
}

criterion_group!(benches, modes, small_works);
criterion_main!(benches);

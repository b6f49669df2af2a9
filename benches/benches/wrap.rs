//! Wrapping a data key: KW, and the ciphertext blob of the local key service.

use std::hint::black_box;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use criterion::{Criterion, criterion_group, criterion_main};
use reelseal_benches::key;
use reelseal_core::envelope::kms::{self, FreshNonce};
use reelseal_core::format::context::Context;
use reelseal_core::format::kms_blob::OVERHEAD;
use reelseal_core::secret::{BackingKey, Kek};
use reelseal_core::wrap::kw;

fn kw_256(c: &mut Criterion) {
    let mut group = c.benchmark_group("kw-256-of-32-bytes");
    let data_key = key::<32>();
    group.bench_function("reelseal", |b| {
        let mut out = [0; 40];
        b.iter(|| kw::wrap(&Kek::new_256(key()), black_box(&data_key), &mut out).is_some());
    });
    group.bench_function("aws-lc", |b| {
        let mut out = [0; 40];
        b.iter(|| {
            let kek = AesKek::new(&AES_256, &key::<32>()).expect("32 bytes are an AES-256 key");
            kek.wrap(black_box(&data_key), &mut out).is_ok()
        });
    });
    group.finish();
}

fn kms_blob(c: &mut Criterion) {
    let mut group = c.benchmark_group("kms-blob-of-32-bytes");
    let backing_key = BackingKey::new(key());
    let mut pairs = [("service", "elastictranscoder.amazonaws.com")];
    let context = Context::new(&mut pairs).expect("one short pair is a context");
    group.bench_function("reelseal", |b| {
        let mut out = [0; 32 + OVERHEAD];
        b.iter(|| {
            let nonce = FreshNonce::new([7; 16], [7; 12]);
            let data_key = black_box(key::<32>());
            kms::seal(&backing_key, &[1; 16], 1, nonce, &context, &data_key, &mut out).is_some()
        });
    });
    group.finish();
}

criterion_group!(benches, kw_256, kms_blob);
criterion_main!(benches);

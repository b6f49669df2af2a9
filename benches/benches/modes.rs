//! CBC, CTR and GCM: ours, the stock RustCrypto crates, and AWS-LC.
//!
//! `bound` is the block cipher alone, many blocks at a time: what a parallel mode could reach.

use std::hint::black_box;

use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use aes::cipher::{KeyIvInit, StreamCipher};
use aes::{Aes128, Aes256};
use aes_gcm::aead::AeadInOut;
use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use criterion::criterion_main;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group};
use reelseal_benches::{LENGTHS, key, text};
use reelseal_core::modes::cbc::{Decryptor, Encryptor};
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::gcm::{self, Iv};
use reelseal_core::secret::ContentKey;

/// One candidate over all lengths.
fn run(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut work: impl FnMut(&mut [u8])) {
    for len in LENGTHS {
        let mut buffer = text(len);
        group.throughput(Throughput::Bytes(u64::try_from(len).unwrap_or(0)));
        group.bench_function(BenchmarkId::new(name, len), |b| {
            b.iter(|| work(black_box(&mut buffer)));
        });
    }
}

fn cbc_encrypt(c: &mut Criterion) {
    let mut group = c.benchmark_group("cbc-128-encrypt");
    let ours = ContentKey::new_128(key());
    run(&mut group, "reelseal", |text| {
        Encryptor::new(&ours, [7; 16]).update(text.as_chunks_mut().0)
    });
    let cipher = Aes128::new(&key::<16>().into());
    run(&mut group, "cbc crate", |text| {
        let blocks = aes::Block::slice_as_chunks_mut(text).0;
        cbc::Encryptor::inner_iv_init(&cipher, &[7; 16].into()).encrypt_blocks(blocks);
    });
    group.finish();
}

fn cbc_decrypt(c: &mut Criterion) {
    let mut group = c.benchmark_group("cbc-128-decrypt");
    let ours = ContentKey::new_128(key());
    run(&mut group, "reelseal", |text| {
        Decryptor::new(&ours, [7; 16]).update(text.as_chunks_mut().0)
    });
    let cipher = Aes128::new(&key::<16>().into());
    run(&mut group, "cbc crate", |text| {
        let blocks = aes::Block::slice_as_chunks_mut(text).0;
        cbc::Decryptor::inner_iv_init(&cipher, &[7; 16].into()).decrypt_blocks(blocks);
    });
    run(&mut group, "bound", |text| {
        cipher.encrypt_blocks(aes::Block::slice_as_chunks_mut(text).0);
    });
    group.finish();
}

fn ctr(c: &mut Criterion) {
    let mut group = c.benchmark_group("ctr-128");
    let ours = ContentKey::new_128(key());
    for (name, width) in [("reelseal 128", Width::Bits128), ("reelseal 32", Width::Bits32)] {
        run(&mut group, name, |text| {
            Ctr::new(&ours, [7; 16], width).apply(text);
        });
    }
    run(&mut group, "ctr crate 128", |text| {
        ctr::Ctr128BE::<Aes128>::new(&key::<16>().into(), &[7; 16].into()).apply_keystream(text);
    });
    let cipher = Aes128::new(&key::<16>().into());
    run(&mut group, "bound", |text| {
        cipher.encrypt_blocks(aes::Block::slice_as_chunks_mut(text).0);
    });
    group.finish();
}

fn gcm_seal(c: &mut Criterion) {
    let mut group = c.benchmark_group("gcm-128-seal");
    let ours = ContentKey::new_128(key());
    run(&mut group, "reelseal", |text| {
        black_box(gcm::seal_in_place(&ours, Iv::Bytes12([7; 12]), &[], text));
    });
    let stock = aes_gcm::Aes128Gcm::new(&key::<16>().into());
    run(&mut group, "aes-gcm crate", |text| {
        black_box(stock.encrypt_inout_detached(&[7; 12].into(), &[], text.into()).ok());
    });
    let peer = UnboundKey::new(&AES_128_GCM, &key::<16>()).map(LessSafeKey::new);
    let peer = peer.expect("16 bytes are an AES-128 key");
    run(&mut group, "aws-lc", |text| {
        let nonce = Nonce::assume_unique_for_key([7; 12]);
        black_box(peer.seal_in_place_separate_tag(nonce, Aad::empty(), text).ok());
    });
    group.finish();
}

fn gcm_seal_256(c: &mut Criterion) {
    let mut group = c.benchmark_group("gcm-256-seal");
    let ours = ContentKey::new_256(key());
    run(&mut group, "reelseal", |text| {
        black_box(gcm::seal_in_place(&ours, Iv::Bytes12([7; 12]), &[], text));
    });
    let stock = aes_gcm::Aes256Gcm::new(&key::<32>().into());
    run(&mut group, "aes-gcm crate", |text| {
        black_box(stock.encrypt_inout_detached(&[7; 12].into(), &[], text.into()).ok());
    });
    let peer = UnboundKey::new(&AES_256_GCM, &key::<32>()).map(LessSafeKey::new);
    let peer = peer.expect("32 bytes are an AES-256 key");
    run(&mut group, "aws-lc", |text| {
        let nonce = Nonce::assume_unique_for_key([7; 12]);
        black_box(peer.seal_in_place_separate_tag(nonce, Aad::empty(), text).ok());
    });
    let cipher = Aes256::new(&key::<32>().into());
    run(&mut group, "bound", |text| {
        cipher.encrypt_blocks(aes::Block::slice_as_chunks_mut(text).0);
    });
    group.finish();
}

criterion_group!(benches, cbc_encrypt, cbc_decrypt, ctr, gcm_seal, gcm_seal_256);
criterion_main!(benches);

//! Both tiers against the stock crates, which share nothing with them. The laws of the core run
//! over the tier that the processor has; the narrower one is tested here alone.

use core::array;

use aes::cipher::consts::U16;
use aes::cipher::{BlockModeEncrypt, KeyIvInit, StreamCipher};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;

use super::*;

const KEY: [u8; 32] = *b"a key that is no secret anywhere";

/// Every tier of this processor, with a name.
fn tiers() -> impl Iterator<Item = (&'static str, Tier)> {
    #[cfg(target_arch = "x86_64")]
    let narrow = Tier::vaes256();
    #[cfg(not(target_arch = "x86_64"))]
    let narrow = None;
    let tiers = [("as detected", Tier::detect()), ("256 bits", narrow)];
    tiers.into_iter().filter_map(|(name, tier)| Some((name, tier?)))
}

fn cipher(tier: Tier, len: usize) -> Cipher {
    Cipher { tier, keys: tier.expand(&KEY[..len]).unwrap() }
}

/// Bytes that no two places share for long.
fn filled<const N: usize>(seed: usize) -> [Block; N] {
    array::from_fn(|i| array::from_fn(|j| ((i * 131 + j * 7 + seed * 29) % 251) as u8))
}

#[test]
fn only_the_lengths_of_aes_keys_are_expanded() {
    for (name, tier) in tiers() {
        for len in 0..=KEY.len() {
            let expected = [16, 24, 32].contains(&len);
            assert_eq!(tier.expand(&KEY[..len]).is_some(), expected, "{name}: {len}");
        }
    }
}

#[test]
fn ctr_equals_the_ctr_crate_also_where_32_bits_wrap() {
    fn stock<C: KeyIvInit + StreamCipher>(len: usize, counter: &Block, text: &mut [Row]) {
        let mut stream = C::new_from_slices(&KEY[..len], counter).unwrap();
        stream.apply_keystream(text.as_flattened_mut().as_flattened_mut());
    }
    for (name, tier) in tiers() {
        for len in [16, 24, 32] {
            for rows in [0, 1, 7, 15, 16, 17, 40] {
                let mut counter: Block = [9; 16];
                counter[12..].copy_from_slice(&(u32::MAX - 30).to_be_bytes());
                let text: [Block; 160] = filled(rows);
                let (mut ours, mut theirs) = (text, text);
                let ours = &mut ours.as_chunks_mut().0[..rows];
                let theirs = &mut theirs.as_chunks_mut().0[..rows];
                cipher(tier, len).apply_ctr32(u128::from_be_bytes(counter), ours);
                match len {
                    16 => stock::<ctr::Ctr32BE<aes::Aes128>>(len, &counter, theirs),
                    24 => stock::<ctr::Ctr32BE<aes::Aes192>>(len, &counter, theirs),
                    _ => stock::<ctr::Ctr32BE<aes::Aes256>>(len, &counter, theirs),
                }
                assert_eq!(ours, theirs, "{name}: {len} bytes of key, {rows} rows");
            }
        }
    }
}

#[test]
fn one_pass_of_gcm_equals_ctr_and_ghash() {
    for (name, tier) in tiers() {
        for len in [16, 24, 32] {
            let cipher = cipher(tier, len);
            let h = subkey(&cipher);
            for (rows, text_len) in product([0, 1, 15, 16, 17, 33, 40], TEXT_LENS) {
                let key = HashKey::new(&cipher, &h, text_len);
                let (counter, begun) = (3 << 64, [0x5a; 16]);
                let mut text: [Block; 160] = filled(len + rows);
                let clear = text;
                let mut masked = text;
                let text = &mut text.as_chunks_mut().0[..rows];
                cipher.apply_ctr32(counter, &mut masked.as_chunks_mut().0[..rows]);

                let mut hash = begun;
                key.encrypt(&cipher, counter, &mut hash, text);
                assert_eq!(text.as_flattened(), &masked[..4 * rows], "{name}: {rows} rows");
                let expected = ghash(&h, begun, &masked[..4 * rows]);
                assert_eq!(hash, expected, "{name}: {rows} rows encrypted");

                let mut hash = begun;
                key.decrypt(&cipher, counter, &mut hash, text);
                assert_eq!(text.as_flattened(), &clear[..4 * rows], "{name}: {rows} rows");
                assert_eq!(hash, expected, "{name}: {rows} rows decrypted");
            }
        }
    }
}

#[test]
fn hashes_of_any_number_of_blocks_are_those_of_the_ghash_crate() {
    for (name, tier) in tiers() {
        let cipher = cipher(tier, 16);
        let h = subkey(&cipher);
        let blocks: [Block; 150] = filled(1);
        for (len, text_len) in product(0..=blocks.len(), TEXT_LENS) {
            let mut hash = [0xc3; 16];
            HashKey::new(&cipher, &h, text_len).hash(&mut hash, &blocks[..len]);
            let expected = ghash(&h, [0xc3; 16], &blocks[..len]);
            assert_eq!(hash, expected, "{name}: {len} blocks, for {text_len} bytes");
        }
    }
}

/// One for each number of powers.
const TEXT_LENS: [usize; 5] = [0, 256, 512, 1024, usize::MAX];

fn product<A: Copy, B: Copy>(
    a: impl IntoIterator<Item = A>,
    b: impl IntoIterator<Item = B> + Copy,
) -> impl Iterator<Item = (A, B)> {
    a.into_iter().flat_map(move |a| b.into_iter().map(move |b| (a, b)))
}

/// H = CIPH_K(0¹²⁸).
fn subkey(cipher: &Cipher) -> Block {
    let mut row = Row::default();
    cipher.apply_ctr32(0, array::from_mut(&mut row));
    row[0]
}

/// GHASH that goes on from `hash`: what is XORed into the first block is multiplied with it.
fn ghash(h: &Block, hash: Block, blocks: &[Block]) -> Block {
    let mut ghash = GHash::new(h.into());
    let Some((first, rest)) = blocks.split_first() else { return hash };
    let first: Block = array::from_fn(|i| first[i] ^ hash[i]);
    ghash.update(&[first.into()]);
    rest.iter().for_each(|block| ghash.update(&[(*block).into()]));
    ghash.finalize().into()
}

#[test]
fn lanes_are_texts_of_their_own() {
    fn stock<C: KeyIvInit + BlockModeEncrypt<BlockSize = U16>>(
        len: usize,
        iv: &Block,
        blocks: &mut [Block],
    ) {
        let mut mode = C::new_from_slices(&KEY[..len], iv).unwrap();
        mode.encrypt_blocks(aes::Block::cast_slice_from_core_mut(blocks));
    }
    for (name, tier) in tiers() {
        for len in [16, 24, 32] {
            for blocks in [0, 1, 3, 4, 5, 11] {
                let mut ours: [[Block; 11]; LANES] = array::from_fn(filled);
                let mut theirs = ours;
                let mut chains: [Block; LANES] = filled(77);
                let ivs = chains;
                let lanes = ours.each_mut().map(|lane| &mut lane[..blocks]);
                cipher(tier, len).encrypt_lanes(&mut chains, lanes);
                for (iv, lane) in ivs.iter().zip(&mut theirs) {
                    match len {
                        16 => stock::<cbc::Encryptor<aes::Aes128>>(len, iv, &mut lane[..blocks]),
                        24 => stock::<cbc::Encryptor<aes::Aes192>>(len, iv, &mut lane[..blocks]),
                        _ => stock::<cbc::Encryptor<aes::Aes256>>(len, iv, &mut lane[..blocks]),
                    }
                }
                assert_eq!(ours, theirs, "{name}: {len} bytes of key, {blocks} blocks");
                let last = |i: usize| blocks.checked_sub(1).map_or(ivs[i], |last| ours[i][last]);
                assert_eq!(chains, array::from_fn(last), "{name}: {blocks} blocks");
            }
        }
    }
}

#[test]
fn the_shortest_lane_is_the_measure() {
    for (name, tier) in tiers() {
        let before: [[Block; 9]; LANES] = array::from_fn(filled);
        let mut lanes = before;
        let mut i = 0;
        let uneven = lanes.each_mut().map(|lane| {
            i += 1;
            &mut lane[..if i == 6 { 5 } else { 9 }]
        });
        cipher(tier, 16).encrypt_lanes(&mut [[0; 16]; LANES], uneven);
        for (lane, before) in lanes.iter().zip(&before) {
            assert_eq!(lane[5..], before[5..], "{name}");
            assert_ne!(lane[..5], before[..5], "{name}");
        }
    }
}

//! Every way to hash, against the stock crate, over numbers of texts and of blocks.

use core::array;

use sha2::block_api::compress256;

use super::*;

/// What this processor has, together and each alone.
fn ways() -> impl Iterator<Item = (&'static str, Sha256)> {
    #[cfg(target_arch = "x86_64")]
    let alone = |wide, sha_ni| {
        let found = Sha256::detect()?;
        (found.wide >= wide && found.sha_ni >= sha_ni).then_some(Sha256 { wide, sha_ni })
    };
    #[cfg(not(target_arch = "x86_64"))]
    let alone = |_, _| None;
    let all = [
        ("as detected", Sha256::detect()),
        ("AVX-512", alone(true, false)),
        ("SHA extensions", alone(false, true)),
    ];
    all.into_iter().filter_map(|(name, way)| Some((name, way?)))
}

fn blocks(seed: usize) -> [Sha256Block; 5] {
    array::from_fn(|i| array::from_fn(|j| ((i * 131 + j * 7 + seed * 29) % 251) as u8))
}

#[test]
fn any_number_of_texts_is_hashed_as_one_by_one() {
    let texts: [[Sha256Block; 5]; SHA256_LANES] = array::from_fn(blocks);
    let begun: [Sha256State; SHA256_LANES] =
        array::from_fn(|i| array::from_fn(|j| (0x9e37_79b9_u32).wrapping_mul((i * 8 + j) as u32)));
    for (name, way) in ways() {
        for count in 0..=SHA256_LANES {
            for len in 0..=5 {
                let texts = texts.each_ref().map(|text| &text[..len]);
                let (mut ours, mut theirs) = (begun, begun);
                way.compress(&mut ours[..count], &texts[..count]);
                theirs.iter_mut().zip(texts).take(count).for_each(|(s, text)| compress256(s, text));
                assert_eq!(ours, theirs, "{name}: {count} texts of {len} blocks");
            }
        }
    }
}

#[test]
fn the_shortest_text_is_the_measure() {
    let texts: [[Sha256Block; 5]; SHA256_LANES] = array::from_fn(blocks);
    for (name, way) in ways() {
        for count in 2..=SHA256_LANES {
            let mut uneven = texts.each_ref().map(|text| &text[..]);
            uneven[count / 2] = &texts[count / 2][..2];
            let (mut ours, mut theirs) = ([[7; 8]; SHA256_LANES], [[7; 8]; SHA256_LANES]);
            way.compress(&mut ours[..count], &uneven[..count]);
            let all = theirs.iter_mut().zip(&texts).take(count);
            all.for_each(|(state, text)| compress256(state, &text[..2]));
            assert_eq!(ours, theirs, "{name}: {count} texts");
        }
    }
}

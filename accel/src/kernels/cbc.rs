//! CBC over lanes, once for all tiers: as [`kernels!`](super), of which it uses the operations.
//!
//! | here     | SP 800-38A           | unit                                |
//! |----------|----------------------|-------------------------------------|
//! | `chains` | Cⱼ₋₁ of each lane    | one block for each lane, by fours   |
//! | `c`      | the same             | one vector for each four            |

/// The kernel of one tier.
macro_rules! cbc_kernel {
    ($features:literal) => {
        /// CBC over 16 lanes, as many blocks of each as the shortest has.
        #[target_feature(enable = $features)]
        pub(crate) fn cbc(
            keys: &RoundKeys,
            chains: &mut [Block; LANES],
            mut lanes: [&mut [Block]; LANES],
        ) {
            match keys {
                RoundKeys::Aes128(keys) => lanes_of(keys, chains, &mut lanes),
                RoundKeys::Aes192(keys) => lanes_of(keys, chains, &mut lanes),
                RoundKeys::Aes256(keys) => lanes_of(keys, chains, &mut lanes),
            }
        }

        /// Four blocks of four lanes are four rows; the next block of each of them is a vector.
        #[target_feature(enable = $features)]
        fn lanes_of<const R: usize>(
            keys: &[Block; R],
            chains: &mut [Block; LANES],
            lanes: &mut [&mut [Block]; LANES],
        ) {
            let keys = &broadcast(keys);
            let len = lanes.iter().map(|lane| lane.len()).min().unwrap_or(0);
            let (chains, lanes) = (chains.as_chunks_mut::<4>().0, lanes.as_chunks_mut::<4>().0);
            let mut c = [zero(); LANES / 4];
            for (c, chains) in c.iter_mut().zip(&*chains) {
                *c = load(chains);
            }
            let mut rows: [[&mut [Row]; 4]; LANES / 4] = Default::default();
            for (rows, lanes) in rows.iter_mut().zip(&mut *lanes) {
                *rows = lanes.each_mut().map(|lane| lane.as_chunks_mut().0);
            }
            for at in 0..len / 4 {
                let keys = from_memory(keys);
                let mut blocks = [[zero(); 4]; LANES / 4];
                for (blocks, [a, b, c, d]) in blocks.iter_mut().zip(&rows) {
                    *blocks = transpose([load(&a[at]), load(&b[at]), load(&c[at]), load(&d[at])]);
                }
                for j in 0..4 {
                    for (c, blocks) in c.iter_mut().zip(&blocks) {
                        *c = xor(*c, xor(blocks[j], keys[0]));
                    }
                    for r in 1..R - 1 {
                        for c in &mut c {
                            *c = aesenc(*c, keys[r]);
                        }
                    }
                    for (c, blocks) in c.iter_mut().zip(&mut blocks) {
                        *c = aesenclast(*c, keys[R - 1]);
                        blocks[j] = *c;
                    }
                }
                for (blocks, rows) in blocks.into_iter().zip(&mut rows) {
                    for (row, lane) in transpose(blocks).into_iter().zip(rows) {
                        lane[at] = store(row);
                    }
                }
            }
            for at in len / 4 * 4..len {
                for (c, lanes) in c.iter_mut().zip(&mut *lanes) {
                    let row = [lanes[0][at], lanes[1][at], lanes[2][at], lanes[3][at]];
                    *c = xor(*c, xor(load(&row), keys[0]));
                    for r in 1..R - 1 {
                        *c = aesenc(*c, keys[r]);
                    }
                    *c = aesenclast(*c, keys[R - 1]);
                    for (block, lane) in store(*c).into_iter().zip(lanes) {
                        lane[at] = block;
                    }
                }
            }
            for (c, chains) in c.into_iter().zip(chains) {
                *chains = store(c);
            }
        }
    };
}

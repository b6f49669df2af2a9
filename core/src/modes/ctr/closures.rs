//! CTR over whole blocks, as closures that the backends of AES run.

use core::cmp::min;

use zeroize::Zeroize;

use super::{Width, count};
use crate::block::{
    Array, Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, CipherBlock,
    ParBlocks, U16, xor_into, xor_rows,
};

pub(super) struct One<'a>(pub(super) &'a mut CipherBlock);

impl BlockSizeUser for One<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for One<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        backend.encrypt_block_inplace(self.0);
    }
}

/// CTR of SP 800-38A §6.5 over whole blocks. Counter blocks that differ in their last byte alone
/// are a table, XORed with what they share: that is wide vector code, and additions are not.
pub(super) struct Apply<'a> {
    pub(super) counter: u128,
    pub(super) width: Width,
    pub(super) blocks: &'a mut [CipherBlock],
}

impl BlockSizeUser for Apply<'_> {
    type BlockSize = U16;
}

// req CTR-1: the text is XORed with encrypted counter blocks, the last of them cut
impl BlockCipherEncClosure for Apply<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { mut counter, width, blocks: mut rest } = self;
        // All but the last byte of the counter is the same in a row.
        let (mut row, mut shared) = (ParBlocks::<B>::default(), ParBlocks::<B>::default());
        let row_len = min(row.len(), 256);
        while !rest.is_empty() {
            let [.., last] = counter.to_be_bytes();
            shared.fill((counter & !0xff).to_be_bytes().into());
            let last_bytes = LAST_BYTES.get(usize::from(last)..).unwrap_or_default();
            let now_len = min(rest.len(), 256 - usize::from(last));
            let Some((now, later)) = rest.split_at_mut_checked(now_len) else { return };
            if now.len() < row_len / 4 {
                apply_singly(backend, counter, width, now);
                (counter, rest) = (width.add(counter, count(now)), later);
                continue;
            }
            for (text, last) in now.chunks_mut(row_len).zip(last_bytes.chunks_exact(row_len)) {
                xor_rows(&mut row, Array::cast_slice_from_core(last), &shared); // Tⱼ
                backend.encrypt_par_blocks_inplace(&mut row); //        Oⱼ = CIPH_K(Tⱼ)
                xor_into(text, row.get(..text.len()).unwrap_or_default()); // Cⱼ = Pⱼ ⊕ Oⱼ
            }
            counter = width.add(counter, count(now));
            rest = later;
        }
        Array::slice_as_flattened_mut(&mut row).zeroize();
    }
}

/// [`Apply`] by additions: in it the last byte of the counter is an address.
pub(super) struct ApplySecretly<'a> {
    pub(super) counter: u128,
    pub(super) width: Width,
    pub(super) blocks: &'a mut [CipherBlock],
}

impl BlockSizeUser for ApplySecretly<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for ApplySecretly<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let Self { mut counter, width, blocks } = self;
        let mut row = ParBlocks::<B>::default();
        let mut rows = blocks.chunks_exact_mut(row.len());
        for text in &mut rows {
            for block in &mut row {
                *block = counter.to_be_bytes().into(); //               Tⱼ
                counter = width.add(counter, 1);
            }
            backend.encrypt_par_blocks_inplace(&mut row); //            Oⱼ = CIPH_K(Tⱼ)
            xor_into(text, &row); //                                    Cⱼ = Pⱼ ⊕ Oⱼ
        }
        apply_singly(backend, counter, width, rows.into_remainder());
        Array::slice_as_flattened_mut(&mut row).zeroize();
    }
}

/// A few blocks, for which a row would be much too long.
#[inline(always)]
fn apply_singly<B: BlockCipherEncBackend<BlockSize = U16>>(
    backend: &B,
    mut counter: u128,
    width: Width,
    blocks: &mut [CipherBlock],
) {
    let mut stream = CipherBlock::default();
    for block in blocks {
        stream = counter.to_be_bytes().into();
        backend.encrypt_block_inplace(&mut stream);
        xor_into(core::slice::from_mut(block), core::slice::from_ref(&stream));
        counter = width.add(counter, 1);
    }
    stream.as_mut_slice().zeroize();
}

/// Block i is zero but for its last byte, i modulo 256: whole rows can begin at any of the first
/// 256, and what a row has too much is not used.
static LAST_BYTES: [Block; 512] = last_bytes();

const fn last_bytes() -> [Block; 512] {
    let mut table = [[0; 16]; 512];
    let mut rest: &mut [Block] = &mut table;
    let mut i = 0u8;
    while let [[.., last], more @ ..] = rest {
        *last = i;
        i = i.wrapping_add(1);
        rest = more;
    }
    table
}

//! CTR: the examples of SP 800-38A, the wrap of each width, and every way to cut a text.

mod common;

use common::{hex, hex_array, text};
use reelseal_core::modes::ctr::{Block, Ctr, Width};
use reelseal_core::secret::ContentKey;

fn ctr(first: Block, width: Width) -> Ctr {
    Ctr::new(&ContentKey::new_128(*b"keykeykeykeykeyk"), first, width)
}

/// The key stream, a block at a time, each from a counter of its own.
fn block_by_block(len: usize, counters: impl Iterator<Item = u128>) -> Vec<u8> {
    let mut stream = vec![];
    for counter in counters.take(len.div_ceil(16)) {
        let mut block = [0; 16];
        ctr(counter.to_be_bytes(), Width::Bits128).apply(&mut block).unwrap();
        stream.extend(block);
    }
    stream.truncate(len);
    stream
}

// req CTR-1
#[test]
fn ctr_is_that_of_sp_800_38a_f_5() {
    let first = hex_array("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    let clear = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
         30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
    for (key, expected) in [
        (
            ContentKey::new_128(hex_array("2b7e151628aed2a6abf7158809cf4f3c")),
            "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff\
             5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
        ),
        (
            ContentKey::new_192(hex_array("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b")),
            "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94\
             1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
        ),
        (
            ContentKey::new_256(hex_array(
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
            )),
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5\
             2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
        ),
    ] {
        let mut buffer = clear.clone();
        Ctr::new(&key, first, Width::Bits128).apply(&mut buffer).unwrap();
        assert_eq!(buffer, hex(expected));
        Ctr::new(&key, first, Width::Bits128).apply(&mut buffer).unwrap();
        assert_eq!(buffer, clear);
    }
}

// req ET-FILE-2
/// Computed with PyCA `cryptography` and with OpenSSL 3.0.
#[test]
fn ctr_is_that_of_openssl() {
    let mut buffer = *b"Elastic Transcoder";
    ctr(*b"1234567890123456", Width::Bits128).apply(&mut buffer).unwrap();
    assert_eq!(buffer[..], hex("2e391d3d99895d43373bd1020b7601d4e86d"));

    let mut wrapped = [0; 32];
    ctr([0xff; 16], Width::Bits128).apply(&mut wrapped).unwrap();
    let expected = hex("fa910973e3e8494b09a8059754cd1b6db4a7f035944c3a09518071a710c3c3af");
    assert_eq!(wrapped[..], expected);
}

// req CTR-2
/// From ten blocks before the wrap to far beyond it, past every row and every table of counters.
#[test]
fn a_counter_wraps_in_its_own_width() {
    let upper = 0xa5a5_a5a5_a5a5_a5a5_a5a5_a5a5_0000_0000_u128;
    let bits32 = (0..).map(|i| upper | u128::from(0xffff_fff6_u32.wrapping_add(i)));
    let upper = 0xa5a5_a5a5_a5a5_a5a5_0000_0000_0000_0000_u128;
    let bits64 = (0..).map(|i| upper | u128::from(0xffff_ffff_ffff_fff6_u64.wrapping_add(i)));
    let bits128 = (0..).map(|i| 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fff6_u128.wrapping_add(i));
    let len = 1000 * 16 + 5;
    for (width, expected) in [
        (Width::Bits32, block_by_block(len, bits32)),
        (Width::Bits64, block_by_block(len, bits64)),
        (Width::Bits128, block_by_block(len, bits128)),
    ] {
        let mut first = [0xa5; 16];
        let counting = match width {
            Width::Bits32 => 4,
            Width::Bits64 => 8,
            Width::Bits128 => 16,
        };
        first[16 - counting..].fill(0xff);
        first[15] = 0xf6;
        let mut stream = vec![0; len];
        ctr(first, width).apply(&mut stream).unwrap();
        assert!(stream == expected, "{width:?}");
    }
}

#[test]
fn a_stream_is_the_same_from_any_counter() {
    for last in 0..=255u8 {
        let mut first = [7; 16];
        first[15] = last;
        let from = u128::from_be_bytes(first);
        let mut stream = vec![0; 5000];
        ctr(first, Width::Bits64).apply(&mut stream).unwrap();
        assert!(stream == block_by_block(5000, from..), "{last}");
    }
}

#[test]
fn any_chunking_equals_one_shot() {
    let clear = text(10_000);
    let mut whole = clear.clone();
    ctr([9; 16], Width::Bits128).apply(&mut whole).unwrap();
    for step in [1, 2, 7, 15, 16, 17, 33, 1000, 1024, 4097] {
        let mut buffer = clear.clone();
        let mut ctr = ctr([9; 16], Width::Bits128);
        buffer.chunks_mut(step).for_each(|chunk| ctr.apply(chunk).unwrap());
        assert!(buffer == whole, "{step}");
    }
}

#[test]
fn a_stream_can_be_entered_anywhere() {
    let mut whole = vec![0; 10_000];
    ctr([9; 16], Width::Bits32).apply(&mut whole).unwrap();
    for at in [0, 1, 15, 16, 17, 255, 4096, 4097, 9_999, 10_000] {
        let mut part = vec![0; 10_000 - at];
        let mut ctr = ctr([9; 16], Width::Bits32);
        ctr.apply(&mut [0; 100]).unwrap();
        ctr.seek(at.try_into().unwrap()).unwrap();
        ctr.apply(&mut part).unwrap();
        assert!(part == whole[at..], "{at}");
    }
}

// req CTR-3
#[test]
fn no_counter_goes_once_around() {
    let around = 1u64 << 36;
    let mut ctr = ctr([0xff; 16], Width::Bits32);
    assert_eq!(ctr.seek(around + 1), None);
    ctr.seek(around).unwrap();
    assert_eq!(ctr.apply(&mut []), Some(()));
    assert_eq!(ctr.apply(&mut [0]), None);

    ctr.seek(around - 2).unwrap();
    let mut text = [1, 2, 3];
    assert_eq!(ctr.apply(&mut text), None);
    assert_eq!(text, [1, 2, 3], "a refused text was altered");
    assert_eq!(ctr.apply(&mut text[..2]), Some(()));
    assert_eq!(ctr.apply(&mut text), None);
}

#[test]
fn wide_counters_reach_the_end_of_any_file() {
    for width in [Width::Bits64, Width::Bits128] {
        let mut ctr = ctr([0xff; 16], width);
        ctr.seek(u64::MAX).unwrap();
        assert_eq!(ctr.apply(&mut [0; 100]), Some(()));
    }
}

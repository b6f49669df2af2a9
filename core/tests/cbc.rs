//! CBC: the examples of SP 800-38A, every length across the rows of the widest backend, and
//! what a refused padding leaves behind.

mod common;

use common::{hex, hex_array, text};
use reelseal_core::Inauthentic;
use reelseal_core::modes::cbc::{self, Block, Decryptor, Encryptor};
use reelseal_core::secret::ContentKey;

const KEY: [u8; 16] = *b"keykeykeykeykeyk";
const IV: Block = *b"1234567890123456";

/// SP 800-38A Appendix F: four blocks of text.
const TEXT: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                    30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

fn encrypt(text: &[u8]) -> Vec<u8> {
    let mut buffer = text.to_vec();
    buffer.resize(cbc::encrypted_len(text.len()).unwrap(), 0xff);
    let encryptor = Encryptor::new(&ContentKey::new_128(KEY), IV);
    cbc::encrypt_in_place(encryptor, &mut buffer, text.len()).unwrap();
    buffer
}

fn decryptor() -> Decryptor {
    Decryptor::new(&ContentKey::new_128(KEY), IV)
}

// req CBC-1
#[test]
fn cbc_is_that_of_sp_800_38a_f_2() {
    let iv = hex_array("000102030405060708090a0b0c0d0e0f");
    for (key, expected) in [
        (
            ContentKey::new_128(hex_array("2b7e151628aed2a6abf7158809cf4f3c")),
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2\
             73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
        ),
        (
            ContentKey::new_192(hex_array("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b")),
            "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a\
             571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
        ),
        (
            ContentKey::new_256(hex_array(
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
            )),
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
             39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
        ),
    ] {
        let mut buffer = hex(TEXT);
        let (blocks, _) = buffer.as_chunks_mut();
        Encryptor::new(&key, iv).update(blocks);
        assert_eq!(blocks.as_flattened(), hex(expected));
        Decryptor::new(&key, iv).update(blocks);
        assert_eq!(blocks.as_flattened(), hex(TEXT));
    }
}

/// The key and IV of Elastic Transcoder's tutorial; computed with OpenSSL 3.0.
#[test]
fn cbc_is_that_of_openssl() {
    let key = ContentKey::new_128(*b"keykeykeykeykeyk");
    let cipher = cbc::Encryptor::new(&key, *b"1234567890123456");
    let mut buffer = *b"Elastic Transcoder--------------";
    cbc::encrypt_in_place(cipher, &mut buffer, 18).unwrap();
    let expected = hex("060203771a4d88bcc98bab64211decbd9b7d81589cd2a378a9b42cb3671a1902");
    assert_eq!(buffer[..], expected);

    let empty = cbc::Encryptor::new(&key, *b"1234567890123456").finish(b"").unwrap();
    assert_eq!(empty[..], hex("e84b8ac50dd9dc1e53142ac8b939d963"));
}

/// 64 blocks are a row of the widest backend: lengths beyond two rows meet every remainder.
#[test]
fn decryption_inverts_encryption_at_every_length() {
    for len in 0..=2100 {
        let clear = text(len);
        let mut buffer = encrypt(&clear);
        assert_eq!(buffer.len(), len / 16 * 16 + 16);
        assert_eq!(cbc::decrypt_in_place(decryptor(), &mut buffer).unwrap(), clear, "{len}");
        assert!(buffer[len..].iter().all(|&byte| byte == 0), "padding was left behind");
    }
}

#[test]
fn any_chunking_equals_one_shot() {
    let clear = text(200 * 16 + 5);
    let sealed = encrypt(&clear);
    for step in [1, 2, 3, 63, 64, 65, 100] {
        let key = ContentKey::new_128(KEY);
        let (mut encryptor, mut decryptor) = (Encryptor::new(&key, IV), decryptor());

        let mut buffer = clear.clone();
        let (blocks, tail) = buffer.as_chunks_mut();
        blocks.chunks_mut(step).for_each(|blocks| encryptor.update(blocks));
        assert_eq!(blocks.as_flattened(), &sealed[..3200]);
        let last = encryptor.finish(tail).unwrap();
        assert_eq!(last, sealed[3200..]);

        blocks.chunks_mut(step).for_each(|blocks| decryptor.update(blocks));
        assert_eq!(blocks.as_flattened(), &clear[..3200]);
        assert_eq!(*decryptor.finish(last).unwrap(), clear[3200..]);
    }
}

#[test]
fn a_refused_padding_leaves_zeros() {
    let mut refused = 0;
    for bit in 0..128 {
        let mut buffer = encrypt(&text(100));
        let at = buffer.len() - 32 + bit / 8;
        buffer[at] ^= 1 << (bit % 8);
        if cbc::decrypt_in_place(decryptor(), &mut buffer) == Err(Inauthentic) {
            assert!(buffer.iter().all(|&byte| byte == 0), "refused text was left behind");
            refused += 1;
        }
    }
    // 112 bytes hold 100 of text: the flips in the 12 bytes of padding are seen, no others.
    assert_eq!(refused, 12 * 8);
}

#[test]
fn refused_lengths_leave_zeros() {
    for len in (0..100).filter(|len| len % 16 != 0 || *len == 0) {
        let mut buffer = vec![0xff; len];
        assert_eq!(cbc::decrypt_in_place(decryptor(), &mut buffer), Err(Inauthentic));
        assert!(buffer.iter().all(|&byte| byte == 0));
    }
}

#[test]
fn a_buffer_of_another_length_is_refused_untouched() {
    for len in [0, 15, 16, 31, 33, 48] {
        let mut buffer = vec![0xff; len];
        let encryptor = Encryptor::new(&ContentKey::new_128(KEY), IV);
        assert!(cbc::encrypt_in_place(encryptor, &mut buffer, 20).is_none());
        assert!(buffer.iter().all(|&byte| byte == 0xff));
    }
    assert!(Encryptor::new(&ContentKey::new_128(KEY), IV).finish(&[0; 16]).is_none());
    assert!(Encryptor::new(&ContentKey::new_128(KEY), IV).finish(&[0; 17]).is_none());
    assert_eq!(cbc::encrypted_len(usize::MAX), None);
}

// req CBC-3
/// Every value of the last byte, over every length of a run of that value before it.
#[test]
fn unpad_accepts_exactly_the_paddings_of_rfc_5652() {
    for k in 0..=255u8 {
        for run in 1..=16 {
            let mut block = [!k; 16];
            block[16 - run..].fill(k);
            let good = (1..=16).contains(&k) && run >= usize::from(k);
            let expected = if good { Ok(16 - usize::from(k)) } else { Err(Inauthentic) };
            assert_eq!(cbc::unpad(&block), expected, "{run} bytes of {k}");
        }
    }
}

#[test]
fn unpad_sees_every_bit_of_the_padding() {
    for k in 1..=16usize {
        for bit in (16 - k) * 8..128 {
            let mut block = [0xA5; 16];
            block[16 - k..].fill(k as u8);
            block[bit / 8] ^= 1 << (bit % 8);
            // A flip in the last byte may make a shorter padding, and that one is good.
            let [.., last] = block;
            let shorter = bit >= 120 && last == 1;
            assert_eq!(cbc::unpad(&block).is_ok(), shorter, "padding {k}, bit {bit}");
        }
    }
}

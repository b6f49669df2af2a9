//! CBC with PKCS#7.

use reelseal_core::Inauthentic;
use reelseal_core::modes::cbc::{self, Decryptor, Encryptor};
use reelseal_spec as spec;

use super::{Law, assert_zero};
use crate::cases::CbcCase;

/// The laws of this file.
pub const ALL: &[Law<CbcCase>] = &[
    Law { name: "cbc_agrees_with_spec", holds: cbc_agrees_with_spec },
    Law { name: "cbc_decrypt_inverts_encrypt", holds: cbc_decrypt_inverts_encrypt },
    Law { name: "cbc_opens_what_spec_opens", holds: cbc_opens_what_spec_opens },
    Law {
        name: "cbc_refuses_any_padding_that_spec_refuses",
        holds: cbc_refuses_any_padding_that_spec_refuses,
    },
    Law { name: "cbc_any_chunking_equals_one_shot", holds: cbc_any_chunking_equals_one_shot },
    Law {
        name: "cbc_refused_lengths_are_refused_before_any_key_is_used",
        holds: cbc_refused_lengths_are_refused_before_any_key_is_used,
    },
];

// req CBC-1, CBC-2
/// Core and model encrypt to the same bytes.
pub fn cbc_agrees_with_spec(c: &CbcCase) {
    assert_eq!(encrypt(c), spec::cbc::encrypt_padded(c.key.bytes(), c.iv, &c.text.0));
}

/// What was encrypted is decrypted.
pub fn cbc_decrypt_inverts_encrypt(c: &CbcCase) {
    assert_eq!(decrypt(c, &encrypt(c)).as_ref(), Some(&c.text.0));
}

/// CBC has no tag: a flipped bit, and bytes that nobody encrypted, give what the model says they
/// give, or are refused by both, with zeros left. What opens is encrypted to the same again.
pub fn cbc_opens_what_spec_opens(c: &CbcCase) {
    let mut altered = encrypt(c);
    c.flip.apply(&mut [&mut altered]);
    for ciphertext in [&altered, &c.raw.0] {
        let opened = decrypt(c, ciphertext);
        assert_eq!(opened, spec::cbc::decrypt_padded(c.key.bytes(), c.iv, ciphertext));
        if let Some(text) = opened {
            let again = spec::cbc::encrypt_padded(c.key.bytes(), c.iv, &text);
            assert_eq!(again, *ciphertext);
        }
    }
}

// req CBC-3
/// A last block that is almost padded: by the block, and at the end of a ciphertext.
pub fn cbc_refuses_any_padding_that_spec_refuses(c: &CbcCase) {
    let mut last = c.last;
    if let crate::cases::Part::Other(k) = c.pad {
        let k = k % 18;
        last[16usize.saturating_sub(usize::from(k))..].fill(k);
        if k % 2 == 0 {
            c.flip.apply(&mut [&mut last]);
        }
        last[15] = k;
    }
    let text = spec::cbc::unpad(&last);
    assert_eq!(cbc::unpad(&last), text.as_ref().map(Vec::len).ok_or(Inauthentic));
    let ciphertext = spec::cbc::encrypt(c.key.bytes(), c.iv, &[c.iv, last].concat());
    assert_eq!(decrypt(c, &ciphertext), text.map(|text| [&c.iv[..], &text].concat()));
}

/// It does not matter in how many calls the blocks come.
pub fn cbc_any_chunking_equals_one_shot(c: &CbcCase) {
    let whole = encrypt(c);
    let mut buffer = c.text.0.clone();
    let (blocks, tail) = buffer.as_chunks_mut();
    let mut encryptor = Encryptor::new(&c.key.content(), c.iv);
    c.chunking.cut(blocks).into_iter().for_each(|piece| encryptor.update(piece));
    let last = encryptor.finish(tail).expect("a tail");
    assert_eq!([blocks.as_flattened(), &last].concat(), whole);

    let mut buffer = whole;
    let (blocks, _) = buffer.as_chunks_mut();
    let (last, blocks) = blocks.split_last_mut().expect("one at least");
    let mut decryptor = Decryptor::new(&c.key.content(), c.iv);
    c.chunking.cut(blocks).into_iter().for_each(|piece| decryptor.update(piece));
    let tail = decryptor.finish(*last).expect("our own padding");
    assert_eq!([blocks.as_flattened(), &tail].concat(), c.text.0);
}

/// Lengths that do not fit are refused: encryption leaves the buffer, decryption zeros.
pub fn cbc_refused_lengths_are_refused_before_any_key_is_used(c: &CbcCase) {
    let encryptor = || Encryptor::new(&c.key.content(), c.iv);
    let len = c.text.0.len();
    let right = cbc::encrypted_len(len).expect("short");
    assert_eq!(right, len + 16 - len % 16);
    for wrong in [len, right - 1, right + 1, right + 16].into_iter().filter(|&l| l != right) {
        let mut buffer = vec![0xee; wrong];
        assert_eq!(cbc::encrypt_in_place(encryptor(), &mut buffer, len), None, "{wrong}");
        assert!(buffer.iter().all(|&byte| byte == 0xee), "a refused buffer was altered");
    }
    let whole = [&c.text.0[..], &[0; 16]].concat();
    assert_eq!(encryptor().finish(&whole), None, "a tail of a block and more");
    if !len.is_multiple_of(16) || len == 0 {
        assert_eq!(decrypt(c, &c.text.0), None);
    }
}

fn encrypt(c: &CbcCase) -> Vec<u8> {
    let mut buffer = c.text.0.clone();
    buffer.resize(cbc::encrypted_len(c.text.0.len()).expect("short"), 0xff);
    let encryptor = Encryptor::new(&c.key.content(), c.iv);
    cbc::encrypt_in_place(encryptor, &mut buffer, c.text.0.len()).expect("lengths fit");
    buffer
}

fn decrypt(c: &CbcCase, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = ciphertext.to_vec();
    let opened = cbc::decrypt_in_place(Decryptor::new(&c.key.content(), c.iv), &mut buffer);
    match opened.map(|text| text.to_vec()) {
        Ok(text) => {
            assert_zero(&buffer[text.len()..]);
            Some(text)
        }
        Err(Inauthentic) => {
            assert_zero(&buffer);
            None
        }
    }
}

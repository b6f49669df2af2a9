//! CBC: SP 800-38A §6.2; PKCS#7 padding: RFC 5652 §6.3.

use crate::aes::{Aes, Block};

/// CBC encryption of whole blocks: C₁ = CIPH(P₁ ⊕ IV), Cⱼ = CIPH(Pⱼ ⊕ Cⱼ₋₁).
///
/// # Panics
///
/// If `plaintext` is not whole blocks.
pub fn encrypt(key: &[u8], iv: Block, plaintext: &[u8]) -> Vec<u8> {
    let (aes, mut c) = (Aes::new(key), vec![iv]);
    for p in blocks(plaintext) {
        c.push(aes.encrypt(xor(p, c[c.len() - 1])));
    }
    c[1..].concat()
}

/// CBC decryption of whole blocks: Pⱼ = CIPH⁻¹(Cⱼ) ⊕ Cⱼ₋₁.
///
/// # Panics
///
/// If `ciphertext` is not whole blocks.
pub fn decrypt(key: &[u8], iv: Block, ciphertext: &[u8]) -> Vec<u8> {
    let aes = Aes::new(key);
    let c = [vec![iv], blocks(ciphertext)].concat();
    c.windows(2).map(|pair| xor(aes.decrypt(pair[1]), pair[0])).collect::<Vec<_>>().concat()
}

/// Pads with k bytes of value k, 1 ≤ k ≤ 16, to whole blocks.
pub fn pad(message: &[u8]) -> Vec<u8> {
    let k = 16 - message.len() % 16;
    [message, &vec![k as u8; k]].concat()
}

/// The one message that [`pad`] makes into `padded`.
pub fn unpad(padded: &[u8]) -> Option<Vec<u8>> {
    let k = usize::from(*padded.last()?);
    let message = &padded[..padded.len().checked_sub(k)?];
    (pad(message) == padded).then(|| message.to_vec())
}

/// CBC with PKCS#7.
pub fn encrypt_padded(key: &[u8], iv: Block, message: &[u8]) -> Vec<u8> {
    encrypt(key, iv, &pad(message))
}

/// CBC with PKCS#7. `None` where `ciphertext` is not whole blocks, or the padding is wrong.
pub fn decrypt_padded(key: &[u8], iv: Block, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let whole = ciphertext.len().is_multiple_of(16);
    if whole { unpad(&decrypt(key, iv, ciphertext)) } else { None }
}

fn blocks(bytes: &[u8]) -> Vec<Block> {
    bytes.chunks(16).map(|c| c.try_into().expect("whole blocks")).collect()
}

fn xor(a: Block, b: Block) -> Block {
    std::array::from_fn(|i| a[i] ^ b[i])
}

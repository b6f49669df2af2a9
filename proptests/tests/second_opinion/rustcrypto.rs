//! The stock mode crates of RustCrypto. They share `aes` with the core, and nothing above it.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::consts::{U12, U16};
use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser,
    KeyInit, KeyIvInit, StreamCipher,
};
use aes::{Aes128, Aes192, Aes256};
use aes_gcm::aead::AeadInOut;
use aes_gcm::{AesGcm, Tag};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha512};

use crate::{Hash, Opinion, Said};

pub(crate) struct RustCrypto;

/// Calls a function for the AES of the key's length.
fn by_size(key: &[u8], [of_16, of_24, of_32]: [&dyn Fn() -> Option<Vec<u8>>; 3]) -> Said {
    let bytes = match key.len() {
        16 => of_16(),
        24 => of_24(),
        _ => of_32(),
    };
    bytes.map_or(Said::Refused, Said::Bytes)
}

fn cbc_encrypt<C>(key: &[u8], iv: [u8; 16], text: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let encryptor = cbc::Encryptor::<C>::new_from_slices(key, &iv).expect("lengths");
    let mut out = vec![0; text.len() + 16];
    encryptor.encrypt_padded_b2b::<Pkcs7>(text, &mut out).ok().map(<[u8]>::to_vec)
}

fn cbc_decrypt<C>(key: &[u8], iv: [u8; 16], text: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let decryptor = cbc::Decryptor::<C>::new_from_slices(key, &iv).expect("lengths");
    let mut buffer = text.to_vec();
    decryptor.decrypt_padded::<Pkcs7>(&mut buffer).ok().map(<[u8]>::to_vec)
}

fn ctr<C>(key: &[u8], first: [u8; 16], bits: u32, text: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let mut text = text.to_vec();
    match bits {
        128 => ctr::Ctr128BE::<C>::new_from_slices(key, &first).ok()?.apply_keystream(&mut text),
        64 => ctr::Ctr64BE::<C>::new_from_slices(key, &first).ok()?.apply_keystream(&mut text),
        _ => ctr::Ctr32BE::<C>::new_from_slices(key, &first).ok()?.apply_keystream(&mut text),
    }
    Some(text)
}

fn gcm_seal<C>(key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let mut text = text.to_vec();
    let tag = if let Ok(iv) = iv.try_into() {
        let gcm = AesGcm::<C, U12>::new_from_slice(key).expect("length");
        gcm.encrypt_inout_detached(iv, aad, text.as_mut_slice().into())
    } else {
        let gcm = AesGcm::<C, U16>::new_from_slice(key).expect("length");
        let iv = iv.try_into().expect("12 or 16 bytes");
        gcm.encrypt_inout_detached(iv, aad, text.as_mut_slice().into())
    };
    tag.ok().map(|tag| [&text[..], &tag].concat())
}

fn gcm_open<C>(key: &[u8], iv: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let (text, tag) = sealed.split_at(sealed.len() - 16);
    let (mut text, tag) = (text.to_vec(), Tag::try_from(tag).expect("16 bytes"));
    let opened = if let Ok(iv) = iv.try_into() {
        let gcm = AesGcm::<C, U12>::new_from_slice(key).expect("length");
        gcm.decrypt_inout_detached(iv, aad, text.as_mut_slice().into(), &tag)
    } else {
        let gcm = AesGcm::<C, U16>::new_from_slice(key).expect("length");
        let iv = iv.try_into().expect("12 or 16 bytes");
        gcm.decrypt_inout_detached(iv, aad, text.as_mut_slice().into(), &tag)
    };
    opened.ok().map(|()| text)
}

/// The crate of KW is generic over crates of AES, not over traits: three arms each.
fn kw(kek: &[u8], input: &[u8], wrap: bool) -> Said {
    let mut out = vec![0; input.len() + 8];
    let result = match (kek.len(), wrap) {
        (16, true) => aes_kw::KwAes128::new_from_slice(kek).expect("16").wrap_key(input, &mut out),
        (24, true) => aes_kw::KwAes192::new_from_slice(kek).expect("24").wrap_key(input, &mut out),
        (_, true) => aes_kw::KwAes256::new_from_slice(kek).expect("32").wrap_key(input, &mut out),
        (16, _) => aes_kw::KwAes128::new_from_slice(kek).expect("16").unwrap_key(input, &mut out),
        (24, _) => aes_kw::KwAes192::new_from_slice(kek).expect("24").unwrap_key(input, &mut out),
        (_, _) => aes_kw::KwAes256::new_from_slice(kek).expect("32").unwrap_key(input, &mut out),
    };
    result.map_or(Said::Refused, |bytes| Said::Bytes(bytes.to_vec()))
}

fn kwp(kek: &[u8], input: &[u8], wrap: bool) -> Said {
    let mut out = vec![0; input.len() + 16];
    let result = match (kek.len(), wrap) {
        (16, true) => aes_kw::KwpAes128::new_from_slice(kek).expect("16").wrap_key(input, &mut out),
        (24, true) => aes_kw::KwpAes192::new_from_slice(kek).expect("24").wrap_key(input, &mut out),
        (_, true) => aes_kw::KwpAes256::new_from_slice(kek).expect("32").wrap_key(input, &mut out),
        (16, _) => aes_kw::KwpAes128::new_from_slice(kek).expect("16").unwrap_key(input, &mut out),
        (24, _) => aes_kw::KwpAes192::new_from_slice(kek).expect("24").unwrap_key(input, &mut out),
        (_, _) => aes_kw::KwpAes256::new_from_slice(kek).expect("32").unwrap_key(input, &mut out),
    };
    result.map_or(Said::Refused, |bytes| Said::Bytes(bytes.to_vec()))
}

impl Opinion for RustCrypto {
    fn cbc_encrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        by_size(
            key,
            [
                &|| cbc_encrypt::<Aes128>(key, iv, text),
                &|| cbc_encrypt::<Aes192>(key, iv, text),
                &|| cbc_encrypt::<Aes256>(key, iv, text),
            ],
        )
    }

    fn cbc_decrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        by_size(
            key,
            [
                &|| cbc_decrypt::<Aes128>(key, iv, text),
                &|| cbc_decrypt::<Aes192>(key, iv, text),
                &|| cbc_decrypt::<Aes256>(key, iv, text),
            ],
        )
    }

    fn ctr(&self, key: &[u8], first: [u8; 16], bits: u32, text: &[u8]) -> Said {
        by_size(
            key,
            [
                &|| ctr::<Aes128>(key, first, bits, text),
                &|| ctr::<Aes192>(key, first, bits, text),
                &|| ctr::<Aes256>(key, first, bits, text),
            ],
        )
    }

    fn gcm_seal(&self, key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> Said {
        by_size(
            key,
            [
                &|| gcm_seal::<Aes128>(key, iv, aad, text),
                &|| gcm_seal::<Aes192>(key, iv, aad, text),
                &|| gcm_seal::<Aes256>(key, iv, aad, text),
            ],
        )
    }

    fn gcm_open(&self, key: &[u8], iv: &[u8], aad: &[u8], sealed: &[u8]) -> Said {
        by_size(
            key,
            [
                &|| gcm_open::<Aes128>(key, iv, aad, sealed),
                &|| gcm_open::<Aes192>(key, iv, aad, sealed),
                &|| gcm_open::<Aes256>(key, iv, aad, sealed),
            ],
        )
    }

    fn kw_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        kw(kek, key, true)
    }

    fn kw_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        kw(kek, wrapped, false)
    }

    fn kwp_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        kwp(kek, key, true)
    }

    fn kwp_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        kwp(kek, wrapped, false)
    }

    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Said {
        Said::Bytes(match hash {
            Hash::Sha256 => {
                let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length");
                mac.chain_update(message).finalize().into_bytes().to_vec()
            }
            Hash::Sha512 => {
                let mac = <Hmac<Sha512> as KeyInit>::new_from_slice(key).expect("any length");
                mac.chain_update(message).finalize().into_bytes().to_vec()
            }
        })
    }

    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], len: usize) -> Said {
        let mut out = vec![0; len];
        let expanded = match hash {
            Hash::Sha256 => Hkdf::<Sha256>::new(Some(salt), ikm).expand(info, &mut out),
            Hash::Sha512 => Hkdf::<Sha512>::new(Some(salt), ikm).expand(info, &mut out),
        };
        expanded.map_or(Said::Refused, |()| Said::Bytes(out))
    }

    fn kbkdf(&self, _: &[u8], _: &[u8], _: &[u8], _: usize) -> Said {
        Said::Nothing
    }
}

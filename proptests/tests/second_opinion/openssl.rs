//! OpenSSL 3 of the system. Its CTR counts 128 bits.

use openssl::cipher::{Cipher as EvpCipher, CipherRef};
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::md::Md;
use openssl::pkey::{Id, PKey};
use openssl::pkey_ctx::PkeyCtx;
use openssl::sign::Signer;
use openssl::symm::{Cipher, decrypt, decrypt_aead, encrypt, encrypt_aead};

use crate::{Hash, Opinion, Said};

pub(crate) struct OpenSsl;

impl Opinion for OpenSsl {
    fn cbc_encrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        said(encrypt(cbc(key), key, Some(&iv), text))
    }

    fn cbc_decrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        said(decrypt(cbc(key), key, Some(&iv), text))
    }

    fn ctr(&self, key: &[u8], first: [u8; 16], bits: u32, text: &[u8]) -> Said {
        let cipher = match key.len() {
            16 => Cipher::aes_128_ctr(),
            24 => Cipher::aes_192_ctr(),
            _ => Cipher::aes_256_ctr(),
        };
        if bits == 128 { said(encrypt(cipher, key, Some(&first), text)) } else { Said::Nothing }
    }

    fn gcm_seal(&self, key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> Said {
        let mut tag = [0; 16];
        let sealed = encrypt_aead(gcm(key), key, Some(iv), aad, text, &mut tag);
        said(sealed.map(|text| [&text[..], &tag].concat()))
    }

    fn gcm_open(&self, key: &[u8], iv: &[u8], aad: &[u8], sealed: &[u8]) -> Said {
        let (text, tag) = sealed.split_at(sealed.len() - 16);
        said(decrypt_aead(gcm(key), key, Some(iv), aad, text, tag))
    }

    fn kw_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        said(wrap(kw(kek), kek, key))
    }

    fn kw_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        said(unwrap(kw(kek), kek, wrapped))
    }

    fn kwp_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        said(wrap(kwp(kek), kek, key))
    }

    fn kwp_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        said(unwrap(kwp(kek), kek, wrapped))
    }

    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Said {
        let digest = match hash {
            Hash::Sha256 => MessageDigest::sha256(),
            Hash::Sha512 => MessageDigest::sha512(),
        };
        // It makes no key of nothing; HMAC has one.
        if key.is_empty() {
            return Said::Nothing;
        }
        let sign = || {
            let key = PKey::hmac(key)?;
            Signer::new(digest, &key)?.sign_oneshot_to_vec(message)
        };
        said(sign())
    }

    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], len: usize) -> Said {
        let digest = match hash {
            Hash::Sha256 => Md::sha256(),
            Hash::Sha512 => Md::sha512(),
        };
        // It takes an empty key for a missing one, which the standard does not.
        if ikm.is_empty() {
            return Said::Nothing;
        }
        let derive = || {
            let mut context = PkeyCtx::new_id(Id::HKDF)?;
            context.derive_init()?;
            context.set_hkdf_md(digest)?;
            context.set_hkdf_key(ikm)?;
            context.set_hkdf_salt(salt)?;
            context.add_hkdf_info(info)?;
            let mut out = vec![0; len];
            context.derive(Some(&mut out)).map(|_| out)
        };
        said(derive())
    }

    fn kbkdf(&self, _: &[u8], _: &[u8], _: &[u8], _: usize) -> Said {
        Said::Nothing
    }
}

fn said(result: Result<Vec<u8>, ErrorStack>) -> Said {
    result.map_or(Said::Refused, Said::Bytes)
}

fn cbc(key: &[u8]) -> Cipher {
    match key.len() {
        16 => Cipher::aes_128_cbc(),
        24 => Cipher::aes_192_cbc(),
        _ => Cipher::aes_256_cbc(),
    }
}

fn gcm(key: &[u8]) -> Cipher {
    match key.len() {
        16 => Cipher::aes_128_gcm(),
        24 => Cipher::aes_192_gcm(),
        _ => Cipher::aes_256_gcm(),
    }
}

fn kw(kek: &[u8]) -> &'static CipherRef {
    match kek.len() {
        16 => EvpCipher::aes_128_wrap(),
        24 => EvpCipher::aes_192_wrap(),
        _ => EvpCipher::aes_256_wrap(),
    }
}

fn kwp(kek: &[u8]) -> &'static CipherRef {
    match kek.len() {
        16 => EvpCipher::aes_128_wrap_pad(),
        24 => EvpCipher::aes_192_wrap_pad(),
        _ => EvpCipher::aes_256_wrap_pad(),
    }
}

fn wrap(cipher: &CipherRef, kek: &[u8], key: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut context = CipherCtx::new()?;
    context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    context.encrypt_init(Some(cipher), Some(kek), None)?;
    finish(context, key)
}

fn unwrap(cipher: &CipherRef, kek: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut context = CipherCtx::new()?;
    context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    context.decrypt_init(Some(cipher), Some(kek), None)?;
    finish(context, wrapped)
}

/// Not by `cipher_update_vec`: where KWP refuses, OpenSSL 3.0 erases as many bytes as it was
/// given, which is 8 more than it says that it needs, and the crate allocates what it says.
fn finish(mut context: CipherCtx, input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut out = vec![0; input.len() + 32];
    let len = context.cipher_update(input, Some(&mut out))?;
    let more = context.cipher_final(&mut out[len..])?;
    out.truncate(len + more);
    Ok(out)
}

//! AWS-LC, by `aws-lc-rs`: the cryptography of the services that we stand in for.

use aws_lc_rs::cipher::{
    self, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
    PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::kdf::{KbkdfCtrHmacAlgorithmId, get_kbkdf_ctr_hmac_algorithm, kbkdf_ctr_hmac};
use aws_lc_rs::key_wrap::{self, AesKek, KeyWrap, KeyWrapPadded};
use aws_lc_rs::{aead, hkdf, hmac};

use crate::{Hash, Opinion, Said};

pub(crate) struct AwsLc;

impl Opinion for AwsLc {
    fn cbc_encrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(unbound(key)).expect("CBC");
        let mut text = text.to_vec();
        let iv = EncryptionContext::Iv128(FixedLength::from(iv));
        cipher.less_safe_encrypt(&mut text, iv).expect("any text");
        Said::Bytes(text)
    }

    fn cbc_decrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(unbound(key)).expect("CBC");
        let mut text = text.to_vec();
        let iv = DecryptionContext::Iv128(FixedLength::from(iv));
        said(cipher.decrypt(&mut text, iv).map(|text| text.to_vec()))
    }

    fn ctr(&self, key: &[u8], first: [u8; 16], bits: u32, text: &[u8]) -> Said {
        if bits != 128 {
            return Said::Nothing;
        }
        let iv = || FixedLength::from(first);
        let mut masked = text.to_vec();
        let cipher = EncryptingKey::ctr(unbound(key)).expect("CTR");
        cipher.less_safe_encrypt(&mut masked, EncryptionContext::Iv128(iv())).expect("any text");
        let mut back = masked.clone();
        let cipher = DecryptingKey::ctr(unbound(key)).expect("CTR");
        cipher.decrypt(&mut back, DecryptionContext::Iv128(iv())).expect("any text");
        assert_eq!(back, text);
        Said::Bytes(masked)
    }

    fn gcm_seal(&self, key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> Said {
        let Ok(nonce) = aead::Nonce::try_assume_unique_for_key(iv) else { return Said::Nothing };
        let mut sealed = text.to_vec();
        let aad = aead::Aad::from(aad);
        aead_key(key).seal_in_place_append_tag(nonce, aad, &mut sealed).expect("any text");
        Said::Bytes(sealed)
    }

    fn gcm_open(&self, key: &[u8], iv: &[u8], aad: &[u8], sealed: &[u8]) -> Said {
        let Ok(nonce) = aead::Nonce::try_assume_unique_for_key(iv) else { return Said::Nothing };
        let mut sealed = sealed.to_vec();
        let opened = aead_key(key).open_in_place(nonce, aead::Aad::from(aad), &mut sealed);
        said(opened.map(|text| text.to_vec()))
    }

    fn kw_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        let Some(kek) = aes_kek(kek) else { return Said::Nothing };
        said(kek.wrap(key, &mut vec![0; key.len() + 8]).map(|out| out.to_vec()))
    }

    fn kw_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        let Some(kek) = aes_kek(kek) else { return Said::Nothing };
        said(kek.unwrap(wrapped, &mut vec![0; wrapped.len()]).map(|out| out.to_vec()))
    }

    fn kwp_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        let Some(kek) = aes_kek(kek) else { return Said::Nothing };
        said(kek.wrap_with_padding(key, &mut vec![0; key.len() + 15]).map(|out| out.to_vec()))
    }

    fn kwp_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        let Some(kek) = aes_kek(kek) else { return Said::Nothing };
        said(kek.unwrap_with_padding(wrapped, &mut vec![0; wrapped.len()]).map(|out| out.to_vec()))
    }

    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Said {
        let algorithm = match hash {
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha512 => hmac::HMAC_SHA512,
        };
        let tag = hmac::sign(&hmac::Key::new(algorithm, key), message);
        Said::Bytes(tag.as_ref().to_vec())
    }

    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], len: usize) -> Said {
        struct Len(usize);
        impl hkdf::KeyType for Len {
            fn len(&self) -> usize {
                self.0
            }
        }
        let algorithm = match hash {
            Hash::Sha256 => hkdf::HKDF_SHA256,
            Hash::Sha512 => hkdf::HKDF_SHA512,
        };
        let prk = hkdf::Salt::new(algorithm, salt).extract(ikm);
        let mut out = vec![0; len];
        let parts = [info];
        let okm = prk.expand(&parts, Len(len)).expect("a length of HKDF");
        said(okm.fill(&mut out).map(|()| out))
    }

    fn kbkdf(&self, key: &[u8], label: &[u8], context: &[u8], len: usize) -> Said {
        // AWS-LC wants a key, which is right: only ours is asked without one.
        if key.is_empty() {
            return Said::Nothing;
        }
        let bits = u32::try_from(8 * len).expect("short").to_be_bytes();
        let fixed = [label, &[0], context, &bits].concat();
        let algorithm = get_kbkdf_ctr_hmac_algorithm(KbkdfCtrHmacAlgorithmId::Sha256);
        let mut out = vec![0; len];
        said(kbkdf_ctr_hmac(algorithm.expect("SHA-256"), key, &fixed, &mut out).map(|()| out))
    }
}

fn said(result: Result<Vec<u8>, aws_lc_rs::error::Unspecified>) -> Said {
    result.map_or(Said::Refused, Said::Bytes)
}

fn unbound(key: &[u8]) -> UnboundCipherKey {
    let algorithm = match key.len() {
        16 => &cipher::AES_128,
        24 => &cipher::AES_192,
        _ => &cipher::AES_256,
    };
    UnboundCipherKey::new(algorithm, key).expect("length")
}

fn aead_key(key: &[u8]) -> aead::LessSafeKey {
    let algorithm = match key.len() {
        16 => &aead::AES_128_GCM,
        24 => &aead::AES_192_GCM,
        _ => &aead::AES_256_GCM,
    };
    aead::LessSafeKey::new(aead::UnboundKey::new(algorithm, key).expect("length"))
}

/// 192 bits it does not offer.
fn aes_kek(kek: &[u8]) -> Option<AesKek> {
    match kek.len() {
        16 => AesKek::new(&key_wrap::AES_128, kek).ok(),
        32 => AesKek::new(&key_wrap::AES_256, kek).ok(),
        _ => None,
    }
}

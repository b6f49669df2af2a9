//! The core's own answers.

use reelseal_core::hash::{hkdf_sha256, hkdf_sha512, hmac_sha256, hmac_sha512, kbkdf_hmac_sha256};
use reelseal_core::modes::ctr::{Ctr, Width};
use reelseal_core::modes::{cbc, gcm};
use reelseal_core::wrap::{kw, kwp};
use reelseal_proptests::cases::Key;

use crate::{Hash, Opinion, Said};

pub(crate) struct Core;

impl Opinion for Core {
    fn cbc_encrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        let mut buffer = text.to_vec();
        buffer.resize(cbc::encrypted_len(text.len()).expect("short"), 0);
        let encryptor = cbc::Encryptor::new(&Key::new(key).content(), iv);
        said(cbc::encrypt_in_place(encryptor, &mut buffer, text.len()).map(|()| buffer))
    }

    fn cbc_decrypt(&self, key: &[u8], iv: [u8; 16], text: &[u8]) -> Said {
        let mut buffer = text.to_vec();
        let decryptor = cbc::Decryptor::new(&Key::new(key).content(), iv);
        said(cbc::decrypt_in_place(decryptor, &mut buffer).ok().map(|text| text.to_vec()))
    }

    fn ctr(&self, key: &[u8], first: [u8; 16], bits: u32, text: &[u8]) -> Said {
        let width = match bits {
            128 => Width::Bits128,
            64 => Width::Bits64,
            _ => Width::Bits32,
        };
        let mut text = text.to_vec();
        let masked = Ctr::new(&Key::new(key).content(), first, width).apply(&mut text);
        said(masked.map(|()| text))
    }

    fn gcm_seal(&self, key: &[u8], iv: &[u8], aad: &[u8], text: &[u8]) -> Said {
        let mut text = text.to_vec();
        let tag = gcm::seal_in_place(&Key::new(key).content(), gcm_iv(iv), &[aad], &mut text);
        said(tag.map(|tag| [&text[..], &tag].concat()))
    }

    fn gcm_open(&self, key: &[u8], iv: &[u8], aad: &[u8], sealed: &[u8]) -> Said {
        let (text, tag) = sealed.split_last_chunk().expect("a tag");
        let mut text = text.to_vec();
        let key = Key::new(key).content();
        let opened = gcm::open_in_place(&key, gcm_iv(iv), &[aad], &mut text, tag);
        said(opened.ok().map(|()| text))
    }

    fn kw_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        let mut out = vec![0; key.len() + 8];
        said(kw::wrap(&Key::new(kek).kek(), key, &mut out).map(<[u8]>::to_vec))
    }

    fn kw_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        let mut buffer = wrapped.to_vec();
        let wrapped = kw::WrappedMut::parse(&mut buffer).expect("a length of KW");
        said(wrapped.unwrap(&Key::new(kek).kek()).ok().map(|key| key.to_vec()))
    }

    fn kwp_wrap(&self, kek: &[u8], key: &[u8]) -> Said {
        let mut out = vec![0; kwp::wrapped_len(key.len()).expect("a length of KWP")];
        said(kwp::wrap(&Key::new(kek).kek(), key, &mut out).map(<[u8]>::to_vec))
    }

    fn kwp_unwrap(&self, kek: &[u8], wrapped: &[u8]) -> Said {
        let mut buffer = wrapped.to_vec();
        let wrapped = kwp::WrappedMut::parse(&mut buffer).expect("a length of KWP");
        said(wrapped.unwrap(&Key::new(kek).kek()).ok().map(|key| key.to_vec()))
    }

    fn hmac(&self, hash: Hash, key: &[u8], message: &[u8]) -> Said {
        Said::Bytes(match hash {
            Hash::Sha256 => hmac_sha256(key, &[message]).to_vec(),
            Hash::Sha512 => hmac_sha512(key, &[message]).to_vec(),
        })
    }

    fn hkdf(&self, hash: Hash, ikm: &[u8], salt: &[u8], info: &[u8], len: usize) -> Said {
        let mut out = vec![0; len];
        let derived = match hash {
            Hash::Sha256 => hkdf_sha256(salt, ikm, info, &mut out),
            Hash::Sha512 => hkdf_sha512(salt, ikm, info, &mut out),
        };
        said(derived.map(|()| out))
    }

    fn kbkdf(&self, key: &[u8], label: &[u8], context: &[u8], len: usize) -> Said {
        let mut out = vec![0; len];
        said(kbkdf_hmac_sha256(key, label, context, &mut out).map(|()| out))
    }
}

fn said(bytes: Option<Vec<u8>>) -> Said {
    bytes.map_or(Said::Refused, Said::Bytes)
}

fn gcm_iv(iv: &[u8]) -> gcm::Iv {
    match <[u8; 12]>::try_from(iv) {
        Ok(iv) => gcm::Iv::Bytes12(iv),
        Err(_) => gcm::Iv::Bytes16(iv.try_into().expect("12 or 16 bytes")),
    }
}

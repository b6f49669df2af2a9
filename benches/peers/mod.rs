//! Who can do what: ours, the stock crates, and the libraries of others.
//!
//! In CBC and CTR ours expand their key for every text, as their interface has it. All others have
//! it ready.

mod gcm;
#[cfg(feature = "ipsec-mb")]
mod ipsec_mb;
pub mod small;

use std::hint::black_box;
use std::time::{Duration, Instant};

use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use aes::cipher::{KeyIvInit, StreamCipher};
use aes::{Aes128, Aes192, Aes256};
use aws_lc_rs::cipher as lc;
use reelseal_core::modes::lanes::{Lanes, update_all};
use reelseal_core::modes::{cbc as ours, ctr as ours_ctr};
use reelseal_core::secret::ContentKey;

use self::gcm::Timed;
use crate::{BOUND, Candidate, STREAMS};

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// CBC encryption of one text.
    CbcEncrypt,
    /// CBC encryption of [`STREAMS`] texts.
    CbcEncryptMany,
    /// CBC decryption.
    CbcDecrypt,
    /// CTR.
    Ctr,
    /// GCM, encryption.
    GcmSeal,
    /// GCM, decryption.
    GcmOpen,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::CbcEncrypt,
        Self::CbcEncryptMany,
        Self::CbcDecrypt,
        Self::Ctr,
        Self::GcmSeal,
        Self::GcmOpen,
    ];

    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::CbcEncrypt => "cbc-encrypt",
            Self::CbcEncryptMany => "cbc-encrypt-many",
            Self::CbcDecrypt => "cbc-decrypt",
            Self::Ctr => "ctr",
            Self::GcmSeal => "gcm-seal",
            Self::GcmOpen => "gcm-open",
        }
    }

    /// Texts of the length in question that are worked on at once.
    pub fn streams(self) -> usize {
        if self == Self::CbcEncryptMany { STREAMS } else { 1 }
    }

    /// Everyone who can, ours first, with the bounds last.
    pub fn candidates(self, bits: usize) -> Vec<Candidate> {
        #[cfg(feature = "ipsec-mb")]
        ipsec_mb::set_key(&KEY[..bits / 8]);
        let mut all = match self {
            Self::CbcEncrypt | Self::CbcEncryptMany => cbc_encrypt(bits, self.streams()),
            Self::CbcDecrypt => cbc_decrypt(bits),
            Self::Ctr => ctr(bits),
            Self::GcmSeal => gcm::candidates(bits, Timed::Seal),
            Self::GcmOpen => gcm::candidates(bits, Timed::Open),
        };
        all.push(bound(bits));
        all.push(memcpy());
        all
    }
}

pub(crate) const KEY: [u8; 32] = *b"a key that is no secret anywhere";
const IV: [u8; 16] = [7; 16];
pub(crate) const NONCE: [u8; 12] = [7; 12];

pub(crate) fn content_key(bits: usize) -> ContentKey {
    match bits {
        128 => ContentKey::new_128(*KEY.first_chunk().expect("16 of 32")),
        192 => ContentKey::new_192(*KEY.first_chunk().expect("24 of 32")),
        _ => ContentKey::new_256(KEY),
    }
}

/// A candidate of which all is timed.
pub(crate) fn whole(name: &'static str, mut work: impl FnMut(&mut Vec<u8>) + 'static) -> Candidate {
    Candidate { name, run: Box::new(move |text| time(|| work(text))) }
}

pub(crate) fn time<R>(work: impl FnOnce() -> R) -> Duration {
    let started = Instant::now();
    black_box(work());
    started.elapsed()
}

/// Runs `$body` with `$Cipher` as the AES of so many bits.
macro_rules! with_aes {
    ($bits:expr, $Cipher:ident => $body:expr) => {
        match $bits {
            128 => {
                type $Cipher = Aes128;
                $body
            }
            192 => {
                type $Cipher = Aes192;
                $body
            }
            _ => {
                type $Cipher = Aes256;
                $body
            }
        }
    };
}

pub(crate) use with_aes;

fn bound(bits: usize) -> Candidate {
    with_aes!(bits, C => {
        let cipher = C::new_from_slice(&KEY[..bits / 8]).expect("a key");
        whole(BOUND, move |text| cipher.encrypt_blocks(aes::Block::slice_as_chunks_mut(text).0))
    })
}

fn memcpy() -> Candidate {
    let mut other = vec![];
    whole("memcpy", move |text| {
        other.resize(text.len(), 0);
        other.copy_from_slice(text);
        black_box(&mut other);
    })
}

fn cbc_encrypt(bits: usize, streams: usize) -> Vec<Candidate> {
    let key = content_key(bits);
    let mut all = vec![if streams == 1 {
        whole("reelseal", move |text| ours::Encryptor::new(&key, IV).update(text.as_chunks_mut().0))
    } else {
        whole("reelseal", move |text| {
            let lanes = Lanes::new(&key);
            let len = text.len() / streams;
            let mut begun: Vec<_> = (0..streams).map(|_| lanes.begin(IV)).collect();
            let texts = text.chunks_mut(len).map(|text| text.as_chunks_mut().0);
            update_all(&mut begun.iter_mut().zip(texts).collect::<Vec<_>>());
        })
    }];
    with_aes!(bits, C => {
        let cipher = C::new_from_slice(&KEY[..bits / 8]).expect("a key");
        all.push(whole("cbc crate", move |text| {
            let len = text.len() / streams;
            for text in text.chunks_mut(len) {
                let blocks = aes::Block::slice_as_chunks_mut(text).0;
                cbc::Encryptor::inner_iv_init(&cipher, &IV.into()).encrypt_blocks(blocks);
            }
        }));
    });
    let key = lc::UnboundCipherKey::new(lc_algorithm(bits), &KEY[..bits / 8]).expect("a key");
    let key = lc::PaddedBlockEncryptingKey::cbc_pkcs7(key).expect("a key");
    let mut one = vec![];
    all.push(whole("aws-lc", move |text| {
        let len = text.len() / streams;
        for text in text.chunks_mut(len) {
            // Its interface appends a padding, so it needs a vector: one block less, and a copy
            // of nothing.
            one.resize(text.len() - 16, 0);
            let iv = lc::EncryptionContext::Iv128(IV.into());
            key.less_safe_encrypt(&mut one, iv).expect("a text");
        }
    }));
    #[cfg(feature = "peers")]
    all.push(openssl_cbc(bits, streams));
    #[cfg(feature = "ipsec-mb")]
    all.push(whole("ipsec-mb", move |text| ipsec_mb::cbc(true, text, streams)));
    all
}

#[cfg(feature = "peers")]
fn openssl_cbc(bits: usize, streams: usize) -> Candidate {
    use openssl::cipher::Cipher;
    let cipher = match bits {
        128 => Cipher::aes_128_cbc(),
        192 => Cipher::aes_192_cbc(),
        _ => Cipher::aes_256_cbc(),
    };
    let mut context = openssl::cipher_ctx::CipherCtx::new().expect("a context");
    context.encrypt_init(Some(cipher), Some(&KEY[..bits / 8]), Some(&IV)).expect("a key");
    context.set_padding(false);
    whole("openssl", move |text| {
        let len = text.len() / streams;
        for text in text.chunks_mut(len) {
            let len = text.len();
            context.encrypt_init(None, None, Some(&IV)).expect("an IV");
            context.cipher_update_inplace(text, len - 16).expect("a text");
        }
    })
}

fn cbc_decrypt(bits: usize) -> Vec<Candidate> {
    let key = content_key(bits);
    let mut all = vec![whole("reelseal", move |text| {
        ours::Decryptor::new(&key, IV).update(text.as_chunks_mut().0)
    })];
    with_aes!(bits, C => {
        let cipher = C::new_from_slice(&KEY[..bits / 8]).expect("a key");
        all.push(whole("cbc crate", move |text| {
            let blocks = aes::Block::slice_as_chunks_mut(text).0;
            cbc::Decryptor::inner_iv_init(&cipher, &IV.into()).decrypt_blocks(blocks);
        }));
    });
    let key = lc::UnboundCipherKey::new(lc_algorithm(bits), &KEY[..bits / 8]).expect("a key");
    let key = lc::PaddedBlockDecryptingKey::cbc_pkcs7(key).expect("a key");
    all.push(whole("aws-lc", move |text| {
        // The padding is wrong, as it would be found at the end.
        let iv = lc::DecryptionContext::Iv128(IV.into());
        black_box(key.decrypt(text, iv).is_ok());
    }));
    #[cfg(feature = "peers")]
    all.push({
        use openssl::cipher::Cipher;
        let cipher = match bits {
            128 => Cipher::aes_128_cbc(),
            192 => Cipher::aes_192_cbc(),
            _ => Cipher::aes_256_cbc(),
        };
        let mut context = openssl::cipher_ctx::CipherCtx::new().expect("a context");
        context.decrypt_init(Some(cipher), Some(&KEY[..bits / 8]), Some(&IV)).expect("a key");
        context.set_padding(false);
        whole("openssl", move |text| {
            let len = text.len();
            context.decrypt_init(None, None, Some(&IV)).expect("an IV");
            context.cipher_update_inplace(text, len - 16).expect("a text");
        })
    });
    #[cfg(feature = "ipsec-mb")]
    all.push(whole("ipsec-mb", move |text| ipsec_mb::cbc(false, text, 1)));
    all
}

fn ctr(bits: usize) -> Vec<Candidate> {
    let mut all = vec![];
    for (name, width) in [
        ("reelseal", ours_ctr::Width::Bits128),
        ("reelseal, 64 bits", ours_ctr::Width::Bits64),
        ("reelseal, 32 bits", ours_ctr::Width::Bits32),
    ] {
        let key = content_key(bits);
        all.push(whole(name, move |text| {
            black_box(ours_ctr::Ctr::new(&key, IV, width).apply(text));
        }));
    }
    with_aes!(bits, C => all.push(whole("ctr crate", move |text| {
        let stream = ctr::Ctr128BE::<C>::new_from_slices(&KEY[..bits / 8], &IV);
        stream.expect("a key and an IV").apply_keystream(text);
    })));
    let key = lc::UnboundCipherKey::new(lc_algorithm(bits), &KEY[..bits / 8]).expect("a key");
    let key = lc::EncryptingKey::ctr(key).expect("a key");
    all.push(whole("aws-lc", move |text| {
        let iv = lc::EncryptionContext::Iv128(IV.into());
        key.less_safe_encrypt(text, iv).expect("a text");
    }));
    #[cfg(feature = "peers")]
    all.push({
        use openssl::cipher::Cipher;
        let cipher = match bits {
            128 => Cipher::aes_128_ctr(),
            192 => Cipher::aes_192_ctr(),
            _ => Cipher::aes_256_ctr(),
        };
        let mut context = openssl::cipher_ctx::CipherCtx::new().expect("a context");
        context.encrypt_init(Some(cipher), Some(&KEY[..bits / 8]), Some(&IV)).expect("a key");
        whole("openssl", move |text| {
            let len = text.len();
            context.encrypt_init(None, None, Some(&IV)).expect("an IV");
            context.cipher_update_inplace(text, len - 16).expect("a text");
        })
    });
    #[cfg(feature = "ipsec-mb")]
    all.push(whole("ipsec-mb", move |text| ipsec_mb::ctr(text)));
    all
}

pub(crate) fn lc_algorithm(bits: usize) -> &'static lc::Algorithm {
    match bits {
        128 => &lc::AES_128,
        192 => &lc::AES_192,
        _ => &lc::AES_256,
    }
}

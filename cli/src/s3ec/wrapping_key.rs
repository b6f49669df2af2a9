//! A key of the user that wraps data keys: an AES key as it is, or an RSA key in PEM.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use reelseal_core::Inauthentic;
use reelseal_core::envelope::s3ec::Padding;
use reelseal_core::secret::Kek;
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::traits::PublicKeyParts;
use rsa::{Oaep, Pkcs1v15Encrypt, PrivateKey, PublicKey};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::Error;

/// A wrapping key.
pub(super) enum WrappingKey {
    /// 16, 24 or 32 bytes.
    Aes(Kek),
    /// An RSA key that opens.
    Private(Box<PrivateKey>),
    /// An RSA key that only wraps.
    Public(PublicKey),
}

impl WrappingKey {
    /// Reads the key in `path`.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = read(path)?;
        let pem = std::str::from_utf8(&bytes).ok().filter(|text| text.contains(PEM));
        let parsed = pem.map_or_else(|| aes(&bytes).map(Self::Aes), parse_pem);
        parsed.map_err(|error| error.at(path.display()))
    }

    /// Decrypts what was encrypted to an RSA key. The computation is blinded; the padding of
    /// PKCS#1 v1.5 is never found wrong, but gives other bytes.
    pub(super) fn decrypt_rsa(
        &self,
        padding: Padding,
        ciphertext: &[u8],
    ) -> Result<Result<Zeroizing<Vec<u8>>, Inauthentic>, Error> {
        let key = match self {
            Self::Private(key) => key,
            Self::Public(_) => {
                return Err(Error::usage("the wrapping key is a public one: it only wraps")
                    .hint("--wrapping-key names the private key"));
            }
            Self::Aes(_) => return Err(needs("an RSA key in PEM", "an AES key")),
        };
        let opened = match padding {
            Padding::OaepSha1 => key.decrypt(Oaep::<Sha1>::new(), ciphertext),
            Padding::OaepSha256 => {
                key.decrypt(Oaep::<Sha256, Sha1>::new_with_mgf_hash(), ciphertext)
            }
            Padding::Pkcs1V15 => key.decrypt(Pkcs1v15Encrypt, ciphertext),
        };
        Ok(opened.map(Zeroizing::new).map_err(|_| Inauthentic))
    }

    /// The AES key.
    pub(super) fn kek(&self) -> Result<&Kek, Error> {
        match self {
            Self::Aes(kek) => Ok(kek),
            _ => Err(needs("an AES key of 16, 24 or 32 bytes", "an RSA key")),
        }
    }
}

/// Encrypts to an RSA key by OAEP with SHA-1, as the clients have it.
pub(super) fn encrypt_oaep(key: &PublicKey, payload: &[u8]) -> Result<Vec<u8>, Error> {
    if key.size() < MIN_RSA_LEN {
        let message = format!("an RSA key of {} bits is too short to wrap with", 8 * key.size());
        return Err(Error::refused(message).hint("2048 bits or more: NIST SP 800-131A"));
    }
    key.oaep_encrypt::<Sha1>(payload)
        .map_err(|error| Error::system(format!("RSA-OAEP does not encrypt: {error}")))
}

fn needs(wanted: &str, there: &str) -> Error {
    Error::refused(format!("the data key is wrapped by {wanted}, and --wrapping-key has {there}"))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed = |error| Error::io("cannot read", path, &error);
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN + 1));
    let limit = u64::try_from(MAX_LEN + 1).unwrap_or(u64::MAX);
    File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > MAX_LEN {
        return Err(Error::malformed(format!("{}: too long for a key", path.display())));
    }
    Ok(bytes)
}

fn aes(raw: &[u8]) -> Result<Kek, Error> {
    if let Ok(key) = raw.try_into().map(Zeroizing::new) {
        return Ok(Kek::new_128(*key));
    }
    if let Ok(key) = raw.try_into().map(Zeroizing::new) {
        return Ok(Kek::new_192(*key));
    }
    if let Ok(key) = raw.try_into().map(Zeroizing::new) {
        return Ok(Kek::new_256(*key));
    }
    let message = format!("neither PEM nor an AES key: it has {} bytes", raw.len());
    let error = Error::malformed(message);
    Err(match raw.len() {
        17 | 25 | 33 => error.hint("an AES key has 16, 24 or 32 bytes, and no line end behind it"),
        _ => {
            error.hint("an AES key has 16, 24 or 32 bytes, as they are: no hexadecimal, no base64")
        }
    })
}

fn parse_pem(text: &str) -> Result<WrappingKey, Error> {
    let private = |key: PrivateKey| WrappingKey::Private(Box::new(key));
    let has = |label: &str| text.contains(&format!("-----BEGIN {label}-----"));
    let parsed = if has("PRIVATE KEY") {
        PrivateKey::from_pkcs8_pem(text).map(private).ok()
    } else if has("RSA PRIVATE KEY") {
        PrivateKey::from_pkcs1_pem(text).map(private).ok()
    } else if has("PUBLIC KEY") {
        PublicKey::from_public_key_pem(text).map(WrappingKey::Public).ok()
    } else if has("RSA PUBLIC KEY") {
        PublicKey::from_pkcs1_pem(text).map(WrappingKey::Public).ok()
    } else if has("ENCRYPTED PRIVATE KEY") {
        return Err(Error::refused("the private key is under a passphrase")
            .hint("openssl pkcs8 -in KEY.pem takes it off; a pipe keeps it off the disk"));
    } else {
        None
    };
    parsed.ok_or_else(|| {
        Error::malformed("no RSA key of 1024 to 8192 bits in PEM")
            .hint("PRIVATE KEY or RSA PRIVATE KEY opens, PUBLIC KEY or RSA PUBLIC KEY only wraps")
    })
}

/// What no AES key has in it.
const PEM: &str = "-----BEGIN ";

/// 2048 bits.
const MIN_RSA_LEN: usize = 256;

/// The longest RSA key, 8192 bits, has 6.3 KiB in PEM.
const MAX_LEN: usize = 16 * 1024;

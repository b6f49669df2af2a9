//! The root key of a keystore: 32 random bytes, under which every backing key is sealed.
//!
//! It lies in `root.key`, either as it is (the file's permissions protect it), or sealed under a
//! key that Argon2id (RFC 9106) makes from a passphrase. To set or remove a passphrase replaces
//! this one file: the root key itself, and all that it seals, stays as it is.

use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use reelseal_core::secret::BackingKey;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::passphrase::PassphraseSource;
use super::{private, sealed};
use crate::error::Error;
use crate::{base64, random};

/// The 32 bytes of a root key.
pub(crate) type Bytes = Zeroizing<[u8; LEN]>;

/// Where the root key of a keystore lies.
#[derive(Debug)]
pub(crate) struct RootKeyFile(PathBuf);

impl RootKeyFile {
    /// The file in the keystore's folder.
    pub(crate) fn new(dir: &Path) -> Self {
        Self(dir.join("root.key"))
    }

    /// Takes the root key that is there, or else makes one. Under the keystore's write lock.
    pub(crate) fn load_or_create(&self, source: &PassphraseSource) -> Result<Bytes, Error> {
        if let Some(stored) = self.read()? {
            return self.open(&stored, source);
        }
        let key = random::fresh_key()?;
        private::create(&self.0, key.as_slice())?;
        Ok(key)
    }

    /// Takes the root key that must be there.
    pub(crate) fn load(&self, source: &PassphraseSource) -> Result<Bytes, Error> {
        let missing = || {
            Error::system(format!("the keystore's root key {} is missing", self.0.display()))
                .hint("restore this file from your backup: no key opens without it")
        };
        self.open(&self.read()?.ok_or_else(missing)?, source)
    }

    /// Replaces the file: by the 32 bytes, or by what [`seal`] made of them. Under the
    /// keystore's write lock.
    pub(crate) fn replace(&self, stored: &[u8]) -> Result<(), Error> {
        private::replace(&self.0, stored)
    }

    /// Whether a killed run left a copy behind.
    pub(crate) fn has_leftover(&self) -> bool {
        private::has_leftover(&self.0)
    }

    /// Removes that copy. Under the keystore's write lock.
    pub(crate) fn remove_leftover(&self) -> Result<(), Error> {
        private::remove_leftover(&self.0)
    }

    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        private::read(&self.0, MAX_FILE_LEN)
    }

    fn open(&self, stored: &[u8], source: &PassphraseSource) -> Result<Bytes, Error> {
        if let Ok(key) = stored.try_into() {
            return Ok(Zeroizing::new(key));
        }
        let sealed = Sealed::parse(stored).ok_or_else(|| {
            Error::malformed(format!("{}: not a root key of this program", self.0.display()))
        })?;
        let passphrase = source.read("Passphrase of the keystore: ")?;
        let derived = derive(&passphrase, &sealed.salt, sealed.cost)?;
        let key = sealed::open(&derived, &sealed.blob, &sealed.cost.context());
        key.map_err(|_| Error::inauthentic(format!("{}: wrong passphrase", self.0.display())))
    }
}

/// The text of a root key sealed under a passphrase.
pub(crate) fn seal(key: &Bytes, passphrase: &str) -> Result<String, Error> {
    let salt = *random::fresh_key()?;
    let derived = derive(passphrase, &salt, COST)?;
    let blob = sealed::seal(&derived, key, &COST.context())?;
    let text = json!({
        "format": FORMAT,
        "kdf": {
            "algorithm": "argon2id",
            "memoryKiB": COST.memory_kib,
            "passes": COST.passes,
            "lanes": COST.lanes,
            "salt": *base64::encode(&salt)?,
        },
        "sealed": *base64::encode(&blob)?,
    });
    Ok(format!("{text:#}\n"))
}

fn derive(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<BackingKey, Error> {
    let cannot = |error| Error::system(format!("cannot make a key from the passphrase: {error}"));
    let params =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(LEN)).map_err(cannot)?;
    let mut key = Zeroizing::new([0; LEN]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(cannot)?;
    Ok(BackingKey::new(*key))
}

/// What the file says of a sealed root key.
struct Sealed {
    cost: Cost,
    salt: [u8; 16],
    blob: Vec<u8>,
}

impl Sealed {
    fn parse(text: &[u8]) -> Option<Self> {
        let text: Value = serde_json::from_slice(text).ok()?;
        let kdf = text.get("kdf")?;
        let number = |name: &str| u32::try_from(kdf.get(name)?.as_u64()?).ok();
        let bytes = |value: &Value| base64::decode(value.as_str()?).ok();
        let cost = Cost {
            memory_kib: number("memoryKiB").filter(|kib| *kib <= MAX_MEMORY_KIB)?,
            passes: number("passes").filter(|passes| *passes <= MAX_PASSES)?,
            lanes: number("lanes").filter(|lanes| *lanes <= MAX_PASSES)?,
        };
        let ours = text.get("format")?.as_str()? == FORMAT
            && kdf.get("algorithm")?.as_str()? == "argon2id";
        let salt = bytes(kdf.get("salt")?)?.as_slice().try_into().ok()?;
        let blob = bytes(text.get("sealed")?)?.to_vec();
        ours.then_some(Self { cost, salt, blob })
    }
}

/// What one guess at the passphrase costs: RFC 9106 §4, memory, passes and lanes.
#[derive(Clone, Copy)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// The seal is bound to the cost, so that nobody lowers it for the next writer.
    fn context(self) -> [(&'static str, String); 2] {
        let Self { memory_kib, passes, lanes } = self;
        let cost = format!("argon2id m={memory_kib} t={passes} p={lanes}");
        [("reelseal:kdf", cost), ("reelseal:root", FORMAT.to_owned())]
    }
}

/// A root key's length, in bytes.
const LEN: usize = 32;

const FORMAT: &str = "reelseal root key v1";

/// The second recommendation of RFC 9106 §4, with one lane: 64 MiB and three passes.
const COST: Cost = Cost { memory_kib: 65_536, passes: 3, lanes: 1 };

// A file that asks for more would only make this program stall.
const MAX_MEMORY_KIB: u32 = 4 * 1024 * 1024;
const MAX_PASSES: u32 = 64;
const MAX_FILE_LEN: u64 = 4096;

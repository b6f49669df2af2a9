//! The embedded key service: the operations of AWS KMS on a keystore of this machine.

use std::path::Path;

use reelseal_core::envelope::kms;
use reelseal_core::format::context::{Context, MAX_LEN as MAX_CONTEXT_LEN};
use reelseal_core::format::kms_blob::{Blob, MAX_PLAINTEXT, OVERHEAD};
use reelseal_core::secret::BackingKey;
use zeroize::Zeroizing;

use super::key_id::{KeyId, KeyName, out_of_range};
use super::keys::{Alias, Version};
use super::keystore::Keystore;
use super::passphrase::PassphraseSource;
use super::{
    DataKey, Decrypted, Destination, Encrypted, EncryptionContext, ExceptionName, KeyMetadata,
    KeyService, KeyState, KmsError, ReEncrypted, Source, UsedKey, keys,
};
use crate::error::Error;
use crate::{clock, random};

/// The key service of one keystore.
#[derive(Debug)]
pub struct Local {
    store: Keystore,
}

impl Local {
    /// Opens the keystore in `dir`; where there is none, makes one.
    ///
    /// # Errors
    ///
    /// The folder or the keystore cannot be read or made, or a newer version made it.
    pub fn open(dir: &Path, passphrase: PassphraseSource) -> Result<Self, Error> {
        Ok(Self { store: Keystore::open(dir, passphrase, clock::now())? })
    }

    /// Has the root key at hand, for which a passphrase may be asked.
    pub(crate) fn unlock(&self) -> Result<(), Error> {
        self.store.root_key().map(|_| ()).map_err(Error::from)
    }

    /// All aliases, by name.
    pub(crate) fn aliases(&self) -> Result<Vec<Alias>, KmsError> {
        self.store.read(keys::aliases)
    }

    /// The key that `key_id` calls, and its versions, oldest first.
    pub(crate) fn versions(&self, key_id: &str) -> Result<(KeyId, Vec<Version>), KmsError> {
        let name = KeyName::parse(key_id)?;
        self.store.read(|tx| {
            let id = keys::resolve(tx, &name)?;
            Ok((id, keys::versions(tx, id)?))
        })
    }

    pub(super) fn store(&self) -> &Keystore {
        &self.store
    }

    /// The key that `key_id` calls, if it is enabled, with the version that wraps now.
    fn current(&self, key_id: &str) -> Result<(UsedKey, KeyId, BackingKey), KmsError> {
        let name = KeyName::parse(key_id)?;
        let root = self.store.root_key()?;
        self.store.read(|tx| {
            let id = keys::resolve(tx, &name)?;
            require_enabled(&keys::metadata(tx, id)?)?;
            let version = keys::current_version(tx, id)?;
            let key = keys::backing_key(tx, root, id, version)?
                .ok_or_else(|| Error::bug("a key without its newest version"))?;
            Ok((used(id, version), id, key))
        })
    }

    /// The version of the key that wrapped `blob`, if the key is enabled.
    fn wrapping(
        &self,
        blob: &Blob<'_>,
        key_id: Option<&str>,
    ) -> Result<(UsedKey, BackingKey), KmsError> {
        let name = key_id.map(KeyName::parse).transpose()?;
        let root = self.store.root_key()?;
        self.store.read(|tx| {
            let given = name.map(|name| keys::resolve(tx, &name)).transpose()?;
            let id = keys::resolve(tx, &KeyName::Id(KeyId::from_bytes(*blob.key_id)))?;
            if given.is_some_and(|given| given != id) {
                let message = "The key ID in the request does not identify a CMK that can perform \
                               this operation.";
                return Err(KmsError::new(ExceptionName::IncorrectKey, message).about(id.arn()));
            }
            require_enabled(&keys::metadata(tx, id)?)?;
            let key = keys::backing_key(tx, root, id, blob.version)?
                .ok_or_else(|| invalid_ciphertext().about(id.arn()))?;
            Ok((used(id, blob.version), key))
        })
    }
}

impl KeyService for Local {
    fn encrypt(
        &self,
        key_id: &str,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError> {
        if plaintext.is_empty() || plaintext.len() > MAX_PLAINTEXT {
            let constraint = "Member must have length from 1 to 4096";
            return Err(out_of_range("plaintext", constraint));
        }
        let mut pairs: Vec<_> = context.pairs().collect();
        let context = canonical(&mut pairs, "encryptionContext")?;
        let (key, id, backing_key) = self.current(key_id)?;
        let version = key.key_version.unwrap_or_default();
        let nonce = random::fresh_nonce()?;
        let mut wrapped = vec![0; plaintext.len() + OVERHEAD];
        kms::seal(&backing_key, id.bytes(), version, nonce, &context, plaintext, &mut wrapped)
            .ok_or_else(|| Error::bug("a plaintext in range was not sealed"))?;
        Ok(Encrypted { wrapped, key })
    }

    fn decrypt(
        &self,
        blob: &[u8],
        key_id: Option<&str>,
        context: &EncryptionContext,
    ) -> Result<Decrypted, KmsError> {
        let mut pairs: Vec<_> = context.pairs().collect();
        let context = canonical(&mut pairs, "encryptionContext")?;
        let parsed = Blob::parse(blob).map_err(|_| foreign(blob))?;
        let (key, backing_key) = self.wrapping(&parsed, key_id)?;
        let mut room = Zeroizing::new([0; MAX_PLAINTEXT]);
        let plaintext = kms::open(&parsed, &backing_key, &context, &mut room)
            .map_err(|_| invalid_ciphertext().about(key.key_arn.as_str()))?;
        Ok(Decrypted { plaintext: Zeroizing::new(plaintext.to_vec()), key })
    }

    fn generate_data_key(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<DataKey, KmsError> {
        if len == 0 || len > MAX_DATA_KEY_LEN {
            return Err(out_of_range("numberOfBytes", "Member must have value from 1 to 1024"));
        }
        let plaintext = random::fresh_bytes(len)?;
        let Encrypted { wrapped, key } = self.encrypt(key_id, &plaintext, context)?;
        Ok(DataKey { plaintext, wrapped, key })
    }

    fn generate_data_key_without_plaintext(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError> {
        let DataKey { wrapped, key, .. } = self.generate_data_key(key_id, len, context)?;
        Ok(Encrypted { wrapped, key })
    }

    fn re_encrypt(&self, from: &Source<'_>, to: &Destination<'_>) -> Result<ReEncrypted, KmsError> {
        let Decrypted { plaintext, key } = self.decrypt(from.blob, from.key_id, from.context)?;
        let Encrypted { wrapped, key: destination } =
            self.encrypt(to.key_id, &plaintext, to.context)?;
        Ok(ReEncrypted { wrapped, source: key, destination })
    }

    fn describe(&self, key_id: &str) -> Result<KeyMetadata, KmsError> {
        let name = KeyName::parse(key_id)?;
        self.store.read(|tx| keys::metadata(tx, keys::resolve(tx, &name)?))
    }
}

/// Refuses a key that is not enabled, by the name that its state has for it.
pub(super) fn require_enabled(key: &KeyMetadata) -> Result<(), KmsError> {
    let arn = key.arn.as_str();
    let refusal = match key.state {
        KeyState::Enabled => return Ok(()),
        KeyState::PendingDeletion => pending_deletion(key),
        // A local key has no state but these three.
        _ => KmsError::new(ExceptionName::Disabled, format!("{arn} is disabled."))
            .hint(format!("`reelseal key enable {}` enables it", key.id)),
    };
    Err(refusal.about(arn))
}

/// The refusal of a key that is on its way out.
pub(super) fn pending_deletion(key: &KeyMetadata) -> KmsError {
    let message = format!("{} is pending deletion.", key.arn);
    KmsError::new(ExceptionName::InvalidState, message)
        .hint(format!("`reelseal key cancel-deletion {}` keeps it", key.id))
        .about(key.arn.as_str())
}

fn canonical<'a>(
    pairs: &'a mut [(&'a str, &'a str)],
    parameter: &str,
) -> Result<Context<'a>, KmsError> {
    Context::new(pairs).map_err(|_| {
        let limit = format!("Member must be at most {MAX_CONTEXT_LEN} bytes when serialised");
        out_of_range(parameter, &limit)
    })
}

/// KMS gives this no message, so that an altered blob and a wrong context look the same.
fn invalid_ciphertext() -> KmsError {
    let message = "The ciphertext was altered, or wrapped under another encryption context.";
    KmsError::new(ExceptionName::InvalidCiphertext, message)
        .hint("--encryption-context must be the one that it was wrapped under")
}

/// The refusal of a blob that is none of this service's.
fn foreign(blob: &[u8]) -> KmsError {
    let refusal = KmsError::new(
        ExceptionName::InvalidCiphertext,
        "The ciphertext is not a blob of the local key service.",
    );
    match blob {
        // The first bytes of all AWS KMS blobs seen so far: base64 `AQI…` and `CiC…`.
        [0x01, 0x02, ..] | [0x0A, 0x20, ..] => {
            refusal.hint("AWS KMS made it: ask there, with --kms aws")
        }
        _ => refusal,
    }
}

fn used(id: KeyId, version: u32) -> UsedKey {
    UsedKey {
        key_arn: id.arn(),
        key_material_id: Some(keys::material_id(id, version)),
        key_version: Some(version),
        request_id: None,
    }
}

/// KMS API, GenerateDataKey, NumberOfBytes.
const MAX_DATA_KEY_LEN: usize = 1024;

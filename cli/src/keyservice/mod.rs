//! Key services: who keeps the keys that wrap data keys. The operations are those of AWS KMS.

mod access_key;
mod admin;
mod audited;
mod aws;
mod aws_admin;
mod aws_error;
mod aws_metadata;
pub mod blob;
mod context;
mod exception;
mod key_admin;
mod key_id;
mod keys;
mod keystore;
mod lazy;
mod ledger;
mod local;
mod metadata;
mod passphrase;
pub(crate) mod private;
mod provider;
mod root_key;
mod sealed;
mod wrapped;

pub use access_key::{AccessKey, AccessSecret};
pub use admin::Admin;
pub use audited::Audited;
pub use aws::AwsKms;
pub use context::EncryptionContext;
pub use exception::{Exception, ExceptionName, KmsError};
pub use key_admin::KeyAdmin;
pub(crate) use key_id::{ACCOUNT, ARN_PREFIX, out_of_range, random_uuid};
pub use keystore::default_dir;
pub use lazy::LazyService;
pub use ledger::{CounterRange, Ledger};
pub use local::Local;
pub use metadata::{KeyManager, KeyMetadata, KeyState};
pub use passphrase::PassphraseSource;
pub use provider::{admin, audit_path, data_dir, local_admin, open};
pub use wrapped::WrappedKey;

use std::fmt;

use zeroize::Zeroizing;

/// A service that holds keys and never gives them away: it wraps and unwraps.
///
/// A `key_id` is a key id, a key ARN, an alias name or an alias ARN. On `Err` nothing secret was
/// released. Every answer names the key by its ARN, whatever it was asked by.
pub trait KeyService: Send + Sync {
    /// Wraps `plaintext`, 1 to 4,096 bytes, bound to `context`.
    ///
    /// # Errors
    ///
    /// No such key, a key that is not enabled, or a parameter out of range.
    fn encrypt(
        &self,
        key_id: &str,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError>;

    /// Unwraps `blob`. Where `key_id` is given, no other key is used.
    ///
    /// # Errors
    ///
    /// As `encrypt`; an altered blob or another context is `InvalidCiphertextException`.
    fn decrypt(
        &self,
        blob: &[u8],
        key_id: Option<&str>,
        context: &EncryptionContext,
    ) -> Result<Decrypted, KmsError>;

    /// Makes a data key of `len` bytes, 1 to 1,024, and wraps it.
    ///
    /// # Errors
    ///
    /// As `encrypt`.
    fn generate_data_key(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<DataKey, KmsError>;

    /// As [`generate_data_key`](Self::generate_data_key), and releases only the wrapped key.
    ///
    /// # Errors
    ///
    /// As `encrypt`.
    fn generate_data_key_without_plaintext(
        &self,
        key_id: &str,
        len: usize,
        context: &EncryptionContext,
    ) -> Result<Encrypted, KmsError>;

    /// Unwraps `from` and wraps what was inside under `to`; the plaintext stays in the service.
    ///
    /// # Errors
    ///
    /// As `decrypt`, then as `encrypt`.
    fn re_encrypt(&self, from: &Source<'_>, to: &Destination<'_>) -> Result<ReEncrypted, KmsError>;

    /// What is known about a key.
    ///
    /// # Errors
    ///
    /// No such key.
    fn describe(&self, key_id: &str) -> Result<KeyMetadata, KmsError>;
}

/// A blob to wrap anew: see [`KeyService::re_encrypt`].
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The ciphertext blob.
    pub blob: &'a [u8],
    /// The key that must have wrapped it, where the caller knows.
    pub key_id: Option<&'a str>,
    /// The context under which it was wrapped.
    pub context: &'a EncryptionContext,
}

/// How to wrap a blob anew: see [`KeyService::re_encrypt`].
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The key to wrap under.
    pub key_id: &'a str,
    /// The context to bind to.
    pub context: &'a EncryptionContext,
}

/// Which key, and which version of its material, did the work.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UsedKey {
    /// The key's ARN.
    pub key_arn: String,
    /// 64 lower-case hexadecimal digits that name the version, where the service tells.
    pub key_material_id: Option<String>,
    /// The version's number, where the service tells: local ones count from 1.
    pub key_version: Option<u32>,
    /// The service's own id of the call, where it gave one.
    pub request_id: Option<String>,
}

/// A wrapped plaintext.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Encrypted {
    /// The ciphertext blob: not secret.
    pub wrapped: Vec<u8>,
    /// The key that wrapped it.
    pub key: UsedKey,
}

/// An unwrapped plaintext.
pub struct Decrypted {
    /// The secret, erased on drop.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// The key that had wrapped it.
    pub key: UsedKey,
}

/// A fresh data key, in the clear and wrapped.
pub struct DataKey {
    /// The secret, erased on drop.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// The ciphertext blob: not secret.
    pub wrapped: Vec<u8>,
    /// The key that wrapped it.
    pub key: UsedKey,
}

/// A blob that was wrapped anew.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReEncrypted {
    /// The new ciphertext blob: not secret.
    pub wrapped: Vec<u8>,
    /// The key that had wrapped the old one.
    pub source: UsedKey,
    /// The key that wrapped the new one.
    pub destination: UsedKey,
}

impl fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decrypted").field("key", &self.key).finish_non_exhaustive()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").field("key", &self.key).finish_non_exhaustive()
    }
}
